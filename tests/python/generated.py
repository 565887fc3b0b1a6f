"""What a run of the traffic generator wrote, read once for all tests."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Rows = list[dict[str, Any]]


class Traffic:
    """Lines by file, and the truth. Rows are shared: a test changes copies.

    Args:
        folder: Where the generator wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._truth: dict[str, Rows] = {}

    def files(self, family: str) -> dict[str, list[bytes]]:
        """Lines without their newlines by file: ``ovh`` by its name, ``wt1`` by its path."""
        return self._files[family]

    def truth(self, name: str) -> Rows:
        """Rows of one of the truth's files."""
        if name not in self._truth:
            self._truth[name] = pq.read_table(self.folder / "truth" / f"{name}.parquet").to_pylist()
        return self._truth[name]

    def lines(self, family: str) -> Iterator[dict[str, Any]]:
        """Rows of the lines of one family; rows that are no hits too."""
        inside = "tracker/" if family == "wt1" else "example.com-"
        return (row for row in self.truth("lines") if row["source_file"].startswith(inside))

    @cached_property
    def _files(self) -> dict[str, dict[str, list[bytes]]]:
        found: dict[str, dict[str, list[bytes]]] = {"ovh": {}, "wt1": {}}
        for family, files in found.items():
            root = self.folder / family
            for path in sorted(root.rglob("*.gz")):
                name = path.name if family == "ovh" else path.relative_to(root).as_posix()
                files[name] = gzip.decompress(path.read_bytes()).split(b"\n")[:-1]
        return found
