"""Hits on disk, for what is measured from them on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa


def store(batches: Iterator[pa.RecordBatch], path: Path) -> None:
    """Write batches, of which there is at least one, as a stream of Arrow's."""
    first = next(batches)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, first.schema) as stream:
        for batch in chain([first], batches):
            stream.write_batch(batch)
