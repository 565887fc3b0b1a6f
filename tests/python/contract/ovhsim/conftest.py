"""A simulated API, and calls signed by hand."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
from typing import Any, NamedTuple

import pytest

from dev.ovhsim import Api, default_account


class Reply(NamedTuple):
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


def send(server, target, *, method="GET", body=b"", headers=None, source="127.0.0.1"):
    """One request over a connection of its own, with the target as it stands."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5, source_address=(source, 0))
    try:
        connection.request(method, target, body or None, headers or {})
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


def signed(api, target, *, method="GET", body=b"", of=None, **changes):
    """Headers of a signed call of the account's first application and consumer key.

    ``of``: the target that is signed, where it is not the one that is sent; ``changes``: other keys, secret or moment.
    """
    application, credential = api.account.applications[0], api.account.credentials[0]
    key, secret, consumer = (
        changes.get(name, usual)
        for name, usual in (
            ("key", application.key),
            ("secret", application.secret),
            ("consumer", credential.consumer_key),
        )
    )
    moment = changes.get("moment", str(int(time.time() + api.clock_skew)))
    url = f"http://127.0.0.1:{api.port}{of or target}"
    text = f"{secret}+{consumer}+{method}+{url}+{body.decode()}+{moment}"
    return {
        "X-Ovh-Application": key,
        "X-Ovh-Consumer": consumer,
        "X-Ovh-Timestamp": moment,
        "X-Ovh-Signature": "$1$" + hashlib.sha1(text.encode()).hexdigest(),
    }


@pytest.fixture
def make_api():
    """Starts APIs; they stop with the test."""
    started = []

    def start(account=None, **settings):
        started.append(Api(account or default_account("http://logs.example"), **settings).__enter__())
        return started[-1]

    yield start
    for api in started:
        api.__exit__(None, None, None)


@pytest.fixture
def api(make_api):
    """An API that behaves."""
    return make_api()


@pytest.fixture
def ask():
    """One request, nothing added."""
    return send


@pytest.fixture
def call():
    """One signed call below /1.0, or below what ``version`` says; ``sent``: another body than the one signed."""

    def make(api, path, *, version="/1.0", source="127.0.0.1", method="GET", body=b"", sent=None, **changes):
        target = version + path
        headers = signed(api, target, method=method, body=body, **changes)
        return send(api, target, method=method, body=sent or body, headers=headers, source=source)

    return make


@pytest.fixture
def bearer(ask):
    """Headers of a service account, the account's first unless said."""

    def make(api, client=None):
        client = client or api.account.service_accounts[0]
        form = (
            f"grant_type=client_credentials&scope=all&client_id={client.client_id}&client_secret={client.client_secret}"
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = ask(api, "/auth/oauth2/token", method="POST", body=form.encode(), headers=headers)
        return {"Authorization": f"Bearer {reply.json['access_token']}"}

    return make
