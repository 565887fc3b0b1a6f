"""The SQL of visits: reviewed as files, the same for every dialect but for its first step."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlglot import ErrorLevel, parse_one

from ovh_weblogs import features
from ovh_weblogs.features import Rules
from ovh_weblogs.schema import EVENTS
from ovh_weblogs.settings import EUROPE, Midnight

COLUMNS = EVENTS.names
MINUTE = 60_000_000
DAY = (1774652400000000, 1774738800000000)  # 28 March 2026 in Paris
PLAIN = Rules(30 * MINUTE)
FULL = Rules(
    timeout=30 * MINUTE,
    midnight=Midnight.LONG,
    offsets=features.offsets(EUROPE, 2026, 2027),
    campaign_change=True,
    only_people=True,
    only_pageviews=True,
    begin=DAY,
)
MADE = {
    "sessions": features.sessions(COLUMNS, PLAIN),
    "sessions_all_options": features.sessions(COLUMNS, FULL),
    "session_places": features.places(COLUMNS, PLAIN),
    "session_places_all_options": features.places(COLUMNS, FULL),
}


@pytest.mark.parametrize("name", MADE)
def test_the_query_for_duckdb_is_the_reviewed_one(name):
    """Compared as expressions: the layout of the text differs between versions of sqlglot."""
    reviewed = Path(__file__).with_name("sql") / f"{name}.duckdb.sql"
    query = MADE[name].sql(dialect="duckdb", identify=True, unsupported_level=ErrorLevel.RAISE)
    assert parse_one(query, read="duckdb") == parse_one(reviewed.read_text(encoding="utf-8"), read="duckdb")


@pytest.mark.parametrize("define", [features.sessions, features.places])
@pytest.mark.parametrize("dialect", ["postgres", "mysql", "spark"])
def test_only_the_staging_depends_on_the_dialect(define, dialect):
    here, there = define(COLUMNS, FULL, "duckdb"), define(COLUMNS, FULL, dialect)
    assert [cte.alias for cte in there.ctes][:3] == ["stage", "kept", "seq"]
    assert [cte.this for cte in there.ctes[1:]] == [cte.this for cte in here.ctes[1:]]
    assert there.expressions == here.expressions
    assert there.sql(dialect=dialect, identify=True, unsupported_level=ErrorLevel.RAISE)
