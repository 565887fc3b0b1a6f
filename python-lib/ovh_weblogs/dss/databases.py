"""Outputs made by the database that their input lies in: where that is possible, and how it is told to the host."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dataiku import SQLExecutor2

from ovh_weblogs.crm import NAMED, tell_known, twice_there
from ovh_weblogs.database_tables import Made, NotInDatabase, Table, check_ids
from ovh_weblogs.dss.datasets import Input, Output, dimensions, limits
from ovh_weblogs.engines.database import known_rows, longest_texts, twins
from ovh_weblogs.engines.dialects import Dialect, dialect_of
from ovh_weblogs.labelcounts import tell_labels
from ovh_weblogs.settings import Engine, VisitorSettings

logger = logging.getLogger(__name__)

_IN_RECIPE = "choose the engine in the recipe"
_ONE_CONNECTION = f"{_IN_RECIPE}, or write both to tables of one connection"


@dataclass(frozen=True)
class Planned:
    """An output, and the SQL that makes it.

    ``columns``: the schema as DSS writes it, in the order of the statement; ``short``: characters that columns take
    whose texts may have more.
    """

    output: Output
    made: Made
    columns: Sequence[Mapping[str, Any]]
    short: Mapping[str, int]


def built(
    settings: VisitorSettings, inputs: Sequence[Input], outputs: Sequence[Output], plan: Callable[..., list[Planned]]
) -> bool:
    """Whether the outputs were made in the database; told in the log, with the reason where they were not.

    Args:
        settings: The engine that is wanted.
        inputs: All of them.
        outputs: All of them.
        plan: What is to be made of the inputs' tables.

    Raises:
        NotInDatabase: It cannot be done, and no other engine may.
        InputError: A column of an output is too short for what would go into it, or bears the name of another.
    """
    if settings.engine is Engine.EMBEDDED:
        return False
    try:
        kind, connection = _common_place(inputs, outputs)
        # What settings and schemas rule out is told before anything is asked.
        planned = plan(*(_table(each, outputs) for each in inputs))
        database = _Database(connection, _dialect(kind, connection, settings))
        _check_ids(planned, database)
        _check_crm(planned, settings, database)
        latest = [database.latest(each.made) for each in planned]
        statements = [
            each.made.statement(database.dialect, moment) for each, moment in zip(planned, latest, strict=True)
        ]
    except NotInDatabase as reason:
        if settings.engine is Engine.DATABASE:
            raise
        logger.info("Engine: embedded, not database: %s", reason.problem)
        return False
    logger.info("Engine: database, %s: no row leaves it", database.dialect.spoken)
    for each, statement in zip(planned, statements, strict=True):
        for sentence in each.made.told:
            logger.info("%s", sentence)
        _check_lengths(each, statement, database)
    for each, statement, moment in zip(planned, statements, latest, strict=True):
        _run(each, statement, database.dialect)
        _tell(each, moment, database)
    return True


def planned(
    made: Made, output: Output, theirs: Sequence[Mapping[str, Any]] = (), told: Sequence[Mapping[str, Any]] = ()
) -> Planned:
    """An output, its schema in the order of the statement: columns of the input, those that are made, the partition's.

    Args:
        made: What is written.
        output: Where to.
        theirs: Columns of the input that go through: those of which none is made come first, the others are described
            as the input describes them.
        told: Columns of a CRM, which come after those that are made.
    """
    by_name, own = {column["name"]: column for column in theirs}, {column.name for column in made.columns}
    through = [column for column in theirs if column["name"] not in own]
    columns = output.schema([*through, *(by_name.get(column.name, column.dss) for column in made.columns), *told])
    known = limits([*theirs, *told])  # a text that the input's column holds needs no look
    short = {name: limit for name, limit in limits(columns).items() if known.get(name, limit + 1) > limit}
    return Planned(output, made, columns, {name: short[name] for name in short if name not in output.written})


@dataclass(frozen=True)
class _Database:
    """A connection, and what is understood there."""

    connection: str
    dialect: Dialect

    def asked(self, query: str) -> list[list[Any]]:
        """What a query answers; nothing for null."""
        answer = SQLExecutor2(connection=self.connection).query_to_df(query, pre_queries=list(self.dialect.before))
        return [[None if pd.isna(each) else each for each in row] for row in answer.itertuples(index=False)]

    def rows(self, query: str) -> list[list[int | None]]:
        """What a query answers in numbers."""
        return [[None if each is None else int(each) for each in row] for row in self.asked(query)]

    def latest(self, made: Made) -> int | None:
        """The time of the latest hit, on which labels hang; None without labels, or without hits."""
        return self.rows(made.labelled.latest(self.dialect))[0][0] if made.labelled else None


def _common_place(inputs: Sequence[Input], outputs: Sequence[Output]) -> tuple[str, str]:
    """Type and connection of the first input's table, in which the other inputs and the outputs lie, too."""
    kind, connection = _place(inputs[0].host.get_config())
    if dialect_of(kind) is None or not connection:
        raise NotInDatabase(f"{inputs[0].short_name} lies in no database that SQL is made for", fix=_IN_RECIPE)
    for each in inputs:
        if each.host.get_config().get("params", {}).get("mode", "table") != "table":
            raise NotInDatabase(f"{each.short_name} is a query, and no table", fix=_IN_RECIPE)
    places = [(each.short_name, each.host) for each in inputs] + [(each.name, each.host) for each in outputs]
    for name, dataset in places:
        if _place(dataset.get_config()) != (kind, connection):
            raise NotInDatabase(f"{name} is no table of the connection {connection}", fix=_ONE_CONNECTION)
    return kind, connection


