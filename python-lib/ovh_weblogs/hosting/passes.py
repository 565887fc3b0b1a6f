"""What opens a log tree: a log user's password, or a token of the OVH API."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

import requests
from requests.auth import AuthBase

from ovh_weblogs.hosting.api import TOKEN_SECONDS, Account
from ovh_weblogs.hosting.session import AsTold, Basic
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import ApiAccess, ApiKeys, LogUser, Network, Source

REFUSALS = frozenset({401, 403})
_EARLY = 300.0  # seconds before its end at which a token is renewed: a large file may take so long
_IN_VAIN = 60.0  # seconds for which a 403 is not put down to the token, after a new one did not help


@dataclass(frozen=True)
class Way:
    """How one request shows that it may pass: by headers, or by what is appended to its address."""

    headers: dict[str, str] = field(repr=False)
    query: str = field(default="", repr=False)


class Pass(Protocol):
    """Opens one log tree on one host.

    Attributes:
        auth: For the session; also keeps requests from taking a password from ~/.netrc.
    """

    auth: AuthBase

    def ways(self) -> Iterator[Way]:
        """Ways to make one request, to be tried in turn until one is not refused."""

    def passed(self, way: Way) -> None:
        """A way was not refused."""

    def failed(self, status: int) -> None:
        """The way given last was refused."""

    def refused(self, base: str, path: str, status: int) -> tuple[str, str]:
        """What to tell of the refusal of every way: the problem, and how to mend it."""


def pass_of(source: Source) -> Pass:
    """What opens a source's log tree; each connection has its own."""
    access = source.access
    return TokenPass(access, source.network) if isinstance(access, ApiAccess) else UserPass(access)


class UserPass:
    """A log user's login and password, by HTTP Basic."""

    def __init__(self, user: LogUser) -> None:
        self.auth: AuthBase = Basic(user.login, user.password)

    def ways(self) -> Iterator[Way]:
        """The one."""
        yield Way({})

    def passed(self, way: Way) -> None:
        """Nothing to note."""

    def failed(self, status: int) -> None:
        """Nothing to note."""

    def refused(self, base: str, path: str, status: int) -> tuple[str, str]:
        """Wrong password, or somebody else's tree."""
        if status == requests.codes.unauthorized:
            return (
                f"{base} refused the log user's login or password (401)",
                "correct them in the preset; the OVH panel makes log users under Statistics and logs",
            )
        return (
            f"{base} does not let this log user read {path} (403)",
            "take the log user that was made for this domain's logs",
        )


class TokenPass:
    """A token of the OVH API: as a cookie, and in the address only where the host refuses the cookie.

    A token is asked for once and kept, for other objects of this process too, until shortly before its end; it is
    renewed when the host refuses it.

    Args:
        access: Keys, service and domain, located.
        network: Timeouts and patience of the API.
    """

    def __init__(self, access: ApiAccess, network: Network) -> None:
        self.auth: AuthBase = AsTold()
        self._access = access
        self._network = network
        self._in_address = False
        self._proved = False  # whether the way by cookie or address was found
        self._status = 0
        self._in_vain = 0.0  # until when a 403 is not put down to the token

    def ways(self) -> Iterator[Way]:
        """The kept token; then a new one; then the other way to send it, unless one is known to be right.

        Raises:
            OvhLogsError: The API gives no token.
        """
        token, new = self._token()
        yield self._way(token, in_address=self._in_address)
        if not new and (self._status != requests.codes.forbidden or time.monotonic() >= self._in_vain):
            token, _ = self._token(refused=token)
            yield self._way(token, in_address=self._in_address)
            self._in_vain = time.monotonic() + _IN_VAIN
        if not self._proved:
            yield self._way(token, in_address=not self._in_address)

    def passed(self, way: Way) -> None:
        """Go on in this way."""
        self._in_address, self._proved = bool(way.query), True

    def failed(self, status: int) -> None:
        """Keep what the host said."""
        self._status = status

    def refused(self, base: str, path: str, status: int) -> tuple[str, str]:
        """A token for another tree, or a host that wants none."""
        return (
            f"{base} refused the token that OVH gave for {path} ({status})",
            "choose the site itself as domain where its logs are kept apart, or read them with a log user",
        )

    def _way(self, token: Secret, *, in_address: bool) -> Way:
        if in_address:
            return Way({}, f"token={quote(token.reveal(), safe='')}")
        return Way({"Cookie": f"token={token.reveal()}"})

    def _token(self, refused: Secret | None = None) -> tuple[Secret, bool]:
        """A token that was not refused, and whether it was asked for just now."""
        key = (self._access.keys, self._access.service, self._access.domain)
        with _lock:
            token, ends = _kept.get(key, (Secret(""), 0.0))
            if token and token != refused and time.monotonic() < ends:
                return token, False
            with closing(Account(self._access.keys, self._network)) as account:
                token = account.token(self._access.service, self._access.domain)
            _kept[key] = token, time.monotonic() + TOKEN_SECONDS - _EARLY
            return token, True


_kept: dict[tuple[ApiKeys, str, str], tuple[Secret, float]] = {}
_lock = threading.Lock()
