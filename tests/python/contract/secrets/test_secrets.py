"""No secret is shown: not in a log at DEBUG, an error or what it came from, a row, a choice, a check. Real HTTP.

Each scenario is one way of access and one trouble: with it every use of the access is made, and all that comes of them
is searched for every secret, whole or in part.
"""

from __future__ import annotations

import json
from functools import partial
from itertools import cycle
from urllib.parse import quote

import pytest

from dev.ovhsim import Fault, rules
from tests.python.contract.secrets.planted import APPLICATION_SECRET, CLIENT_SECRET, CONSUMER_KEY, leaks

TOKEN_PATH = "/auth/oauth2/token"
WAYS = {
    "keys, cookie": ("keys", {}),
    "keys, query": ("keys", {"token_by": "query"}),
    "oauth2, query to cookie": ("oauth2", {"token_redirect": True}),
    "log user": ("log_user", {}),
}
LOCATIONS = {
    "user": lambda secret: f"https://user:{quote(secret)}@evil.example/",
    "user with slash": lambda secret: f"HTTP://user:a/{secret}@evil.example/",
    "two signs": lambda secret: f"//a@{quote(secret)}@evil.example",
    "query": lambda secret: f"https://evil.example?token={secret}",
    "name": lambda secret: f"https://{quote(secret)}.evil.example/{secret}",
    "script": lambda secret: f"javascript:{secret}",
    "no address": lambda secret: f"http://[{secret}",
    "own path": lambda secret: f"/{quote(secret)}/?next=%2F%3Ftoken%3D{quote(quote(secret))}",
}


def everything(secrets):
    """All secrets in JSON, where OVH's texts stand."""
    text = " ".join(sorted(secrets))
    details = {"unauthorizedActionsByIAM": text}
    return json.dumps({"message": text, "error": text, "error_description": text, "class": text, "details": details})


def answers(secrets, status, body=everything, **more):
    return [Fault("status", status=status, body=body(secrets), content_type="application/json", **more)]


def redirects(secrets, **more):
    pairs = zip(LOCATIONS.values(), cycle(sorted(secrets)), strict=False)
    return [Fault("redirect", location=to(secret), times=1, **more) for to, secret in pairs]


def breaks(_, kind, **more):
    return [Fault(kind, **more)]


# Faults, made of the secrets that they echo.
REFUSED = {str(status): partial(answers, status=status) for status in (400, 401, 403, 404)}
BROKEN = {
    **{str(status): partial(answers, status=status) for status in (429, 503)},
    **{kind: partial(breaks, kind=kind) for kind in ("reset", "stall")},
}
API_TROUBLES = {
    **{name: partial(make, path="/1.0/hosting/*") for name, make in REFUSED.items()},
    "302": partial(redirects, path="/1.0/hosting/*"),
    "time 400": partial(answers, status=400, path="/1.0/auth/time"),
    "token 400": partial(answers, status=400, path=TOKEN_PATH),
    "token 302": partial(redirects, path=TOKEN_PATH),
    **BROKEN,
    "no JSON": partial(answers, status=200, body=lambda secrets: "{" + everything(secrets)),
    "a text": partial(answers, status=200, body=lambda secrets: json.dumps(everything(secrets))),
}
HOST_TROUBLES = {
    "none": lambda _: [],
    **REFUSED,
    **BROKEN,
    "302": redirects,
    "cut": partial(breaks, kind="reset_body", at=40),
    "login page": partial(breaks, kind="login_page"),
}


@pytest.fixture
def tried(shown, uses):
    """Makes a use while all is well, so that tokens are given out, and then every use while a host has trouble."""

    def run(made, access, host, make, **which):
        found = shown(*uses(made, access)[:1])
        faults = make(made.known(access))
        host.faults.add(*faults)
        made.plugin["read_timeout"] = 0.1 if faults and faults[0].kind == "stall" else 5.0
        found += shown(*uses(made, access, **which))
        assert any('"GET /' in text for _, text in found)  # urllib3 was heard
        return found

    return run


@pytest.mark.parametrize("trouble", API_TROUBLES)
@pytest.mark.parametrize("access", ["keys", "oauth2"])
def test_no_secret_is_shown_while_the_api_has_trouble(world, tried, access, trouble):
    made, waits = world(), trouble in (*BROKEN, "no JSON", "a text")
    found = tried(made, access, made.api, API_TROUBLES[trouble], chosen=not waits)
    assert leaks(made.secrets, found) == []


@pytest.mark.parametrize("trouble", HOST_TROUBLES)
@pytest.mark.parametrize("way", WAYS)
def test_no_secret_is_shown_while_the_log_host_has_trouble(world, tried, way, trouble):
    access, options = WAYS[way]
    made = world(**options)
    assert leaks(made.secrets, tried(made, access, made.host, HOST_TROUBLES[trouble])) == []


# What the keys are refused for, in both styles


def of_credential(**changes):
    def change(made):
        vars(made.api.account.credentials[0]).update(changes)
        return {}

    return change


def of_unknown_application(made):
    made.api.account.applications.clear()
    return {"application_key": CONSUMER_KEY, "application_secret": CONSUMER_KEY, "consumer_key": APPLICATION_SECRET}


REFUSALS = {
    "application key": of_unknown_application,
    "consumer key": lambda _: {"consumer_key": APPLICATION_SECRET},
    "signature": lambda _: {"application_secret": CONSUMER_KEY},
    "expired": of_credential(status="expired"),
    "right": of_credential(rules=rules("GET /hosting/web")),
    "address": of_credential(allowed_ips=("192.0.2.1",)),
    "client": lambda _: {"auth": "oauth2", "client_id": "EU.another", "client_secret": CLIENT_SECRET},
    "client secret": lambda _: {"auth": "oauth2", "client_id": "EU.planted0client", "client_secret": CONSUMER_KEY},
}


@pytest.mark.parametrize("errors", ["class", "code"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_no_secret_is_shown_when_keys_are_refused(world, shown, uses, refusal, errors):
    made = world(errors=errors)
    preset = {**made.config("keys")[0]["api"], **REFUSALS[refusal](made)}
    found = shown(*uses(made, "keys", chosen=True, api=preset))
    assert any(name == "ApiRefused" for name, _ in found)
    assert leaks(made.secrets, found) == []


@pytest.mark.parametrize("access", ["keys", "oauth2", "log_user"])
def test_no_secret_is_shown_nor_sent_when_certificates_are_refused(world, shown, uses, certificate, access):
    made = world(tls=certificate)
    found = shown(*uses(made, access))
    assert any(name == "UntrustedHost" for name, _ in found)
    assert leaks(made.secrets, found) == []
    assert [*made.api.journal.requests, *made.host.journal.requests] == []
