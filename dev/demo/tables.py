"""What the flow stored, as Parquet for people to open: events, refused lines, visits, visitors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from ovh_weblogs.schema import ARROW_TYPES, DSS_TYPES, REJECT_REASON, Type

_ARROW = {DSS_TYPES[kind]: ARROW_TYPES[kind] for kind in Type if kind is not Type.BINARY}
_BLOCK = 2 << 20  # bytes read at a time, unless a row is longer
_REASON = REJECT_REASON.name


@dataclass(frozen=True)
class Tables:
    """Files and their rows: ``events`` are hits with what enrichment adds, ``refused`` the lines that are none.

    ``snapshots``, of which models learn, are None where they were not made.
    """

    events: Path
    refused: Path
    sessions: Path
    visitors: Path
    snapshots: Path | None
    hits: int
    rejects: int
    event_count: int
    session_count: int
    visitor_count: int


def export(storage: Path, folder: Path) -> Tables:
    """Write the flow's datasets as Parquet.

    Refused lines pass through the flow as rows with a reason, without time or address; here they get their own file.

    Args:
        storage: The flow's folder of datasets ``logs``, ``events``, ``sessions``, ``visitors``, if any ``snapshots``.
        folder: Where a Parquet file of each goes, and refused.parquet.
    """
    hits = rejects = 0
    for batch in _batches(storage / "logs", [_REASON]):
        rejects += batch.num_rows - batch.column(0).null_count
        hits += batch.column(0).null_count
    events, refused = folder / "events.parquet", folder / "refused.parquet"
    event_count = _write(storage / "events", events, lambda batch: pc.is_null(batch.column(_REASON)))
    _write(storage / "events", refused, lambda batch: pc.is_valid(batch.column(_REASON)))
    sessions, visitors = folder / "sessions.parquet", folder / "visitors.parquet"
    session_count = _write(storage / "sessions", sessions, lambda batch: pc.is_valid(batch.column(0)))
    visitor_count = _write(storage / "visitors", visitors, lambda batch: pc.is_valid(batch.column(0)))
    snapshots = folder / "snapshots.parquet" if (storage / "snapshots").exists() else None
    if snapshots:
        _write(storage / "snapshots", snapshots, lambda batch: pc.is_valid(batch.column(0)))
    return Tables(
        events, refused, sessions, visitors, snapshots, hits, rejects, event_count, session_count, visitor_count
    )


def _schema(dataset: Path) -> pa.Schema:
    columns = json.loads((dataset / "schema.json").read_text("utf-8"))["columns"]
    return pa.schema([(column["name"], _ARROW[column["type"]]) for column in columns])


def _batches(dataset: Path, only: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """A dataset's rows, read back from the host's tab-separated text; empty text is null."""
    schema = _schema(dataset)
    for part in sorted(dataset.glob("*.tsv")):
        if not part.stat().st_size:
            continue
        yield from csv.open_csv(
            part,
            read_options=csv.ReadOptions(column_names=schema.names, block_size=max(_BLOCK, 2 * _longest_row(part))),
            parse_options=csv.ParseOptions(delimiter="\t", newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=schema, null_values=[""], strings_can_be_null=True, include_columns=only
            ),
        )


def _longest_row(part: Path) -> int:
    """Bytes of it: a row has to fit in a block. No cell holds a line feed, since log lines end there."""
    with part.open("rb") as rows:
        return max(len(row) for row in rows)


def _write(dataset: Path, target: Path, keep: Any) -> int:
    rows = 0
    with pq.ParquetWriter(target, _schema(dataset), compression="zstd") as writer:
        for batch in _batches(dataset):
            kept = batch.filter(keep(batch))
            writer.write_batch(kept)
            rows += kept.num_rows
    return rows
