"""The connector's rows, read over HTTP from a log host that runs in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from dev.bench.corpus import Corpus
from dev.bench.data import DAY, DOMAIN
from dev.bench.harness import ROOT
from ovh_weblogs.dss.connectors import LogSource

_LOGIN, _PASSWORD = "reader", "bench"


class RowsLost(Exception):
    """The rows read are not those of the file: a figure would be worth nothing."""


@contextmanager
def log_source(corpus: Corpus) -> Iterator[LogSource]:
    """The connector, set up for the corpus' one day."""
    command = ["-m", "dev.ovhsim", "--data", corpus.root, "--user", f"{_LOGIN}:{_PASSWORD}"]
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, cwd=ROOT) as server:
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["log_host"]
            yield LogSource(_config(url), {"allowed_log_hosts": [url]})
        finally:
            server.terminate()


def _config(url: str) -> dict[str, Any]:
    return {
        "access": "log_user",
        "log_user": {"login": _LOGIN, "password": _PASSWORD},
        "domain": DOMAIN,
        "log_host": url,
        "period": "range",
        "from_date": DAY.isoformat(),
        "to_date": DAY.isoformat(),
    }


@contextmanager
def rows(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """Every row read and let go, without a host's loop around it."""
    with log_source(corpus) as source:

        def work() -> int:
            return sum(1 for _ in whole(source.rows(), corpus))

        yield work


def whole(rows: Iterable[dict[str, Any]], corpus: Corpus) -> Iterator[dict[str, Any]]:
    """The rows; after the last, their number is compared with the file's.

    Raises:
        RowsLost: There were more or fewer.
    """
    count = 0
    for row in rows:
        count += 1
        yield row
    if count != corpus.hits:
        raise RowsLost(f"{count} rows were read; {corpus.hits} lines of the file are whole")
