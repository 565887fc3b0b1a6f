"""The recipes over logs of any origin: parsed with Grok, prepared from WT1 as in 2016, bought, or ours."""

from __future__ import annotations

import pytest

from dev.dsshost import Store, folder, run_recipe
from ovh_weblogs.schema import (
    AGENT_COLUMNS,
    BOT_COLUMNS,
    CAMPAIGN_COLUMNS,
    CHANNEL_COLUMNS,
    COUNTRY_COLUMNS,
    ENRICHED,
    LOCAL_TIME,
    LOCATION_PARTS,
    REFERER_PARTS,
    REFERRER_COLUMNS,
    RESOURCE_COLUMNS,
)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
KEY = "kV3t8Qm1Zx6Rb0Lw"
# Apache's combined lines by the pattern COMBINEDAPACHELOG of Grok, which keeps quotes.
GROK = {
    "clientip": "198.51.100.1",
    "auth": "-",
    "timestamp": "28/Mar/2026:10:00:00 +0100",
    "verb": "GET",
    "request": "/blog/?utm_source=x",
    "response": "200",
    "bytes": "5120",
    "referrer": '"https://www.google.com/"',
    "agent": f'"{FIREFOX}"',
}
GROK_COLUMNS = {
    "time_column": "timestamp",
    "address_column": "clientip",
    "referrer_column": "referrer",
    "useragent_column": "agent",
    "status_column": "response",
    "method_column": "verb",
}
# The columns of the dataset logs_prepared, which the talk at OVH's summit of 2016 showed: WT1's after DSS's processors.
TALK = {
    "server_ts": ("date", "2015-06-02T11:29:50.675Z"),
    "client_ts": ("date", "2015-06-02T11:29:50.000Z"),
    "client_addr": ("string", "198.51.100.1"),
    "client_addr_country": ("string", "United States"),
    "client_addr_region_code": ("string", "CA"),
    "client_addr_region": ("string", "California"),
    "client_addr_region_hierarchy": ("string", "United States,California"),
    "client_addr_city": ("string", "San Francisco"),
    "client_addr_geopoint": ("geopoint", "POINT(-122.4 37.7)"),
    "visitor_id": ("string", "8b526da19d7b0bf"),
    "session_id": ("string", "1f4743a1d1c5178"),
    "location": ("string", "https://www.example.com/blog/?a=b"),
    "referer": ("string", "https://www.google.com/"),
    "useragent": ("string", FIREFOX),
    "useragent_type": ("string", "browser"),
    "useragent_category": ("string", "DSS's own"),
    "useragent_brand": ("string", "Firefox"),
    "useragent_version": ("string", "148.0"),
    "useragent_os": ("string", "Linux"),
    "useragent_osversion": ("string", ""),
    "useragent_osflavor": ("string", "64 bits"),
    "type": ("string", "page"),
    "visitor_params": ("string", ""),
    "session_params": ("string", ""),
    "event_params": ("string", ""),
    "br_width": ("int", "1200"),
    "br_height": ("int", "800"),
    "sc_width": ("int", "1440"),
    "sc_height": ("int", "900"),
}


class Flow:
    """The recipes "Enrich hits" and "Group to visitors" over one dataset."""

    def __init__(self, repository, root):
        self._repository = repository
        self.store = Store(root / "store")

    def fill(self, columns, *rows):
        """The dataset that is enriched: types by column."""
        self.store.set_columns("hits", [{"name": name, "type": kind} for name, kind in columns.items()])
        self.store.replace("hits", list(rows))

    def run(self, recipe, source, target, config):
        """Run one, whatever comes of it."""
        roles = {
            "ovh-logs-enrich": ("hits", "events"),
            "ovh-logs-visitors": ("events", "visitors"),
            "ovh-logs-parse": ("logs", "hits"),
        }
        read, written = roles[recipe]
        inputs, outputs = {read: [source]}, {written: [target]}
        return run_recipe(self._repository, recipe, self.store, inputs=inputs, outputs=outputs, config=config)

    def enriched(self, **config):
        """Run "Enrich hits", which has to succeed; its rows."""
        result = self.run("ovh-logs-enrich", "hits", "events", config)
        assert result.error is None, result.log
        return list(self.store.rows("events"))

    def grouped(self, source="events", **config):
        """Run "Group to visitors", which has to succeed; its rows."""
        result = self.run("ovh-logs-visitors", source, "visitors", config)
        assert result.error is None, result.log
        return list(self.store.rows("visitors"))

    def types(self, name="events"):
        """Types of a dataset's columns."""
        return {column["name"]: column["type"] for column in self.store.columns(name)}


@pytest.fixture
def flow(repository, tmp_path):
    """Datasets of their own."""
    return Flow(repository, tmp_path)


@pytest.fixture
def grok(flow):
    """What Grok makes of two lines of one visitor, the time of the second unreadable."""
    flow.fill(dict.fromkeys(GROK, "string"), list(GROK.values()), list({**GROK, "timestamp": "?"}.values()))
    return flow


# Grok


