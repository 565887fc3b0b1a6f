"""Days fetched ahead: several at a time, each over a connection of its own, handed on in order, in bounded memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, closing
from datetime import date
from queue import SimpleQueue

from ovh_weblogs.hosting.dayfile import DayFile
from ovh_weblogs.hosting.livefile import LiveFile

Opener = Callable[[date], DayFile | LiveFile | None]
_BLOCK = 1 << 20  # bytes of content that are handed on at a time, at most
_DAY = 8 << 20  # bytes of content that a day may be ahead: with two connections, at most 16 MiB in all
_FEW = 4 << 20  # bytes of content at which a day that waited goes on: not for every block, which costs a switch each


class AheadFile:
    """The content of one day on its way, as a binary file object (``read``, ``close``).

    Attributes:
        day: The day.
        name: What the user knows the file by, once it is there.
        file_name: The file's own name.
        live: Whether it is a live file.
        raw_bytes: Bytes received so far, as compressed as they came.
    """

    def __init__(self, day: date) -> None:
        self.day = day
        self.name = self.file_name = ""
        self.live = False
        self.raw_bytes = 0
        self._blocks: deque[bytes] = deque()
        self._rest = memoryview(b"")
        self._held = 0
        self._there = self._ended = self._left = False
        self._failure: BaseException | None = None
        self._changed = threading.Condition()

    def exists(self) -> bool:
        """Wait for the host's answer, and whether it has the file.

        Raises:
            OvhLogsError: The host refuses, or cannot be reached.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._there or self._ended)
            if not self._there and self._failure is not None:
                raise self._failure
            return self._there

    def read(self, size: int = _BLOCK, /) -> bytes:
        """At most ``size`` bytes of content, b"" at the end; waits for what is on its way.

        Raises:
            OvhLogsError: What ``DayFile.read`` raised, once all content before it was read.
        """
        with self._changed:
            if not self._rest:
                self._changed.wait_for(lambda: self._blocks or self._ended)
                if not self._blocks:
                    if self._failure is not None:
                        raise self._failure
                    return b""
                block = self._next()
                if len(block) <= size:
                    return block
                self._rest = memoryview(block)
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)

    def close(self) -> None:
        """Nobody reads on: whoever fetches may stop."""
        with self._changed:
            self._left = True
            self._blocks.clear()
            self._changed.notify_all()

    def fetch(self, open_day: Opener) -> None:
        """Fetch the day; runs in a thread of its own, and keeps what goes wrong for who reads."""
        try:
            file = None if self._left else open_day(self.day)
            if file is not None:
                with closing(file):
                    if isinstance(file, DayFile):
                        file.busy = self._busy
                    self._found(file)
                    while self._taken(file.read(_BLOCK), file.raw_bytes):
                        pass
        except BaseException as failure:  # noqa: BLE001 - raised again where the day is read
            self._failure = failure
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _found(self, file: DayFile | LiveFile) -> None:
        with self._changed:
            self.name, self.file_name, self.live, self._there = file.name, file.file_name, file.live, True
            self._changed.notify_all()

    def _next(self) -> bytes:
        block = self._blocks.popleft()
        enough = self._held > _FEW
        self._held -= len(block)
        if enough and self._held <= _FEW:
            self._changed.notify_all()
        return block

    def _busy(self) -> bool:
        """Whether who reads has enough to go on with; asked without the lock: a block more or less is no matter."""
        return self._held > _FEW and not self._left

    def _taken(self, block: bytes, raw_bytes: int) -> bool:
        """Hand a block on once there is room; false where there is none, or nobody reads on."""
        with self._changed:
            if self._held >= _DAY:
                self._changed.wait_for(lambda: self._held <= _FEW or self._left)
            self.raw_bytes = raw_bytes
            if not block or self._left:
                return False
            self._blocks.append(block)
            self._held += len(block)
            if len(self._blocks) == 1:
                self._changed.notify_all()
            return True


def fetch_ahead(
    days: Iterable[date], connect: Callable[[], AbstractContextManager[Opener]], connections: int
) -> Generator[AheadFile, None, None]:
    """The content of days in their order, while those after it are fetched.

    Each file is to be read to its end, or left, before the next is asked for: it is closed then.

    Args:
        days: In order; asked for as late as can be.
        connect: Makes a connection of its own, and gives what opens a day with it: None where there is no file.
        connections: How many days are under way at the same time.
    """
    waiting: SimpleQueue[AheadFile | None] = SimpleQueue()
    lanes = 0
    under_way: deque[AheadFile] = deque()
    try:
        for day in days:
            under_way.append(AheadFile(day))
            waiting.put(under_way[-1])
            if lanes < connections:
                lanes += 1
                # A daemon: who stops early does not wait for a host that has fallen silent.
                threading.Thread(target=_fetch_all, args=(connect, waiting), daemon=True).start()
            if len(under_way) >= connections:
                yield under_way[0]
                under_way.popleft().close()
        while under_way:
            yield under_way[0]
            under_way.popleft().close()
    finally:
        for file in under_way:
            file.close()
        for _ in range(lanes):
            waiting.put(None)


def _fetch_all(connect: Callable[[], AbstractContextManager[Opener]], waiting: SimpleQueue[AheadFile | None]) -> None:
    with connect() as open_day:
        while (file := waiting.get()) is not None:
            file.fetch(open_day)
