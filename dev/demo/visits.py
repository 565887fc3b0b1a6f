"""Visits: the hits of one visitor with no gap of more than half an hour between them."""

from __future__ import annotations

import duckdb

GAP = 30  # minutes; exactly so many are no gap yet
# Hits of one second are told apart by where they stand, so that a visit always begins with the same page.
_VISITS = f"""
CREATE TEMP TABLE visits AS
WITH ordered AS (
    SELECT
        visitor_id, server_ts, day, kind, referer_host,
        CASE WHEN viewed THEN address END AS page,
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
    arg_min_null(referer_host, place) FILTER (WHERE page IS NOT NULL) AS referrer,
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
    it viewed and the host of that page's referrer, and how many pages it viewed.
    """
    base.execute(_VISITS)
