"""Who referred, and what kind of site it is, by the host of the referrer and by the campaign of the page's address."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment import urls
from ovh_weblogs.enrichment.distinct import rows
from ovh_weblogs.enrichment.queries import decoded
from ovh_weblogs.enrichment.referrersites import TYPES, Lookup, lookup
from ovh_weblogs.schema import LOCATION_PARTS, REFERER_PARTS
from ovh_weblogs.sources import Sources

_HOST, _QUERY = 1, 4  # places among the parts of a URL
_NO_HOST = ""  # of a referrer that is no URL with a host
Judged = tuple[str | None, str | None]


def of_hits(batch: pa.RecordBatch, sources: Sources) -> list[pa.Array]:
    """``schema.REFERRER_COLUMNS`` of hits.

    Args:
        batch: Hits with ``referer``; its parts, ``location`` or its host, and the columns of campaigns may be there.
        sources: What is known beside the tables.
    """
    hosts, queries = _parts(batch, "referer")
    sites = lookup(sources)
    names = ("campaign_source", "campaign_medium", "campaign_name", "campaign_click_id")
    tags = [batch.column(name) if name in batch.schema.names else _nothing(batch) for name in names]
    more = pc.or_(tags[1].is_valid(), tags[2].is_valid())
    told = pc.if_else(pc.and_(hosts.is_null(), batch.column("referer").is_valid()), _NO_HOST, hosts)
    distinct, places = rows([told, _pages(batch), tags[0], more, tags[3]])
    judged = [_judged(sites, *row) for row in zip(*(array.to_pylist() for array in distinct), strict=True)]
    types, who = (pa.array([row[column] for row in judged], pa.string()) for column in (0, 1))
    return [types.take(places), who.take(places), _terms(hosts, queries, sites)]


def _parts(batch: pa.RecordBatch, column: str) -> tuple[pa.Array, pa.Array]:
    """Host and query of a URL's column, from its parts where they are there already."""
    names = (f"{column}_host", f"{column}_querystring")
    if set(names) <= set(batch.schema.names):
        return batch.column(names[0]), batch.column(names[1])
    parts = urls.parts(batch.column(column), LOCATION_PARTS if column == "location" else REFERER_PARTS)
    return parts[_HOST], parts[_QUERY]


def _pages(batch: pa.RecordBatch) -> pa.Array:
    """The hosts of the pages."""
    there = {"location", "location_host"} & set(batch.schema.names)
    found = _parts(batch, "location")[0] if there else _nothing(batch)
    return pc.coalesce(found, batch.column("vhost")) if "vhost" in batch.schema.names else found


def _nothing(batch: pa.RecordBatch) -> pa.Array:
    return pa.nulls(batch.num_rows, pa.string())


def _judged(
    sites: Lookup,
    sent: str | None,
    page: str | None,
    source: str | None,
    more: bool,  # noqa: FBT001 - one row of values
    click: str | None,
) -> Judged:
    """Type and name of a referrer, by its host.

    ``more`` tells whether the page's address states a medium or a campaign. An assistant that states itself as the
    source, and nothing else, as ChatGPT does, makes no campaign.
    """
    host = sent or None
    own = host is not None and sites.is_internal(host, page)
    site = sites.site(host) if host is not None and not own else None
    if host is not None and sites.is_spam(host):
        return "spam", host
    stated = sites.stated(source) if source and not more else None
    if stated is not None and stated.kind == "ai-assistant":
        return "ai-assistant", stated.name
    if source or more:
        return "campaign", site and site.name
    if sent is None:
        return ("social", "Facebook") if click == "fbclid" else ("direct", None)
    if own:
        return "internal", None
    return (TYPES.get(site.kind, site.kind), site.name) if site else (None, None)


def _terms(hosts: pa.Array, queries: pa.Array, sites: Lookup) -> pa.Array:
    """What was searched for, where a search engine's referrer has a query."""
    asked = pc.and_(queries.is_valid(), hosts.is_valid())
    distinct, places = rows([hosts.filter(asked), queries.filter(asked)])
    pairs = zip(*(array.to_pylist() for array in distinct), strict=True)
    found = pa.array([_searched(host, query, sites) for host, query in pairs], pa.string()).take(places)
    return pc.replace_with_mask(pa.nulls(len(hosts), pa.string()), asked, found)


def _searched(host: str, query: str, sites: Lookup) -> str | None:
    site = sites.site(host)
    if site.kind != "search":
        return None
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if key == site.key and value:
            return decoded(value).strip() or None
    return None
