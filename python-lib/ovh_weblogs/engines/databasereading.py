"""How a table of a database is read: its name, its texts by their bytes, its partitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from ovh_weblogs.engines.dialects import MARIADB, Dialect
from ovh_weblogs.features.portable import text

_DIGEST = 64  # characters of SHA-256 in hexadecimal


def table_of(name: str, dialect: Dialect) -> exp.Table:
    """A table by its name as the host resolves it, quoted."""
    table: exp.Table = exp.maybe_parse(name, into=exp.Table, dialect=dialect.generator)
    return table


def of_partitions(query: exp.Select, partitions: Sequence[Mapping[str, str]] | None, dialect: Dialect) -> exp.Select:
    """The query of these partitions alone, each a value by dimension; None for all."""
    if partitions is None:
        return query
    wanted = [_of_partition(each, dialect) for each in partitions]
    return query.where(exp.or_(*wanted) if wanted else "1 = 0")


def found_by(key: exp.Expression, limit: int, dialect: Dialect) -> exp.Expression:
    """A text of so many characters at most, by which rows can be found."""
    if not dialect.key_limit:
        return key
    limited = exp.cast(key, f"CHAR({limit})", dialect=dialect.generator)
    return exp.Collate(this=limited, expression=exp.var("utf8mb4_nopad_bin"))


def digest(key: exp.Expression, dialect: Dialect) -> exp.Expression:
    """A text by which rows are found; where the database finds none by texts of any length, its SHA-256."""
    if not dialect.key_limit:
        return key
    return found_by(exp.SHA2(this=key, length=exp.Literal.number(256)), _DIGEST, dialect)


def known(name: str, dialect: Dialect) -> exp.Expression:
    """A column of texts by their bytes, none of them empty."""
    return nulled(text(name, dialect.name), "")


def nulled(value: exp.Expression, word: str) -> exp.Expression:
    """A text that is null where it is that word."""
    return exp.Nullif(this=value, expression=exp.Literal.string(word))


def _of_partition(partition: Mapping[str, str], dialect: Dialect) -> exp.Condition:
    """The column as it is, by which an index or a part of the table is found, and by its bytes where that is more."""
    wanted = []
    for name, value in partition.items():
        wanted.append(exp.EQ(this=exp.column(name, quoted=True), expression=exp.Literal.string(value)))
        if dialect.generator == MARIADB.generator:
            wanted.append(exp.EQ(this=text(name, dialect.name), expression=exp.Literal.string(value)))
    return exp.and_(*wanted)
