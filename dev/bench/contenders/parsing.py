"""A log file to columns: the library's way, and the usual one."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dev.bench.data import Corpus
from ovh_weblogs.parsing import parse

# One greedy pattern, as log readers are commonly written; it needs no more than the fields that a line has.
_LINE = re.compile(
    r'(?P<client>\S+) (?P<vhost>\S+) (?P<user>\S+) \[(?P<time>.+)\] "(?P<request>.+)" '
    r'(?P<status>\d+) (?P<size>\S+) "(?P<referrer>.*)" "(?P<agent>.*)"'
)


class LinesLost(Exception):
    """The lines read are not those of the file: a figure would be worth nothing."""


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The library: typed Arrow columns, block after block, each let go."""

    def work() -> int:
        lines, hits = 0, 0
        with corpus.path.open("rb") as file:
            for block in parse(file, source_file=corpus.path.name, read_ahead=True):
                lines += block.lines
                hits += block.hits.num_rows
        if (lines, hits) != (corpus.lines, corpus.lines - corpus.cut):
            raise LinesLost(
                f"{lines} lines and {hits} hits were read of {corpus.lines} lines, {corpus.cut} of them cut"
            )
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
