"""Hosts that give back what they are sent: even then no secret is shown; and what is sent. Bare bytes over TCP."""

from __future__ import annotations

import json
import time

import pytest

from tests.python.contract.secrets.planted import APPLICATION_SECRET, CLIENT_SECRET, CONSUMER_KEY, leaks
from tests.python.contract.secrets.wire import Wire, answer

TOKEN_PATH = "/auth/oauth2/token"


def lines(request):
    return b"; ".join(request.split(b"\r\n"))


MIRRORS = {
    "broken headers": lambda request: answer("200 OK", b"", b"no header", *request.split(b"\r\n")),
    "status line": lambda request: b"HTTP/1.1 " + lines(request) + b"\r\n\r\n",
    "reason": lambda request: b"HTTP/1.1 403 " + lines(request) + b"\r\nContent-Length: 0\r\n\r\n",
    "location": lambda request: answer("302 Found", b"", b"Location: https://evil.example:" + lines(request)),
    "location's host": lambda request: answer(
        "302 Found", b"", b"Location: https://" + request.split()[-1] + b".evil.example/"
    ),
    "body": lambda request: answer("403 Forbidden", json.dumps({"message": request.decode("latin-1")}).encode()),
    "body of 200": lambda request: answer("200 OK", request),
    "length": lambda request: b"HTTP/1.1 200 OK\r\nContent-Length: " + lines(request) + b"\r\n\r\n" + request,
    "cookie": lambda request: answer(
        "503 Busy", b"", b"Set-Cookie: a=" + lines(request), b"Retry-After: " + lines(request)
    ),
}


@pytest.mark.parametrize("mirror", MIRRORS)
@pytest.mark.parametrize("access", ["keys", "log_user"])
def test_no_secret_is_shown_when_the_log_host_gives_back_what_it_is_sent(world, shown, uses, access, mirror):
    made = world()
    with Wire(MIRRORS[mirror]) as host:
        made.api.account.log_host = host.url
        made.plugin["allowed_log_hosts"] = [host.url]
        found = shown(*uses(made, access, log_host=host.url))
        sent = b"".join(host.received)
    assert (b"Cookie: token=" if access == "keys" else b"Authorization: Basic ") in sent
    assert leaks(made.secrets, found) == []


@pytest.mark.parametrize("mirror", MIRRORS)
@pytest.mark.parametrize("access", ["keys", "oauth2"])
def test_no_secret_is_shown_when_the_api_gives_back_what_it_is_sent(world, shown, uses, access, mirror):
    def reply(request):
        if b"/auth/time " in request:
            return answer("200 OK", b"%d" % time.time())
        if TOKEN_PATH.encode() in request and mirror.startswith("body"):
            return answer("200 OK", json.dumps({"access_token": access_token, "expires_in": 3600}).encode())
        return MIRRORS[mirror](request)

    made, access_token = world(), "bR6x2Ym9KpW4qTz7LsN1vCd8"
    with Wire(reply) as api:
        made.plugin["api_url"] = f"{api.url}/1.0"
        found = shown(*uses(made, access))
        requests_sent = api.received
    assert len(requests_sent) > 3
    assert leaks({*made.secrets, access_token}, found) == []


# What is sent: no secret but where it is needed


def test_the_api_is_sent_no_body_and_never_the_application_secret(world, shown, uses):
    made = world()
    with Wire(lambda _: answer("200 OK", b"%d" % time.time())) as api:
        made.plugin["api_url"] = f"{api.url}/1.0"
        shown(*uses(made, "keys")[:1])
    assert {request.partition(b"\r\n\r\n")[2] for request in api.received} == {b""}
    assert leaks([APPLICATION_SECRET], [("request", request.decode()) for request in api.received]) == []
    places = [line for request in api.received for line in request.decode().split("\r\n") if CONSUMER_KEY in line]
    assert set(places) == {f"X-Ovh-Consumer: {CONSUMER_KEY}"}


def test_the_client_secret_is_sent_only_in_the_header_of_the_request_for_an_access_token(world, shown, uses):
    made = world()
    with Wire(lambda _: answer("200 OK", b'{"access_token": "bR6x2Ym9KpW4qTz7LsN1vCd8"}')) as api:
        made.plugin["api_url"] = f"{api.url}/1.0"
        shown(*uses(made, "oauth2")[:1])
    asked, *others = [request.decode() for request in api.received]
    assert asked.startswith(f"POST {TOKEN_PATH} HTTP/1.1\r\n")
    assert asked.partition("\r\n\r\n")[2] == "grant_type=client_credentials&scope=all"
    assert others
    assert leaks([CLIENT_SECRET], [("request", request) for request in others]) == []
