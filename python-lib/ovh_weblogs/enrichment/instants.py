"""Times of any usual writing to instants: ISO 8601, Apache's, and what counts from 1970; columns at a time."""

from __future__ import annotations

import re
from datetime import datetime, timezone, tzinfo

import pyarrow as pa
import pyarrow.compute as pc

_INSTANT = pa.timestamp("us", tz="UTC")
_LOCAL = pa.timestamp("us")
_MONTHS = pa.array(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
_NUMBERS = pa.array([f"-{number:02}-" for number in range(1, 13)])
_ZONELESS = len("2026-01-31T10:00:00")
_APACHE = r"^\[?[0-3][0-9]/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2}(?: [+-][0-9]{4})?\]?$"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
_OFFSET = r"(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)"
_ISO = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_CLOCK}(?: ?{_OFFSET})?)?$"
_ZONED = r"(?:[Zz]|:[0-9.,]+ ?[+-][0-9:]+)$"
_NUMBER = r"^[0-9]{1,16}(?:\.[0-9]{1,9})?(?:[eE]\+?[0-9]{1,2})?$"
# Seconds from 100,000,000,000 on are those of the year 5138: what is larger counts in milliseconds, then microseconds.
_SECONDS, _MILLISECONDS = 1e11, 1e14
_LATEST = 253_402_300_800.0  # seconds to the year 10000, beyond which no writing of a date reaches
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def instants(array: pa.Array, zone: tzinfo) -> pa.Array:
    """Instants of a column; null where a value is none, or cannot be read.

    Args:
        array: Times, numbers since 1970 (seconds, milliseconds or microseconds, by their size), or texts: ISO 8601,
            Apache's ``28/Mar/2026:10:00:00 +0100`` with or without brackets and offset, or such numbers.
        zone: Of what names no zone. An hour that DST repeats is taken as the first of the two; one that it leaves out
            counts on from the hour before. A time of Arrow's without zone is in UTC, as the host has it.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("us", tz=array.type.tz or "UTC"), safe=False).cast(_INSTANT)
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        return _counted(array.cast(pa.float64()))
    text = array.cast(pa.string())
    usual = _usual(text, zone)
    if usual is not None:
        return usual
    text = pc.utf8_trim_whitespace(text)
    found = pa.nulls(len(text), _INSTANT)
    for shape, read in ((_APACHE, _apache), (_ISO, _iso), (_NUMBER, _numbers)):
        shaped = pc.fill_null(pc.match_substring_regex(text, shape), fill_value=False)
        if shaped.true_count == len(text):
            return read(text, zone)
        if shaped.true_count:
            found = pc.replace_with_mask(found, shaped, read(text.filter(shaped), zone))
        if found.null_count == text.null_count:
            break
    return found


def _usual(text: pa.Array, zone: tzinfo) -> pa.Array | None:
    """Times that all are ISO 8601, with zone or without, as Arrow reads them without a pattern; None for others."""
    first = pc.first(text).as_py() or ""
    if not re.match(_ISO, first):  # Arrow takes its time to fail: it words an error for each value
        return None
    try:
        return text.cast(_INSTANT) if re.search(_ZONED, first) else _placed(text.cast(_LOCAL), zone)
    except pa.ArrowInvalid:
        return None


def _iso(text: pa.Array, zone: tzinfo) -> pa.Array:
    plain = pc.replace_substring_regex(text, rf"([0-9]) ({_OFFSET})$", r"\1\2")
    plain = pc.replace_substring(pc.replace_substring(plain, ",", "."), "z", "Z")
    plain = pc.replace_substring_regex(plain, r"(\.[0-9]{6})[0-9]+", r"\1")
    return _dated(plain, pc.match_substring_regex(text, _ZONED), zone)


def _apache(text: pa.Array, zone: tzinfo) -> pa.Array:
    bare = pc.ascii_trim(text, "[]")
    day, month, year = (pc.utf8_slice_codeunits(bare, start, end) for start, end in ((0, 2), (3, 6), (7, 11)))
    clock = pc.replace_substring(pc.utf8_slice_codeunits(bare, 12, 26), " ", "")
    number = _NUMBERS.take(pc.index_in(month, value_set=_MONTHS))
    ordered = pc.binary_join_element_wise(year, number, day, "T", clock, "")
    return _dated(ordered, pc.greater(pc.binary_length(ordered), _ZONELESS), zone)


def _numbers(text: pa.Array, _zone: tzinfo) -> pa.Array:
    return _counted(text.cast(pa.float64()))


def _counted(numbers: pa.Array) -> pa.Array:
    factor = pc.if_else(pc.less(numbers, _SECONDS), 1e6, pc.if_else(pc.less(numbers, _MILLISECONDS), 1e3, 1.0))
    micros = pc.round(pc.multiply(numbers, factor))
    known = pc.and_(pc.greater_equal(micros, 0), pc.less(micros, _LATEST * 1e6))
    return pc.if_else(known, micros, None).cast(pa.int64()).cast(_INSTANT)


def _dated(text: pa.Array, zoned: pa.Array, zone: tzinfo) -> pa.Array:
    """Instants of ISO texts; ``zoned`` says which of them name their offset."""
    try:
        if pc.all(zoned, min_count=0).as_py():
            return text.cast(_INSTANT)
        if not pc.any(zoned, min_count=0).as_py():
            return _placed(text.cast(_LOCAL), zone)
    except pa.ArrowInvalid:  # at least one is no date, or stands in the hour that DST leaves out
        pass
    encoded = text.dictionary_encode()
    return pc.take(pa.array([_one(each, zone) for each in encoded.dictionary.to_pylist()], _INSTANT), encoded.indices)


def _placed(local: pa.Array, zone: tzinfo) -> pa.Array:
    name = "UTC" if zone is timezone.utc else str(zone)
    return pc.assume_timezone(local, name, ambiguous="earliest", nonexistent="raise").cast(_INSTANT)


def _one(text: str, zone: tzinfo) -> datetime | None:
    parts = re.match(r"(.{10})(?:T| |$)(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(.*)", text)
    if parts is None:
        return None
    day, hour, minute, second, fraction, offset = (part or "" for part in parts.groups())
    # A leap second ends its minute: the second before it, as clocks without leap seconds repeat it.
    second = "59" if second == "60" else second or "00"
    clock = f"{hour or '00'}:{minute or '00'}:{second}.{fraction.ljust(6, '0')}"
    colon = f"{offset[:3]}:{offset[3:].lstrip(':') or '00'}" if offset and offset != "Z" else ""
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset == 'Z' else colon}")
        placed = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return _EPOCH + (placed.astimezone(timezone.utc) - _EPOCH)
    except (ValueError, OverflowError):
        return None
