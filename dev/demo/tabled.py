"""The flow once more with its events in a PostgreSQL: the same visits and visitors, and no row leaves the database."""

from __future__ import annotations

from pathlib import Path

from dev import databases
from dev.demo import flow
from dev.demo.elsewhere import Compared, Elsewhere, build, compared
from dev.demo.errors import DemoFailed
from dev.demo.month import Month
from dev.demo.texts import counted
from dev.dsshost import Store
from dev.dsshost.tables import Place

TITLE = "Events, visits and visitors in PostgreSQL"
_THERE = {"engine": "database"}
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
    """Enrich the hits into a table, and make visits and visitors where it lies, by the recipes of the flow.

    Args:
        month: What the hits are of.
        storage: Where the host keeps its datasets; those of the flow are built.

    Raises:
        DemoFailed: A recipe failed.
    """
    store = Store(storage)
    with databases.postgres(settings=[_MEMORY]) as server:
        for name in ("events", "sessions", "visitors"):
            store.set_table(_table(name), Place.of(server, f"DEMO_{name}"))
        events = {"events": [_table("events")]}
        build(flow.ENRICH, store, {"hits": [flow.READ]}, events, flow.known(month))
        build(flow.VISITS, store, events, {"sessions": [_table("sessions")]}, {**flow.PAUSED, **_THERE})
        build(flow.GROUP, store, events, {"visitors": [_table("visitors")]}, {**flow.counted(month), **_THERE})
        stayed = not (storage / "left_the_database").exists()
        visits = compared(store, _table("sessions"), "sessions", ["session_id"])
        visitors = compared(store, _table("visitors"), "visitors", ["visitor_id"])
    return Elsewhere(
        f"{counted(visits.rows, 'visit')} and {counted(visitors.rows, 'visitor')} made there, "
        f"{visits.others + visitors.others} of them others",
        [
            (_same(visits, visitors), not visits.others and not visitors.others),
            ("No row of events, visits or visitors left PostgreSQL while they were made", stayed),
        ],
    )


def _same(visits: Compared, visitors: Compared) -> str:
    rows = f"{counted(visits.rows, 'visit')} and {counted(visitors.rows, 'visitor')}"
    return f"PostgreSQL makes the same {rows}, in every value"


def _table(name: str) -> str:
    return f"{name}_in_postgres"
