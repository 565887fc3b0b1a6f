"""Tokens that open trees of the log host: the API issues them, the log host asks whether they hold."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class _Token:
    """The trees that it opens, until when, to whom (any address unless named), how often still (None: any number)."""

    fqdns: frozenset[str]
    expires: float
    address: str | None
    uses: int | None


class Tokens:
    """All tokens of an API and its log host; safe to use from both.

    A token is base64 with its "+", "/" and "=": nothing says that it is fit for a URL as it is, and a client that does
    not encode it is found out.

    Attributes:
        uses: How many requests a token opens that is issued from now on; None for any number.
    """

    def __init__(self) -> None:
        self.uses: int | None = None
        self._lock = threading.Lock()
        self._tokens: dict[str, _Token] = {}
        self._ahead = 0.0

    def issue(self, fqdns: Iterable[str], *, ttl: float = 3600, address: str | None = None) -> str:
        """A new token.

        Args:
            fqdns: The trees that it opens.
            ttl: Seconds that it lasts.
            address: The only client that it serves.
        """
        text = f"+/{base64.b64encode(secrets.token_bytes(31)).decode()}"
        with self._lock:
            self._tokens[text] = _Token(frozenset(fqdns), self._now() + ttl, address, self.uses)
        return text

    def opens(self, text: str, fqdn: str | None, address: str) -> bool:
        """Whether a token opens a tree to a client, which counts as a use; None stands for a tree that is not there."""
        with self._lock:
            token = self._tokens.get(text)
            if token is None or self._now() >= token.expires or token.uses == 0:
                return False
            if fqdn not in {None, *token.fqdns} or token.address not in (None, address):
                return False
            token.uses = None if token.uses is None else token.uses - 1
            return True

    def end(self) -> None:
        """Refuse every token issued so far."""
        with self._lock:
            for token in self._tokens.values():
                token.uses = 0

    def later(self, seconds: float) -> None:
        """Let the clock that tokens end by go on."""
        with self._lock:
            self._ahead += seconds

    @property
    def issued(self) -> int:
        """Number of tokens issued."""
        with self._lock:
            return len(self._tokens)

    def _now(self) -> float:
        return time.monotonic() + self._ahead
