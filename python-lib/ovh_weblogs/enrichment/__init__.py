"""Hits to events: one module per group of columns, each a pure function on distinct values."""

from ovh_weblogs.enrichment.groups import Plan, enrich_batch, plan

__all__ = ["Plan", "enrich_batch", "plan"]
