"""What each recipe does, apart from being found by the host."""

from __future__ import annotations

import logging

from dataiku.customrecipe import get_plugin_config

from ovh_weblogs import pipeline
from ovh_weblogs.dss import datasets, forms
from ovh_weblogs.pipeline import EnrichSettings
from ovh_weblogs.schema import EVENTS, REJECT_REASON

logger = logging.getLogger(__name__)


def build_events() -> None:
    """Recipe ``ovh-logs-enrich``: role hits to role events.

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    hits = datasets.Input("hits")
    pipeline.check_needed(hits.names)
    plan = pipeline.enrichment_plan(hits.names, EnrichSettings())
    for sentence in plan.skipped:
        logger.info("%s", sentence)
    names = [plan.renamed.get(name, name) for name in hits.names] + [column.name for column in plan.added]
    back = {new: old for old, new in plan.renamed.items()}
    theirs = [{**column, "name": plan.renamed.get(column["name"], column["name"])} for column in hits.columns]
    logger.info("Columns added: %s", ", ".join(column.name for column in plan.added))
    if back:
        logger.info("Columns of the tracker kept: %s", ", ".join(back))
    schema = datasets.merged_schema(theirs, EVENTS.columns, names)
    datasets.write("events", schema, pipeline.enrich(hits.batches()))


def build_visitors() -> None:
    """Recipe ``ovh-logs-visitors``: role events to role visitors.

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    events = datasets.Input("events")
    pipeline.check_needed(events.names)
    columns = pipeline.visitor_columns(events.names)
    wanted = [name for name in events.names if name in (*EVENTS.names, REJECT_REASON.name)]
    rows = pipeline.visitors(events.batches(wanted), wanted, forms.visitor_settings(get_plugin_config()))
    datasets.write("visitors", [column.dss for column in columns], rows)