def test_logs_parsed_with_grok_are_enriched_under_the_names_of_their_columns(grok):
    first, second = grok.enriched(**GROK_COLUMNS, url_column="request")
    assert {name: first[name] for name in GROK} == GROK
    assert (first["agent_brand"], first["agent_os"], first["agent_type"]) == ("Firefox", "Linux", "browser")
    assert (first["request_path"], first["request_querystring"]) == ("/blog/", "utm_source=x")
    assert first["referrer_host"] == "www.google.com"
    assert (first["server_ts"], second["server_ts"]) == ("2026-03-28T09:00:00.000Z", "")
    assert first["visitor_id"] == second["visitor_id"]


def test_the_schema_of_what_grok_made_keeps_its_types_and_describes_what_is_added(grok):
    grok.enriched(**GROK_COLUMNS, url_column="request")
    assert grok.types() == {
        **dict.fromkeys(GROK, "string"),
        "bytes": "bigint",
        "server_ts": "date",
        **{column.name.replace("useragent", "agent"): "string" for column in AGENT_COLUMNS},
        **{column.name: column.dss["type"] for column in BOT_COLUMNS},
        **{
            column.name.replace(ours, theirs): column.dss["type"]
            for ours, theirs, columns in (
                ("client_addr", "clientip", COUNTRY_COLUMNS),
                ("location", "request", LOCATION_PARTS),
                ("referer", "referrer", REFERER_PARTS),
            )
            for column in columns
        },
        **{column.name: column.dss["type"] for column in (*RESOURCE_COLUMNS, *LOCAL_TIME)},
        **dict.fromkeys((column.name for column in CAMPAIGN_COLUMNS + REFERRER_COLUMNS + CHANNEL_COLUMNS), "string"),
        "visitor_id": "string",
    }
    comments = {column["name"]: column.get("comment", "") for column in grok.store.columns("events")}
    assert comments["agent"] == comments["request"] == ""
    assert comments["agent_os"] == ENRICHED.get("useragent_os").meaning


def test_what_grok_made_becomes_visitors_with_the_same_choice_of_columns(grok):
    grok.enriched(**GROK_COLUMNS, url_column="request")
    columns = {name: column for name, column in GROK_COLUMNS.items() if name != "method_column"}
    (visitor,) = grok.grouped(**columns, url_column="request")
    assert (visitor["count"], visitor["client_addr_first"], visitor["status_max"]) == ("2", "198.51.100.1", "200")
    assert (visitor["useragent_type_last"], visitor["useragent_os_last"]) == ("browser", "Linux")
    assert (visitor["location_first"], visitor["referer_first"]) == ("/blog/?utm_source=x", "https://www.google.com/")
    assert visitor["server_ts_min"] == "2026-03-28T09:00:00.000Z"


def test_what_grok_made_can_be_grouped_without_enrichment(grok):
    raw = {name: GROK_COLUMNS[name] for name in ("time_column", "address_column", "useragent_column")}
    ids = {row["visitor_id"] for row in grok.enriched(**raw)}
    (visitor,) = grok.grouped("hits", **raw)
    assert {visitor["visitor_id"]} == ids


def test_times_that_cannot_be_read_are_counted_in_the_log(grok):
    result = grok.run("ovh-logs-enrich", "hits", "events", GROK_COLUMNS)
    assert "1 times that could not be read: null in server_ts" in result.log


def test_columns_of_host_and_path_are_joined_and_the_joined_one_is_what_visitors_see(flow):
    columns = {"when": "bigint", "ip": "string", "site": "string", "asked": "string"}
    flow.fill(columns, ["1774688400000", "198.51.100.1", "www.example.com", "GET /a?b=c HTTP/1.1"])
    chosen = {"time_column": "when", "address_column": "ip", "host_column": "site"}
    (event,) = flow.enriched(**chosen, path_column="asked")
    assert (event["when"], event["server_ts"]) == ("1774688400000", "2026-03-28T09:00:00.000Z")
    assert (event["location"], event["location_host"]) == ("https://www.example.com/a?b=c", "www.example.com")
    (visitor,) = flow.grouped(**chosen)
    assert visitor["location_first"] == "https://www.example.com/a?b=c"
    assert visitor["vhost_first"] == "www.example.com"


def test_local_times_are_in_the_stated_zone(flow):
    flow.fill({"when": "string", "client_addr": "string"}, ["2026-03-28 10:00:00", "198.51.100.1"])
    (event,) = flow.enriched(time_column="when", time_zone="Europe/Paris")
    assert event["server_ts"] == "2026-03-28T09:00:00.000Z"


# The talk's


