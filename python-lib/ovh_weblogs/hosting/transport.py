"""One HTTP connection to one log host: timeouts, patience, and credentials that go nowhere else."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from ovh_weblogs.errors import AccessDenied, HostNotAllowed, TryAgain, UntrustedHost
from ovh_weblogs.hosting.hosts import shown_host
from ovh_weblogs.hosting.passes import REFUSALS, Pass
from ovh_weblogs.hosting.patience import NETWORK_ERRORS, RETRIED, Interrupted, certificate_refused, retry_after, spoken
from ovh_weblogs.hosting.session import Session
from ovh_weblogs.settings import Network

NOT_FOUND = 404
PARTIAL = 206
NOT_MODIFIED = 304
RANGE_REFUSED = 416
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})
_PREVIEW_BUFFER = 128 << 10  # bytes that the kernel may fetch ahead when only a few rows are wanted


class Forbidden(AccessDenied):
    """403: of a folder it may only mean that its index is switched off."""


class Transport:
    """Requests to one log host with one pass, on one kept connection.

    Args:
        base: The host's base URL, already permitted.
        opens: Shown with every request to ``base``, never elsewhere.
        network: Timeouts.
        preview: Whether only a few rows are wanted: little is fetched ahead.
    """

    def __init__(self, base: str, opens: Pass, network: Network, *, preview: bool = False) -> None:
        self.base = base
        self._timeout = (network.connect_timeout, network.read_timeout)
        self._session = Session(base, opens.auth)
        self._pass = opens
        self._session.headers.update({"Accept-Encoding": "identity", "User-Agent": "ovh-logs"})
        adapter = _PreviewAdapter() if preview else HTTPAdapter()
        self._session.mount(base, adapter)

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def get(self, path: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> requests.Response:
        """One request, its body unread; redirects within the host are followed.

        Returns:
            An answer with a 2xx status, 404 or 416; 304 where the request had a condition.

        Raises:
            Interrupted: Worth another attempt.
            AccessDenied: The host refuses the pass (Forbidden for 403).
            HostNotAllowed: The host sends us elsewhere.
            UntrustedHost: The host's certificate was refused.
            TryAgain: Any other status.
        """
        status = 0
        for way in self._pass.ways():
            address = f"{path}?{way.query}" if way.query else path
            response = self._followed(method, self.base + address, {**(headers or {}), **way.headers})
            if response.status_code not in REFUSALS:
                if response.status_code not in RETRIED:  # a busy host has not looked at the token yet
                    self._pass.passed(way)
                return self._judged(response)
            response.close()
            status = response.status_code
            self._pass.failed(status)
        problem, fix = self._pass.refused(self.base, path, status)
        raise (Forbidden if status == requests.codes.forbidden else AccessDenied)(problem, fix=fix)

    def _followed(self, method: str, url: str, headers: dict[str, str]) -> requests.Response:
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._send(method, url, headers)
            if response.status_code not in _REDIRECTS:
                return response
            url = self._redirected(url, response)
        raise TryAgain(f"{self.base} redirects in a circle", fix="check domain and log_host, then start again later")

    def _send(self, method: str, url: str, headers: dict[str, str]) -> requests.Response:
        try:
            return self._session.request(
                method, url, headers=headers, timeout=self._timeout, stream=True, allow_redirects=False
            )
        except NETWORK_ERRORS as cause:
            broken = self._broken(cause)
        raise broken  # only here: what was caught holds the request and its headers, and is to be no context of this

    def _broken(self, cause: BaseException) -> Exception:
        if certificate_refused(cause):
            return UntrustedHost(
                f"The certificate of {self.base} was refused, so no password or token was sent",
                fix="check log_host, or let an administrator install the host's authority on the DSS server",
            )
        return Interrupted(f"{self.base} {spoken(cause)}")

    def _redirected(self, url: str, response: requests.Response) -> str:
        response.close()
        try:
            target = urljoin(url, response.headers.get("Location", ""))
        except ValueError:  # its text quotes the address
            target = ""
        if target.startswith(self.base + "/"):
            return target
        raise HostNotAllowed(
            f"{self.base} redirects to {shown_host(target) or 'another place'}, where no password or token is sent",
            fix="write the log host that the OVH panel shows now into log_host",
        )

    def _judged(self, response: requests.Response) -> requests.Response:
        status = response.status_code
        conditional = not _CONDITIONS.isdisjoint(response.request.headers)
        if status in (NOT_FOUND, RANGE_REFUSED, NOT_MODIFIED):
            response.raw.drain_conn()  # so that the connection can be used again
        if status in (requests.codes.ok, PARTIAL, NOT_FOUND, RANGE_REFUSED) or (status == NOT_MODIFIED and conditional):
            return response
        response.close()
        if status in RETRIED:
            raise Interrupted(f"{self.base} answered {status}", retry_after(response))
        raise TryAgain(f"{self.base} answered {status}", fix="check domain and log_host, then start again later")


class _PreviewAdapter(HTTPAdapter):
    """An adapter whose sockets have a small receive buffer."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections whose sockets fetch little ahead."""
        options = [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_RCVBUF, _PREVIEW_BUFFER)]
        super().init_poolmanager(*args, socket_options=options, **kwargs)
