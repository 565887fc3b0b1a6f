"""One day's file: its content as a stream that survives broken connections and vouches for its own completeness."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import requests

from ovh_weblogs.errors import AccessDenied, LogDamaged
from ovh_weblogs.gunzip import Inflater
from ovh_weblogs.hosting.heldback import held_back
from ovh_weblogs.hosting.patience import NETWORK_ERRORS, Interrupted, Patience, spoken
from ovh_weblogs.hosting.transport import NOT_FOUND, NOT_MODIFIED, PARTIAL, RANGE_REFUSED, Transport
from ovh_weblogs.secret import masked
from ovh_weblogs.settings import Network

_CHUNK = 64 << 10  # bytes per read from the network
_WINDOW = 512 << 10  # bytes asked for at a time when only a few rows are wanted
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_DATE = re.compile(r"[A-Za-z0-9,: +-]{1,40}")


@dataclass(frozen=True)
class Validators:
    """What tells one state of a file on a host from another, as the host sent it; each may be empty.

    Attributes:
        etag: The entity tag, with its quotes.
        last_modified: The date of its last change, as HTTP writes it.
    """

    etag: str = ""
    last_modified: str = ""

    @classmethod
    def told(cls, etag: str, last_modified: str) -> Validators:
        """Those of an answer's headers; what no host should send is left out, such as a secret that it was sent."""
        return cls(
            etag if _ETAG.fullmatch(etag) and masked(etag) == etag else "",
            last_modified if _DATE.fullmatch(last_modified) and masked(last_modified) == last_modified else "",
        )

    @property
    def conditions(self) -> dict[str, str]:
        """Headers of a request that wants a body only for another state; none where nothing sound is known."""
        found = {}
        if _ETAG.fullmatch(self.etag):
            found["If-None-Match"] = self.etag
        if _DATE.fullmatch(self.last_modified):
            found["If-Modified-Since"] = self.last_modified  # passed over where there is a tag (RFC 9110, 13.1.3)
        return found


