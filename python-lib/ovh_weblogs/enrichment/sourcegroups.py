"""Groups of columns that tell where a visit comes from, and what it looks at."""

from __future__ import annotations

from ovh_weblogs.enrichment import campaigns, channels, pagerules, referrers
from ovh_weblogs.enrichment.group import Group
from ovh_weblogs.schema import CAMPAIGN_COLUMNS, CHANNEL_COLUMNS, PAGE_RULE_COLUMNS, REFERRER_COLUMNS

GROUPS = (
    Group(
        needs=lambda _: ("location",),
        columns=lambda _: CAMPAIGN_COLUMNS,
        wanted=lambda s: s.traffic_sources,
        derive=lambda b, _: campaigns.of_pages(b),
    ),
    Group(
        needs=lambda _: ("referer",),
        columns=lambda _: REFERRER_COLUMNS,
        wanted=lambda s: s.traffic_sources,
        derive=lambda b, s: referrers.of_hits(b, s.sources),
    ),
    Group(
        needs=lambda _: ("campaign_name", "referer_type"),  # one for each group
        columns=lambda _: CHANNEL_COLUMNS,
        wanted=lambda s: s.traffic_sources,
        derive=lambda b, s: [channels.of_hits(b, s.sources)],
    ),
    Group(
        needs=lambda _: ("location",),
        columns=lambda _: PAGE_RULE_COLUMNS,
        wanted=lambda s: bool(s.page_rules),
        derive=lambda b, s: pagerules.of_hits(b, s.page_rules),
    ),
)
