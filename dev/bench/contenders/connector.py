"""The connector's rows through the host's row loop, and the fastest that this loop can be: one row again and again.

The loop writes to a socket that another process empties, as the host's backend does.
"""

from __future__ import annotations

import codecs
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import repeat
from typing import Any, BinaryIO

import pandas as pd  # noqa: F401 - the host's package has imported it before a connector is asked for rows

from dev.bench.contenders.source import log_source, whole
from dev.bench.corpus import Corpus
from dev.dsshost.rows import serialize_rows
from ovh_weblogs.dss.rows import dictionaries
from ovh_weblogs.parsing import parse
from ovh_weblogs.schema import SERVER_HITS, dss_schema

# What a line of the log says; the others say where it stands.
_COLUMNS = SERVER_HITS.columns[:12]
_SCHEMA = dss_schema(_COLUMNS)
_BLOCK = 1 << 20  # bytes: the host's connection takes blocks of this size
_EMPTY_STDIN = "import os\nprint(flush=True)\nwhile os.read(0, 1 << 20): pass"


@contextmanager
def drained_sink() -> Iterator[BinaryIO]:
    """A file object whose bytes another process reads and forgets; closed and emptied at the end."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-c", _EMPTY_STDIN]
    with ours, subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.PIPE) as reader:
        theirs.close()
        assert reader.stdout is not None
        reader.stdout.readline()  # it has begun
        try:
            with os.fdopen(ours.fileno(), "wb", _BLOCK, closefd=False) as sink:
                yield sink
        finally:
            ours.shutdown(socket.SHUT_WR)  # else it would wait for more, and we for it


@contextmanager
def rows_to_host(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The connector's rows, over HTTP from the log host, through the host's loop."""
    with log_source(corpus) as source, drained_sink() as sink:
        yield partial(_through_host, source.rows(None, None, _SCHEMA), _SCHEMA, sink, corpus)


@contextmanager
def constant_to_host(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The first row of the file, as often as the file has rows, through the host's loop."""
    with corpus.path.open("rb") as file:
        first = next(dictionaries(next(parse(file)).hits, _COLUMNS))
    with drained_sink() as sink:
        yield partial(_through_host, repeat(first, corpus.hits), _SCHEMA, sink, corpus)


def _through_host(rows: Iterable[dict[str, Any]], schema: dict[str, Any], sink: BinaryIO, corpus: Corpus) -> int:
    # The host writes text through a codec, row by row (DSS 9.0.5, dataiku/core/dkuio.py).
    count = serialize_rows(whole(rows, corpus), schema, codecs.getwriter("utf-8")(sink))
    sink.flush()
    return count
