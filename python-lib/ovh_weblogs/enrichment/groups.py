"""Which groups of columns an input allows, and their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from ovh_weblogs.casting import cast
from ovh_weblogs.enrichment import filters, geo, inputs, protect, requestgroups, sourcegroups, urls, useragent, visitor
from ovh_weblogs.enrichment.group import Columns, Group
from ovh_weblogs.errors import InputError
from ovh_weblogs.roles import ROLES, column_of
from ovh_weblogs.schema import AGENT_COLUMNS, BOT_COLUMNS, ENRICHED, HITS, LOCATION_PARTS, REFERER_PARTS, Column
from ovh_weblogs.settings import EnrichSettings, Policy


@dataclass(frozen=True)
class Plan:
    """What enrichment does to an input of certain columns.

    ``groups``: those that the input allows, in order; ``added``: columns in order; ``renamed``: the tracker's ids, kept
    under other names; ``replaced``: columns of the input that give way; ``skipped``: a sentence per group that is left
    out; ``names``: all columns of the result; ``declared``: those whose type and meaning are ours.
    """

    groups: tuple[Group, ...]
    added: Columns
    renamed: dict[str, str]
    replaced: tuple[str, ...]
    skipped: tuple[str, ...]
    names: tuple[str, ...]
    declared: Columns

    def told(self, settings: EnrichSettings) -> list[str]:
        """What there is to say of it in the log of a build."""
        of_groups = [sentence for group in self.groups for sentence in group.told(settings)]
        told = [
            *self.skipped,
            *of_groups,
            f"Columns added: {', '.join(column.name for column in self.added) or 'none'}",
        ]
        if self.renamed:
            told.append(f"Columns of the tracker kept: {', '.join(self.renamed.values())}")
        if self.replaced:
            told.append(f"Columns of the input replaced: {', '.join(self.replaced)}")
        warning = visitor.warning(settings)
        if warning and any(column.name == "visitor_id" for column in self.added):
            told.append(warning)
        if not settings.visitor_key and settings.privacy.hash_user and "user" in self.names:
            told.append(protect.GUESSABLE)
        return [*told, *filters.idle(self.names, settings.cleaning)]


def _made(parameter: str, column: str) -> Group:
    """A column of hits that is written anew, since the input has it under another name or in parts."""
    (role,) = (role for role in ROLES if role.name == parameter)
    return Group(
        needs=lambda _: (role.column,),
        columns=lambda _: tuple(each for each in HITS.columns if each.name == column),
        wanted=lambda s: column_of(s.columns, role) not in ("", column),
        derive=lambda b, _: [b.column(column)],
    )


_GROUPS = (
    _made("time", "server_ts"),
    _made("path", "location"),
    Group(
        needs=lambda _: ("useragent",),
        columns=lambda _: AGENT_COLUMNS,
        wanted=lambda s: s.useragent,
        derive=lambda b, _: useragent.parts(b.column("useragent")),
        of="useragent",
    ),
    Group(
        needs=lambda _: ("useragent",),
        columns=lambda _: BOT_COLUMNS,
        wanted=lambda s: s.bots,
        derive=lambda b, _: useragent.bot_parts(b.column("useragent")),
    ),
    Group(
        needs=lambda _: ("client_addr",),
        columns=geo.columns,
        wanted=lambda s: s.geo,
        derive=lambda b, s: geo.parts(b.column("client_addr"), s),
        of="client_addr",
        told=geo.told,
    ),
    Group(
        needs=lambda _: ("location",),
        columns=lambda _: LOCATION_PARTS,
        wanted=lambda s: s.url,
        derive=lambda b, _: urls.parts(b.column("location"), LOCATION_PARTS),
        of="location",
    ),
    Group(
        needs=lambda _: ("referer",),
        columns=lambda _: REFERER_PARTS,
        wanted=lambda s: s.url,
        derive=lambda b, _: urls.parts(b.column("referer"), REFERER_PARTS),
        of="referer",
    ),
    *requestgroups.GROUPS,
    *sourcegroups.GROUPS,
    Group(
        needs=visitor.needs,
        columns=visitor.columns,
        wanted=lambda s: s.visitor_id,
        derive=lambda b, s: [visitor.ids(b, s)],
        demanded=lambda s: s.visitor_policy is not Policy.AUTO,
    ),
)


_SPOKEN = {kept: name for name, kept in inputs.TRACKER.items()}


def plan(names: Sequence[str], settings: EnrichSettings) -> Plan:
    """What ``enrich_batch`` does to an input of these columns.

    Raises:
        SettingsError: Something of cleaning or privacy cannot be used.
        InputError: A column that would be added is there already, one that was chosen is not, or nothing is known.
    """
    protect.check(settings)
    columns = inputs.of_hits(names, settings.columns)
    if not columns:
        raise InputError(
            f"The input has no column that enrichment knows, such as {', '.join(HITS.names[:2])} or useragent",
            fix="choose its columns in the section 'Columns of the input'",
        )
    there = {inputs.TRACKER.get(name, name) for name in inputs.readable(names, columns)}
    groups, skipped = _possible(there, settings)
    added = tuple(column for group in groups for column in _named(group, columns, settings))
    renamed = _renamed(names, added)
    taken = _taken(names, renamed, added)
    if taken and not settings.overwrite:
        raise InputError(
            f"The input already has a column {' and a column '.join(taken)}, which enrichment adds",
            fix="drop or rename it in a Prepare recipe, tick 'Replace columns', or take the dataset before enrichment",
        )
    renamed = {old: new for old, new in renamed.items() if new not in names}
    replaced = tuple(name for name in names if name in {column.name for column in added} and name not in renamed)
    kept = [name for name in names if name not in replaced]
    own = [column for column in HITS.columns if column.name in kept and inputs.is_ours(column.name, columns)]
    return Plan(
        groups=tuple(groups),
        added=added,
        renamed=renamed,
        replaced=replaced,
        skipped=tuple(skipped),
        names=(*(renamed.get(name, name) for name in kept), *(column.name for column in added)),
        declared=(*(_kept_as(column, renamed) for column in own), *added),
    )


def _possible(there: set[str], settings: EnrichSettings) -> tuple[list[Group], list[str]]:
    """The groups whose needs are there, and a sentence for each of the others that are wanted."""
    groups, skipped = [], []
    for group in (group for group in _GROUPS if group.wanted(settings)):
        lacking = [_SPOKEN.get(name, name) for name in group.needs(settings) if name not in there]
        names = [column.name for column in group.columns(settings)]
        if not lacking:
            groups.append(group)
            there |= set(names)
            continue
        if group.demanded(settings):
            raise InputError(
                f"The input has no column {' and no column '.join(lacking)}, which {', '.join(names)} is made from",
                fix="choose that column in the section 'Columns of the input', or another way to tell visitors apart",
            )
        skipped.append(f"Left out, since the input has no column {' and '.join(lacking)}: {', '.join(names)}")
    return groups, skipped


def _named(group: Group, columns: Mapping[str, str], settings: EnrichSettings) -> Columns:
    """The group's columns by the names that they get: begun by that of the input's column."""
    name = columns.get(group.of, group.of)
    return tuple(
        replace(column, name=name + column.name.removeprefix(group.of)) if group.of else column
        for column in group.columns(settings)
    )


def _renamed(names: Sequence[str], added: Columns) -> dict[str, str]:
    if not any(column.name == "visitor_id" for column in added):
        return {}
    return {old: new for old, new in inputs.TRACKER.items() if old in names}


def _kept_as(column: Column, renamed: Mapping[str, str]) -> Column:
    new = renamed.get(column.name)
    return next(each for each in ENRICHED.columns if each.name == new) if new else column


def _taken(names: Sequence[str], renamed: Mapping[str, str], added: Columns) -> list[str]:
    coming = [*renamed.values(), *(column.name for column in added if column.name not in renamed)]
    twice = sorted({name for name in coming if coming.count(name) > 1})
    if twice:
        raise InputError(
            f"{' and '.join(twice)} would be added twice", fix="choose a column for one thing only in the recipe"
        )
    return [name for name in coming if name in names]


def enrich_batch(batch: pa.RecordBatch, settings: EnrichSettings, counts: Counter[str] | None = None) -> pa.RecordBatch:
    """Hits to events: the input's columns in their order, those of hits cast to their types, then those that are added.

    Args:
        batch: Columns in any order and of any type that can be read so; those that are not known pass unchanged.
        settings: How they are read, and which groups of columns are added.
        counts: Counts hits, events, what is dropped, and what could not be read.

    Raises:
        SettingsError: As ``plan`` does.
        InputError: As ``plan`` does, or a value cannot be read as its column's type.
    """
    doing = plan(batch.schema.names, settings)
    columns = inputs.of_hits(batch.schema.names, settings.columns)
    hits = protect.clean(inputs.read(batch, columns, settings.zone, counts), settings, counts)
    arrays = [
        hits[name] if inputs.is_ours(name, columns) else _plain(batch.column(name), name)
        for name in batch.schema.names
        if name not in doing.replaced
    ]
    known = {inputs.TRACKER.get(name, name): array for name, array in hits.items()}
    for group in doing.groups:
        values = group.derive(_batch(known), settings)
        known |= {column.name: array for column, array in zip(group.columns(settings), values, strict=True)}
        arrays.extend(values)
    events = pa.RecordBatch.from_arrays(arrays, names=list(doing.names))
    return protect.finish(events, known, columns, settings, counts)


def _plain(array: pa.Array, name: str) -> pa.Array:
    """A column that passes: one that is called by our names of tracker's ids has their type."""
    column = ENRICHED.get(name) if name in inputs.TRACKER.values() else None
    return array if column is None else cast(array, column.type, name)


def _batch(columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
