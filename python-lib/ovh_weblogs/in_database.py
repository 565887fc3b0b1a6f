"""The use cases of visits and visitors in the events' own database: what SQL they are there, and when they are none.

What reading does in Python for rows of any origin (columns of other names, times that are texts, visitors that are
still to be told), SQL does not: the input has to be events as enrichment leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ovh_weblogs import enrichment, features
from ovh_weblogs.engines import database
from ovh_weblogs.engines.database import Source
from ovh_weblogs.engines.dialects import Dialect
from ovh_weblogs.errors import InputError
from ovh_weblogs.grouping import Grouping
from ovh_weblogs.roles import CONTENT_ROLES, JOURNEY_ROLES, VISITOR_ROLES, Role
from ovh_weblogs.schema import EVENTS, REJECT_REASON, Column, Type
from ovh_weblogs.sessions import Visits
from ovh_weblogs.settings import SessionSettings, VisitorSettings
from ovh_weblogs.visitored import LabelKind

_VISITOR = "visitor_id"
_WHOLE = ("tinyint", "smallint", "int", "bigint")
_FITS: Mapping[Type, tuple[str, ...]] = {
    Type.STRING: ("string",),
    Type.INT: _WHOLE,
    Type.BIGINT: _WHOLE,
    Type.DOUBLE: ("double", *_WHOLE),  # of a float, a database and DSS's text have other digits
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
    partitions: Sequence[Mapping[str, str]] | None = None
    written: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """An output that SQL can make.

    ``table``: the events; ``columns``: that it makes; ``names``: of all that it has; ``text``: gives the SQL for a
    dialect; ``told``: what is to be said of it; ``by_id``: whether rows are found by the input's visitor_id.
    """

    table: Table
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    text: Callable[[Dialect], str]
    told: tuple[str, ...] = ()
    by_id: bool = True

    def statement(self, dialect: Dialect) -> str:
        """The SQL that makes it.

        Args:
            dialect: Of the database.

        Raises:
            InputError: Two columns have the same name there.
            NotInDatabase: The name of a column is too long.
        """
        _check_names(self.names, dialect)
        return self.text(dialect)

    def longest_id(self, dialect: Dialect) -> str:
        """The SQL of the length of the longest visitor_id, for ``check_ids``; empty where it may have any."""
        if not (self.by_id and dialect.key_limit):
            return ""
        return database.longest_text(Source(self.table.name, (), self.table.partitions), _VISITOR, dialect)


def visitors(table: Table, settings: VisitorSettings) -> Made:
    """One row per visitor, or per what else the settings name.

    Args:
        table: The events.
        settings: As the embedded engine takes them.

    Raises:
        InputError: A needed column is absent.
        NotInDatabase: The input is not what enrichment leaves, or the output needs more than that.
    """
    grouping, shape = Grouping(list(table.types), settings), settings.shape
    _check_plain(settings)
    names = _names(table, settings, CONTENT_ROLES)
    if shape.is_of_visitors:
        _check_visitor(table)
    needed = set(features.visitor_reads(grouping.present, shape)) & set(names)
    needed -= set() if shape.is_of_visitors else {_VISITOR}
    read = [column for column in EVENTS.columns if column.name in needed]
    pairs = [(column, names[column.name]) for column in read]
    pairs += zip(features.own_columns(shape), (*shape.groups, *(each.column for each in shape.sources)), strict=True)
    source = _source(table, pairs)
    source = replace(source, nobody=not shape.is_of_visitors, keys=bool(shape.groups))

    def text(dialect: Dialect) -> str:
        """The rows of visitors."""
        query = features.visitors(grouping.present, features.rules_of(SessionSettings()), shape, dialect.name)
        return database.statement(query, source, grouping.columns, dialect, constants=table.written)

    all_names = _with_partition(table, [column.name for column in grouping.columns])
    return Made(table, grouping.columns, all_names, text, tuple(grouping.told()), by_id=not shape.groups)


def sessions(table: Table, settings: SessionSettings) -> Made:
    """One row per visit; arguments and errors as ``visitors``."""
    visits = Visits(list(table.types), settings)
    source = _of_visits(table, settings, visits)

    def text(dialect: Dialect) -> str:
        """The rows of visits."""
        query = features.sessions(visits.ours, features.rules_of(settings), dialect.name)
        return database.statement(query, source, visits.columns, dialect, constants=table.written)

    return Made(table, visits.columns, _with_partition(table, [column.name for column in visits.columns]), text)


def events_with_sessions(table: Table, settings: SessionSettings) -> Made:
    """The events with their places in visits, in a partition only those of its visits; ``columns`` are the places.

    Arguments and errors as ``visitors``.
    """
    visits = Visits(list(table.types), settings)
    renamed = visits.renamed()
    through = [renamed.get(name, name) for name in table.types]
    source = replace(_of_visits(table, settings, visits), carried=tuple(table.types))

    def text(dialect: Dialect) -> str:
        """The rows of events."""
        return database.placed(
            features.places(visits.ours, features.rules_of(settings), dialect.name),
            source,
            through,
            visits.places,
            dialect,
            only_placed=settings.day is not None,
            constants=table.written,
        )

    places = _with_partition(table, [column.name for column in visits.places])
    return Made(table, visits.places, (*(name for name in through if name not in places), *places), text)


def check_ids(dialect: Dialect, longest: int) -> None:
    """Refuse ids that are too long for the database to find rows by.

    Args:
        dialect: Of the database.
        longest: Characters of the longest id.

    Raises:
        NotInDatabase: It is too long.
    """
    if longest > dialect.key_limit:
        raise NotInDatabase(
            f"A visitor_id has {longest} characters, and {dialect.spoken} finds rows by at most {dialect.key_limit}",
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
    """Refuse what needs to know the input's end, or other rows than those of the events."""
    wished = "labels" if settings.shape.label.kind is not LabelKind.NONE else "a CRM" if settings.crm else ""
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
            f"Columns have other types than what is read of them: {', '.join(wrong)}, which only the engine in the "
            "recipe casts",
            fix="cast these columns in a Prepare recipe before, or choose that engine",
        )
    refused = REJECT_REASON.name if REJECT_REASON.name in table.types else ""
    return Source(table.name, pairs, table.partitions, refused)


def _with_partition(table: Table, names: Sequence[str]) -> tuple[str, ...]:
    """The output's columns, with those that tell its partition."""
    twice = [name for name in table.written if name in names]
    if twice:
        raise NotInDatabase(
            f"The output's partitions are told by the column {twice[0]}, which is one of its own",
            fix="call the dimension otherwise, such as day",
        )
    return (*names, *table.written)


def _check_names(names: Sequence[str], dialect: Dialect) -> None:
    long = [name for name in names if not dialect.takes_name(name)]
    if long:
        raise NotInDatabase(
            f"{long[0]} is too long a name for {dialect.spoken}, which takes {dialect.name_limit} {dialect.name_unit}",
            fix="shorten the name of the input's column or page category that it is made from",
        )
    known: dict[str, str] = {}
    for name in names if dialect.ignores_case else ():
        if known.setdefault(name.lower(), name) != name:
            raise InputError(
                f"{dialect.spoken} does not tell column {name} from column {known[name.lower()]}",
                fix="rename the input's column in a Prepare recipe before this one, or write to another database",
            )
