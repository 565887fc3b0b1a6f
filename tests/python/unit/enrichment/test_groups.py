"""Enrichment of a batch: which columns come out, in which order, and what is refused."""

from __future__ import annotations

from datetime import datetime, timezone

import pyarrow as pa
import pytest

from ovh_weblogs.enrichment import enrich_batch, plan
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import (
    AGENT_COLUMNS,
    BOT_COLUMNS,
    CAMPAIGN_COLUMNS,
    CHANNEL_COLUMNS,
    COUNTRY_COLUMNS,
    ENRICHED,
    HITS,
    LOCAL_TIME,
    LOCATION_PARTS,
    NETWORK_COLUMNS,
    PLACE_COLUMNS,
    REFERER_PARTS,
    REFERRER_COLUMNS,
    RESOURCE_COLUMNS,
)
from ovh_weblogs.settings import Cleaning, EnrichSettings
from ovh_weblogs.sources import PageRule

ALL = EnrichSettings()
RULED = (PageRule("a", "/a"),)
URL = "https://www.example.com/a?b=c"
CURL = "curl/8.5.0"
AGENT, BOT, COUNTRY, LOCATION, REFERER, RESOURCE, LOCAL = (
    [column.name for column in columns]
    for columns in (
        AGENT_COLUMNS,
        BOT_COLUMNS,
        COUNTRY_COLUMNS,
        LOCATION_PARTS,
        REFERER_PARTS,
        RESOURCE_COLUMNS,
        LOCAL_TIME,
    )
)
CAMPAIGN, REFERRER, CHANNEL = (
    [column.name for column in columns] for columns in (CAMPAIGN_COLUMNS, REFERRER_COLUMNS, CHANNEL_COLUMNS)
)


def batch(**columns):
    return pa.RecordBatch.from_pydict(columns)


def hit(**columns):
    return batch(client_addr=["192.0.2.1"], **columns)


def test_a_full_hit_gets_every_column_after_its_own():
    server = [name for name in HITS.names if name not in ("visitor_id", "session_id")]
    rows = batch(**{name: pa.nulls(1) for name in server})
    added = [
        *AGENT, *BOT, *COUNTRY, *LOCATION, *REFERER, *RESOURCE, *LOCAL, *CAMPAIGN, *REFERRER, *CHANNEL, "visitor_id"
    ]  # fmt: skip
    assert enrich_batch(rows, ALL).schema.names == [*server, *added]
    assert [column.name for column in plan(server, ALL).added] == added


def test_every_column_that_is_added_has_its_declared_type():
    named = EnrichSettings(
        cleaning=Cleaning(internal_addresses=("10.0.0.0/8",), own_agents=("ours",)), page_rules=RULED
    )
    times = {"server_ts": ["2026-01-31T10:00:00Z"]}
    rows = hit(useragent=[CURL], location=[URL], referer=[URL], visitor_id=["w"], session_id=["s"], **times)
    events = enrich_batch(rows, named)
    assert {field.name: field.type for field in events.schema if ENRICHED.get(field.name)} == {
        column.name: column.arrow.type
        for column in ENRICHED.columns
        if column not in (*PLACE_COLUMNS, *NETWORK_COLUMNS)  # these need a geo file
    }


def test_values_come_from_the_row_they_stand_in():
    rows = batch(
        client_addr=["192.0.2.1", None, "192.0.2.1"],
        useragent=[CURL, None, CURL],
        location=[URL, "/b", None],
        referer=[None, "*", "https://example.org:8080/x"],
    )
    events = enrich_batch(rows, ALL).to_pydict()
    assert events["useragent_type"] == ["library", None, "library"]
    assert events["is_bot"] == [True, None, True]
    assert events["location_path"] == ["/a", "/b", None]
    assert events["referer_port"] == [None, None, 8080]
    assert events["visitor_id"][0] == events["visitor_id"][2] != events["visitor_id"][1]


def test_columns_keep_their_order_and_unknown_ones_their_values_and_types():
    rows = batch(
        note=pa.array([[1, 2]]), location=[URL], score=pa.array([0.5], pa.float32()), client_addr=["192.0.2.1"]
    )
    events = enrich_batch(rows, ALL)
    added = [*COUNTRY, *LOCATION, *RESOURCE, *CAMPAIGN, "visitor_id"]
    assert events.schema.names == ["note", "location", "score", "client_addr", *added]
    assert events.select(["note", "score"]).equals(rows.select(["note", "score"]))


def test_ids_of_a_tracker_are_kept_under_other_names_in_their_places():
    rows = batch(visitor_id=["w1"], client_addr=["192.0.2.1"], session_id=["s1"])
    events = enrich_batch(rows, ALL)
    assert events.schema.names == ["tracker_visitor_id", "client_addr", "tracker_session_id", *COUNTRY, "visitor_id"]
    assert events.column("tracker_visitor_id").to_pylist() == ["w1"]
    assert plan(rows.schema.names, ALL).renamed == {
        "visitor_id": "tracker_visitor_id",
        "session_id": "tracker_session_id",
    }


def test_without_the_group_of_the_visitor_ids_stay_as_they_are():
    settings = EnrichSettings(visitor_id=False, traffic_sources=False)
    rows = batch(visitor_id=["w1"], location=[URL])
    assert enrich_batch(rows, settings).schema.names == ["visitor_id", "location", *LOCATION, *RESOURCE]
    assert plan(rows.schema.names, settings).renamed == {}


