"""Which hits are left out, and why: nothing is, unless it is asked for, and everything that is left out is counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.settings import Cleaning

_STATUSES = re.compile(r"([1-5])xx|(\d{3})(?:-(\d{3}))?", re.IGNORECASE)
# By reason: what it is called, and the flag that tells; the first that holds is counted.
_FLAGS = {"bots": "is_bot", "static": "is_static", "internal": "is_internal", "own_agents": "is_own_agent"}
_STATUS = "statuses"
REASONS = (*_FLAGS, _STATUS)


def count(counts: Counter[str], read: int, reasons: pa.Array | None) -> None:
    """Count a batch: ``hits`` read, ``events`` left, and ``dropped_...`` for each reason that hits are dropped for."""
    counts["hits"] += read
    counts["events"] += read if reasons is None else reasons.null_count
    if reasons is not None:
        for found in pc.value_counts(reasons.drop_null()).to_pylist():
            counts[f"dropped_{found['values']}"] += found["counts"]


def metrics(counts: Counter[str]) -> dict[str, int]:
    """What ``count`` counted, with a zero for each reason that did not occur."""
    return {name: counts[name] for name in ("hits", "events", *(f"dropped_{reason}" for reason in REASONS))}


def told(counts: Counter[str]) -> str:
    """The same as a line for the log of a build."""
    dropped = [f"{counts[f'dropped_{reason}']} {reason}" for reason in REASONS if counts[f"dropped_{reason}"]]
    return f"{counts['hits']} hits, {counts['events']} events; dropped: {', '.join(dropped) or 'none'}"


def reasons(batch: pa.RecordBatch, cleaning: Cleaning) -> pa.Array | None:
    """Why each row is to be dropped, null where it is not; None where nothing is to be dropped.

    Args:
        batch: Hits with their flags; a flag or status that is absent or null drops nothing.
        cleaning: What is to be dropped.
    """
    found = [(reason, pc.fill_null(flag, fill_value=False)) for reason, flag in _found(batch, cleaning)]
    if not found:
        return None
    conditions = pa.StructArray.from_arrays([flag for _, flag in found], names=[reason for reason, _ in found])
    return pc.case_when(conditions, *(pa.scalar(reason) for reason, _ in found))


def _found(batch: pa.RecordBatch, cleaning: Cleaning) -> Iterator[tuple[str, pa.Array]]:
    for reason, flag in _FLAGS.items():
        if reason in cleaning.drop and flag in batch.schema.names:
            yield reason, batch.column(flag)
    if cleaning.drop_statuses and "status" in batch.schema.names:
        yield _STATUS, pc.is_in(batch.column("status"), value_set=pa.array(check_statuses(cleaning.drop_statuses)))


def idle(names: Collection[str], cleaning: Cleaning) -> tuple[str, ...]:
    """A sentence for each wish that the columns do not allow."""
    needed = [(reason, flag) for reason, flag in _FLAGS.items() if reason in cleaning.drop]
    if cleaning.drop_statuses:
        needed.append((_STATUS, "status"))
    return tuple(
        f"Nothing is dropped for the reason {reason}, since there is no column {flag}"
        for reason, flag in needed
        if flag not in names
    )


@lru_cache(maxsize=8)
def check_statuses(texts: tuple[str, ...]) -> pa.Array:
    """Statuses from ``404``, ``400-499`` and ``4xx``.

    Raises:
        SettingsError: Some are none of these; they are named.
    """
    found: set[int] = set()
    wrong = []
    for text in texts:
        matched = _STATUSES.fullmatch(text.strip())
        if matched is None:
            wrong.append(f"'{text[:20]}'")
        elif matched[1]:
            found.update(range(100 * int(matched[1]), 100 * int(matched[1]) + 100))
        else:
            found.update(range(int(matched[2]), int(matched[3] or matched[2]) + 1))
    if wrong:
        raise SettingsError(
            f"Statuses to drop cannot be {' and '.join(wrong)}", fix="write each as 404, as 400-499 or as 4xx"
        )
    return pa.array(sorted(found), pa.int32())
