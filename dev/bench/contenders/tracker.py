"""A tracker's file to columns in the usual way; the library's is that of any log."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dev.bench.corpus import Corpus

_QUOTED = ("location", "referer", "useragent", "type", "visitor_params", "session_params", "event_params", "br_lang")
_NAMES = ("server_ts", "client_ts", "client_addr", "visitor_id", "session_id", *_QUOTED[:-1], "br_width", "br_height")
_FIELDS = (*_NAMES, "sc_width", "sc_height", "br_lang", "tz_off", "global_visitor_id")
# As a careful author writes it: no part can match what another does. Hard lines are lost or wrong all the same.
_LINE = re.compile(
    "\t".join(
        rf'"(?P<{name}>[^"\\]*(?:\\.[^"\\]*)*)"' if name in _QUOTED else f"(?P<{name}>[^\t]*)" for name in _FIELDS
    )
)


@contextmanager
def regex_loop(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The usual loop: the whole file as text, a pattern per line, a dictionary of texts per hit."""

    def work() -> int:
        hits = 0
        for line in gzip.decompress(corpus.path.read_bytes()).decode("utf-8").split("\n"):
            found = _LINE.match(line)
            if found:
                hits += bool(found.groupdict())
        return corpus.lines

    yield work
