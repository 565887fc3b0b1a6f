"""The log host as an ASGI application, with its hands on the connection for the faults that need it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
import socket
import struct
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

from dev.ovhsim import answers
from dev.ovhsim.answers import Answer
from dev.ovhsim.faults import Fault, Faults
from dev.ovhsim.journal import Journal, Request
from dev.ovhsim.options import Options
from dev.ovhsim.tree import Folder, Tree, page

_CHUNK = 64 << 10
_NOT_MODIFIED = 304
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close sends RST


class Gone(Exception):
    """The connection is no more."""


class App:
    """Answers requests; one instance per host."""

    def __init__(self, tree: Tree, options: Options, faults: Faults, journal: Journal) -> None:
        self._tree = tree
        self._options = options
        self._faults = faults
        self._journal = journal
        self.stopping = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], _receive: Any, send: Any) -> None:
        """One request."""
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode()
        target = scope["path"] + (f"?{query}" if query else "")
        entry = self._journal.begin(scope["method"], target, scope["client"][1], headers)
        fault = None if scope["path"].startswith("/_sim/") else self._faults.next(scope["path"])
        transport = scope["extensions"]["transport"]
        try:
            await self._before(fault, transport)
            answer = self._answer(scope, headers, fault)
            await self._send(answer, entry, send, fault if answer.status in (200, 206) else None, transport)
        except Gone:
            return

    async def _before(self, fault: Fault | None, transport: Any) -> None:
        if fault and fault.kind == "stall":
            await self._pause(fault.seconds)
            _drop(transport, reset=False)
        elif fault and fault.kind in ("reset", "close"):
            _drop(transport, reset=fault.kind == "reset")

    def _answer(self, scope: dict[str, Any], headers: dict[str, str], fault: Fault | None) -> Answer:
        path = unquote(scope["raw_path"].decode("ascii")).split("?")[0]
        if self._options.control and path.startswith("/_sim/"):
            return self._control(path, scope["method"])
        if fault and fault.kind == "status":
            return answers.text(fault.status, fault.body, retry_after=fault.retry_after)
        if fault and fault.kind == "redirect":
            return answers.text(302, "", location=fault.location)
        refused = self._refused(headers, path)
        if refused:
            return refused
        if fault and fault.kind == "login_page":
            return answers.text(200, answers.LOGIN_PAGE.decode())
        if scope["method"] not in ("GET", "HEAD"):
            return answers.text(405, "", allow="GET, HEAD")
        return self._resource(path, headers, fault)

    def _resource(self, path: str, headers: dict[str, str], fault: Fault | None) -> Answer:
        found = self._tree.find(path)
        if found is None:
            return answers.text(404, "<h1>Not Found</h1>")
        if not isinstance(found, Folder):
            return answers.file_answer(found, headers, self._options, fault)
        if not path.endswith("/"):
            return answers.text(301, "", location=path + "/")
        if self._options.index == "off":
            return answers.text(403, "<h1>Forbidden</h1>")
        return answers.text(200, page(path, found, self._options.index))

    def _refused(self, headers: dict[str, str], path: str) -> Answer | None:
        if not self._options.users:
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        try:
            login, _, password = base64.b64decode(given, validate=True).partition(b":")
        except binascii.Error:
            login, password = b"", b""
        user = self._options.users.get(login.decode("utf-8", "replace"))
        right = user is not None and hmac.compare_digest(user.password.encode(), password)
        if scheme.lower() != "basic" or user is None or not right:
            return answers.text(401, "<h1>Unauthorized</h1>", www_authenticate='Basic realm="OVH logs"')
        if user.fqdns is not None and path.strip("/").partition("/")[0] not in user.fqdns:
            return answers.text(self._options.foreign, "<h1>Forbidden</h1>")
        return None

    def _control(self, path: str, method: str) -> Answer:
        if path == "/_sim/faults" and method == "DELETE":
            self._faults.clear()
            return Answer(204)
        if path == "/_sim/journal":
            return Answer(
                200,
                {"content-type": "application/json"},
                json.dumps([asdict(r) for r in self._journal.requests]).encode(),
            )
        return answers.text(404, "")

    async def _send(self, answer: Answer, entry: Request, send: Any, fault: Fault | None, transport: Any) -> None:
        entry.status = answer.status
        headers = dict(answer.headers)
        if self._options.length or answer.file is None:
            headers["content-length"] = str(answer.length)
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        if entry.method != "HEAD" and answer.status != _NOT_MODIFIED:
            await self._body(answer, entry, send, fault, transport)
        await send({"type": "http.response.body", "body": b""})

    async def _body(self, answer: Answer, entry: Request, send: Any, fault: Fault | None, transport: Any) -> None:
        stops = fault is not None and fault.kind in ("stall_body", "reset_body", "cut_body")
        step = fault.at if fault and fault.kind == "drip" else _CHUNK
        left = min(fault.at, answer.length) if fault and stops else answer.length
        file = answer.file.open("rb") if answer.file else None
        try:
            if file:
                file.seek(answer.start)
            done = 0
            while left > 0:
                if transport.is_closing():  # the client has left
                    raise Gone
                size = min(step, left)
                chunk = file.read(size) if file else answer.body[done : done + size]
                entry.sent += len(chunk)  # before the client can have it, so that it finds the journal complete
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                done += len(chunk)
                left -= len(chunk)
                if fault and fault.kind == "drip":
                    await self._pause(fault.seconds)
        finally:
            if file:
                file.close()
        if fault and stops:
            if fault.kind == "stall_body":
                await self._pause(fault.seconds)
            _drop(transport, reset=fault.kind == "reset_body")

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except asyncio.TimeoutError:
            return


def _drop(transport: Any, *, reset: bool) -> None:
    if reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
    else:
        transport.close()
    raise Gone
