"""What is known of addresses from one batch to the next: of IPv4 by networks, all at once; of others one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment.addresses import IPV4, numbers, parsed
from ovh_weblogs.schema import Column

_MOST = 500_000  # networks, and other addresses, that are remembered; before more, all are forgotten
_BITS = 32
_NOTHING = 0  # number of the row of nulls

Row = tuple[object, ...]
Derive = Callable[[str], tuple[Row | None, int]]
Numbers = npt.NDArray[np.uint32]


class Memory:
    """Rows by address; a network is looked up once, though many addresses are in it.

    Args:
        columns: What a row has.
        derive: For an address in its usual notation its row (None: nulls), and the length of the network that has the
            same row, which counts for IPv4 alone. Networks do not overlap.
    """

    def __init__(self, columns: Sequence[Column], derive: Derive) -> None:
        self._columns = columns
        self._derive = derive
        self._adding = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._firsts = self._lasts = np.zeros(0, np.uint32)
        self._places = np.zeros(0, np.int32)  # numbers of the networks' rows
        self._others: dict[str, int] = {}
        self._rows: dict[Row, int] = {(None,) * len(self._columns): _NOTHING}
        self._values: list[pa.Array] = [pa.nulls(1, column.arrow.type) for column in self._columns]

    def of(self, addresses: pa.Array) -> list[pa.Array]:
        """One array per column, as long as the text column of addresses."""
        plain = pc.fill_null(pc.match_substring_regex(addresses, IPV4), fill_value=False)
        usual = plain.to_numpy(zero_copy_only=False)
        places = np.full(len(addresses), _NOTHING, np.int32)
        with self._adding:
            if max(len(self._lasts), len(self._others)) + len(addresses) > _MOST:
                self._forget()
            places[usual] = self._of_networks(numbers(addresses.filter(plain)))
            if plain.false_count:
                places[~usual] = [self._of_other(text) for text in addresses.filter(pc.invert(plain)).to_pylist()]
            self._complete()
            taken = pa.array(places)
            return [pc.take(values, taken) for values in self._values]

    def _of_networks(self, asked: Numbers) -> npt.NDArray[np.int32]:
        found, known = self._networks(asked)
        if not known.all():
            self._learn(np.unique(asked[~known]).tolist())
            found, _ = self._networks(asked)
        return self._places[found]

    def _networks(self, asked: Numbers) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """The first network that does not end before each address, and whether the address is in it."""
        if not len(self._lasts):
            return np.zeros(len(asked), np.intp), np.zeros(len(asked), np.bool_)
        found = np.minimum(np.searchsorted(self._lasts, asked), len(self._lasts) - 1)
        return found, (self._firsts[found] <= asked) & (asked <= self._lasts[found])

    def _learn(self, asked: list[int]) -> None:
        """Look up addresses, which are in order and in no network that is known."""
        firsts, lasts, places, end = [], [], [], -1
        for number in asked:
            if number <= end:
                continue
            row, length = self._derive(f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
            size = 1 << _BITS - length
            first = number // size * size
            end = first + size - 1
            firsts.append(first)
            lasts.append(end)
            places.append(self._place(row))
        self._lasts = np.concatenate([self._lasts, np.array(lasts, np.uint32)])
        order = np.argsort(self._lasts, kind="stable")
        self._lasts = self._lasts[order]
        self._firsts = np.concatenate([self._firsts, np.array(firsts, np.uint32)])[order]
        self._places = np.concatenate([self._places, np.array(places, np.int32)])[order]

    def _of_other(self, text: str | None) -> int:
        if text is None:
            return _NOTHING
        place = self._others.get(text)
        if place is None:
            address = parsed(text)
            place = _NOTHING if address is None else self._place(self._derive(str(address))[0])
            self._others[text] = place
        return place

    def _place(self, row: Row | None) -> int:
        return _NOTHING if row is None else self._rows.setdefault(row, len(self._rows))

    def _complete(self) -> None:
        """Bring the columns' values up to the rows."""
        there = len(self._values[0])
        if there == len(self._rows):
            return
        new = zip(*list(self._rows)[there:], strict=True)
        self._values = [
            pa.concat_arrays([values, pa.array(list(given), values.type)])
            for values, given in zip(self._values, new, strict=True)
        ]
