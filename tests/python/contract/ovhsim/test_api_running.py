"""The simulated API as a thing that runs: service accounts, faults, journal, control calls, the official client."""

from __future__ import annotations

import base64
import http.client
import json
import time

import ovh
import ovh.client
import pytest
from ovh.exceptions import (
    APIError,
    BadParametersError,
    HTTPError,
    InvalidCredential,
    InvalidKey,
    InvalidResponse,
    NotCredential,
    NotGrantedCall,
    OAuth2FailureError,
    ResourceNotFoundError,
)

from dev.ovhsim import ApiOptions, Fault, ServiceAccount, backend_trouble, default_account, rules

TOKEN = "/auth/oauth2/token"
FORM = "application/x-www-form-urlencoded"
ID, SECRET = "EU.simClient0000001", "simClientSecret00000000000000001"
GRANT = "grant_type=client_credentials&scope=all"
IN_BODY = f"{GRANT}&client_id={ID}&client_secret={SECRET}"


def basic(client_id, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def granted(ask, api, form, headers=None, *, target=TOKEN, media=FORM):
    return ask(api, target, method="POST", body=form.encode(), headers={"Content-Type": media} | (headers or {}))


# OAuth2


@pytest.mark.parametrize(
    ("form", "headers"),
    [(IN_BODY, {}), (GRANT, basic(ID, SECRET)), (f"{GRANT}&client_id={ID}", basic(ID, SECRET))],
    ids=["body", "basic", "id twice"],
)
def test_a_service_account_gets_an_access_token_by_either_way(make_api, ask, form, headers):
    api = make_api(options=ApiOptions(expires_in=100))
    assert api.token_url == f"http://127.0.0.1:{api.port}{TOKEN}"
    reply = granted(ask, api, form, headers)
    token = reply.json.pop("access_token")
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")
    assert {name: reply.json[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 100,
        "scope": "all",
    }
    assert ask(api, "/1.0/hosting/web", headers={"Authorization": f"Bearer {token}"}).status == 200


@pytest.mark.parametrize(
    ("form", "headers", "error"),
    [
        (f"{GRANT}&client_id=x&client_secret={SECRET}", {}, "invalid_client"),
        (f"{GRANT}&client_id={ID}&client_secret=x", {}, "invalid_client"),
        (GRANT, {}, "invalid_client"),
        (GRANT, basic(ID, "x"), "invalid_client"),
        (IN_BODY, basic(ID, SECRET), "invalid_request"),
        (f"{GRANT}&client_id=x", basic(ID, SECRET), "invalid_request"),
        (GRANT, {"Authorization": "Basic x"}, "invalid_request"),
        (GRANT, {"Authorization": "Bearer eDp5"}, "invalid_request"),
        (IN_BODY.replace("client_credentials", "password"), {}, "unsupported_grant_type"),
        (IN_BODY.replace("&scope=all", ""), {}, "invalid_scope"),
        (f"{IN_BODY}&scope=all", {}, "invalid_request"),
        (f"{IN_BODY}&more=1", {}, "invalid_request"),
        (json.dumps({"grant_type": "client_credentials"}), {}, "invalid_request"),
    ],
)
def test_who_asks_wrongly_gets_no_access_token(api, ask, form, headers, error):
    reply = granted(ask, api, form, headers)
    assert (reply.status, reply.json["error"]) == (400, error)


def test_an_unknown_service_account_is_told_so_in_the_words_of_ovh(api, ask):
    reply = granted(ask, api, f"{GRANT}&client_id=x&client_secret=y")
    assert reply.json == {
        "error": "invalid_client",
        "error_description": "ovhcloud oauth2 client does not exists",
    }


def test_access_tokens_are_given_for_a_form_that_is_posted_where_they_are(api, ask):
    assert granted(ask, api, IN_BODY, media="text/plain").json["error"] == "invalid_request"
    assert granted(ask, api, "x=1", target=f"{TOKEN}?{IN_BODY}").json["error"] == "invalid_request"
    assert granted(ask, api, IN_BODY, target=f"/1.0{TOKEN}").status == 404
    assert ask(api, TOKEN).status == 405


def test_an_access_token_ends(make_api, ask, bearer):
    api = make_api(options=ApiOptions(expires_in=0))
    assert ask(api, "/1.0/hosting/web", headers=bearer(api)).status == 401
    lasting = make_api()
    headers = bearer(lasting)
    before = ask(lasting, "/1.0/hosting/web", headers=headers).status
    lasting.end_access_tokens()
    assert (before, ask(lasting, "/1.0/hosting/web", headers=headers).status) == (200, 401)


def test_a_service_account_has_no_consumer_key_to_be_told_about(api, ask, bearer):
    assert ask(api, "/1.0/auth/currentCredential", headers=bearer(api)).status == 403


def test_a_service_account_that_is_gone_is_refused(api, ask, bearer):
    headers = bearer(api)
    api.account.service_accounts.clear()
    assert ask(api, "/1.0/hosting/web", headers=headers).status == 401


# Faults

JSON = "application/json"


@pytest.mark.parametrize("path", ["/1.0/hosting/web", TOKEN])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("status", status=429), (429, None, None, b"")),
        (Fault("status", status=429, retry_after="3"), (429, "3", None, b"")),
        (Fault("status", status=502, body="<h1>Bad</h1>"), (502, None, "text/html; charset=utf-8", b"<h1>Bad</h1>")),
        (Fault("status", status=504), (504, None, None, b"")),
        (Fault("status", status=200, body="{", content_type=JSON), (200, None, JSON, b"{")),
        (Fault("status", status=500, body='["x"]', content_type=JSON), (500, None, JSON, b'["x"]')),
        (Fault("status", status=403, body='"x"', content_type=JSON), (403, None, JSON, b'"x"')),
    ],
)
def test_any_answer_can_come_in_the_place_of_the_right_one(make_api, ask, path, fault, expected):
    reply = ask(make_api(faults=[fault]), path)
    assert (reply.status, reply.headers["Retry-After"], reply.headers["Content-Type"], reply.body) == expected


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (backend_trouble(), {"class": "Server::ServiceUnavailable", "message": "Service Unavailable, try again later"}),
        (
            backend_trouble(500),
            {"class": "Server::InternalServerError", "message": "Internal Server Error, try again later"},
        ),
        (
            backend_trouble(502, "code"),
            {"errorCode": "BAD_GATEWAY", "httpCode": "502 Bad Gateway", "message": "Bad Gateway, try again later"},
        ),
    ],
)
def test_trouble_behind_the_api_comes_in_both_shapes_with_the_id_of_the_query(make_api, call, fault, expected):
    reply = call(make_api(faults=[fault]), "/hosting/web")
    assert (reply.status, reply.json, "X-OVH-QUERYID" in reply.headers) == (fault.status, expected, True)


