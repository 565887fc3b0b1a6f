"""The use cases of visits and visitors in the events' own database: what SQL they are there, and when they are none.

What reading does in Python for rows of any origin (columns of other names, times that are texts, visitors that are
still to be told), SQL does not: the input has to be events as enrichment leaves them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ovh_weblogs import enrichment, features
from ovh_weblogs.crm import PREFIX, check_beside, check_crm, identified
from ovh_weblogs.database_tables import VISITOR, Labelled, Made, NotInDatabase, Table
from ovh_weblogs.engines import database
from ovh_weblogs.engines.crmjoin import CrmJoin, CrmTable
from ovh_weblogs.engines.database import Source
from ovh_weblogs.engines.dialects import Dialect
from ovh_weblogs.grouping import Grouping
from ovh_weblogs.roles import CONTENT_ROLES, JOURNEY_ROLES, VISITOR_ROLES, Role
from ovh_weblogs.schema import EVENTS, REJECT_REASON, Column, Type
from ovh_weblogs.sessions import Visits
from ovh_weblogs.settings import SessionSettings, VisitorSettings
from ovh_weblogs.visitored import CrmSettings, LabelKind

_WHOLE = ("tinyint", "smallint", "int", "bigint")
_FITS: Mapping[Type, tuple[str, ...]] = {
    Type.STRING: ("string",),
    Type.INT: _WHOLE,
    Type.BIGINT: _WHOLE,
    Type.DOUBLE: ("double", *_WHOLE),  # of a float, a database and DSS's text have other digits
    Type.BOOLEAN: ("boolean",),
    Type.INSTANT: ("date",),
}


def visitors(table: Table, settings: VisitorSettings, crm: Table | None = None) -> Made:
    """One row per visitor, or per what else the settings name, and per cutoff.

    Args:
        table: The events.
        settings: As the embedded engine takes them.
        crm: The CRM, where the settings have one.

    Raises:
        InputError: A needed column is absent.
        NotInDatabase: The input is not what enrichment leaves, or the output needs more than that.
    """
    shape, identifier = identified(list(table.types), settings)
    grouping = Grouping(list(table.types), replace(settings, shape=shape))
    wished = Grouping(list(table.types), settings).columns
    join = _join(crm, settings, grouping.columns, [column.name for column in wished], identifier) if crm else None
    names = _names(table, settings, CONTENT_ROLES)
    if shape.is_of_visitors:
        _check_visitor(table)
    needed = set(features.visitor_reads(grouping.present, shape)) & set(names)
    needed -= set() if shape.is_of_visitors else {VISITOR}
    read = [column for column in EVENTS.columns if column.name in needed]
    pairs = [(column, names[column.name]) for column in read]
    pairs += zip(features.own_columns(shape), (*shape.groups, *(each.column for each in shape.sources)), strict=True)
    source = _source(table, pairs)
    source = replace(source, nobody=not shape.is_of_visitors, keys=bool(shape.groups))

    def text(dialect: Dialect, latest: int | None) -> str:
        """The rows of visitors."""
        queries = grouping.definitions(latest, dialect.name)
        return database.statement(queries, source, grouping.columns, dialect, constants=table.written, join=join)

    joined = join.crm.kept.values() if join else ()
    told = tuple(grouping.told())
    return Made(
        table,
        wished,
        _with_partition(table, [*(column.name for column in wished), *joined]),
        text,
        told,
        by_id=not shape.groups,
        labelled=Labelled(shape.label, grouping.cuts, source) if grouping.has_labels else None,
        join=join,
    )


def _join(
    crm: Table, settings: VisitorSettings, made: Sequence[Column], wished: Sequence[str], identifier: str
) -> CrmJoin:
    """How rows of these columns meet a CRM."""
    chosen = settings.crm or CrmSettings("")
    check_crm(list(crm.types), chosen)
    kept = {name: PREFIX + name for name in crm.types if name != chosen.key}
    check_beside(list(kept.values()), wished)
    kinds = {f"{chosen.key} of the CRM": (crm.types[chosen.key], "string")}
    if chosen.date:
        kinds[f"{chosen.date} of the CRM"] = (crm.types[chosen.date], "date")
    kinds[identifier] = next(column.dss["type"] for column in made if column.name == identifier), "string"
    wrong = [f"{name} ({kind} in place of {needed})" for name, (kind, needed) in kinds.items() if kind != needed]
    if wrong:
        raise NotInDatabase(
            f"The CRM is joined by columns of other types: {', '.join(wrong)}, which only the engine in the recipe "
            "reads",
            fix="cast these columns in a Prepare recipe before, or choose that engine",
        )
    has_cutoffs = settings.shape.label.kind is not LabelKind.NONE
    return CrmJoin(CrmTable(crm.name, chosen.key, chosen.date, kept, crm.partitions), identifier, wished, has_cutoffs)


def sessions(table: Table, settings: SessionSettings) -> Made:
    """One row per visit; arguments and errors as ``visitors``."""
    visits = Visits(list(table.types), settings)
    source = _of_visits(table, settings, visits)

    def text(dialect: Dialect, _latest: int | None) -> str:
        """The rows of visits."""
        query = features.sessions(visits.ours, features.rules_of(settings), dialect.name)
        return database.statement([query], source, visits.columns, dialect, constants=table.written)

    return Made(table, visits.columns, _with_partition(table, [column.name for column in visits.columns]), text)


def events_with_sessions(table: Table, settings: SessionSettings) -> Made:
    """The events with their places in visits, in a partition only those of its visits; ``columns`` are the places.

    Arguments and errors as ``visitors``.
    """
    visits = Visits(list(table.types), settings)
    renamed = visits.renamed()
    through = [renamed.get(name, name) for name in table.types]
    source = replace(_of_visits(table, settings, visits), carried=tuple(table.types))

    def text(dialect: Dialect, _latest: int | None) -> str:
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
    if VISITOR not in table.types:
        raise NotInDatabase(
            "The input has no column visitor_id, which only the engine in the recipe makes of address and user agent",
            fix="enrich the hits first, or choose that engine",
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
