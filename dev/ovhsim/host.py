"""A simulated log host: started, asked, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import sys
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

Certificate = tuple[str, str] | ssl.SSLContext


class _Protocol(H11Protocol):
    """Gives the application its connection, for the faults that break it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        inner = self.app

        async def with_transport(scope: dict[str, Any], receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})["transport"] = transport
            await inner(scope, receive, send)

        self.app = with_transport


class _Server(uvicorn.Server):
    """Says when it serves, and stops at once: what is under way, stalled or not, is dropped."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        self.serving.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # which renews the Date that answers carry
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.serving.set()

    def stop(self) -> None:
        """From another thread: end the main loop."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._told.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
            if sys.version_info >= (3, 13):  # which would otherwise leave sockets that shake hands open
                server.abort_clients()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)


class LogHost:
    """A log host on loopback, in a thread of its own; a context manager.

    Args:
        data: One folder per fqdn, holding day files; see ``dev.dayfiles``.
        users: Passwords by login; shorter than ``options.users``.
        options: How it behaves.
        faults: What goes wrong.
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
        address: str = "127.0.0.1",
        port: int = 0,
        tls: Certificate | None = None,
    ) -> None:
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"The simulator listens on loopback only, not on {address}.")
        options = options or Options()
        if users:
            options = replace(options, users={**options.users, **{name: User(word) for name, word in users.items()}})
        self.options = options
        self.faults = Faults(faults)
        self.journal = Journal()
        self._address = (address, port)
        self._server = _Server(
            _config(App(Tree(Path(data), options), options, self.faults, self.journal), options, tls)
        )
        self._scheme = "https" if tls else "http"
        self._thread: threading.Thread | None = None

    def __enter__(self) -> LogHost:
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listener = socket.create_server(self._address, family=family, backlog=128)
        # Connections inherit it: what has been sent is then little more than what the client has taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 17)
        self._address = listener.getsockname()[:2]
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="ovhsim", daemon=True)
        self._thread.start()
        self._server.serving.wait()
        if not self._server.started:
            raise RuntimeError("The simulated log host did not start; its thread's error says why.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread:
            self._server.stop()
            self._thread.join()
            self._thread = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._address[1]

    @property
    def url(self) -> str:
        """Its base URL."""
        address = self._address[0]
        return f"{self._scheme}://{f'[{address}]' if ':' in address else address}:{self.port}"


def _config(app: App, options: Options, tls: Certificate | None) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=_Protocol,
        interface="asgi3",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=options.keep_alive,  # type: ignore[arg-type] # it may be a fraction
    )
    config.load()
    if tls:
        config.ssl = tls if isinstance(tls, ssl.SSLContext) else _context(*tls)
    return config


def _context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
