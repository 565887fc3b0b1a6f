"""Work on distinct values: a log repeats itself, so that each value is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.schema import Column


def derived(
    array: pa.Array, columns: Sequence[Column], derive: Callable[[str], Sequence[object] | None]
) -> list[pa.Array]:
    """The columns that follow from each value of a text column.

    Args:
        array: Text.
        columns: What ``derive`` gives, in order.
        derive: Values of the columns for one text; None for nulls throughout. A null text gives nulls.

    Returns:
        One array per column, as long as the input.
    """
    encoded = array.dictionary_encode()
    nothing = [None] * len(columns)
    rows = [derive(text) or nothing for text in encoded.dictionary.to_pylist()]
    values: list[tuple[object, ...]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return [
        pc.take(pa.array(list(given), column.arrow.type), encoded.indices)
        for column, given in zip(columns, values, strict=True)
    ]
