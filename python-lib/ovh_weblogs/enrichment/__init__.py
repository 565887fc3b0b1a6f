"""Hits to events: one module per group of columns, each a pure function on distinct values."""

from ovh_weblogs.enrichment.events import as_events, our_names
from ovh_weblogs.enrichment.filters import metrics, told
from ovh_weblogs.enrichment.gathering import gathered
from ovh_weblogs.enrichment.groups import Plan, enrich_batch, plan
from ovh_weblogs.enrichment.inputs import UNREADABLE, found
from ovh_weblogs.enrichment.instants import instants
from ovh_weblogs.enrichment.protect import CLEANED
from ovh_weblogs.enrichment.tracked import hosts as tracked_hosts
from ovh_weblogs.enrichment.tracked import needs as tells_tracked_hosts

__all__ = [
    "CLEANED",
    "UNREADABLE",
    "Plan",
    "as_events",
    "enrich_batch",
    "found",
    "gathered",
    "instants",
    "metrics",
    "our_names",
    "plan",
    "tells_tracked_hosts",
    "told",
    "tracked_hosts",
]
