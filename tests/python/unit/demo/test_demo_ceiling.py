"""The true probability of each row: joined from what the generator says of people."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dev.demo.ceiling import true_probabilities
from dev.demo.preparation import samples
from dev.traffic.reckoning import SESSIONS, VISITORS
from tests.python.unit.demo.modelkit import LAST, snapshot, snapshots

CUTOFF_DAY = date(2026, 3, 23)
DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(30)]


def probability(level: int, absence: int) -> float:
    """As tests make it: each state has its own."""
    return level / 20 + absence / 1000


@pytest.fixture
def told(tmp_path):
    """Gives the probabilities of visitors at the cutoff of 23 March, by what is true of visits."""

    def found(visits: list[dict[str, Any]], *visitors: int) -> list[float]:
        _write(tmp_path, visits)
        rows = [snapshot(number, LAST - timedelta(days=1), 0) for number in (1, *visitors)]
        table = snapshots([*rows, *(snapshot(number, LAST, 0) for number in visitors)])
        return list(true_probabilities(tmp_path, samples(table)[1]))

    return found


def _write(folder: Path, visits: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(visits, SESSIONS), folder / "sessions.parquet")
    keys = sorted({visit["visitor_key"] for visit in visits})
    who = [{"log_family": "server", "visitor_key": key, "is_phone": False, "is_warm": True} for key in keys]
    pq.write_table(pa.Table.from_pylist(who, VISITORS), folder / "visitors.parquet")
    states = [
        {
            "day": day,
            "is_phone": phone,
            "is_warm": warm,
            "interest": level,
            "absence": absence,
            "probability": probability(level, absence) if (phone, warm) == (False, True) else 0.9,
        }
        for day in DAYS
        for phone in (False, True)
        for warm in (False, True)
        for level in range(6)
        for absence in range(29)
    ]
    pq.write_table(pa.Table.from_pylist(states), folder / "outlook.parquet")


def visit(number: int, day: int, *, level: int, person: int | None = None, bought: bool = False) -> dict[str, Any]:
    """A visit at noon."""
    return {
        "log_family": "server",
        "visitor_key": f"v{number:04}",
        "person": number if person is None else person,
        "start_ts": datetime(2026, 3, day, 11, tzinfo=timezone.utc),
        "interest": level,
        "conversions": int(bought),
    }


def test_it_is_that_of_the_interest_left_by_the_last_visit_before_the_cutoff(told):
    """From 20 March to the end of the 22nd: two days of absence."""
    visits = [visit(1, 10, level=5), visit(1, 20, level=3), visit(1, 24, level=4)]
    assert told(visits, 1) == pytest.approx([probability(3, 2)])


def test_a_purchase_leaves_little_interest(told):
    assert told([visit(1, 22, level=5, bought=True)], 1) == pytest.approx([probability(1, 0)])


def test_each_row_has_its_own_and_who_is_no_person_has_none(told):
    visits = [visit(1, 22, level=2), visit(3, 22, level=4), {**visit(2, 22, level=4), "person": None}]
    assert told(visits, 1, 2, 3) == pytest.approx([probability(2, 0), 0.0, probability(4, 0)])


def test_who_comes_from_two_addresses_is_two_visitors_with_a_part_each(told):
    visits = [visit(1, 21, level=2), visit(2, 22, level=4, person=1)]
    assert told(visits, 1, 2) == pytest.approx([1 - (1 - probability(4, 0)) ** 0.5] * 2)


def test_two_people_who_are_one_visitor_buy_unless_neither_does(told):
    visits = [visit(1, 22, level=2), visit(1, 22, level=4, person=2)]
    assert told(visits, 1) == pytest.approx([1 - (1 - probability(2, 0)) * (1 - probability(4, 0))])
