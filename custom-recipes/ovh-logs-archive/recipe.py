from ovh_weblogs.dss.recipes import build_archive

build_archive()
