"""Referrers, campaigns and channels of hits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from dev.bench.contenders.parsing import LinesLost
from dev.bench.contenders.stored import store
from dev.bench.corpus import Corpus
from ovh_weblogs import pipeline
from ovh_weblogs.enrichment import campaigns, channels, referrers
from ovh_weblogs.enrichment.urls import parts as parted
from ovh_weblogs.schema import CAMPAIGN_COLUMNS, LOCATION_PARTS, REFERER_PARTS, REFERRER_COLUMNS, Column
from ovh_weblogs.sources import Sources

_NEEDED = ["location_host", "location_querystring", "referer", "referer_host", "referer_querystring"]
_SOURCES = Sources()
_URLS = LOCATION_PARTS + REFERER_PARTS


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """These columns alone, batch after batch from a file, each let go; URLs are taken apart before."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hits.arrows"
        store(_hits(corpus), path)

        def work() -> int:
            with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as hits:
                rows = sum(len(_channels(batch)) for batch in hits)
            if rows != corpus.hits:
                raise LinesLost(f"{rows} of {corpus.hits} referrers were looked at")
            return rows

        yield work


def _hits(corpus: Corpus) -> Iterator[pa.RecordBatch]:
    with corpus.path.open("rb") as file:
        for block in pipeline.parse(file):
            hits = block.hits.select(["location", "referer"])
            parts = [*parted(hits.column(0), LOCATION_PARTS), *parted(hits.column(1), REFERER_PARTS)]
            yield _with(hits, _URLS, parts).select(_NEEDED)


def _channels(hits: pa.RecordBatch) -> pa.Array:
    tagged = _with(hits, CAMPAIGN_COLUMNS, campaigns.of_pages(hits))
    referred = _with(tagged, REFERRER_COLUMNS, referrers.of_hits(tagged, _SOURCES))
    return channels.of_hits(referred, _SOURCES)


def _with(hits: pa.RecordBatch, columns: Sequence[Column], arrays: Sequence[pa.Array]) -> pa.RecordBatch:
    names = [*hits.schema.names, *(column.name for column in columns)]
    return pa.RecordBatch.from_arrays([*hits.columns, *arrays], names=names)
