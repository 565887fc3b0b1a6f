from ovh_weblogs.dss.spark import build_visitors

build_visitors()
