"""Work of two steps at the same time: one step's next item is made while the other uses the one before.

Python runs one thread at a time, but unpacking, numpy and Arrow let others run meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from queue import SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
_Made = tuple[Item | None, BaseException | None]


def ahead(items: Generator[Item, None, None], most: int = 1) -> Generator[Item, None, None]:
    """The same items, made in a thread of their own, which begins when the first is asked for.

    What goes wrong there is raised here, after the items before it. Closed early, it lets the item that is being made
    be finished, closes the items and ends the thread.

    Args:
        items: Made one after the other; used by no one else.
        most: How many may be made and not yet asked for: so many are in memory more than without.
    """
    made: SimpleQueue[_Made[Item]] = SimpleQueue()
    room = threading.Semaphore(most)
    closed = threading.Event()
    # A daemon, so that an interpreter that ends with an item unused does not wait for it.
    maker = threading.Thread(target=_make, args=(items, made, room, closed), name="ahead", daemon=True)
    maker.start()
    try:
        while True:
            item, error = made.get()
            room.release()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]  # without an error it is one
    finally:
        closed.set()
        room.release()
        maker.join()


def _make(
    items: Generator[Item, None, None],
    made: SimpleQueue[_Made[Item]],
    room: threading.Semaphore,
    closed: threading.Event,
) -> None:
    try:
        with closing(items):
            while room.acquire() and not closed.is_set():
                made.put((next(items), None))
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks for the next item
        made.put((None, error))
