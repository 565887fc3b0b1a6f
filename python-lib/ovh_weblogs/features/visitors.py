"""Events to one row per visitor: one SELECT per function, each a CTE named after its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from ovh_weblogs.features.portable import micros, text
from ovh_weblogs.schema import EVENTS, HIT_ORDER, VISITORS, Column, Type

EVENTS_TABLE = "events"
ROW_INDEX = "row_index"  # place of the row in the input: the last resort of the order of hits


@dataclass(frozen=True)
class _Feature:
    column: Column
    source: str
    how: str

    @property
    def name(self) -> str:
        return self.column.name


def _feature(column: Column) -> _Feature:
    if column.name in ("visitor_id", "count"):
        return _Feature(column, "visitor_id", column.name)
    source, _, how = column.name.rpartition("_")
    return _Feature(column, source, how)


_FEATURES = tuple(_feature(column) for column in VISITORS.columns)


def _present(columns: Sequence[str]) -> tuple[_Feature, ...]:
    return tuple(feature for feature in _FEATURES if feature.source in columns)


def visitor_columns(columns: Sequence[str]) -> tuple[Column, ...]:
    """Columns of the result for events of these columns."""
    return tuple(feature.column for feature in _present(columns))


def left_out(columns: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each column that the events lack, naming the features that are left out for it."""
    missing: dict[str, list[str]] = {}
    for feature in _FEATURES:
        if feature.source not in columns:
            missing.setdefault(feature.source, []).append(feature.name)
    return tuple(
        f"Left out, since the input has no column {source}: {', '.join(names)}" for source, names in missing.items()
    )


def visitors(columns: Sequence[str], dialect: str = "duckdb") -> exp.Select:
    """The definition, over the table ``events`` with a column ``row_index``; instants come out as microseconds.

    Args:
        columns: The events' columns; visitor_id among them.
        dialect: Of the engine that will run it: only the first CTE depends on it.
    """
    features = _present(columns)
    ranked = sorted({feature.source for feature in features if feature.how in ("first", "last")})
    return (
        _visitors(features)
        .with_("stage", as_=_stage(features, columns, dialect))
        .with_("seq", as_=_seq(columns))
        .with_("marked", as_=_marked(ranked))
    )


def _stage(features: Sequence[_Feature], columns: Sequence[str], dialect: str) -> exp.Select:
    needed = {feature.source for feature in features} | {name for name in HIT_ORDER if name in columns}
    staged: list[Any] = []
    for name in (name for name in EVENTS.names if name in needed):
        column = EVENTS.get(name)
        if column is not None and column.type is Type.INSTANT:
            staged.append(exp.alias_(micros(name, dialect), name, quoted=True))
        elif column is not None and column.type is Type.STRING:
            staged.append(exp.alias_(text(name, dialect), name, quoted=True))
        else:
            staged.append(exp.column(name))
    return exp.select(*staged, exp.column(ROW_INDEX)).from_(EVENTS_TABLE)


def _seq(columns: Sequence[str]) -> exp.Select:
    order = [name for name in HIT_ORDER if name in columns] + [ROW_INDEX]
    window = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column("visitor_id")],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column(name), nulls_first=False) for name in order]),
    )
    return exp.select(exp.Star(), exp.alias_(window, "rn", quoted=True)).from_("stage")


def _marked(ranked: Sequence[str]) -> exp.Select:
    """The number of the first and of the last row of the visitor in which each column is known."""
    marks: list[Any] = []
    for name in ranked:
        known = exp.Case().when(exp.Not(this=exp.Is(this=exp.column(name), expression=exp.Null())), exp.column("rn"))
        for how, function in (("first", exp.Min), ("last", exp.Max)):
            window = exp.Window(this=function(this=known.copy()), partition_by=[exp.column("visitor_id")])
            marks.append(exp.alias_(window, f"{name}_{how}_rn", quoted=True))
    return exp.select(exp.Star(), *marks).from_("seq")


def _visitors(features: Sequence[_Feature]) -> exp.Select:
    aggregates = [exp.alias_(_aggregate(feature), feature.name, quoted=True) for feature in features]
    return exp.select(*aggregates).from_("marked").group_by(exp.column("visitor_id"))


def _aggregate(feature: _Feature) -> exp.Expression:
    source = exp.column(feature.source)
    if feature.how == "visitor_id":
        return source
    if feature.how == "count":
        return exp.cast(exp.Count(this=exp.Star()), "BIGINT")
    if feature.how == "distinct":
        return exp.cast(exp.Count(this=exp.Distinct(expressions=[source])), "BIGINT")
    if feature.how == "sum":
        return exp.cast(exp.Sum(this=source), "BIGINT")
    if feature.how in ("min", "max"):
        return (exp.Min if feature.how == "min" else exp.Max)(this=source)
    at = exp.EQ(this=exp.column("rn"), expression=exp.column(f"{feature.source}_{feature.how}_rn"))
    return exp.Max(this=exp.Case().when(at, source))
