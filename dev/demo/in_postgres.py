"""The flow once more with its events in a PostgreSQL: the same visits and visitors, and no row leaves the database."""

from __future__ import annotations

from pathlib import Path

from dev import databases
from dev.demo import flow
from dev.demo.elsewhere import Elsewhere, build, compared
from dev.demo.errors import DemoFailed
from dev.demo.month import Month
from dev.demo.texts import counted
from dev.dsshost import Store
from dev.dsshost.tables import Place

TITLE = "Events, visits, visitors in PostgreSQL"
_THERE = {"engine": "database"}
_ALWAYS = ("sessions", "visitors")
_KEYS = {"sessions": ["session_id"], "visitors": ["visitor_id"], flow.SNAPSHOTS: ["visitor_id", "cutoff_ts"]}
_CALLED = {"sessions": "visit", "visitors": "visitor", flow.SNAPSHOTS: "snapshot"}
_MEMORY = "work_mem=128MB"


def check_there() -> None:
    """Find out before anything is made.

    Raises:
        DemoFailed: PostgreSQL cannot be run here.
    """
    try:
        databases.find_postgres()
    except databases.MissingProgram as missing:
        raise DemoFailed(f"{missing}.") from None


def once_more(month: Month, storage: Path) -> Elsewhere:
    """Enrich the hits into a table, and make visits, visitors and snapshots where it lies, by the recipes of the flow.

    Args:
        month: What the hits are of.
        storage: Where the host keeps its datasets; those of the flow are built.

    Raises:
        DemoFailed: A recipe failed.
    """
    store, labels = Store(storage), flow.labels(month)
    with databases.postgres(settings=[_MEMORY]) as server:
        for name in ("events", *_KEYS):
            store.set_table(_table(name), Place.of(server, f"DEMO_{name}"))
        events = {"events": [_table("events")]}
        build(flow.ENRICH, store, {"hits": [flow.READ]}, events, flow.known(month))
        build(flow.VISITS, store, events, {"sessions": [_table("sessions")]}, {**flow.PAUSED, **_THERE})
        build(flow.GROUP, store, events, {"visitors": [_table("visitors")]}, {**flow.counted(month), **_THERE})
        left = _left(storage)
        if labels:
            build(flow.GROUP, store, events, {"visitors": [_table(flow.SNAPSHOTS)]}, {**labels, **_THERE})
        # Of labels the time of the latest hit and their counts by cutoff are asked for.
        stayed = not left and _left(storage) <= (1 + 3 * len(labels["cutoffs"]) if labels else 0)
        found = {name: compared(store, _table(name), name, _KEYS[name]) for name in _KEYS if labels or name in _ALWAYS}
    rows = ", ".join(counted(each.rows, _CALLED[name]) for name, each in found.items())
    others = sum(each.others for each in found.values())
    return Elsewhere(
        f"{rows} made there, {others} of them others",
        [
            (f"PostgreSQL makes the same rows in every value: {rows}", not others),
            ("No row of events, visits or visitors left PostgreSQL while they were made", stayed),
        ],
    )


def _left(storage: Path) -> int:
    """Rows that recipes took out of the database."""
    path = storage / "left_the_database"
    return sum(int(count) for count in path.read_text("utf-8").split()) if path.exists() else 0


def _table(name: str) -> str:
    return f"{name}_in_postgres"
