"""Which columns of the events each column of visitors is made from, how, and what is left out without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from ovh_weblogs.features.visits import ASKED_ROBOTS_TXT, in_haste, tracked, without_files
from ovh_weblogs.schema import HIT_ORDER, LABELS, VISITORS, Column, Type, aggregate_column, category_columns
from ovh_weblogs.visitored import Aggregate, LabelKind, Shape

_VIEW = "is_pageview = 1"
_HOUR, _DAY = 3_600_000_000, 86_400_000_000  # microseconds
_LARGEST_BIGINT = 2**63 - 1
# Between these, doubles are summed as decimals, whose point is moved meanwhile.
_SMALL, _LARGE, _MOVED = "0.00001", "100000000000000.0", "100000.0"
_TIMES, _VIEWS = ("server_ts",), ("is_pageview",)
_VISITS = (*_TIMES, *_VIEWS)
_CATEGORIES = (*_VIEWS, "page_category")
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


def _exact(amount: str) -> str:
    """The sum of doubles below 1e14, the same to the bit in whatever order they come: a sum of decimals is not rounded.

    14 digits behind the point are kept: those 9 that a decimal has in every database, and those moved before it.
    """
    return f"CAST(SUM(CAST({amount} * {_MOVED} AS DECIMAL(38, 9))) AS DOUBLE) / {_MOVED}"


def _robotic(columns: Sequence[str]) -> str:
    """Whether hits are a robot's by what is asked for, and what not."""
    return f"({ASKED_ROBOTS_TXT} = 1 OR {without_files('SUM(is_pageview)', 'SUM(is_static)', tracked(columns))})"


