"""What the API's refusals mean, and that OVH's client takes nothing from its surroundings."""

from __future__ import annotations

import json

import ovh
import pytest
import requests

from ovh_weblogs.hosting import needed_paths
from ovh_weblogs.hosting.calls import _Client
from ovh_weblogs.hosting.refusals import Reason, Refusal, error, key_page, refusal
from ovh_weblogs.settings import ApiKeys, Auth, Network, Secret

KEYS = ApiKeys(identity="app", secret=Secret("app-secret"), consumer_key=Secret("consumer"))
ACCOUNT = ApiKeys(auth=Auth.OAUTH2, identity="id", secret=Secret("client-secret"))


def answer(status, body, headers=None):
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update(headers or {})
    return response


def read(status, body):
    return refusal(answer(status, body), "/hosting/web?x=1")


def of_class(name, message, **more):
    return {"class": f"Client::{name}", "message": message, **more}


def of_code(code, message):
    return {"errorCode": code, "httpCode": "403 Forbidden", "message": message}


BODIES = [
    (403, of_code("INVALID_KEY", "This application key is invalid"), Reason.APPLICATION_KEY),
    (403, of_class("Forbidden", "This application key is invalid"), Reason.APPLICATION_KEY),
    (403, of_code("NOT_CREDENTIAL", "This credential does not exist"), Reason.CONSUMER_KEY),
    (403, of_class("Forbidden", "This credential does not exist"), Reason.CONSUMER_KEY),
    (403, of_code("INVALID_CREDENTIAL", "This credential is not valid"), Reason.CREDENTIAL),
    (403, of_class("Forbidden", "This credential is not valid"), Reason.CREDENTIAL),
    (403, of_code("NOT_GRANTED_CALL", "This call has not been granted"), Reason.RIGHT),
    (403, of_class("Forbidden", "This call has not been granted"), Reason.RIGHT),
    (400, of_code("INVALID_SIGNATURE", "Invalid signature"), Reason.SIGNATURE),
    (400, of_class("BadRequest", "Invalid signature"), Reason.SIGNATURE),
    (400, of_code("QUERY_TIME_OUT", "Query out of time"), Reason.CLOCK),
    (400, of_class("BadRequest", "Query out of time"), Reason.CLOCK),
    (401, of_class("Unauthorized", "You must login first"), Reason.LOGIN),
    (401, b"", Reason.LOGIN),
    (403, of_class("Forbidden", "x", details={"unauthorizedActionsByIAM": "webHosting:apiovh:get"}), Reason.IAM),
    (403, of_class("Forbidden", "User not granted for this request"), Reason.IAM),
    (403, of_class("Forbidden", "Another reason"), Reason.FORBIDDEN),
    (403, b"<html>", Reason.FORBIDDEN),
    (404, of_class("NotFound", "This service does not exist"), Reason.NOT_FOUND),
    (404, b"", Reason.NOT_FOUND),
    (400, {"error": "invalid_client", "error_description": "x"}, Reason.SERVICE_ACCOUNT),
    (400, ["a list"], Reason.OTHER),
    (400, "a text", Reason.OTHER),
    (409, {"message": None, "errorCode": 5, "details": "text"}, Reason.OTHER),
    (301, b"", Reason.OTHER),
]


@pytest.mark.parametrize(("status", "body", "reason"), BODIES, ids=lambda value: str(value)[:50])
def test_the_reason_is_told_from_status_and_body_in_either_style(status, body, reason):
    assert read(status, body).reason is reason


@pytest.mark.parametrize("keys", [KEYS, ACCOUNT], ids=["application keys", "service account"])
@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_every_reason_has_one_sentence_with_a_fix_and_no_secret(reason, keys):
    text = str(error(Refusal(reason, "/hosting/web", 403, "words {of} OVH %s"), keys, clock=77))
    assert text.endswith(".")
    assert "; " in text
    assert "{" not in text.replace("{of}", "")
    assert not [secret for secret in ("app-secret", "consumer;", "client-secret") if secret in text]


def test_ovhs_words_are_quoted_on_one_line_and_not_at_length():
    found = read(400, {"message": "first\nsecond " + "x" * 500})
    assert found.message.startswith("first second xxx")
    assert len(found.message) == 200


def test_the_number_of_a_call_is_told_for_ovhs_support():
    found = refusal(answer(418, {}, {"X-OVH-QUERYID": "EU.ext-3.abc"}), "/x")
    assert "answered 418 to /x (query EU.ext-3.abc)" in str(error(found, KEYS))


@pytest.mark.parametrize(
    ("clock", "told"), [(300, "is 300 s behind OVH's"), (-300, "is 300 s ahead of OVH's"), (29, ""), (None, "")]
)
def test_a_clock_that_is_off_is_told_with_a_refused_signature(clock, told):
    text = str(error(Refusal(Reason.SIGNATURE, "/x", 400), KEYS, clock))
    assert told in text
    assert ("the clock of the DSS server is" in text) is bool(told)


@pytest.mark.parametrize(
    ("endpoint", "start"),
    [
        ("ovh-eu", "https://eu.api.ovh.com/createToken/?GET=/auth/currentCredential&GET=/hosting/web&"),
        ("ovh-ca", "https://ca.api.ovh.com/createToken/?GET="),
        ("ovh-us", "https://api.us.ovhcloud.com/createToken/?GET="),
    ],
)
def test_the_page_that_makes_keys_asks_for_just_the_rights_that_are_needed(endpoint, start):
    page = key_page(endpoint, "example.com")
    assert page.startswith(start)
    assert page.partition("?")[2].split("&") == [f"GET={path}" for path in needed_paths("example.com")]


@pytest.mark.parametrize("keys", [KEYS, ACCOUNT], ids=["application keys", "service account"])
def test_the_client_has_the_attributes_that_ovhs_own_constructor_sets(keys):
    theirs = ovh.Client("ovh-eu", "a", "b", "c", config_file=None)
    assert vars(_Client(keys, Network())).keys() == vars(theirs).keys()


@pytest.mark.parametrize("name", ["CLIENT_ID", "CLIENT_SECRET", "APPLICATION_KEY", "CONSUMER_KEY", "ENDPOINT"])
@pytest.mark.parametrize("keys", [KEYS, ACCOUNT], ids=["application keys", "service account"])
def test_a_stray_variable_changes_nothing(monkeypatch, name, keys):
    told = {key: value for key, value in vars(_Client(keys, Network())).items() if key != "_session"}
    monkeypatch.setenv(f"OVH_{name}", "stray")
    assert {key: value for key, value in vars(_Client(keys, Network())).items() if key != "_session"} == told
