"""Tables of a database as the host names them, and what SQL makes of them: the statement, and what it needs asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ovh_weblogs import features
from ovh_weblogs.engines import database
from ovh_weblogs.engines.crmjoin import CrmJoin
from ovh_weblogs.engines.database import Source
from ovh_weblogs.engines.dialects import Dialect
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import LABELS, Column
from ovh_weblogs.visitored import Label

VISITOR = "visitor_id"


class NotInDatabase(InputError):
    """The rows cannot be made in the database; the embedded engine can make them."""


@dataclass(frozen=True)
class Table:
    """A table of events, or of a CRM, in a database.

    ``name``: as the host resolves it, quoted; ``types``: of its columns, as the host names them, in order;
    ``partitions``: those that are read, each a value by dimension, None for all; ``written``: values of the dimensions
    of the partition that is written, empty where the output has none.
    """

    name: str
    types: Mapping[str, str]
    partitions: Sequence[Mapping[str, str]] | None = None
    written: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Labelled:
    """What labels ask of a database, before rows are made and afterwards.

    ``wished``: the labels; ``cuts``: of each query, by the time of the latest hit; ``source``: the events.
    """

    wished: Label
    cuts: Callable[[int | None], Sequence[features.Cut | None]]
    source: Source

    def latest(self, dialect: Dialect) -> str:
        """The SQL of the time of the latest hit, in microseconds since 1970: one row of one number."""
        return database.statement([features.latest(dialect.name)], self.source, [features.LATEST], dialect)

    def counts(self, name: str, written: Mapping[str, str], dialect: Dialect) -> str:
        """The SQL of rows by cutoff (null but of snapshots) and label: these two, and their number.

        Args:
            name: Of the output's table, quoted.
            written: The partition of it that was written, by dimension; empty for all.
            dialect: Of the database.
        """
        pairs = [(column, column.name) for column in LABELS]
        made = Source(name, pairs, [written] if written else None)
        query = features.label_counts(dialect.name, self.wished.kind)
        return database.statement([query], made, features.COUNTED_LABELS, dialect)


@dataclass(frozen=True)
class Made:
    """An output that SQL can make.

    ``table``: the events; ``columns``: that it makes; ``names``: of all that it has; ``text``: gives the SQL for a
    dialect and the time of the latest hit; ``told``: what is to be said of it; ``by_id``: whether rows are found by the
    input's visitor_id; ``labelled``: what its labels need, where it has any; ``join``: the CRM, which gives it columns
    beside ``columns``.
    """

    table: Table
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    text: Callable[[Dialect, int | None], str]
    told: tuple[str, ...] = ()
    by_id: bool = True
    labelled: Labelled | None = None
    join: CrmJoin | None = None

    def statement(self, dialect: Dialect, latest: int | None = None) -> str:
        """The SQL that makes it.

        Args:
            dialect: Of the database.
            latest: What the SQL of ``labelled.latest`` answers, where there are labels.

        Raises:
            InputError: Two columns have the same name there.
            NotInDatabase: The name of a column is too long.
        """
        _check_names(self.names, dialect)
        return self.text(dialect, latest)

    def longest_id(self, dialect: Dialect) -> str:
        """The SQL of the length of the longest visitor_id, for ``check_ids``; empty where it may have any."""
        if not (self.by_id and dialect.key_limit):
            return ""
        return database.longest_text(Source(self.table.name, (), self.table.partitions), VISITOR, dialect)


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
