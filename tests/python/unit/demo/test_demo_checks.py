"""The demo's checks: all hold for a run as it should be, and the right one fails for each thing that goes wrong."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dev.demo.checks import Evidence, all_checks
from dev.demo.month import Month, from_traffic
from dev.demo.tables import Tables
from dev.ovhsim.journal import Request
from dev.traffic.rows import SCHEMA
from ovh_weblogs.pipeline import Totals
from ovh_weblogs.schema import SESSIONS, VISITORS

Rows = list[dict[str, Any]]
NOW = datetime(2026, 3, 5, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def month(tmp_path_factory) -> Month:
    return from_traffic(tmp_path_factory.mktemp("month"), count=3, visitors=100)


@pytest.fixture
def rows(month) -> dict[str, Rows]:
    """Tables of a flow that made no mistake: taken from the truth."""
    lines = [
        row for row in pq.read_table(month.truth / "lines.parquet").to_pylist() if "tracker" not in row["source_file"]
    ]
    events = [
        {
            **row,
            "visitor_id": row["visitor_key"],
            "campaign_name": row["campaign"],
            "client_addr_country_code": row["country"],
        }
        for row in lines
        if row["kind"] == "hit"
    ]
    refused = [{**row, "request": row["line"].decode()} for row in lines if row["kind"] == "reject"]
    times: dict[str, list[datetime]] = {}
    for event in events:
        times.setdefault(event["visitor_id"], []).append(event["server_ts"])
    visits = true_sessions(month)
    visitors = [
        {"visitor_id": key, "count": len(found), "server_ts_min": min(found), "server_ts_max": max(found)}
        | measures([visit for visit in visits if visit["visitor_id"] == key])
        for key, found in times.items()
    ]
    return {"events": events, "refused": refused, "sessions": visits, "visitors": visitors}


def measures(visits: Rows) -> dict[str, Any]:
    """Of a visitor, by his visits."""
    views = [visit["pageviews"] for visit in visits]
    return {
        "session_id_count": len(visits),
        "pageviews": sum(views),
        "session_pageviews_max": max(views),
        "session_duration_mean": statistics.mean(visit["duration_s"] for visit in visits),
        "conversions": sum(visit["conversions"] for visit in visits),
    }


def true_sessions(month: Month) -> Rows:
    found = pq.read_table(month.truth / "sessions.parquet").to_pylist()
    names = {"visitor_key": "visitor_id", "referer": "entry_referer", "landing": "landing_page", "exit": "exit_page"}
    return [{names.get(key, key): row[key] for key in row} for row in found if row["log_family"] == "server"]


def asked(month: Month) -> list[Request]:
    """The log host's journal of a run that went well."""
    found = []
    for day in month.days:
        for fault in [month.faults[day].kind, ""] if day in month.faults else [""]:
            status = 503 if fault == "status" else 200
            path = f"/{month.file_name(day)}"
            found.append(Request(len(found) + 1, "GET", path, 1, "", "", {"cookie": "***"}, NOW, fault, status))
    return found


def called() -> list[Request]:
    """The API's journal of a run that needed one token."""
    path = "/1.0/hosting/web/example.com/userLogsToken?remoteCheck=false&ttl=3600"
    return [Request(1, "GET", path, 1, "", "", {}, NOW, "", 200)]


def evidence(folder: Path, month: Month, rows: dict[str, Rows], requests: list[Request] | None = None) -> Evidence:
    added = [pa.field(name, pa.string()) for name in ("campaign_name", "client_addr_country_code")]
    schemas = {
        "events": pa.schema([*SCHEMA, *added]),
        "refused": SCHEMA,
        "sessions": SESSIONS.arrow,
        "visitors": VISITORS.arrow,
    }
    for name, schema in schemas.items():
        pq.write_table(pa.Table.from_pylist(rows[name], schema=schema), folder / f"{name}.parquet")
    paths = [folder / f"{name}.parquet" for name in schemas]
    hits, rejects = len(rows["events"]), len(rows["refused"])
    tables = Tables(*paths, None, hits, rejects, hits, len(rows["sessions"]), len(rows["visitors"]))
    totals = Totals(files=3, lines=month.lines, hits=hits, rejects=rejects, blanks=month.blanks)
    return Evidence(month, asked(month) if requests is None else requests, called(), totals, tables, sessions(month))


def sessions(month: Month) -> int:
    found = pq.read_table(month.truth / "sessions.parquet", columns=["log_family"])
    return found.column(0).to_pylist().count("server")


def failing(run: Evidence) -> list[str]:
    return [sentence for sentence, holds in all_checks(run) if not holds]


def test_everything_holds_for_a_run_without_mistakes(tmp_path, month, rows):
    assert failing(evidence(tmp_path, month, rows)) == []


def test_a_lost_hit_is_noticed_as_a_line_and_in_its_file(tmp_path, month, rows):
    lost = rows["events"].pop()
    found = failing(evidence(tmp_path, month, rows))
    assert found[0].startswith("Every line is accounted for")
    assert "in 2 of 3 files" in found[1]
    assert lost["kind"] == "hit"


