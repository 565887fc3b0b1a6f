"""The use cases of visits and visitors in the events' own database: what SQL they are there, and when they are none.

What reading does in Python for rows of any origin (columns of other names, times that are texts, visitors that are
still to be told), SQL does not: the input has to be events as enrichment leaves them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ovh_weblogs import enrichment, features
from ovh_weblogs.engines import database
from ovh_weblogs.engines.database import Source
from ovh_weblogs.engines.dialects import Dialect
from ovh_weblogs.errors import InputError
from ovh_weblogs.grouping import Grouping, beyond_hits
from ovh_weblogs.roles import CONTENT_ROLES, JOURNEY_ROLES, VISITOR_ROLES, Role
from ovh_weblogs.schema import EVENTS, REJECT_REASON, Column, Type
from ovh_weblogs.sessions import Visits
from ovh_weblogs.settings import SessionSettings, VisitorSettings

_VISITOR = "visitor_id"
_WHOLE = ("tinyint", "smallint", "int", "bigint")
_FITS: Mapping[Type, tuple[str, ...]] = {
    Type.STRING: ("string",),
    Type.INT: _WHOLE,
    Type.BIGINT: _WHOLE,
    Type.DOUBLE: ("float", "double", *_WHOLE),
    Type.BOOLEAN: ("boolean",),
    Type.INSTANT: ("date",),
}


class NotInDatabase(InputError):
    """The rows cannot be made in the database; the embedded engine can make them."""


@dataclass(frozen=True)
class Table:
    """A table of events in a database.

    ``name``: as the host resolves it, quoted; ``types``: of its columns, as the host names them, in order;
    ``partitions``: those that are read, each a value by dimension, None for all; ``written``: values of the dimensions
    of the partition that is written, empty where the output has none.
    """

    name: str
    types: Mapping[str, str]
    dialect: Dialect
    partitions: Sequence[Mapping[str, str]] | None = None
    written: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """SQL that makes an output, its columns beside those of partitions, and what there is to say of it."""

    statement: str
    columns: tuple[Column, ...]
    told: tuple[str, ...] = ()


def visitors(table: Table, settings: VisitorSettings) -> Made:
    """One row per visitor, or per what else the settings name.

    Args:
        table: The events.
        settings: As the embedded engine takes them.

    Raises:
        InputError: A needed column is absent.
        NotInDatabase: The input is not what enrichment leaves, or the database cannot hold the output.
    """
    grouping, shape = Grouping(list(table.types), settings), settings.shape
    _check_plain(settings)
    names = _names(table, settings, CONTENT_ROLES)
    if shape.is_of_visitors:
        _check_visitor(table)
    dialect = table.dialect
    query = features.visitors(grouping.present, features.rules_of(SessionSettings()), shape, dialect.name)
    needed = set(features.visitor_reads(grouping.present, shape)) & set(names)
    needed -= set() if shape.is_of_visitors else {_VISITOR}
    read = [column for column in EVENTS.columns if column.name in needed]
    pairs = [(column, names[column.name]) for column in read]
    pairs += zip(features.own_columns(shape), (*shape.groups, *(each.column for each in shape.sources)), strict=True)
    source = _source(table, pairs)
    source = replace(source, nobody=not shape.is_of_visitors, keys=bool(shape.groups))
    _check_output(table, grouping.columns)
    statement = database.statement(query, source, grouping.columns, dialect, constants=table.written)
    return Made(statement, grouping.columns, tuple(grouping.told()))


def sessions(table: Table, settings: SessionSettings) -> Made:
    """One row per visit; arguments and errors as ``visitors``."""
    visits = Visits(list(table.types), settings)
    source = _of_visits(table, settings, visits)
    query = features.sessions(visits.ours, features.rules_of(settings), table.dialect.name)
    _check_output(table, visits.columns)
    statement = database.statement(query, source, visits.columns, table.dialect, constants=table.written)
    return Made(statement, visits.columns)


def events_with_sessions(table: Table, settings: SessionSettings) -> Made:
    """The events with their places in visits, in a partition only those of its visits; ``columns`` are the places.

    Arguments and errors as ``visitors``.
    """
    visits = Visits(list(table.types), settings)
    renamed = visits.renamed()
    source = replace(_of_visits(table, settings, visits), carried=tuple(table.types))
    query = features.places(visits.ours, features.rules_of(settings), table.dialect.name)
    _check_output(table, visits.places)
    statement = database.placed(
        query,
        source,
        [renamed.get(name, name) for name in table.types],
        visits.places,
        table.dialect,
        only_placed=settings.day is not None,
        constants=table.written,
    )
    return Made(statement, visits.places)


def asks_of_visitors(table: Table) -> str:
    """The SQL of the longest visitor_id, for ``check_visitors``; empty where it may have any length."""
    if not table.dialect.joined or table.types.get(_VISITOR) != "string":
        return ""
    return database.longest(Source(table.name, (), table.partitions), _VISITOR, table.dialect)


def check_visitors(table: Table, longest: int) -> None:
    """Refuse ids by which the database cannot find rows.

    Args:
        table: The events.
        longest: Characters of the longest id.

    Raises:
        NotInDatabase: There is one.
    """
    if longest > table.dialect.joined:
        raise NotInDatabase(
            f"A visitor_id has {longest} characters, and {table.dialect.spoken} finds rows by {table.dialect.joined}",
            fix="let enrichment make visitor_id a hash, or choose the engine in the recipe",
        )


def _of_visits(table: Table, settings: SessionSettings, visits: Visits) -> Source:
    names = _names(table, settings, JOURNEY_ROLES)
    _check_visitor(table)
    read = (column for column in EVENTS.columns if column.name in visits.ours)
    return _source(table, [(column, names[column.name]) for column in read])


def _names(table: Table, settings: VisitorSettings, roles: Sequence[Role]) -> dict[str, str]:
    """The table's columns by our names; those of any origin may be called otherwise, those of hits may not."""
    chosen = [
        f"{settings.columns[role.name]} ({role.parameter})" for role in VISITOR_ROLES if role.name in settings.columns
    ]
    if chosen:
        raise NotInDatabase(
            f"Columns of other names than those of events are chosen: {', '.join(chosen)}, which only the engine in "
            "the recipe reads",
            fix="enrich the hits first and leave these fields as they are, or choose that engine",
        )
    known = {ours: name for name, ours in enrichment.our_names(list(table.types), settings.columns).items()}
    return known | enrichment.found(list(table.types), settings.columns, roles)


