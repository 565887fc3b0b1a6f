"""Outputs made by the database that their input lies in: where that is possible, and how it is told to the host."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dataiku import SQLExecutor2

from ovh_weblogs.dss.datasets import Input, Output, dimensions, limits
from ovh_weblogs.engines.database import lengths
from ovh_weblogs.engines.dialects import Dialect, dialect_of
from ovh_weblogs.in_database import Made, NotInDatabase, Table, asks_of_visitors, check_visitors
from ovh_weblogs.settings import Engine, SessionSettings, VisitorSettings

logger = logging.getLogger(__name__)

_ELSE = "choose the engine in the recipe, or write both to tables of one connection"


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
    settings: VisitorSettings, events: Input, outputs: Sequence[Output], plan: Callable[[Table], list[Planned]]
) -> bool:
    """Whether the outputs were made in the database; told in the log, with the reason where they were not.

    Args:
        settings: The engine that is wanted.
        events: The input.
        outputs: All of them.
        plan: What is to be made of a table.

    Raises:
        NotInDatabase: It cannot be done, and no other engine may.
        InputError: A column of an output is too short for what would go into it.
    """
    if settings.engine is Engine.EMBEDDED:
        return False
    try:
        table = _table(settings, events, outputs)
        _check_worth(settings, table.dialect)
        planned = plan(table)
    except NotInDatabase as reason:
        if settings.engine is Engine.DATABASE:
            raise
        logger.info("Engine: embedded, not database: %s", reason.problem)
        return False
    logger.info("Engine: database, %s: no row leaves it", table.dialect.spoken)
    for each in planned:
        for sentence in each.made.told:
            logger.info("%s", sentence)
        _check_lengths(each, table.dialect)
    for each in planned:
        _run(each, table.dialect)
    return True


def planned(made: Made, output: Output, theirs: Sequence[Mapping[str, Any]] = ()) -> Planned:
    """An output, its schema in the order of the statement: columns of the input, those that are made, the partition's.

    Args:
        made: What is written.
        output: Where to.
        theirs: Columns of the input that go through: those of which none is made come first, the others are described
            as the input describes them.
    """
    by_name, own = {column["name"]: column for column in theirs}, {column.name for column in made.columns}
    through = [column for column in theirs if column["name"] not in own]
    columns = output.schema([*through, *(by_name.get(column.name, column.dss) for column in made.columns)])
    known = limits(theirs)  # a text that the input's column holds needs no look
    short = {name: limit for name, limit in limits(columns).items() if known.get(name, limit + 1) > limit}
    return Planned(output, made, columns, {name: short[name] for name in short if name not in output.written})


def _table(settings: VisitorSettings, events: Input, outputs: Sequence[Output]) -> Table:
    """The input's table, which lies where the outputs do."""
    config = events.host.get_config()
    kind, connection = _place(config)
    known = dialect_of(kind)
    if known is None or not connection or config.get("params", {}).get("mode", "table") != "table":
        raise NotInDatabase(f"{events.short_name} is no table of a database that this is made for", fix=_ELSE)
    for output in outputs:
        if _place(output.host.get_config()) != (kind, connection):
            raise NotInDatabase(f"{output.name} is no table of the connection {connection}", fix=_ELSE)
    dialect = dialect_of(kind, _version(connection)) if kind == "MySQL" else known
    _check_proved(dialect or known, settings)
    name = events.host.get_location_info().get("info", {}).get("quotedResolvedTableName")
    if not name:
        raise NotInDatabase(f"The host does not tell the table of {events.short_name}", fix=_ELSE)
    types = {str(column["name"]): str(column["type"]) for column in events.columns}
    table = Table(str(name), types, dialect or known, _read(events, config, types), outputs[0].written)
    if question := asks_of_visitors(table):
        found = SQLExecutor2(connection=connection).query_to_df(question).iloc[0, 0]
        check_visitors(table, 0 if pd.isna(found) else int(found))
    return table


def _place(config: Mapping[str, Any]) -> tuple[str, str]:
    return str(config.get("type", "")), str(config.get("params", {}).get("connection", ""))


def _check_proved(dialect: Dialect, settings: VisitorSettings) -> None:
    if dialect.proved:
        return
    if not settings.allow_unproved:
        raise NotInDatabase(
            f"No test has run this SQL in {dialect.spoken}",
            fix="tick 'Databases without proof, too' and compare a small part, or choose the engine in the recipe",
        )
    logger.warning("No test has run this SQL in %s: compare a small part with the engine in the recipe", dialect.spoken)


def _check_worth(settings: VisitorSettings, dialect: Dialect) -> None:
    """Visitors take far longer in some databases: there they are made only where that is asked for."""
    if not (dialect.joins or isinstance(settings, SessionSettings) or settings.engine is Engine.DATABASE):
        raise NotInDatabase(
            f"{dialect.spoken} is slow at joins, of which visitors need several",
            fix="choose the engine 'In the database' to have them there nevertheless",
        )


def _version(connection: str) -> str:
    """What the database says that it is: MariaDB calls itself so."""
    answer = SQLExecutor2(connection=connection).query_to_df("SELECT VERSION() AS version")
    return str(answer.iloc[0, 0])


def _read(events: Input, config: Mapping[str, Any], types: Mapping[str, str]) -> list[dict[str, str]] | None:
    """The partitions that are read, by dimension; None where there are none."""
    names = dimensions(config)
    if not names or not events.partitions:
        return None
    wrong = [name for name in names if types.get(name) != "string"]
    if wrong:
        raise NotInDatabase(
            f"The partitions of {events.short_name} are told by {wrong[0]}, which is no column of texts",
            fix="make it one, such as 2026-01-31, or choose the engine in the recipe",
        )
    return [dict(zip(names, partition.split("|"), strict=True)) for partition in events.partitions]


def _check_lengths(planned: Planned, dialect: Dialect) -> None:
    """Refuse texts that the output's columns would cut; the statement is run once for it."""
    if not planned.short:
        return
    query = lengths(planned.made.statement, list(planned.short), dialect)
    config = planned.output.host.get_config()
    answer = SQLExecutor2(connection=_place(config)[1]).query_to_df(query, pre_queries=list(dialect.before))
    for (name, limit), longest in zip(planned.short.items(), answer.iloc[0], strict=True):
        planned.output.check_length(name, limit, None if pd.isna(longest) else int(longest))


def _run(planned: Planned, dialect: Dialect) -> None:
    planned.output.host.write_schema([dict(column) for column in planned.columns])
    SQLExecutor2.exec_recipe_fragment(
        planned.output.host,
        planned.made.statement,
        pre_queries=list(dialect.before),
        overwrite_output_schema=False,
    )
    logger.info("%s: written in the database", planned.output.name)
