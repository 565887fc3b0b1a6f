"""Visits: the hits of one visitor with no gap of more than half an hour between them."""

from __future__ import annotations

import duckdb

# Columns of the first page that is viewed, and what a visit calls them.
_FIRST = {
    "referer_host": "referrer",
    "page_category": "landing",
    "channel": "channel",
    "campaign_name": "campaign_name",
    "campaign_source": "campaign_source",
    "campaign_medium": "campaign_medium",
}
_OF_FIRST = ", ".join(
    f"arg_min_null({column}, place) FILTER (WHERE page IS NOT NULL) AS {name}" for column, name in _FIRST.items()
)
GAP = 30  # minutes; exactly so many are no gap yet
# Hits of one second are told apart by where they stand, so that a visit always begins with the same page.
_VISITS = f"""
CREATE TEMP TABLE visits AS
WITH ordered AS (
    SELECT
        visitor_id, server_ts, day, kind, referer_host,
        CASE WHEN viewed THEN address END AS page,
        page_category, channel, campaign_name, campaign_source, campaign_medium, is_conversion,
        row_number() OVER visitor AS place,
        server_ts - lag(server_ts) OVER visitor > INTERVAL {GAP} MINUTE AS begins
    FROM events
    WHERE visitor_id IS NOT NULL AND server_ts IS NOT NULL
    WINDOW visitor AS (PARTITION BY visitor_id ORDER BY server_ts, source_file, line_number)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY visitor_id ORDER BY place) AS visit FROM ordered
)
SELECT
    arg_min(day, place) AS day,
    arg_min(kind, place) AS kind,
    arg_min(page, place) FILTER (WHERE page IS NOT NULL) AS entry,
    {_OF_FIRST},
    coalesce(bool_or(is_conversion), false) AS converted,
    count(page) AS pages
FROM numbered
GROUP BY visitor_id, visit
"""  # noqa: S608 - ours
# Where a visit of people began, and how many pages it took; visits that only fetched files began nowhere.
BEGINNING = """
CASE
    WHEN referrer IS NULL THEN 'none'
    WHEN referrer IN (SELECT DISTINCT vhost FROM all_events WHERE vhost IS NOT NULL) THEN 'own'
    ELSE 'other'
END
"""
DEPTH = "CASE WHEN pages < 3 THEN pages WHEN pages < 6 THEN 3 WHEN pages < 11 THEN 6 ELSE 11 END"
DEPTHS = {1: "1 page", 2: "2 pages", 3: "3 to 5 pages", 6: "6 to 10 pages", 11: "11 pages or more"}


def register_visits(base: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``visits`` from the view ``events``.

    One row per visit: the day that it began on, its kind (people, robots, unknown), the address of the first page that
    it viewed with that page's category, the host of its referrer, its channel and campaign; whether any of its hits was
    a conversion, and how many pages it viewed.
    """
    base.execute(_VISITS)
