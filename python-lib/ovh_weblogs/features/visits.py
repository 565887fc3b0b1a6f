"""Hits to the visits that they are in: each is numbered within its visitor's, and so is its visit.

One SELECT per function, each a CTE named after its result. Times are whole microseconds, flags 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from ovh_weblogs.features.localday import DAY_US, Offsets, bounds, local, offsets
from ovh_weblogs.schema import HIT_ORDER
from ovh_weblogs.settings import Midnight, SessionSettings

_MINUTE = 60_000_000  # microseconds
_NO_ASSETS, _FAST, _PER_MINUTE = 3, 10, 20  # page views without a file; and so many of them at such a rate
ASKED_ROBOTS_TXT = "MAX(CASE WHEN location_path = '/robots.txt' THEN 1 ELSE 0 END)"


@dataclass(frozen=True)
class Rules:
    """What ends a visit, and which visits are wanted.

    ``timeout``: the longest pause within a visit, in microseconds; ``offsets``: of the zone whose midnight counts;
    ``begin``: bounds in microseconds, the second excluded, of the visits' first hits, None for all.
    """

    timeout: int
    midnight: Midnight = Midnight.NEVER
    offsets: Offsets = field(default=((0, 0),))
    campaign_change: bool = False
    only_people: bool = False
    only_pageviews: bool = False
    begin: tuple[int, int] | None = None


def rules_of(settings: SessionSettings) -> Rules:
    """The rules that settings state."""
    return Rules(
        timeout=settings.timeout_minutes * _MINUTE,
        midnight=settings.midnight,
        offsets=offsets(settings.day_zone),
        campaign_change=settings.campaign_change,
        only_people=settings.only_people,
        only_pageviews=settings.only_pageviews,
        begin=bounds(settings.day, settings.day_zone) if settings.day else None,
    )


def clocks(rules: Rules) -> list[str]:
    """What the clocks of the zone of days show at each hit, where midnight counts."""
    return [] if rules.midnight is Midnight.NEVER else [f"{local('ts_us', rules.offsets)} AS local_us"]


def visit_steps(rules: Rules, source: str) -> dict[str, exp.Select]:
    """From what ``seq`` gives to every hit with the number of its visit, ``visit``, which ``begins`` with it or not.

    Hits without a time, where the source has any, come after the others and change nothing of these.

    Args:
        rules: What ends a visit.
        source: The step before.
    """
    steps = {"paused": _paused(rules, source)}
    if rules.midnight is Midnight.LONG:
        steps["daily"] = exp.select("*", "MAX(day_pause) OVER (PARTITION BY visitor_id, day) AS day_paused").from_(
            "paused"
        )
        steps["dated"] = exp.select("*", f"{over('LAG(day_paused)', ['rn'])} AS prev_day_paused").from_("daily")
    steps["begun"] = _begun(rules, list(steps)[-1])
    if rules.campaign_change:
        steps["pieces"] = exp.select("*", f"{_running('opens')} AS piece").from_("begun")
        steps["changed"] = _changed()
        begins = f"CASE WHEN opens = 1 OR {_OTHER} THEN 1 ELSE 0 END AS begins"
        steps["recut"] = exp.select("*", begins).from_("changed")
    steps["numbered"] = exp.select("*", f"{_running('begins')} AS visit").from_(list(steps)[-1])
    return steps


def seq(columns: Sequence[str], rules: Rules, source: str) -> exp.Select:
    """The hits of each visitor in their order, each with the time of the one before."""
    order = ["ts_us", *(name for name in HIT_ORDER[1:] if name in columns), "row_index"]
    query = exp.select("*", f"{over('ROW_NUMBER()', order)} AS rn", f"{over('LAG(ts_us)', order)} AS prev_us")
    if rules.midnight is not Midnight.NEVER:
        day = f"CAST((local_us - (local_us % {DAY_US})) / {DAY_US} AS BIGINT)"
        query = query.select(f"{day} AS day", f"{over('LAG(local_us)', order)} AS prev_local_us")
    return query.from_(source)


def _paused(rules: Rules, source: str) -> exp.Select:
    """Whether a pause is before each hit, in the visitor's time and within the day alone, which begins at midnight."""
    pause = f"CASE WHEN NOT prev_us IS NULL AND ts_us - prev_us <= {rules.timeout} THEN 0 ELSE 1 END"
    query = exp.select("*", f"{pause} AS is_pause").from_(source)
    if rules.midnight is Midnight.NEVER:
        return query
    query = query.select(f"CASE WHEN {_SAME_DAY} THEN 0 ELSE 1 END AS is_new_day")
    if rules.midnight is Midnight.ALWAYS:
        return query
    early = f"CASE WHEN local_us % {DAY_US} <= {rules.timeout} THEN 0 ELSE 1 END"
    return query.select(f"CASE WHEN {_SAME_DAY} THEN {pause} ELSE {early} END AS day_pause")


# Brackets: some versions of sqlglot read ``a - b % c`` from the left, which shows where ``%`` becomes a function.
_SAME_DAY = (
    f"NOT prev_local_us IS NULL AND prev_local_us - (prev_local_us % {DAY_US}) = local_us - (local_us % {DAY_US})"
)


def _begun(rules: Rules, source: str) -> exp.Select:
    """Whether a visit begins with each hit, campaigns apart."""
    also = {
        Midnight.NEVER: "",
        Midnight.LONG: " OR (is_new_day = 1 AND prev_day_paused = 0)",
        Midnight.ALWAYS: " OR is_new_day = 1",
    }
    name = "opens" if rules.campaign_change else "begins"
    return exp.select("*", f"CASE WHEN is_pause = 1{also[rules.midnight]} THEN 1 ELSE 0 END AS {name}").from_(source)


def _changed() -> exp.Select:
    """Each hit of a campaign with the campaign before it in the same visit."""
    partition = "PARTITION BY visitor_id, piece, CASE WHEN campaign_name IS NULL THEN 0 ELSE 1 END"
    return exp.select("*", f"LAG(campaign_name) OVER ({partition} ORDER BY rn NULLS LAST) AS prev_campaign").from_(
        "pieces"
    )


_OTHER = "(NOT campaign_name IS NULL AND (prev_campaign IS NULL OR prev_campaign <> campaign_name))"


def over(function: str, order: Sequence[str]) -> str:
    """A window function over the hits or visits of a visitor; nulls come last in every engine."""
    ordered = ", ".join(f"{name} NULLS LAST" for name in order)
    return f"{function} OVER (PARTITION BY visitor_id ORDER BY {ordered})"


def _running(name: str) -> str:
    """The sum of a flag up to each hit: no two have the same number, so the usual frame ends with the hit itself."""
    return f"CAST({over(f'SUM({name})', ['rn'])} AS BIGINT)"


def tracked(columns: Sequence[str]) -> str:
    """Whether a tracker tells of hits, which logs no static files: 0 or 1 of those that are grouped."""
    return "MAX(CASE WHEN log_family = 'tracker' THEN 1 ELSE 0 END)" if "log_family" in columns else "0"


def without_files(views: str, files: str, is_tracked: str) -> str:
    """Whether pages are viewed as no browser does, which asks for their files."""
    return f"({views} >= {_NO_ASSETS} AND {files} = 0 AND {is_tracked} = 0)"


def in_haste(views: str, time: str) -> str:
    """Whether pages are viewed faster than people read, in so many microseconds."""
    return f"({views} >= {_FAST} AND {views} * {_MINUTE} > {_PER_MINUTE} * ({time}))"
