"""What the simulated API refuses, in which order and in which words."""

from __future__ import annotations

import socket
import time
from datetime import datetime, timedelta, timezone

import pytest

from dev.ovhsim import ApiOptions, Application, Credential, ServiceAccount, default_account, rules
from dev.ovhsim.api.matching import covers, granted

SERVICES = "/hosting/web"
OLD, LOGIN = "/hosting/web/example.com", "/hosting/web/login.cluster021.hosting.ovh.net"
FORBIDDEN, BAD, NOT_FOUND = "403 Forbidden", "400 Bad Request", "404 Not Found"


def changed(**values):
    """An account whose only credential is other than usual."""
    account = default_account()
    for name, value in values.items():
        setattr(account.credentials[0], name, value)
    return account


PAST = datetime(2020, 1, 1, tzinfo=timezone.utc)
CASES = {
    "unknown application key": ({}, {"key": "x"}, 403, "INVALID_KEY", "This application key is invalid"),
    "unknown consumer key": ({}, {"consumer": "x"}, 403, "NOT_CREDENTIAL", "This credential does not exist"),
    "expired": ({"status": "expired"}, {}, 403, "INVALID_CREDENTIAL", "This credential is not valid"),
    "expired by its date": ({"expiration": PAST}, {}, 403, "INVALID_CREDENTIAL", "This credential is not valid"),
    "refused": ({"status": "refused"}, {}, 403, "INVALID_CREDENTIAL", "This credential is not valid"),
    "not validated": ({"status": "pendingValidation"}, {}, 403, "INVALID_CREDENTIAL", "This credential is not valid"),
    "missing right": ({"rules": rules(f"GET {OLD}")}, {}, 403, "NOT_GRANTED_CALL", "This call has not been granted"),
    "wrong secret": ({}, {"secret": "x"}, 400, "INVALID_SIGNATURE", "Invalid signature"),
    "too early": ({}, {"moment": "1000000000"}, 400, "QUERY_TIME_OUT", "Query out of time"),
}
CLASSES = {400: "Client::BadRequest", 403: "Client::Forbidden", 404: "Client::NotFound"}
LINES = {400: BAD, 403: FORBIDDEN, 404: NOT_FOUND}


@pytest.mark.parametrize("style", ["class", "code"])
@pytest.mark.parametrize(("credential", "changes", "status", "code", "message"), CASES.values(), ids=CASES)
def test_every_wrong_key_moment_and_signature_has_its_words_in_both_shapes(
    make_api, call, style, credential, changes, status, code, message
):
    api = make_api(changed(**credential), options=ApiOptions(errors=style))
    reply = call(api, SERVICES, **changes)
    expected = {
        "class": {"class": CLASSES[status], "message": message},
        "code": {"errorCode": code, "httpCode": LINES[status], "message": message},
    }
    assert (reply.status, reply.json) == (status, expected[style])
    assert "X-OVH-QUERYID" in reply.headers


@pytest.mark.parametrize("style", ["class", "code"])
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/hosting/web/nobody.example", "This service does not exist"),
        (f"{LOGIN}/ownLogs/999", "The requested object (id = 999) does not exist"),
        (f"{LOGIN}/ownLogs/0101", "The requested object (id = 0101) does not exist"),
        (f"{LOGIN}/attachedDomain/nobody.example", "The requested object (domain = nobody.example) does not exist"),
        (f"{LOGIN}/userLogsToken?attachedDomain=nobody.example", "The requested object (domain = nobody.example) does"),
    ],
)
def test_what_is_not_there_is_404_in_both_shapes(make_api, call, style, path, message):
    reply = call(make_api(options=ApiOptions(errors=style)), path)
    found = reply.json
    assert reply.status == 404
    assert found["message"].startswith(message)
    assert (found.get("class"), found.get("httpCode")) == (
        ("Client::NotFound", None) if style == "class" else (None, NOT_FOUND)
    )


@pytest.mark.parametrize("style", ["class", "code"])
def test_who_says_nothing_about_himself_must_log_in(make_api, ask, style):
    reply = ask(make_api(options=ApiOptions(errors=style)), "/1.0/hosting/web")
    assert (reply.status, reply.json) == (401, {"class": "Client::Unauthorized", "message": "You must login first"})


