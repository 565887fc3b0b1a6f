"""The report: everything in one page, and nothing in the logs becomes markup."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from functools import partial
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dev.demo.aggregates import aggregate
from dev.demo.insights import Insights
from dev.demo.report import Summary, write_report
from dev.demo.tables import Tables

ATTACK = "<script>alert('x')</script>"
DAYS = [date(2026, 3, 28), date(2026, 3, 29)]


def hit(at: str, **values: Any) -> dict[str, Any]:
    return {"at": at, **values}


def refused(line: str, number: int = 7, reason: str = "no time in brackets") -> dict[str, Any]:
    return {"request": line, "line_number": number, "reject_reason": reason}


@pytest.fixture
def stored(tmp_path, demo_tables) -> Callable[..., Tables]:
    """Stores events and refused lines."""
    return partial(demo_tables, tmp_path)


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
        self._apart(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        """Text that follows is outside."""
        self._inside = ""
        self._apart(tag)

    def handle_data(self, data):
        """Keep text apart from scripts; styles are neither."""
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.texts.append(data)

    def _apart(self, tag: str) -> None:
        if tag not in ("em", "wbr"):  # these stand within words
            self.texts.append(" ")

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """The attributes of every such tag that has these ones, written with _ for -."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [found for name, found in self.tags if name == tag and wanted.items() <= found.items()]

    @property
    def text(self) -> str:
        """What a person reads, blanks folded."""
        return " ".join("".join(self.texts).split())

    @property
    def policy(self) -> dict[str, list[str]]:
        """The content security policy: what each of its directives allows."""
        (found,) = self.all("meta", http_equiv="Content-Security-Policy")
        return {name: allowed for name, *allowed in (part.split() for part in found["content"].split(";"))}

    @property
    def plots(self) -> dict[str, Any]:
        """The plots by their places, as the page gives them to Plotly."""
        return json.loads(self.scripts[1])


