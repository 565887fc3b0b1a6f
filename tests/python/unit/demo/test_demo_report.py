"""The report: everything in one page, and nothing in the logs becomes markup."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dev.demo.aggregates import aggregate, size
from dev.demo.report import Summary, write_report
from dev.demo.tables import Tables
from ovh_weblogs.schema import EVENTS, REJECT_REASON

ATTACK = "<script>alert('x')</script>"
DAYS = [date(2026, 3, 28), date(2026, 3, 29)]
_SCHEMA = EVENTS.arrow.append(REJECT_REASON.arrow)


def hit(at: str, **values: Any) -> dict[str, Any]:
    """An event at a time of UTC; a browser's page view unless told otherwise."""
    moment = datetime.fromisoformat(at).replace(tzinfo=timezone.utc)
    usual = {
        "visitor_id": "v1",
        "source_file": f"example.com-{moment:%d-%m-%Y}.log.gz",
        "vhost": "www.example.com",
        "method": "GET",
        "status": 200,
        "location_host": "www.example.com",
        "location_path": "/",
        "useragent_type": "browser",
        "useragent_brand": "Firefox",
        "useragent_os": "Linux",
    }
    return {**usual, "server_ts": moment, **values}


def refused(line: str, number: int = 7, reason: str = "no time in brackets") -> dict[str, Any]:
    return {"request": line, "line_number": number, "source_file": "day.log.gz", "reject_reason": reason}


def stored(folder: Path, events: list[dict[str, Any]], lines: list[dict[str, Any]] = ()) -> Tables:
    paths = [folder / name for name in ("events.parquet", "refused.parquet", "visitors.parquet")]
    for path, rows in zip(paths, (events, lines, ()), strict=True):
        pq.write_table(pa.Table.from_pylist(list(rows), schema=_SCHEMA), path)
    return Tables(*paths, len(events), len(lines), len(events), 1)


class Page(HTMLParser):
    """A page as a browser takes it apart: its tags with attributes, and its text outside scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Note a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):  # noqa: ARG002 - the signature is the parser's
        """Text that follows is outside."""
        self._inside = ""

    def handle_data(self, data):
        """Keep text apart from scripts; styles are neither."""
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        """What a person reads, blanks folded."""
        return " ".join(" ".join(self.texts).split())

    @property
    def plots(self) -> dict[str, Any]:
        """The plots by their places, as the page gives them to Plotly."""
        return json.loads(self.scripts[1])


def page(folder: Path, tables: Tables) -> Page:
    summary = Summary(
        origin=f"logs of {ATTACK}",
        days=DAYS,
        files=2,
        bytes=1_234_567,
        lines=12_345,
        hits=12_300,
        rejects=40,
        blanks=5,
        events=12_300,
        visitors=678,
        stages=[("Read", 1.25), ("Enrich", 0.5)],
        checks=[("Every line is accounted for", True), ("One row per visitor", False)],
    )
    write_report(folder / "report.html", summary, aggregate(tables, DAYS))
    return Page((folder / "report.html").read_text("utf-8"))


def test_text_of_logs_never_becomes_markup(tmp_path):
    """The page has its own three scripts, whatever stands in agents, addresses, referrers and refused lines."""
    hostile = hit(
        "2026-03-28 10:00",
        location_path=f"/{ATTACK}",
        referer_host=ATTACK,
        useragent=ATTACK,
        useragent_brand=ATTACK,
        useragent_os="</script><img src=x onerror=alert(1)>",
        useragent_type="phone",
    )
    missed = hit("2026-03-28 10:00", status=404, location_path="/%3Cscript%3Ealert(2)%3C/script%3E")
    shown = page(tmp_path, stored(tmp_path, [hostile, missed], [refused(f"{ATTACK} & more", reason=ATTACK)]))
    assert len(shown.scripts) == 3
    assert not [tag for tag, _ in shown.tags if tag == "img"]
    assert not [name for _, attributes in shown.tags for name in attributes if name.startswith("on")]
    assert f"{ATTACK} & more" in shown.text
    assert f"www.example.com/{ATTACK}" in shown.text
    assert "www.example.com/<script>alert(2)</script>" in shown.text
    assert f"logs of {ATTACK}" in shown.text


def test_names_in_plots_are_text_and_no_markup_of_plotly(tmp_path):
    """Plotly reads <b> or <a href> in labels; an escaped name is shown as it is."""
    shown = page(tmp_path, stored(tmp_path, [hit("2026-03-28 10:00", useragent_brand="<b>Bold</b>")]))
    assert shown.plots["browsers"]["data"][0]["y"] == ["&lt;b&gt;Bold&lt;/b&gt;"]


def test_nothing_is_loaded_from_anywhere(tmp_path):
    shown = page(tmp_path, stored(tmp_path, [hit("2026-03-28 10:00", referer_host="www.example.org")]))
    style = (tmp_path / "report.html").read_text("utf-8").partition("<style>")[2].partition("</style>")[0]
    loading = [value for _, attributes in shown.tags for name, value in attributes.items() if name in ("src", "href")]
    assert loading == []
    assert "link" not in {tag for tag, _ in shown.tags}
    assert "@import" not in style
    assert "url(" not in style
    policy = next(found["content"] for tag, found in shown.tags if tag == "meta" and "http-equiv" in found)
    assert policy.startswith("default-src 'none';")


def test_every_section_is_there_and_every_plot_has_its_place(tmp_path):
    shown = page(tmp_path, stored(tmp_path, [hit("2026-03-28 10:00")], [refused("odd")]))
    for title in (
        "Who came by, 28 to 29 March 2026",
        "Visitors per day",
        "Hits per day, by type of user agent",
        "Answers per day, by class of HTTP status",
        "Most viewed pages",
        "Where people came from",
        "Browsers",
        "Operating systems",
        "When hits come",
        "Missing pages most asked for",
        "Refused lines, by reason",
        "Seconds per stage",
    ):
        assert title in shown.text
    places = {found["id"] for tag, found in shown.tags if tag == "div" and found.get("class") == "plot"}
    assert places == set(shown.plots)


def test_the_numbers_of_the_summary_are_readable(tmp_path):
    text = page(tmp_path, stored(tmp_path, [hit("2026-03-28 10:00")])).text
    for part in ("678 visitors", "12,300 hits of 12,345 lines", "2 files, 1.2 MB", "40 refused lines and 5 blank"):
        assert part in text
    assert "Every line is accounted for" in text


def test_a_check_that_fails_is_marked(tmp_path):
    shown = page(tmp_path, stored(tmp_path, [hit("2026-03-28 10:00")]))
    assert [found["class"] for tag, found in shown.tags if tag == "li" and "class" in found] == ["good", "bad"]


def test_a_long_refused_line_is_cut_and_says_so(tmp_path):
    text = page(tmp_path, stored(tmp_path, [hit("2026-03-28 10:00")], [refused("y" * 9_000, number=1_234)])).text
    assert f"{'y' * 600} …" in text
    assert "y" * 601 not in text
    assert "day.log.gz, line 1,234: no time in brackets" in text


def test_only_the_first_refused_lines_are_shown_and_all_are_counted(tmp_path):
    lines = [refused(f"odd line {number:03}", number) for number in range(60)]
    text = page(tmp_path, stored(tmp_path, [hit("2026-03-28 10:00")], lines)).text
    assert "The first 25 of 40 refused lines" in text
    assert "odd line 024" in text
    assert "odd line 025" not in text
    assert "no time in brackets 60" in text


def test_logs_without_any_hit_still_make_a_page(tmp_path):
    text = page(tmp_path, stored(tmp_path, [])).text
    assert "No page was viewed." in text
    assert "No line was refused." in text


def test_a_hit_counts_for_the_day_of_its_file(tmp_path):
    """A file's edges hold hits of the days beside it; by file, days add up to all lines."""
    late = hit("2026-03-28 22:59", source_file="example.com-29-03-2026.log.gz")
    numbers = aggregate(stored(tmp_path, [hit("2026-03-28 12:00"), late]), DAYS)
    assert numbers.agent_types == {"browser": [1, 1]}