# Aggregates of a visitor's hits.
_OF_HITS: dict[str, tuple[tuple[str, ...], str]] = {
    "visitor_id": ((), "MIN(visitor_id)"),
    "count": ((), "COUNT(*)"),
    "server_ts_min": (_TIMES, "MIN(ts_us)"),
    "server_ts_max": (_TIMES, "MAX(ts_us)"),
    "pageviews": (_VIEWS, _sum("is_pageview")),
    "page_distinct": ((*_VIEWS, "location"), f"COUNT(DISTINCT CASE WHEN {_VIEW} THEN location END)"),
    "client_addr_count": (("client_addr",), "COUNT(DISTINCT client_addr)"),
    "location_distinct": (("location",), "COUNT(DISTINCT location)"),
    "bytes_min": (("bytes",), "MIN(bytes)"),
    "bytes_max": (("bytes",), "MAX(bytes)"),
    # Null beyond a BIGINT, since one absurd size in a log must not fail a build.
    "bytes_sum": (("bytes",), f"CASE WHEN SUM(bytes) <= {_LARGEST_BIGINT} THEN {_sum('bytes')} END"),
    "status_max": (("status",), "MAX(status)"),
    "conversions": (("is_conversion",), _sum("is_conversion")),
    "channel_distinct": (("channel",), "COUNT(DISTINCT channel)"),
    "has_campaign": (("campaign_name",), "COUNT(campaign_name) > 0"),
    "night_share": (("local_hour",), _ratio(_number("local_hour < 6"), "COUNT(local_hour)")),
    "weekend_share": (("local_weekday",), _ratio(_number("local_weekday >= 6"), "COUNT(local_weekday)")),
    "error_share": (("status",), _ratio(_number("status >= 400"), "COUNT(status)")),
    "count_404": (("status",), _number("status = 404")),
    "is_bot": (("is_bot",), "MAX(is_bot) = 1"),
    "asked_robots_txt": (("location_path",), f"{ASKED_ROBOTS_TXT} = 1"),
    "acts_like_bot": ((*_VISITS, "is_static", "location_path"), _robotic(("log_family",))),
}
# The deviation of the pauses between visits, by n (sum of squares) - (sum) squared. Of whole numbers, so that no order
# of adding changes it; in milliseconds, as trackers tell the time, so that 38 digits hold even pauses of millennia.
_GAPS, _GAP = "COUNT(gap_us)", "CAST(FLOOR(gap_us / 1000.0) AS DECIMAL(19, 0))"
_SPREAD = f"{_GAPS} * SUM({_GAP} * {_GAP}) - SUM({_GAP}) * SUM({_GAP})"
_DEVIATION = f"SQRT({_ratio(_SPREAD, f'{_GAPS} * ({_GAPS} - 1)')})"
# Of his visits, each with its ends, its views, the pause before it, and the time of the latest hit of all visitors.
_OF_VISITS: dict[str, tuple[tuple[str, ...], str]] = {
    "session_id_count": (_TIMES, "COUNT(*)"),
    "active_days": (_TIMES, _sum("days")),
    "days_since_first": (_TIMES, _units("MAX(latest_us) - MIN(start_us)", _DAY)),
    "days_since_last": (_TIMES, _units("MAX(latest_us) - MAX(end_us)", _DAY)),
    "days_active_span": (_TIMES, _units("MAX(end_us) - MIN(start_us)", _DAY)),
    "session_gap_hours_mean": (_TIMES, f"{_ratio('SUM(gap_us)', 'COUNT(gap_us)')} / {_HOUR}.0"),
    "session_gap_hours_std": (_TIMES, f"{_DEVIATION} / {_HOUR // 1000}.0"),
    "session_count_7d": (_TIMES, _number(f"latest_us - start_us < {7 * _DAY}")),
    "session_count_30d": (_TIMES, _number(f"latest_us - start_us < {30 * _DAY}")),
    "session_pageviews_mean": (_VISITS, _ratio("SUM(views)", "COUNT(*)")),
    "session_pageviews_max": (_VISITS, "MAX(views)"),
    "session_pageviews_last": (_VISITS, "MAX(CASE WHEN is_last = 1 THEN views END)"),
    "session_duration_mean": (_TIMES, f"{_ratio('SUM(end_us - start_us)', 'COUNT(*)')} / 1000000.0"),
    "session_duration_last": (_TIMES, _units("MAX(CASE WHEN is_last = 1 THEN end_us - start_us END)", 1_000_000)),
    "bounce_share": (_VISITS, _ratio(_number("views = 1"), "COUNT(*)")),
    # Of the views but the last, which are as long together as the first view is before the last.
    "time_on_page_mean": (
        _VISITS,
        f"{_ratio('SUM(last_view_us - first_view_us)', 'SUM(CASE WHEN views > 0 THEN views - 1 END)')} / 1000000.0",
    ),
}
# Of his page views that have a time.
_OF_VIEWS: dict[str, tuple[tuple[str, ...], str]] = {
    "repeated_pageviews": ((*_VISITS, "location"), _sum("is_again")),
}
# Of the numbers of his page views by known category, ``views``: n in all have the entropy ln n - (sum of v ln v) / n.
_VIEWED, _LOGARITHM = "CAST(SUM(views) AS DOUBLE)", "LN(CAST(views AS DOUBLE))"
_ENTROPY = f"LN({_VIEWED}) - {_exact(f'CAST(views AS DOUBLE) * {_LOGARITHM}')} / {_VIEWED}"
_OF_CATEGORIES: dict[str, tuple[tuple[str, ...], str]] = {
    "page_category_distinct": (_CATEGORIES, "COUNT(*)"),
    "page_category_entropy": (_CATEGORIES, f"CASE WHEN COUNT(*) = 1 THEN CAST(0 AS DOUBLE) ELSE {_ENTROPY} END"),
}
# What is true by a visit, too, where it is not by the hits.
_ALSO = {"acts_like_bot": f"MAX(CASE WHEN {in_haste('views', 'end_us - start_us')} THEN 1 ELSE 0 END) = 1"}
_MADE = {
    name: (part, *made)
    for part, table in (
        ("of_hits", _OF_HITS),
        ("of_visits", _OF_VISITS),
        ("of_views", _OF_VIEWS),
        ("of_categories", _OF_CATEGORIES),
    )
    for name, made in table.items()
}


@dataclass(frozen=True)
class Feature:
    """One column of visitors.

    ``part``: the step that makes it; ``needs``: columns of the events; ``how``: its aggregate there; ``value``: of a
    first or last value, what is looked for on each hit, empty for others; ``inner``: its name in that step; ``also``:
    of a truth value of hits, an aggregate of visits that makes it true as well.
    """

    column: Column
    part: str
    needs: tuple[str, ...]
    how: str | exp.Expression
    value: str = ""
    inner: str = ""
    also: str = ""

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.column.name

    @property
    def made_as(self) -> str:
        """Its name in the step that makes it: one of ours, whatever the user's columns are called."""
        return self.inner or self.name


def _feature(column: Column) -> Feature:
    if column.name in _MADE:
        return Feature(column, *_MADE[column.name], also=_ALSO.get(column.name, ""))
    name = "month_last" if column.name == "month" else column.name
    needs = _ENDS.get(name, (name.rpartition("_")[0],))
    value = f"CASE WHEN {_VIEW} THEN {needs[1]} END" if len(needs) > 1 else needs[0]
    return Feature(column, "of_ends", needs, f"MAX(CASE WHEN rn = {column.name}_rn THEN {value} END)", value)


_FEATURES = tuple(_feature(column) for column in VISITORS.columns)

_LABELS = tuple(
    Feature(column, "labels", ("server_ts", "is_conversion"), "", inner=inner)
    for column, inner in zip(LABELS, ("cutoff_us", "label"), strict=True)
)


