"""The dataset's own database: definitions as one SELECT over its table, which the host runs into the output's table.

Tables have no order of rows. Hits are ordered by their columns of ``schema.HIT_ORDER`` and then by every other column
that is read, so that what stays without order is the same in all of them, and any order of it gives the same result.
MariaDB sorts texts by their first 1,024 bytes (max_sort_length): of hits that differ only further on, any may be first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import ErrorLevel, exp

from ovh_weblogs.column import Column, Type
from ovh_weblogs.engines import crmjoin
from ovh_weblogs.engines.crmjoin import CrmJoin, CrmTable, with_crm
from ovh_weblogs.engines.databasereading import digest, found_by, known, nulled, of_partitions, table_of
from ovh_weblogs.engines.dialects import BIGQUERY, MARIADB, Dialect, declared
from ovh_weblogs.schema import HIT_ORDER

ROW_INDEX = "row_index"
_VISITOR = "visitor_id"
_GROUP = "group_"


@dataclass(frozen=True)
class Source:
    """The table of the events, and how it is read.

    ``table``: its name, quoted, as the host resolves it; ``columns``: what is read, by our names and of our types, with
    the names in the table; ``partitions``: those that are read, each a value by dimension, which is a column of texts;
    None for the whole table; ``refused``: the column that tells of a line why it is no hit; ``nobody``: whether hits
    without visitor are read; ``keys``: whether group_1, group_2... together are what rows are of; ``carried``: columns
    of the table that go through as they are, as given_1, given_2..., with those of refused lines.
    """

    table: str
    columns: Sequence[tuple[Column, str]]
    partitions: Sequence[Mapping[str, str]] | None = None
    refused: str = ""
    nobody: bool = True
    keys: bool = False
    carried: Sequence[str] = ()


def statement(
    queries: Sequence[exp.Expression],
    source: Source,
    output: Sequence[Column],
    dialect: Dialect,
    *,
    constants: Mapping[str, str] | None = None,
    join: CrmJoin | None = None,
) -> str:
    """The SQL of a definition's rows: a SELECT, since the host rewrites no query that begins with WITH.

    Args:
        queries: Definitions of rows, over the table ``events``, for the same dialect; all of these rows are wanted.
        source: The events.
        output: Columns that each gives, in order; instants as microseconds.
        dialect: Of the database.
        constants: Further columns by name, each a text: the partition that is written.
        join: A CRM, whose columns come after those of ``output`` that it hands on.
    """
    made = [exp.alias_(declared(column.name, column.type, dialect), column.name, quoted=True) for column in output]
    others = [join.crm.name] if join else []
    parts = [exp.select(*made).from_(_with_events(query, source, dialect, others)) for query in queries]
    if join is None:
        parts = [part.select(*_constants(constants)) for part in parts]
    rows = parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False)
    return _text(with_crm(rows, join, dialect).select(*_constants(constants)) if join else rows, dialect)


def twins(crm: CrmTable, most: int, dialect: Dialect) -> str:
    """The SQL of keys that a CRM has twice, as ``crmjoin.twins``."""
    return _text(crmjoin.twins(crm, most, dialect), dialect)


def known_rows(join: CrmJoin, name: str, written: Mapping[str, str], dialect: Dialect) -> str:
    """The SQL of numbers of rows as ``crmjoin.known_rows``, in the partition that was written, if there is one."""
    return _text(crmjoin.known_rows(join, name, [written] if written else None, dialect), dialect)


def placed(
    query: exp.Select,
    source: Source,
    renamed: Sequence[str],
    places: Sequence[Column],
    dialect: Dialect,
    *,
    only_placed: bool,
    constants: Mapping[str, str] | None = None,
) -> str:
    """The SQL of the events themselves, each with its place: ``source.carried``, then the columns of places.

    Args:
        query: The definition of places, over ``events`` with ``row_index``, which it gives, too.
        source: The events.
        renamed: Names that ``source.carried`` get.
        places: Columns that are added.
        dialect: Of the database.
        only_placed: Whether hits that have no place are left out.
        constants: As ``statement`` has it; they replace columns of the same name.
    """
    fixed = constants or {}
    names = [(f"given_{number}", name) for number, name in enumerate(renamed, 1) if name not in fixed]
    given = (exp.alias_(exp.column(inner, table="events"), name, quoted=True) for inner, name in names)
    own = (exp.alias_(declared(each.name, each.type, dialect), each.name, quoted=True) for each in places)
    places_step = query.copy()
    beside = exp.select(*given, *own).from_("events")
    on = exp.EQ(this=exp.column(ROW_INDEX, table="events"), expression=exp.column(ROW_INDEX, table="places"))
    steps = places_step.ctes
    places_step.set("with_", None)
    places_step.set("order", None)
    beside = beside.join("places", on=on, join_type="inner" if only_placed else "left")
    for name, step in [*((cte.alias, cte.this) for cte in steps), ("places", places_step)]:
        beside = beside.with_(name, as_=step, copy=False)
    wanted = [exp.column(name, quoted=True) for _, name in names]
    wanted += [exp.column(each.name, quoted=True) for each in places]
    return _text(exp.select(*wanted, *_constants(constants)).from_(_with_events(beside, source, dialect)), dialect)


def longest_text(source: Source, name: str, dialect: Dialect) -> str:
    """The SQL of the length of a column's longest text, in characters: one row.

    Args:
        source: The table, and what is read of it.
        name: Of the column.
        dialect: Of the database.
    """
    table = table_of(source.table, dialect)
    query = exp.select(_longest(name)).from_(table)
    return _text(of_partitions(query, source.partitions, dialect), dialect)


def longest_texts(statement: str, names: Sequence[str], dialect: Dialect) -> str:
    """The SQL of the lengths, in characters, of the longest texts of columns that a statement makes: one row.

    Args:
        statement: What ``statement`` gives.
        names: Columns of texts.
        dialect: Of the database.
    """
    asked = _text(exp.select(*(_longest(name, number) for number, name in enumerate(names, 1))), dialect)
    return f"{asked} FROM ({statement}) AS made"


def _longest(name: str, number: int = 1) -> exp.Expression:
    length = exp.Length(this=exp.column(name, quoted=True))
    return exp.Alias(this=exp.Max(this=length), alias=exp.to_identifier(f"longest_{number}"))


def _text(query: exp.Expression, dialect: Dialect) -> str:
    if dialect is BIGQUERY:
        query = _without_order_of_nulls(query)
    if dialect is MARIADB:
        query = _extremes_as_first(query)
    return query.sql(dialect=dialect.generator, identify=True, unsupported_level=ErrorLevel.RAISE)


def _without_order_of_nulls(query: exp.Expression) -> exp.Expression:
    """BigQuery does not take it in windows of aggregates: whether a value is null is ordered by before it."""
    query = query.copy()
    for ordered in [each for window in query.find_all(exp.Window) for each in window.find_all(exp.Ordered)]:
        unknown = exp.Case().when(exp.Is(this=ordered.this.copy(), expression=exp.Null()), "1").else_("0")
        ordered.set("nulls_first", True)  # noqa: FBT003 - what BigQuery does where nothing is said
        ordered.replace([exp.Ordered(this=unknown, desc=False, nulls_first=True), ordered.copy()])
    return query


def _extremes_as_first(query: exp.Expression) -> exp.Expression:
    """MariaDB looks for MIN and MAX of a window anew in each row: the first value in their order is known at once."""
    query = query.copy()
    for window in [each for each in query.find_all(exp.Window) if isinstance(each.this, (exp.Min, exp.Max))]:
        if window.args.get("order") is None and window.args.get("spec") is None:
            value = window.this.this
            ordered = exp.Ordered(this=value.copy(), desc=isinstance(window.this, exp.Max), nulls_first=False)
            window.set("this", exp.FirstValue(this=value))
            window.set("order", exp.Order(expressions=[ordered]))
    return query


def _constants(constants: Mapping[str, str] | None) -> list[Any]:
    return [exp.alias_(exp.Literal.string(value), name, quoted=True) for name, value in (constants or {}).items()]


def _with_events(query: exp.Expression, source: Source, dialect: Dialect, others: Sequence[str] = ()) -> exp.Subquery:
    """The query as a table, with the steps that make ``events`` before its own.

    ``others``: names of further tables in the same statement, which no step may have.
    """
    query = query.copy()
    steps = {"given": exp.select("*").from_("table"), "events": _events(source, dialect)}
    own = [exp.CTE(this=step, alias=_alias(name)) for name, step in steps.items()]
    query.args["with_"].set("expressions", [*own, *query.args["with_"].expressions])
    table = table_of(source.table, dialect)
    for name in (table.name, *(table_of(each, dialect).name for each in others)):
        _rename(query, name)
    own[0].set("this", _given(source, table, dialect))
    return exp.Subquery(this=query, alias=_alias("made"))


def _rename(query: exp.Expression, name: str) -> None:
    """Give a step that is called as the table is another name: MariaDB 10.11 takes one for the other, and ends."""
    for node in query.find_all(exp.Table, exp.TableAlias, exp.Column):
        key = "table" if isinstance(node, exp.Column) else "this"
        called = node.args.get(key)
        if called is not None and called.name.lower() == name.lower() and not node.args.get("db"):
            node.set(key, exp.to_identifier(f"{called.name}_step"))


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name))


def _given(source: Source, table: exp.Table, dialect: Dialect) -> exp.Select:
    """The table's rows that are read, texts compared by their bytes, none of them empty."""
    made = [exp.alias_(_read(column, name, source, dialect), column.name) for column, name in source.columns]
    carried = [
        exp.alias_(exp.column(name, quoted=True), f"given_{number}") for number, name in enumerate(source.carried, 1)
    ]
    query = exp.select(*made, *carried).from_(table)
    if source.refused and not source.carried:
        query = query.where(exp.Is(this=known(source.refused, dialect), expression=exp.Null()))
    return of_partitions(query, source.partitions, dialect)


