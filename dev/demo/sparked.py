"""The archived day files once more on Spark: the same visitors have to come out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev import localspark
from dev.demo import flow
from dev.demo.errors import DemoFailed
from dev.demo.month import Month
from dev.demo.texts import counted
from dev.dsshost import Store, run_recipe

_ROOT = Path(__file__).parents[2]
_EVENTS, _VISITORS = "events_on_spark", "visitors_on_spark"
_DIGITS = 1e-9  # of doubles, which engines add up in orders of their own

Check = tuple[str, bool]


@dataclass(frozen=True)
class OnSpark:
    """What came of it, in a few words, and whether the visitors are those of one machine."""

    note: str
    check: Check


def check_there() -> None:
    """Find out before anything is made.

    Raises:
        DemoFailed: Spark cannot be run here.
    """
    why = localspark.missing()
    if why:
        raise DemoFailed(f"{why}.")


def on_spark(month: Month, storage: Path) -> OnSpark:
    """Make events of the archive's files, and visitors of these, by the recipes for Spark.

    Args:
        month: What the archive holds.
        storage: Where the host keeps its datasets; those of the flow are built.

    Raises:
        DemoFailed: A recipe failed.
    """
    store = Store(storage)
    config = {**flow.known(month), "max_reject_share": 1.0}
    _run("ovh-logs-events-spark", store, {"logs": ["archive"]}, {"events": [_EVENTS]}, config)
    _run("ovh-logs-visitors-spark", store, {"events": [_EVENTS]}, {"visitors": [_VISITORS]}, flow.counted(month))
    ours, theirs = _rows(store, _VISITORS), _rows(store, "visitors")
    doubles = {column["name"] for column in store.columns("visitors") if column["type"] == "double"}
    other = [key for key in theirs.keys() | ours.keys() if not _same(ours.get(key), theirs.get(key), doubles)]
    sentence = f"Spark makes the same {counted(len(theirs), 'visitor')} of the archived files, in every value"
    return OnSpark(f"{counted(len(ours), 'visitor')}, {len(other)} of them others", (sentence, not other))


def _run(
    recipe: str,
    store: Store,
    inputs: Mapping[str, list[str]],
    outputs: Mapping[str, list[str]],
    config: Mapping[str, object],
) -> None:
    result = run_recipe(_ROOT, recipe, store, inputs=inputs, outputs=outputs, config=config)
    if result.error is not None:
        raise DemoFailed(f"{recipe}: {result.error['message']}")


def _rows(store: Store, name: str) -> dict[str, dict[str, str]]:
    return {row["visitor_id"]: row for row in store.rows(name)}


def _same(one: Mapping[str, str] | None, other: Mapping[str, str] | None, doubles: set[str]) -> bool:
    if one is None or other is None or one.keys() != other.keys():
        return False
    return all(
        value == other[name]
        or (name in doubles and bool(value and other[name]) and _near(float(value), float(other[name])))
        for name, value in one.items()
    )


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_DIGITS, abs_tol=_DIGITS)
