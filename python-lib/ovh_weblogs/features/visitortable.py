"""Which columns of the events each column of visitors is made from, how, and what is left out without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from ovh_weblogs.schema import VISITORS, Column, category_columns

_VIEW = "is_pageview = 1"
_HOUR, _DAY = 3_600_000_000, 86_400_000_000  # microseconds
_AGAIN = 10_000_000  # microseconds: nobody reads a page and wants it anew so soon
_LARGEST_BIGINT = 2**63 - 1
_TIMES, _VIEWS = ("server_ts",), ("is_pageview",)
_VISITS = (*_TIMES, *_VIEWS)
_CATEGORIES = (*_VIEWS, "page_category")
_VIEWED_CATEGORY = f"CASE WHEN {_VIEW} THEN page_category END"
_VIEWED_PAGE = f"CASE WHEN {_VIEW} THEN location END"
# First and last values whose column or condition the name does not tell.
_ENDS = {
    "landing_page_first": ("is_pageview", "location"),
    "page_category_first": _CATEGORIES,
    "page_category_last": _CATEGORIES,
    "month_last": ("local_month",),
}


def _sum(amount: str) -> str:
    return f"CAST(SUM({amount}) AS BIGINT)"


def _number(condition: str) -> str:
    return _sum(f"CASE WHEN {condition} THEN 1 ELSE 0 END")


def _ratio(part: str, whole: str) -> str:
    return f"CAST({part} AS DOUBLE) / NULLIF(CAST({whole} AS DOUBLE), 0)"


def _units(amount: str, unit: int) -> str:
    return f"CAST({amount} AS DOUBLE) / {unit}.0"


_DURATION = "CASE WHEN is_visit = 1 THEN visit_end - visit_start END"
_GAP = "CASE WHEN is_visit = 1 THEN ts_us - prev_us END"
_VISIT_VIEWS = "CASE WHEN is_visit = 1 THEN visit_views END"
_LAST_VISIT = "visit_end = last_us"
_VIEWED = f"COUNT({_VIEWED_CATEGORY})"
# Of n views, each in a category of m: ln n - (sum of ln m) / n, which is -(sum of p ln p) over categories.
_ENTROPY = f"""
    CASE
        WHEN COUNT(DISTINCT {_VIEWED_CATEGORY}) = 1 THEN CAST(0 AS DOUBLE)
        WHEN {_VIEWED} > 0 THEN LN(CAST({_VIEWED} AS DOUBLE))
            - SUM(CASE WHEN NOT {_VIEWED_CATEGORY} IS NULL THEN LN(CAST(category_views AS DOUBLE)) END)
            / CAST({_VIEWED} AS DOUBLE)
    END"""
_MADE: dict[str, tuple[tuple[str, ...], str]] = {
    "visitor_id": ((), "visitor_id"),
    "count": ((), "COUNT(*)"),
    "server_ts_min": (_TIMES, "MIN(ts_us)"),
    "server_ts_max": (_TIMES, "MAX(ts_us)"),
    "session_id_count": (_TIMES, _sum("is_visit")),
    "pageviews": (_VIEWS, _sum("is_pageview")),
    "page_distinct": ((*_VIEWS, "location"), f"COUNT(DISTINCT {_VIEWED_PAGE})"),
    "active_days": (_TIMES, "COUNT(DISTINCT day)"),
    "client_addr_count": (("client_addr",), "COUNT(DISTINCT client_addr)"),
    "location_distinct": (("location",), "COUNT(DISTINCT location)"),
    "bytes_min": (("bytes",), "MIN(bytes)"),
    "bytes_max": (("bytes",), "MAX(bytes)"),
    # Null beyond a BIGINT, since one absurd size in a log must not fail a build.
    "bytes_sum": (("bytes",), f"CASE WHEN SUM(bytes) <= {_LARGEST_BIGINT} THEN {_sum('bytes')} END"),
    "status_max": (("status",), "MAX(status)"),
    "days_since_first": (_TIMES, _units("MAX(latest_us) - MIN(ts_us)", _DAY)),
    "days_since_last": (_TIMES, _units("MAX(latest_us) - MAX(ts_us)", _DAY)),
    "days_active_span": (_TIMES, _units("MAX(ts_us) - MIN(ts_us)", _DAY)),
    "session_gap_hours_mean": (_TIMES, f"{_ratio(f'SUM({_GAP})', f'COUNT({_GAP})')} / {_HOUR}.0"),
    "session_gap_hours_std": (_TIMES, f"STDDEV_SAMP(CAST({_GAP} AS DOUBLE)) / {_HOUR}.0"),
    "session_count_7d": (_TIMES, _number(f"is_visit = 1 AND latest_us - ts_us < {7 * _DAY}")),
    "session_count_30d": (_TIMES, _number(f"is_visit = 1 AND latest_us - ts_us < {30 * _DAY}")),
    "session_pageviews_mean": (_VISITS, _ratio(f"SUM({_VISIT_VIEWS})", "SUM(is_visit)")),
    "session_pageviews_max": (_VISITS, f"MAX({_VISIT_VIEWS})"),
    "session_pageviews_last": (_VISITS, f"MAX(CASE WHEN {_LAST_VISIT} THEN visit_views END)"),
    "session_duration_mean": (_TIMES, f"{_ratio(f'SUM({_DURATION})', 'SUM(is_visit)')} / 1000000.0"),
    "session_duration_last": (_TIMES, _units(f"MAX(CASE WHEN {_LAST_VISIT} THEN visit_end - visit_start END)", 10**6)),
    "bounce_share": (_VISITS, _ratio(_number("is_visit = 1 AND visit_views = 1"), "SUM(is_visit)")),
    "time_on_page_mean": (_VISITS, f"{_ratio('SUM(next_view_us - ts_us)', 'COUNT(next_view_us)')} / 1000000.0"),
    "page_category_distinct": (_CATEGORIES, f"COUNT(DISTINCT {_VIEWED_CATEGORY})"),
    "page_category_entropy": (_CATEGORIES, _ENTROPY),
    "conversions": (("is_conversion",), _sum("is_conversion")),
    "channel_distinct": (("channel",), "COUNT(DISTINCT channel)"),
    "has_campaign": (("campaign_name",), "MAX(CASE WHEN campaign_name_first IS NULL THEN 0 ELSE 1 END) = 1"),
    "night_share": (("local_hour",), _ratio(_number("local_hour < 6"), "COUNT(local_hour)")),
    "weekend_share": (("local_weekday",), _ratio(_number("local_weekday >= 6"), "COUNT(local_weekday)")),
    "error_share": (("status",), _ratio(_number("status >= 400"), "COUNT(status)")),
    "count_404": (("status",), _number("status = 404")),
    "repeated_pageviews": (
        (*_VISITS, "location"),
        _number(f"{_VIEW} AND location = prev_page AND ts_us - prev_view_us <= {_AGAIN}"),
    ),
    "is_bot": (("is_bot",), "MAX(is_bot) = 1"),
    "asked_robots_txt": (("location_path",), "MAX(asked_robots_txt) = 1"),
}


@dataclass(frozen=True)
class Feature:
    """One column of visitors.

    ``needs``: columns of the events; ``how``: its aggregate over a visitor's hits; ``value``: of a first or last value,
    what is looked for on each hit, empty for others.
    """

    column: Column
    needs: tuple[str, ...]
    how: str | exp.Expression
    value: str = ""

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.column.name


def _feature(column: Column) -> Feature:
    if column.name in _MADE:
        return Feature(column, *_MADE[column.name])
    name = "month_last" if column.name == "month" else column.name
    needs = _ENDS.get(name, (name.rpartition("_")[0],))
    value = f"CASE WHEN {_VIEW} THEN {needs[1]} END" if len(needs) > 1 else needs[0]
    return Feature(column, needs, f"MAX({column.name})", value)


_FEATURES = tuple(_feature(column) for column in VISITORS.columns)


def features_of(columns: Sequence[str], categories: Sequence[str] = ()) -> tuple[Feature, ...]:
    """The features that events of these columns allow, with those of the chosen categories of pages."""
    there, found = set(columns), list(_FEATURES)
    for place, column in enumerate(category_columns(categories)):
        views = _views_of(categories[place // 2])
        how = views if place % 2 == 0 else _share(views)
        found.append(Feature(column, _CATEGORIES, how))
    return tuple(feature for feature in found if there.issuperset(feature.needs))


def visitor_columns(columns: Sequence[str], categories: Sequence[str] = ()) -> tuple[Column, ...]:
    """Columns of the result for events of these columns, visitor_id among them, in the order of ``schema.VISITORS``."""
    return tuple(feature.column for feature in features_of(columns, categories))


def left_out(columns: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each column, or several, that the events lack, naming the features that are left out for it."""
    missing: dict[tuple[str, ...], list[str]] = {}
    for feature in _FEATURES:
        absent = tuple(name for name in feature.needs if name not in columns)
        if absent:
            missing.setdefault(absent, []).append(feature.name)
    return tuple(
        f"Left out, since the input has no column {' and '.join(absent)}: {', '.join(names)}"
        for absent, names in missing.items()
    )


def _views_of(category: str) -> exp.Expression:
    """Number of page views of a category, whose name may hold any character."""
    same = exp.EQ(this=exp.column("page_category"), expression=exp.Literal.string(category))
    viewed = exp.EQ(this=exp.column("is_pageview"), expression=exp.Literal.number(1))
    zero, one = exp.Literal.number(0), exp.Literal.number(1)
    return exp.cast(exp.Sum(this=exp.Case().when(exp.and_(viewed, same), one).else_(zero)), "BIGINT")


def _share(views: exp.Expression) -> exp.Expression:
    all_views = exp.func("NULLIF", exp.cast(exp.Sum(this=exp.column("is_pageview")), "DOUBLE"), exp.Literal.number(0))
    return exp.Div(this=exp.cast(views.copy(), "DOUBLE"), expression=all_views)
