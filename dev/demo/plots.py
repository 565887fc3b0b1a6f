"""The report's plots, without colours of text and ground: the page sets those, dark or light."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

import plotly.graph_objects as go

from dev.demo.aggregates import Aggregates, Ranking, Series

BLUE, TEAL, AMBER, CORAL, VIOLET, GREY = "#4c8dff", "#22b8a6", "#f0a63a", "#ee6c5a", "#9b7bea", "#8c96a8"
_VISITORS = {"people": ("People", BLUE), "robots": ("Robots", AMBER), "unknown": ("Unknown", GREY)}
_TYPES = {
    "browser": ("Desktop", BLUE),
    "phone": ("Phone", TEAL),
    "tablet": ("Tablet", "#7fd6c9"),
    "mobile": ("Other mobile", "#2f7f9e"),
    "bot": ("Bot", AMBER),
    "library": ("Library", CORAL),
    "rss": ("Feed reader", VIOLET),
    "unknown": ("Unknown", GREY),
    "none sent": ("None sent", "#5d6676"),
}
_STATUSES = {
    "2xx": ("2xx answered", TEAL),
    "3xx": ("3xx elsewhere, or unchanged", BLUE),
    "4xx": ("4xx refused or missing", AMBER),
    "5xx": ("5xx failed", CORAL),
    "1xx": ("1xx", VIOLET),
    "none": ("No status", GREY),
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def figures(numbers: Aggregates, stages: Sequence[tuple[str, float]]) -> dict[str, go.Figure]:
    """Every plot by the id of its place in the page."""
    return {
        "visitors": _stacked(numbers.days, numbers.visitors, _VISITORS, "visitors"),
        "hits": _stacked(numbers.days, numbers.agent_types, _TYPES, "hits"),
        "statuses": _stacked(numbers.days, numbers.statuses, _STATUSES, "answers"),
        "week": _week(numbers.week),
        "browsers": _shares(numbers.browsers, BLUE),
        "systems": _shares(numbers.systems, TEAL),
        "stages": _stages(stages),
    }


def _layout(figure: go.Figure, height: int, **more: Any) -> go.Figure:
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        dragmode=False,
        **more,
    )
    # A finger that moves over a plot scrolls the page.
    figure.update_xaxes(automargin=True, fixedrange=True, zeroline=False)
    figure.update_yaxes(automargin=True, fixedrange=True, zeroline=False)
    return figure


def _stacked(days: Sequence[date], series: Series, known: dict[str, tuple[str, str]], what: str) -> go.Figure:
    figure = go.Figure()
    names = [name for name in known if name in series] + [name for name in series if name not in known]
    for name in names:
        label, colour = known.get(name, (escape(name), GREY))
        figure.add_bar(
            x=[day.isoformat() for day in days],
            y=series[name],
            name=label,
            marker={"color": colour, "line": {"width": 0}},
            hovertemplate=f"%{{x|%a %-d %b}}: %{{y:,}} {what}<extra>{label}</extra>",
        )
    few = len(days) < 8  # a tick for each fits
    figure.update_xaxes(type="date", showgrid=False, tickformat="%-d %b", dtick=86_400_000 if few else None)
    figure.update_yaxes(tickformat=",d", rangemode="tozero", nticks=6)
    return _layout(figure, 320, barmode="stack", bargap=0.18, showlegend=True)


def _week(week: Sequence[Sequence[int]]) -> go.Figure:
    figure = go.Figure(
        go.Heatmap(
            z=week,
            x=list(range(24)),
            y=_WEEKDAYS,
            xgap=2,
            ygap=2,
            colorscale=[[0, "rgba(76,141,255,0.06)"], [0.5, "rgba(76,141,255,0.55)"], [1, "rgba(76,141,255,1)"]],
            showscale=False,
            hovertemplate="%{y}, %{x}:00 to %{x}:59: %{z:,} hits<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    hours = [0, 6, 12, 18]
    figure.update_xaxes(showgrid=False, tickvals=hours, ticktext=[f"{hour}:00" for hour in hours], tickangle=0)
    return _layout(figure, 360)


def _shares(ranking: Ranking, colour: str) -> go.Figure:
    total = sum(count for _, count in ranking) or 1
    shown = ranking[:8][::-1]
    figure = go.Figure(
        go.Bar(
            x=[count for _, count in shown],
            y=[escape(name) for name, _ in shown],
            orientation="h",
            marker={"color": colour},
            text=[_share(count / total) for _, count in shown],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,} visitors<extra></extra>",
        )
    )
    figure.update_xaxes(visible=False, range=[0, max((count for _, count in ranking), default=1) * 1.18])
    figure.update_yaxes(showgrid=False, ticksuffix="  ")
    return _layout(figure, 40 + 34 * max(len(shown), 1), bargap=0.35)


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= 0.005 else "&lt;1%"  # what would be rounded to nothing


def _stages(stages: Sequence[tuple[str, float]]) -> go.Figure:
    shown = list(stages)[::-1]
    figure = go.Figure(
        go.Bar(
            x=[seconds for _, seconds in shown],
            y=[escape(name) for name, _ in shown],
            orientation="h",
            marker={"color": VIOLET},
            text=[f"{seconds:.1f} s" for _, seconds in shown],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.2f} s<extra></extra>",
        )
    )
    figure.update_xaxes(visible=False, range=[0, max((seconds for _, seconds in stages), default=1) * 1.22])
    figure.update_yaxes(showgrid=False, ticksuffix="  ")
    return _layout(figure, 40 + 34 * max(len(shown), 1), bargap=0.35)
