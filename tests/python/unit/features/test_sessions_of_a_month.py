"""Visits of generated traffic against its truth, which a plain pass over the lines has reckoned."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ovh_weblogs.sessions import SessionSettings, Visits

_PASSED = (
    *("server_ts", "source_file", "line_number", "log_family", "location", "status", "referer"),
    *("is_pageview", "is_conversion", "is_bot", "channel"),
)
_TOLD = {"landing": "landing_page", "exit": "exit_page", "referer": "entry_referer"}
_SAME = (
    *("session_index", "start_ts", "end_ts", "duration_s", "hits", "pageviews", "errors", "conversions"),
    *("landing", "exit", "referer", "channel", "campaign"),
)


@pytest.fixture(scope="module")
def events(month):
    """The true values of all hits of a month, of the server's and of the tracker's, each with its visitor."""
    lines = pq.read_table(month.folder / "truth/lines.parquet")
    hits = lines.filter(pc.equal(lines["kind"], "hit"))
    visitors = pc.binary_join_element_wise(hits["log_family"], hits["visitor_key"], ":")
    named = hits.select(_PASSED).append_column("campaign_name", hits["campaign"])
    return named.append_column("visitor_id", visitors).to_batches(max_chunksize=5000)


@pytest.fixture(scope="module")
def truth(month):
    return month.truth("sessions")


def visits(events, **settings):
    made = Visits(events[0].schema.names, SessionSettings(**settings))
    return pa.Table.from_batches(list(made.sessions(events))).to_pylist()


def test_the_visits_of_a_month_are_the_true_ones_row_by_row(events, truth):
    made = {(row["visitor_id"], row["session_index"]): row for row in visits(events)}
    expected = {(f"{row['log_family']}:{row['visitor_key']}", row["session_index"]): row for row in truth}
    assert len(expected) == len(truth) > 5000
    assert made.keys() == expected.keys()
    for key, row in expected.items():
        assert [made[key][_TOLD.get(name, name)] for name in _SAME] == [row[name] for name in _SAME]


def test_without_robots_the_visits_of_a_month_are_those_that_no_robot_made(events, truth):
    made = visits(events, only_people=True)
    expected = [row for row in truth if not row["is_bot"]]
    assert sorted((row["start_ts"], row["hits"]) for row in made) == sorted(
        (row["start_ts"], row["hits"]) for row in expected
    )


def test_ids_of_visits_do_not_repeat(events):
    made = visits(events)
    assert len({row["session_id"] for row in made}) == len(made)