def test_the_talks_columns_are_in_the_way_unless_they_are_to_be_replaced(flow):
    flow.fill({name: kind for name, (kind, _) in TALK.items()}, [value for _, value in TALK.values()])
    result = flow.run("ovh-logs-enrich", "hits", "events", {})
    assert "already has a column useragent_type and a column useragent_category" in result.error["message"]

    (event,) = flow.enriched(overwrite=True)

    kept = {
        name: value for name, (_, value) in TALK.items() if not name.startswith(("useragent_", "client_addr_country"))
    }
    ids = {"tracker_visitor_id": kept.pop("visitor_id"), "tracker_session_id": kept.pop("session_id")}
    assert {name: event[name] for name in (*kept, *ids)} == {**kept, **ids}
    assert event["useragent_category"] == "Firefox"
    assert event["client_addr_country"] == ""  # an address for documentation is nowhere
    assert flow.types()["client_addr_geopoint"] == "geopoint"


def test_the_talks_columns_stay_where_browsers_and_countries_are_not_asked_for(flow):
    flow.fill({name: kind for name, (kind, _) in TALK.items()}, [value for _, value in TALK.values()])
    (event,) = flow.enriched(add_useragent=False, add_geo=False)
    assert event["useragent_category"] == "DSS's own"
    (visitor,) = flow.grouped()
    assert visitor["useragent_category_last"] == "DSS's own"
    assert visitor["location_first"] == TALK["location"][1]


# WT1's


def test_hits_of_wt1_are_told_by_their_cookies_and_go_on_to_visitors(flow):
    header = "#server_ts client_ts client_addr visitor_id session_id location referer user-agent type visitor_params"
    header += " session_params event_params br_width br_height sc_width sc_height br_lang tz_off"
    rows = [
        _tracked("198.51.100.1", "8b526da19d7b0bf"),
        _tracked("198.51.100.2", "8b526da19d7b0bf"),
        _tracked("198.51.100.2", "Z" + "0" * 32),
    ]
    content = "\n".join(["\t".join(header.split()), *rows]) + "\n"
    files = folder(flow.store, "raw")
    files.create(None)
    files.put("/tracker.log", content.encode())
    result = flow.run("ovh-logs-parse", "raw", "hits", {"line_format": "wt1"})
    assert result.error is None, result.log

    first, second, third = flow.enriched()

    assert first["visitor_id"] == second["visitor_id"] != third["visitor_id"]
    assert [row["tracker_visitor_id"] for row in (first, third)] == ["8b526da19d7b0bf", "Z" + "0" * 32]
    assert first["tracker_session_id"] == "1f4743a1d1c5178"
    assert sorted((row["count"], row["client_addr_count"]) for row in flow.grouped()) == [("1", "1"), ("2", "2")]


def _tracked(address, cookie):
    bare = ["2015-06-02T11:29:50.675", "2015-06-02T11:29:50.000", address, cookie, "1f4743a1d1c5178"]
    quoted = ["https://www.example.com/", "null", FIREFOX, "page", "null", "null", ""]
    sizes = ["1200", "800", "1440", "900"]
    return "\t".join([*bare, *(f'"{text}"' for text in quoted), *sizes, '"fr"', "-120"])


# Visitors


@pytest.mark.parametrize("rotation", ["none", "day"])
def test_ids_with_a_key_of_a_preset_are_the_same_in_every_build_and_the_key_is_nowhere(grok, rotation):
    config = {**GROK_COLUMNS, "privacy": {"visitor_key": KEY, "rotation": rotation}}
    once = [row["visitor_id"] for row in grok.enriched(**config)]
    result = grok.run("ovh-logs-enrich", "hits", "events", config)
    assert [row["visitor_id"] for row in grok.store.rows("events")] == once
    assert "reversed" not in result.log
    assert once != [row["visitor_id"] for row in grok.enriched(**GROK_COLUMNS)]


def test_without_a_key_the_log_and_the_column_say_that_ids_can_be_reversed(grok):
    result = grok.run("ovh-logs-enrich", "hits", "events", GROK_COLUMNS)
    assert "visitor_id is made without a key, so it can be reversed" in result.log
    (comment,) = [each["comment"] for each in grok.store.columns("events") if each["name"] == "visitor_id"]
    assert "without a key, so it can be reversed" in comment


def test_hits_without_an_identifier_are_no_visitors(flow):
    columns = {"server_ts": "date", "login": "string"}
    flow.fill(columns, ["2026-03-28T09:00:00.000Z", "ada"], ["2026-03-28T09:00:01.000Z", ""])
    flow.enriched(visitor_policy="identifier", identifier_column="login")
    assert [row["count"] for row in flow.grouped()] == ["1"]
    assert "1 hits have no visitor_id: left out" in flow.run("ovh-logs-visitors", "events", "visitors", {}).log


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"useragent_column": "nowhere"}, "no column nowhere (useragent_column)"),
        ({"visitor_policy": "cookie"}, "no column visitor_id, which visitor_id is made from"),
        ({"time_zone": "Paris"}, "time_zone is not known"),
        ({"privacy": {"visitor_key": "short"}}, "visitor_key must have at least 16 characters"),
    ],
)
def test_a_wrong_choice_is_named_and_nothing_is_written(grok, config, told):
    result = grok.run("ovh-logs-enrich", "hits", "events", {**GROK_COLUMNS, **config})
    assert told in result.error["message"]
    assert grok.store.partitions("events") == []
