"""The log of a day that OVH has not published yet: a text that grows while it is read, and ends when its day does."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator

import requests

from ovh_weblogs.hosting.dayfile import body, refuse_web_page
from ovh_weblogs.hosting.patience import Interrupted, Patience
from ovh_weblogs.hosting.transport import NOT_FOUND, PARTIAL, RANGE_REFUSED, Transport
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import Kind, Network

logger = guarded_logger(__name__)

# A live folder is known of web (ovh/docs, "logs and statistics") and, by a link on public pages, of error.
LIVE_KINDS = frozenset({Kind.WEB, Kind.ERROR})
_HELD = 16 << 20  # bytes of one line that are held back: a longer one is refused or cut, whether it ends or not
_HEAD = 1024  # bytes by which a web page is told


class _BegunAnew(Exception):
    """What is there now is not the file that was begun."""


class LiveFile:
    """The whole lines of one live file as it stands, as a binary file object (``read``, ``close``).

    An incomplete last line is held back and left out: the next reading has it whole. After a cut the reading goes on
    where it stopped, by Range and If-Range where the host gives a strong ETag. Where the file has grown since, or has
    no such tag, it is fetched from its start and its known part skipped, once that part's SHA-256 proves to be the
    same. If the file has vanished or begun anew meanwhile, as it does at midnight, the reading ends with the whole
    lines that it has.

    Args:
        transport: The connection to the log host.
        path: Path of the file on it.
        name: What the user knows the file by, such as "The live web log of example.com for 2026-01-31".
        network: Attempts and waiting.
    """

    live = True

    def __init__(self, transport: Transport, path: str, name: str, network: Network) -> None:
        self.name = name
        self.file_name = path.rpartition("/")[2]
        self.raw_bytes = 0  # bytes received, of a line that is left out, too
        self._transport = transport
        self._path = path
        self._patience = Patience(network)
        self._digest = hashlib.sha256()
        self._etag = ""
        self._response: requests.Response | None = None
        self._content = self._lines()
        self._left = b""

    def exists(self) -> bool:
        """Ask for the file once (with patience), so that an absent one shows before anything is read.

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

    def _lines(self) -> Generator[bytes, None, None]:
        """The content up to its last newline, in blocks that end with one."""
        held: list[bytes] = []
        size = 0
        for chunk in self._chunks():
            end = chunk.rfind(b"\n") + 1
            if end or size > _HELD:
                yield b"".join([*held, chunk[:end]])
                held, size = [], 0
            held.append(chunk[end:])
            size += len(chunk) - end
        if size:
            logger.info("%s ends within a line: its last %d bytes are left to the next build", self.name, size)

    def _chunks(self) -> Iterator[bytes]:
        """All that comes of the file, through every passing trouble."""
        head = b""
        while True:
            try:
                for chunk in self._attempt():
                    self._patience.progress()
                    self._digest.update(chunk)
                    self.raw_bytes += len(chunk)
                    if len(head) < _HEAD:
                        head += chunk[:_HEAD]
                        refuse_web_page(self.name, head)
                    yield chunk
            except Interrupted as trouble:
                self._patience.wait(self.name, trouble)
            except _BegunAnew as what:
                logger.warning(
                    "%s %s while it was read: its %d bytes so far are taken as far as their lines are whole, "
                    "the rest comes with the daily file",
                    self.name,
                    what,
                    self.raw_bytes,
                )
                return
            else:
                return

    def _attempt(self) -> Iterator[bytes]:
        """The bytes from where we stand to where the file ends now.

        Raises:
            _BegunAnew: It is another file by now.
        """
        response = self._response or self._request()
        self._response = None
        if response is None:
            raise _BegunAnew("vanished")
        with response:
            if response.status_code == RANGE_REFUSED:
                return  # nothing after what we have
            chunks = body(response)
            if self.raw_bytes and response.status_code != PARTIAL:
                chunks = self._skipped(chunks)
            yield from chunks

    def _request(self) -> requests.Response | None:
        headers = {"Range": f"bytes={self.raw_bytes}-", "If-Range": self._etag} if self.raw_bytes and self._etag else {}
        response = self._transport.get(self._path, headers)
        if response.status_code == NOT_FOUND:
            response.close()
            return None
        etag = response.headers.get("ETag", "")
        if response.status_code == PARTIAL and not self._continues(response):
            response.close()
            self._etag = ""  # its parts cannot be trusted: fetch the whole file next time
            raise Interrupted("the host sent another part of the file than was asked for")
        self._etag = "" if etag.startswith("W/") else etag  # If-Range takes strong tags only (RFC 9110, 13.1.5)
        return response

    def _continues(self, response: requests.Response) -> bool:
        """Whether the part begins where we stand, in the same file."""
        same = response.headers.get("ETag", self._etag) == self._etag
        return same and response.headers.get("Content-Range", "").startswith(f"bytes {self.raw_bytes}-")

    def _skipped(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks after those that were handed on before."""
        digest, left = hashlib.sha256(), self.raw_bytes
        for chunk in chunks:
            known, new = chunk[:left], chunk[left:]
            digest.update(known)
            left -= len(known)
            if known and left == 0 and digest.digest() != self._digest.digest():
                raise _BegunAnew("began anew")
            if new:
                yield new
        if left:
            raise _BegunAnew("began anew")
