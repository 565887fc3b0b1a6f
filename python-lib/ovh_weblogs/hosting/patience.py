"""Patience with a host: which troubles pass, how often and how long they are waited for, and how they are told."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass

import requests
import urllib3

from ovh_weblogs.errors import OvhLogsError, TryAgain
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import Network

logger = guarded_logger(__name__)

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 531)})  # statuses that pass

# Everything that reading a body can raise; requests' own errors and the socket's are OSErrors.
NETWORK_ERRORS = (urllib3.exceptions.HTTPError, requests.RequestException, OSError)


@dataclass
class Interrupted(Exception):
    """An attempt that failed and may be repeated."""

    cause: str
    retry_after: float = 0.0


_FIX = "start the build again later; if it stays so, check the log host and the network of the DSS server"


class Patience:
    """How often and how long one file is tried: counted anew after progress, waiting limited in all.

    Args:
        network: Attempts and waiting.
        fix: What the reader can do once both are used up.
    """

    def __init__(self, network: Network, *, fix: str = _FIX) -> None:
        self._fix = fix
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
                fix=self._fix,
            )
        # Doubling from a second, longer when the host says so, never more than a fair share of what is left.
        pause = min(max(2.0 ** (self._failed - 1), trouble.retry_after), self._budget / left)
        self._budget -= pause
        logger.warning(
            "%s: %s; attempt %d of %d in %.1f s", what, trouble.cause, self._failed + 1, self._attempts, pause
        )
        time.sleep(pause)


def retry_after(response: requests.Response) -> float:
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


def certificate_refused(error: BaseException) -> bool:
    """Whether it was the certificate that ended the connection."""
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