def test_failures_come_before_success_and_only_where_they_are_meant(make_api, call):
    api = make_api(faults=[backend_trouble(503, times=2, path="*/ownLogs")])
    statuses = [call(api, path).status for path in ("/hosting/web", *["/hosting/web/example.com/ownLogs"] * 3)]
    assert statuses == [200, 503, 503, 200]


@pytest.mark.parametrize("kind", ["reset", "close"])
def test_a_connection_can_end_without_an_answer(make_api, call, kind):
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        call(make_api(faults=[Fault(kind)]), "/hosting/web")


def test_an_answer_can_be_slow_and_still_hold_what_was_posted(make_api, ask):
    api = make_api(faults=[Fault("stall", seconds=0.05)])
    assert granted(ask, api, IN_BODY).status == 200


# Journal and control


def test_the_journal_names_calls_and_no_secret(api, ask, call, bearer):
    call(api, "/hosting/web?x=1")
    token = call(api, "/hosting/web/example.com/userLogsToken").json
    held = bearer(api)["Authorization"]
    ask(api, "/1.0/hosting/web", headers={"Authorization": held})
    ask(api, f"/1.0/hosting/web?token=abc&client_secret={SECRET}", headers={"Referer": "http://x/?token=abc"})
    assert [(entry.method, entry.path, entry.status) for entry in api.journal.requests] == [
        ("GET", "/1.0/hosting/web?x=1", 400),
        ("GET", "/1.0/hosting/web/example.com/userLogsToken", 200),
        ("POST", TOKEN, 200),
        ("GET", "/1.0/hosting/web", 200),
        ("GET", "/1.0/hosting/web?token=***&client_secret=***", 401),
    ]
    written = json.dumps([entry.document() for entry in api.journal.requests])
    application, credential = api.account.applications[0], api.account.credentials[0]
    secrets = application.key, application.secret, credential.consumer_key, "$1$", SECRET, held, token, "abc"
    assert [secret for secret in secrets if secret in written] == []


def test_a_running_api_is_steered_over_http(make_api, ask, call):
    api = make_api(options=ApiOptions(control=True))
    key = api.account.credentials[0].consumer_key
    token = api.tokens.issue(["example.com"])

    def steer(method, name, document=None):
        return ask(api, f"/_sim/{name}", method=method, body=json.dumps(document).encode() if document else b"").status

    assert steer("POST", "credentials", {"consumer_key": key, "status": "refused"}) == 204
    assert call(api, "/hosting/web").status == 403
    assert steer("POST", "credentials", {"consumer_key": "unknown", "status": "refused"}) == 400
    assert steer("POST", "clock", {"skew": 90}) == 204
    assert ask(api, "/1.0/auth/time").json == pytest.approx(time.time() + 90, abs=5)
    assert steer("POST", "clock", {"skew": "90"}) == 400
    assert steer("DELETE", "tokens") == 204
    assert not api.tokens.opens(token, "example.com", "127.0.0.1")
    assert steer("DELETE", "access-tokens") == 204
    assert steer("POST", "faults", {"kind": "status", "status": 500}) == 201
    assert ask(api, "/1.0/auth/time").status == 500
    assert [entry["path"] for entry in ask(api, "/_sim/journal").json][-1] == "/1.0/auth/time"


