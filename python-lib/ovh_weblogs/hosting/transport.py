"""One HTTP connection to one log host: timeouts, patience, and credentials that go nowhere else."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.connection import HTTPConnection

from ovh_weblogs.errors import AccessDenied, HostNotAllowed, OvhLogsError, TryAgain, UntrustedHost
from ovh_weblogs.settings import LogUser, Network

logger = logging.getLogger(__name__)

NOT_FOUND = 404
PARTIAL = 206
RANGE_REFUSED = 416
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 531)})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_PREVIEW_BUFFER = 128 << 10  # bytes that the kernel may fetch ahead when only a few rows are wanted

# Everything that reading a body can raise; requests' own errors and the socket's are OSErrors.
NETWORK_ERRORS = (urllib3.exceptions.HTTPError, requests.RequestException, OSError)


@dataclass
class Interrupted(Exception):
    """An attempt that failed and may be repeated."""

    cause: str
    retry_after: float = 0.0


class Forbidden(AccessDenied):
    """403: of a folder it may only mean that its index is switched off."""


class Patience:
    """How often and how long one file is tried: counted anew after progress, waiting limited in all."""

    def __init__(self, network: Network) -> None:
        self._attempts = max(network.attempts, 1)
        self._budget = network.max_wait
        self._failed = 0

    def progress(self) -> None:
        """New bytes arrived."""
        self._failed = 0

    def wait(self, what: str, trouble: Interrupted, error: type[OvhLogsError] = TryAgain) -> None:
        """Wait before the next attempt.

        Raises:
            OvhLogsError: Of the given class, when attempts or waiting time are used up.
        """
        self._failed += 1
        left = self._attempts - self._failed
        if left <= 0 or self._budget < 0:
            raise error(
                f"{what} could not be read in {self._failed} attempts: {trouble.cause}",
                fix="start the build again later; if it stays so, check the log host and the network of the DSS server",
            )
        # Doubling from a second, longer when the host says so, never more than a fair share of what is left.
        pause = min(max(2.0 ** (self._failed - 1), trouble.retry_after), self._budget / left)
        self._budget -= pause
        logger.warning(
            "%s: %s; attempt %d of %d in %.1f s", what, trouble.cause, self._failed + 1, self._attempts, pause
        )
        time.sleep(pause)


class Transport:
    """Requests to one log host with one log user, on one kept connection.

    Args:
        base: The host's base URL, already permitted.
        user: Sent as HTTP Basic with every request to ``base``, never elsewhere.
        network: Timeouts.
        preview: Whether only a few rows are wanted: little is fetched ahead.
    """

    def __init__(self, base: str, user: LogUser, network: Network, *, preview: bool = False) -> None:
        self.base = base
        self._timeout = (network.connect_timeout, network.read_timeout)
        self._session = requests.Session()
        # UTF-8, where requests would encode text as Latin-1 and fail on anything else.
        self._session.auth = HTTPBasicAuth(user.login.encode(), user.password.reveal().encode())
        self._session.headers.update({"Accept-Encoding": "identity", "User-Agent": "ovh-logs"})
        adapter = _PreviewAdapter() if preview else HTTPAdapter()
        self._session.mount(base, adapter)
        # Loopback in plain http must not pass through the proxy that HTTP_PROXY names.
        self._session.trust_env = base.startswith("https:")

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def get(self, path: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> requests.Response:
        """One request, its body unread; redirects within the host are followed.

        Returns:
            An answer with a 2xx status, 404 or 416.

        Raises:
            Interrupted: Worth another attempt.
            AccessDenied: The host refuses the log user (Forbidden for 403).
            HostNotAllowed: The host sends us elsewhere.
            UntrustedHost: The host's certificate was refused.
            TryAgain: Any other status.
        """
        url = self.base + path
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._send(method, url, headers or {})
            if response.status_code not in _REDIRECTS:
                return self._judged(response)
            url = self._redirected(url, response)
        raise TryAgain(f"{self.base} redirects in a circle", fix="check domain and log_host, then start again later")

    def _send(self, method: str, url: str, headers: dict[str, str]) -> requests.Response:
        try:
            return self._session.request(
                method, url, headers=headers, timeout=self._timeout, stream=True, allow_redirects=False
            )
        except NETWORK_ERRORS as cause:
            if _certificate_refused(cause):
                raise UntrustedHost(
                    f"The certificate of {self.base} was refused, so no password was sent",
                    fix="check log_host, or let an administrator install the host's authority on the DSS server",
                ) from None
            raise Interrupted(f"{self.base} {spoken(cause)}") from None

    def _redirected(self, url: str, response: requests.Response) -> str:
        response.close()
        target = urljoin(url, response.headers.get("Location", ""))
        if not target.startswith(self.base + "/"):
            host = re.sub(r"^([a-z]+://)(?:[^/@]*@)?([^/?#]*).*", r"\1\2", target)[:80]
            raise HostNotAllowed(
                f"{self.base} redirects to {host}, where the password is not sent",
                fix="write the log host that the OVH panel shows now into log_host",
            )
        return target

    def _judged(self, response: requests.Response) -> requests.Response:
        status = response.status_code
        if status in (NOT_FOUND, RANGE_REFUSED):
            response.raw.drain_conn()  # so that the connection can be used again
        if status in (requests.codes.ok, PARTIAL, NOT_FOUND, RANGE_REFUSED):
            return response
        response.close()
        if status in _RETRIED:
            raise Interrupted(f"{self.base} answered {status}", _retry_after(response))
        if status == requests.codes.unauthorized:
            raise AccessDenied(
                f"{self.base} refused the log user's login or password (401)",
                fix="correct them in the preset; the OVH panel makes log users under Statistics and logs",
            )
        if status == requests.codes.forbidden:
            raise Forbidden(
                f"{self.base} does not let this log user read {response.request.path_url.split('?')[0]} (403)",
                fix="take the log user that was made for this domain's logs",
            )
        raise TryAgain(f"{self.base} answered {status}", fix="check domain and log_host, then start again later")


class _PreviewAdapter(HTTPAdapter):
    """An adapter whose sockets have a small receive buffer."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections whose sockets fetch little ahead."""
        options = [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_RCVBUF, _PREVIEW_BUFFER)]
        super().init_poolmanager(*args, socket_options=options, **kwargs)


def _retry_after(response: requests.Response) -> float:
    """Seconds that the host asks to wait; 0 where it names none (a date is taken as none: clocks differ)."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    queue: list[BaseException] = [error]
    while queue:
        current = queue.pop()
        if any(current is known for known in found):
            continue
        found.append(current)
        inner = [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]
        queue.extend(item for item in inner if isinstance(item, BaseException))
    return found


def _certificate_refused(error: BaseException) -> bool:
    return any(isinstance(item, ssl.SSLCertVerificationError) for item in _chain(error))


def spoken(error: BaseException) -> str:
    """What happened, in words that name no address of memory and no URL."""
    chain = _chain(error)
    if any(isinstance(item, socket.gaierror) for item in chain):
        return "has no address in the DNS"
    if any(isinstance(item, ConnectionRefusedError) for item in chain):
        return "refused the connection"  # asked first: urllib3 counts a refusal among its timeouts
    if any(isinstance(item, (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)) for item in chain):
        return "did not answer in time"
    if any(isinstance(item, ssl.SSLError) for item in chain):
        return "broke off the TLS connection"
    return "broke off the connection"
