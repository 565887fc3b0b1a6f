"""Which groups of columns an input allows, and their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ovh_weblogs.casting import conform
from ovh_weblogs.enrichment import urls, useragent, visitor
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import (
    AGENT_COLUMNS,
    BOT_COLUMNS,
    HITS,
    LOCATION_PARTS,
    REFERER_PARTS,
    VISITOR_COLUMNS,
    Column,
)
from ovh_weblogs.settings import EnrichSettings

_VISITOR_ID = VISITOR_COLUMNS[:1]
_TRACKER = {"visitor_id": "tracker_visitor_id", "session_id": "tracker_session_id"}


@dataclass(frozen=True)
class Plan:
    """What enrichment does to an input of certain columns.

    ``added``: columns in order; ``renamed``: the tracker's ids, kept under other names; ``skipped``: a sentence per
    group that is left out.
    """

    added: tuple[Column, ...]
    renamed: dict[str, str]
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class _Group:
    needs: str
    columns: tuple[Column, ...]
    wanted: Callable[[EnrichSettings], bool]
    derive: Callable[[pa.RecordBatch], list[pa.Array]]


_GROUPS = (
    _Group("useragent", AGENT_COLUMNS, lambda s: s.useragent, lambda b: useragent.parts(b.column("useragent"))),
    _Group("useragent", BOT_COLUMNS, lambda s: s.bots, lambda b: useragent.bot_parts(b.column("useragent"))),
    _Group("location", LOCATION_PARTS, lambda s: s.url, lambda b: urls.parts(b.column("location"), LOCATION_PARTS)),
    _Group("referer", REFERER_PARTS, lambda s: s.url, lambda b: urls.parts(b.column("referer"), REFERER_PARTS)),
    _Group("client_addr", _VISITOR_ID, lambda s: s.visitor_id, lambda b: [visitor.ids(b)]),
)


def _groups(names: Sequence[str], settings: EnrichSettings) -> list[_Group]:
    return [group for group in _GROUPS if group.wanted(settings) and group.needs in names]


def plan(names: Sequence[str], settings: EnrichSettings) -> Plan:
    """What ``enrich_batch`` does to hits of these columns.

    Raises:
        InputError: A column that would be added is there already, or there is no address to make visitor_id from.
    """
    if settings.visitor_id and "client_addr" not in names:
        raise InputError(
            "The input has no column client_addr, which visitor_id is made from",
            fix="rename the column that holds the client's address so in a Prepare recipe before this one",
        )
    renamed = {old: new for old, new in _TRACKER.items() if settings.visitor_id and old in names}
    added = tuple(column for group in _groups(names, settings) for column in group.columns)
    _refuse_taken(names, renamed, added)
    skipped = tuple(
        f"Left out, since the input has no column {group.needs}: {', '.join(column.name for column in group.columns)}"
        for group in _GROUPS
        if group.wanted(settings) and group.needs not in names
    )
    return Plan(added, renamed, skipped)


def _refuse_taken(names: Sequence[str], renamed: dict[str, str], added: Sequence[Column]) -> None:
    coming = [*renamed.values(), *(column.name for column in added if column.name not in renamed)]
    taken = [name for name in coming if name in names]
    if taken:
        raise InputError(
            f"The input already has a column {' and a column '.join(taken)}, which enrichment adds",
            fix="drop or rename it in a Prepare recipe, or take the dataset before its enrichment",
        )


def enrich_batch(batch: pa.RecordBatch, settings: EnrichSettings) -> pa.RecordBatch:
    """Hits to events: the input's columns in their order, cast to the declared types, then those that are added.

    Args:
        batch: Columns of ``schema.HITS`` in any order and of any type that can be read so; others pass unchanged.
        settings: Which groups of columns are added.

    Raises:
        InputError: As ``plan`` does, or a value cannot be read as its column's type.
    """
    doing = plan(batch.schema.names, settings)
    hits = conform(batch, HITS)
    names = [doing.renamed.get(name, name) for name in hits.schema.names]
    arrays = list(hits.columns)
    for group in _groups(hits.schema.names, settings):
        arrays.extend(group.derive(hits))
    return pa.RecordBatch.from_arrays(arrays, names=[*names, *(column.name for column in doing.added)])
