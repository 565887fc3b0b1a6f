"""Where people are, what brought them, which kinds of pages they viewed, and whether they did what is hoped for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from dev.demo.counting import BEGUN, LONGEST, PEOPLE, TOP, VISITORS, Ranking, Series, per_day, ranking
from dev.demo.views import rows

# A source or medium that is not known is left out rather than shown as such.
_CAMPAIGN = (
    "campaign_name || coalesce(' (' || nullif(concat_ws(' / ', campaign_source, campaign_medium), '') || ')', '')"
)
_VIEWED = f"{PEOPLE} AND viewed"
_CITY = "client_addr_city || coalesce(', ' || client_addr_country, '')"

Rates = list[tuple[str, int, int]]  # by name: visits, and those of them with a conversion


@dataclass(frozen=True)
class Origins:
    """Numbers of people only.

    ``countries`` and ``cities`` count visitors, ``categories`` page views, ``campaigns`` visits by the campaign of
    their first page. ``converted`` are the days' visits with a conversion, by channel; ``by_channel`` and
    ``by_landing`` have the visits of each channel, and of each category of the page that they began with.
    ``views`` are all their page views, of any category or none.
    ``is_ruled``: whether any page has a category or can be a conversion, so that "none" is a finding.
    """

    countries: Ranking
    cities: Ranking
    categories: Ranking
    campaigns: Ranking
    converted: Series
    by_channel: Rates
    by_landing: Rates
    views: int
    is_ruled: bool


def origins(base: duckdb.DuckDBPyConnection, days: list[date]) -> Origins:
    """The numbers, from the views ``events`` and ``visits``."""
    ruled = "count(page_category) + count(is_conversion)"
    ((views, rules),) = rows(base, f"SELECT count(*) FILTER (WHERE {_VIEWED}), {ruled} FROM events")  # noqa: S608 - ours
    return Origins(
        countries=ranking(base, "client_addr_country", VISITORS, where=PEOPLE),
        cities=ranking(base, _CITY, VISITORS, where=PEOPLE),
        categories=ranking(base, "page_category", where=_VIEWED),
        campaigns=ranking(base, _CAMPAIGN, where=BEGUN, source="visits"),
        converted=per_day(
            base, days, "channel", where=f"{BEGUN} AND converted AND channel IS NOT NULL", source="visits"
        ),
        by_channel=_rates(base, "channel"),
        by_landing=_rates(base, "landing"),
        views=views,
        is_ruled=bool(rules),
    )


def _rates(base: duckdb.DuckDBPyConnection, key: str) -> Rates:
    query = (
        f"SELECT {key} AS key, count(*) AS number, count(*) FILTER (WHERE converted) FROM visits "  # noqa: S608 - ours
        f"WHERE {BEGUN} AND {key} IS NOT NULL GROUP BY 1 ORDER BY number DESC, key LIMIT {TOP}"
    )
    return [(str(name)[:LONGEST], visits, converted) for name, visits, converted in rows(base, query)]