def test_a_hit_taken_twice_in_place_of_another_is_noticed(tmp_path, month, rows):
    rows["events"][0] = rows["events"][1]
    found = next(text for text in failing(evidence(tmp_path, month, rows)) if "where the truth has them" in text)
    assert "in 2 of 3 files" in found


@pytest.mark.parametrize("name", ["status", "location", "server_ts", "useragent", "user"])
def test_a_wrong_value_is_noticed(tmp_path, month, rows, name):
    row = rows["events"][5]
    row[name] = {"status": 599, "server_ts": NOW}.get(name, "wrong")
    assert failing(evidence(tmp_path, month, rows))[0].startswith("Every value read")


def test_a_changed_refused_line_is_noticed(tmp_path, month, rows):
    rows["refused"][0]["request"] += "x"
    assert "where the truth has them" in failing(evidence(tmp_path, month, rows))[0]


def test_two_visitors_taken_for_one_are_noticed(tmp_path, month, rows):
    rows["visitors"].pop()
    assert failing(evidence(tmp_path, month, rows))[0].startswith("One row per visitor")


def test_hits_given_to_the_wrong_visitor_are_noticed(tmp_path, month, rows):
    for row in rows["events"]:
        row["visitor_id"] = "somebody"
    assert failing(evidence(tmp_path, month, rows))[0].startswith("Every value read")


@pytest.mark.parametrize(
    "name", ["count", "server_ts_min", "server_ts_max", "session_id_count", "pageviews", "conversions"]
)
def test_a_visitor_with_a_wrong_value_is_noticed(tmp_path, month, rows, name):
    rows["visitors"][3][name] = NOW if name.startswith("server_ts") else 999_999
    assert failing(evidence(tmp_path, month, rows))[0].startswith("One row per visitor")


@pytest.mark.parametrize("name", ["session_index", "end_ts", "hits", "pageviews", "entry_referer", "channel"])
def test_a_visit_with_a_wrong_value_is_noticed(tmp_path, month, rows, name):
    rows["sessions"][3][name] = dict.fromkeys(("entry_referer", "channel"), "wrong").get(
        name, NOW if name.endswith("_ts") else 999_999
    )
    (found,) = failing(evidence(tmp_path, month, rows))
    assert found.startswith("One row per visit: ")


def test_a_visit_that_is_missing_is_noticed(tmp_path, month, rows):
    rows["sessions"].pop()
    (found,) = failing(evidence(tmp_path, month, rows))
    assert found.startswith("One row per visit: ")


def test_devices_told_wrongly_for_more_than_one_hit_in_a_hundred_are_noticed(tmp_path, month, rows):
    for row in rows["events"][::50]:
        row["useragent_type"] = "tablet"
    (found,) = failing(evidence(tmp_path, month, rows))
    assert found.startswith("Type, browser and system were told rightly for 9")


@pytest.mark.parametrize(
    "name",
    ["client_addr_country_code", "referer_type", "channel", "campaign_name", "page_category", "is_conversion"],
)
def test_countries_and_sources_told_wrongly_for_more_than_one_hit_in_a_hundred_are_noticed(tmp_path, month, rows, name):
    for row in rows["events"][::50]:
        row[name] = not row[name] if name == "is_conversion" else "wrong"
    (found,) = failing(evidence(tmp_path, month, rows))
    assert found.startswith("Countries, referrers, channels, campaigns, categories and conversions are right for 9")


def test_a_visit_too_many_is_noticed(tmp_path, month, rows):
    run = evidence(tmp_path, month, rows)
    assert failing(replace(run, visits=run.visits + 1))[0].startswith("Visits begin after half an hour of silence")


def test_a_file_that_came_badly_and_was_not_asked_for_again_is_noticed(tmp_path, month, rows):
    requests = [request for request in asked(month) if request.fault or request.number == 1]
    found = failing(evidence(tmp_path, month, rows, requests))
    assert [sentence.partition(" 2026")[0] for sentence in found] == ["The file of 2 March", "The file of 3 March"]


def test_without_truth_lines_files_and_visitors_are_counted(tmp_path, month, rows):
    run = evidence(tmp_path, month, rows)
    found = all_checks(replace(run, month=replace(month, truth=None)))
    assert [holds for _, holds in found] == [True] * 5


def test_a_request_without_a_token_or_with_a_password_is_noticed(tmp_path, month, rows):
    run = evidence(tmp_path, month, rows)
    first, *others = run.requests
    for odd in (replace(first, headers={}), replace(first, authorization="Basic ***")):
        (found,) = failing(replace(run, requests=[odd, *others]))
        assert found.startswith("OVH API keys opened the logs: ")


def test_logs_that_no_token_was_asked_for_are_noticed(tmp_path, month, rows):
    run = evidence(tmp_path, month, rows)
    refused = [replace(call, status=403) for call in run.calls]
    for calls in ([], refused):
        (found,) = failing(replace(run, calls=calls))
        assert found.endswith("; 0 tokens needed")