@pytest.mark.parametrize("style", ["class", "code"])
def test_a_service_account_that_iam_does_not_grant_an_action_is_told_which(make_api, ask, bearer, style):
    account = default_account()
    account.service_accounts = [ServiceAccount("id", "secret", {"example.com": ("webHosting:apiovh:get",)})]
    api = make_api(account, options=ApiOptions(errors=style))
    headers = bearer(api)
    assert ask(api, f"/1.0{OLD}", headers=headers).status == 200
    for path, action in {
        f"{OLD}/ownLogs": "webHosting:apiovh:ownLogs/get",
        f"{OLD}/ownLogs/201": "webHosting:apiovh:ownLogs/get",
        f"{OLD}/attachedDomain": "webHosting:apiovh:attachedDomain/get",
        f"{OLD}/userLogsToken": "webHosting:apiovh:userLogsToken/get",
        LOGIN: "webHosting:apiovh:get",
        "/hosting/web/nobody.example": "webHosting:apiovh:get",
        "/hosting/web/attachedDomain?domain=example.com": "account:apiovh:webHosting/attachedDomain/get",
    }.items():
        reply = ask(api, f"/1.0{path}", headers=headers)
        assert (reply.status, reply.json) == (
            403,
            {
                "class": "Client::Forbidden",
                "message": "User not granted for this request",
                "details": {"unauthorizedActionsByAuthentication": "", "unauthorizedActionsByIAM": action},
            },
        )


@pytest.mark.parametrize(
    ("granted_actions", "expected"),
    [
        ({}, []),
        ({"example.com": ("webHosting:apiovh:get",)}, ["example.com"]),
        ({"example.com": ("webHosting:*",)}, ["example.com"]),
        ({"example.com": ("webHosting:apiovh:ownLogs/get",)}, []),
    ],
)
def test_a_service_account_sees_the_services_that_iam_lets_it_see(make_api, ask, bearer, granted_actions, expected):
    account = default_account()
    account.service_accounts = [ServiceAccount("id", "secret", granted_actions)]
    api = make_api(account)
    assert ask(api, "/1.0/hosting/web", headers=bearer(api)).json == expected


# The order of checks


def test_the_first_thing_that_is_wrong_is_the_one_that_is_told(make_api, call):
    """Each step repairs what the one before was refused for."""
    account = changed(status="expired", rules=())
    account.applications = [Application("k", "s", status="blocked")]
    account.credentials[0].application = "other"
    api = make_api(account)
    wrong = {"moment": "1", "secret": "x"}

    def told():
        return call(api, "/hosting/web/nobody.example", **wrong).json["message"]

    found = [told()]
    account.applications = [Application("k", "s")]
    found.append(told())
    account.credentials[0].application = "k"
    found.append(told())
    account.credentials[0].status = "validated"
    found.append(told())
    del wrong["moment"]
    found.append(told())
    del wrong["secret"]
    found.append(told())
    account.credentials[0].rules = rules("GET /*")
    found.append(told())
    assert found == [
        "This application key is invalid",
        "This credential does not exist",
        "This credential is not valid",
        "Query out of time",
        "Invalid signature",
        "This call has not been granted",
        "This service does not exist",
    ]


@pytest.mark.parametrize("status", ["blocked", "inactive"])
def test_an_application_that_is_switched_off_is_as_one_unknown(make_api, call, status):
    account = default_account()
    account.applications = [Application(account.applications[0].key, "s", status=status)]
    assert call(make_api(account), SERVICES).json["message"] == "This application key is invalid"


def test_a_consumer_key_serves_its_own_application_only(make_api, call):
    account = default_account()
    account.applications.append(Application("second", "s"))
    account.credentials.append(Credential("c", "second"))
    api = make_api(account)
    assert call(api, SERVICES, consumer="c").json["message"] == "This credential does not exist"
    assert call(api, SERVICES, key="second", secret="s", consumer="c").status == 200


