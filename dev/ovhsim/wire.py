"""One request's connection, as a host that misbehaves needs it."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from dev.ovhsim.answers import Answer
from dev.ovhsim.faults import BODY_KINDS, Fault
from dev.ovhsim.journal import Request

Message = MutableMapping[str, Any]
_BLOCK = 64 << 10
_DRIP_BYTES, _DRIP_SECONDS = 1024, 0.05
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close sends RST


class Gone(Exception):
    """The connection is no more."""


class Wire:
    """Sends one answer, and breaks off where a fault says so."""

    def __init__(
        self,
        transport: Any,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._transport = transport
        self._receive = receive
        self._sending = send

    async def before(self, fault: Fault | None) -> None:
        """What happens before there is an answer.

        Raises:
            Gone: The fault ended the connection, or the client left.
        """
        kind = fault.kind if fault else ""
        if fault and kind == "stall":
            await self._pause(fault.seconds)
        elif kind in ("reset", "close"):
            await self._drop(reset=kind == "reset", farewell=False)

    async def send(self, answer: Answer, entry: Request, fault: Fault | None) -> None:
        """The whole answer, or as much of it as the fault lets through.

        Raises:
            Gone: The fault ended the connection, or the client left.
        """
        entry.status = answer.status
        headers = dict(answer.headers)
        if not answer.chunked and answer.status not in (204, 304):
            headers["content-length"] = str(answer.length)
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._sending({"type": "http.response.start", "status": answer.status, "headers": pairs})
        if entry.method != "HEAD" and answer.status not in (204, 304):
            await self._body(answer, entry, fault)
        await self._sending({"type": "http.response.body", "body": b""})

    async def _body(self, answer: Answer, entry: Request, fault: Fault | None) -> None:
        drips = fault is not None and fault.kind == "drip"
        strike = min(fault.at, max(answer.length - 1, 0)) if fault and fault.kind in BODY_KINDS else -1
        done = 0
        for block in answer.blocks((fault.at or _DRIP_BYTES) if fault and drips else _BLOCK):
            if done <= strike < done + len(block):
                await self._block(block[: strike - done], entry)
                await self._strike(fault)
                await self._block(block[strike - done :], entry)
            else:
                await self._block(block, entry)
            done += len(block)
            if fault and drips:
                await self._pause(_DRIP_SECONDS if fault.seconds is None else fault.seconds)
        if strike >= done:  # there was no byte to break off before
            await self._strike(fault)

    async def _block(self, block: bytes, entry: Request) -> None:
        if self._transport.is_closing():
            raise Gone
        if block:
            entry.sent += len(block)  # before the client can have it, so that it finds the journal complete
            await self._sending({"type": "http.response.body", "body": block, "more_body": True})

    async def _strike(self, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if fault and kind == "stall_body":
            await self._pause(fault.seconds)
            return
        # Dropping what waits to be sent would make the place of the cut a matter of luck: with a limit of 0, the next
        # sending waits until all has gone.
        # With TLS, asyncio since 3.11 takes nothing at all for too much where the limit is 0.
        tls = self._transport.get_extra_info("ssl_object") is not None and sys.version_info >= (3, 11)
        self._transport.set_write_buffer_limits(*((1, 0) if tls else (0,)))
        await self._sending({"type": "http.response.body", "body": b"", "more_body": True})
        await self._drop(reset=kind == "reset_body", farewell=True)

    async def _pause(self, seconds: float | None) -> None:
        """Wait, unless the client leaves before."""
        try:
            await asyncio.wait_for(self._left(), seconds)
        except asyncio.TimeoutError:
            return
        raise Gone

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _drop(self, *, reset: bool, farewell: bool) -> None:
        if reset:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        if farewell and not reset:
            self._transport.close()
        else:
            self._transport.abort()
        await self._left()
        raise Gone
