"""The use cases, as plain functions on Arrow batches: read days, parse, enrich, group to visitors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from ovh_weblogs import enrichment, features
from ovh_weblogs.cells import parse_cells
from ovh_weblogs.crm import Crm, identified, joined
from ovh_weblogs.days import Block, is_published, newest_day, published_days, read_days
from ovh_weblogs.engines import embedded
from ovh_weblogs.grouping import Grouping, log_counts
from ovh_weblogs.labelcounts import LabelCounts, label_counts, tell_labels
from ovh_weblogs.logfiles import LogFile, Totals, parse_files
from ovh_weblogs.parsing import parse
from ovh_weblogs.schema import Column
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import EnrichSettings, ParseSettings, VisitorSettings
from ovh_weblogs.visitored import Label

__all__ = [
    "Block",
    "EnrichSettings",
    "LogFile",
    "ParseSettings",
    "Totals",
    "enrich",
    "enrichment_metrics",
    "enrichment_plan",
    "is_published",
    "log_counts",
    "newest_day",
    "parse",
    "parse_cells",
    "parse_files",
    "published_days",
    "read_days",
    "tells_tracked_hosts",
    "tracked_hosts",
    "visitor_columns",
    "visitors",
    "wanted_by_visitors",
]

logger = guarded_logger(__name__)


def enrich(
    batches: Iterable[pa.RecordBatch], settings: EnrichSettings | None = None, counts: Counter[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Hits to events: their columns, cast to the declared types, and those that enrichment adds; small batches joined.

    Args:
        batches: Hits, or rows of any origin whose columns the settings name; others pass unchanged.
        settings: How they are read, and which groups of columns are added; those of hits, and all, unless given.
        counts: Counts hits, events, what is dropped by reason (``enrichment_metrics``), and what could not be read.

    Raises:
        InputError: A chosen column is absent, one is in the way, or holds what cannot be read.
    """
    settings = settings or EnrichSettings()
    for batch in enrichment.gathered(batches):
        yield enrichment.enrich_batch(batch, settings, counts)


def visitors(
    batches: Iterable[pa.RecordBatch],
    names: Sequence[str],
    settings: VisitorSettings | None = None,
    crm: Crm | None = None,
) -> Iterator[pa.RecordBatch]:
    """Events to one row per visitor, or per visitor and cutoff, in no particular order.

    Args:
        batches: Events, or rows of any origin whose columns the settings name; any of them may be absent but that of
            time, and those of address and visitor_id both.
        names: Column names of the batches (there may be no batch at all).
        settings: How they are read, memory limit and spilling.
        crm: Its columns come after those of ``visitor_columns``; by ``settings.crm``.

    Raises:
        InputError: A needed column is absent or holds what cannot be read.
    """
    settings = settings or VisitorSettings()
    settings = settings if crm else replace(settings, crm=None)
    shape, asked = identified(names, settings)
    grouping = Grouping(names, replace(settings, shape=shape))
    for sentence in grouping.told():
        logger.info("%s", sentence)
    spans = grouping.spans()
    rows = embedded.run(
        lambda: grouping.definitions(grouping.latest, beside=True),
        grouping.events(batches),
        grouping.schema,
        output=grouping.columns,
        settings=settings,
        apart="visitor_id",
        shared=embedded.Shared("spans", spans, features.CUTS, features.cuts()) if spans else None,
    )
    if grouping.has_labels:
        rows = _told_labels(rows, grouping, shape.label)
    wished = [column.name for column in Grouping(names, settings).columns]
    yield from joined(rows, crm, asked, wished, shape.label.kind) if crm else rows


def _told_labels(rows: Iterable[pa.RecordBatch], grouping: Grouping, label: Label) -> Iterator[pa.RecordBatch]:
    """The same rows; how many have which label is told at the end."""
    counts: LabelCounts = Counter()
    for batch in rows:
        counts += label_counts(batch, label.kind)
        yield batch
    tell_labels(counts, label, grouping.cuts(grouping.latest))


def tracked_hosts(batches: Iterable[pa.RecordBatch], settings: EnrichSettings) -> frozenset[str]:
    """The hosts of an input whose page views a tracker tells of, for ``settings.cleaning.tracked_hosts``.

    Args:
        batches: The input's columns that ``tells_tracked_hosts`` names.
        settings: How they are read.
    """
    hosts: set[str] = set()
    for batch in batches:
        hosts |= enrichment.tracked_hosts(batch, settings)
    return frozenset(hosts)


def tells_tracked_hosts(names: Sequence[str], settings: EnrichSettings) -> list[str]:
    """The columns of an input that tell it; none where it cannot hold hits of a server and of a tracker both."""
    return enrichment.tells_tracked_hosts(names, settings)


def enrichment_metrics(counts: Counter[str]) -> dict[str, int]:
    """Of what ``enrich`` counted, the numbers of hits, of events, and of hits dropped for each reason."""
    return enrichment.metrics(counts)


def enrichment_plan(names: Sequence[str], settings: EnrichSettings) -> enrichment.Plan:
    """What ``enrich`` will add to, rename in and leave out for hits of these columns.

    Raises:
        InputError: A column that enrichment adds is there already.
    """
    return enrichment.plan(names, settings)


def wanted_by_visitors(names: Sequence[str], settings: VisitorSettings) -> list[str]:
    """The columns of an input that ``visitors`` reads; others need not be fetched.

    Raises:
        InputError: A column that was chosen is not there.
    """
    shape, _ = identified(names, settings)
    return Grouping(names, replace(settings, shape=shape)).wanted


def visitor_columns(names: Sequence[str], settings: VisitorSettings | None = None) -> tuple[Column, ...]:
    """The columns that ``visitors`` gives for events of these columns.

    Raises:
        InputError: A needed column is absent, or one by which chosen categories are counted.
    """
    return Grouping(names, settings or VisitorSettings()).columns
