"""The log host as an ASGI application, with its hands on the connection for the faults that need it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from dev.ovhsim import access, answers, control
from dev.ovhsim.answers import Answer
from dev.ovhsim.faults import Fault, Faults
from dev.ovhsim.journal import Journal
from dev.ovhsim.options import Options
from dev.ovhsim.pages import page
from dev.ovhsim.tree import Folder, Tree
from dev.ovhsim.wire import Gone, Message, Wire


@dataclass(frozen=True)
class _Asked:
    """A request: its target as sent, its path decoded."""

    method: str
    raw: str
    path: str
    query: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, scope: dict[str, Any]) -> _Asked:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        raw = scope["raw_path"].decode("latin-1")
        return cls(scope["method"], raw, unquote(raw), scope["query_string"].decode("latin-1"), headers)

    @property
    def target(self) -> str:
        return f"{self.raw}?{self.query}" if self.query else self.raw


class App:
    """Answers requests; one instance per host."""

    def __init__(self, tree: Tree, options: Options, faults: Faults, journal: Journal) -> None:
        self._tree = tree
        self._options = options
        self._faults = faults
        self._journal = journal

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """One request."""
        asked = _Asked.of(scope)
        wire = Wire(scope["extensions"]["transport"], receive, send)
        if self._options.control and asked.path.startswith(control.PREFIX):
            await self._control(asked, receive, wire)
            return
        entry = self._journal.begin(asked.method, asked.target, scope["client"][1], asked.headers)
        fault = self._faults.next(asked.method, asked.path, ranged="range" in asked.headers)
        entry.fault = fault.kind if fault else ""
        try:
            await wire.before(fault)
            with closing(answers.fault_answer(fault) or self._answer(asked, fault)) as answer:
                await wire.send(answer, entry, fault)
        except Gone:
            return
        finally:
            self._journal.end(entry)

    async def _control(self, asked: _Asked, receive: Callable[[], Awaitable[Message]], wire: Wire) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answer = control.answer(asked.method, asked.path, asked.headers, body, self._faults, self._journal)
        unlisted = Journal().begin(asked.method, asked.target, 0, {})
        await wire.send(answer, unlisted, None)

    def _answer(self, asked: _Asked, fault: Fault | None) -> Answer:
        fqdn = asked.path.removeprefix("/").partition("/")[0]
        refused = access.refusal(
            asked.headers.get("authorization", ""),
            fqdn,
            self._options.users,
            self._tree.fqdns(),
            self._options.foreign,
        )
        if refused:
            return answers.text(refused[0], "<h1>No access</h1>", refused[1])
        if asked.method not in ("GET", "HEAD"):
            return answers.text(405, "<h1>Method Not Allowed</h1>", {"allow": "GET, HEAD"})
        # Apache refuses an encoded slash unless told otherwise.
        found = None if "%2f" in asked.raw.lower() else self._tree.find(asked.path)
        if found is None:
            return answers.text(404, "<h1>Not Found</h1>")
        if isinstance(found, Folder):
            return self._folder(asked, found)
        return answers.file_answer(found, asked.method, asked.headers, self._options, fault)

    def _folder(self, asked: _Asked, folder: Folder) -> Answer:
        if not asked.path.endswith("/"):
            query = f"?{asked.query}" if asked.query else ""
            return answers.text(301, "<h1>Moved Permanently</h1>", {"location": quote(asked.path) + "/" + query})
        if self._options.index == "off":
            return answers.text(403, "<h1>Forbidden</h1>")
        return answers.text(200, page(asked.path, asked.query, folder, self._options))