def _place(config: Mapping[str, Any]) -> tuple[str, str]:
    return str(config.get("type", "")), str(config.get("params", {}).get("connection", ""))


def _table(events: Input, outputs: Sequence[Output]) -> Table:
    """The input's table as the host tells it."""
    name = _table_name(events.host)
    if not name:
        raise NotInDatabase(f"The host does not tell the table of {events.short_name}", fix=_IN_RECIPE)
    types = {str(column["name"]): str(column["type"]) for column in events.columns}
    return Table(name, types, _read(events, types), outputs[0].written)


def _table_name(dataset: Any) -> str:
    """As the host resolves it, quoted; empty where it does not tell."""
    return str(dataset.get_location_info().get("info", {}).get("quotedResolvedTableName") or "")


def _dialect(kind: str, connection: str, settings: VisitorSettings) -> Dialect:
    """Of the database, if it is to be used; it says itself whether it is MySQL or MariaDB."""
    version = ""
    if kind == "MySQL":
        answer = SQLExecutor2(connection=connection).query_to_df("SELECT VERSION() AS version")
        version = str(answer.iloc[0, 0])
    dialect = dialect_of(kind, version)
    if dialect is None or dialect.refused:
        raise NotInDatabase(dialect.refused if dialect else f"No SQL is made for {kind}", fix=_IN_RECIPE)
    if not dialect.proved:
        _check_allowed(dialect, settings)
    return dialect


def _check_allowed(dialect: Dialect, settings: VisitorSettings) -> None:
    if not settings.allow_unproved:
        raise NotInDatabase(
            f"No test has run this SQL in {dialect.spoken}",
            fix="tick 'Databases without proof, too' and compare a small part, or choose the engine in the recipe",
        )
    logger.warning("No test has run this SQL in %s: compare a small part with the engine in the recipe", dialect.spoken)


def _read(events: Input, types: Mapping[str, str]) -> list[dict[str, str]] | None:
    """The partitions that are read, by dimension; None where the input has no partitions."""
    names = dimensions(events.host.get_config())
    if not names:
        return None
    if not events.partitions:
        raise NotInDatabase(f"The host does not tell which partitions of {events.short_name} are read", fix=_IN_RECIPE)
    wrong = [name for name in names if types.get(name) != "string"]
    if wrong:
        raise NotInDatabase(
            f"The partitions of {events.short_name} are told by {wrong[0]}, which is no column of texts",
            fix="make it one, such as 2026-01-31, or choose the engine in the recipe",
        )
    return [dict(zip(names, partition.split("|"), strict=True)) for partition in events.partitions]


def _check_ids(planned: Sequence[Planned], database: _Database) -> None:
    """Refuse ids that are too long for the database, which is asked once."""
    for query in {each.made.longest_id(database.dialect) for each in planned} - {""}:
        check_ids(database.dialect, database.rows(query)[0][0] or 0)


def _check_crm(planned: Sequence[Planned], settings: VisitorSettings, database: _Database) -> None:
    """Refuse a CRM that has a customer twice: his rows would be doubled."""
    for join in (each.made.join for each in planned):
        if join and settings.crm:
            found = database.asked(twins(join.crm, NAMED + 1, database.dialect))
            if found:
                raise twice_there([str(key) for (key,) in found], settings.crm)


def _check_lengths(planned: Planned, statement: str, database: _Database) -> None:
    """Refuse texts that the output's columns would cut; the statement is run once for it."""
    if not planned.short:
        return
    query = longest_texts(statement, list(planned.short), database.dialect)
    for (name, limit), longest in zip(planned.short.items(), database.rows(query)[0], strict=True):
        planned.output.check_length(name, limit, longest)


def _run(planned: Planned, statement: str, dialect: Dialect) -> None:
    planned.output.host.write_schema([dict(column) for column in planned.columns])
    SQLExecutor2.exec_recipe_fragment(
        planned.output.host, statement, pre_queries=list(dialect.before), overwrite_output_schema=False
    )
    logger.info("%s: written in the database", planned.output.name)


def _tell(planned: Planned, latest: int | None, database: _Database) -> None:
    """Log what the engine in the recipe logs of labels and of a CRM."""
    labelled, join, name = planned.made.labelled, planned.made.join, _table_name(planned.output.host)
    if labelled:
        query = labelled.counts(name, planned.output.written, database.dialect)
        counts = Counter({(cutoff, label): count or 0 for cutoff, label, count in database.rows(query)})
        tell_labels(counts, labelled.wished, labelled.cuts(latest))
    if join and join.crm.kept:
        query = known_rows(join, name, planned.output.written, database.dialect)
        ((rows, known),) = database.rows(query)
        tell_known(known or 0, rows or 0)