# The official client


@pytest.fixture
def connect(monkeypatch):
    """The official client of an API, with the account's own keys unless said."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")

    def make(api, **keys):
        monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", api.url)
        monkeypatch.setitem(ovh.client.OAUTH2_TOKEN_URLS, "ovh-eu", api.token_url)
        if not keys.keys() & {"client_id"}:
            application, credential = api.account.applications[0], api.account.credentials[0]
            usual = {"application_key": application.key, "application_secret": application.secret}
            keys = {**usual, "consumer_key": credential.consumer_key, **keys}
        return ovh.Client("ovh-eu", timeout=5, **keys)

    return make


def test_the_official_client_reads_all_that_there_is(api, connect):
    api.clock_skew = 500  # which it finds out by itself
    client = connect(api)
    name = client.get("/hosting/web")[0]
    (number,) = client.get(f"/hosting/web/{name}/ownLogs", fqdn=name)
    logs = client.get(f"/hosting/web/{name}/ownLogs/{number}")["logs"]
    token = client.get(f"/hosting/web/{name}/userLogsToken", remoteCheck=True, ttl=600)
    assert logs == f"http://logs.example/{name}/"
    assert api.tokens.opens(token, name, "127.0.0.1")
    assert client.get("/v1/auth/details")["method"] == "account"
    assert client.get("/hosting/web/attachedDomain", domain="shop.example.org") == [name]


def test_the_official_client_asks_for_a_consumer_key(api, connect):
    client = connect(api, consumer_key=None)
    made = client.request_consumerkey([{"method": "GET", "path": "/hosting/web*"}])
    api.account.set_status(made["consumerKey"], "validated")
    assert client.get("/hosting/web/example.com")["cluster"] == "cluster020"


def test_the_official_client_works_as_a_service_account_and_renews_its_token(api, connect):
    client = connect(api, client_id=ID, client_secret=SECRET)
    assert client.get("/auth/details")["account"] == "ab12345-ovh"
    session = client._oauth2.session
    session.token = {**session.token, "expires_at": 1}
    assert client.get("/hosting/web/example.com")["cluster"] == "cluster020"
    assert api.journal.paths == [TOKEN, "/1.0/auth/details", TOKEN, "/1.0/hosting/web/example.com"]


@pytest.mark.parametrize(
    ("style", "keys", "error"),
    [
        ("code", {"application_key": "x"}, InvalidKey),
        ("code", {"consumer_key": "x"}, NotCredential),
        ("class", {"application_key": "x"}, APIError),
        ("class", {"consumer_key": "x"}, APIError),
        ("code", {"application_secret": "x"}, BadParametersError),
        ("class", {"application_secret": "x"}, BadParametersError),
    ],
)
def test_the_official_client_tells_wrong_keys_apart_by_the_older_shape_only(make_api, connect, style, keys, error):
    client = connect(make_api(options=ApiOptions(errors=style)), **keys)
    with pytest.raises(APIError) as raised:
        client.get("/hosting/web")
    assert (type(raised.value), bool(raised.value.query_id)) == (error, True)


def test_the_official_client_knows_the_rest_of_the_older_shape(make_api, connect):
    api = make_api(options=ApiOptions(errors="code"))
    client, credential = connect(api), api.account.credentials[0]
    with pytest.raises(ResourceNotFoundError):
        client.get("/hosting/web/nobody.example")
    credential.rules = rules("GET /auth/details")
    with pytest.raises(NotGrantedCall):
        client.get("/hosting/web")
    credential.status = "expired"
    with pytest.raises(InvalidCredential):
        client.get("/hosting/web")


def test_the_official_client_is_told_of_a_service_account_that_may_not(make_api, connect):
    account = default_account()
    account.service_accounts.append(ServiceAccount("poor", "secret", {}))
    api = make_api(account)
    with pytest.raises(OAuth2FailureError, match="ovhcloud oauth2 client does not exists"):
        connect(api, client_id="x", client_secret="y").get("/hosting/web")
    with pytest.raises(APIError) as raised:
        connect(api, client_id="poor", client_secret="secret").get("/hosting/web/example.com")
    details = raised.value.response.json()["details"]
    assert details["unauthorizedActionsByIAM"] == "webHosting:apiovh:get"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("reset"), HTTPError),
        (Fault("status", status=502, body="<h1>Bad</h1>"), InvalidResponse),
        (Fault("status", status=200, body="{", content_type=JSON), InvalidResponse),
        (Fault("status", status=500, body='["x"]', content_type=JSON), AttributeError),
        (backend_trouble(503), APIError),
    ],
)
def test_trouble_reaches_the_official_client_as_it_would_from_ovh(make_api, connect, fault, error):
    api = make_api()
    client = connect(api)
    assert client.time_delta in range(-5, 6)
    api.faults.add(fault)
    with pytest.raises(error):
        client.get("/hosting/web")
