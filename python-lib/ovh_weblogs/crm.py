"""What a CRM knows of visitors, joined to their rows as it stood at the cutoff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.casting import cast
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import ARROW_TYPES, Type
from ovh_weblogs.visitored import CrmSettings

_Numbers = np.ndarray[Any, np.dtype[np.int64]]
PREFIX = "crm_"
_NAMED = 5  # duplicate keys that an error names
_NO_DATE = np.iinfo(np.int64).min


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
        types = {name: settings.types.get(name, Type.STRING) for name in names}
        types |= {settings.key: Type.STRING, **({settings.date: Type.INSTANT} if settings.date else {})}
        columns: dict[str, list[pa.Array]] = {name: [] for name in names}
        for batch in batches:
            for name in names:
                columns[name].append(cast(batch.column(name), types[name], name))
        table = pa.table({name: pa.chunked_array(parts, ARROW_TYPES[types[name]]) for name, parts in columns.items()})
        table = table.filter(table.column(settings.key).is_valid())
        self._customers = pc.unique(table.column(settings.key))
        self._dates, dates = _ranks(table.column(settings.date)) if settings.date else _undated(table.num_rows)
        place = pc.index_in(table.column(settings.key), self._customers).to_numpy()
        spots = place.astype(np.int64) * (len(self._dates) + 1) + dates
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

    def join(self, identifiers: pa.Array, cutoffs: pa.Array | None) -> list[pa.Array]:
        """The columns of ``names`` for each visitor; null where the CRM does not know him, or not yet.

        Args:
            identifiers: One per visitor.
            cutoffs: Up to when what the CRM says was known, inclusive; None for all that it says.
        """
        customer = pc.fill_null(pc.index_in(identifiers, self._customers), -1).to_numpy().astype(np.int64)
        steps = len(self._dates) + 1
        if cutoffs is None:
            rank = np.full(len(customer), len(self._dates), dtype=np.int64)
        else:
            instants = pc.cast(cutoffs, pa.int64()).to_numpy(zero_copy_only=False)
            rank = np.searchsorted(self._dates, instants, side="right")
        found = np.searchsorted(self._spots, customer * steps + rank, side="right") - 1
        known = (customer >= 0) & (found >= 0)
        known[known] = self._spots[found[known]] // steps == customer[known]
        where = pa.array(found, mask=~known)
        return [self._rows[name].take(where) for name in self._kept]

    def _refuse_twins(self, settings: CrmSettings) -> None:
        twins = np.flatnonzero(self._spots[1:] == self._spots[:-1])
        if len(twins):
            keys = pc.unique(self._rows[settings.key].take(pa.array(twins))).to_pylist()
            named = ", ".join(f"'{key[:40]}'" for key in keys[:_NAMED]) + (" and others" if len(keys) > _NAMED else "")
            same = f" with the same {settings.date}" if settings.date else ""
            raise InputError(
                f"The CRM has more than one row{same} of {named} in column {settings.key}",
                fix="keep one of them in a recipe before this one, or choose the column of a date that differs",
            )


def check_crm(names: Sequence[str], settings: CrmSettings) -> None:
    """Refuse a CRM that lacks a chosen column.

    Raises:
        InputError: One is absent.
    """
    absent = [name for name in (settings.key, settings.date) if name and name not in names]
    if absent:
        raise InputError(
            f"The CRM has no column {' and no column '.join(absent)}", fix="choose one that it has in the recipe"
        )


def joined(batches: Iterable[pa.RecordBatch], crm: Crm, identifier: str, *, drop: bool) -> Iterator[pa.RecordBatch]:
    """Rows of visitors with what the CRM says of each.

    Args:
        batches: Rows of visitors.
        crm: The CRM.
        identifier: Their column by which it knows them.
        drop: Whether that column stands in them for this purpose alone.
    """
    for batch in batches:
        names = [name for name in batch.schema.names if name != identifier or not drop]
        cutoffs = batch.column("cutoff_ts") if "cutoff_ts" in batch.schema.names else None
        found = crm.join(cast(batch.column(identifier), Type.STRING, identifier), cutoffs)
        arrays = [*(batch.column(name) for name in names), *found]
        yield pa.RecordBatch.from_arrays(arrays, names=[*names, *crm.names])


def _ranks(dates: pa.ChunkedArray) -> tuple[_Numbers, _Numbers]:
    """All dates in their order, and of each row how many of them are not after its own; one without is the first."""
    instants = pc.fill_null(pc.cast(dates, pa.int64()), int(_NO_DATE)).to_numpy()
    known = np.unique(instants)
    return known, np.searchsorted(known, instants, side="right")


def _undated(rows: int) -> tuple[_Numbers, _Numbers]:
    return np.zeros(0, dtype=np.int64), np.zeros(rows, dtype=np.int64)
