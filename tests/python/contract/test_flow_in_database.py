"""A whole flow whose events lie in PostgreSQL: from log files to visitors, with nothing leaving the database."""

from __future__ import annotations

import math

import pytest

from dev.dsshost import Store, folder
from dev.dsshost.tables import Place


@pytest.fixture
def flow(warm, spring, tmp_path):
    """Runs log files of three days to visits and visitors; all from the events on lies where it is told to."""

    def ran(name, place=None, **settings):
        store = Store(tmp_path / name)
        raw = folder(store, "raw")
        raw.create()
        for path in (spring.folder / "ovh").rglob("*.gz"):
            raw.put(f"/{path.name}", path.read_bytes())
        for dataset in ("events", "sessions", "placed", "visitors"):
            if place is not None:
                store.set_table(dataset, place(dataset))
        steps = [
            ("ovh-logs-parse", {"logs": ["raw"]}, {"hits": ["hits"]}, {}),
            ("ovh-logs-enrich", {"hits": ["hits"]}, {"events": ["events"]}, {"add_geo": False}),
            (
                "ovh-logs-sessions",
                {"events": ["events"]},
                {"sessions": ["sessions"], "events_with_sessions": ["placed"]},
                settings,
            ),
            ("ovh-logs-visitors", {"events": ["events"]}, {"visitors": ["visitors"]}, settings),
        ]
        for recipe, inputs, outputs, config in steps:
            result = warm.run(recipe, store, inputs=inputs, outputs=outputs, config=config)
            assert result.error is None, result.log
        return store

    return ran


def cells(store, name):
    """Rows of a dataset by all that they hold, numbers as numbers: how a double is written differs."""
    kinds = {column["name"]: column["type"] for column in store.columns(name)}
    rows = [
        {key: float(text) if text and kinds[key] == "double" else text for key, text in row.items()}
        for row in store.rows(name)
    ]
    return sorted(rows, key=lambda row: [text for text in row.values() if isinstance(text, str)])


def test_a_flow_in_a_database_gives_the_rows_of_the_embedded_engine_and_nothing_leaves_it(flow, postgres):
    there = flow("there", lambda name: Place.of(postgres, f"FLOW_{name}"), engine="database")
    assert not (there.root / "left_the_database").exists()
    here = flow("here", engine="embedded")
    for name, fewest in (("sessions", 100), ("placed", 1000), ("visitors", 100)):
        ours, theirs = cells(there, name), cells(here, name)
        assert len(ours) == len(theirs) > fewest
        assert there.columns(name) == here.columns(name)
        for one, other in zip(ours, theirs, strict=True):
            assert {key for key in one if not same(one[key], other[key])} == set()


def same(one, other):
    return (
        math.isclose(one, other, rel_tol=1e-9) if isinstance(one, float) and isinstance(other, float) else one == other
    )
