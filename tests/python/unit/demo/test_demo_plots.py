"""Plots: a day or a year, few names or none, and a colour of the page for every trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dev.demo.aggregates import aggregate
from dev.demo.plots import figures

FIRST = date(2026, 3, 28)
STAGES = [("Read", 1.25), ("Enrich", 0.5)]


@pytest.fixture
def drawn(tmp_path, demo_tables) -> Callable[..., dict[str, Any]]:
    """Draws the plots of events on the first of so many days."""
    stored = partial(demo_tables, tmp_path)

    def draw(*events: dict[str, Any], days: int = 1) -> dict[str, Any]:
        shown = [FIRST + timedelta(days=number) for number in range(days)]
        tables = stored([{"at": f"{FIRST} 10:00", **event} for event in events])
        return {name: figure.to_plotly_json() for name, figure in figures(aggregate(tables, shown), STAGES).items()}

    return draw


def test_one_day_is_a_thin_bar_in_the_middle_of_a_week(drawn):
    axis = drawn({})["visits"]["layout"]["xaxis"]
    assert axis["range"] == ["2026-03-24T12:00:00", "2026-03-31T12:00:00"]
    assert axis["tickvals"] == ["2026-03-28"]


def test_a_month_has_ticks_as_they_fit_and_half_a_day_of_room_on_both_sides(drawn):
    axis = drawn({}, days=31)["visits"]["layout"]["xaxis"]
    assert axis["range"] == ["2026-03-27T12:00:00", "2026-04-27T12:00:00"]
    assert "tickvals" not in axis


def test_days_of_more_than_a_quarter_are_weeks_with_their_mean(drawn):
    """The period begins on a Saturday: its first week has two days of it."""
    plots = drawn({}, {"visitor_id": "v2"}, {"visitor_id": "v3", "useragent_type": "bot"}, days=365)
    people = plots["visits"]["data"][0]
    assert (people["x"][:2], people["y"][:2]) == (["2026-03-23", "2026-03-30"], [1.0, 0.0])
    assert plots["visits"]["layout"]["yaxis"]["title"]["text"] == "visits per day, mean of each week"
    assert plots["shares"]["data"][0]["y"][0] == pytest.approx(200 / 3)


@pytest.mark.parametrize(("days", "bars"), [(100, 100), (101, 16)], ids=["limit", "over"])
def test_up_to_100_days_are_bars_of_their_own(drawn, days, bars):
    assert len(drawn({}, days=days)["visits"]["data"][0]["x"]) == bars


def test_shares_of_a_day_are_percent_and_a_day_without_hits_has_none(drawn):
    robots = {"useragent_type": "bot"}
    people, bots = drawn({}, robots, robots, robots, days=2)["shares"]["data"]
    assert (people["y"], bots["y"]) == ([25.0, 0.0], [75.0, 0.0])


def test_few_counts_have_whole_numbers_at_the_axis(drawn):
    assert drawn({})["visits"]["layout"]["yaxis"]["dtick"] == 1


def test_a_weeks_mean_of_less_than_one_has_ticks_between_whole_numbers(drawn):
    """A single tick leaves Plotly no room to measure, and the title of the axis no place."""
    axis = drawn({}, days=365)["visits"]["layout"]["yaxis"]
    assert (axis["tickformat"], "dtick" in axis) == (".1f", False)


def test_every_trace_has_a_colour_that_the_page_knows(drawn, repository):
    style = Path(repository / "dev/demo/report_style.css").read_text("utf-8")
    types = ("browser", "phone", "tablet", "mobile", "bot", "library", "rss", "unknown", None, "new")
    converted = {"channel": "Direct", "is_conversion": True, "visitor_id": "buyer"}
    codes = (100, 200, 300, 400, 500, None)
    plots = drawn(*({"useragent_type": kind} for kind in types), *({"status": status} for status in codes), converted)
    colours = {trace["meta"] for plot in plots.values() for trace in plot["data"]}
    unknown = {name for name in colours - {"heat"} if f"--{name}: light-dark(" not in style}
    assert (unknown, len(colours)) == (set(), 10)


def test_conversions_are_stacked_by_channel_those_without_a_colour_of_their_own_too(drawn):
    visits = [{"channel": name, "is_conversion": True, "visitor_id": name} for name in ("Audio", "Email")]
    traces = drawn(*visits)["converted"]["data"]
    assert [(trace["name"], trace["meta"]) for trace in traces] == [("Email", "robots"), ("Audio", "unknown")]


def test_two_long_names_that_are_cut_alike_keep_their_own_bars(drawn):
    brands = [{"useragent_brand": "x" * 40 + end, "visitor_id": end} for end in "ab"]
    plot = drawn(*brands)["browsers"]
    assert [note["text"] for note in plot["layout"]["annotations"]] == ["x" * 27 + "…", "1 (50%)"] * 2
    assert list(plot["data"][0]["y"]) == [0, 1]


def test_a_name_of_the_logs_is_no_template_of_plotlys(drawn):
    """%{...} in a hover template is replaced; the name is given apart from it."""
    (trace,) = drawn({"useragent_brand": "%{x}"})["browsers"]["data"]
    assert "%{hovertext}: %{x:,} visitors" in trace["hovertemplate"]
    assert trace["hovertext"] == ["%{x}"]


def test_nothing_is_drawn_where_there_is_nothing(drawn):
    assert set(drawn()) == {"stages"}
