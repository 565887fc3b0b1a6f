"""What is cleaned, dropped and hidden in whole batches, and in which order."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from ovh_weblogs import pipeline
from ovh_weblogs.enrichment import CLEANED, enrich_batch, plan, privacy
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import Cleaning, EnrichSettings, Privacy

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
URL = "https://www.example.com/a?q=th%C3%A9&sid=1"
HIT = {
    "server_ts": "2026-06-01T12:00:00Z",
    "client_addr": "192.0.2.77",
    "user": "marie",
    "method": "GET",
    "location": URL,
    "status": 200,
    "referer": "https://x:y@example.org/?token=2",
    "useragent": FIREFOX,
}


def enriched(*hits, counts=None, **settings):
    batch = pa.RecordBatch.from_pylist(list(hits))
    return enrich_batch(batch, EnrichSettings(**settings), counts).to_pylist()


def test_untouched_settings_flag_and_clean_urls_and_leave_the_rest_as_it_is():
    (event,) = enriched(HIT)
    assert {name: event[name] for name in HIT if name not in ("server_ts", "location", "referer")} == {
        name: value for name, value in HIT.items() if name not in ("server_ts", "location", "referer")
    }
    assert (event["location"], event["referer"]) == ("https://www.example.com/a?q=th%C3%A9", "https://example.org/")
    assert (event["location_querystring"], event["referer_querystring"]) == ("q=th%C3%A9", None)
    assert (event["resource_class"], event["is_pageview"], event["is_static"]) == ("page", True, False)
    assert [event[f"local_{part}"] for part in ("hour", "day", "weekday", "month")] == [14, 1, 1, 6]
    assert not {"is_internal", "is_own_agent"} & set(event)


def test_urls_stay_as_they_are_where_nobody_wants_them_cleaned():
    (event,) = enriched(HIT, privacy=Privacy(clean_urls=False))
    assert (event["location"], event["referer"]) == (URL, HIT["referer"])


def test_a_url_is_cleaned_under_whatever_name_it_comes():
    hit = {"ip": "192.0.2.77", "page": URL, "from": HIT["referer"], "request": "GET /a?sid=1 HTTP/9"}
    (event,) = enriched(hit, columns={"address": "ip", "url": "page", "referrer": "from"}, query_keys=("q",))
    assert (event["page"], event["from"]) == ("https://www.example.com/a?q=th%C3%A9", "https://example.org/")
    assert event["request"] == "GET /a"
    assert event["page_param_q"] == "thé"


def test_a_url_in_parts_is_cleaned_in_both_its_columns():
    hit = {"vhost": "www.example.com", "target": "/a?sid=1&b=2"}
    (event,) = enriched(hit, columns={"path": "target"})
    assert (event["target"], event["location"]) == ("/a?b=2", "https://www.example.com/a?b=2")


def test_a_trackers_parameters_are_cleaned():
    hit = {"type": "page", "location": URL, "visitor_params": "email=x&club=or", "event_params": "mail=x"}
    (event,) = enriched(hit)
    assert (event["visitor_params"], event["event_params"]) == ("club=or", None)


def test_every_value_that_is_cleaned_is_counted():
    counts = Counter()
    hit = {**HIT, "visitor_params": "mail=x", "session_params": "a=1"}
    clean = {**hit, "location": "/a?b", "referer": None, "visitor_params": None}
    enriched(hit, clean, clean, counts=counts)
    assert counts[CLEANED] == 3


def test_an_address_is_truncated_after_everything_that_needs_it():
    cleaning = Cleaning(internal_addresses=("192.0.2.77",))
    whole, cut = (
        enriched(HIT, cleaning=cleaning, privacy=Privacy(truncate_addresses=wanted))[0] for wanted in (False, True)
    )
    assert (whole["client_addr"], cut["client_addr"]) == ("192.0.2.77", "192.0.2.0")
    assert cut["is_internal"] is True
    assert {**cut, "client_addr": "192.0.2.77"} == whole


def test_an_address_is_truncated_under_whatever_name_it_comes():
    hits = [{"ip": address} for address in ("2001:db8:1:2::3", "host-77.example", None)]
    events = enriched(*hits, columns={"address": "ip"}, privacy=Privacy(truncate_addresses=True))
    assert [event["ip"] for event in events] == ["2001:db8:1::", None, None]


def test_a_login_is_hashed_with_the_key_of_the_preset():
    key = Secret("0123456789abcdef-x")
    (event,) = enriched(HIT, visitor_key=key, privacy=Privacy(hash_user=True))
    assert event["user"] == privacy.hashed(pa.array(["marie"]), key).to_pylist()[0]


def test_a_login_hashed_without_a_key_is_spoken_of():
    settings = EnrichSettings(privacy=Privacy(hash_user=True))
    assert any(
        sentence.startswith("user is hashed without a key") for sentence in plan(list(HIT), settings).told(settings)
    )
    keyed = EnrichSettings(privacy=Privacy(hash_user=True), visitor_key=Secret("0123456789abcdef-x"))
    assert not any("without a key" in sentence for sentence in plan(list(HIT), keyed).told(keyed))


def test_hits_are_dropped_for_what_is_chosen_and_counted():
    hits = [
        HIT,
        {**HIT, "useragent": "curl/8.5.0"},
        {**HIT, "location": "https://www.example.com/a.css"},
        {**HIT, "client_addr": "10.1.2.3"},
        {**HIT, "status": 404},
    ]
    counts = Counter()
    cleaning = Cleaning(("10.0.0.0/8",), ("^curl",), ("static", "internal", "own_agents"), ("4xx",))
    events = enriched(*hits, counts=counts, cleaning=cleaning)
    assert len(events) == 1
    assert {name: count for name, count in pipeline.enrichment_metrics(counts).items() if count} == {
        "hits": 5,
        "events": 1,
        "dropped_static": 1,
        "dropped_internal": 1,
        "dropped_own_agents": 1,
        "dropped_statuses": 1,
    }


def test_robots_are_dropped_where_that_is_chosen():
    hits = [HIT, {**HIT, "useragent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}]
    assert [event["useragent"] for event in enriched(*hits, cleaning=Cleaning(drop=("bots",)))] == [FIREFOX]


def test_a_wish_that_the_columns_do_not_allow_is_spoken_of():
    settings = EnrichSettings(cleaning=Cleaning(drop=("bots",)))
    assert "Nothing is dropped for the reason bots, since there is no column is_bot" in plan(
        ["client_addr"], settings
    ).told(settings)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"cleaning": Cleaning(internal_addresses=("office",))}, r"^Internal addresses cannot be 'office'; "),
        ({"cleaning": Cleaning(own_agents=("(",))}, r"^The pattern of own agents '\(' cannot be used "),
        ({"cleaning": Cleaning(drop_statuses=("x",))}, r"^Statuses to drop cannot be 'x'; "),
        (
            {"query_keys": ("q", "SID")},
            r"^The parameters SID cannot become columns, since they are removed from URLs; ",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_refused_before_anything_is_done(settings, told):
    with pytest.raises(SettingsError, match=told):
        plan(list(HIT), EnrichSettings(**settings))


def test_a_removed_parameter_may_be_a_column_where_urls_are_not_cleaned():
    (event,) = enriched(HIT, query_keys=("sid",), privacy=Privacy(clean_urls=False))
    assert event["location_param_sid"] == "1"


def test_the_hosts_that_a_tracker_watches_are_found_by_its_page_views():
    rows = [
        {"log_family": "tracker", "type": "page", "location": "https://www.example.com/a"},
        {"log_family": "tracker", "type": "event", "location": "https://blog.example.com/"},
        {"log_family": "server", "type": None, "location": "https://shop.example.com/"},
        {"log_family": "tracker", "type": "page", "location": None},
    ]
    batch = pa.RecordBatch.from_pylist(rows)
    assert pipeline.tracked_hosts([batch, batch.slice(1)], EnrichSettings()) == {"www.example.com"}


@pytest.mark.parametrize(
    ("names", "columns", "expected"),
    [
        (["location", "type", "log_family", "method"], {}, ["location", "log_family", "type"]),
        (["url", "type", "status", "x"], {"url": "url"}, ["url", "type"]),
        (["vhost", "target", "type", "method"], {"path": "target"}, ["target", "vhost", "type"]),
        (["location", "method", "status"], {}, []),
        (["location", "type"], {}, []),
        (["vhost", "type", "method"], {}, []),
    ],
)
def test_they_are_looked_for_only_where_both_kinds_of_hits_can_be(names, columns, expected):
    assert pipeline.tells_tracked_hosts(names, EnrichSettings(columns=columns)) == expected


def test_a_month_of_both_logs_counts_each_view_once(month):
    rows = [row for row in month.truth("lines") if row["kind"] == "hit"]
    names = ("log_family", "type", "method", "status", "location", "vhost", "useragent")
    schema = pa.schema([(name, pa.int32() if name == "status" else pa.string()) for name in names])
    batch = pa.RecordBatch.from_pylist([{name: row[name] for name in names} for row in rows], schema=schema)
    tracked = pipeline.tracked_hosts([batch], EnrichSettings())
    settings = EnrichSettings(local_time=False, cleaning=Cleaning(tracked_hosts=tracked))
    (events,) = pipeline.enrich([batch], settings)
    views = zip(rows, events.column("is_pageview").to_pylist(), strict=True)
    viewed = [row for row, view in views if view and row["vhost"] in (None, *tracked)]
    assert viewed == [row for row in rows if row["log_family"] == "tracker" and row["is_pageview"]]
