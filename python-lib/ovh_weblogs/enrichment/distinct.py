"""Work on distinct values: a log repeats itself, so that each value is looked at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.schema import Column

_ALL = slice(None)
_SAMPLE = 2_048  # rows: numbering those of a whole column takes as long as much that is done with them
_MOST_KINDS = 1 << 62  # that a number of 64 bits tells apart

Ints = npt.NDArray[np.int64]

Derive = Callable[[str], Sequence[object] | None]


def derived(array: pa.Array, columns: Sequence[Column], derive: Derive) -> list[pa.Array]:
    """The columns that follow from each value of a text column.

    Args:
        array: Text.
        columns: What ``derive`` gives, in order.
        derive: Values of the columns for one text; None for nulls throughout. A null text gives nulls.

    Returns:
        One array per column, as long as the input.
    """
    encoded = array.dictionary_encode()
    values = _columns(encoded.dictionary, columns, derive)
    return [taken(given, encoded.indices) for given in values]


def repeats(array: pa.Array) -> pa.DictionaryArray | None:
    """A text column by its distinct values, where they are clearly fewer than its rows; None for others."""
    first = array.slice(0, _SAMPLE)
    if 2 * pc.count_distinct(first).as_py() > len(first):
        return None
    return array.dictionary_encode()


def taken(values: pa.Array, places: pa.Array) -> pa.Array:
    """The values at these places; null where a place is null."""
    if values.null_count == len(values):  # often: few pages have anchors, few hosts ports
        return pa.nulls(len(places), values.type)
    return values.take(places)


def rows(arrays: Sequence[pa.Array]) -> tuple[list[pa.Array], pa.Array]:
    """The distinct rows of columns of one length, a null being a value as others, and the place of each row in them."""
    count, places, kinds = len(arrays[0]), np.zeros(len(arrays[0]), np.int64), 1
    for array in arrays:
        if array.null_count < count:
            codes = array.dictionary_encode(null_encoding="encode")
            if kinds * len(codes.dictionary) > _MOST_KINDS:
                places, kinds = _numbered(places), count
            places = places * len(codes.dictionary) + codes.indices.to_numpy()
            kinds *= len(codes.dictionary)
    places = _numbered(places)
    firsts = np.empty(int(places.max()) + 1 if count else 0, np.int64)
    firsts[places[::-1]] = np.arange(count)[::-1]
    return [array.take(pa.array(firsts)) for array in arrays], pa.array(places)


def _numbered(codes: Ints) -> Ints:
    """The same with small numbers, from 0 on in the order in which they occur."""
    numbers: Ints = pa.array(codes).dictionary_encode().indices.to_numpy().astype(np.int64)
    return numbers


def each(array: pa.Array, kind: pa.DataType, derive: Callable[[str], object]) -> pa.Array:
    """What follows from each value of a text column, as values of one Arrow type; a null gives a null."""
    encoded = array.dictionary_encode()
    values = pa.array([derive(text) for text in encoded.dictionary.to_pylist()], kind)
    return pc.take(values, encoded.indices)


class Remembered:
    """What ``derived`` gives, each value looked at once in all batches: for texts that cost much to look at.

    Args:
        columns: What ``derive`` gives, in order.
        derive: As ``derived`` has it.
        most: Bytes of distinct texts that are remembered; before more, all are forgotten.
    """

    def __init__(self, columns: Sequence[Column], derive: Derive, most: int) -> None:
        self._columns = columns
        self._derive = derive
        self._most = most
        self._adding = threading.Lock()
        self._texts: pa.Array
        self._values: list[pa.Array]
        self._asked, self._places = pa.nulls(0, pa.string()), pa.nulls(0, pa.int32())
        self._forget()

    def of(self, array: pa.Array, wanted: slice = _ALL) -> list[pa.Array]:
        """One array per column that is wanted, as long as the text column given."""
        with self._adding:
            if not array.equals(self._asked):  # mostly another group has asked for the same just before
                self._places = self._looked_up(array)
                self._asked = array
            return [taken(values, self._places) for values in self._values[wanted]]

    def _looked_up(self, array: pa.Array) -> pa.Array:
        places = pc.index_in(array, value_set=self._texts)
        if places.null_count == array.null_count:
            return places
        self._add(array, places)
        return pc.index_in(array, value_set=self._texts)

    def _add(self, array: pa.Array, places: pa.Array) -> None:
        new = array.filter(pc.and_(array.is_valid(), places.is_null())).unique()
        if self._texts.nbytes + new.nbytes > self._most:
            self._forget()
            new = array.drop_null().unique()
        values = _columns(new, self._columns, self._derive)
        self._texts = pa.concat_arrays([self._texts, new])
        self._values = [pa.concat_arrays(pair) for pair in zip(self._values, values, strict=True)]

    def _forget(self) -> None:
        self._texts = pa.nulls(0, pa.string())
        self._values = [pa.nulls(0, column.arrow.type) for column in self._columns]


def _columns(texts: pa.Array, columns: Iterable[Column], derive: Derive) -> list[pa.Array]:
    columns = tuple(columns)
    nothing = [None] * len(columns)
    rows = [derive(text) or nothing for text in texts.to_pylist()]
    values: list[tuple[object, ...]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return [pa.array(list(given), column.arrow.type) for column, given in zip(columns, values, strict=True)]
