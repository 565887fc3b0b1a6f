"""The spots where dialects differ, all of them used by the staging CTE alone."""

from __future__ import annotations

from sqlglot import exp, parse_one


def text(name: str, dialect: str) -> exp.Expression:
    """A text column compared and sorted by its bytes, whatever the database's locale or collation."""
    if dialect == "postgres":
        return exp.Collate(this=exp.column(name), expression=exp.to_identifier("C", quoted=True))
    if dialect == "mysql":
        converted = parse_one(f"CONVERT(`{name}` USING utf8mb4)", read="mysql")  # name: one of our own constants
        return exp.Collate(this=converted, expression=exp.var("utf8mb4_nopad_bin"))
    return exp.column(name)


def micros(name: str, dialect: str) -> exp.Expression:
    """An instant as whole microseconds since 1970, whatever the session's zone."""
    column = exp.column(name)
    if dialect == "postgres":
        epoch = exp.Extract(this=exp.var("EPOCH"), expression=column)
        return exp.cast(exp.Mul(this=epoch, expression=exp.Literal.number(1000000)), "BIGINT")
    if dialect == "mysql":
        start = exp.Literal.string("1970-01-01")
        return exp.TimestampDiff(this=column, expression=start, unit=exp.var("MICROSECOND"))
    return exp.UnixMicros(this=column)
