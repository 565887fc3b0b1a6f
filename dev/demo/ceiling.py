"""The generator's true probabilities of rows: no model can tell converts better than these, save by chance."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dev.demo.preparation import Sample
from dev.traffic import clock, interest

# The visits of each person, with the day, and the interest that they left.
_VISITS = """
SELECT person, visitor_key, start_ts, day, CASE WHEN conversions > 0 THEN {bought} ELSE interest END AS level
FROM sessions ASOF JOIN days ON start_ts >= begins
WHERE log_family = 'server' AND person IS NOT NULL
"""
# What a person was like at a cutoff. Some come from two addresses and are two visitors, each of whom gets his part.
_STATES = """
WITH before AS (SELECT cutoff_ts, cutoff_day, visits.* FROM visits JOIN cutoffs ON start_ts < cutoff_ts),
people AS (
    SELECT cutoff_ts, person, arg_max(level, start_ts) AS interest, count(*) AS visits,
        least(date_diff('day', max(day), any_value(cutoff_day)) - 1, {longest}) AS absence
    FROM before GROUP BY ALL
)
SELECT cutoff_ts, cutoff_day, visitor_key, person, interest, absence, count(*) / visits AS part
FROM before JOIN people USING (cutoff_ts, person)
GROUP BY cutoff_ts, cutoff_day, visitor_key, person, interest, absence, visits
"""
# People who share an address and an agent are one visitor: he buys unless none of them does.
_TOLD = """
SELECT coalesce(1 - product(pow(1 - probability, part)), 0) AS probability
FROM tried
LEFT JOIN states ON visitor_key = visitor_id AND states.cutoff_ts = tried.cutoff_ts
LEFT JOIN segments USING (visitor_key)
LEFT JOIN outlook ON outlook.day = cutoff_day - 1 AND outlook.is_phone = segments.is_phone
    AND outlook.is_warm = segments.is_warm AND outlook.interest = states.interest AND outlook.absence = states.absence
GROUP BY place ORDER BY place
"""


def true_probabilities(truth: Path, sample: Sample) -> npt.NDArray[np.float64]:
    """The probability with which each row's visitor converts within ``interest.HORIZON`` days of his cutoff.

    Of robots and staff it is 0. The cutoffs are begins of days in the site's zone.

    Args:
        truth: The generator's folder of that name.
        sample: The rows.
    """
    with duckdb.connect() as base:
        for name in ("sessions", "visitors", "outlook"):
            base.read_parquet(str(truth / f"{name}.parquet")).create_view(name)
        base.register("days", _days(base))
        base.register("cutoffs", _cutoffs(sample))
        base.register("tried", _tried(sample))
        base.execute(f"CREATE TEMP TABLE visits AS {_VISITS.format(bought=interest.bought())}")
        base.execute(f"CREATE TEMP TABLE states AS {_STATES.format(longest=interest.LONGEST_ABSENCE)}")
        base.execute(
            "CREATE VIEW segments AS SELECT visitor_key, is_phone, is_warm FROM visitors WHERE log_family = 'server'"
        )
        found: npt.NDArray[np.float64] = base.execute(_TOLD).fetchnumpy()["probability"]
        return found


def _days(base: duckdb.DuckDBPyConnection) -> pa.Table:
    """Zones are Python's: DuckDB would need an extension, which it may want to fetch."""
    first, last = base.execute("SELECT min(day), max(day) FROM outlook").fetchall()[0]
    period = list(clock.days(first, (last - first).days + 1))
    begins = pa.array([clock.utc(day.start) for day in period], pa.timestamp("us", tz="UTC"))
    return pa.table({"day": [day.date for day in period], "begins": begins})


def _cutoffs(sample: Sample) -> pa.Table:
    cutoffs = sorted(set(sample.cutoffs))
    days = [cutoff.astimezone(clock.ZONE).date() for cutoff in cutoffs]
    return pa.table(
        {"cutoff_ts": pa.array(cutoffs, pa.timestamp("us", tz="UTC")), "cutoff_day": pa.array(days, pa.date32())}
    )


def _tried(sample: Sample) -> pa.Table:
    cutoffs = pa.array(sample.cutoffs, pa.timestamp("us", tz="UTC"))
    places = pa.array(range(len(sample.visitors)), pa.int64())
    return pa.table({"visitor_id": pa.array(sample.visitors, pa.string()), "cutoff_ts": cutoffs, "place": places})
