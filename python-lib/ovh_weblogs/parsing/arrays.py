"""Arrow arrays from numpy's memory and from Python's lists.

``pyarrow.array`` and ``pyarrow.scalar`` would do, too, but import pandas when first called, to know its types: that
takes a fifth of a second, in which a hundred thousand lines are read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ovh_weblogs.parsing.marks import Flags, Ints


def integers(values: Ints, absent: Flags | None = None) -> pa.Array:
    """The numbers as 64 bits each, nothing copied if they are that already; null where they are absent."""
    numbers = np.ascontiguousarray(values, np.int64)
    validity = None if absent is None else pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(pa.int64(), len(numbers), [validity, pa.py_buffer(numbers)])


def texts(values: Sequence[str | None]) -> pa.Array:
    """The texts, null for None."""
    encoded = binaries([None if value is None else value.encode() for value in values])
    return pa.Array.from_buffers(pa.string(), len(encoded), encoded.buffers())


def text(value: str | None) -> pa.Scalar:
    """One text, or null."""
    return texts([value])[0]


def binaries(values: Sequence[bytes | None]) -> pa.Array:
    """The byte strings, null for None."""
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum([len(value or b"") for value in values], out=offsets[1:])
    present = np.array([value is not None for value in values], np.bool_)
    buffers = [np.packbits(present, bitorder="little"), offsets, b"".join(value or b"" for value in values)]
    return pa.Array.from_buffers(pa.binary(), len(values), [pa.py_buffer(buffer) for buffer in buffers])
