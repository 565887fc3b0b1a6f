"""The report's plots without colours: each trace names one of the page's in ``meta``, dark or light as the page is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import plotly.graph_objects as go

from dev.demo.aggregates import Aggregates, Ranking, Series
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
        "statuses": _stacked(days, numbers.statuses, _STATUSES, "answers"),
        "stages": _stages(stages),
    }
    return {name: figure for name, figure in drawn.items() if figure is not None}


def _layout(figure: go.Figure, height: int, **more: Any) -> go.Figure:
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
    figure.update_xaxes(automargin=True, fixedrange=True, zeroline=False, ticks="")
    figure.update_yaxes(automargin=True, fixedrange=True, zeroline=False, ticks="", showline=False)
    return figure


def _per_day(figure: go.Figure, days: Sequence[date], what: str) -> go.Figure:
    """What plots over days have in common: a few days are thin bars with a tick each, a year has ticks of months."""
    first, last = days[0], days[-1]
    span = (last - first).days + 1
    ticks: dict[str, Any] = {"tickformat": "%-d %b" if span < 100 else "%b\n%Y"}
    if span < 8:
        ticks = {"tickformat": "%-d %b", "tickvals": [day.isoformat() for day in days]}
    # A bar stands around its day's midnight.
    beside = timedelta(days=max(7 - span, 0) / 2 + 0.5)
    edges = [
        (datetime.combine(first, time()) - beside).isoformat(),
        (datetime.combine(last, time()) + beside).isoformat(),
    ]
    figure.update_xaxes(type="date", showgrid=False, range=edges, hoverformat="%a %-d %b %Y", tickangle=0, **ticks)
    figure.update_yaxes(rangemode="tozero", nticks=6, title={"text": what, "standoff": 8})
    return _layout(
        figure,
        320,
        barmode="stack",
        bargap=0.22 if span < 100 else 0,
        barcornerradius=3 if span < 100 else 0,
        showlegend=True,
        hovermode="x unified",
    )


def _stacked(days: Sequence[date], series: Series, known: Names, what: str) -> go.Figure | None:
    if not series:
        return None
    figure = go.Figure()
    for name in [name for name in known if name in series] + [name for name in series if name not in known]:
        title, colour = known.get(name, (label(name), "unknown"))
        figure.add_bar(
            x=[day.isoformat() for day in days],
            y=series[name],
            name=title,
            meta=colour,
            width=_DAY * 0.78 if len(days) < 100 else None,
            hovertemplate=f"%{{y:,}} {what}",
        )
    highest = max(map(sum, zip(*series.values(), strict=True)))
    figure.update_yaxes(tickformat="~s" if highest >= 100_000 else ",d", dtick=1 if highest < 6 else None)
    return _per_day(figure, days, what)


def _parts(days: Sequence[date], hits: Series) -> go.Figure | None:
    if not hits:
        return None
    totals = [sum(counts) for counts in zip(*hits.values(), strict=True)]
    figure = go.Figure()
    for name, (title, colour) in KINDS.items():
        counts = hits.get(name, [])
        figure.add_bar(
            x=[day.isoformat() for day in days],
            y=[100 * count / (total or 1) for count, total in zip(counts, totals, strict=False)],
            customdata=counts,
            name=title,
            meta=colour,
            visible=bool(counts),
            width=_DAY * 0.78 if len(days) < 100 else None,
            hovertemplate="%{y:.1f}%, %{customdata:,} hits",
        )
    percents = (0, 25, 50, 75, 100)
    figure.update_yaxes(tickvals=percents, ticktext=[f"{percent}%" for percent in percents])
    return _per_day(figure, days, "share of hits")


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
    return _layout(figure, 300)


def _shares(ranking: Ranking, whole: int, colour: str) -> go.Figure | None:
    texts = [f"{count:,} ({label(share(count, whole))})" for _, count in ranking]
    return _bars(ranking, texts, colour, "%{x:,} visitors")


def _stages(stages: Sequence[tuple[str, float]]) -> go.Figure | None:
    return _bars(stages, [f"{seconds:.1f} s" for _, seconds in stages], "violet", "%{x:.2f} seconds")


def _bars(ranking: Sequence[tuple[str, float]], texts: Sequence[str], colour: str, hover: str) -> go.Figure | None:
    """Bars from top to bottom, each with its name before it and its number behind it."""
    if not ranking:
        return None
    shown = list(zip(ranking, texts, strict=True))[:_BARS]
    places = list(range(len(shown)))
    figure = go.Figure(
        go.Bar(
            x=[number for (_, number), _ in shown],
            y=places,
            orientation="h",
            meta=colour,
            text=[text for _, text in shown],
            textposition="outside",
            cliponaxis=False,
            hovertext=[label(name) for (name, _), _ in shown],
            hovertemplate=f"%{{hovertext}}: {hover}<extra></extra>",
        )
    )
    most = max(number for _, number in ranking) or 1
    figure.update_xaxes(visible=False, range=[0, most * 1.5])  # room for the numbers
    # By place, not by name: two long names may be cut to the same label.
    names = [label(name) for (name, _), _ in shown]
    figure.update_yaxes(
        showgrid=False, tickvals=places, ticktext=names, ticklabelstandoff=8, range=[len(shown) - 0.4, -0.6]
    )
    return _layout(figure, 24 + 36 * len(shown), bargap=0.4, barcornerradius=3)
