"""The same lines in two other formats: one that only its LogFormat tells, and Apache's common one."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dev.bench.contenders.parsing import LinesLost, counted
from dev.bench.corpus import Corpus

LOG_FORMAT = '%v %h %l %u %t "%r" %>s %b %D "%{Referer}i" "%{User-Agent}i"'
_OVH = re.compile(rb'(\S+) (\S+) (\S+ \[[^\]]*\] "(?:[^"\\\n]|\\.)*" \S+ \S+) (".*)')
_COMMON = re.compile(
    r'(?P<client>\S+) (?P<identity>\S+) (?P<user>\S+) \[(?P<time>.+)\] "(?P<request>.+)" (?P<status>\d+) (?P<size>\S+)'
)
_CUSTOM = re.compile(
    r'(?P<vhost>\S+) (?P<client>\S+) (?P<identity>\S+) (?P<user>\S+) \[(?P<time>.+)\] "(?P<request>.+)" '
    r'(?P<status>\d+) (?P<size>\S+) (?P<duration>\d+) "(?P<referrer>.*)" "(?P<agent>.*)"'
)


@contextmanager
def _rewritten(corpus: Corpus) -> Iterator[tuple[Path, Path]]:
    with TemporaryDirectory() as folder:
        text = gzip.decompress(corpus.path.read_bytes())
        paths = Path(folder) / "custom.log.gz", Path(folder) / "common.log.gz"
        for path, form in zip(paths, (rb"\2 \1 - \3 1234 \4", rb"\1 - \3"), strict=True):
            path.write_bytes(gzip.compress(_OVH.sub(form, text), 6))
        yield paths


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The library, told the one format and left to find out the other."""
    with _rewritten(corpus) as (custom, common):

        def work() -> int:
            read = [counted(custom, custom_format=LOG_FORMAT), counted(common)]
            # A line that is cut in its agent is whole in the common format.
            if read != [(corpus.lines, corpus.hits), (corpus.lines, corpus.lines)]:
                raise LinesLost(f"lines and hits of the two files are {read}; each has {corpus.lines} lines")
            return 2 * corpus.lines

        yield work


@contextmanager
def regex_loop(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The usual loop: the whole file as text, a pattern per line, a dictionary of texts per hit."""
    with _rewritten(corpus) as paths:

        def work() -> int:
            hits = 0
            for path, pattern in zip(paths, (_CUSTOM, _COMMON), strict=True):
                for line in gzip.decompress(path.read_bytes()).decode("latin-1").splitlines():
                    found = pattern.match(line)
                    if found:
                        hits += bool(found.groupdict())
            return 2 * corpus.lines

        yield work
