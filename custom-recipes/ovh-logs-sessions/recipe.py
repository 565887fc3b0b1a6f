from ovh_weblogs.dss.recipes import build_sessions

build_sessions()
