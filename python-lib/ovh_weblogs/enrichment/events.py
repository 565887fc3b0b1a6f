"""Events of any origin under our names, as what follows on them needs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo

import pyarrow as pa

from ovh_weblogs.casting import conform
from ovh_weblogs.enrichment import inputs
from ovh_weblogs.roles import VISITOR_ROLES
from ovh_weblogs.schema import ENRICHED, EVENTS, REJECT_REASON

_BEGINNINGS = (
    "client_addr",
    "useragent",
    "location",
    "referer",
)  # of names that enrichment makes from those of the input
_ROLES = {role.column for role in VISITOR_ROLES}


def our_names(names: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Our names of an input's columns, by theirs: those of hits, and those that enrichment added; no others.

    Args:
        names: Columns of the input.
        chosen: Columns by the names of their roles, where they are not called by our names.

    Raises:
        InputError: A column that was chosen is not there.
    """
    columns = inputs.found(names, chosen, VISITOR_ROLES)
    ours = {name: column for column, name in columns.items()}
    for column in (begin for begin in _BEGINNINGS if columns.get(begin, begin) != begin):
        for part in (each.name for each in ENRICHED.columns if each.name.startswith(f"{column}_")):
            ours.setdefault(columns[column] + part.removeprefix(column), part)
    known = {*EVENTS.names, REJECT_REASON.name} - _ROLES - set(ours.values())
    return {name: ours.get(name, name) for name in names if name in ours or name in known}


def as_events(
    batch: pa.RecordBatch, chosen: Mapping[str, str], zone: tzinfo, counts: Counter[str] | None = None
) -> pa.RecordBatch:
    """A batch's columns that ``our_names`` names, under our names and of our types.

    Args:
        batch: The input's.
        chosen: As ``our_names`` has it.
        zone: Of times that are texts without one.
        counts: Counts times that could not be read.

    Raises:
        InputError: A column that was chosen is not there, or a value cannot be read as its column's type.
    """
    names = our_names(batch.schema.names, chosen)
    hits = inputs.read(batch, inputs.found(batch.schema.names, chosen, VISITOR_ROLES), zone, counts)
    arrays = {ours: hits.get(ours, batch.column(name)) for name, ours in names.items()}
    return conform(pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays)), EVENTS)
