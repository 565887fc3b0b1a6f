"""Secrets that are told from anything else, an account that is made of them, and what finds them anywhere."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from dev.ovhsim import (
    Api,
    ApiOptions,
    Application,
    Credential,
    LogHost,
    Options,
    ServiceAccount,
    Tokens,
    User,
    default_account,
)

SERVICE = "login.cluster021.hosting.ovh.net"
APPLICATION_SECRET = "aS7f3Kq9ZtW1xLmB5vRd8YpC2gHj"
CONSUMER_KEY = "cK4w8Nn2QeU6yTsX0bGf3JhV7kDa"
CLIENT_SECRET = "oS1r5Pz7MiC9dEuW2aLk6BxN4vTq"
PASSWORD = 'pW9x ü"2/8+h@Q3r%6nY&5tG?7zK'
PLANTED = frozenset({APPLICATION_SECRET, CONSUMER_KEY, CLIENT_SECRET, PASSWORD})
_PART = 12  # characters of a secret that count as found: it may have been cut

Found = tuple[str, str]


@dataclass
class World:
    """An account with planted secrets, its log host, and the configurations that read it."""

    host: LogHost
    api: Api
    plugin: dict[str, Any]

    def config(self, access: str, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Configuration and plugin's settings, for access by ``keys``, ``oauth2`` or ``log_user``."""
        presets = {
            "keys": {
                "application_key": "planted0application0key",
                "application_secret": APPLICATION_SECRET,
                "consumer_key": CONSUMER_KEY,
            },
            "oauth2": {"auth": "oauth2", "client_id": "EU.planted0client", "client_secret": CLIENT_SECRET},
        }
        days = {"period": "range", "from_date": "2026-03-28", "to_date": "2026-03-29"}
        if access == "log_user":
            user = {"login": "reader", "password": PASSWORD}
            form = {"access": "log_user", "log_user": user, "log_root": SERVICE, "log_host": self.host.url}
        else:
            form = {"access": "api", "api": presets[access], "service": SERVICE}
        return {**form, **days, **changes}, self.plugin

    def known(self, access: str) -> set[str]:
        """Those that hosts are shown, or could know, where this access is used."""
        presets = {"keys": {APPLICATION_SECRET, CONSUMER_KEY}, "oauth2": {CLIENT_SECRET}, "log_user": {PASSWORD}}
        return {*presets[access], *self.host.tokens._tokens}

    @property
    def secrets(self) -> set[str]:
        """All that are planted, and all tokens that were given out."""
        given = {*self.host.tokens._tokens, *self.api._access._clients}
        return {*PLANTED, *given}


def start(stack: ExitStack, data: Any, *, errors: Any = "class", tls: Any = None, **options: Any) -> World:
    """A world that stops with the stack; ``options`` are the log host's."""
    tokens = Tokens()
    users = {"reader": User(PASSWORD), "other": User(CLIENT_SECRET)}
    host = stack.enter_context(LogHost(data, options=Options(users=users, **options), tokens=tokens, tls=tls))
    account = default_account(host.url)
    account.applications = [Application("planted0application0key", APPLICATION_SECRET)]
    account.credentials = [Credential(CONSUMER_KEY, "planted0application0key")]
    account.service_accounts = [ServiceAccount("EU.planted0client", CLIENT_SECRET)]
    api = stack.enter_context(Api(account, tokens=tokens, options=ApiOptions(errors=errors), tls=tls))
    plugin = {
        "api_url": api.url,
        "allowed_log_hosts": [host.url],
        "max_wait": 0.005,
        "read_timeout": 0.5 if tls is None else 5.0,
        "attempts": 2,
    }
    return World(host, api, plugin)


class Records(logging.Handler):
    """Every record that reaches it, in all the ways in which a handler may show it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[Found] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what it shows."""
        shown = [record.getMessage(), self.format(record), repr(record.args), repr(vars(record))]
        if record.exc_info:
            shown += [text for _, text in of_error(record.exc_info[1])]
        self.found.extend((f"log of {record.name}", text) for text in shown)


def of_error(error: BaseException | None) -> Iterator[Found]:
    """Everything that an error, its causes and its contexts (suppressed or not) show."""
    seen: set[int] = set()
    queue = [error]
    while queue:
        current = queue.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        queue += [current.__cause__, current.__context__]
        name = type(current).__name__
        for text in (str(current), repr(current), repr(current.args), repr(vars(current))):
            yield name, text
        for item in (*current.args, *vars(current).values()):
            yield f"part of {name}", f"{item!s} {item!r} {vars(item) if hasattr(item, '__dict__') else ''}"
        yield f"traceback of {name}", "".join(traceback.format_exception(current))


def leaks(secrets: Iterable[str], shown: Iterable[Found]) -> list[str]:
    """Where a secret, or a part of one, is shown: as it is, in lower case, percent-encoded, escaped or in base64."""
    parts = {part: secret for secret in secrets for form in _forms(secret) for part in _parts(form)}
    return sorted(
        {
            f"{where}: {parts[part][:4]}... in {text[:1000]}"
            for where, text in set(shown)
            for part in parts.keys() & _parts(text)
        }
    )


def _forms(secret: str) -> set[str]:
    encoded = {
        base64.b64encode(text.encode()).decode() for text in (secret, f"reader:{secret}", f"EU.planted0client:{secret}")
    }
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        quote(quote(secret, safe=""), safe=""),
        repr(secret),
        *encoded,
    }


def _parts(text: str) -> set[str]:
    lower = text.lower()
    return {lower[at : at + _PART] for at in range(len(lower) - _PART + 1)}
