from ovh_weblogs.dss.spark import build_events

build_events()
