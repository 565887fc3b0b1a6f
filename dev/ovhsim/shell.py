"""What is around every answer of the simulator: control calls, faults, the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

from dev.ovhsim import answers, control
from dev.ovhsim.answers import Answer
from dev.ovhsim.asked import Asked
from dev.ovhsim.faults import Fault, Faults
from dev.ovhsim.journal import Journal
from dev.ovhsim.wire import Gone, Message, Wire


class Shell:
    """An ASGI application, with its hands on the connection for the faults that need it.

    Args:
        reply: What answers a request and its body; it is told of a fault that alters an answer from within.
        faults: What goes wrong.
        journal: Where requests are noted.
        calls: Calls under /_sim/ besides those of faults and journal; None where there are none at all.
        marks: Headers that an answer in JSON carries, whoever makes it.
    """

    def __init__(
        self,
        reply: Callable[[Asked, bytes, Fault | None], Answer],
        faults: Faults,
        journal: Journal,
        calls: control.Calls | None,
        marks: Callable[[], dict[str, str]] = dict,
    ) -> None:
        self._reply = reply
        self._faults = faults
        self._journal = journal
        self._calls = calls
        self._marks = marks

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """One request."""
        asked = Asked.of(scope)
        wire = Wire(scope["extensions"]["transport"], receive, send)
        if self._calls is not None and asked.path.startswith(control.PREFIX):
            answer = control.answer(asked, await _body(receive), self._faults, self._journal, self._calls)
            await wire.send(answer, Journal().begin(asked.method, asked.target, 0, {}), None)
            return
        entry = self._journal.begin(asked.method, asked.target, asked.client[1], asked.headers)
        fault = self._faults.next(asked.method, asked.path, ranged="range" in asked.headers)
        entry.fault = fault.kind if fault else ""
        try:
            body = await _body(receive)
            await wire.before(fault)
            with closing(answers.fault_answer(fault) or self._reply(asked, body, fault)) as answer:
                if answer.headers.get("content-type") == "application/json":
                    answer.headers.update(self._marks())
                await wire.send(answer, entry, fault)
        except Gone:
            return
        finally:
            self._journal.end(entry)


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
