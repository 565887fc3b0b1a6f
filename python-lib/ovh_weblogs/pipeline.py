"""The use cases, as plain functions on Arrow batches: read days, parse, enrich, group to visitors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from ovh_weblogs import enrichment, features
from ovh_weblogs.casting import cast, conform
from ovh_weblogs.cells import parse_cells
from ovh_weblogs.days import Block, is_published, newest_day, published_days, read_days
from ovh_weblogs.engines import embedded
from ovh_weblogs.errors import InputError
from ovh_weblogs.logfiles import LogFile, Totals, parse_files
from ovh_weblogs.parsing import parse
from ovh_weblogs.schema import EVENTS, REJECT_REASON, Column
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import EnrichSettings, ParseSettings, VisitorSettings

__all__ = [
    "Block",
    "EnrichSettings",
    "LogFile",
    "ParseSettings",
    "Totals",
    "enrich",
    "enrichment_plan",
    "is_published",
    "newest_day",
    "parse",
    "parse_cells",
    "parse_files",
    "published_days",
    "read_days",
    "visitor_columns",
    "visitors",
]

logger = guarded_logger(__name__)


def enrich(batches: Iterable[pa.RecordBatch], settings: EnrichSettings | None = None) -> Iterator[pa.RecordBatch]:
    """Hits to events: each batch with its columns, cast to the declared types, and those that enrichment adds.

    Args:
        batches: Hits; any of the declared columns may be absent but server_ts and client_addr, others pass unchanged.
        settings: Which groups of columns are added.

    Raises:
        InputError: A needed column is absent, is in the way, or holds what cannot be read.
    """
    settings = settings or EnrichSettings()
    for batch in batches:
        check_needed(batch.schema.names)
        yield enrichment.enrich_batch(batch, settings)


def visitors(
    batches: Iterable[pa.RecordBatch], names: Sequence[str], settings: VisitorSettings | None = None
) -> Iterator[pa.RecordBatch]:
    """Events to one row per visitor, in no particular order.

    Args:
        batches: Events; any of the declared columns may be absent but server_ts and client_addr.
        names: Column names of the batches (there may be no batch at all).
        settings: Memory limit and spilling.

    Raises:
        InputError: A needed column is absent or holds what cannot be read.
    """
    check_needed(names)
    present = [name for name in EVENTS.names if name in names]
    if "visitor_id" not in present:
        logger.info("The input has no visitor_id: made from address and user agent, as the enrich recipe does")
        present.append("visitor_id")
    for sentence in features.left_out(present):
        logger.info("%s", sentence)
    schema = pa.schema(
        [*(column.arrow for column in EVENTS.columns if column.name in present), ("row_index", pa.int64())]
    )
    yield from embedded.run(
        features.visitors(present),
        _numbered(batches, schema),
        schema,
        output=features.visitor_columns(present),
        settings=settings or VisitorSettings(),
    )


def _numbered(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    row = refused = 0
    for whole in batches:
        batch = _without_refused(whole)
        refused += whole.num_rows - batch.num_rows
        typed = conform(batch, EVENTS)
        if "visitor_id" not in batch.schema.names:
            identify = EnrichSettings(useragent=False, bots=False, url=False)
            typed = enrichment.enrich_batch(typed, identify)
        index = pa.array(np.arange(row, row + batch.num_rows, dtype=np.int64))
        row += batch.num_rows
        arrays = [index if name == "row_index" else typed.column(name) for name in schema.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    if refused:
        logger.info("%d refused lines are no hits of any visitor: left out", refused)


def _without_refused(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows that are hits, where the dataset was read with its refused lines as rows."""
    if REJECT_REASON.name not in batch.schema.names:
        return batch
    reason = cast(batch.column(REJECT_REASON.name), REJECT_REASON.type, REJECT_REASON.name)
    return batch.filter(reason.is_null())


def check_needed(names: Iterable[str]) -> None:
    """Refuse an input without the columns that everything else hangs on.

    Raises:
        InputError: server_ts or client_addr is absent.
    """
    absent = [name for name in ("server_ts", "client_addr") if name not in set(names)]
    if absent:
        raise InputError(
            f"The input has no column {' and no column '.join(absent)}",
            fix="rename the columns of time and address so in a Prepare recipe before this one",
        )


def enrichment_plan(names: Sequence[str], settings: EnrichSettings) -> enrichment.Plan:
    """What ``enrich`` will add to, rename in and leave out for hits of these columns.

    Raises:
        InputError: A column that enrichment adds is there already.
    """
    return enrichment.plan(names, settings)


def visitor_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns that ``visitors`` gives for events of these columns."""
    present = {*names, "visitor_id"}
    return features.visitor_columns([name for name in EVENTS.names if name in present])
