"""User agents of hits to columns: the library's groups, and ``user_agents`` as its manual has it, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import user_agents

from dev.bench.contenders.parsing import LinesLost
from dev.bench.contenders.stored import store
from dev.bench.corpus import Corpus
from ovh_weblogs import pipeline
from ovh_weblogs.schema import AGENT_COLUMNS, BOT_COLUMNS

_GROUPS = pipeline.EnrichSettings.only("useragent", "bots")
_NEEDED = ["server_ts", "client_addr", "useragent"]
_ADDED = [column.name for column in (*AGENT_COLUMNS, *BOT_COLUMNS)]


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """Both groups that come from the agent, batch after batch from a file, each let go; nothing is known before."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hits.arrows"
        store(_hits(corpus), path)

        def work() -> int:
            with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as hits:
                rows = sum(events.select(_ADDED).num_rows for events in pipeline.enrich(hits, _GROUPS))
            return _all_of(rows, corpus)

        yield work


@contextmanager
def row_by_row(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """``user_agents.parse`` for each row, and what columns like ours would be made of."""
    agents = list(chain.from_iterable(batch.column("useragent").to_pylist() for batch in _hits(corpus)))

    def work() -> int:
        return _all_of(sum(_looked_at(agent) for agent in agents), corpus)

    yield work


def _hits(corpus: Corpus) -> Iterator[pa.RecordBatch]:
    with corpus.path.open("rb") as file:
        for block in pipeline.parse(file):
            yield block.hits.select(_NEEDED)


def _looked_at(agent: str | None) -> int:
    if agent is None:
        return 1
    found: Any = user_agents.parse(agent)
    values = (found.browser, found.os, found.device, found.is_bot, found.is_mobile, found.is_tablet, found.is_pc)
    return int(len(values) > 0)


def _all_of(rows: int, corpus: Corpus) -> int:
    if rows != corpus.hits:
        raise LinesLost(f"{rows} of {corpus.hits} agents were looked at")
    return rows