def page(folder: Path, tables: Tables, days: list[date] = DAYS, found: Insights | None = None) -> Page:
    summary = Summary(
        origin=f"logs of {ATTACK}",
        days=days,
        files=2,
        bytes=1_234_567,
        lines=12_345,
        hits=12_300,
        rejects=tables.rejects,
        blanks=5,
        events=12_300,
        visits=789,
        visitors=678,
        calls=["GET /1.0/auth/time", f"GET /1.0/{ATTACK}"],
        tokens=1,
        stages=[("Read", 1.25), ("Enrich", 0.5)],
        checks=[("Every line is accounted for", True), ("One row per visitor", False)],
    )
    nothing = Insights(None, "A model needs 28 days of logs.", [], None)
    write_report(folder / "report.html", summary, aggregate(tables, days), found or nothing)
    return Page((folder / "report.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory, demo_tables) -> Page:
    """The page of one hit and one refused line."""
    folder = tmp_path_factory.mktemp("plain")
    return page(folder, demo_tables(folder, [hit("2026-03-28 10:00")], [refused("odd")]))


def test_text_of_logs_never_becomes_markup(tmp_path, stored):
    """The page has its own three scripts, whatever stands in agents, addresses, referrers and refused lines."""
    hostile = hit(
        "2026-03-28 10:00",
        location_path=f"/{ATTACK}",
        referer_host=ATTACK,
        useragent=ATTACK,
        useragent_brand=ATTACK,
        useragent_os="</script><img src=x onerror=alert(1)>",
        useragent_type="phone",
        **dict.fromkeys(("client_addr_country", "client_addr_city", "page_category", "channel"), ATTACK),
        **dict.fromkeys(("campaign_name", "campaign_source", "campaign_medium"), ATTACK),
        is_conversion=True,
    )
    missed = hit("2026-03-28 10:00", status=404, location_path="/%3Cscript%3Ealert(2)%3C/script%3E")
    shown = page(tmp_path, stored([hostile, missed], [refused(f"{ATTACK} & more", reason=ATTACK)]))
    assert len(shown.scripts) == 3
    assert not [tag for tag, _ in shown.tags if tag == "img"]
    assert not [name for _, attributes in shown.tags for name in attributes if name.startswith("on")]
    assert f"{ATTACK} & more" in shown.text
    assert f"www.example.com/{ATTACK}" in shown.text
    assert "www.example.com/<script>alert(2)</script>" in shown.text
    assert f"logs of {ATTACK}" in shown.text


def test_names_in_plots_are_text_and_no_markup_of_plotly(tmp_path, stored):
    """Plotly reads <b> or <a href> in labels; an escaped name is shown as it is."""
    shown = page(tmp_path, stored([hit("2026-03-28 10:00", useragent_brand="<b>Bold</b>")]))
    assert shown.plots["browsers"]["layout"]["annotations"][0]["text"] == "&lt;b&gt;Bold&lt;/b&gt;"


def test_nothing_is_loaded_from_anywhere(tmp_path, stored):
    shown = page(tmp_path, stored([hit("2026-03-28 10:00", referer_host="www.example.org")]))
    style = (tmp_path / "report.html").read_text("utf-8").partition("<style>")[2].partition("</style>")[0]
    loading = [value for _, attributes in shown.tags for name, value in attributes.items() if name in ("src", "href")]
    assert {value[0] for value in loading} == {"#"}
    assert "link" not in {tag for tag, _ in shown.tags}
    assert "@import" not in style
    assert "url(" not in style
    assert shown.policy["default-src"] == ["'none'"]


def test_no_script_runs_but_the_two_of_the_page(plain):
    """The policy names each by its hash: one that got in would not run, whatever it says."""
    page_script, _, plotly = (
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in plain.scripts
    )
    assert plain.policy["script-src"] == [page_script, plotly]
    assert plain.all("script")[1]["type"] == "application/json"


def test_every_section_is_there_and_every_plot_has_its_place(plain):
    for title in (
        "Who came by, 28 to 29 March 2026",
        "Visits per day",
        "Visitors per day",
        "Hits per day, by type of user agent",
        "Answers per day, by class of HTTP status",
        "Pages per visit",
        "People and robots, overall",
        "People and robots, per day",
        "Most viewed pages",
        "Entry pages",
        "How visits began",
        "Where people came from",
        "Browsers",
        "Operating systems",
        "Countries",
        "Cities",
        "Categories of pages",
        "Channels",
        "Campaigns",
        "Visits with a conversion per day, by channel",
        "By channel",
        "By category of the entry page",
        "When hits come",
        "Status codes",
        "Missing pages most asked for",
        "Refused lines, by reason",
        "Seconds per stage",
        "How the logs were reached",
        "What was checked",
    ):
        assert title in plain.text
    assert {found["data-plot"] for found in plain.all("div", class_="plot")} == set(plain.plots)
    assert len(plain.plots) == 9


def test_the_navigation_leads_to_every_section(plain):
    sections = [
        "visits",
        "audience",
        "pages",
        "sources",
        "conversions",
        "models",
        "segments",
        "answers",
        "refused",
        "run",
    ]
    assert [found["id"] for found in plain.all("section")] == sections
    assert [found["href"] for found in plain.all("a")][:10] == [f"#{section}" for section in sections]


def test_the_numbers_of_the_summary_are_readable(plain):
    for part in ("678 visitors", "12,300 hits of 12,345 lines", "2 files, 1.2 MB", "1 refused line and 5 blank"):
        assert part in plain.text
    assert "Every line is accounted for" in plain.text


def test_calls_and_tokens_of_the_api_are_counted_and_the_calls_named(plain):
    assert plain.text.count("OVH API keys; 2 calls of the API, 1 token.") == 2
    assert f"GET /1.0/auth/time GET /1.0/{ATTACK}" in plain.text


def test_a_check_that_fails_is_marked(plain):
    assert (len(plain.all("li", class_="good")), len(plain.all("li", class_="bad"))) == (1, 1)
    assert "1 of 2 checks failed" in plain.text


def test_a_long_refused_line_is_cut_and_says_so(tmp_path, stored):
    text = page(tmp_path, stored([hit("2026-03-28 10:00")], [refused("y" * 9_000, number=1_234)])).text
    assert f"{'y' * 600} …" in text
    assert "y" * 601 not in text
    assert "day.log.gz, line 1,234: no time in brackets" in text


def test_only_the_first_refused_lines_are_shown_and_all_are_counted(tmp_path, stored):
    lines = [refused(f"odd line {number:03}", number) for number in range(60)]
    text = page(tmp_path, stored([hit("2026-03-28 10:00")], lines)).text
    assert "Shown: 25 of 60 refused lines, the first of each reason" in text
    assert "odd line 024" in text
    assert "odd line 025" not in text
    assert "no time in brackets 60" in text


def test_logs_without_any_hit_still_make_a_page(tmp_path, stored):
    text = page(tmp_path, stored([])).text
    assert "No page was viewed." in text
    assert "No line was refused." in text
    assert "No visit was seen." in text


def test_without_people_there_is_no_plot_of_their_browsers(tmp_path, stored):
    shown = page(tmp_path, stored([hit("2026-03-28 10:00", useragent_type="bot")]))
    assert "No person's browser was seen." in shown.text
    assert "No visitor came from another site." in shown.text
    assert {"browsers", "systems"}.isdisjoint(shown.plots)
    assert "Robots 100%" in shown.text


def test_each_reason_is_a_button_that_its_lines_refer_to(tmp_path, stored):
    lines = [refused("a"), refused("b", 8, "too long"), refused("c", 9)]
    shown = page(tmp_path, stored([], lines))
    buttons = {found["data-reason"]: found for found in shown.all("button") if "data-reason" in found}
    assert [found["aria-pressed"] for found in buttons.values()] == ["true", "false", "false"]
    assert {place: found["data-says"] for place, found in buttons.items()} == {
        "": "Shown: 3 of 3 refused lines",
        "0": "Shown: 2 of 2 lines that were refused for: no time in brackets",
        "1": "Shown: 1 of 1 lines that were refused for: too long",
    }
    assert [found["data-reason"] for found in shown.all("li") if "data-reason" in found] == ["0", "1", "0"]


def test_a_reason_with_quotes_does_not_leave_its_attribute(tmp_path, stored):
    hostile = '" onclick="alert(1)'
    shown = page(tmp_path, stored([], [refused("a", reason=hostile)]))
    (button,) = shown.all("button", data_reason="0")
    assert button["data-says"] == f"Shown: 1 of 1 lines that were refused for: {hostile}"
    assert not [name for _, attributes in shown.tags for name in attributes if name.startswith("on")]


def test_marks_of_direction_and_controls_are_written_out(tmp_path, stored):
    """U+202E would turn the rest of a line around."""
    rtl = hit("2026-03-28 10:00", location_path="/\u202egpj.exe", useragent_os="Lin\u202eux")
    shown = page(tmp_path, stored([rtl], [refused("\x1b[31m\u202eline")]))
    assert "\u202e" not in (tmp_path / "report.html").read_text("utf-8")
    assert r"www.example.com/\u202egpj.exe" in shown.text
    assert r"\x1b[31m\u202eline" in shown.text


def test_the_table_of_days_has_a_row_for_each(tmp_path, stored):
    events = [
        hit("2026-03-28 10:00"),
        hit("2026-03-28 12:00"),
        hit("2026-03-28 12:00", visitor_id="b", useragent_type="bot"),
    ]
    shown = page(tmp_path, stored(events))
    assert "Day Visits of people Visitors Hits 2026-03-28 3 2 2 3 2026-03-29 0 0 0 0" in shown.text


def test_the_busiest_hour_is_told_in_the_time_of_paris(tmp_path, stored):
    times = ("2026-03-28 10:00", "2026-03-28 10:59", "2026-03-29 10:00")
    assert "Most hits: Sat, 11:00 to 11:59, with 2." in page(tmp_path, stored([hit(time) for time in times])).text


def test_a_status_has_its_name_and_a_code_of_the_servers_own_has_none(tmp_path, stored):
    events = [hit("2026-03-28 10:00", status=status) for status in (404, 404, 404, 499, 499, None)]
    assert "404 Not Found 3 50% 499 2 33% No status 1 17%" in page(tmp_path, stored(events)).text


def test_rates_stand_beside_the_visits_that_they_are_of(tmp_path, stored):
    visits = [hit("2026-03-28 10:00", visitor_id=str(n), channel="Email", is_conversion=n == 0) for n in range(3)]
    text = page(tmp_path, stored(visits)).text
    assert "Channel With a conversion Email 1 of 3 33.3%" in text
    assert "Channel Visits Email 3 100%" in text


def test_what_enrichment_was_not_told_is_said_with_the_place_to_tell_it(plain):
    assert "No city is known: cities need a database" in plain.text
    assert plain.text.count("No page has a category: Enrich hits takes rules of pages") == 3
    assert "No visit had a conversion." in plain.text


def test_shares_are_of_all_people_and_page_views_known_or_not(tmp_path, stored):
    known = {"client_addr_country": "France", "client_addr_city": "Lyon", "page_category": "home"}
    text = page(tmp_path, stored([hit("2026-03-28 10:00", **known), hit("2026-03-28 10:00", visitor_id="b")])).text
    for shown in ("Country Visitors France 1 50%", "City Visitors Lyon, France 1 50%", "Category Views home 1 50%"):
        assert shown in text
