"""What the simulated API answers to who may ask."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime, timezone

import pytest

from dev.ovhsim import Account, ApiOptions, AttachedDomain, OwnLog, Service, default_account, rules

CURRENT = "login.cluster021.hosting.ovh.net"
NAMES = [
    CURRENT,
    "example.com",
    "blocked.cluster003.hosting.ovh.net",
    "canada.cluster051.hosting.ovh.net",
    "nologs.cluster030.hosting.ovh.net",
]


def test_the_time_is_told_to_anybody_and_may_be_wrong(api, ask):
    api.clock_skew = 1000
    assert ask(api, "/1.0/auth/time").json == pytest.approx(time.time() + 1000, abs=5)


@pytest.mark.parametrize("version", ["/1.0", "/v1"])
def test_services_are_listed_below_both_versions_in_json_with_an_id_of_the_query(api, call, version):
    reply = call(api, "/hosting/web", version=version)
    assert (reply.status, reply.json) == (200, NAMES)
    assert reply.headers["Content-Type"] == "application/json"
    assert re.fullmatch(r"EU\.ext-3\.[0-9a-f]{8}\.[0-9]+\.[0-9a-f]{32}", reply.headers["X-OVH-QUERYID"])


@pytest.mark.parametrize(
    ("name", "state", "cluster", "datacenter", "login"),
    [
        (CURRENT, "active", "cluster021", "gra1", "login"),
        ("example.com", "active", "cluster020", "p19", "examplecom"),
        ("blocked.cluster003.hosting.ovh.net", "blocked", "cluster003", "p19", "blocked"),
        ("canada.cluster051.hosting.ovh.net", "active", "cluster051", "bhs1", "canada"),
    ],
)
def test_the_ready_account_has_a_service_of_every_naming_and_state(api, call, name, state, cluster, datacenter, login):
    found = call(api, f"/hosting/web/{name}").json
    assert (found["serviceName"], found["state"], found["cluster"]) == (name, state, cluster)
    assert (found["datacenter"], found["primaryLogin"]) == (datacenter, login)


def test_a_service_has_every_field_of_the_api(api, call):
    found = call(api, f"/hosting/web/{CURRENT}").json
    assert found.keys() == {
        *("serviceName", "displayName", "cluster", "clusterIp", "clusterIpv6", "hostingIp", "hostingIpv6"),
        *("countriesIp", "datacenter", "home", "filer", "primaryLogin", "defaultAttachedDomain", "state", "offer"),
        *("resourceType", "operatingSystem", "boostOffer", "availableBoostOffer", "recommendedOffer", "updates"),
        *("hasCdn", "hasHostedSsl", "multipleSSL", "phpVersions", "quotaSize", "quotaUsed", "trafficQuotaSize"),
        *("trafficQuotaUsed", "serviceManagementAccess", "lastOvhConfigScan", "iam", "token"),
    }
    assert found["defaultAttachedDomain"] == "example.org"
    assert found["iam"]["urn"] == f"urn:v1:eu:resource:webHosting:{CURRENT}"


def test_any_field_of_a_service_can_be_other_than_usual(make_api, call):
    account = default_account()
    account.services = [Service("a.example", more={"token": "x", "countriesIp": None})]
    found = call(make_api(account), "/hosting/web/a.example").json
    assert (found["token"], found["countriesIp"]) == ("x", None)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [("shop.example.org", [CURRENT]), ("www.example.com", ["example.com"]), ("nobody.example", [])],
)
def test_services_are_found_by_a_domain(api, call, domain, expected):
    assert call(api, f"/hosting/web/attachedDomain?domain={domain}").json == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["example.org", "www.example.org", "shop.example.org", "new.example.org"]),
        ("?domain=shop.example.org", ["shop.example.org"]),
        ("?domain=SHOP%25", ["shop.example.org"]),
        ("?domain=_ew.example.org", ["new.example.org"]),
        ("?domain=example", []),
        ("?path=www", ["example.org", "www.example.org"]),
        ("?path=shop&domain=new.example.org", []),
    ],
)
def test_domains_of_a_service_are_filtered_as_sql_does(api, call, query, expected):
    assert call(api, f"/hosting/web/{CURRENT}/attachedDomain{query}").json == expected


def test_a_filter_may_stand_for_a_part(make_api, call):
    api = make_api(options=ApiOptions(like="part"))
    assert call(api, f"/hosting/web/{CURRENT}/ownLogs?fqdn=example.org").json == [102, 103]


@pytest.mark.parametrize(("domain", "own_log"), [("example.org", None), ("shop.example.org", "shop.example.org")])
def test_a_domain_says_where_its_lines_are(api, call, domain, own_log):
    found = call(api, f"/hosting/web/{CURRENT}/attachedDomain/{domain}").json
    assert (found["domain"], found["ownLog"], found["status"]) == (domain, own_log, "created")
    assert found.keys() == {
        *("domain", "path", "ownLog", "cdn", "firewall", "ipLocation", "ssl", "runtimeId", "isFlushable"),
        *("capabilities", "status", "taskId", "vcsStatus"),
    }


@pytest.mark.parametrize(
    ("service", "query", "expected"),
    [
        (CURRENT, "", [101, 102, 103]),
        (CURRENT, f"?fqdn={CURRENT}", [101]),
        (CURRENT, "?fqdn=nobody.example", []),
        ("nologs.cluster030.hosting.ovh.net", "", []),
    ],
)
def test_own_logs_are_listed_by_id(api, call, service, query, expected):
    assert call(api, f"/hosting/web/{service}/ownLogs{query}").json == expected


def test_an_own_log_leads_to_the_log_host(api, call):
    assert call(api, f"/hosting/web/{CURRENT}/ownLogs/103").json == {
        "id": 103,
        "fqdn": "new.example.org",
        "logs": "http://logs.example/new.example.org/",
        "stats": "http://logs.example/new.example.org/owstats",
        "status": "creating",
        "taskId": 9001,
    }
    assert call(api, "/hosting/web/example.com/ownLogs/201").json["logs"] == "http://logs.example/example.com"


def test_without_a_log_host_addresses_are_those_of_the_cluster(make_api, call):
    api = make_api(default_account())
    found = call(api, "/hosting/web/example.com/ownLogs/201").json
    assert found["logs"] == "https://logs.cluster020.hosting.ovh.net/example.com"


def test_an_account_may_change_while_it_is_served(api, call):
    api.account.services.append(Service("late.example", own_logs=[OwnLog(9, "late.example", logs="http://elsewhere/")]))
    assert call(api, "/hosting/web/late.example/ownLogs/9").json["logs"] == "http://elsewhere/"


def test_a_name_may_be_encoded_in_a_path(api, call):
    assert call(api, "/hosting/web/example%2Ecom").json["serviceName"] == "example.com"


# Who calls


def test_a_consumer_key_is_told_about_itself(api, call):
    credential = api.account.credentials[0]
    credential.expiration = datetime(2100, 1, 1, tzinfo=timezone.utc)
    credential.rules = rules("GET /auth/currentCredential", "GET /hosting/web*")
    found = call(api, "/auth/currentCredential").json
    used = datetime.fromisoformat(found.pop("lastUse"))
    assert used.timestamp() == pytest.approx(time.time(), abs=5)
    assert found == {
        "credentialId": 1,
        "applicationId": 1,
        "status": "validated",
        "creation": "2024-01-15T09:30:00+00:00",
        "expiration": "2100-01-01T00:00:00+00:00",
        "allowedIPs": None,
        "ovhSupport": False,
        "rules": [
            {"method": "GET", "path": "/auth/currentCredential"},
            {"method": "GET", "path": "/hosting/web*"},
        ],
    }


def test_both_kinds_of_callers_are_told_how_they_came_in(api, ask, call, bearer):
    by_key = call(api, "/auth/details").json
    assert (by_key["account"], by_key["method"], len(by_key["allowedRoutes"])) == ("ab12345-ovh", "account", 3)
    by_client = ask(api, "/1.0/auth/details", headers=bearer(api)).json
    assert (by_client["method"], by_client["allowedRoutes"]) == ("oauth2_client_credentials", None)


@pytest.mark.parametrize(
    ("status", "expected"), [("validated", 200), ("refused", 403), ("expired", 403), ("pendingValidation", 403)]
)
def test_a_consumer_key_is_asked_for_and_then_validated_by_the_owner(api, ask, call, status, expected):
    application = {"X-Ovh-Application": api.account.applications[0].key, "Content-Type": "application/json"}
    wanted = {"accessRules": [{"method": "GET", "path": "/hosting/web*"}], "redirection": None}
    made = ask(api, "/1.0/auth/credential", method="POST", body=json.dumps(wanted).encode(), headers=application).json
    assert made["state"] == "pendingValidation"
    assert made["validationUrl"].startswith(f"{api.origin}/auth/?credentialToken=")
    assert call(api, "/hosting/web", consumer=made["consumerKey"]).status == 403
    api.account.set_status(made["consumerKey"], status)
    assert call(api, "/hosting/web", consumer=made["consumerKey"]).status == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"accessRules": []}',
        b'{"accessRules": [{"method": "GET"}]}',
        b'{"accessRules": [{"method": "HEAD", "path": "/x"}]}',
        b'{"accessRules": [{"method": "GET", "path": "x"}]}',
        b'{"accessRules": [{"method": "GET", "path": "/x"}], "other": 1}',
    ],
)
def test_a_consumer_key_is_not_made_for_a_body_that_is_not_right(api, ask, body):
    application = {"X-Ovh-Application": api.account.applications[0].key, "Content-Type": "application/json"}
    assert ask(api, "/1.0/auth/credential", method="POST", body=body, headers=application).status == 400
    assert len(api.account.credentials) == 1


def test_a_status_that_there_is_not_is_an_error():
    with pytest.raises(ValueError, match="'maybe'"):
        default_account().set_status("simConsumerKey000000000000000001", "maybe")
    with pytest.raises(ValueError, match="No consumer key"):
        Account().set_status("x", "validated")


# Tokens for logs


def test_a_token_for_logs_is_a_bare_text(api, call):
    found = call(api, f"/hosting/web/{CURRENT}/userLogsToken?ttl=300&remoteCheck=false").json
    assert api.tokens.opens(found, CURRENT, "127.0.0.1")
    assert set("+/=") <= set(found)


def test_a_token_is_for_the_tree_that_the_lines_of_a_domain_are_in(make_api, call):
    account = default_account()
    account.services = [
        Service("s", domains=[AttachedDomain("www.a.example", own_log="a.example"), AttachedDomain("b.example")])
    ]
    api = make_api(account)
    opened = {}
    for query in ("", "?attachedDomain=www.a.example", "?attachedDomain=b.example"):
        token = call(api, f"/hosting/web/s/userLogsToken{query}").json
        trees = ("s", "a.example", "www.a.example", "b.example")
        opened[query] = [tree for tree in trees if api.tokens.opens(token, tree, "127.0.0.1")]
    assert opened == {
        "": ["s"],
        "?attachedDomain=www.a.example": ["a.example"],
        "?attachedDomain=b.example": ["b.example"],
    }


def test_a_token_lasts_as_long_as_asked(api, call):
    token = call(api, f"/hosting/web/{CURRENT}/userLogsToken?ttl=300").json
    api.tokens.later(290)
    assert api.tokens.opens(token, CURRENT, "127.0.0.1")
    api.tokens.later(10)
    assert not api.tokens.opens(token, CURRENT, "127.0.0.1")


def test_a_token_may_be_tied_to_who_asks_for_it(api, call):
    token = call(api, f"/hosting/web/{CURRENT}/userLogsToken?remoteCheck=true", source="127.0.0.2").json
    assert [api.tokens.opens(token, CURRENT, f"127.0.0.{last}") for last in (1, 2)] == [False, True]
