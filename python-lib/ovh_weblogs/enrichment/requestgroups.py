"""Groups of columns that tell what was asked for, when that was for the visitor, and whether it was one of us."""

from __future__ import annotations

from ovh_weblogs.enrichment import flags, localtime, queries, resources
from ovh_weblogs.enrichment.group import Group
from ovh_weblogs.schema import ADDRESS_FLAGS, AGENT_FLAGS, LOCAL_TIME, RESOURCE_COLUMNS, query_columns

GROUPS = (
    Group(
        needs=lambda _: ("location",),
        columns=lambda s: query_columns(s.query_keys),
        wanted=lambda s: bool(s.query_keys),
        derive=lambda b, s: queries.of_pages(b, s.query_keys),
        of="location",
    ),
    Group(
        needs=lambda _: ("location",),
        columns=lambda _: RESOURCE_COLUMNS,
        wanted=lambda s: s.resources,
        derive=lambda b, s: resources.of_hits(b, s.cleaning.tracked_hosts),
    ),
    Group(
        needs=lambda _: ("server_ts",),
        columns=lambda _: LOCAL_TIME,
        wanted=lambda s: s.local_time,
        derive=lambda b, s: localtime.of_hits(b, s.local_zone),
    ),
    Group(
        needs=lambda _: ("client_addr",),
        columns=lambda _: ADDRESS_FLAGS,
        wanted=lambda s: bool(s.cleaning.internal_addresses),
        derive=lambda b, s: [flags.internal(b.column("client_addr"), s.cleaning.internal_addresses)],
    ),
    Group(
        needs=lambda _: ("useragent",),
        columns=lambda _: AGENT_FLAGS,
        wanted=lambda s: bool(s.cleaning.own_agents),
        derive=lambda b, s: [flags.own_agents(b.column("useragent"), s.cleaning.own_agents)],
    ),
)
