"""A simulated log host: started, asked, stopped."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from dev.ovhsim.app import App
from dev.ovhsim.faults import Fault, Faults
from dev.ovhsim.journal import Journal
from dev.ovhsim.options import Options, User
from dev.ovhsim.tree import Tree

_LOOPBACK = "127.0.0.1"


class _Protocol(H11Protocol):
    """Gives the application its connection, for the faults that break it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        inner = self.app

        async def with_transport(scope: dict[str, Any], receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})["transport"] = transport
            await inner(scope, receive, send)

        self.app = with_transport


class LogHost:
    """A log host on loopback, in a thread of its own.

    Args:
        data: One folder per fqdn, holding day files; see ``days.write_day``.
        users: Passwords by login; shorter than ``options.users``.
        options: How it behaves.
        faults: What goes wrong.
        port: 0 for any that is free.
        tls: Certificate and key, as files.
    """

    def __init__(
        self,
        data: Path,
        users: Mapping[str, str] | None = None,
        *,
        options: Options | None = None,
        faults: Iterable[Fault] = (),
        port: int = 0,
        tls: tuple[str, str] | None = None,
    ) -> None:
        options = options or Options()
        if users:
            options = replace(options, users={**options.users, **{name: User(word) for name, word in users.items()}})
        self.faults = Faults(faults)
        self.journal = Journal()
        self._app = App(Tree(Path(data), options), options, self.faults, self.journal)
        certificate, key = tls or (None, None)
        config = uvicorn.Config(
            self._app,
            host=_LOOPBACK,
            port=port,
            http=_Protocol,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            log_level="critical",
            server_header=False,
            timeout_graceful_shutdown=1,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            ssl_version=ssl.PROTOCOL_TLS_SERVER,
        )
        self._scheme = "https" if tls else "http"
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[method-assign, attr-defined]
        self._thread = threading.Thread(target=self._server.run, name="ovhsim", daemon=True)

    def __enter__(self) -> LogHost:
        self._thread.start()
        waiting = threading.Event()
        while not self._server.started and self._thread.is_alive():
            waiting.wait(0.005)
        if not self._server.started:
            raise RuntimeError("the simulated log host did not start; is its port in use?")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._app.stopping.set()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"{self._scheme}://{_LOOPBACK}:{self.port}"
