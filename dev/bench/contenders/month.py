"""A month of day files fetched from a log host that takes its time, each to its end; not parsed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

from dev.bench.corpus import Corpus
from dev.bench.data import DOMAIN
from dev.bench.harness import ROOT
from dev.dayfiles import day_name
from ovh_weblogs.hosting import LogHost, Opener, fetch_ahead
from ovh_weblogs.settings import LogUser, Network, Secret, Source

DAYS = [date(2025, 3, 1) + timedelta(days=shift) for shift in range(30)]
LATENCY = 0.05  # seconds that the host waits before each answer
_READ = 1 << 20
_PASSWORD = "bench-password"  # noqa: S105 - of a host on loopback


class BytesLost(Exception):
    """The bytes read are not those of the files: a figure would be worth nothing."""


@contextmanager
def one_by_one(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """One day after the other, over one connection."""
    size = _size(corpus)
    with _host(corpus) as source:

        def work() -> int:
            with closing(LogHost(source)) as host:
                for day in DAYS:
                    file = host.day_file(day)
                    assert file is not None
                    with closing(file):
                        _drained(file.read, size)
            return corpus.lines * len(DAYS)

        yield work


@contextmanager
def two_at_a_time(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """Fetched ahead over as many connections as a dataset has unless set otherwise."""
    with _ahead(corpus, Network.connections) as work:
        yield work


@contextmanager
def one_day(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """A single day, fetched as any other."""
    with _ahead(corpus, Network.connections, DAYS[:1]) as work:
        yield work


@contextmanager
def four_at_a_time(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """Fetched ahead over four connections."""
    with _ahead(corpus, 4) as work:
        yield work


@contextmanager
def _ahead(corpus: Corpus, connections: int, days: Sequence[date] = DAYS) -> Iterator[Callable[[], int]]:
    size = _size(corpus)
    with _host(corpus) as source:

        @contextmanager
        def connect() -> Iterator[Opener]:
            with closing(LogHost(source)) as host:
                yield host.day_file

        def work() -> int:
            with closing(fetch_ahead(days, connect, connections)) as files:
                for file in files:
                    assert file.exists()
                    _drained(file.read, size)
            return corpus.lines * len(days)

        yield work


def _drained(read: Callable[[int], bytes], size: int) -> None:
    received = 0
    while block := read(_READ):
        received += len(block)
    if received != size:
        raise BytesLost(f"{received} bytes were read of {size}")


def _size(corpus: Corpus) -> int:
    """Bytes of the file's content, from the end of its gzip trailer (RFC 1952, 2.3.1)."""
    return int.from_bytes(corpus.path.read_bytes()[-4:], "little")


@contextmanager
def _host(corpus: Corpus) -> Iterator[Source]:
    """A log host with the corpus' file under the name of each day."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "data" / DOMAIN
        site.mkdir(parents=True)
        for day in DAYS:
            _shared(corpus.path, site / day_name(DOMAIN, day))
        faults = Path(folder) / "faults.json"
        faults.write_text(json.dumps([{"kind": "stall", "seconds": LATENCY, "times": 0}]))
        command = ["-m", "dev.ovhsim", "--data", str(site.parent), "--user", f"u:{_PASSWORD}", "--faults", str(faults)]
        with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, cwd=ROOT) as server:
            try:
                assert server.stdout is not None
                url = json.loads(server.stdout.readline())["log_host"]
                yield Source(LogUser("u", Secret(_PASSWORD)), url, DOMAIN)
            finally:
                server.terminate()


def _shared(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
