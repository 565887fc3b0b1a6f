"""A log file unpacked and let go: what no reader of it can do without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from isal import igzip

from dev.bench.corpus import Corpus

_READ = 2 << 20  # bytes: the size of the library's blocks


@contextmanager
def streamed(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The fast engine's own file object, read to its end."""

    def work() -> int:
        with igzip.open(corpus.path) as file:
            while file.read(_READ):
                pass
        return corpus.lines

    yield work
