"""Datasets on disk, as the host streams them: a schema and, per partition, tab-separated text without a header.

Only the standard library is used: the ``dataiku`` package that recipes see loads this file by itself.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

csv.field_size_limit(1 << 30)  # characters: a refused line may be megabytes long, and csv stops at 128 KiB by itself
WHOLE = "NP"  # the partition of a dataset without partitions
_INTEGERS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
TYPES = frozenset(
    {*_INTEGERS, "string", "float", "double", "boolean", "date", "array", "map", "object", "geopoint", "geometry"}
)
_INTEGER = re.compile(r"-?\d+")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)")


class BadData(Exception):
    """A schema or a value that the host would not store as declared."""


def _whole(bits: int) -> Callable[[str], bool]:
    limit = 1 << (bits - 1)
    return lambda text: bool(_INTEGER.fullmatch(text)) and -limit <= int(text) < limit


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip() == text and "_" not in text


def _date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return True


def _json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    **{name: _whole(bits) for name, bits in _INTEGERS.items()},
    "float": _number,
    "double": _number,
    "boolean": lambda text: text.lower() in ("true", "false"),
    "date": _date,
    "array": _json,
    "map": _json,
    "object": _json,
}


def check_schema(columns: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a schema that the host would refuse, or that would lose a column.

    Raises:
        BadData: With what is wrong.
    """
    names = [column.get("name") for column in columns]
    for column in columns:
        if not isinstance(column.get("name"), str) or not column["name"]:
            raise BadData(f"a column has no name: {column}")
        if column.get("type") not in TYPES:
            raise BadData(f"column {column['name']} has the unknown type {column.get('type')!r}")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise BadData(f"columns of one name: {sorted(twice)}")


def _tables() -> Any:
    """``tables.py`` beside this file: a recipe's process has no path of imports that leads to it."""
    spec = importlib.util.spec_from_file_location("_dsshost_tables", Path(__file__).with_name("tables.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.get(spec.name)
    if module is None:
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


class Store:
    """A folder of datasets, some of which are tables of a database."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def columns(self, name: str) -> list[dict[str, Any]]:
        """The dataset's schema; empty while it has none."""
        path = self.root / name / "schema.json"
        return json.loads(path.read_text("utf-8"))["columns"] if path.exists() else []

    def set_columns(self, name: str, columns: Sequence[Mapping[str, Any]]) -> None:
        """Set the dataset's schema.

        Raises:
            BadData: It has double names or unknown types.
        """
        check_schema(columns)
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"columns": [dict(column) for column in columns]}, indent=1)
        (folder / "schema.json").write_text(text, "utf-8")

    def set_table(self, name: str, place: Any) -> None:
        """Make the dataset a table.

        Args:
            name: Of the dataset.
            place: A ``tables.Place``.
        """
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "table.json").write_text(json.dumps(_tables().as_json(place)), "utf-8")

    def table(self, name: str) -> Any:
        """The dataset's table, a ``tables.Table``; None where it is made of files."""
        path = self.root / name / "table.json"
        return _tables().Table(json.loads(path.read_text("utf-8")), self.columns(name)) if path.exists() else None

    def partitions(self, name: str) -> list[str]:
        """Partitions that hold data, in order."""
        table = self.table(name)
        if table is not None:
            return table.partitions()
        return sorted(path.name.removesuffix(".tsv") for path in (self.root / name).glob("*.tsv"))

    def path(self, name: str, partition: str = WHOLE) -> Path:
        """The file of a partition."""
        return self.root / name / f"{partition}.tsv"

    def replace(self, name: str, rows: Iterable[Sequence[str]], partition: str = WHOLE, *, append: bool = False) -> int:
        """Write rows of text in the order of the schema; nothing changes unless all of them are right.

        Raises:
            BadData: A value is not of its column's type, or a row has another length; column, value and row are named.
        """
        columns = self.columns(name)
        checks = [(_CHECKS.get(column["type"]), column) for column in columns]
        target = self.path(name, partition)
        pending = target.with_suffix(".pending")
        count = 0
        with pending.open("w", encoding="utf-8", newline="") as file:
            if append and target.exists():
                file.write(target.read_text("utf-8"))
            writer = csv.writer(file, delimiter="\t", quotechar='"', doublequote=True, lineterminator="\r\n")
            for count, row in enumerate(rows, 1):
                _check_row(row, checks, count)
                writer.writerow(row)
        table = self.table(name)
        if table is None:
            pending.replace(target)
        else:
            with pending.open(encoding="utf-8", newline="") as file:
                table.fill(csv.reader(file, delimiter="\t"), partition, append=append)
            pending.unlink()
        return count

    def metrics(self, name: str, partition: str = "") -> dict[str, float]:
        """Metrics that a recipe saved on the dataset, or on one of its partitions; the last value of each."""
        path = self.root / name / "metrics.json"
        return json.loads(path.read_text("utf-8")).get(partition, {}) if path.exists() else {}

    def save_metrics(self, name: str, values: Mapping[str, Any], partition: str = "") -> None:
        """Save metrics.

        Raises:
            BadData: A name is no text, or a value is no finite number: the host would keep it as something else.
        """
        for key, value in values.items():
            if not isinstance(key, str) or not key:
                raise BadData(f"a metric has the name {key!r}")
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < float("inf"):
                raise BadData(f"metric {key}: {value!r} is no number")
        path = self.root / name / "metrics.json"
        saved = json.loads(path.read_text("utf-8")) if path.exists() else {}
        saved[partition] = {**saved.get(partition, {}), **values}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(saved), "utf-8")

    def rows(self, name: str, partition: str = WHOLE) -> Iterator[dict[str, str]]:
        """Rows as text by column."""
        names = [column["name"] for column in self.columns(name)]
        table = self.table(name)
        if table is not None:
            yield from (dict(zip(names, row, strict=True)) for row in table.texts([partition]))
            return
        with self.path(name, partition).open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t", quotechar='"', doublequote=True):
                yield dict(zip(names, row, strict=True))


def _check_row(
    row: Sequence[str], checks: Sequence[tuple[Callable[[str], bool] | None, Mapping[str, Any]]], number: int
) -> None:
    if len(row) != len(checks):
        raise BadData(f"row {number} has {len(row)} values for {len(checks)} columns")
    for text, (check, column) in zip(row, checks, strict=True):
        if check is not None and text and not check(text):
            raise BadData(f"row {number}, column {column['name']}: {text[:80]!r} is no {column['type']}")
        limit = column.get("maxLength", -1)
        if limit is not None and 0 < limit < len(text):
            raise BadData(f"row {number}, column {column['name']}: {len(text)} characters, at most {limit} fit")
