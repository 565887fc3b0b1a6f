"""Inputs of any origin, read as hits: by what columns stand for, whatever they are called."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from ovh_weblogs.enrichment import UNREADABLE, as_events, enrich_batch, inputs, our_names, plan
from ovh_weblogs.errors import InputError
from ovh_weblogs.roles import ROLES
from ovh_weblogs.schema import AGENT_COLUMNS, COUNTRY_COLUMNS, HITS, LOCATION_PARTS, REFERER_PARTS
from ovh_weblogs.settings import EnrichSettings, Policy

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
PARIS = ZoneInfo("Europe/Paris")
TEN = datetime(2026, 3, 28, 9, tzinfo=timezone.utc)  # ten o'clock in Paris


def enriched(cells, counts=None, **settings):
    """The columns after enrichment of one row, or of several where values are lists."""
    rows = {name: value if isinstance(value, list) else [value] for name, value in cells.items()}
    return enrich_batch(pa.RecordBatch.from_pydict(rows), EnrichSettings(**settings), counts)


def row(cells, **settings):
    return enriched(cells, **settings).to_pylist()[0]


def test_every_role_is_a_column_of_hits_unless_it_has_no_column_by_default():
    assert {role.column for role in ROLES if role.default} <= set(HITS.names)
    assert [role.name for role in ROLES if not role.default] == ["path", "identifier"]
    assert len({role.parameter for role in ROLES}) == len(ROLES)


def test_names_of_added_columns_begin_with_that_of_the_inputs_column():
    columns = {"ip": "192.0.2.1", "agent": FIREFOX, "page": "https://a.example/x?y", "ref": "https://b.example/"}
    chosen = {"address": "ip", "useragent": "agent", "url": "page", "referrer": "ref"}
    event = row(columns, columns=chosen, bots=False, resources=False, traffic_sources=False)
    parts = [
        name.replace(ours, theirs, 1)
        for ours, theirs, group in (
            ("useragent", "agent", AGENT_COLUMNS),
            ("client_addr", "ip", COUNTRY_COLUMNS),
            ("location", "page", LOCATION_PARTS),
            ("referer", "ref", REFERER_PARTS),
        )
        for name in (column.name for column in group)
    ]
    assert list(event) == [*columns, *parts, "visitor_id"]
    assert (event["agent_brand"], event["page_path"], event["ref_host"]) == ("Firefox", "/x", "b.example")


def test_the_visitor_is_the_same_whatever_columns_are_called():
    theirs = row({"ip": "192.0.2.1", "agent": FIREFOX}, columns={"address": "ip", "useragent": "agent"})
    assert theirs["visitor_id"] == row({"client_addr": "192.0.2.1", "useragent": FIREFOX})["visitor_id"]


def test_a_column_that_was_chosen_and_is_not_there_is_named_with_its_parameter():
    with pytest.raises(InputError, match=r"no column agent \(useragent_column\); choose one"):
        plan(["client_addr"], EnrichSettings(columns={"useragent": "agent"}))


def test_one_column_cannot_stand_for_two_things_that_add_the_same():
    with pytest.raises(InputError, match=r"x_anchor and .* would be added twice; choose a column for one thing only"):
        plan(["x"], EnrichSettings(columns={"url": "x", "referrer": "x"}))


def test_a_column_of_our_name_beside_the_chosen_one_passes_unchanged():
    columns = {"status": "all good", "response": "404", "client_addr": "192.0.2.1"}
    event = enriched(columns, columns={"status": "response"}, geo=False)
    assert event.to_pylist()[0] == {**columns, "visitor_id": event.column("visitor_id")[0].as_py()}
    declared = plan(list(columns), EnrichSettings(columns={"status": "response"}, geo=False)).declared
    assert [column.name for column in declared] == ["client_addr", "visitor_id"]


# Times


@pytest.mark.parametrize(
    "text", ["28/Mar/2026:10:00:00 +0100", "[28/Mar/2026:10:00:00 +0100]", "2026-03-28 10:00:00", "1774688400"]
)
def test_a_time_under_another_name_stays_and_is_written_as_server_ts(text):
    event = row({"timestamp": text, "client_addr": "192.0.2.1"}, columns={"time": "timestamp"}, zone=PARIS)
    assert (event["timestamp"], event["server_ts"]) == (text, TEN)


def test_a_text_under_our_name_becomes_a_time_in_its_place():
    event = row({"server_ts": "2026-03-28T10:00:00", "client_addr": "192.0.2.1"}, zone=PARIS)
    assert next(iter(event.items())) == ("server_ts", TEN)


def test_times_that_cannot_be_read_are_null_and_counted_and_absent_ones_are_not():
    counts = Counter()
    times = ["2026-03-28T09:00:00Z", "lunch", "-", "", None]
    event = enriched({"when": times, "client_addr": ["192.0.2.1"] * 5}, counts, columns={"time": "when"})
    assert event.column("server_ts").to_pylist() == [TEN, None, None, None, None]
    assert counts[UNREADABLE] == 1


def test_a_server_ts_beside_the_chosen_time_is_in_the_way():
    with pytest.raises(InputError, match="already has a column server_ts"):
        plan(["server_ts", "when"], EnrichSettings(columns={"time": "when"}))


# What Grok leaves


def test_quotes_and_hyphens_of_other_columns_are_no_part_of_texts():
    columns = {"ip": "192.0.2.1", "agent": f'"{FIREFOX}"', "referrer": '"-"'}
    chosen = {"address": "ip", "useragent": "agent", "referrer": "referrer"}
    event = row(columns, columns=chosen)
    bare = row({**columns, "agent": FIREFOX}, columns=chosen)
    assert event["agent"] == f'"{FIREFOX}"'
    assert event["agent_brand"] == "Firefox"
    assert event["visitor_id"] == bare["visitor_id"]
    assert event["referrer_path"] is None


@pytest.mark.parametrize(
    ("request_line", "path", "query"),
    [
        ("GET /a?b=c HTTP/1.1", "/a", "b=c"),
        ("GET /a b?c HTTP/2", "/a b", "c"),
        ("POST /a", "/a", None),
        ("/a?b=c", "/a", "b=c"),
        ("-", None, None),
        ("\\x16\\x03", None, None),
    ],
)
def test_a_url_may_stand_in_a_request_line(request_line, path, query):
    event = row({"request": request_line}, columns={"url": "request"})
    assert (event["request"], event["request_path"], event["request_querystring"]) == (request_line, path, query)


@pytest.mark.parametrize(
    ("host", "path", "location"),
    [
        ("WWW.example.com", "/a?b", "https://www.example.com/a?b"),
        ("www.example.com", "GET /a HTTP/1.1", "https://www.example.com/a"),
        (None, "/a", "/a"),
        ("www.example.com", "http://other.example/", "http://other.example/"),
        ("www.example.com", "*", "*"),
        ("www.example.com", None, None),
    ],
)
def test_host_and_path_are_joined_to_a_location(host, path, location):
    columns = {"site": pa.array([host], pa.string()), "target": pa.array([path], pa.string())}
    event = enrich_batch(
        pa.RecordBatch.from_pydict(columns), EnrichSettings(columns={"host": "site", "path": "target"})
    ).to_pylist()[0]
    assert list(event)[2:4] == ["location", "location_scheme"]
    assert event["location"] == location


def test_a_path_without_a_column_of_hosts_is_a_location_by_itself():
    assert row({"target": "/a"}, columns={"path": "target"})["location_path"] == "/a"


def test_a_location_beside_the_chosen_path_is_in_the_way():
    with pytest.raises(InputError, match="already has a column location"):
        plan(["location", "target"], EnrichSettings(columns={"path": "target"}))


# Replacing


def test_columns_in_the_way_are_replaced_where_it_is_asked_for():
    columns = {"useragent_type": "mine", "client_addr": "192.0.2.1", "useragent": "curl/8.5.0"}
    event = row(columns, overwrite=True, bots=False, geo=False)
    assert list(event) == ["client_addr", "useragent", *(column.name for column in AGENT_COLUMNS), "visitor_id"]
    assert event["useragent_type"] == "library"
    assert plan(list(columns), EnrichSettings(overwrite=True)).replaced == ("useragent_type",)


def test_events_enriched_again_are_the_same_events_and_keep_the_trackers_ids():
    hits = {
        "client_addr": ["192.0.2.1", "192.0.2.2"],
        "useragent": [FIREFOX] * 2,
        "visitor_id": ["b4743af1d1c5178", None],
        "session_id": ["0123456189abcde", None],
    }
    once = enriched(hits)
    again = enrich_batch(once, EnrichSettings(overwrite=True))
    assert {name: again.column(name) for name in again.schema.names} == {
        name: once.column(name) for name in once.schema.names
    }


def test_what_is_replaced_and_kept_is_told():
    doing = plan(["client_addr", "visitor_id", "useragent", "useragent_os"], EnrichSettings(overwrite=True, url=False))
    told = doing.told(EnrichSettings())
    assert "Columns of the tracker kept: tracker_visitor_id" in told
    assert "Columns of the input replaced: useragent_os" in told
    assert any("without a key, so it can be reversed" in sentence for sentence in told)


def test_a_trackers_ids_that_are_all_null_are_kept_too():
    nulls = pa.nulls(1, pa.string())
    batch = pa.RecordBatch.from_pydict({"visitor_id": nulls, "session_id": nulls, "client_addr": ["192.0.2.1"]})
    event = enrich_batch(batch, EnrichSettings()).to_pylist()[0]
    assert (event["tracker_visitor_id"], event["tracker_session_id"]) == (None, None)
    assert len(event["visitor_id"]) == 32


# For groups


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (dict.fromkeys(HITS.names), {}),
        ({"request": "GET /a"}, {"url": "request"}),
        ({"path": "/a", "vhost": "a", "type": "page"}, {"path": "path"}),
        ({"asked": "/a", "verb": "GET"}, {"path": "asked", "method": "verb"}),
        ({"cookie": "a", "visitor_id": "b"}, {"visitor": "cookie"}),
    ],
)
def test_what_is_read_has_the_names_that_were_promised(columns, chosen):
    batch = pa.RecordBatch.from_pydict({name: pa.array([value], pa.string()) for name, value in columns.items()})
    found = inputs.of_hits(batch.schema.names, chosen)
    assert set(inputs.read(batch, found, PARIS)) == inputs.readable(batch.schema.names, found)


@pytest.mark.parametrize(
    ("line", "method"), [("GET /a HTTP/1.1", "GET"), ("POST /", "POST"), ("/a", None), ("-", None)]
)
def test_a_request_line_tells_the_method_where_no_column_does(line, method):
    batch = pa.RecordBatch.from_pydict({"request": [f'"{line}"']})
    assert inputs.read(batch, {"location": "request"}, PARIS)["method"].to_pylist() == [method]


def test_a_cookie_of_any_name_tells_visitors_apart():
    settings = {"columns": {"visitor": "cookie"}, "visitor_policy": Policy.COOKIE}
    first, second, third = enriched(
        {"cookie": ["a", "a", "null"], "visitor_id": ["x", "y", "z"]}, **settings
    ).to_pylist()
    assert [event["visitor_id"] for event in (first, second, third)] == ["a", "a", None]
    assert (first["cookie"], first["tracker_visitor_id"]) == ("a", "x")


def test_the_cookie_policy_works_on_hits():
    event = row({"visitor_id": "b4743af1d1c5178"}, visitor_policy=Policy.COOKIE)
    assert event["visitor_id"] == event["tracker_visitor_id"] == "b4743af1d1c5178"


# For visitors


def test_events_come_back_to_our_names_with_what_enrichment_added():
    chosen = {"address": "ip", "useragent": "agent", "url": "page"}
    names = ["server_ts", "ip", "agent", "agent_type", "page", "page_host", "status", "mine", "visitor_id"]
    assert our_names(names, chosen) == {
        "server_ts": "server_ts",
        "ip": "client_addr",
        "agent": "useragent",
        "agent_type": "useragent_type",
        "page": "location",
        "page_host": "location_host",
        "status": "status",
        "visitor_id": "visitor_id",
    }


def test_a_column_of_our_name_gives_way_to_the_chosen_one_for_visitors():
    batch = pa.RecordBatch.from_pydict({"location": ["/ours"], "page": ["GET /theirs"], "server_ts": ["lunch"]})
    counts = Counter()
    events = as_events(batch, {"url": "page"}, PARIS, counts)
    assert events.to_pylist() == [{"location": "/theirs", "server_ts": None}]
    assert counts == {UNREADABLE: 1}
