"""Hits to events: one module per group of columns, each a pure function on distinct values."""

from ovh_weblogs.enrichment.events import as_events, our_names
from ovh_weblogs.enrichment.groups import Plan, enrich_batch, plan
from ovh_weblogs.enrichment.inputs import UNREADABLE

__all__ = ["UNREADABLE", "Plan", "as_events", "enrich_batch", "our_names", "plan"]
