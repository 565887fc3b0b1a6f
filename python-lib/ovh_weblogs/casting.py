"""Columns as they come (text, doubles, other times) cast to the types that ``schema`` declares."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import ARROW_TYPES, Table, Type

_ZONED = r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"
_COMMON = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"


def conform(batch: pa.RecordBatch, table: Table) -> pa.RecordBatch:
    """The batch with every column that the table declares cast to its type; the others as they are.

    Text may stand for any type: numbers may be written as doubles (``200.0``), times as ISO 8601 with a zone. Empty
    text becomes null, as everywhere.

    Raises:
        InputError: A value cannot be read as its column's type.
    """
    arrays = []
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        column = table.get(name)
        arrays.append(array if column is None else cast(array, column.type, name))
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def cast(array: pa.Array, kind: Type, name: str) -> pa.Array:
    """One column as the declared type.

    Args:
        array: Values of any Arrow type.
        kind: The type wanted.
        name: The column's name, for messages.

    Raises:
        InputError: A value cannot be read so.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    target = ARROW_TYPES[kind]
    if array.type == target and kind is not Type.STRING:
        return array
    try:
        if not _is_text(array.type):
            return _from_values(array, kind, target)
        text = _nulled(array.cast(pa.string()))
        return text if kind is Type.STRING else _from_text(text, kind, target)
    except pa.ArrowInvalid as cause:
        raise InputError(
            f"Column {name} of the input does not hold {_SPOKEN[kind]} ({cause})",
            fix="correct its type or its values in a Prepare recipe before this one",
        ) from cause


_SPOKEN = {
    Type.STRING: "text",
    Type.INT: "whole numbers",
    Type.BIGINT: "whole numbers",
    Type.DOUBLE: "numbers",
    Type.BOOLEAN: "true or false",
    Type.INSTANT: "times with a zone, such as 2026-01-31T10:00:00.000Z",
    Type.BINARY: "bytes",
}


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view"


def _nulled(text: pa.Array) -> pa.Array:
    if pc.min(pc.binary_length(text)).as_py() != 0:
        return text  # mostly: lengths are known, so that no text is compared and none is copied
    # Not if_else with None: it gives an invalid array for a slice (pyarrow 16 and 18).
    return pc.replace_with_mask(text, pc.fill_null(pc.equal(text, ""), fill_value=False), pa.scalar(None, pa.string()))


def _from_values(array: pa.Array, kind: Type, target: pa.DataType) -> pa.Array:
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), target)
    if pa.types.is_floating(array.type) and kind in (Type.INT, Type.BIGINT):
        array = pc.if_else(pc.is_nan(array), None, array)
    if pa.types.is_timestamp(array.type):
        if kind is Type.INSTANT:
            # A pandas time without zone is UTC to DSS (dataset writer of DSS 9.0.5); finer than a microsecond is cut.
            return array.cast(pa.timestamp("us", tz=array.type.tz or "UTC"), safe=False).cast(target)
        array = array.cast(pa.timestamp("us", tz=array.type.tz), safe=False)
    if kind is Type.STRING:
        return _nulled(array.cast(target))
    return array.cast(target)


def _from_text(text: pa.Array, kind: Type, target: pa.DataType) -> pa.Array:
    if kind in (Type.INT, Type.BIGINT):
        whole = pc.replace_substring_regex(text, r"\.0+$", "")
        return whole.cast(target)
    if kind is Type.INSTANT:
        return _instants(text)
    return text.cast(target)


def _instants(text: pa.Array) -> pa.Array:
    shaped = pc.match_substring_regex(text, _COMMON)
    if pc.all(shaped, min_count=0).as_py() is False:
        odd = text.filter(pc.invert(shaped))[0].as_py()
        zoneless = pc.match_substring_regex(pa.array([odd]), _ZONED)[0].as_py() is False
        raise pa.ArrowInvalid(f"found '{odd[:40]}'" + (", which has no zone" if zoneless else ""))
    # Arrow parses at most six digits into microseconds, a zone as Z, +hh, +hhmm or +hh:mm.
    cut = pc.replace_substring_regex(text, r"(\.\d{6})\d+", r"\1")
    return pc.replace_substring(cut, "z", "Z").cast(pa.timestamp("us", tz="UTC"))
