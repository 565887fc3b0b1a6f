"""Columns that follow from distinct values: each looked at once, and forgotten before too many are held."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment.distinct import Remembered, derived
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