def _read(column: Column, name: str, source: Source, dialect: Dialect) -> exp.Expression:
    if column.type is not Type.STRING:
        return exp.column(name, quoted=True)
    value = known(name, dialect)
    if column.name != _VISITOR:
        return value
    # A tracker writes a missing cookie as this word. Longer ids would be cut: ``longest_text`` tells of them before.
    visitor = found_by(nulled(value, "null"), dialect.key_limit, dialect)
    if not (source.refused and source.carried):
        return visitor
    return exp.Case().when(exp.Is(this=known(source.refused, dialect), expression=exp.Null()), visitor)


def _events(source: Source, dialect: Dialect) -> exp.Select:
    """What definitions are over; ``row_index`` numbers the rows in their order."""
    names = [column.name for column, _ in source.columns]
    first = [name for name in (*HIT_ORDER, _VISITOR) if name in names]
    order = [*first, *(name for name in names if name not in first)]
    ordered = [exp.Ordered(this=exp.column(name), desc=False, nulls_first=False) for name in order]
    number = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=ordered))
    given = [f"given_{number}" for number, _ in enumerate(source.carried, 1)]
    kept: list[Any] = [name for name in names if name != _VISITOR or not source.keys]
    if source.keys:
        kept.append(exp.alias_(_key(names, dialect), _VISITOR))
    query = exp.select(*kept, *given, exp.alias_(number, ROW_INDEX)).from_("given")
    return query if source.nobody or _VISITOR not in names else query.where("NOT visitor_id IS NULL")


def _key(names: Sequence[str], dialect: Dialect) -> exp.Expression:
    """One text for each combination of groups; null is a value of its own. Where keys must be short, its hash."""
    # Lengths before the texts keep combinations apart whatever the texts hold.
    parts = (
        f"CASE WHEN {name} IS NULL THEN '-' ELSE CAST(LENGTH({name}) AS VARCHAR) || ':' || {name} END"
        for name in names
        if name.startswith(_GROUP)
    )
    return digest(exp.maybe_parse(" || ".join(parts)), dialect)
