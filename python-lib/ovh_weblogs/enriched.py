"""Columns that tell what a hit asked for, when and where that was, and whether it is one of ours: for ``schema``."""

from __future__ import annotations

from collections.abc import Sequence

from ovh_weblogs.column import Column, Type


def query_columns(keys: Sequence[str]) -> tuple[Column, ...]:
    """A column for each of the chosen keys of queries; the table of events does not name them."""
    return tuple(
        Column(
            f"location_param_{key}",
            Type.STRING,
            f"Parameter {key} of the page's query, decoded; the first, if it is repeated.",
        )
        for key in keys
    )


RESOURCE_COLUMNS = (
    Column(
        "resource_class",
        Type.STRING,
        "What was asked for, by its path: page, static, download, api or feed; null without a path.",
    ),
    Column(
        "is_pageview",
        Type.BOOLEAN,
        "Server: method GET, status 200 or 304, a page, and no bot; false where a tracker counts the site's views. Tracker: type is page.",
        nullable=False,
    ),
    Column(
        "is_static",
        Type.BOOLEAN,
        "Whether resource_class is static: what a page or a program fetches by itself.",
        nullable=False,
    ),
)
LOCAL_TIME = (
    Column(
        "local_hour", Type.INT, "Hour of server_ts, 0 to 23, by the visitor's clock (tz_off), or in the recipe's zone."
    ),
    Column("local_day", Type.INT, "Day of the month, 1 to 31, by the same clock."),
    Column("local_weekday", Type.INT, "Day of the week, 1 (Monday) to 7 (Sunday), by the same clock."),
    Column("local_month", Type.INT, "Month, 1 to 12, by the same clock."),
)
ADDRESS_FLAGS = (
    Column(
        "is_internal",
        Type.BOOLEAN,
        "Whether the address is one of the recipe's internal addresses; only where some are named.",
        nullable=False,
    ),
)
AGENT_FLAGS = (
    Column(
        "is_own_agent",
        Type.BOOLEAN,
        "Whether a pattern of own agents is found in the user agent; only where some are named.",
        nullable=False,
    ),
)
COUNTRY_COLUMNS = (
    Column(
        "client_addr_country",
        Type.STRING,
        "Name of the country, in the recipe's language; null for a private or reserved address.",
    ),
    Column(
        "client_addr_country_code",
        Type.STRING,
        "Its two letters of ISO 3166-1: by the geo file, else where the address registries assigned the address.",
    ),
)
PLACE_COLUMNS = (
    Column("client_addr_region", Type.STRING, "First-level region, such as Brittany; only with a geo file of cities."),
    Column(
        "client_addr_region_code",
        Type.STRING,
        "Its code of ISO 3166-2 without the country's (BRE); null where the file has none.",
    ),
    Column(
        "client_addr_region_hierarchy",
        Type.STRING,
        "Names of all regions around the place, from the largest to the smallest, with commas between.",
    ),
    Column("client_addr_city", Type.STRING, "City; only with a geo file of cities."),
    Column(
        "client_addr_geopoint",
        Type.STRING,
        "About where that is, as POINT(longitude latitude) in degrees (WKT); no household's place.",
    ),
    Column("client_addr_timezone", Type.STRING, "Time zone there, such as Europe/Paris; null where the file has none."),
)
NETWORK_COLUMNS = (
    Column(
        "client_addr_asn",
        Type.BIGINT,
        "Number of the autonomous system that announces the address; only with a geo file of these.",
    ),
    Column("client_addr_as_org", Type.STRING, "Who holds that autonomous system: an access provider, a host."),
)
REFERRER_COLUMNS = (
    Column(
        "referer_type",
        Type.STRING,
        "direct (no referrer), internal, search, social (video sites, too), ai-assistant, email, campaign (tagged, whoever referred), website or spam; null for a referrer that is no URL.",
    ),
    Column(
        "referer_name",
        Type.STRING,
        "Who referred, such as Google or ChatGPT; the host where the tables do not know it; null where direct or internal.",
    ),
    Column("search_terms", Type.STRING, "What was searched for, decoded; most search engines no longer tell."),
)
CAMPAIGN_COLUMNS = (
    Column(
        "campaign_name",
        Type.STRING,
        "Campaign by the page's query, decoded: utm_campaign, else mtm_campaign and Matomo's older names.",
    ),
    Column(
        "campaign_source",
        Type.STRING,
        "utm_source, or Matomo's; google with gclid, wbraid or gbraid alone, bing with msclkid.",
    ),
    Column("campaign_medium", Type.STRING, "utm_medium, or Matomo's; cpc with a click id of Google Ads or Microsoft."),
    Column("campaign_term", Type.STRING, "utm_term, or Matomo's keyword."),
    Column("campaign_content", Type.STRING, "utm_content, or Matomo's."),
    Column("campaign_id", Type.STRING, "utm_id, or Matomo's."),
    Column(
        "campaign_click_id",
        Type.STRING,
        "Name of the click id that the page's query has: gclid, wbraid, gbraid, msclkid, fbclid and so on.",
    ),
)
CHANNEL_COLUMNS = (
    Column(
        "channel",
        Type.STRING,
        "Channel by GA4's default channel group, such as Organic Search, Paid Social or AI Assistant; null where referer_type is internal, since the visit goes on.",
    ),
)
PAGE_RULE_COLUMNS = (
    Column(
        "page_category",
        Type.STRING,
        "Category of the first page rule that matches; null where none does. Only where there are rules.",
    ),
    Column(
        "is_conversion",
        Type.BOOLEAN,
        "Whether that rule says that the hit is a conversion. Only where there are rules.",
        nullable=False,
    ),
)
