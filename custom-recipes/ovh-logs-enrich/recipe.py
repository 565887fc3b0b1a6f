from ovh_weblogs.dss.recipes import build_events

build_events()
