"""One day's file: its content as a stream that survives broken connections and vouches for its own completeness."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator

import requests

from ovh_weblogs.errors import AccessDenied, LogDamaged, OvhLogsError, TryAgain
from ovh_weblogs.gunzip import Inflater
from ovh_weblogs.hosting.transport import (
    NETWORK_ERRORS,
    NOT_FOUND,
    PARTIAL,
    RANGE_REFUSED,
    Interrupted,
    Patience,
    Transport,
    spoken,
)
from ovh_weblogs.settings import Network

_CHUNK = 64 << 10  # bytes per read from the network
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


class DayFile:
    """The content of one file, gzip or plain, as a binary file object (``read``, ``close``).

    After a cut it goes on where it stopped, by Range and If-Range where the host gives a strong ETag; otherwise it
    fetches the file again and skips what was handed on, once that part's SHA-256 proves to be the same.

    Args:
        transport: The connection to the log host.
        path: Path of the file on it.
        name: What the user knows the file by, such as "The web log of example.com for 2026-01-31".
        network: Attempts and waiting.
    """

    def __init__(self, transport: Transport, path: str, name: str, network: Network) -> None:
        self.name = name
        self.raw_bytes = 0  # bytes received, as compressed as they came
        self._transport = transport
        self._path = path
        self._patience = Patience(network)
        self._digest = hashlib.sha256()
        self._etag = ""
        self._response: requests.Response | None = None
        self._content = self._blocks()
        self._left = b""

    def exists(self) -> bool:
        """Ask for the file once (with patience), so that an absent day shows before anything is read.

        Raises:
            OvhLogsError: The host refuses, or cannot be reached.
        """
        while True:
            try:
                self._response = self._request()
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
            rest, self._left = b"".join([self._left, *self._content]), b""
            return rest
        self._left = self._left or next(self._content, b"")
        part, self._left = self._left[:size], self._left[size:]
        return part

    def close(self) -> None:
        """Let go of the connection."""
        self._content.close()
        if self._response is not None:
            self._response.close()

    def _blocks(self) -> Generator[bytes, None, None]:
        inflater = Inflater(self.name)
        started = False
        while True:
            error: type[OvhLogsError] = TryAgain
            try:
                for chunk in self._attempt():
                    self._patience.progress()
                    self._digest.update(chunk)
                    self.raw_bytes += len(chunk)
                    for block in inflater.feed(chunk):
                        started = started or self._no_web_page(block)
                        yield block
                if inflater.complete:
                    yield from inflater.finish()
                    return
                trouble = Interrupted("its gzip content stops before its end")
                error = LogDamaged
            except Interrupted as caught:
                trouble = caught
            self._patience.wait(self.name, trouble, error)

    def _attempt(self) -> Iterator[bytes]:
        """The bytes from where we stand to the end of what the host sends."""
        response = self._response or self._request()
        self._response = None
        if response is None:
            raise LogDamaged(f"{self.name} vanished while it was read", fix="start the build again")
        with response:
            if response.status_code == RANGE_REFUSED:
                return  # nothing after what we have
            chunks = _body(response)
            if self.raw_bytes and response.status_code != PARTIAL:
                chunks = self._skipped(chunks)
            yield from chunks

    def _request(self) -> requests.Response | None:
        headers = {}
        if self.raw_bytes and self._etag:
            headers = {"Range": f"bytes={self.raw_bytes}-", "If-Range": self._etag}
        response = self._transport.get(self._path, headers)
        if response.status_code == NOT_FOUND:
            response.close()
            return None
        if response.status_code == PARTIAL and not self._continues(response):
            response.close()
            self._etag = ""  # the host's ranges cannot be trusted: fetch the whole file next time
            raise Interrupted("the host sent another part of the file than was asked for")
        etag = response.headers.get("ETag", "")
        self._etag = "" if etag.startswith("W/") else etag  # If-Range takes strong tags only (RFC 9110, 13.1.5)
        return response

    def _continues(self, response: requests.Response) -> bool:
        found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        same = response.headers.get("ETag", self._etag) == self._etag
        return found is not None and same and int(found.group(1)) == self.raw_bytes

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

    def _no_web_page(self, block: bytes) -> bool:
        if _WEB_PAGE.match(block[:1024]):
            raise AccessDenied(
                f"{self.name}: the log host sent a web page in place of the log, as it does for a login form",
                fix="check domain, log_host and the log user",
            )
        return True


def _body(response: requests.Response) -> Iterator[bytes]:
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
        raise Interrupted(f"the log host {spoken(cause)} after {received} bytes") from None
    if announced.isdigit() and received < int(announced):
        raise Interrupted(f"only {received} of {announced} bytes came")
