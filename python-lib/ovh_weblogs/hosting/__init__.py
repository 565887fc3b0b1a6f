"""OVH's side: the account, which host may be asked, how it is asked, and the days that it holds."""

from ovh_weblogs.hosting.api import Account, OwnLog
from ovh_weblogs.hosting.dayfile import DayFile, Validators
from ovh_weblogs.hosting.fetching import AheadFile, Opener, fetch_ahead
from ovh_weblogs.hosting.hosts import (
    cluster_zone,
    derived_log_host,
    parse_allowed,
    permitted_api_url,
    permitted_log_host,
)
from ovh_weblogs.hosting.keeping import Fetched, NoRoom, fetch
from ovh_weblogs.hosting.livefile import LIVE_KINDS, LiveFile
from ovh_weblogs.hosting.locate import located, located_log, main_and_others, service_of
from ovh_weblogs.hosting.loghost import LogHost
from ovh_weblogs.hosting.offers import Offer, Offers
from ovh_weblogs.hosting.refusals import CLOCK_TOLERANCE, REGIONS, ApiRefused, Reason, key_page, needed_paths

__all__ = [
    "CLOCK_TOLERANCE",
    "LIVE_KINDS",
    "REGIONS",
    "Account",
    "AheadFile",
    "ApiRefused",
    "DayFile",
    "Fetched",
    "LiveFile",
    "LogHost",
    "NoRoom",
    "Offer",
    "Offers",
    "Opener",
    "OwnLog",
    "Reason",
    "Validators",
    "cluster_zone",
    "derived_log_host",
    "fetch",
    "fetch_ahead",
    "key_page",
    "located",
    "located_log",
    "main_and_others",
    "needed_paths",
    "parse_allowed",
    "permitted_api_url",
    "permitted_log_host",
    "service_of",
]
