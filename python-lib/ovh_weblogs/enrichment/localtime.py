"""The hour and the day where the visitor is: what DSS's processor "Extract date elements" gives in his own zone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_STEP = 900  # seconds: clocks are changed at quarters of an hour, in every zone since 1972 (tz database)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_WEST, _EAST = 12 * 60, -14 * 60  # minutes behind UTC, of the zones at both ends; beyond them it is a mistake
_ZONES = 16_384  # quarters of an hour remembered: half a year


def parts(times: pa.Array, offsets: pa.Array | None, zone: tzinfo) -> list[pa.Array]:
    """``schema.LOCAL_TIME`` of each time: hour, day of the month, day of the week from 1 for Monday, and month.

    Args:
        times: Instants; a null has null parts.
        offsets: ``tz_off``, minutes that his clock is behind UTC, as a browser's ``getTimezoneOffset()`` tells; null,
            absent or impossible where it is not known.
        zone: What counts where it is not.
    """
    seconds = pc.floor_temporal(times, unit="second").cast(pa.timestamp("s", tz="UTC")).cast(pa.int64())
    shift = _shifts(seconds, zone)
    if offsets is not None:
        known = pc.and_(pc.greater_equal(offsets, _EAST), pc.less_equal(offsets, _WEST))
        told = pc.multiply(offsets.cast(pa.int64()), pa.scalar(-60, pa.int64()))
        shift = pc.if_else(pc.fill_null(known, fill_value=False), told, shift)
    hours = _floored(pc.add(seconds, shift), 3600).dictionary_encode()  # few, and each is looked at once
    local = pc.multiply(hours.dictionary, 3600).cast(pa.timestamp("s"))
    elements = (
        pc.hour(local),
        pc.day(local),
        pc.day_of_week(local, count_from_zero=False, week_start=1),
        pc.month(local),
    )
    return [element.cast(pa.int32()).take(hours.indices) for element in elements]


def _floored(seconds: pa.Array, unit: int) -> pa.Array:
    numbers = np.asarray(pc.fill_null(seconds, 0)) // unit
    return pa.array(numbers, mask=np.asarray(seconds.is_null()))


def of_hits(batch: pa.RecordBatch, zone: tzinfo) -> list[pa.Array]:
    """``parts`` of hits' ``server_ts``, by ``tz_off`` where there is such a column."""
    times = batch.column("server_ts")
    if "tz_off" in batch.schema.names and batch.column("tz_off").null_count < len(times):
        return parts(times, batch.column("tz_off"), zone)
    distinct = times.dictionary_encode()  # a server writes whole seconds
    return [pc.take(part, distinct.indices) for part in parts(distinct.dictionary, None, zone)]


def _shifts(seconds: pa.Array, zone: tzinfo) -> pa.Array:
    """Seconds that the zone is ahead of UTC at each instant.

    Python's zones, since Arrow looks for those of the system, which may have none.
    """
    quarters = _floored(seconds, _STEP).dictionary_encode()
    ahead = pa.array([_ahead(quarter, zone) for quarter in quarters.dictionary.to_pylist()], pa.int64())
    return ahead.take(quarters.indices)


@lru_cache(maxsize=_ZONES)
def _ahead(quarter: int, zone: tzinfo) -> int:
    try:
        shift = (_EPOCH + timedelta(seconds=quarter * _STEP)).astimezone(zone).utcoffset()
    except OverflowError:  # a year that Python does not have: no zone is known for it
        return 0
    return int((shift or timedelta()).total_seconds())
