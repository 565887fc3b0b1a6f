"""OVH's side: which host may be asked, how it is asked, and the days that it holds."""

from ovh_weblogs.hosting.hosts import cluster_zone, derived_log_host, parse_allowed, permitted_log_host
from ovh_weblogs.hosting.loghost import LogHost

__all__ = ["LogHost", "cluster_zone", "derived_log_host", "parse_allowed", "permitted_log_host"]
