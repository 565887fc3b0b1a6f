"""OVH's side: the account, which host may be asked, how it is asked, and the days that it holds."""

from ovh_weblogs.hosting.api import Account
from ovh_weblogs.hosting.dayfile import DayFile
from ovh_weblogs.hosting.fetching import AheadFile, Opener, fetch_ahead
from ovh_weblogs.hosting.hosts import (
    cluster_zone,
    derived_log_host,
    parse_allowed,
    permitted_api_url,
    permitted_log_host,
)
from ovh_weblogs.hosting.livefile import LIVE_KINDS, LiveFile
from ovh_weblogs.hosting.locate import located, main_and_others, service_of
from ovh_weblogs.hosting.loghost import LogHost
from ovh_weblogs.hosting.refusals import CLOCK_TOLERANCE, REGIONS, ApiRefused, Reason, key_page, needed_paths

__all__ = [
    "CLOCK_TOLERANCE",
    "LIVE_KINDS",
    "REGIONS",
    "Account",
    "AheadFile",
    "ApiRefused",
    "DayFile",
    "LiveFile",
    "LogHost",
    "Opener",
    "Reason",
    "cluster_zone",
    "derived_log_host",
    "fetch_ahead",
    "key_page",
    "located",
    "main_and_others",
    "needed_paths",
    "parse_allowed",
    "permitted_api_url",
    "permitted_log_host",
    "service_of",
]
