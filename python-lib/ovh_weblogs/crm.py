"""What a CRM knows of visitors, joined to their rows as it stood at the cutoff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.casting import cast
from ovh_weblogs.enrichment import instants
from ovh_weblogs.errors import InputError
from ovh_weblogs.features import bounds
from ovh_weblogs.grouping import Grouping
from ovh_weblogs.schema import ARROW_TYPES, Type
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import VisitorSettings
from ovh_weblogs.visitored import Aggregate, CrmSettings, LabelKind, Shape

logger = guarded_logger(__name__)

_Numbers = np.ndarray[Any, np.dtype[np.int64]]
PREFIX = "crm_"
NAMED = 5  # duplicate keys that an error names
_ALWAYS = np.iinfo(np.int64).min  # the date of a row without one
_DAY = r"^\d{4}-\d\d-\d\d$"


def identified(names: Sequence[str], settings: VisitorSettings) -> tuple[Shape, str]:
    """The shape of rows that a CRM can know, and the column by which it knows them; without a CRM as it is.

    Args:
        names: Columns of the events.
        settings: Its ``crm`` names the events' column; of several values of a row, the last known counts.

    Raises:
        InputError: That column is absent.
    """
    shape, crm = settings.shape, settings.crm
    if crm is None:
        return shape, ""
    if crm.identifier in shape.groups or (crm.identifier == "visitor_id" and not shape.groups):
        return shape, crm.identifier
    if crm.identifier not in names:
        raise InputError(
            f"The input has no column {crm.identifier} (crm_identifier), by which the CRM knows visitors",
            fix="choose one that it has in the recipe",
        )
    last = f"{crm.identifier}_last"
    if last in [column.name for column in Grouping(names, settings).columns]:
        return shape, last
    return replace(shape, aggregates=(*shape.aggregates, Aggregate(crm.identifier, "last"))), last


class Crm:
    """The rows of a CRM, by identifier and date.

    They are held in memory, as the hits of visitors are not.

    Args:
        batches: All rows.
        names: Their columns (there may be no batch at all).
        settings: Which of them are what.

    Raises:
        InputError: A column is absent, a value cannot be read, or a key is there twice (with a date: twice on it).
    """

    def __init__(self, batches: Iterable[pa.RecordBatch], names: Sequence[str], settings: CrmSettings) -> None:
        check_crm(names, settings)
        self._kept = [name for name in names if name != settings.key]
        types = {name: settings.types.get(name, Type.STRING) for name in names} | {settings.key: Type.STRING}
        columns: dict[str, list[pa.Array]] = {name: [] for name in names}
        dates: list[pa.Array] = []
        for batch in batches:
            known = batch.filter(cast(batch.column(settings.key), Type.STRING, settings.key).is_valid())
            for name in names:
                columns[name].append(cast(known.column(name), types[name], name))
            if settings.date:
                dates.append(_known_from(known.column(settings.date), settings))
        table = pa.table({name: pa.chunked_array(parts, ARROW_TYPES[types[name]]) for name, parts in columns.items()})
        since = pa.chunked_array(dates, pa.int64()).to_numpy() if settings.date else None
        self._customers = pc.unique(table.column(settings.key))
        self._dates, ranks = _ranks(since, table.num_rows)
        place = pc.index_in(table.column(settings.key), self._customers).to_numpy()
        spots = place.astype(np.int64) * (len(self._dates) + 1) + ranks
        order = np.argsort(spots, kind="stable")
        self._spots = spots[order]
        self._rows = {
            name: column.combine_chunks() for name, column in zip(names, table.take(order).columns, strict=True)
        }
        self._refuse_twins(settings)

    @property
    def names(self) -> list[str]:
        """Of the columns that rows of visitors get."""
        return [PREFIX + name for name in self._kept]

    def find(self, identifiers: pa.Array, cutoffs: pa.Array | None) -> pa.Array:
        """The number of the row for each visitor; null where the CRM does not know him, or not yet.

        Args:
            identifiers: One per visitor.
            cutoffs: Before which the CRM must have said it; None for all that it says.
        """
        customer = pc.fill_null(pc.index_in(identifiers, self._customers), -1).to_numpy().astype(np.int64)
        steps = len(self._dates) + 1
        if cutoffs is None:
            rank = np.full(len(customer), len(self._dates), dtype=np.int64)
        else:
            moments = pc.cast(cutoffs, pa.int64()).to_numpy(zero_copy_only=False)
            rank = np.searchsorted(self._dates, moments, side="left")
        found = np.searchsorted(self._spots, customer * steps + rank, side="right") - 1
        known = (customer >= 0) & (found >= 0)
        known[known] = self._spots[found[known]] // steps == customer[known]
        return pa.array(found, mask=~known)

    def rows(self, found: pa.Array) -> list[pa.Array]:
        """The columns of ``names`` of what ``find`` gave."""
        return [self._rows[name].take(found) for name in self._kept]

    def _refuse_twins(self, settings: CrmSettings) -> None:
        twins = np.flatnonzero(self._spots[1:] == self._spots[:-1])
        if len(twins):
            raise twice_there(pc.unique(self._rows[settings.key].take(pa.array(twins))).to_pylist(), settings)


def twice_there(keys: Sequence[str], settings: CrmSettings) -> InputError:
    """What is wrong with a CRM that has more than one row of these keys (with the same date, if it has dates)."""
    named = ", ".join(f"'{key[:40]}'" for key in keys[:NAMED]) + (" and others" if len(keys) > NAMED else "")
    same = f" with the same {settings.date}" if settings.date else ""
    return InputError(
        f"The CRM has more than one row{same} of {named} in column {settings.key}",
        fix="keep one of them in a recipe before this one, or choose the column of a date that differs",
    )


def check_crm(names: Sequence[str], settings: CrmSettings) -> None:
    """Refuse a CRM that lacks a column.

    Raises:
        InputError: It lacks one.
    """
    absent = [name for name in (settings.key, settings.date) if name and name not in names]
    if absent:
        raise InputError(
            f"The CRM has no column {' and no column '.join(absent)}", fix="choose one that it has in the recipe"
        )


def check_beside(names: Sequence[str], wished: Sequence[str]) -> None:
    """Refuse columns of a CRM that rows have already.

    Args:
        names: Columns that rows get from it.
        wished: Columns of the rows.

    Raises:
        InputError: One is there twice.
    """
    twice = [name for name in names if name in wished]
    if twice:
        raise InputError(
            f"The output would have {' and '.join(twice)} twice",
            fix="rename the column of the CRM, or of the events, in a Prepare recipe before this one",
        )


def joined(
    batches: Iterable[pa.RecordBatch], crm: Crm, identifier: str, wished: Sequence[str], kind: LabelKind
) -> Iterator[pa.RecordBatch]:
    """Rows of visitors with what the CRM says of each; how many it knows is told at the end.

    Args:
        batches: Rows of visitors.
        crm: The CRM.
        identifier: Their column by which it knows them.
        wished: Columns of the rows that are handed on.
        kind: Of their labels, which have the cutoffs.

    Raises:
        InputError: A column of the CRM has the name of one that rows have.
    """
    check_beside(crm.names, wished)
    rows = known = 0
    for batch in batches:
        cutoffs = None if kind is LabelKind.NONE else batch.column("cutoff_ts")
        found = crm.find(cast(batch.column(identifier), Type.STRING, identifier), cutoffs)
        rows, known = rows + batch.num_rows, known + batch.num_rows - found.null_count
        arrays = [*(batch.column(name) for name in wished), *crm.rows(found)]
        yield pa.RecordBatch.from_arrays(arrays, names=[*wished, *crm.names])
    tell_known(known, rows)


def tell_known(known: int, rows: int) -> None:
    """Log of how many rows a CRM knows something."""
    logger.info("The CRM knows %d of %d rows", known, rows)
    if rows and not known:
        logger.warning("The CRM knows none of them: see that both columns of the identifier hold the same texts")


def _known_from(column: pa.Array, settings: CrmSettings) -> pa.Array:
    """From when rows are known, in microseconds since 1970: of a day its last one, since it says no more."""
    text = cast(column, Type.STRING, settings.date)
    moments = instants(text, settings.zone)
    unreadable = text.filter(pc.and_(text.is_valid(), moments.is_null()))
    if len(unreadable):
        raise InputError(
            f"Column {settings.date} of the CRM holds '{unreadable[0].as_py()[:40]}', which is no time",
            fix="write days or times in ISO 8601 in a Prepare recipe before this one",
        )
    days = pc.fill_null(pc.match_substring_regex(text, _DAY), fill_value=False)
    ends = pa.array([_end(day, settings.zone) for day in text.filter(days).to_pylist()], pa.int64())
    return pc.fill_null(pc.replace_with_mask(moments.cast(pa.int64()), days, ends), int(_ALWAYS))


def _end(day: str, zone: tzinfo) -> int:
    return bounds(date.fromisoformat(day), zone)[1] - 1


def _ranks(since: _Numbers | None, rows: int) -> tuple[_Numbers, _Numbers]:
    """All dates in their order, and of each row how many of them are not after its own."""
    if since is None:
        return np.zeros(0, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    dates = np.unique(since)
    return dates, np.searchsorted(dates, since, side="right")
