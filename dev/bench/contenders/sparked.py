"""Lines to events on Spark, with executors of one core each, on a local cluster that has done so before."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dev import localspark
from dev.bench.contenders.parsing import LinesLost
from dev.bench.corpus import Corpus
from ovh_weblogs.settings import EnrichSettings, ParseSettings

HEAP_MB = 512  # Spark takes no less than 450 MiB
OVERHEAD_MB = 384  # what a cluster grants an executor beyond it, unless told otherwise: Python's among it
_WARM = 200_000  # lines
_EVERY = 0.2  # seconds


def two(corpus: Corpus) -> Any:
    """Two executors, each bound to a core of its own, as a cluster grants it to them."""
    return _cluster(corpus, 2, bound=True)


def one(corpus: Corpus) -> Any:
    """One executor, bound to a core."""
    return _cluster(corpus, 1, bound=True)


def two_free(corpus: Corpus) -> Any:
    """Two executors that take what cores there are."""
    return _cluster(corpus, 2, bound=False)


def one_free(corpus: Corpus) -> Any:
    """One such executor: its Java copies rows while its Python makes the next, on another core."""
    return _cluster(corpus, 1, bound=False)


class _Work:
    """Reads the lines and drops the events; ``peak_bytes`` is the most memory that one executor had meanwhile."""

    def __init__(self, session: Any, path: Path, lines: int) -> None:
        self._session, self._path, self._lines = session, path, lines
        self.peak_bytes = 0

    def __call__(self) -> int:
        over = threading.Event()
        watching = threading.Thread(target=self._watch, args=(over,))
        watching.start()
        try:
            found = events(self._session, self._path)
        finally:
            over.set()
            watching.join()
        if found != self._lines:
            raise LinesLost(f"{found} lines were read of {self._lines}")
        return found

    def _watch(self, over: threading.Event) -> None:
        most = 0
        while not over.wait(_EVERY):
            resident = max(_memory(_resident), default=0)
            if resident > most:  # what processes share is only known by a look at every page, which takes a core's time
                most = resident
                self.peak_bytes = max(self.peak_bytes, *_memory(_own), 0)


@contextmanager
def _cluster(corpus: Corpus, executors: int, *, bound: bool) -> Iterator[_Work]:
    from ovh_weblogs.engines import spark

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        whole, first = folder / "day.log", folder / "first.log"
        with gzip.open(corpus.path) as packed, whole.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
        with whole.open("rb") as plain, first.open("wb") as target:
            target.writelines(islice(plain, _WARM))
        memory = {"spark.executor.memory": f"{HEAP_MB}m"}
        session = stack.enter_context(localspark.session(executors, memory))
        spark.ready(session)
        stack.enter_context(spark.library(session))
        for _ in range(2 * executors):  # each of them as often
            events(session, first, part=first.stat().st_size // (2 * executors))
        if bound:
            _bind()
        yield _Work(session, whole, corpus.lines)


def events(session: Any, path: Path, *, part: int | None = None) -> int:
    """Make events of a file, and drop them; the number of its lines.

    Its parts are those of a recipe, unless they are to be of so many bytes.
    """
    from ovh_weblogs.distributed import splits
    from ovh_weblogs.distributed.events import Build
    from ovh_weblogs.distributed.lines import Files

    settings = ParseSettings()
    files = Files(tuple(splits.parts([splits.Place(path.name, str(path))], settings, size=part or splits.SPLIT)))
    found = Build(files.frame(session), files, settings, EnrichSettings())
    found.events().write.format("noop").mode("overwrite").save()
    return found.totals.lines


def _bind() -> None:
    """Give each executor one core: threads and processes that it starts later have what those have that start them."""
    cores = sorted(os.sched_getaffinity(0))
    for core, processes in zip(cores, _executors(), strict=False):
        for process in processes:
            for thread in Path(f"/proc/{process}/task").glob("*"):
                os.sched_setaffinity(int(thread.name), {core})


def _memory(of: Callable[[int], int]) -> list[int]:
    """Bytes of memory that each executor has."""
    return [sum(of(process) for process in processes) for processes in _executors()]


def _executors() -> list[list[int]]:
    """The processes of each executor: Java's, and those of Python below it."""
    parents, java = {}, []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = _number(folder / "status", "PPid")
            if b"CoarseGrainedExecutorBackend" in (folder / "cmdline").read_bytes():
                java.append(int(folder.name))
        except OSError:
            continue  # it has just ended
    own = [top for top in java if _is_below(top, os.getpid(), parents)]
    return [[number for number in parents if _is_below(number, top, parents)] for top in own]


def _resident(process: int) -> int:
    """With pages that it shares with others."""
    try:
        return _number(Path(f"/proc/{process}/status"), "VmRSS") << 10
    except OSError:
        return 0


def _own(process: int) -> int:
    """With its part of these."""
    try:
        return _number(Path(f"/proc/{process}/smaps_rollup"), "Pss") << 10
    except OSError:
        return 0


def _number(path: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", path.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def _is_below(number: int, top: int, parents: dict[int, int]) -> bool:
    while number > 1 and number != top:
        number = parents.get(number, 0)
    return number == top
