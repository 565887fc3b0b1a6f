"""Events read to be grouped: typed, numbered, each with the key of the row that it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs import enrichment, features
from ovh_weblogs.casting import cast
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import EVENTS, REJECT_REASON, VISITORS, Column, Type, category_columns
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import EnrichSettings, Privacy, VisitorSettings

logger = guarded_logger(__name__)

_VISITOR = "visitor_id"
_ONLY_ID = EnrichSettings(
    useragent=False,
    bots=False,
    geo=False,
    url=False,
    resources=False,
    local_time=False,
    traffic_sources=False,
    privacy=Privacy(clean_urls=False),
)


class Grouping:
    """How an input of certain columns is read to be grouped to visitors, or to what else the settings name.

    Args:
        names: Column names of the batches (there may be no batch at all).
        settings: How they are read, and what rows are of.

    Raises:
        InputError: A needed column is absent, or one has the name of another that rows get.
    """

    def __init__(self, names: Sequence[str], settings: VisitorSettings) -> None:
        self._settings = settings
        there = _check_grouped(names, settings)
        self.makes_visitors = _VISITOR not in there and _is_of_visitors(settings)
        self.present = [*there, *([] if _VISITOR in there else [_VISITOR])]
        self.groups = _groups(settings)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of the result."""
        return features.visitor_columns(self.present, self._settings.categories, self.groups)

    @property
    def schema(self) -> pa.Schema:
        """Of the batches that ``events`` gives."""
        of_groups = [(name, pa.string()) for name in features.group_names(len(self.groups))]
        declared = (column.arrow for column in EVENTS.columns if column.name in self.present)
        return pa.schema([*declared, *of_groups, ("row_index", pa.int64())])

    def told(self) -> list[str]:
        """What there is to say of it in the log of a build."""
        made = ["The input has no visitor_id: made from address and user agent, as the enrich recipe does"]
        return [*(made if self.makes_visitors else []), *features.left_out(self.present)]

    def events(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The hits that belong to a row, in their order.

        Raises:
            InputError: A value cannot be read.
        """
        row = refused = nobody = 0
        counts: Counter[str] = Counter()
        schema = self.schema
        for whole in batches:
            batch = _without_refused(whole)
            refused += whole.num_rows - batch.num_rows
            read = _keyed(batch, self._settings, counts)
            index = pa.array(np.arange(row, row + batch.num_rows, dtype=np.int64))
            row += batch.num_rows
            arrays = [index if name == "row_index" else read[name] for name in schema.names]
            typed = pa.RecordBatch.from_arrays(arrays, schema=schema).filter(read["visitor_id"].is_valid())
            nobody += batch.num_rows - typed.num_rows
            yield typed
        if refused:
            logger.info("%d refused lines are no hits of any visitor: left out", refused)
        if nobody:
            logger.info("%d hits have no visitor_id: left out", nobody)
        log_counts(counts)


def _keyed(batch: pa.RecordBatch, settings: VisitorSettings, counts: Counter[str]) -> dict[str, pa.Array]:
    """A batch's columns by our names; where rows are of no visitor, what they are of, and its key as visitor_id."""
    names = [column.name for column in _groups(settings)]
    if _is_of_visitors(settings):
        read = with_visitors(batch, settings, counts)
    else:
        read = enrichment.as_events(batch, settings.columns, settings.zone, counts)
    arrays = dict(zip(read.schema.names, read.columns, strict=True))
    if not names:
        return arrays
    texts = [arrays[name] if name == _VISITOR else cast(batch.column(name), Type.STRING, name) for name in names]
    # Lengths before the texts keep combinations apart whatever the texts hold; null is a value of its own.
    lengths = (pc.cast(pc.binary_length(text), pa.string()) for text in texts)
    parts = (pc.binary_join_element_wise(*pair, ":") for pair in zip(lengths, texts, strict=True))
    key = pc.binary_join_element_wise(*(pc.fill_null(part, "-") for part in parts), "")
    if _VISITOR in names:
        key = pc.if_else(arrays[_VISITOR].is_valid(), key, pa.scalar(None, pa.string()))
    return arrays | dict(zip(features.group_names(len(names)), texts, strict=True)) | {_VISITOR: key}


def with_visitors(batch: pa.RecordBatch, settings: VisitorSettings, counts: Counter[str]) -> pa.RecordBatch:
    """A batch's columns that are known, by our names and of our types, with visitor_id in any case.

    Raises:
        InputError: A chosen column is absent, or a value cannot be read.
    """
    read = enrichment.as_events(batch, settings.columns, settings.zone, counts)
    return read if "visitor_id" in read.schema.names else enrichment.enrich_batch(read, _ONLY_ID)


def log_counts(counts: Counter[str]) -> None:
    """Tell what was dropped and cleaned, and what could not be read."""
    if counts["hits"]:
        logger.info("%s", enrichment.told(counts))
    if counts[enrichment.CLEANED]:
        logger.info("%d %s", counts[enrichment.CLEANED], enrichment.CLEANED)
    if counts[enrichment.UNREADABLE]:
        logger.warning("%d %s: null in server_ts", counts[enrichment.UNREADABLE], enrichment.UNREADABLE)


def _without_refused(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows that are hits, where the dataset was read with its refused lines as rows."""
    if REJECT_REASON.name not in batch.schema.names:
        return batch
    reason = cast(batch.column(REJECT_REASON.name), REJECT_REASON.type, REJECT_REASON.name)
    return batch.filter(reason.is_null())


def check_needed(names: Sequence[str], settings: VisitorSettings) -> list[str]:
    """Our names of an input's columns; an input without those that everything else hangs on is refused.

    Raises:
        InputError: The column of time is absent, or both those of address and visitor_id.
    """
    there = list(enrichment.our_names(names, settings.columns).values())
    absent = [] if "server_ts" in there else ["server_ts"]
    absent += [] if {"client_addr", "visitor_id"} & set(there) else ["client_addr"]
    if absent:
        raise InputError(
            f"The input has no column {' and no column '.join(absent)}",
            fix="choose the columns of time and address in the recipe",
        )
    return there


def _groups(settings: VisitorSettings) -> tuple[Column, ...]:
    """What rows are of, as texts, where that is no visitor; empty where it is one."""
    if settings.group_columns in ((), (_VISITOR,)):
        return ()
    return tuple(Column(name, Type.STRING, "What the row is of, as in the input.") for name in settings.group_columns)


def _is_of_visitors(settings: VisitorSettings) -> bool:
    """Whether the visitor is among what rows are of."""
    return not settings.group_columns or _VISITOR in settings.group_columns


def _check_grouped(names: Sequence[str], settings: VisitorSettings) -> list[str]:
    """As ``check_needed``, in the order of events, with what settings ask for besides."""
    there = check_needed(names, settings)
    absent = [name for name in ("is_pageview", "page_category") if settings.categories and name not in there]
    if absent:
        raise InputError(
            f"The input has no column {' and no column '.join(absent)}, by which page views are told and counted",
            fix="enrich the hits with page rules first, or name no page categories in the recipe",
        )
    absent = [name for name in settings.group_columns if name not in (*names, _VISITOR)]
    if absent:
        raise InputError(
            f"The input has no column {' and no column '.join(absent)}, by which rows are grouped",
            fix="choose columns that it has in the recipe",
        )
    made = {*VISITORS.names, *(column.name for column in category_columns(settings.categories))} - {_VISITOR}
    taken = [name for name in settings.group_columns if name in made]
    if taken:
        raise InputError(
            f"Rows are grouped by {' and '.join(taken)}, which is the name of a column that they get",
            fix="rename it in a Prepare recipe before this one",
        )
    return [name for name in EVENTS.names if name in there]
