"""Snapshots of many visitors with what is true of them: made once, and kept as corpora are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from dev import dayfiles, traffic
from dev.bench.corpus import SEED, recipe
from dev.demo import rules, snapshots
from ovh_weblogs import pipeline
from ovh_weblogs.dss.recipe_forms import enrich_settings, visitor_settings
from ovh_weblogs.settings import ParseSettings

_DAYS = 30


class Buyers(NamedTuple):
    """``snapshots`` as "Group to visitors" makes them, and the folder of the ``truth``."""

    snapshots: Path
    truth: Path


def buyers(people: int, folder: Path) -> Buyers:
    """A month of so many people, read, enriched and grouped, unless it is in the folder already.

    Takes minutes for tens of thousands; the logs themselves are not kept.

    Args:
        people: How many come in all.
        folder: Where corpora are kept.
    """
    sources = sorted(Path(traffic.__file__).parent.glob("*.py"))
    digits = recipe(__file__, dayfiles.__file__, snapshots.__file__, rules.__file__, *map(str, sources))
    root = folder / f"buyers-{people}-seed-{SEED}-{digits}"
    found = Buyers(root / "snapshots.parquet", root / "truth")
    if found.snapshots.exists():
        return found
    written = traffic.generate(root, count=_DAYS, visitors=people, seed=SEED)
    _write(found.snapshots, _grouped(written))
    for name in ("ovh", "wt1"):
        shutil.rmtree(root / name)
    (root / "truth" / "lines.parquet").unlink()
    return found


def _write(target: Path, batches: Iterator[pa.RecordBatch]) -> None:
    unfinished = target.with_suffix(".part")
    first = next(batches)
    with pq.ParquetWriter(unfinished, first.schema, compression="zstd") as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)
    unfinished.replace(target)


def _grouped(written: traffic.Written) -> Iterator[pa.RecordBatch]:
    """Read, enriched and grouped as by the forms of the recipes."""
    files = [_file(path) for path in sorted((written.folder / "ovh").rglob("*.gz"), key=_day)]
    parsed = pipeline.parse_files(files, ParseSettings(), pipeline.Totals())
    events = pipeline.enrich((block.hits for block in parsed), enrich_settings(rules.KNOWN))
    first = next(events)
    chosen = snapshots.split(written.days)
    assert chosen is not None
    return pipeline.visitors(
        chain([first], events), first.schema.names, visitor_settings(chosen.config(rules.CATEGORIES), None)
    )


def _file(path: Path) -> pipeline.LogFile:
    return pipeline.LogFile(path.name, partial(path.open, "rb"))


def _day(path: Path) -> str:
    day, month, year = path.name.removesuffix(".log.gz").split("-")[-3:]
    return year + month + day