def test_a_group_without_its_column_is_left_out_with_a_sentence():
    doing = plan(["client_addr", "referer"], ALL)
    assert [column.name for column in doing.added] == [*COUNTRY, *REFERER, *REFERRER, "visitor_id"]
    assert doing.skipped == (
        f"Left out, since the input has no column useragent: {', '.join(AGENT)}",
        f"Left out, since the input has no column useragent: {', '.join(BOT)}",
        f"Left out, since the input has no column location: {', '.join(LOCATION)}",
        f"Left out, since the input has no column location: {', '.join(RESOURCE)}",
        f"Left out, since the input has no column server_ts: {', '.join(LOCAL)}",
        f"Left out, since the input has no column location: {', '.join(CAMPAIGN)}",
        "Left out, since the input has no column campaign_name: channel",
    )


def test_a_group_that_nobody_wants_is_not_spoken_of():
    unwanted = EnrichSettings(
        useragent=False, bots=False, geo=False, url=False, resources=False, local_time=False, traffic_sources=False
    )
    doing = plan(["client_addr"], unwanted)
    assert [column.name for column in doing.added] == ["visitor_id"]
    assert doing.skipped == ()


def test_robots_are_told_without_the_columns_of_browsers():
    events = enrich_batch(hit(useragent=[CURL]), EnrichSettings(useragent=False, geo=False, visitor_id=False))
    assert events.schema.names == ["client_addr", "useragent", *BOT]
    assert events.select(BOT).to_pylist() == [{"is_bot": True, "bot_name": "curl", "bot_category": "library"}]


def test_the_plan_tells_what_happens_to_the_batch():
    rows = hit(useragent=[CURL], visitor_id=["w"], other=[1])
    doing = plan(rows.schema.names, ALL)
    told = [doing.renamed.get(name, name) for name in rows.schema.names] + [column.name for column in doing.added]
    assert enrich_batch(rows, ALL).schema.names == told


@pytest.mark.parametrize(
    "column",
    [
        pa.array([CURL, None, CURL]).dictionary_encode(),
        pa.array([CURL, None, CURL], pa.large_string()),
        pa.array(["x", CURL, None, CURL]).slice(1),
        pa.array([CURL, "", CURL]),
    ],
    ids=["dictionary", "large string", "slice", "empty for null"],
)
def test_the_way_arrow_holds_a_text_makes_no_difference(column):
    rows = batch(client_addr=pa.array(["192.0.2.1"] * 3).dictionary_encode(), useragent=column)
    plain = batch(client_addr=["192.0.2.1"] * 3, useragent=[CURL, None, CURL])
    assert enrich_batch(rows, ALL).to_pydict() == enrich_batch(plain, ALL).to_pydict()


def test_numbers_as_doubles_and_times_as_text_come_out_as_declared():
    events = enrich_batch(hit(status=[200.0], server_ts=["2026-01-31T10:00:00.000Z"]), ALL).to_pydict()
    assert events["status"] == [200]
    assert events["server_ts"] == [datetime(2026, 1, 31, 10, tzinfo=timezone.utc)]


def test_no_rows_give_no_rows_of_all_columns():
    events = enrich_batch(hit(useragent=[CURL], location=[URL], referer=[URL]).slice(0, 0), ALL)
    assert (events.num_rows, events.num_columns) == (0, 4 + 9 + 3 + 2 + 6 + 6 + 3 + 7 + 3 + 1 + 1)


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["client_addr", "useragent", "useragent_os"], "useragent_os"),
        (["client_addr", "useragent", "bot_name"], "bot_name"),
        (["client_addr", "location", "location_host"], "location_host"),
        (["client_addr", "visitor_id", "tracker_visitor_id"], "tracker_visitor_id"),
    ],
)
def test_a_column_in_the_way_is_refused_by_name(names, taken):
    with pytest.raises(InputError, match=rf"already has a column {taken}, .*; drop or rename it"):
        plan(names, ALL)
    with pytest.raises(InputError, match=taken):
        enrich_batch(batch(**{name: ["x"] for name in names}), ALL)


def test_a_column_of_a_group_that_is_left_out_is_not_in_the_way():
    events = enrich_batch(hit(useragent_os=["Linux"]), ALL)
    assert events.schema.names == ["client_addr", "useragent_os", *COUNTRY, "visitor_id"]


def test_without_addresses_there_is_no_visitor_and_a_sentence_says_so():
    doing = plan(["useragent"], EnrichSettings(url=False, resources=False, local_time=False, traffic_sources=False))
    assert doing.skipped == (
        f"Left out, since the input has no column client_addr: {', '.join(COUNTRY)}",
        "Left out, since the input has no column client_addr: visitor_id",
    )
    assert doing.renamed == {}


def test_an_input_of_which_nothing_is_known_is_refused():
    with pytest.raises(InputError, match=r"no column that enrichment knows, .*; choose its columns"):
        plan(["ip", "agent"], ALL)


def test_only_some_groups_add_their_columns_and_leave_urls_as_they_are():
    secret = hit(useragent=[CURL], location=["http://a/?token=abc"])
    events = enrich_batch(secret, EnrichSettings.only("visitor_id", "bots"))
    added = [name for name in events.schema.names if name not in secret.schema.names]
    assert set(added) == {"is_bot", "bot_name", "bot_category", "visitor_id"}
    assert events.column("location").to_pylist() == ["http://a/?token=abc"]


def test_a_group_that_there_is_not_is_no_silent_nothing():
    with pytest.raises(TypeError, match="agents"):
        EnrichSettings.only("agents")
