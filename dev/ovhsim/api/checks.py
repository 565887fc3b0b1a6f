"""Who calls, and whether he may: in the order in which the API finds fault."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timezone

from dev.ovhsim.api import refusals
from dev.ovhsim.api.account import Account, Application, Credential, ServiceAccount
from dev.ovhsim.api.matching import covers, granted
from dev.ovhsim.api.oauth import AccessTokens
from dev.ovhsim.asked import Asked

_WINDOW = 30  # seconds that a timestamp may be off: not published, the usual guess
_SIGNED = ("x-ovh-application", "x-ovh-consumer", "x-ovh-timestamp", "x-ovh-signature")


@dataclass(frozen=True)
class Caller:
    """Who calls: with a consumer key, or as a service account."""

    credential: Credential | None = None
    service_account: ServiceAccount | None = None

    def has(self, action: str, resource: str) -> bool:
        """Whether IAM grants an action on a service, or on ``account``; consumer keys have rules instead."""
        if self.service_account is None:
            return True
        of_all, of_one = (self.service_account.granted.get(name, ()) for name in ("*", resource))
        return any(covers(pattern, action) for pattern in (*of_all, *of_one))


def application(asked: Asked, account: Account) -> Application:
    """The application that calls.

    Raises:
        Refused: Nobody calls, or no active application.
    """
    if not any(name in asked.headers for name in _SIGNED):
        raise refusals.no_login()
    found = account.application(asked.headers.get("x-ovh-application", ""))
    if found is None or found.status not in ("active", "trusted"):
        raise refusals.unknown_application()
    return found


def caller(asked: Asked, body: bytes, origin: str, account: Account, access: AccessTokens, now: float) -> Caller:
    """Who calls, proved by a signature or an access token.

    Args:
        asked: The request.
        body: Its body.
        origin: Scheme, host and port that the API is known by.
        account: Who may call.
        access: Access tokens in use.
        now: The API's time, seconds since 1970.

    Raises:
        Refused: The proof fails.
    """
    scheme, _, given = asked.headers.get("authorization", "").partition(" ")
    if scheme:
        client_id = access.client_of(given) if scheme == "Bearer" else None
        known = next((found for found in account.service_accounts if found.client_id == client_id), None)
        if known is None:
            raise refusals.dead_access_token()
        return Caller(service_account=known)
    return Caller(_credential(asked, body, origin, account, now))


def _credential(asked: Asked, body: bytes, origin: str, account: Account, now: float) -> Credential:
    program = application(asked, account)
    key, stamp, given = (asked.headers.get(name, "") for name in _SIGNED[1:])
    found = account.credential(key)
    if found is None or found.application != program.key:
        raise refusals.unknown_credential()
    moment = datetime.fromtimestamp(now, timezone.utc)
    if found.status_at(moment) != "validated":
        raise refusals.dead_credential()
    if not re.fullmatch("[0-9]{1,12}", stamp) or abs(int(stamp) - now) > _WINDOW:
        raise refusals.out_of_time()
    parts = (program.secret, key, asked.method, origin + asked.target, body, stamp)
    text = b"+".join(part if isinstance(part, bytes) else part.encode("latin-1") for part in parts)
    expected = "$1$" + hashlib.sha1(text, usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(expected.encode(), given.encode("latin-1")):
        raise refusals.wrong_signature()
    if found.allowed_ips and not _within(asked.client[0], found.allowed_ips):
        raise refusals.foreign_address()
    found.last_use = moment
    return found


def _within(address: str, blocks: tuple[str, ...]) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(block) for block in blocks)


def permit(who: Caller, method: str, path: str, action: str, resource: str) -> None:
    """Let a call pass that the caller may make.

    Args:
        who: The caller.
        method: The method.
        path: The path below the version, decoded.
        action: IAM's name of the call; empty for one that it does not govern.
        resource: The service that the call is about, or ``account``.

    Raises:
        Refused: He may not.
    """
    if who.credential is not None and not granted(who.credential.rules, method, path):
        raise refusals.not_granted()
    if action and not who.has(action, resource):
        raise refusals.not_granted_by_iam(action)
