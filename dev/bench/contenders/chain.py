"""The whole way: a log file to events with browsers and parts of URLs, and to visitors; against a log analyser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from dev.bench.contenders.parsing import LinesLost
from dev.bench.corpus import Corpus
from ovh_weblogs import pipeline

_GOACCESS = (
    "goaccess", "-", "--no-global-config", "--no-progress", "--date-format=%d/%b/%Y", "--time-format=%T",
    '--log-format=%h %v %e [%d:%t %^] "%r" %s %b "%R" "%u"',
)  # fmt: skip
_CUT_AT_MOST = 0.02  # of the lines; it counts some more than ours as failed


_FEW = pipeline.EnrichSettings.only("useragent", "url", "visitor_id")


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """Events with browsers, parts of URLs and visitor ids, and visitors, as two Parquet files."""
    with _whole_way(corpus, _FEW) as work:
        yield work


@contextmanager
def library_all(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The same with every group of columns that is on by default."""
    with _whole_way(corpus, pipeline.EnrichSettings()) as work:
        yield work


@contextmanager
def _whole_way(corpus: Corpus, settings: pipeline.EnrichSettings) -> Iterator[Callable[[], int]]:
    with TemporaryDirectory() as folder:

        def work() -> int:
            with corpus.path.open("rb") as file:
                events = _stored(
                    pipeline.enrich((block.hits for block in pipeline.parse(file, read_ahead=True)), settings),
                    Path(folder) / "events",
                )
                first = next(events)
                visitors = pipeline.visitors(chain([first], events), first.schema.names)
                rows = sum(batch.num_rows for batch in _stored(visitors, Path(folder) / "visitors"))
            stored = pq.read_metadata(Path(folder) / "events").num_rows
            if stored != corpus.hits or not rows:
                raise LinesLost(f"{stored} events and {rows} visitors came of {corpus.hits} hits")
            return corpus.lines

        yield work


def _stored(batches: Iterator[pa.RecordBatch], path: Path) -> Iterator[pa.RecordBatch]:
    first = next(batches)
    with pq.ParquetWriter(path, first.schema) as writer:
        for batch in chain([first], batches):
            writer.write_batch(batch)
            yield batch


@contextmanager
def goaccess(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """GoAccess with gzip before it, as its manual has it for packed logs."""
    unpack = [shutil.which("gzip") or "gzip", "-dc", str(corpus.path)]
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"

        def work() -> int:
            with subprocess.Popen(unpack, stdout=subprocess.PIPE) as unpacked:
                subprocess.run([*_GOACCESS, "-o", str(report)], stdin=unpacked.stdout, check=True, capture_output=True)
            general = json.loads(report.read_bytes().decode("utf-8", "replace"))["general"]
            if general["valid_requests"] < corpus.lines * (1 - _CUT_AT_MOST):
                raise LinesLost(f"GoAccess read {general['valid_requests']} of {corpus.lines} lines")
            return corpus.lines

        yield work
