"""A simulated log host: started, asked, stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from dev.ovhsim.app import App
from dev.ovhsim.faults import Fault, Faults
from dev.ovhsim.journal import Journal
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
        calls = {("DELETE", "tokens"): lambda _: self.tokens.end()} if options.control else None
        app = App(Tree(Path(data), options), options, self.tokens)
        shell = Shell(app.answer, self.faults, self.journal, calls)
        super().__init__(shell, address=address, port=port, tls=tls, keep_alive=options.keep_alive)

    @property
    def url(self) -> str:
        """Its base URL."""
        return self.origin
