"""A log file to columns: the library's way, whatever the file's lines are, and the usual one for access logs."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dev.bench.corpus import Corpus
from ovh_weblogs.parsing import parse

# One greedy pattern, as log readers are commonly written; it needs no more than the fields that a line has.
_LINE = re.compile(
    r'(?P<client>\S+) (?P<vhost>\S+) (?P<user>\S+) \[(?P<time>.+)\] "(?P<request>.+)" '
    r'(?P<status>\d+) (?P<size>\S+) "(?P<referrer>.*)" "(?P<agent>.*)"'
)


class LinesLost(Exception):
    """The lines read are not those of the file: a figure would be worth nothing."""


def counted(path: Path, **options: Any) -> tuple[int, int]:
    """Lines and hits of a file, as the library reads it: block after block, each let go."""
    lines, hits = 0, 0
    with path.open("rb") as file:
        for block in parse(file, **options):
            lines += block.lines
            hits += block.hits.num_rows
    return lines, hits


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The library, in one thread: typed Arrow columns."""
    with _library(corpus) as work:
        yield work


@contextmanager
def library_ahead(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The library as the connector and the recipe use it: another thread unpacks the next block."""
    with _library(corpus, read_ahead=True) as work:
        yield work


@contextmanager
def _library(corpus: Corpus, **options: Any) -> Iterator[Callable[[], int]]:
    def work() -> int:
        lines, hits = counted(corpus.path, source_file=corpus.path.name, **options)
        if (lines, hits) != (corpus.lines, corpus.hits):
            raise LinesLost(f"{lines} lines and {hits} hits were read; {corpus.lines} and {corpus.hits} are there")
        return lines

    yield work


@contextmanager
def regex_loop(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The loop of a plugin of 2016: the whole file as text, a pattern per line, a dictionary of texts per hit."""

    def work() -> int:
        lines = gzip.decompress(corpus.path.read_bytes()).decode("latin-1").splitlines()
        hits = 0
        for line in lines:
            found = _LINE.match(line)
            if found:
                hits += bool(found.groupdict())
        return corpus.lines

    yield work
