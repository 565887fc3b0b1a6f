"""The report's plots without colours: each trace names one of the page's in ``meta``, dark or light as the page is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import plotly.graph_objects as go

from dev.demo.aggregates import Aggregates
from dev.demo.counting import Ranking, Series
from dev.demo.texts import label, share

Names = dict[str, tuple[str, str]]  # what is counted -> how it is called, and the name of its colour
KINDS: Names = {"people": ("People", "people"), "robots": ("Robots", "robots"), "unknown": ("Unknown", "unknown")}
_TYPES: Names = {
    "browser": ("Desktop", "people"),
    "phone": ("Phone", "sky"),
    "tablet": ("Tablet", "teal"),
    "mobile": ("Other mobile", "violet"),
    "bot": ("Bot", "robots"),
    "library": ("Library", "coral"),
    "rss": ("Feed reader", "brown"),
    "unknown": ("Unknown", "unknown"),
    "none sent": ("None sent", "faint"),
}
_STATUSES: Names = {
    "2xx": ("2xx answered", "teal"),
    "3xx": ("3xx elsewhere, or unchanged", "people"),
    "4xx": ("4xx refused or missing", "robots"),
    "5xx": ("5xx failed", "coral"),
    "1xx": ("1xx", "violet"),
    "none": ("No status", "unknown"),
}
_CHANNELS: Names = {
    "Direct": ("Direct", "people"),
    "Organic Search": ("Organic Search", "teal"),
    "Referral": ("Referral", "violet"),
    "Email": ("Email", "robots"),
    "Organic Social": ("Organic Social", "sky"),
    "Paid Search": ("Paid Search", "coral"),
    "AI Assistant": ("AI Assistant", "brown"),
}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = 86_400_000  # milliseconds
_BARS = 8  # in a plot of shares


def figures(numbers: Aggregates, stages: Sequence[tuple[str, float]]) -> dict[str, go.Figure]:
    """Every plot that has something to show, by its name."""
    days, people = numbers.days, numbers.overall["visitors"]["people"]
    drawn = {
        "visits": _stacked(days, numbers.visits, KINDS, "visits"),
        "hits": _stacked(days, numbers.agent_types, _TYPES, "hits"),
        "week": _week(numbers.week),
        "shares": _parts(days, numbers.hits),
        "visitors": _stacked(days, numbers.visitors, KINDS, "visitors"),
        "browsers": _shares(numbers.browsers, people, "people"),
        "systems": _shares(numbers.systems, people, "teal"),
        "converted": _stacked(days, numbers.origins.converted, _CHANNELS, "visits"),
        "statuses": _stacked(days, numbers.statuses, _STATUSES, "answers"),
        "stages": _stages(stages),
    }
    return {name: figure for name, figure in drawn.items() if figure is not None}


def laid_out(figure: go.Figure, height: int, **more: Any) -> go.Figure:
    """A figure with what all plots of the report have in common."""
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 4, "r": 4, "t": 8, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.03, "yanchor": "bottom", "traceorder": "normal"},
        hoverlabel={"align": "left", "namelength": -1},
        dragmode=False,
        **more,
    )
    # A finger that moves over a plot scrolls the page.
    figure.update_xaxes(automargin=True, fixedrange=True, zeroline=False, ticks="", showspikes=False)
    figure.update_yaxes(automargin=True, fixedrange=True, zeroline=False, ticks="", showline=False)
    return figure


def _time_axis(figure: go.Figure, days: Sequence[date], what: str) -> go.Figure:
    """What plots over days have in common: few days are thin bars with a tick each, many are weeks."""
    first, last = days[0], days[-1]
    span, weekly = (last - first).days + 1, _weekly(days)
    ticks: dict[str, Any] = {"tickformat": "%b\n%Y" if weekly else "%-d %b"}
    if span < 8:
        ticks["tickvals"] = [day.isoformat() for day in days]
    # A day's bar stands around its midnight, a week's between its own and that of the next Monday.
    beside = timedelta(days=max(7 - span, 0) / 2 + 0.5)
    begin = datetime.combine(_monday(first) if weekly else first, time()) - beside
    end = datetime.combine(_monday(last) + timedelta(days=6) if weekly else last, time()) + beside
    hover = "Week of %-d %b %Y" if weekly else "%a %-d %b %Y"
    edges = [begin.isoformat(), end.isoformat()]
    figure.update_xaxes(type="date", showgrid=False, range=edges, hoverformat=hover, tickangle=0, **ticks)
    title = f"{what} per day, mean of each week" if weekly else what
    figure.update_yaxes(rangemode="tozero", nticks=6, title={"text": title, "standoff": 8})
    figure.update_traces(width=_DAY * (6 if weekly else 0.78), offset=0 if weekly else None)
    return laid_out(figure, 320, barmode="stack", barcornerradius=3, showlegend=True, hovermode="x unified")


def _weekly(days: Sequence[date]) -> bool:
    # The bars of more days would be hairs, on a phone thinner than its points.
    return (days[-1] - days[0]).days >= 100


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _grouped(days: Sequence[date], series: Series) -> tuple[list[str], list[int], Series]:
    """Days, or Mondays of weeks; how many days each stands for; and the sums of their numbers."""
    starts = [_monday(day) if _weekly(days) else day for day in days]
    sizes = Counter(starts)
    sums: Series = {}
    for name, numbers in series.items():
        added: Counter[date] = Counter()
        for start, number in zip(starts, numbers, strict=True):
            added[start] += number
        sums[name] = [added[start] for start in sizes]
    return [start.isoformat() for start in sizes], list(sizes.values()), sums


def _stacked(days: Sequence[date], series: Series, known: Names, what: str) -> go.Figure | None:
    if not series:
        return None
    figure = go.Figure()
    starts, sizes, sums = _grouped(days, series)
    per_day = {name: [number / size for number, size in zip(sums[name], sizes, strict=True)] for name in sums}
    each = ",.1f" if _weekly(days) else ","
    for name in [name for name in known if name in series] + [name for name in series if name not in known]:
        title, colour = known.get(name, (label(name), "unknown"))
        figure.add_bar(x=starts, y=per_day[name], name=title, meta=colour, hovertemplate=f"%{{y:{each}}} {what}")
    highest = max(map(sum, zip(*per_day.values(), strict=True)))
    # Whole numbers of a few; a week's mean may be less than one, where a tick for each would be a single one.
    few = {"tickformat": ".1f"} if _weekly(days) else {"tickformat": ",d", "dtick": 1}
    figure.update_yaxes(few if highest < 6 else {"tickformat": "~s" if highest >= 100_000 else ",d"})
    return _time_axis(figure, days, what)


def _parts(days: Sequence[date], hits: Series) -> go.Figure | None:
    if not hits:
        return None
    starts, _, sums = _grouped(days, hits)
    totals = [sum(counts) for counts in zip(*sums.values(), strict=True)]
    figure = go.Figure()
    for name in (name for name in KINDS if name in sums):
        title, colour = KINDS[name]
        figure.add_bar(
            x=starts,
            y=[100 * count / (total or 1) for count, total in zip(sums[name], totals, strict=True)],
            customdata=sums[name],
            name=title,
            meta=colour,
            hovertemplate="%{y:.1f}%, %{customdata:,} hits",
        )
    figure = _time_axis(figure, days, "share of hits")
    percents = (0, 25, 50, 75, 100)
    title = {"text": "share of hits", "standoff": 8}
    return figure.update_yaxes(title=title, tickvals=percents, ticktext=[f"{percent}%" for percent in percents])


def _week(week: Sequence[Sequence[int]]) -> go.Figure | None:
    if not any(map(any, week)):
        return None
    figure = go.Figure(
        go.Heatmap(
            z=week,
            x=list(range(24)),
            y=WEEKDAYS,
            xgap=2,
            ygap=2,
            meta="heat",
            showscale=False,
            hovertemplate="%{y}, %{x}:00 to %{x}:59: %{z:,} hits<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=4)
    hours = [0, 6, 12, 18]
    figure.update_xaxes(showgrid=False, tickvals=hours, ticktext=[f"{hour}:00" for hour in hours], tickangle=0)
    return laid_out(figure, 300)


def _shares(ranking: Ranking, whole: int, colour: str) -> go.Figure | None:
    texts = [f"{count:,} ({label(share(count, whole))})" for _, count in ranking]
    return _bars(ranking, texts, colour, "%{x:,} visitors")


def _stages(stages: Sequence[tuple[str, float]]) -> go.Figure | None:
    return _bars(stages, [f"{seconds:.1f} s" for _, seconds in stages], "violet", "%{x:.2f} seconds")


def _bars(ranking: Sequence[tuple[str, float]], texts: Sequence[str], colour: str, hover: str) -> go.Figure | None:
    """Bars from top to bottom, each under its name and its number: so both have room on a phone, too."""
    if not ranking:
        return None
    shown = list(zip(ranking, texts, strict=True))[:_BARS]
    places, names = list(range(len(shown))), [label(name) for (name, _), _ in shown]
    figure = go.Figure(
        go.Bar(
            x=[number for (_, number), _ in shown],
            y=places,
            orientation="h",
            meta=colour,
            hovertext=names,
            hovertemplate=f"%{{hovertext}}: {hover}<extra></extra>",
        )
    )
    for place, name, (_, text) in zip(places, names, shown, strict=True):
        beside = {"xref": "x domain", "y": place, "yshift": 16, "showarrow": False}
        figure.add_annotation(x=0, xanchor="left", text=name, **beside)
        figure.add_annotation(x=1, xanchor="right", text=text, **beside)
    figure.update_xaxes(visible=False, range=[0, max(number for _, number in ranking) or 1])
    # By place, not by name: two long names may be cut to the same label.
    figure.update_yaxes(visible=False, range=[len(shown) - 0.6, -0.7])
    return laid_out(figure, 44 * len(shown) + 16, bargap=0.74, barcornerradius=3)
