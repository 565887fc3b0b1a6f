from ovh_weblogs.dss.recipes import build_hits

build_hits()
