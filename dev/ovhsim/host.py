"""A simulated log host: started, asked, stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dev.ovhsim.app import App
from dev.ovhsim.control import Calls
from dev.ovhsim.faults import Fault, Faults
from dev.ovhsim.hours import Clock, Hours
from dev.ovhsim.journal import Journal
from dev.ovhsim.live import LiveFiles
from dev.ovhsim.options import Options, User
from dev.ovhsim.serving import Certificate, Loopback
from dev.ovhsim.shell import Shell
from dev.ovhsim.tokens import Tokens
from dev.ovhsim.tree import Tree


class LogHost(Loopback):
    """A log host on loopback, in a thread of its own; a context manager.

    Args:
        data: One folder per fqdn, holding day files; see ``dev.dayfiles``.
        users: Passwords by login; shorter than ``options.users``.
        options: How it behaves.
        faults: What goes wrong.
        tokens: Those that open its trees; the API that issues them has the same.
        address: Where it listens, a loopback address.
        port: 0 for any that is free.
        tls: Certificate and key as files, or a server's context.

    Attributes:
        clock: Its time, which may be set.
        live: Its live files, which may grow.

    Raises:
        ValueError: The address is not a loopback one.
        OSError: The port is in use.
    """

    def __init__(
        self,
        data: Path,
        users: Mapping[str, str] | None = None,
        *,
        options: Options | None = None,
        faults: Iterable[Fault] = (),
        tokens: Tokens | None = None,
        address: str = "127.0.0.1",
        port: int = 0,
        tls: Certificate | None = None,
    ) -> None:
        options = options or Options()
        if users:
            options = replace(options, users={**options.users, **{name: User(word) for name, word in users.items()}})
        self.options = options
        self.faults = Faults(faults)
        self.journal = Journal()
        self.tokens = tokens or Tokens()
        self.clock = Clock()
        hours = Hours(options, self.clock)
        self.live = LiveFiles(Path(data), options, hours)
        app = App(Tree(Path(data), options, hours, self.live), options, self.tokens)
        shell = Shell(app.answer, self.faults, self.journal, self._calls() if options.control else None)
        super().__init__(shell, address=address, port=port, tls=tls, keep_alive=options.keep_alive)

    @property
    def url(self) -> str:
        """Its base URL."""
        return self.origin

    def _calls(self) -> Calls:
        """What /_sim/ answers besides faults and journal."""
        return {
            ("DELETE", "tokens"): lambda _: self.tokens.end(),
            ("POST", "clock"): lambda body: self.clock.set(_moment(body)),
            ("POST", "live"): lambda body: self.live.append(**_growth(body)),
        }


def _moment(body: Any) -> datetime | None:
    """Of {"now": "2026-03-28T12:00:00+01:00"}, or of {"now": null}."""
    if not isinstance(body, dict) or set(body) != {"now"} or not isinstance(body["now"], str | None):
        raise ValueError('A clock is set by {"now": an instant, or null}.')
    return datetime.fromisoformat(body["now"]) if body["now"] else None


def _growth(body: Any) -> dict[str, Any]:
    """Of {"fqdn": .., "day": "2026-03-28", "text": .., "kind": "web"}, the kind may be left out."""
    names = set(body) if isinstance(body, dict) else set()
    if names | {"kind"} != {"fqdn", "day", "text", "kind"} or not all(
        isinstance(value, str) for value in body.values()
    ):
        raise ValueError("A live file grows by an fqdn, a day, a text and perhaps a kind.")
    day, text = date.fromisoformat(body.pop("day")), body.pop("text")
    return {**body, "day": day, "data": text.encode()}