def _check_visitor(table: Table) -> None:
    if _VISITOR not in table.types:
        raise NotInDatabase(
            "The input has no column visitor_id, which only the engine in the recipe makes of address and user agent",
            fix="enrich the hits first, or choose that engine",
        )


def _check_plain(settings: VisitorSettings) -> None:
    wished = beyond_hits(settings)
    if wished:
        raise NotInDatabase(
            f"Rows with {wished} are made by the engine in the recipe alone",
            fix="choose that engine, or set label to none and empty crm_key",
        )


def _source(table: Table, pairs: Sequence[tuple[Column, str]]) -> Source:
    wrong = [
        f"{name} ({table.types[name]} in place of {_FITS[column.type][0]})"
        for column, name in pairs
        if table.types[name] not in _FITS[column.type]
    ]
    if wrong:
        raise NotInDatabase(
            f"Columns are of other types than those of events: {', '.join(wrong)}, which only the engine in the recipe "
            "reads",
            fix="enrich the hits first, cast these columns before, or choose that engine",
        )
    refused = REJECT_REASON.name if REJECT_REASON.name in table.types else ""
    return Source(table.name, pairs, table.partitions, refused)


def _check_output(table: Table, columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    long = [name for name in names if len(name.encode()) > table.dialect.longest]
    if long:
        raise NotInDatabase(
            f"{table.dialect.spoken} takes names of at most {table.dialect.longest} bytes, and {long[0]} is longer",
            fix="rename the column that it is made from in a Prepare recipe, or choose the engine in the recipe",
        )
    twice = [name for name in table.written if name in names]
    if twice:
        raise NotInDatabase(
            f"The output's partitions are told by the column {twice[0]}, which is one of its own",
            fix="call the dimension otherwise, such as day",
        )
