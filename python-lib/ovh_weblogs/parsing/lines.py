"""Logs other than web: line by line, with the time at its head where one is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

import pyarrow as pa

from ovh_weblogs.gunzip import Readable
from ovh_weblogs.parsing import values
from ovh_weblogs.parsing.blocks import line_blocks, text_of
from ovh_weblogs.schema import LINES

_CLF = re.compile(r"[^\[\]]{0,300}\[(\d\d/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]")
_DATE_IN_NAME = re.compile(r"(\d\d)-(\d\d)-(\d{4})")
_APACHE = r"\[?([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4})\]?"
_FRACTION = re.compile(r"\.\d+")

# Shapes seen in OVH's error, cron, FTP and SSH logs (OVH guides; Apache 2.2 and 2.4; syslog; xferlog).
_SHAPES = (
    (re.compile(r"\[?(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?\]?"), "%Y-%m-%d %H:%M:%S"),
    (re.compile(_APACHE), "%a %b %d %H:%M:%S %Y"),
    (re.compile(r"([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\b"), "%b %d %H:%M:%S"),
)


def read_lines(stream: Readable, *, source_file: str, zone: ZoneInfo) -> Iterator[pa.RecordBatch]:
    """Every line but blank ones, as rows of ``schema.LINES``, in blocks.

    Args:
        stream: A binary file object, gzip or plain; it is not closed.
        source_file: The file's name; a date in it (DD-MM-YYYY) gives the year to times that have none.
        zone: The zone of times that name none; a time that DST repeats is taken as the first of the two.

    Raises:
        LogDamaged: The gzip content is cut or damaged.
    """
    time_of = _reader(source_file, zone)
    for block in line_blocks(stream, source_file):
        texts = [text_of(line.content) for line in block]
        columns = (
            pa.array([time_of(text[:400]) for text in texts], pa.int64()).cast(LINES.arrow.field("server_ts").type),
            pa.array(texts, pa.string()),
            pa.array([source_file or None] * len(block), pa.string()),
            pa.array([line.number for line in block], pa.int64()),
        )
        yield pa.RecordBatch.from_arrays(list(columns), schema=LINES.arrow)


def _reader(source_file: str, zone: ZoneInfo) -> Callable[[str], int | None]:
    named = _DATE_IN_NAME.search(source_file)
    try:
        day = date(int(named[3]), int(named[2]), int(named[1])) if named else None
    except ValueError:
        day = None
    return partial(_time, day=day, zone=zone)


def _time(text: str, day: date | None, zone: ZoneInfo) -> int | None:
    offset = _CLF.match(text)
    if offset:
        return values.epoch_micros(offset[1])
    for shape, form in _SHAPES:
        found = shape.match(text)
        if found:
            return _local(found[1].replace("T", " ", 1) if form[1] == "Y" else found[1], form, day, zone)
    return None


@lru_cache(maxsize=8192)
def _local(text: str, form: str, day: date | None, zone: ZoneInfo) -> int | None:
    if "%Y" not in form:
        if day is None:
            return None
        text, form = f"{text} {day.year}", f"{form} %Y"
    try:
        local = datetime.strptime(_FRACTION.sub("", text), form).replace(tzinfo=zone)
    except ValueError:
        return None
    if day is not None and abs(local.date() - day) > timedelta(days=300):  # the file of New Year's Day or Eve
        local = local.replace(year=local.year + (1 if local.date() < day else -1))
    return (local.astimezone(timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)
