"""Tokens open trees of the simulated log host beside passwords; the API issues them."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import quote

import pytest
import requests

from dev.dayfiles import day_path, write_day
from dev.ovhsim import LogHost, Options, Tokens, default_account

MAIN, SHOP = "login.cluster021.hosting.ovh.net", "shop.example.org"
DAY = date(2026, 3, 28)
BASIC = {"Authorization": "Basic dTpw"}  # u:p


@pytest.fixture
def tokens():
    return Tokens()


@pytest.fixture
def make_host(tmp_path, tokens):
    """Starts log hosts over one day of two trees; they stop with the test."""
    hosts = []

    def start(**options):
        for fqdn in (MAIN, SHOP):
            write_day(tmp_path, fqdn, DAY, [b"line"])
        hosts.append(LogHost(tmp_path, {"u": "p"}, tokens=tokens, options=Options(**options)).__enter__())
        return hosts[-1]

    yield start
    for host in hosts:
        host.__exit__(None, None, None)


@pytest.fixture
def status(ask):
    """Status of a day asked for with a token, in the address or in a cookie."""

    def make(host, token, *, by="query", fqdn=MAIN, path=None, headers=None, source="127.0.0.1"):
        target = path or day_path(fqdn, DAY)
        cookie = {"Cookie": f"a=1; token={token}; b=2"} if by == "cookie" else {}
        target += f"?token={quote(token, safe='')}" if by == "query" else ""
        return ask(host, target, headers=cookie | (headers or {}), source=source).status

    return make


@pytest.mark.parametrize("by", ["query", "cookie"])
def test_a_token_opens_files_and_folders_of_its_tree(make_host, tokens, status, by):
    host, token = make_host(), tokens.issue([MAIN])
    paths = (day_path(MAIN, DAY), f"/{MAIN}/", f"/{MAIN}/logs/logs-03-2026/", day_path(MAIN, date(2026, 3, 29)))
    assert [status(host, token, by=by, path=path) for path in paths] == [200, 200, 200, 404]


@pytest.mark.parametrize(
    ("token_by", "query", "cookie"), [("both", 200, 200), ("query", 200, 401), ("cookie", 401, 200)]
)
def test_a_host_may_take_tokens_from_one_place_only(make_host, tokens, status, token_by, query, cookie):
    host, token = make_host(token_by=token_by), tokens.issue([MAIN])
    assert (status(host, token), status(host, token, by="cookie")) == (query, cookie)


@pytest.mark.parametrize("refused", [401, 403])
def test_a_token_is_refused_that_is_unknown_or_of_another_tree_or_has_ended(make_host, tokens, status, refused, ask):
    host = make_host(token_refused=refused)
    ended = tokens.issue([MAIN])
    tokens.end()
    short, token = tokens.issue([MAIN], ttl=300), tokens.issue([MAIN])
    assert [status(host, short), status(host, token), status(host, token, fqdn=SHOP)] == [200, 200, refused]
    tokens.later(301)
    assert [status(host, text) for text in ("x", ended, short, token)] == [refused, refused, refused, 200]
    challenge = ask(host, f"/{MAIN}/?token=x").headers["WWW-Authenticate"]
    assert challenge == ('Basic realm="OVH logs"' if refused == 401 else None)


def test_a_token_for_one_address_serves_no_other(make_host, tokens, status):
    host, token = make_host(), tokens.issue([MAIN], address="127.0.0.2")
    assert [status(host, token, source=source) for source in ("127.0.0.1", "127.0.0.2")] == [403, 200]


def test_a_tree_that_is_not_there_is_404_to_a_good_token_only(make_host, tokens, status):
    host, token = make_host(), tokens.issue([MAIN])
    assert [status(host, text, path="/nobody.example/") for text in (token, "x")] == [404, 403]


def test_a_token_may_end_in_the_middle_of_a_download(make_host, tokens, status):
    host = make_host()
    tokens.uses = 2
    token = tokens.issue([MAIN])
    tokens.uses = None
    assert [status(host, token) for _ in range(3)] == [200, 200, 403]
    assert status(host, tokens.issue([MAIN])) == 200
    assert tokens.issued == 2


def test_what_is_refused_does_not_use_a_token_up(make_host, tokens, status):
    host = make_host()
    tokens.uses = 1
    token = tokens.issue([MAIN])
    assert [status(host, token, fqdn=fqdn) for fqdn in (SHOP, MAIN, MAIN)] == [403, 200, 403]


def test_a_token_that_is_not_encoded_in_an_address_is_another(make_host, tokens, ask):
    host, token = make_host(), tokens.issue([MAIN])
    assert ask(host, f"{day_path(MAIN, DAY)}?token={token}").status == 403


def test_a_password_decides_alone_where_there_is_one(make_host, tokens, status):
    host, token = make_host(), tokens.issue([MAIN])
    assert status(host, "x", headers=BASIC) == 200
    assert status(host, token, headers={"Authorization": "Basic eDp5"}) == 401


def test_a_folder_without_its_slash_keeps_the_token_on_the_way(make_host, tokens, ask):
    host, token = make_host(), quote(tokens.issue([MAIN]), safe="")
    assert ask(host, f"/{MAIN}/logs?token={token}").headers["Location"] == f"/{MAIN}/logs/?token={token}"


def test_a_token_in_an_address_may_become_a_cookie_of_its_tree(make_host, tokens, ask):
    host, token = make_host(token_redirect=True), tokens.issue([MAIN])
    reply = ask(host, f"/{MAIN}/?C=N&token={quote(token, safe='')}&O=D")
    assert (reply.status, reply.headers["Location"]) == (302, f"/{MAIN}/?C=N&O=D")
    assert reply.headers["Set-Cookie"] == f"token={token}; Path=/{MAIN}/; HttpOnly"
    assert ask(host, f"/{MAIN}/?token=x").status == 403
    assert ask(host, f"/{MAIN}/?token=x", headers=BASIC).status == 200
    with requests.Session() as session:
        answer = session.get(host.url + day_path(MAIN, DAY), params={"token": token}, timeout=5)
        assert (answer.status_code, answer.url) == (200, host.url + day_path(MAIN, DAY))


@pytest.mark.parametrize("place", ["cookie", "query"])
def test_a_token_cannot_change_its_place_where_only_one_counts(place):
    with pytest.raises(ValueError, match=f"taken from {place}"):
        Options(token_redirect=True, token_by=place)


def test_tokens_stay_out_of_the_journal(make_host, tokens, status):
    host, token = make_host(), tokens.issue([MAIN])
    status(host, token)
    status(host, token, by="cookie", headers={"Referer": f"http://x/?token={token}"})
    written = json.dumps([request.document() for request in host.journal.requests])
    assert (token in written, quote(token, safe="") in written) == (False, False)


def test_all_tokens_can_be_ended_over_http(make_host, tokens, status, ask):
    host, token = make_host(control=True), tokens.issue([MAIN])
    assert ask(host, "/_sim/tokens", method="DELETE").status == 204
    assert status(host, token) == 403


def test_a_token_of_the_api_opens_the_log_that_the_api_leads_to(make_host, make_api, tokens, call, status):
    host = make_host()
    api = make_api(default_account(host.url), tokens=tokens)
    logs = call(api, f"/hosting/web/{MAIN}/ownLogs/102").json["logs"]
    assert logs == f"{host.url}/{SHOP}/"
    main, shop = (
        call(api, f"/hosting/web/{MAIN}/userLogsToken{query}").json for query in ("", f"?attachedDomain={SHOP}")
    )
    assert [status(host, token, fqdn=fqdn) for token in (main, shop) for fqdn in (MAIN, SHOP)] == [200, 403, 403, 200]
