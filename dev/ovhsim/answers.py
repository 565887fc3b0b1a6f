"""Answers for files: conditions, parts, encodings, and faults of the content."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

from dev.ovhsim.faults import Fault
from dev.ovhsim.options import Options

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
LOGIN_PAGE = b"""<!DOCTYPE html>
<html><head><title>Log in</title></head><body><form method="post">
<input name="login"><input name="password" type="password"><button>Log in</button></form></body></html>
"""


@dataclass
class Answer:
    """A status, headers, and a body: bytes, or a span of a file."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    file: Path | None = None
    start: int = 0
    size: int = 0

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return self.size if self.file else len(self.body)


def text(status: int, body: str, **headers: str) -> Answer:
    """A small HTML answer; underscores in names of headers stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return Answer(status, {"content-type": "text/html; charset=utf-8", **named}, body.encode())


def file_answer(path: Path, asked: dict[str, str], options: Options, fault: Fault | None) -> Answer:
    """The answer to a GET of a day file."""
    content = _altered(path, options, fault)
    stat = path.stat()
    size = len(content) if content is not None else stat.st_size
    etag = _etag(path, content, options)
    headers = {
        "content-type": "text/plain" if options.encoding == "plain" else "application/x-gzip",
        "last-modified": formatdate(stat.st_mtime, usegmt=True),
        **({"etag": etag} if etag else {}),
        **({"content-encoding": options.encoding} if options.encoding in ("gzip", "x-gzip") else {}),
        **({"accept-ranges": "bytes"} if options.ranges else {}),
    }
    if _not_modified(asked, etag, stat.st_mtime):
        return Answer(304, headers)
    span = _span(asked, etag, size) if options.ranges else None
    if span == (0, 0):
        return Answer(416, {"content-range": f"bytes */{size}"})
    start, end = span or (0, size)
    if span:
        shift = 1 if fault and fault.kind == "wrong_range" else 0
        headers["content-range"] = f"bytes {start + shift}-{end - 1}/{size}"
    status = 206 if span else 200
    if content is not None:
        return Answer(status, headers, content[start:end])
    return Answer(status, headers, file=path, start=start, size=end - start)


def _altered(path: Path, options: Options, fault: Fault | None) -> bytes | None:
    """Content other than the file's own bytes; None for those."""
    kind = fault.kind if fault else ""
    if options.encoding == "plain":
        return gzip.decompress(path.read_bytes())
    if fault is None or kind not in ("cut_gzip", "bad_crc", "garbage", "changed"):
        return None
    content = path.read_bytes()
    if kind == "cut_gzip":
        return content[: fault.at or len(content) // 2]
    if kind == "bad_crc":
        return content[:-8] + bytes([content[-8] ^ 0xFF]) + content[-7:]
    if kind == "garbage":
        return content + b"<!-- end -->"
    return gzip.compress(b"198.51.100.9 changed.example - - -\n" + gzip.decompress(content), mtime=0)


def _etag(path: Path, content: bytes | None, options: Options) -> str:
    if options.etag == "none":
        return ""
    stat = path.stat()
    seed = hashlib.sha256(content).hexdigest()[:16] if content is not None else f"{stat.st_size:x}-{stat.st_mtime_ns:x}"
    return f'W/"{seed}"' if options.etag == "weak" else f'"{seed}"'


def _not_modified(asked: dict[str, str], etag: str, modified: float) -> bool:
    if "if-none-match" in asked:
        tags = [tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")]
        return bool(etag) and (etag.removeprefix("W/") in tags or "*" in tags)
    if "if-modified-since" in asked:
        return int(modified) <= parsedate_to_datetime(asked["if-modified-since"]).timestamp()
    return False


def _span(asked: dict[str, str], etag: str, size: int) -> tuple[int, int] | None:
    """The part asked for; None for the whole; (0, 0) for a part that is not there. If-Range compares strongly."""
    found = _RANGE.fullmatch(asked.get("range", ""))
    condition = asked.get("if-range")
    if found is None or (condition is not None and (condition != etag or etag.startswith("W/"))):
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(size - int(last or 0), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end) if start < end else (0, 0)
