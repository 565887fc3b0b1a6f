"""A small period of traffic, written once for all tests here."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dev.traffic import generate


@dataclass(frozen=True)
class Traffic:
    """What a run wrote: lines by file, and the truth."""

    folder: Path

    def files(self, family: str) -> dict[str, list[bytes]]:
        """Lines without their newlines by file: ``ovh`` by its name, ``wt1`` by its path."""
        root = self.folder / family
        found = sorted(root.rglob("*.gz"))
        names = [path.name if family == "ovh" else path.relative_to(root).as_posix() for path in found]
        return dict(zip(names, (gzip.decompress(path.read_bytes()).split(b"\n")[:-1] for path in found), strict=True))

    def truth(self, name: str) -> list[dict[str, Any]]:
        """Rows of one of the truth's files."""
        return pq.read_table(self.folder / "truth" / f"{name}.parquet").to_pylist()

    def lines(self, family: str) -> Iterator[dict[str, Any]]:
        """Rows of the lines of one family; rows that are no hits too."""
        inside = "tracker/" if family == "wt1" else "example.com-"
        return (row for row in self.truth("lines") if row["source_file"].startswith(inside))


@pytest.fixture(scope="session")
def spring(tmp_path_factory) -> Traffic:
    """Three days around the short night of spring."""
    out = tmp_path_factory.mktemp("spring")
    generate(out, start=date(2026, 3, 28), count=3, visitors=120, seed=7)
    return Traffic(out)


@pytest.fixture(scope="session")
def month(tmp_path_factory) -> Traffic:
    """Four weeks: every layout of the tracker, every hard line, an outage, people who come again."""
    out = tmp_path_factory.mktemp("month")
    generate(out, count=28, visitors=500, seed=7)
    return Traffic(out)


@pytest.fixture(scope="session")
def autumn(tmp_path_factory) -> Traffic:
    """The long day of autumn."""
    out = tmp_path_factory.mktemp("autumn")
    generate(out, start=date(2025, 10, 26), count=1, visitors=80, seed=7)
    return Traffic(out)
