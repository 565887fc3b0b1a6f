"""A server on loopback, in a thread of its own: started, asked, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from typing_extensions import Self

Certificate = tuple[str, str] | ssl.SSLContext


class _Protocol(H11Protocol):
    """Gives the application its connection, for the faults that break it, and the target as it was sent."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        inner, read, target = self.app, self.conn.next_event, b""

        def next_event() -> Any:
            nonlocal target
            event = read()
            if isinstance(event, h11.Request):  # its target loses a final "?" on the way to the application
                target = event.target
            return event

        async def with_connection(scope: dict[str, Any], receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {}).update(transport=transport, target=target)
            await inner(scope, receive, send)

        self.conn.next_event = next_event  # type: ignore[method-assign]
        self.app = with_connection


# Turns of the loop after which a connection that was just accepted is known to the server, so that it can be dropped.
_ACCEPTED = 4


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
        listeners = sockets or []
        for listener in listeners:
            self._loop.remove_reader(listener)
        for _ in range(_ACCEPTED):  # asyncio forgets what was accepted and not yet made when its server is closed
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
            if sys.version_info >= (3, 13):  # which would otherwise leave sockets that shake hands open
                server.abort_clients()
        for listener in listeners:
            listener.close()
        while self.server_state.connections or self.server_state.tasks:
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)


class Loopback:
    """An application served on loopback; a context manager.

    Args:
        app: An ASGI application.
        address: Where it listens, a loopback address.
        port: 0 for any that is free.
        tls: Certificate and key as files, or a server's context.
        keep_alive: Seconds that an idle connection stays open.

    Raises:
        ValueError: The address is not a loopback one.
        OSError: The port is in use.
    """

    def __init__(self, app: Any, *, address: str, port: int, tls: Certificate | None, keep_alive: float) -> None:
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"The simulator listens on loopback only, not on {address}.")
        self._address = (address, port)
        self._server = _Server(_config(app, keep_alive, tls))
        self._scheme = "https" if tls else "http"
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listener = socket.create_server(self._address, family=family, backlog=128)
        # Connections inherit it: what has been sent is then little more than what the client has taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 17)
        # asyncio sets it only on sockets that name their protocol, which these do not: without it a small answer waits
        # 40 ms for the client to acknowledge its header.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._address = listener.getsockname()[:2]
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="ovhsim", daemon=True)
        self._thread.start()
        self._server.serving.wait()
        if not self._server.started:
            raise RuntimeError("The simulator did not start; its thread's error says why.")
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
    def origin(self) -> str:
        """Its scheme, address and port."""
        address = self._address[0]
        return f"{self._scheme}://{f'[{address}]' if ':' in address else address}:{self.port}"


def _config(app: Any, keep_alive: float, tls: Certificate | None) -> uvicorn.Config:
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
        timeout_keep_alive=keep_alive,  # type: ignore[arg-type] # it may be a fraction
    )
    config.load()
    if tls:
        config.ssl = tls if isinstance(tls, ssl.SSLContext) else _context(*tls)
    return config


def _context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
