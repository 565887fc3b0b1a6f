"""A simulated API: started, asked, stopped."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from typing import Any

from dev.ovhsim.api import oauth
from dev.ovhsim.api.account import Account
from dev.ovhsim.api.app import App
from dev.ovhsim.api.options import ApiOptions
from dev.ovhsim.faults import Fault, Faults
from dev.ovhsim.journal import Journal
from dev.ovhsim.serving import Certificate, Loopback
from dev.ovhsim.shell import Shell
from dev.ovhsim.tokens import Tokens


class Api(Loopback):
    """OVH's API on loopback, in a thread of its own; a context manager.

    Args:
        account: What is served; it may be changed meanwhile.
        tokens: Where the tokens for logs that it issues are kept; the log host that they open has the same.
        options: How it behaves.
        faults: What goes wrong.
        address: Where it listens, a loopback address.
        port: 0 for any that is free.
        tls: Certificate and key as files, or a server's context.

    Attributes:
        clock_skew: Seconds by which its clock is ahead of this machine's; may be set at any time.

    Raises:
        ValueError: The address is not a loopback one.
        OSError: The port is in use.
    """

    def __init__(
        self,
        account: Account,
        *,
        tokens: Tokens | None = None,
        options: ApiOptions | None = None,
        faults: Iterable[Fault] = (),
        address: str = "127.0.0.1",
        port: int = 0,
        tls: Certificate | None = None,
    ) -> None:
        self.account = account
        self.options = options or ApiOptions()
        self.tokens = tokens or Tokens()
        self.faults = Faults(faults)
        self.journal = Journal()
        self.clock_skew = 0.0
        self._access = oauth.AccessTokens()
        app = App(account, self.options, self.tokens, self._access, lambda: self.origin, lambda: self.clock_skew)
        calls = self._calls() if self.options.control else None
        shell = Shell(app.answer, self.faults, self.journal, calls, _query_id)
        super().__init__(shell, address=address, port=port, tls=tls, keep_alive=self.options.keep_alive)

    @property
    def url(self) -> str:
        """Base URL of version 1.0, as the clients' lists of endpoints have it."""
        return f"{self.origin}/1.0"

    @property
    def token_url(self) -> str:
        """Address of the OAuth2 token endpoint."""
        return self.origin + oauth.PATH

    def end_access_tokens(self) -> None:
        """Refuse all OAuth2 access tokens given out so far."""
        self._access.end()

    def _calls(self) -> dict[tuple[str, str], Any]:
        """POST /_sim/credentials and /_sim/clock, DELETE /_sim/tokens and /_sim/access-tokens."""
        return {
            ("POST", "credentials"): self._set_credential,
            ("POST", "clock"): self._set_clock,
            ("DELETE", "tokens"): lambda _: self.tokens.end(),
            ("DELETE", "access-tokens"): lambda _: self.end_access_tokens(),
        }

    def _set_credential(self, given: Any) -> None:
        if not isinstance(given, dict) or set(given) != {"consumer_key", "status"}:
            raise ValueError("A consumer_key and a status are expected.")
        self.account.set_status(given["consumer_key"], given["status"])

    def _set_clock(self, given: Any) -> None:
        if not isinstance(given, dict) or set(given) != {"skew"} or type(given["skew"]) not in (int, float):
            raise ValueError("A skew in seconds is expected.")
        self.clock_skew = given["skew"]


def _query_id() -> dict[str, str]:
    """What OVH's support asks for."""
    return {"x-ovh-queryid": f"EU.ext-3.{secrets.token_hex(4)}.{os.getpid()}.{secrets.token_hex(16)}"}
