"""Answers for files and folders: conditions, parts, encodings, and faults of the content."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dev.ovhsim.conditions import NoSuchPart, Validators, part
from dev.ovhsim.content import Content
from dev.ovhsim.faults import FILE_KINDS, LIVE_KINDS, Fault
from dev.ovhsim.options import Options

_HTML = "text/html; charset=utf-8"
_LOGIN_PAGE = """<!DOCTYPE html>
<html><head><title>Log in</title></head><body><form method="post">
<input name="login"><input name="password" type="password"><button>Log in</button></form></body></html>
"""


@dataclass
class Answer:
    """A status, headers, and a body: bytes, or a span of a file.

    ``chunked``: its length is not announced; ``empty``: headers speak of a body that is not sent.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content: Content | None = None
    start: int = 0
    end: int = 0
    chunked: bool = False
    empty: bool = False

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return self.end - self.start if self.content else len(self.body)

    def blocks(self, step: int) -> Iterator[bytes]:
        """The body, in blocks of at most ``step`` bytes."""
        if self.content:
            yield from self.content.blocks(self.start, self.end, step)
        else:
            yield from (self.body[at : at + step] for at in range(0, len(self.body), step))

    def close(self) -> None:
        """Let go of the file."""
        if self.content:
            self.content.close()


def text(status: int, body: str, headers: Mapping[str, str] | None = None, *, media: str = _HTML) -> Answer:
    """A small answer."""
    return Answer(status, {**({"content-type": media} if body else {}), **(headers or {})}, body.encode())


def fault_answer(fault: Fault | None) -> Answer | None:
    """What a fault puts in the place of any answer; None for faults of another sort."""
    kind = fault.kind if fault else ""
    if fault and kind == "status":
        later = {"retry-after": fault.retry_after} if fault.retry_after else {}
        return text(fault.status, fault.body, later, media=fault.content_type)
    if fault and kind == "redirect":
        return text(fault.status if 300 < fault.status < 400 else 302, "", {"location": fault.location})
    return text(200, _LOGIN_PAGE) if kind == "login_page" else None


def file_answer(path: Path, method: str, asked: Mapping[str, str], options: Options, fault: Fault | None) -> Answer:
    """The answer to a GET or HEAD of a day file or live file; to be closed."""
    live = path.suffix == ".log"
    plain = options.encoding == "plain" and not live
    try:
        content = Content.of(path, plain=plain)
    except (EOFError, OSError, zlib.error):
        return text(500, "<h1>Internal Server Error</h1>")
    if fault and fault.kind in FILE_KINDS | LIVE_KINDS:
        content.alter(fault, plain=plain)
    media = {"content-type": "text/plain"} if live else _media(options)
    answer = _of_content(content, method, asked, options, fault, media)
    answer.chunked = answer.status == 200 and (not options.length or (fault is not None and fault.chunked))
    return answer


def _of_content(
    content: Content,
    method: str,
    asked: Mapping[str, str],
    options: Options,
    fault: Fault | None,
    media: dict[str, str],
) -> Answer:
    seen = _validators(content, options)
    headers = {**media, **seen.headers, **({"accept-ranges": "bytes"} if options.ranges else {})}
    if seen.held(asked):
        return Answer(304, {name: value for name, value in headers.items() if name != "content-type"}, content=content)
    ranged = options.ranges and method == "GET" and not (fault and fault.kind == "ignored_range")
    try:
        span = part(asked.get("range", ""), content.size) if ranged and seen.part_of_same(asked) else None
    except NoSuchPart:
        content.close()
        return text(416, "<h1>Range Not Satisfiable</h1>", {"content-range": f"bytes */{content.size}"})
    if span is None:
        return Answer(200, headers, content=content, end=content.size)
    start, end = _moved(span, content.size, fault)
    headers["content-range"] = f"bytes {start}-{end - 1}/{content.size}"
    return Answer(206, headers, content=content, start=start, end=end)


def _moved(span: tuple[int, int], size: int, fault: Fault | None) -> tuple[int, int]:
    """Another part where a fault asks for it: further on, or before where nothing is left further on."""
    if fault is None or fault.kind != "wrong_range":
        return span
    step = fault.at or 1
    start = span[0] + step if span[0] + step < size else max(span[0] - step, 0)
    return start, max(span[1], start + 1)


def _validators(content: Content, options: Options) -> Validators:
    tags = {"strong": f'"{content.mark}"', "weak": f'W/"{content.mark}"', "none": ""}
    return Validators(tags[options.etag], content.modified if options.last_modified else None)


def _media(options: Options) -> dict[str, str]:
    """A log whose name ends in .gz: Apache knows it by .gz as a type, or by .log as text in an encoding."""
    if options.encoding in ("gzip", "x-gzip"):
        return {"content-type": "text/plain", "content-encoding": options.encoding}
    return {"content-type": "text/plain" if options.encoding == "plain" else "application/x-gzip"}
