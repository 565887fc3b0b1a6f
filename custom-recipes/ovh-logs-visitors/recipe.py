from ovh_weblogs.dss.recipes import build_visitors

build_visitors()