def features_of(columns: Sequence[str], shape: Shape) -> tuple[Feature, ...]:
    """The features that events of these columns allow, with those that are wished for."""
    there = set(columns)
    found = [feature for feature in _FEATURES if feature.name != "visitor_id" or not shape.groups]
    if "log_family" not in there:
        found = [replace(each, how=_robotic(columns)) if each.name == "acts_like_bot" else each for each in found]
    for place, column in enumerate(category_columns(shape.categories)):
        views = _views_of(shape.categories[place // 2])
        how = views if place % 2 == 0 else _share(views)
        found.append(Feature(column, "of_hits", _CATEGORIES, how))
    return (
        *(_group(name, number) for number, name in enumerate(shape.groups, 1)),
        *(feature for feature in found if there.issuperset(feature.needs)),
        *(_chosen(each, shape) for each in shape.aggregates),
        *(_LABELS if shape.label.kind is not LabelKind.NONE else ()),
    )


def own_columns(shape: Shape) -> tuple[Column, ...]:
    """Columns that the query reads beside those of events: what rows are of, then what is aggregated by wish.

    They are called group_1, group_2... and own_1, own_2..., in the order of ``shape.groups`` and ``shape.sources``.
    """
    groups = [Column(f"group_{number}", Type.STRING, "") for number, _ in enumerate(shape.groups, 1)]
    own = (Column(f"own_{number}", each.type, "") for number, each in enumerate(shape.sources, 1))
    return (*groups, *own)


def visitor_reads(columns: Sequence[str], shape: Shape) -> list[str]:
    """Those of the events' columns that the query reads, in their order; ``own_columns`` come beside them."""
    needed = {"visitor_id", *HIT_ORDER, *(name for feature in features_of(columns, shape) for name in feature.needs)}
    needed |= {"log_family"} if "is_static" in needed else set()
    return [name for name in columns if name in needed]


def visitor_columns(columns: Sequence[str], shape: Shape) -> tuple[Column, ...]:
    """Columns of the result for events of these columns, visitor_id among them, in the order of ``schema.VISITORS``."""
    return tuple(feature.column for feature in features_of(columns, shape))


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


def _group(name: str, number: int) -> Feature:
    column = Column(name, Type.STRING, "What the row is of, as in the input.")
    inner = f"group_{number}"
    return Feature(column, "of_hits", (), f"MAX({inner})", inner=inner)


def _chosen(chosen: Aggregate, shape: Shape) -> Feature:
    keys = [(each.column, each.type) for each in shape.sources]
    name = f"own_{keys.index((chosen.column, chosen.type)) + 1}"
    inner = f"{name}_{chosen.how}"
    if chosen.type is Type.DOUBLE:
        total = whole = _total(name)
    else:
        total, whole = f"SUM({name})", f"CASE WHEN SUM({name}) <= {_LARGEST_BIGINT} THEN {_sum(name)} END"
    how = {
        "distinct": f"COUNT(DISTINCT {name})",
        "sum": whole,
        "mean": _ratio(total, f"COUNT({name})"),
        "min": f"MIN({name})",
        "max": f"MAX({name})",
    }.get(chosen.how, f"MAX(CASE WHEN rn = {inner}_rn THEN {name} END)")
    value = name if chosen.how in ("first", "last") else ""
    return Feature(aggregate_column(chosen), "of_ends" if value else "of_hits", (), how, value, inner)


def _total(name: str) -> str:
    """The sum of a column of doubles: exact unless one is beyond 1e14, or all are below 1e-5 and would be lost."""
    largest = f"MAX(ABS({name}))"
    exact = _exact(f"CASE WHEN ABS({name}) < {_LARGE} THEN {name} END")
    return f"CASE WHEN {largest} >= {_SMALL} AND {largest} < {_LARGE} THEN {exact} ELSE SUM({name}) END"


def _views_of(category: str) -> exp.Expression:
    """Number of page views of a category, whose name may hold any character."""
    same = exp.EQ(this=exp.column("page_category"), expression=exp.Literal.string(category))
    viewed = exp.EQ(this=exp.column("is_pageview"), expression=exp.Literal.number(1))
    zero, one = exp.Literal.number(0), exp.Literal.number(1)
    return exp.cast(exp.Sum(this=exp.Case().when(exp.and_(viewed, same), one).else_(zero)), "BIGINT")


def _share(views: exp.Expression) -> exp.Expression:
    all_views = exp.func("NULLIF", exp.cast(exp.Sum(this=exp.column("is_pageview")), "DOUBLE"), exp.Literal.number(0))
    return exp.Div(this=exp.cast(views.copy(), "DOUBLE"), expression=all_views)
