"""Hits to events: every group of columns that looks at the hit alone, by default settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from dev.bench.contenders.parsing import LinesLost
from dev.bench.contenders.stored import store
from dev.bench.corpus import Corpus
from ovh_weblogs import pipeline

# Where visitors are and come from has benchmarks of its own.
_GROUPS = pipeline.EnrichSettings(geo=False, traffic_sources=False)


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """Batch after batch from a file, each let go; no agent is known before.

    The reading of that file counts, too: some hundredths of a second for a million hits.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hits.arrows"
        with corpus.path.open("rb") as file:
            store((block.hits for block in pipeline.parse(file)), path)

        def work() -> int:
            with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as hits:
                rows = sum(events.num_rows for events in pipeline.enrich(hits, _GROUPS))
            if rows != corpus.hits:
                raise LinesLost(f"{rows} events came of {corpus.hits} hits")
            return rows

        yield work
