"""Columns that follow from distinct values: each looked at once, and forgotten before too many are held."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment.distinct import Remembered, derived, repeats, rows
from ovh_weblogs.schema import Column, Type

COLUMNS = (Column("upper", Type.STRING, "In capitals."), Column("length", Type.INT, "How many characters."))


def measured(text):
    return (text.upper(), len(text)) if text != "nothing" else None


def looked_at(batches, most):
    seen = []
    remembered = Remembered(COLUMNS, lambda text: [seen.append(text), measured(text)][1], most)
    for batch in batches:
        remembered.of(pa.array(batch, pa.string()))
    return seen


def test_a_value_is_looked_at_once_in_all_batches():
    assert looked_at([["a", "b", "a"], ["b", None, "c"], ["a", "c"]], 100) == ["a", "b", "c"]


def test_before_more_bytes_than_may_be_held_all_are_forgotten():
    a, b, c = "a" * 100, "b" * 100, "c" * 100
    assert looked_at([[a], [b], [a, b], [c], [c, a], [a, c]], 300) == [a, b, c, a]


def test_a_batch_of_more_than_may_be_held_has_its_values_all_the_same():
    upper, length = Remembered(COLUMNS, measured, 1).of(pa.array(["abc", None, "nothing", "abc"]))
    assert upper.to_pylist() == ["ABC", None, None, "ABC"]
    assert length.to_pylist() == [3, None, None, 3]
    assert length.type == pa.int32()


@given(st.lists(st.lists(st.none() | st.text("abc", max_size=3)), max_size=5), st.sampled_from([1, 30, 1000]))
def test_what_is_remembered_is_what_would_be_derived(batches, most):
    remembered = Remembered(COLUMNS, measured, most)
    for batch in batches:
        texts = pa.array(batch, pa.string())
        assert remembered.of(texts) == derived(texts, COLUMNS, measured)


def test_a_column_that_repeats_itself_is_numbered_and_another_is_not():
    repeated = pa.array(["a", None, "b", "a"] * 9)
    assert repeats(repeated).dictionary.to_pylist() == ["a", "b"]
    assert repeats(repeated).to_pylist() == repeated.to_pylist()
    assert repeats(pa.array(["a", "b", "c"])) is None


SOME = st.sampled_from([None, "", "a", "b"])


@given(st.lists(st.tuples(SOME, SOME, st.sampled_from([None, 0, 1]))))
def test_distinct_rows_stand_in_order_and_every_row_finds_its_own(table):
    columns = [
        pa.array([row[place] for row in table], kind) for place, kind in enumerate(["string", "string", "int32"])
    ]
    distinct, places = rows(columns)
    found = list(zip(*(array.to_pylist() for array in distinct), strict=True))
    assert found == list(dict.fromkeys(table))
    assert [found[place] for place in places.to_pylist()] == table


def test_more_combinations_than_a_number_holds_are_told_apart():
    values = [str(number) for number in range(3000)]
    columns = [pa.array(values[shift:] + values[:shift]) for shift in range(8)]  # 3000 ** 8 is beyond 2 ** 64
    distinct, places = rows(columns)
    assert distinct[7].equals(columns[7])
    assert places.to_pylist() == list(range(3000))