def test_weekdays_and_hours_are_those_of_paris_across_the_change_of_clocks(tmp_path):
    """23:00 UTC of Saturday the 28th is Sunday there; on the 29th 00:59 UTC is 01:59, and 01:00 is 03:00."""
    times = ["2026-03-28 22:59", "2026-03-28 23:00", "2026-03-29 00:59", "2026-03-29 01:00", "2026-03-29 21:59"]
    week = aggregate(stored(tmp_path, [hit(time) for time in times]), DAYS).week
    assert [hour for hour, count in enumerate(week[5]) if count] == [23]
    assert [hour for hour, count in enumerate(week[6]) if count] == [0, 1, 3, 23]


def test_a_visitor_counts_once_a_day_and_people_apart_from_robots(tmp_path):
    events = [
        hit("2026-03-28 10:00"),
        hit("2026-03-28 11:00"),
        hit("2026-03-29 11:00"),
        hit("2026-03-28 10:00", visitor_id="v2", useragent_type="bot"),
        hit("2026-03-28 10:00", visitor_id="v3", useragent_type=None),
    ]
    numbers = aggregate(stored(tmp_path, events), DAYS)
    assert numbers.visitors == {"people": [1, 1], "robots": [1, 0], "unknown": [1, 0]}


def test_pages_are_what_people_viewed_and_referrers_are_other_sites(tmp_path):
    events = [
        hit("2026-03-28 10:00", location_path="/a", referer_host="www.example.org"),
        hit("2026-03-28 10:01", location_path="/a", referer_host="www.example.com"),
        hit("2026-03-28 10:02", location_path="/b", referer_host=None),
        hit("2026-03-28 10:03", location_path="/Logo.PNG"),
        hit("2026-03-28 10:04", location_path="/c", status=404),
        hit("2026-03-28 10:05", location_path="/d", useragent_type="bot", referer_host="spam.example"),
    ]
    numbers = aggregate(stored(tmp_path, events), DAYS)
    assert numbers.pages == [("www.example.com/a", 2), ("www.example.com/b", 1)]
    assert numbers.missed == [("www.example.com/c", 1)]
    assert numbers.referrers == [("www.example.org", 1)]


def test_statuses_are_counted_by_class(tmp_path):
    events = [hit("2026-03-28 10:00", status=status) for status in (200, 204, 304, 404, 503, None)]
    numbers = aggregate(stored(tmp_path, events), DAYS)
    assert numbers.statuses == {"2xx": [2, 0], "3xx": [1, 0], "4xx": [1, 0], "5xx": [1, 0], "none": [1, 0]}


def test_rankings_are_bounded(tmp_path):
    events = [hit("2026-03-28 10:00", location_path=f"/{number}") for number in range(100)]
    assert len(aggregate(stored(tmp_path, events), DAYS).pages) == 12


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (5_000_000_000_000, "5,000.0 GB")],
)
def test_sizes_are_written_for_people(count, expected):
    assert size(count) == expected
