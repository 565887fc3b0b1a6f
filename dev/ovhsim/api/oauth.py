"""OAuth2 for service accounts: the token endpoint (RFC 6749, section 4.4) and the access tokens that it gave out."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from dev.ovhsim.answers import Answer, text
from dev.ovhsim.api.account import Account, ServiceAccount
from dev.ovhsim.asked import Asked

PATH = "/auth/oauth2/token"


class AccessTokens:
    """Access tokens in use."""

    def __init__(self) -> None:
        self._clients: dict[str, tuple[str, float]] = {}

    def issue(self, client_id: str, lifetime: float) -> str:
        """A new token, good for so many seconds."""
        token = secrets.token_urlsafe(48)
        self._clients[token] = client_id, time.monotonic() + lifetime
        return token

    def client_of(self, token: str) -> str | None:
        """Id of the client that a token was given to; None for one that is unknown or over."""
        client_id, end = self._clients.get(token, (None, 0.0))
        return client_id if time.monotonic() < end else None

    def end(self) -> None:
        """Refuse all tokens given out so far."""
        self._clients.clear()


class _Failed(Exception):
    """An error of RFC 6749, section 5.2: its name and its description."""


def answer(asked: Asked, body: bytes, account: Account, access: AccessTokens, expires_in: int) -> Answer:
    """The token endpoint's answer."""
    if asked.method != "POST":
        return text(405, "", {"allow": "POST"})
    try:
        form = _form(asked, body)
        client = _client(asked, form, account)
        _grant(form)
    except _Failed as failed:
        name, description = failed.args
        return _json(400, {"error": name, "error_description": description})
    token = access.issue(client.client_id, expires_in)
    return _json(200, {"access_token": token, "token_type": "Bearer", "expires_in": expires_in, "scope": "all"})


def _form(asked: Asked, body: bytes) -> dict[str, str]:
    media = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as error:
        raise _Failed("invalid_request", "the body is no form") from error
    form = dict(pairs)
    if media != "application/x-www-form-urlencoded" or len(form) != len(pairs) or asked.query:
        raise _Failed("invalid_request", "a form is expected, with each parameter once")
    return form


def _client(asked: Asked, form: Mapping[str, str], account: Account) -> ServiceAccount:
    """Who asks: by HTTP Basic or in the body, not both."""
    given = form.get("client_id", ""), form.get("client_secret", "")
    if "authorization" in asked.headers:
        if "client_secret" in form:
            raise _Failed("invalid_request", "the client is named in two ways")
        given = _basic(asked.headers["authorization"])
        if form.get("client_id", given[0]) != given[0]:
            raise _Failed("invalid_request", "two clients are named")
    found = next((one for one in account.service_accounts if one.client_id == given[0]), None)
    if found is None:
        raise _Failed("invalid_client", "ovhcloud oauth2 client does not exists")
    if not secrets.compare_digest(found.client_secret.encode(), given[1].encode()):
        raise _Failed("invalid_client", "client authentication failed")
    return found


def _basic(header: str) -> tuple[str, str]:
    scheme, _, given = header.partition(" ")
    try:
        name, colon, word = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise _Failed("invalid_request", "the authorization is not readable") from error
    if scheme.lower() != "basic" or not colon:
        raise _Failed("invalid_request", "the authorization is not readable")
    return unquote_plus(name), unquote_plus(word)  # section 2.3.1: encoded as in a form, before base64


def _grant(form: Mapping[str, str]) -> None:
    if form.get("grant_type") != "client_credentials":
        raise _Failed("unsupported_grant_type", "only client_credentials is supported")
    if form.get("scope") != "all":
        raise _Failed("invalid_scope", "the scope is all")
    unknown = set(form) - {"grant_type", "scope", "client_id", "client_secret"}
    if unknown:
        raise _Failed("invalid_request", f"unknown parameter {min(unknown)}")


def _json(status: int, document: object) -> Answer:
    return text(status, json.dumps(document), {"cache-control": "no-store"}, media="application/json")
