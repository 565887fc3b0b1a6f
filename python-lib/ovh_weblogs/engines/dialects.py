"""Databases as the host names them, and where their SQL differs beyond the first step of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from ovh_weblogs.column import Type


@dataclass(frozen=True)
class Dialect:
    """What a database understands.

    ``name``: as definitions know it; ``generator``: sqlglot's dialect in which text is made; ``spoken``: for messages;
    ``proved``: whether the definitions are run on it by the tests, with the rows of the embedded engine; ``before``:
    statements that its session needs first; ``longest``: bytes that a column's name can have; ``joined``: characters
    that a visitor's id can have, 0 for any number; ``joins``: whether it joins and sorts many rows about as fast as the
    embedded engine, which visitors need.
    """

    name: str
    generator: str
    spoken: str
    proved: bool = False
    before: tuple[str, ...] = ()
    longest: int = 127
    joined: int = 0
    joins: bool = True


# Of a statement of so many steps, compiling to machine code takes longer than it spares: 7 s of 12 for 100,000 events.
_AS_IT_IS = ("SET LOCAL jit = off",)
# A session's zone moves columns of MySQL's type TIMESTAMP; named zones need not be loaded.
_IN_UTC = ("SET time_zone = '+00:00'",)
# MariaDB makes no key of texts without a limit, nor of a key over 1,000 bytes (4 a character): without one, it compares
# every row with every other.
MARIADB = Dialect("mysql", "mysql", "MariaDB", proved=True, before=_IN_UTC, longest=64, joined=200, joins=False)
MYSQL = Dialect("mysql8", "mysql", "MySQL", before=_IN_UTC, longest=64, joins=False)
POSTGRES = Dialect("postgres", "postgres", "PostgreSQL", proved=True, before=_AS_IT_IS, longest=63)
BIGQUERY = Dialect("bigquery", "bigquery", "BigQuery")
UNPROVED = (
    Dialect("vertica", "postgres", "Vertica"),
    Dialect("hive", "hive", "Hive"),
    Dialect("snowflake", "snowflake", "Snowflake"),
    BIGQUERY,
    Dialect("redshift", "redshift", "Redshift"),
)
_BY_KIND = {
    "PostgreSQL": POSTGRES,
    "MySQL": MYSQL,
    "MariaDB": MARIADB,
    **{each.spoken: each for each in UNPROVED},
}


def dialect_of(kind: str, version: str = "") -> Dialect | None:
    """The dialect of a database; None of one that no SQL is made for.

    Args:
        kind: Its type, as the host names it: MariaDB is mostly MySQL there.
        version: What the database answers to ``SELECT VERSION()``, by which MariaDB tells itself from MySQL.
    """
    return MARIADB if kind == "MySQL" and "mariadb" in version.lower() else _BY_KIND.get(kind)


_INSTANTS: Mapping[str, tuple[str, str]] = {
    "postgres": ("postgres", "CAST('1970-01-01 00:00:00+00' AS TIMESTAMPTZ) + us * INTERVAL '1 microsecond'"),
    "redshift": ("redshift", "CAST('1970-01-01 00:00:00+00' AS TIMESTAMPTZ) + us * INTERVAL '1 microsecond'"),
    "vertica": ("postgres", "CAST('1970-01-01 00:00:00+00' AS TIMESTAMPTZ) + us * INTERVAL '1 microsecond'"),
    "mysql": ("mysql", "CAST('1970-01-01' AS DATETIME(6)) + INTERVAL us MICROSECOND"),
    "mysql8": ("mysql", "CAST('1970-01-01' AS DATETIME(6)) + INTERVAL us MICROSECOND"),
    "bigquery": ("bigquery", "TIMESTAMP_MICROS(us)"),
    "snowflake": ("", "TO_TIMESTAMP_TZ(us, 6)"),
    "hive": ("hive", "CAST(CAST(us AS DECIMAL(20, 6)) / 1000000 AS TIMESTAMP)"),
}
_NUMBERS = {Type.INT: "INT", Type.BIGINT: "BIGINT", Type.DOUBLE: "DOUBLE"}


def declared(name: str, kind: Type, dialect: Dialect) -> exp.Expression:
    """A result's column as its declared type; texts and truth values are of theirs already, instants microseconds.

    Args:
        name: Of the column.
        kind: Its type.
        dialect: Of the database.
    """
    column = exp.column(name, quoted=True)
    if kind is Type.INSTANT:
        read, form = _INSTANTS[dialect.name]
        made = exp.select(form, dialect=read)
        for place in list(made.find_all(exp.Column)):
            place.replace(column.copy())
        instant: exp.Expression = made.expressions[0]
        return instant
    return exp.cast(column, _NUMBERS[kind]) if kind in _NUMBERS else column
