"""The spots where dialects differ, all of them used by the staging CTE alone."""

from __future__ import annotations

from sqlglot import exp

_BYTEWISE = {"mysql": "utf8mb4_nopad_bin", "mysql8": "utf8mb4_0900_bin"}  # MariaDB, and MySQL from 8.0.17 on


def text(name: str, dialect: str) -> exp.Expression:
    """A text column compared and sorted by its bytes, whatever the database's locale or collation."""
    if dialect == "postgres":
        return exp.Collate(this=exp.column(name), expression=exp.to_identifier("C", quoted=True))
    if dialect in _BYTEWISE:
        converted = _of(name, "CONVERT(x USING utf8mb4)", "mysql")
        return exp.Collate(this=converted, expression=exp.var(_BYTEWISE[dialect]))
    return exp.column(name)


_MICROS = {
    "redshift": ("redshift", "DATEDIFF(MICROSECOND, CAST('1970-01-01' AS TIMESTAMP), x)"),
    "snowflake": ("", "DATE_PART('epoch_microsecond', x)"),
    "hive": ("hive", "CAST(FLOOR(CAST(x AS DECIMAL(20, 6)) * 1000000) AS BIGINT)"),
}


def micros(name: str, dialect: str) -> exp.Expression:
    """An instant as whole microseconds since 1970, whatever the session's zone."""
    column = exp.column(name)
    if dialect in ("postgres", "vertica"):
        epoch = exp.Extract(this=exp.var("EPOCH"), expression=column)
        return exp.cast(exp.Mul(this=epoch, expression=exp.Literal.number(1000000)), "BIGINT")
    if dialect in _BYTEWISE:
        start = exp.Literal.string("1970-01-01")
        return exp.TimestampDiff(this=column, expression=start, unit=exp.var("MICROSECOND"))
    if dialect in _MICROS:
        read, form = _MICROS[dialect]
        return _of(name, form, read)
    return exp.UnixMicros(this=column)


def _of(name: str, form: str, read: str) -> exp.Expression:
    """A form of SQL with the column in the place of x, whatever its name holds."""
    made = exp.select(form, dialect=read)
    for place in list(made.find_all(exp.Column)):
        if place.name == "x":
            place.replace(exp.column(name))
    found: exp.Expression = made.expressions[0]
    return found
