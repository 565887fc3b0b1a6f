"""Where people are, what brought them, which kinds of pages they viewed, and whether they did what is hoped for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from dev.demo.counting import LONGEST, TOP, Ranking, Series, per_day, ranking
from dev.demo.views import rows

BEGUN = "kind = 'people' AND entry IS NOT NULL"
_PEOPLE = "kind = 'people'"
_VISITORS = "count(DISTINCT visitor_id)"
# A source or medium that is not known is left out rather than shown as such.
_CAMPAIGN = (
    "campaign_name || coalesce(' (' || nullif(concat_ws(' / ', campaign_source, campaign_medium), '') || ')', '')"
)
_CITY = "client_addr_city || coalesce(', ' || client_addr_country, '')"

Rates = list[tuple[str, int, int]]  # by name: visits, and those of them with a conversion


@dataclass(frozen=True)
class Origins:
    """Numbers of people only.

    ``countries`` and ``cities`` count visitors, ``categories`` page views, ``campaigns`` visits by the campaign of
    their first page. ``converted`` are the days' visits with a conversion, by channel; ``by_channel`` and
    ``by_landing`` have the visits of each channel, and of each category of the page that they began with.
    ``is_ruled``: whether any page has a category or can be a conversion, so that "none" is a finding.
    """

    countries: Ranking
    cities: Ranking
    categories: Ranking
    campaigns: Ranking
    converted: Series
    by_channel: Rates
    by_landing: Rates
    is_ruled: bool


def origins(base: duckdb.DuckDBPyConnection, days: list[date]) -> Origins:
    """The numbers, from the views ``events`` and ``visits``."""
    ((ruled,),) = rows(base, "SELECT count(page_category) + count(is_conversion) FROM events")
    return Origins(
        countries=ranking(base, "client_addr_country", _VISITORS, where=_PEOPLE),
        cities=ranking(base, _CITY, _VISITORS, where=_PEOPLE),
        categories=ranking(base, "page_category", where=f"{_PEOPLE} AND viewed"),
        campaigns=ranking(base, _CAMPAIGN, where=BEGUN, source="visits"),
        converted=per_day(
            base, days, "channel", where=f"{BEGUN} AND converted AND channel IS NOT NULL", source="visits"
        ),
        by_channel=_rates(base, "channel"),
        by_landing=_rates(base, "landing"),
        is_ruled=bool(ruled),
    )


def _rates(base: duckdb.DuckDBPyConnection, key: str) -> Rates:
    query = (
        f"SELECT {key} AS key, count(*) AS number, count(*) FILTER (WHERE converted) FROM visits "  # noqa: S608 - ours
        f"WHERE {BEGUN} AND {key} IS NOT NULL GROUP BY 1 ORDER BY number DESC, key LIMIT {TOP}"
    )
    return [(str(name)[:LONGEST], visits, converted) for name, visits, converted in rows(base, query)]
