"""Events to one row per visitor: one SELECT per function, each a CTE named after its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from ovh_weblogs.features.portable import micros, text
from ovh_weblogs.schema import EVENTS, HIT_ORDER, VISITORS, Column, Type

EVENTS_TABLE = "events"
ROW_INDEX = "row_index"  # place of the row in the input: the last resort of the order of hits
_KEY = "visitor_id"
_ENDS = ("first", "last")
_LARGEST_BIGINT = 2**63 - 1


@dataclass(frozen=True)
class _Feature:
    """One column of the result: how it comes from which column of the events, as its name says."""

    column: Column
    source: str
    how: str

    @property
    def name(self) -> str:
        """Name of the column that it fills."""
        return self.column.name

    @property
    def mark(self) -> str:
        """The column that holds the number of the row where a first or last value stands."""
        return f"{self.name}_rn"


def _feature(column: Column) -> _Feature:
    if column.name in (_KEY, "count"):
        return _Feature(column, _KEY, column.name)
    source, _, how = column.name.rpartition("_")
    return _Feature(column, source, how)


_FEATURES = tuple(_feature(column) for column in VISITORS.columns)


def _present(columns: Sequence[str]) -> tuple[_Feature, ...]:
    return tuple(feature for feature in _FEATURES if feature.source in columns)


def visitor_columns(columns: Sequence[str]) -> tuple[Column, ...]:
    """Columns of the result for events of these columns, visitor_id among them, in the order of ``schema.VISITORS``."""
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
    order = [name for name in HIT_ORDER if name in columns] + [ROW_INDEX]
    return (
        _visitors(features)
        .with_("stage", as_=_stage(features, order, dialect))
        .with_("seq", as_=_seq(order))
        .with_("marked", as_=_marked(features))
    )


def _stage(features: Sequence[_Feature], order: Sequence[str], dialect: str) -> exp.Select:
    """What the features and the order of hits need: text compared by its bytes, instants as whole microseconds."""
    needed = {feature.source for feature in features} | set(order)
    staged: list[exp.Expression] = []
    for column in (column for column in EVENTS.columns if column.name in needed):
        if column.type is Type.INSTANT:
            staged.append(_named(micros(column.name, dialect), column.name))
        elif column.type is Type.STRING:
            staged.append(_named(text(column.name, dialect), column.name))
        else:
            staged.append(exp.column(column.name))
    return exp.select(*staged, exp.column(ROW_INDEX)).from_(EVENTS_TABLE)


def _seq(order: Sequence[str]) -> exp.Select:
    """The hits of each visitor numbered in their order; nulls come last in every engine."""
    ordered = [exp.Ordered(this=exp.column(name), nulls_first=False) for name in order]
    number = exp.Window(this=exp.RowNumber(), partition_by=[exp.column(_KEY)], order=exp.Order(expressions=ordered))
    return exp.select(exp.Star(), _named(number, "rn")).from_("stage")


def _marked(features: Sequence[_Feature]) -> exp.Select:
    """On every hit, the number of the visitor's first or last hit in which a column is known (``referer_first_rn``)."""
    marks: list[exp.Expression] = []
    for feature in features:
        if feature.how in _ENDS:
            number = exp.Case().when(_known(feature.source), exp.column("rn"))
            end = exp.Min(this=number) if feature.how == "first" else exp.Max(this=number)
            marks.append(_named(exp.Window(this=end, partition_by=[exp.column(_KEY)]), feature.mark))
    return exp.select(exp.Star(), *marks).from_("seq")


def _visitors(features: Sequence[_Feature]) -> exp.Select:
    aggregates = [_named(_aggregate(feature), feature.name) for feature in features]
    return exp.select(*aggregates).from_("marked").group_by(exp.column(_KEY))


def _aggregate(feature: _Feature) -> exp.Expression:
    source = exp.column(feature.source)
    if feature.how in _ENDS:
        at = exp.EQ(this=exp.column("rn"), expression=exp.column(feature.mark))
        return exp.Max(this=exp.Case().when(at, source))
    aggregates = {
        _KEY: source,
        "count": exp.Count(this=exp.Star()),
        "distinct": exp.Count(this=exp.Distinct(expressions=[source])),
        "min": exp.Min(this=source),
        "max": exp.Max(this=source),
        "sum": _sum(source),
    }
    return aggregates[feature.how]


def _sum(source: exp.Column) -> exp.Expression:
    """The sum as BIGINT; null beyond it, since one absurd size in a log must not fail a build."""
    fits = exp.LTE(this=exp.Sum(this=source), expression=exp.Literal.number(_LARGEST_BIGINT))
    return exp.Case().when(fits, exp.cast(exp.Sum(this=source.copy()), "BIGINT"))


def _known(name: str) -> exp.Expression:
    return exp.Not(this=exp.Is(this=exp.column(name), expression=exp.Null()))


def _named(expression: exp.Expression, name: str) -> exp.Alias:
    return exp.Alias(this=expression, alias=exp.to_identifier(name, quoted=True))
