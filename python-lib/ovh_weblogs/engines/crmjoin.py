"""What a CRM knows, joined to rows of visitors by the database that both lie in.

Each row of the CRM holds from its date up to the next date of the same customer, so that a row of visitors meets one
of them at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ovh_weblogs.engines.databasereading import digest, known, of_partitions, table_of
from ovh_weblogs.engines.dialects import Dialect
from ovh_weblogs.features.portable import micros

_ALWAYS = -(2**63) + 1  # the date of a row without one, in microseconds since 1970


@dataclass(frozen=True)
class CrmTable:
    """The table of a CRM.

    ``name``: as the host resolves it, quoted; ``key``: the column, of texts, that tells customers; ``date``: the one,
    of instants, from which on a row holds, empty where rows hold always; ``kept``: columns that rows of visitors get,
    with the names that they get; ``partitions``: as of the events.
    """

    name: str
    key: str
    date: str
    kept: Mapping[str, str]
    partitions: Sequence[Mapping[str, str]] | None = None


@dataclass(frozen=True)
class CrmJoin:
    """How rows of visitors meet a CRM.

    ``crm``: its table, with no row twice; ``identifier``: the column of the rows, of texts, that its key is compared
    with; ``names``: columns of the rows that are handed on; ``has_cutoffs``: whether rows have a ``cutoff_ts``, before
    which the CRM must have said it.
    """

    crm: CrmTable
    identifier: str
    names: Sequence[str]
    has_cutoffs: bool


def with_crm(rows: exp.Query, join: CrmJoin, dialect: Dialect) -> exp.Select:
    """The rows with the columns of the CRM, null where it does not know them, or not yet at their cutoff.

    Args:
        rows: Of visitors, as they are written.
        join: The CRM.
        dialect: Of the database.
    """
    people = exp.select("*", exp.alias_(digest(known(join.identifier, dialect), dialect), "the_identifier"))
    if join.has_cutoffs:
        people = people.select(exp.alias_(micros("cutoff_ts", dialect.name), "cutoff_us"))
    people = people.from_(rows.subquery("made"))
    wanted = [exp.alias_(exp.column(name, table="people", quoted=True), name, quoted=True) for name in join.names]
    wanted += [
        exp.alias_(exp.column(f"given_{number}", table="customers"), name, quoted=True)
        for number, name in enumerate(join.crm.kept.values(), 1)
    ]
    if join.crm.date and join.has_cutoffs:
        holds = "since_us < cutoff_us AND (until_us IS NULL OR cutoff_us <= until_us)"
    else:
        holds = "until_us IS NULL"
    query = exp.select(*wanted).from_(people.subquery("people"))
    return query.join(
        _customers(join.crm, dialect).subquery("customers"),
        on=f"the_identifier = the_customer AND {holds}",
        join_type="left",
    )


def twins(crm: CrmTable, most: int, dialect: Dialect) -> exp.Select:
    """The keys that are there twice, with the same date where there are dates: so many at most, in their order."""
    query = exp.select("MIN(the_key) AS twin").from_(_customers(crm, dialect).subquery("customers"))
    return query.group_by("the_customer", "since_us").having("COUNT(*) > 1").order_by("twin").limit(most)


def known_rows(
    join: CrmJoin, name: str, partitions: Sequence[Mapping[str, str]] | None, dialect: Dialect
) -> exp.Select:
    """How many rows there are, and of how many the CRM knows something: one row.

    Args:
        join: The CRM.
        name: Of the table that the rows were written to, quoted.
        partitions: Of it, those that were written; None for all.
        dialect: Of the database.
    """
    unknown = exp.and_(*(exp.column(each, quoted=True).is_(exp.null()) for each in join.crm.kept.values()))
    known = exp.Case().when(exp.not_(unknown), "1")
    counts = exp.select("COUNT(*) AS in_all", exp.alias_(exp.Count(this=known), "known"))
    return of_partitions(counts.from_(table_of(name, dialect)), partitions, dialect)


def _customers(crm: CrmTable, dialect: Dialect) -> exp.Select:
    """The CRM's rows that have a key, each with when it holds."""
    key = known(crm.key, dialect)
    there = exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null()))
    since = micros(crm.date, dialect.name) if crm.date else exp.Literal.number(0)
    rows = exp.select(
        exp.alias_(key, "the_key"),
        exp.alias_(digest(key.copy(), dialect), "the_customer"),
        exp.alias_(exp.Coalesce(this=since, expressions=[exp.convert(_ALWAYS)]), "since_us"),
        *(exp.alias_(exp.column(name, quoted=True), f"given_{number}") for number, name in enumerate(crm.kept, 1)),
    ).from_(table_of(crm.name, dialect))
    rows = of_partitions(rows.where(there), crm.partitions, dialect)
    following = "LEAD(since_us) OVER (PARTITION BY the_customer ORDER BY since_us NULLS FIRST) AS until_us"
    return exp.select("*", following).from_(rows.subquery("dated"))
