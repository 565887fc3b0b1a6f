"""Which sites of an input a tracker watches, so that page views are not counted twice."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment import inputs, resources, urls
from ovh_weblogs.schema import LOCATION_PARTS
from ovh_weblogs.settings import EnrichSettings

_PAGES = ("location", "path", "vhost")


def needs(names: Sequence[str], settings: EnrichSettings) -> list[str]:
    """The columns of an input that tell it; none where it cannot hold hits of a server and of a tracker both.

    Raises:
        InputError: A column that was chosen is not there.
    """
    columns = inputs.of_hits(names, settings.columns)
    if (
        not {"location", "path"} & set(columns)
        or not settings.resources
        or "type" not in names
        or not {"method", "status"} & set(columns)
    ):
        return []
    pages = [columns[ours] for ours in _PAGES if ours in columns]
    return [*pages, *(name for name in ("log_family", "type") if name in names)]


def hosts(batch: pa.RecordBatch, settings: EnrichSettings) -> set[str]:
    """Hosts of the pages whose views a tracker tells of.

    Args:
        batch: The columns that ``needs`` names.
        settings: How they are read.
    """
    chosen = {role: name for role, name in settings.columns.items() if name in batch.schema.names}
    hits = inputs.read(batch, inputs.of_hits(batch.schema.names, chosen), settings.zone)
    known = pa.RecordBatch.from_arrays(list(hits.values()), names=list(hits))
    viewed = pc.and_(resources.from_tracker(known), pc.fill_null(pc.equal(hits["type"], "page"), fill_value=False))
    pages = hits["location"].filter(viewed).unique()
    return set(urls.parts(pages, LOCATION_PARTS)[1].drop_null().to_pylist())