def test_a_consumer_key_may_serve_some_addresses_only(make_api, call):
    api = make_api(changed(allowed_ips=("127.0.0.2/32",)), options=ApiOptions(errors="code"))
    assert call(api, SERVICES).json["errorCode"] == "FORBIDDEN"
    assert call(api, SERVICES, source="127.0.0.2").status == 200


def test_a_consumer_key_dies_when_its_time_comes(make_api, call):
    api = make_api(changed(expiration=datetime.now(timezone.utc) + timedelta(hours=1)))
    before = call(api, SERVICES).status
    api.clock_skew = 3700
    assert (before, call(api, SERVICES).json["message"]) == (200, "This credential is not valid")


# Time and signature


@pytest.mark.parametrize(("off", "status"), [(-29, 200), (28, 200), (-32, 400), (33, 400)])
def test_a_moment_may_be_half_a_minute_off(api, call, off, status):
    assert call(api, SERVICES, moment=str(int(time.time()) + off)).status == status


@pytest.mark.parametrize("moment", ["", "now", "-5", "1e9", "9" * 40])
def test_a_moment_that_is_none_is_out_of_time(api, call, moment):
    assert call(api, SERVICES, moment=moment).json["message"] == "Query out of time"


def test_a_signature_counts_in_the_time_of_the_api(api, call):
    api.clock_skew = -7200
    now = call(api, SERVICES, moment=str(int(time.time()))).json["message"]
    assert (now, call(api, SERVICES).status) == ("Query out of time", 200)


@pytest.mark.parametrize(
    ("sent", "of", "same"),
    [
        (f"{LOGIN}/ownLogs?fqdn=a%25b", f"{LOGIN}/ownLogs?fqdn=a%25b", True),
        (f"{LOGIN}/ownLogs?fqdn=a+b", f"{LOGIN}/ownLogs?fqdn=a+b", True),
        (f"{LOGIN}/ownLogs?fqdn=a%20b", f"{LOGIN}/ownLogs?fqdn=a b", False),
        (f"{LOGIN}/ownLogs?fqdn=a%20b", f"{LOGIN}/ownLogs?fqdn=a+b", False),
        (f"{LOGIN}/ownLogs?fqdn=%e9", f"{LOGIN}/ownLogs?fqdn=%E9", False),
        (f"{LOGIN}/ownLogs", f"{LOGIN}/ownLogs?", False),
        (f"{LOGIN}/ownLogs?", f"{LOGIN}/ownLogs", False),
        (f"{LOGIN}/ownLogs?", f"{LOGIN}/ownLogs?", True),
    ],
)
def test_a_signature_is_of_the_target_as_it_is_sent(api, call, sent, of, same):
    reply = call(api, sent, of=f"/1.0{of}")
    assert (reply.status, "Invalid signature" in reply.body.decode()) == ((200, False) if same else (400, True))


def test_a_signature_is_of_the_version_and_the_body_too(api, call):
    assert call(api, SERVICES, of="/v1/hosting/web").json["message"] == "Invalid signature"
    assert call(api, SERVICES, body=b"{}").status == 200
    assert call(api, SERVICES, body=b"{}", sent=b"[]").json["message"] == "Invalid signature"


def test_a_blank_in_a_target_is_no_request(api):
    with socket.create_connection(("127.0.0.1", api.port), timeout=5) as client:
        client.sendall(b"GET /1.0/hosting/web?x=a b HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "path",
    [
        f'{LOGIN}/ownLogs?fqdn="x"',
        f"{LOGIN}/ownLogs?fqdn=%2",
        f"{LOGIN}/ownLogs?fqdn=%FF",
        f"{LOGIN}/ownLogs?fqdn",
        f"{LOGIN}|x",
        "/hosting/web/%FF",
    ],
)
def test_a_target_that_is_not_encoded_is_not_repaired(api, call, path):
    assert call(api, path).status == 400


# Rules


