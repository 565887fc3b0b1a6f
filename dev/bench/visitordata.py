"""Enriched events of any number, sorted by time as logs are: the same for the same arguments, as one Parquet file.

A tenth as many visitors as events, in visits of four hits or so within thirty days; none goes on past a midnight for a
day without a pause, so that the rule of long visits changes nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dev.bench.corpus import SEED, Corpus, recipe

FILE = "events.parquet"
_START = 1_772_319_600_000_000  # midnight of 1 March 2026 in Paris, in microseconds since 1970
_SPAN, _PAUSE = 30 * 86_400_000_000, 45_000_000  # microseconds
_PER_VISIT, _PER_VISITOR = 4, 10
_GROUP = 120_000
# Number of different values, share of hits that have one, length of the text.
_TEXTS = {
    "location": (20_000, 1.0, 60),
    "referer": (8_000, 0.6, 50),
    "client_addr": (150_000, 1.0, 12),
    "useragent": (9_000, 0.99, 110),
    "useragent_type": (6, 0.99, 8),
    "useragent_os": (12, 0.95, 8),
    "channel": (14, 0.4, 10),
    "page_category": (9, 0.5, 8),
}


def corpus(events: int, root: Path) -> Corpus:
    """The events on disk, in a folder of their own under the root.

    Args:
        events: How many.
        root: Where folders of benchmarks are kept.
    """
    folder = root / f"events-{events}-{recipe(__file__)}"
    path = folder / FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        pq.write_table(_table(events), unfinished, row_group_size=_GROUP, compression="lz4")
        unfinished.replace(path)
    return Corpus(str(folder), FILE, events, 0, 0)


def _table(events: int) -> pa.Table:
    rng = np.random.default_rng(SEED)
    visits = -(-events // _PER_VISIT)
    visit = rng.integers(0, visits, events)
    begins = _START + rng.integers(0, _SPAN, visits)
    times = begins[visit] + rng.exponential(_PAUSE, events).astype(np.int64)
    order = np.argsort(times, kind="stable")
    visitor = rng.integers(0, max(1, events // _PER_VISITOR), visits)[visit][order]
    columns = {name: _texts(rng, events, *kind) for name, kind in _TEXTS.items()}
    return pa.table(
        {
            "server_ts": pa.array(times[order]).cast(pa.timestamp("us", tz="UTC")),
            "status": pa.array(rng.choice([200, 200, 200, 200, 304, 301, 404, 500], events).astype(np.int32)),
            "bytes": pa.array(rng.integers(0, 200_000, events)),
            "line_number": pa.array(np.arange(1, events + 1)),
            "source_file": pa.array(["example.com-01-03-2026.log.gz"]).take(pa.array(np.zeros(events, np.int64))),
            "is_pageview": pa.array(rng.random(events) < 0.5),
            "is_conversion": pa.array(rng.random(events) < 0.01),
            "local_hour": pa.array((times[order] // 3_600_000_000 % 24).astype(np.int32)),
            "visitor_id": _hexadecimal(visitor),
            "row_index": pa.array(np.arange(events)),
            **columns,
        }
    )


def _texts(rng: np.random.Generator, events: int, different: int, known: float, length: int) -> pa.Array:
    """Texts of a length that differ in their ends, few of them often."""
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(different)), pa.string()), length, "x")
    place = (different * rng.random(events) ** 2).astype(np.int64)
    return numbers.take(pa.array(place, mask=rng.random(events) >= known))


def _hexadecimal(visitors: np.ndarray) -> pa.Array:
    """Texts of 32 characters as visitors' ids have them."""
    known, place = np.unique(visitors, return_inverse=True)
    mixed = known.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return pa.array([f"{number:032x}" for number in mixed]).take(pa.array(place))
