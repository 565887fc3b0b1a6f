"""Cleaning and privacy through the recipe "Enrich hits": its form, its log, its output and its metrics."""

from __future__ import annotations

import pytest

from dev.dsshost import Store, run_recipe

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
SERVER = {
    "server_ts": "2026-06-01T12:00:00.000Z",
    "client_addr": "192.0.2.77",
    "user": "marie",
    "method": "GET",
    "location": "https://www.example.com/a?q=th%C3%A9&sid=1",
    "status": "200",
    "useragent": FIREFOX,
}
TYPES = {"server_ts": "date", "status": "int"}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def built(repository, store):
    """Runs the recipe on hits, and gives its result and its rows."""

    def build(*hits, **params):
        names = list(dict.fromkeys(name for hit in hits for name in hit))
        store.set_columns("hits", [{"name": name, "type": TYPES.get(name, "string")} for name in names])
        store.replace("hits", [[hit.get(name, "") for name in names] for hit in hits])
        roles = {"inputs": {"hits": ["hits"]}, "outputs": {"events": ["events"]}}
        result = run_recipe(repository, "ovh-logs-enrich", store, **roles, config=params)
        return result, [] if result.error else list(store.rows("events"))

    return build


def test_untouched_the_form_drops_nothing_and_removes_secrets_from_urls(built, store):
    result, (event,) = built(SERVER)
    assert event["location"] == "https://www.example.com/a?q=th%C3%A9"
    assert (event["client_addr"], event["user"]) == ("192.0.2.77", "marie")
    assert (event["resource_class"], event["is_pageview"], event["local_hour"]) == ("page", "true", "14")
    assert "1 hits, 1 events; dropped: none" in result.log
    assert "1 URLs and queries had parameters or logins removed" in result.log
    assert store.metrics("events")["dropped_bots"] == 0


def test_what_is_chosen_is_dropped_and_counted_in_log_and_metrics(built, store):
    robot, file, mine = {"useragent": "curl/8.5.0"}, {"location": "/a.css"}, {"client_addr": "10.0.0.9"}
    hits = [SERVER, *({**SERVER, **change} for change in (robot, file, mine, {"status": "500"}))]
    params = {"drop": ["bots", "static", "internal"], "internal_addresses": ["10.0.0.0/8"], "drop_statuses": ["5xx"]}
    result, events = built(*hits, **params)
    assert [event["is_internal"] for event in events] == ["false"]
    assert "5 hits, 1 events; dropped: 1 bots, 1 static, 1 internal, 1 statuses" in result.log
    assert store.metrics("events") == {
        "hits": 5,
        "events": 1,
        "dropped_bots": 1,
        "dropped_static": 1,
        "dropped_internal": 1,
        "dropped_own_agents": 0,
        "dropped_statuses": 1,
    }


def test_parameters_become_columns_with_their_descriptions(built, store):
    _, (event,) = built(SERVER, query_keys=["q", "utm_source"])
    assert (event["location_param_q"], event["location_param_utm_source"]) == ("thé", "")
    comments = {column["name"]: column.get("comment", "") for column in store.columns("events")}
    assert comments["location_param_q"].startswith("Parameter q of the page's query")


def test_privacy_hides_addresses_and_logins_and_says_what_a_hash_without_key_is_worth(built):
    result, (event,) = built(SERVER, truncate_addresses=True, hash_user=True, removed_keys=["q"])
    assert (event["client_addr"], event["location"]) == ("192.0.2.0", "https://www.example.com/a?sid=1")
    assert len(event["user"]) == 32
    assert "user is hashed without a key" in result.log


def test_an_empty_list_of_parameters_removes_none(built):
    assert built(SERVER, removed_keys=[])[1][0]["location"] == SERVER["location"]


def test_of_a_site_with_a_tracker_only_the_trackers_views_count(built):
    view = {"log_family": "tracker", "type": "page", "server_ts": SERVER["server_ts"], "location": SERVER["location"]}
    blog = {**SERVER, "log_family": "server", "location": "https://blog.example.com/"}
    result, events = built({**SERVER, "log_family": "server"}, blog, view)
    assert [event["is_pageview"] for event in events] == ["false", "true", "true"]
    assert "Page views are counted by the tracker alone on www.example.com" in result.log


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"internal_addresses": ["10.0.0.0/33"]}, "Internal addresses cannot be '10.0.0.0/33'; write each as"),
        ({"own_agents": ["("]}, "The pattern of own agents '(' cannot be used"),
        ({"drop_statuses": ["bad"]}, "Statuses to drop cannot be 'bad'; write each as 404"),
        ({"drop": ["humans"]}, "drop must be some of bots, static, internal, own_agents, not 'humans'"),
        ({"local_zone": "Paris"}, "local_zone is not known"),
        ({"query_keys": ["token"]}, "The parameters token cannot become columns"),
    ],
)
def test_what_cannot_be_used_of_the_form_is_named_and_nothing_is_written(built, store, params, told):
    result, _ = built(SERVER, **params)
    assert told in result.error["message"]
    assert store.partitions("events") == []
