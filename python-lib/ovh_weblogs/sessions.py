"""The use case of visits: events to one row per visit, and to the same events with their places in these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ovh_weblogs import enrichment, features, grouping
from ovh_weblogs.casting import cast
from ovh_weblogs.engines import embedded
from ovh_weblogs.engines.spool import Spool
from ovh_weblogs.errors import InputError
from ovh_weblogs.roles import JOURNEY_ROLES
from ovh_weblogs.schema import EVENTS, JOURNEY, REJECT_REASON, Column, Type
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import SessionSettings

__all__ = ["SessionSettings", "Visits"]

logger = guarded_logger(__name__)

_ROW = Column("row_index", Type.BIGINT, "Place of the row in the input.", nullable=False)
_THEIRS, _KEPT = "session_id", "tracker_session_id"


@dataclass(frozen=True)
class _Input:
    """What an input has: columns of visits by our names, those that are read for them, those of a journey by ours."""

    ours: tuple[str, ...]
    wanted: tuple[str, ...]
    journey: dict[str, str]


class Visits:
    """The visits of an input of certain columns.

    Args:
        names: Column names of the batches (there may be no batch at all): events, or rows of any origin whose columns
            the settings name; any of them may be absent but that of time, and those of address and visitor_id both.
        settings: How they are read, what ends a visit, memory limit and spilling.

    Raises:
        InputError: A needed or chosen column is absent.
    """

    def __init__(self, names: Sequence[str], settings: SessionSettings | None = None) -> None:
        self.settings = settings or SessionSettings()
        self._names = list(names)
        self._input = _looked_at(names, self.settings)
        self.counts: Counter[str] = Counter()  # of what was read, for ``tell``
        declared = [column.arrow for column in EVENTS.columns if column.name in self._input.ours]
        self.schema = pa.schema([*declared, _ROW.arrow])  # of what ``typed`` gives

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of the visits."""
        return features.session_columns(self._input.ours)

    @property
    def ours(self) -> tuple[str, ...]:
        """Columns of events, by our names, that visits are made from."""
        return self._input.ours

    @property
    def places(self) -> tuple[Column, ...]:
        """Those that the events get."""
        return features.place_columns(self._input.ours)

    @property
    def wanted(self) -> list[str]:
        """Columns of the input that visits are made from; others need not be read, unless the events are written."""
        return list(dict.fromkeys([*self._input.wanted, *self._input.journey.values()]))

    def definition(self, dialect: str = "duckdb") -> exp.Expression:
        """Of the visits, over a table of what ``typed`` gives."""
        return features.sessions(self._input.ours, features.rules_of(self.settings), dialect)

    def told(self) -> list[str]:
        """What there is to say of it in the log of a build."""
        return list(features.left_out_of_sessions(self._input.ours))

    def renamed(self) -> dict[str, str]:
        """Columns of the input that the events keep under another name: a tracker's own session_id.

        Raises:
            InputError: The events have a column already that they would get.
        """
        renamed = {_THEIRS: _KEPT} if _THEIRS in self._names and _KEPT not in self._names else {}
        taken = [each.name for each in self.places if each.name in self._names and each.name not in renamed]
        if taken:
            raise InputError(
                f"The input already has a column {' and a column '.join(taken)}, which the events would get",
                fix="drop or rename it in a Prepare recipe, or take the events from before",
            )
        return renamed

    def sessions(self, batches: Iterable[pa.RecordBatch], kept: Spool | None = None) -> Iterator[pa.RecordBatch]:
        """One row per visit, in no particular order.

        Args:
            batches: The events, with the columns that are wanted at least.
            kept: Keeps what ``events`` needs.

        Raises:
            InputError: A value cannot be read.
            SettingsError: Memory limit or temporary files do not suffice.
        """
        typed = self.typed(batches)
        yield from embedded.run(
            self.definition(),
            kept.through(typed, self._of_places().names) if kept else typed,
            self.schema,
            output=self.columns,
            settings=self.settings,
            apart="visitor_id",
        )
        self.tell()

    def events(self, batches: Iterable[pa.RecordBatch], kept: Spool) -> Iterator[pa.RecordBatch]:
        """The events in their order, with their places; in a partition only those of its visits.

        Args:
            batches: The same as those of ``sessions``, all columns.
            kept: What ``sessions`` kept when it was read to its end.

        Raises:
            InputError: The events have a column already that they would get.
            SettingsError: Memory limit or temporary files do not suffice.
        """
        names = [self.renamed().get(name, name) for name in self._names]
        found = embedded.run(
            features.places(self._input.ours, features.rules_of(self.settings)),
            kept,
            self._of_places(),
            output=(_ROW, *(replace(column, nullable=True) for column in self.places)),
            settings=self.settings,
        )
        places = _Places(found, self.places)
        for batch in batches:
            of_batch = places.next(batch.num_rows)
            arrays = [*(batch.column(name) for name in self._names), *of_batch.columns]
            made = pa.RecordBatch.from_arrays(arrays, names=[*names, *of_batch.schema.names])
            yield made if self.settings.day is None else made.filter(of_batch.column("session_id").is_valid())

    def _of_places(self) -> pa.Schema:
        """What places are told by: less than what visits are."""
        return pa.schema([field for field in self.schema if field.name in (*features.PLACE_READS, _ROW.name)])

    def typed(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Hits that have a visitor and a time, each with its place in the input.

        Raises:
            InputError: A value cannot be read.
        """
        row = 0
        for batch in batches:
            read = self._read(batch)
            index = pa.array(np.arange(row, row + batch.num_rows, dtype=np.int64))
            row += batch.num_rows
            arrays = [index if name == _ROW.name else read[name] for name in self.schema.names]
            typed = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
            inside = pc.and_(read["visitor_id"].is_valid(), read["server_ts"].is_valid())
            self.counts["outside"] += batch.num_rows - inside.true_count
            yield typed if inside.true_count == batch.num_rows else typed.filter(inside)

    def _read(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """Columns by our names; a refused line has no visitor."""
        narrow = batch.select(self._input.wanted)
        read = grouping.with_visitors(narrow, self.settings, self.counts)
        arrays = dict(zip(read.schema.names, read.columns, strict=True))
        if REJECT_REASON.name in arrays:
            refused = arrays[REJECT_REASON.name].is_valid()
            self.counts["refused lines"] += refused.true_count
            arrays["visitor_id"] = pc.if_else(refused, pa.scalar(None, pa.string()), arrays["visitor_id"])
        for column in JOURNEY:
            if column.name in self._input.journey:
                name = self._input.journey[column.name]
                arrays[column.name] = cast(batch.column(name), column.type, name)
        return arrays

    def tell(self) -> None:
        """Tell which hits are in no visit, and what could not be read, by the counts."""
        if self.counts["outside"]:
            logger.info(
                "%d hits without visitor or time (%d of them refused lines) are in no visit",
                self.counts["outside"],
                self.counts["refused lines"],
            )
        grouping.log_counts(self.counts)


class _Places:
    """Places of hits, handed out as the hits come; null for those that have none.

    Args:
        found: Batches of row numbers and places, in the order of row numbers.
        columns: Of the places.
    """

    def __init__(self, found: Iterator[pa.RecordBatch], columns: Sequence[Column]) -> None:
        self._found = found
        self.schema = pa.schema([column.arrow for column in columns])
        self._ahead = pa.schema([_ROW.arrow, *self.schema]).empty_table()
        self._row = 0

    def next(self, count: int) -> pa.RecordBatch:
        """Of the next hits."""
        begin, end = self._row, self._row + count
        while not self._ahead.num_rows or self._ahead.column(_ROW.name)[-1].as_py() < end:
            more = next(self._found, None)
            if more is None:
                break
            self._ahead = pa.concat_tables([self._ahead, pa.Table.from_batches([more])])
        rows = self._ahead.column(_ROW.name).to_numpy()
        known = int(np.searchsorted(rows, end))
        where = np.full(count, -1, dtype=np.int64)
        where[rows[:known] - begin] = np.arange(known)
        indices = pa.array(where, mask=where < 0)
        here = self._ahead.slice(0, known).select(self.schema.names).combine_chunks()
        self._ahead, self._row = self._ahead.slice(known), end
        arrays = [pc.take(here.column(name).combine_chunks(), indices) for name in self.schema.names]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _looked_at(names: Sequence[str], settings: SessionSettings) -> _Input:
    there = set(grouping.check_needed(names, settings)) | {"visitor_id"}
    journey = enrichment.found(names, settings.columns, JOURNEY_ROLES)
    ours = [name for name in EVENTS.names if name in features.read_columns() & there - set(journey)]
    ours += journey
    for wish, needed in (
        (settings.only_people, "is_bot"),
        (settings.only_pageviews, "is_pageview"),
        (settings.campaign_change, "campaign_name"),
    ):
        if wish and needed not in ours:
            raise InputError(
                f"The input has no column {needed}, which the recipe's settings ask for",
                fix="enrich the hits first, choose the column in the recipe, or change its section 'Visits'",
            )
    return _Input(tuple(ours), tuple(_wanted(names, settings)), journey)


def _wanted(names: Sequence[str], settings: SessionSettings) -> list[str]:
    """What is read: all that we know where visitors are still to be told, else what visits are made from."""
    known = enrichment.our_names(names, settings.columns)
    if "visitor_id" not in known.values():
        return list(known)
    needed = {*features.read_columns(), REJECT_REASON.name}
    return [name for name, ours in known.items() if ours in needed or name in settings.columns.values()]