@pytest.mark.parametrize(
    ("rule", "covered", "not_covered"),
    [
        ("GET /x", ["/x"], ["/x/", "/x/y", "/xy", "/X"]),
        ("GET /x/*", ["/x/y", "/x/y/z"], ["/x", "/xy"]),
        ("GET /x*", ["/x", "/xy", "/x/y"], ["/y/x"]),
        ("GET /x/*/z", ["/x/y/z", "/x/y/y/z"], ["/x/z", "/x/y"]),
        ("GET /*", ["/", "/x"], []),
        ("GET /x ", [], ["/x"]),
        ("GET  /x", [], ["/x"]),
        ("GET /x*\t", [], ["/x", "/x/y"]),
        ("POST /x", [], ["/x"]),
        ("GET /x.y", ["/x.y"], ["/xzy"]),
    ],
)
def test_a_rule_covers_what_it_says_and_nothing_else(rule, covered, not_covered):
    paths = covered + not_covered
    assert [path for path in paths if granted(rules(rule), "GET", path)] == covered


@pytest.mark.parametrize("version", ["/1.0", "/v1"])
def test_rules_are_of_paths_below_the_version_and_without_the_query(make_api, call, version):
    api = make_api(changed(rules=rules("GET /hosting/web/*/ownLogs")))
    assert call(api, f"{OLD}/ownLogs?fqdn=x", version=version).status == 200
    assert call(api, OLD, version=version).status == 403


def test_the_two_rules_of_the_readme_of_ovh_do_not_cover_one_another(make_api, call):
    api = make_api(changed(rules=rules("GET /hosting/web/*")))
    assert [call(api, path).status for path in (SERVICES, OLD)] == [403, 200]
    api.account.credentials[0].rules = rules("GET /hosting/web*")
    assert [call(api, path).status for path in (SERVICES, OLD)] == [200, 200]


def test_actions_of_iam_may_have_a_wildcard():
    assert covers("webHosting:apiovh:*", "webHosting:apiovh:ownLogs/get")
    assert not covers("webHosting:apiovh:get", "webHosting:apiovh:ownLogs/get")


# Calls that there are not


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/hosting/web/", 404),
        ("GET", "/hosting/web/example.com/", 404),
        ("GET", "//hosting/web", 404),
        ("GET", "/hosting/web/example.com%2FownLogs", 404),
        ("GET", f"{OLD}/statistics", 404),
        ("GET", "/me", 404),
        ("HEAD", "/hosting/web", 405),
        ("POST", f"{OLD}/ownLogs", 405),
        ("DELETE", f"{OLD}/ownLogs/201", 405),
        ("GET", "/auth/credential", 405),
    ],
)
def test_there_are_the_calls_of_a_reader_and_no_others(api, call, method, path, status):
    reply = call(api, path, method=method)
    assert (reply.status, reply.headers["Allow"] is None) == (status, status == 404)


@pytest.mark.parametrize("path", ["/hosting/web/", "/hosting/web/example.com/", "/me"])
def test_a_path_that_there_is_not_is_told_from_a_service_that_there_is_not(api, call, path):
    assert call(api, path).json["message"] == "Got an invalid (or empty) URL"


@pytest.mark.parametrize("version", ["", "/v2", "/1.0.0"])
def test_there_are_two_versions(api, call, version):
    assert call(api, SERVICES, version=version).json["message"] == "Got an invalid (or empty) URL"


@pytest.mark.parametrize(
    "path",
    [
        f"{SERVICES}?x=1",
        "/hosting/web/attachedDomain",
        "/hosting/web/attachedDomain?domain=",
        f"{LOGIN}/ownLogs?domain=x",
        f"{LOGIN}/ownLogs?fqdn=a&fqdn=b",
        f"{LOGIN}/userLogsToken?remoteCheck=True",
        f"{LOGIN}/userLogsToken?remoteCheck=1",
        f"{LOGIN}/userLogsToken?ttl=299",
        f"{LOGIN}/userLogsToken?ttl=-1",
        f"{LOGIN}/userLogsToken?ttl=null",
        f"{LOGIN}/userLogsToken?ttl=3600.0",
        f"{LOGIN}/userLogsToken?attachedDomain=",
    ],
)
@pytest.mark.parametrize(("style", "name"), [("class", "Client::BadRequest"), ("code", "INVALID_ARGUMENT")])
def test_a_parameter_is_known_given_once_and_of_its_type(make_api, call, path, style, name):
    reply = call(make_api(options=ApiOptions(errors=style)), path)
    assert (reply.status, name in reply.body.decode()) == (400, True)
