"""What a table is made of: columns with a type, a meaning and a unit, as DSS and Arrow have them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


class Type(enum.Enum):
    """The types a column can have, whatever the engine."""

    STRING = "string"
    INT = "int"
    BIGINT = "bigint"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    BINARY = "binary"


DSS_TYPES: Mapping[Type, str] = {
    Type.STRING: "string",
    Type.INT: "int",
    Type.BIGINT: "bigint",
    Type.DOUBLE: "double",
    Type.BOOLEAN: "boolean",
    Type.INSTANT: "date",
    Type.BINARY: "string",  # DSS has no binary type: text, where bytes that are not UTF-8 are read as Latin-1
}
ARROW_TYPES: Mapping[Type, pa.DataType] = {
    Type.STRING: pa.string(),
    Type.INT: pa.int32(),
    Type.BIGINT: pa.int64(),
    Type.DOUBLE: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.INSTANT: pa.timestamp("us", tz="UTC"),
    Type.BINARY: pa.binary(),
}


@dataclass(frozen=True)
class Column:
    """One column: its meaning, unit and source end up in DSS's column description and in the README."""

    name: str
    type: Type
    meaning: str
    nullable: bool = True

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field; nullability stays with this declaration, since batches may be partial."""
        return pa.field(self.name, ARROW_TYPES[self.type])

    @property
    def dss(self) -> dict[str, str]:
        """The column as DSS's schemas write it, with its description."""
        return {"name": self.name, "type": DSS_TYPES[self.type], "comment": self.meaning}


@dataclass(frozen=True)
class Table:
    """A table: its name, its grain (what one row is) and its columns in order."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of a full batch."""
        return pa.schema([column.arrow for column in self.columns])

    def get(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def dss_schema(columns: Iterable[Column]) -> dict[str, Any]:
    """The schema as the host wants it from a connector: ``{"columns": [{"name", "type", "comment"}, ...]}``."""
    return {"columns": [column.dss for column in columns]}
