"""Events read to be grouped: typed, numbered, each with the key of the row that it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ovh_weblogs import enrichment, features
from ovh_weblogs.casting import cast
from ovh_weblogs.errors import InputError
from ovh_weblogs.roles import CONTENT_ROLES
from ovh_weblogs.schema import EVENTS, REJECT_REASON, Column, Type
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import EnrichSettings, SessionSettings, VisitorSettings
from ovh_weblogs.visitored import LabelKind

logger = guarded_logger(__name__)

_VISITOR = "visitor_id"
_REFUSED, _NOBODY = "refused lines", "hits of nobody"
_TYPES = {column.name: column.type for column in EVENTS.columns}
_ONLY_ID = EnrichSettings.only("visitor_id")


class Grouping:
    """How an input of certain columns is read to be grouped to visitors, or to what else the settings name.

    Args:
        names: Column names of the batches (there may be no batch at all).
        settings: How they are read, and what rows are of.

    Raises:
        InputError: A needed column is absent, or one has the name of another that rows get.
    """

    def __init__(self, names: Sequence[str], settings: VisitorSettings) -> None:
        self._names, self._settings, self._shape = list(names), settings, settings.shape
        there = _check_grouped(names, settings)
        self._makes_visitors = _VISITOR not in there and settings.shape.is_of_visitors
        self.counts: Counter[str] = Counter()  # of what was read, for ``tell``
        self.latest: int | None = None  # of the hits that were read, in microseconds since 1970
        self.present = [*there, *([] if _VISITOR in there else [_VISITOR])]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of the result."""
        return features.visitor_columns(self.present, self._shape)

    @property
    def has_labels(self) -> bool:
        """Whether rows get labels, for which ``latest`` must be known."""
        return self._shape.label.kind is not LabelKind.NONE

    def cuts(self, latest: int | None) -> Sequence[features.Cut | None]:
        """What cuts the hits of each query of ``definitions``: the cutoffs of snapshots, else nothing or the hits.

        Args:
            latest: The time of the latest hit, in microseconds since 1970.
        """
        zone = SessionSettings().day_zone
        return features.cuts_of(self._shape.label, features.day_end(latest or 0, zone), zone)

    def definitions(self, latest: int | None, dialect: str = "duckdb", *, beside: bool = False) -> list[exp.Select]:
        """What makes the rows of the events, over the table ``events``: a query for each cutoff of labels, else one.

        Args:
            latest: The time of the latest hit, in microseconds since 1970: labels are known up to the end of its day,
                since logs come in whole days. Without labels the query looks for it itself where it is None.
            dialect: Of the engine.
            beside: Whether the table ``cuts`` of ``shared`` stands beside the events.
        """
        rules, shape = features.rules_of(SessionSettings()), self._shape
        if not self.has_labels:
            return [features.visitors(self.present, rules, shape, dialect, known_until=latest)]
        until = features.day_end(latest or 0, SessionSettings().day_zone)
        return [
            features.visitors(self.present, rules, shape, dialect, cut=cut, known_until=until, beside=beside)
            for cut in self.cuts(latest)
        ]

    def spans(self) -> exp.Select | None:
        """What histories have to know of all visitors, since they are cut by those of others; None without them."""
        return features.spans(self.present, self._shape) if self._shape.label.kind is LabelKind.HISTORY else None

    @property
    def schema(self) -> pa.Schema:
        """Of the batches that ``events`` gives."""
        needed = features.visitor_reads(self.present, self._shape)
        known = (column for column in EVENTS.columns if column.name in needed)
        read = (*known, *features.own_columns(self._shape))
        return pa.schema([*(column.arrow for column in read), ("row_index", pa.int64())])

    @property
    def wanted(self) -> list[str]:
        """Columns of the input that are read; others need not be fetched."""
        shape = self._shape
        known = self._known()
        own = {*shape.groups, *(each.column for each in shape.aggregates)}
        own |= set(_content(self._names, self._settings).values())
        return [name for name in self._names if name in known or name in own]

    def _known(self) -> list[str]:
        """All that we know where visitors are still to be told, else what they are grouped to rows by."""
        known = enrichment.our_names(self._names, self._settings.columns)
        if self._makes_visitors:
            return list(known)
        needed = {*features.visitor_reads(self.present, self._shape), REJECT_REASON.name}
        return [name for name, ours in known.items() if ours in needed or name in self._settings.columns.values()]

    def told(self) -> list[str]:
        """What there is to say of it in the log of a build."""
        made = ["The input has no visitor_id: made from address and user agent, as the enrich recipe does"]
        return [*(made if self._makes_visitors else []), *features.left_out(self.present)]

    def events(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The hits that belong to a row, in their order; what is left out is told at the end.

        Raises:
            InputError: A value cannot be read.
        """
        yield from self.typed(batches)
        self.tell()

    def typed(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same, with what is left out only counted."""
        row = 0
        schema, wanted = self.schema, self.wanted
        for whole in batches:
            batch = _without_refused(whole.select(wanted))
            self.counts[_REFUSED] += whole.num_rows - batch.num_rows
            read = _keyed(batch, self._settings, self.counts)
            index = pa.array(np.arange(row, row + batch.num_rows, dtype=np.int64))
            row += batch.num_rows
            arrays = [index if name == "row_index" else read[name] for name in schema.names]
            typed = pa.RecordBatch.from_arrays(arrays, schema=schema)
            if read["visitor_id"].null_count:  # a filter that drops nothing copies everything all the same
                typed = typed.filter(read["visitor_id"].is_valid())
            self.counts[_NOBODY] += batch.num_rows - typed.num_rows
            self._look_at(typed)
            yield typed

    def tell(self) -> None:
        """Tell what was left out and what could not be read, by the counts."""
        if self.counts[_REFUSED]:
            logger.info("%d refused lines are no hits of any visitor: left out", self.counts[_REFUSED])
        if self.counts[_NOBODY]:
            logger.info("%d hits have no visitor_id: left out", self.counts[_NOBODY])
        log_counts(self.counts)

    def _look_at(self, batch: pa.RecordBatch) -> None:
        times = batch.column("server_ts")
        newest = pc.max(times.cast(pa.int64())).as_py()
        if newest is not None:
            self.latest = newest if self.latest is None else max(self.latest, newest)


def _keyed(batch: pa.RecordBatch, settings: VisitorSettings, counts: Counter[str]) -> dict[str, pa.Array]:
    """A batch's columns by our names, those that are wished for, and the key of the row as visitor_id."""
    shape = settings.shape
    if shape.is_of_visitors:
        read = with_visitors(batch, settings, counts)
    else:
        read = enrichment.as_events(batch, settings.columns, settings.zone, counts)
    arrays = dict(zip(read.schema.names, read.columns, strict=True))
    for ours, name in _content(batch.schema.names, settings).items():
        arrays[ours] = cast(batch.column(name), _TYPES[ours], name)
    groups = [
        arrays[name] if name == _VISITOR else cast(batch.column(name), Type.STRING, name) for name in shape.groups
    ]
    own = [cast(batch.column(each.column), each.type, each.column) for each in shape.sources]
    names = (column.name for column in features.own_columns(shape))
    arrays |= dict(zip(names, (*groups, *own), strict=True))
    if groups:
        key = _key(groups)
        # Under his own name, too, he may be among what rows are of: who is nobody has no row either way.
        if {_VISITOR, settings.columns.get("visitor")} & set(shape.groups):
            key = pc.if_else(arrays[_VISITOR].is_valid(), key, pa.scalar(None, pa.string()))
        arrays[_VISITOR] = key
    return arrays


def _content(names: Sequence[str], settings: VisitorSettings) -> dict[str, str]:
    """Columns of the input by our names that may be of any origin: conversions, channels and so on."""
    return enrichment.found(names, settings.columns, CONTENT_ROLES)


def _key(texts: Sequence[pa.Array]) -> pa.Array:
    """One text for each combination; null is a value of its own."""
    # Lengths before the texts keep combinations apart whatever the texts hold.
    lengths = (pc.cast(pc.binary_length(text), pa.string()) for text in texts)
    parts = (pc.binary_join_element_wise(*pair, ":") for pair in zip(lengths, texts, strict=True))
    return pc.binary_join_element_wise(*(pc.fill_null(part, "-") for part in parts), "")


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


def _check_grouped(names: Sequence[str], settings: VisitorSettings) -> list[str]:
    """As ``check_needed``, in the order of events, with what settings wish for besides."""
    there, shape = [*check_needed(names, settings), *_content(names, settings)], settings.shape
    absent = [name for name in ("is_pageview", "page_category") if shape.categories and name not in there]
    if absent:
        raise InputError(
            f"The input has no column {' and no column '.join(absent)}, by which page views are told and counted",
            fix="enrich the hits with page rules first, or name no page categories in the recipe",
        )
    if shape.label.kind is not LabelKind.NONE and "is_conversion" not in there:
        raise InputError(
            "The input has no column is_conversion, by which labels are told",
            fix="enrich the hits with page rules first, choose the column in the recipe, or set label to none",
        )
    aggregated = {each.column: None for each in shape.aggregates}
    absent = [name for name in (*shape.groups, *aggregated) if name not in names]
    absent = [name for name in absent if name != _VISITOR or name in aggregated]
    if absent:
        raise InputError(
            f"The input has no column {' and no column '.join(absent)}, which the recipe groups by or aggregates",
            fix="choose columns that it has in the recipe",
        )
    present = [name for name in EVENTS.names if name in there]
    made = Counter(column.name for column in features.visitor_columns(list({*present, _VISITOR}), shape))
    twice = [name for name, count in made.items() if count > 1]
    if twice:
        raise InputError(
            f"The output would have {' and '.join(twice)} twice",
            fix="leave that out in the recipe, or rename the input's column in a Prepare recipe before it",
        )
    return present
