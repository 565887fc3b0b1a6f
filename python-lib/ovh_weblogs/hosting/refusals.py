"""What the OVH API's refusals mean, told from status and body in both styles that it answers in, and how to mend them.

The exception classes of OVH's client are no guide: they hang on ``errorCode``, which newer answers lack.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from ovh_weblogs.errors import AccessDenied, OvhLogsError, SettingsError, TryAgain
from ovh_weblogs.secret import masked
from ovh_weblogs.settings import ApiKeys, Auth

REGIONS = {"ovh-eu": "Europe", "ovh-ca": "Canada", "ovh-us": "United States"}
CLOCK_TOLERANCE = 30  # seconds; OVH publishes none, this is the usual guess
_KEY_PAGES = {
    "ovh-eu": "https://eu.api.ovh.com/createToken/",
    "ovh-ca": "https://ca.api.ovh.com/createToken/",
    "ovh-us": "https://api.us.ovhcloud.com/createToken/",
}
_SHOWN = 200  # characters of a text of OVH's that a message quotes


class Reason(enum.Enum):
    """Why a call was refused."""

    APPLICATION_KEY = enum.auto()
    CONSUMER_KEY = enum.auto()
    CREDENTIAL = enum.auto()  # expired, refused or not yet validated
    RIGHT = enum.auto()  # outside the consumer key's rules
    IAM = enum.auto()
    SIGNATURE = enum.auto()
    CLOCK = enum.auto()
    LOGIN = enum.auto()
    SERVICE_ACCOUNT = enum.auto()
    FORBIDDEN = enum.auto()  # for another reason, such as the address that the call comes from
    NOT_FOUND = enum.auto()
    OTHER = enum.auto()


# Texts and codes of ovh/php-ovh issues 62, 80 and 97, Posh-ACME issue 537, and the tests of ovh/go-ovh.
_BY_CODE = {
    "INVALID_KEY": Reason.APPLICATION_KEY,
    "NOT_CREDENTIAL": Reason.CONSUMER_KEY,
    "INVALID_CREDENTIAL": Reason.CREDENTIAL,
    "NOT_GRANTED_CALL": Reason.RIGHT,
    "INVALID_SIGNATURE": Reason.SIGNATURE,
    "QUERY_TIME_OUT": Reason.CLOCK,
    "invalid_client": Reason.SERVICE_ACCOUNT,
    "unauthorized_client": Reason.SERVICE_ACCOUNT,
}
_BY_TEXT = {
    "application key is invalid": Reason.APPLICATION_KEY,
    "credential does not exist": Reason.CONSUMER_KEY,
    "credential is not valid": Reason.CREDENTIAL,
    "has not been granted": Reason.RIGHT,
    "invalid signature": Reason.SIGNATURE,
    "out of time": Reason.CLOCK,
    "not granted for this request": Reason.IAM,
    "must login first": Reason.LOGIN,
}
# What happened, and what to do; words in braces are those of ``error``.
_SENTENCES = {
    Reason.APPLICATION_KEY: (
        "OVH ({region}) does not know the application key",
        "correct application_key in the preset, or choose the region (endpoint) in which the key was made",
    ),
    Reason.CONSUMER_KEY: (
        "OVH does not know the consumer key",
        "correct consumer_key in the preset, or open {key_page} and make new keys",
    ),
    Reason.CREDENTIAL: (
        "The consumer key is not valid: it has expired, was refused, or nobody has validated it yet",
        "if it is new, open its validation link; if not, open {key_page} and make new keys",
    ),
    Reason.RIGHT: ("The consumer key has no right to GET {path}", "open {key_page} and make keys that have it"),
    Reason.IAM: (
        "The {account} is not granted {action} (GET {path})",
        "add this action to its IAM policy on the hosting",
    ),
    Reason.SIGNATURE: (
        "OVH refused the signature of the call{clock}",
        "correct application_secret in the preset; if it is right, look at the clock of the DSS server",
    ),
    Reason.CLOCK: (
        "OVH refused the call as out of time{clock}",
        "let an administrator set the clock of the DSS server (NTP)",
    ),
    Reason.LOGIN: ("OVH did not accept the keys for GET {path} ({status})", "check {fields} in the preset"),
    Reason.FORBIDDEN: (
        "OVH does not allow GET {path} with these keys{told}",
        "look at the addresses that the keys are limited to, or open {key_page} and make new keys",
    ),
    Reason.SERVICE_ACCOUNT: (
        "OVH ({region}) does not know the service account",
        "correct client_id and client_secret in the preset, or choose the region (endpoint) in which it was made",
    ),
}


@dataclass(frozen=True)
class Refusal:
    """A refused call.

    Attributes:
        reason: Why.
        path: What was called, without its query.
        status: HTTP status.
        message: OVH's words, cut and on one line; maybe empty.
        action: The IAM action that is not granted; empty otherwise.
        query_id: OVH's number of the call, for its support; maybe empty.
    """

    reason: Reason
    path: str
    status: int
    message: str = ""
    action: str = ""
    query_id: str = ""


class ApiRefused(AccessDenied):
    """The API refuses the keys, or what they ask for."""

    refusal: Refusal


class NotThere(SettingsError):
    """The API knows no such service, domain or log."""


def refusal(response: requests.Response, path: str) -> Refusal:
    """What an answer that is no success says, whatever its body is."""
    body = _body(response)
    details = body.get("details")
    action = _quoted(details.get("unauthorizedActionsByIAM")) if isinstance(details, Mapping) else ""
    code = str(body.get("errorCode") or body.get("error") or "")
    message = _quoted(body.get("message") or body.get("error_description"))
    by_text = next((reason for text, reason in _BY_TEXT.items() if text in message.lower()), None)
    reason = Reason.IAM if action else _BY_CODE.get(code) or by_text or _by_status(response.status_code)
    query_id = _quoted(response.headers.get("X-OVH-QUERYID"))
    return Refusal(reason, path.partition("?")[0], response.status_code, message, action, query_id)


def error(found: Refusal, keys: ApiKeys, clock: int | None = None) -> OvhLogsError:
    """The refusal as an error whose sentence says what to do.

    Args:
        found: The refusal.
        keys: What the call was made with.
        clock: Seconds that OVH's clock is ahead of this machine's; None when not known.
    """
    told = f": {found.message}" if found.message else ""
    if found.reason is Reason.OTHER:
        number = f" (query {found.query_id})" if found.query_id else ""
        return TryAgain(
            f"The OVH API answered {found.status} to {found.path}{told}{number}",
            fix="start again later; if it stays so, show OVH's support this message",
        )
    if found.reason is Reason.NOT_FOUND:
        return NotThere(f"The OVH API knows no {found.path} ({found.status})", fix="check service, domain and endpoint")
    by_oauth2 = keys.auth is Auth.OAUTH2
    words = {
        "account": "service account" if by_oauth2 else "OVH account",
        "action": found.action or "what it asks for",
        "clock": _clock_told(clock),
        "fields": "client_id and client_secret" if by_oauth2 else "application_key and consumer_key",
        "key_page": key_page(keys.endpoint),
        "path": found.path,
        "region": REGIONS.get(keys.endpoint, keys.endpoint),
        "status": str(found.status),
        "told": told,
    }
    problem, fix = (text.format_map(words) for text in _SENTENCES[found.reason])
    refused = ApiRefused(problem, fix=fix)
    refused.refusal = found
    return refused


def key_page(endpoint: str, service: str = "") -> str:
    """The address of OVH's page that creates a key with just the rights that reading logs needs."""
    rights = "&".join(f"GET={quote(path, safe='/*')}" for path in needed_paths(service or "*"))
    return f"{_KEY_PAGES.get(endpoint, _KEY_PAGES['ovh-eu'])}?{rights}"


def needed_paths(service: str) -> tuple[str, ...]:
    """The calls (all GET) that reading the logs of a service makes, as rules of a consumer key name them."""
    own = f"/hosting/web/{service}"
    return (
        "/auth/currentCredential",
        "/hosting/web",
        "/hosting/web/attachedDomain",
        own,
        f"{own}/attachedDomain",
        f"{own}/attachedDomain/*",
        f"{own}/ownLogs",
        f"{own}/ownLogs/*",
        f"{own}/userLogsToken",
    )


def _body(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _quoted(text: Any) -> str:
    """A text of OVH's on one line; cut only after it was masked, or the rest of a secret would be shown."""
    return " ".join(masked(str(text or "")).split())[:_SHOWN]


def _by_status(status: int) -> Reason:
    known = {401: Reason.LOGIN, 403: Reason.FORBIDDEN, 404: Reason.NOT_FOUND}
    return known.get(status, Reason.OTHER)


def _clock_told(clock: int | None) -> str:
    if clock is None or abs(clock) < CLOCK_TOLERANCE:
        return ""
    side = "behind" if clock > 0 else "ahead of"
    return f" (the clock of the DSS server is {abs(clock)} s {side} OVH's)"
