"""Databases as the host names them, and where their SQL differs beyond the first step of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from ovh_weblogs.column import Type


@dataclass(frozen=True)
class Dialect:
    """What a database understands.

    ``name``: as definitions know it; ``generator``: sqlglot's dialect in which text is made; ``spoken``: for messages;
    ``proved``: whether the definitions are run on it by the tests, with the rows of the embedded engine; ``before``:
    statements that its session needs first; ``name_limit``: what a column's name can have of ``name_unit``, characters
    or bytes; ``ignores_case``: whether names that differ in case alone are one; ``key_limit``: characters of a text by
    which it finds rows quickly, 0 for any number; ``refused``: why nothing is run there, although SQL is made.
    """

    name: str
    generator: str
    spoken: str
    proved: bool = False
    before: tuple[str, ...] = ()
    name_limit: int = 127
    name_unit: str = "bytes"
    ignores_case: bool = False
    key_limit: int = 0
    refused: str = ""

    def takes_name(self, name: str) -> bool:
        """Whether a column can be called so."""
        return len(name if self.name_unit == "characters" else name.encode()) <= self.name_limit


# Of a statement of so many steps, compiling to machine code takes longer than it spares: 7 s of 12 for 100,000 events.
# Of its steps the planner knows no sizes, takes them for small and compares each row with each.
_AS_IT_IS = ("SET LOCAL jit = off", "SET LOCAL enable_nestloop = off")
# A session's zone moves columns of MySQL's type TIMESTAMP; named zones need not be loaded.
_IN_UTC = ("SET time_zone = '+00:00'",)
# MariaDB makes no key of texts without a limit, nor of a key over 1,000 bytes (4 a character): without one, it compares
# every row with every other.
MARIADB = Dialect(
    *("mysql", "mysql", "MariaDB"),
    proved=True,
    before=_IN_UTC,
    name_limit=64,
    name_unit="characters",
    ignores_case=True,
    key_limit=200,
)
MYSQL = replace(MARIADB, name="mysql8", spoken="MySQL", proved=False, key_limit=0)
POSTGRES = Dialect("postgres", "postgres", "PostgreSQL", proved=True, before=_AS_IT_IS, name_limit=63)
BIGQUERY = Dialect("bigquery", "bigquery", "BigQuery", name_limit=300, name_unit="characters", ignores_case=True)
_NOT_IN_HIVE = "DSS fills tables of Hive by an executor of its own, which this plugin does not use"
UNPROVED = (
    Dialect("vertica", "postgres", "Vertica", ignores_case=True),
    Dialect("hive", "hive", "Hive", ignores_case=True, refused=_NOT_IN_HIVE),
    Dialect("snowflake", "snowflake", "Snowflake", name_limit=255, name_unit="characters"),
    BIGQUERY,
    Dialect("redshift", "redshift", "Redshift", ignores_case=True),
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