class DayFile:
    """The content of one file, gzip or plain, as a binary file object (``read``, ``close``).

    After a cut it goes on where it stopped, by Range and If-Range where the host gives a strong ETag; otherwise it
    fetches the file again and skips what was handed on, once that part's SHA-256 proves to be the same.

    Args:
        transport: The connection to the log host.
        path: Path of the file on it.
        name: What the user knows the file by, such as "The web log of example.com for 2026-01-31".
        network: Attempts and waiting.
        preview: Whether only a few rows are wanted: the file is asked for in parts, where the host serves parts.
        known: The state that the caller has: where the file still is in it, ``exists`` makes it ``unchanged``.
        keep: Called with every piece of the file as it was sent, packed as it is, in order and once.

    Attributes:
        unchanged: Whether the host has the known state; there is nothing to read then.
        validators: Those of the state that is read.
        busy: Whether what was read will do for now, to be set by who reads ahead of another thread: a packed file is
            received further then, and unpacked later. Never, unless set.
    """

    live = False

    def __init__(
        self,
        transport: Transport,
        path: str,
        name: str,
        network: Network,
        *,
        preview: bool = False,
        known: Validators | None = None,
        keep: Callable[[bytes], object] | None = None,
    ) -> None:
        self.name = name
        self.file_name = path.rpartition("/")[2]
        self.raw_bytes = 0  # bytes received, as compressed as they came
        self.unchanged = False
        self.validators = Validators()
        self.busy: Callable[[], bool] = lambda: False
        self._known = known or Validators()
        self._keep = keep
        self._transport = transport
        self._path = path
        self._patience = Patience(network)
        self._digest = hashlib.sha256()
        self._etag = ""
        self._preview = preview
        self._more = False  # the last answer was a part, and others follow
        self._response: requests.Response | None = None
        self._content = self._blocks()
        self._left = memoryview(b"")

    @property
    def sha256(self) -> str:
        """Of the bytes received, as packed as they came, in hexadecimal digits."""
        return self._digest.hexdigest()

    def exists(self) -> bool:
        """Ask for the file once (with patience), so that an absent day shows before anything is read.

        Raises:
            OvhLogsError: The host refuses, or cannot be reached.
        """
        while True:
            try:
                self._response = self._request(self._known.conditions)
            except Interrupted as trouble:
                self._patience.wait(self.name, trouble)
            else:
                return self._response is not None

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes of content, b"" at the end.

        Raises:
            TryAgain: The connection broke too often.
            LogDamaged: The file is cut, damaged, or changed while it was read.
            AccessDenied: A web page came in place of the log.
        """
        if size < 0:
            rest, self._left = b"".join([self._left, *self._content]), memoryview(b"")
            return rest
        if not self._left:
            block = next(self._content, b"")
            if len(block) <= size:
                return block
            self._left = memoryview(block)
        part, self._left = self._left[:size], self._left[size:]
        return bytes(part)

    def close(self) -> None:
        """Let go of the connection."""
        self._content.close()
        if self._response is not None:
            self._response.close()

    def _blocks(self) -> Generator[bytes, None, None]:
        inflater = Inflater(self.name)
        started = False
        while True:
            for chunk in held_back(self._received(), lambda: not inflater.plain and self.busy()):
                for block in inflater.feed(chunk):
                    if not started:
                        refuse_web_page(self.name, block)
                    started = True
                    yield block
            if inflater.complete:
                yield from inflater.finish()
                return
            self._patience.wait(self.name, Interrupted("its gzip content stops before its end"), LogDamaged)

    def _received(self) -> Iterator[bytes]:
        """The file from where we stand to its end, packed as it came, through every passing trouble."""
        while True:
            try:
                for chunk in self._attempt():
                    self._patience.progress()
                    self._digest.update(chunk)
                    self.raw_bytes += len(chunk)
                    if self._keep is not None:
                        self._keep(chunk)
                    yield chunk
                if not self._more:
                    return
            except Interrupted as trouble:
                self._patience.wait(self.name, trouble)

    def _attempt(self) -> Iterator[bytes]:
        """The bytes from where we stand to the end of what the host sends."""
        response = self._response or self._request()
        self._response = None
        if response is None:
            raise LogDamaged(f"{self.name} vanished while it was read", fix="start the build again")
        with response:
            if response.status_code == RANGE_REFUSED:
                return  # nothing after what we have
            chunks = body(response)
            if self.raw_bytes and response.status_code != PARTIAL:
                chunks = self._skipped(chunks)
            yield from chunks

    def _range(self) -> dict[str, str]:
        """Headers that ask for what is wanted next; none for the whole file."""
        last = self.raw_bytes + _WINDOW - 1 if self._preview else ""
        if self.raw_bytes and self._etag:
            return {"Range": f"bytes={self.raw_bytes}-{last}", "If-Range": self._etag}
        return {"Range": f"bytes=0-{last}"} if self._preview and not self.raw_bytes else {}

    def _request(self, conditions: dict[str, str] | None = None) -> requests.Response | None:
        response = self._transport.get(self._path, {**self._range(), **(conditions or {})})
        if response.status_code == NOT_FOUND:
            response.close()
            return None
        self._more = False
        if response.status_code == NOT_MODIFIED:
            self.unchanged = True
            return response
        if response.status_code == PARTIAL and not self._continues(response):
            response.close()
            self._etag, self._preview = "", False  # its parts cannot be trusted: fetch the whole file next time
            raise Interrupted("the host sent another part of the file than was asked for")
        etag = response.headers.get("ETag", "")
        if response.status_code != RANGE_REFUSED:
            self.validators = Validators.told(etag, response.headers.get("Last-Modified", ""))
        self._etag = "" if etag.startswith("W/") else etag  # If-Range takes strong tags only (RFC 9110, 13.1.5)
        return response

    def _continues(self, response: requests.Response) -> bool:
        """Whether the part begins where we stand, in the same file; notes whether others follow it."""
        found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        same = not self.raw_bytes or response.headers.get("ETag", self._etag) == self._etag
        if found is None or not same or int(found[1]) != self.raw_bytes:
            return False
        length = response.headers.get("Content-Length", "")
        ends = self.raw_bytes + int(length) if length.isdigit() else None
        self._more = found[2] != "*" and ends is not None and ends < int(found[2])
        return True

    def _skipped(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks after those that were handed on before.

        Raises:
            LogDamaged: The file is not the one that was begun.
        """
        digest, left = hashlib.sha256(), self.raw_bytes
        for chunk in chunks:
            known, new = chunk[:left], chunk[left:]
            digest.update(known)
            left -= len(known)
            if known and left == 0 and digest.digest() != self._digest.digest():
                raise LogDamaged(f"{self.name} changed while it was read", fix="start the build again")
            if new:
                yield new
        if left:
            raise Interrupted("the file came shorter than before")


def refuse_web_page(name: str, head: bytes) -> None:
    """Refuse content that begins as no log does.

    Raises:
        AccessDenied: It is a web page.
    """
    if _WEB_PAGE.match(head[:1024]):
        raise AccessDenied(
            f"{name}: the log host sent a web page in place of the log, as it does for a login form",
            fix="check domain, log_host and the access",
        )


def body(response: requests.Response) -> Iterator[bytes]:
    """The body exactly as sent: a .gz may come with Content-Encoding gzip, x-gzip or none, and is gzip each time.

    Raises:
        Interrupted: The connection broke, or fewer bytes came than were announced.
    """
    announced = response.headers.get("Content-Length", "")
    received = 0
    try:
        while chunk := response.raw.read(_CHUNK, decode_content=False):
            received += len(chunk)
            yield chunk
    except NETWORK_ERRORS as cause:
        trouble = Interrupted(f"the log host {spoken(cause)} after {received} bytes")
    else:
        if not announced.isdigit() or received >= int(announced):
            return
        trouble = Interrupted(f"only {received} of {announced} bytes came")
    raise trouble  # only here: what was caught may hold the request and its headers
