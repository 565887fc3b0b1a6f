"""The report as a person meets it: in a browser, on a desk or a phone, by day or by night, with logs that mean harm."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dev.demo.aggregates import aggregate
from dev.demo.report import Summary, write_report

try:
    from playwright.sync_api import Browser, Locator, Page, sync_playwright
except ImportError as missing:
    pytest.skip(f"{missing}: pip install 'playwright>=1.48,<2' to open the report", allow_module_level=True)

_CHROMIUM = shutil.which("chromium")
# No sandbox: tests run as root, too. The rest keeps the browser from asking its maker for news.
_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
_PICTURES = Path(__file__).parents[3] / "out" / "screenshots"
_DESK, _PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_FIRST = date(2026, 3, 20)
_HARM = (
    "<script>document.title = 'got in'</script>",
    "</script><script>alert(1)</script><!--<script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)' x=\"",
    '<a href="javascript:alert(1)">press</a><b>%{customdata}</b>',
    "<br>" * 20,
    "&lt;b&gt;&amp;quot; ${alert(1)} $plots {{7*7}}",
    "safe\u202egpj.exe",
    "\x1b[2J\u2028\ufeff",
    "W" * 600,
)
_REASONS = ("a quote is not closed", "no time in brackets", *_HARM[:3])


def events(days: int) -> list[dict[str, Any]]:
    """A few visits of people and of a bot on each day."""
    found = []
    for day in range(days):
        for visitor in range(4 + day % 3):
            moment = datetime.combine(_FIRST + timedelta(days=day), datetime.min.time()) + timedelta(hours=8 + visitor)
            who = {"visitor_id": f"v{visitor}", "useragent_type": ("browser", "phone", "bot", None)[visitor % 4]}
            seen = {"status": (200, 200, 404, 304, 503)[(day + visitor) % 5], "referer_host": "search.example"}
            for page in range(1 + visitor):
                at = (moment + timedelta(minutes=page)).isoformat()
                found.append({"at": at, "location_path": f"/tea/{page}", "bytes": 5_000, **who, **seen})
    return found


def harmful() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Events and refused lines in which every text that the report shows means harm."""
    names = ("location_path", "location_host", "referer_host", "useragent_brand", "useragent_os", "useragent")
    hits = [
        {"at": f"{_FIRST} 10:00", "visitor_id": text, "status": status, **dict.fromkeys(names, text)}
        for text in _HARM
        for status in (200, 404)
    ]
    hits += [{"at": f"{_FIRST} 11:00", "visitor_id": text, "useragent_type": text} for text in _HARM]
    lines = [
        {"request": f"{text} {number}", "line_number": number, "reject_reason": reason, "source_file": f"{text}.log"}
        for reason in _REASONS
        for number, text in enumerate(_HARM, 1)
    ]
    return hits, lines


@pytest.fixture(scope="module")
def made(tmp_path_factory, demo_tables) -> Callable[..., Path]:
    """Writes a report of so many days."""

    def make(hits: list[dict[str, Any]], lines: list[dict[str, Any]], days: int = 10) -> Path:
        folder = tmp_path_factory.mktemp("report")
        tables, shown = demo_tables(folder, hits, lines), [_FIRST + timedelta(days=day) for day in range(days)]
        summary = Summary(
            origin=f"the access logs in {_HARM[0]}",
            days=shown,
            files=days,
            bytes=123_456_789,
            lines=len(hits) + len(lines) + 2,
            hits=len(hits),
            rejects=len(lines),
            blanks=2,
            events=len(hits),
            visitors=1_234_567_890,
            stages=[("Read and parse (OVH logs)", 3.1), ("Draw the report", 0.25), (_HARM[4], 0.0)],
            checks=[(f"Check {number}: {text}", number != 3) for number, text in enumerate(_HARM, 1)],
        )
        write_report(folder / "report.html", summary, aggregate(tables, shown))
        return folder / "report.html"

    return make


@pytest.fixture(scope="module")
def report(made) -> Path:
    """Ten days of a quiet site, and harm on the first of them."""
    hits, lines = harmful()
    return made(events(10) + hits, lines)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if _CHROMIUM is None:
        pytest.skip("there is no chromium to open the report with: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_QUIET))
        yield started
        started.close()


@contextmanager
def opened(browser: Browser, report: Path, *, size: dict[str, int] = _DESK, scheme: str = "light", before: str = ""):
    """The page, ready; whatever it complained of, asked for or popped up until it is left is an error."""
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: None if allowed(request.url, report) else wrong.append(request.url))
    page.add_init_script(before)
    try:
        page.goto(report.as_uri())
        page.wait_for_selector("html[data-ready=yes]")
        yield page
        assert page.title().startswith("OVH logs, ")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]
    finally:
        context.close()
    assert wrong == []


def allowed(url: str, report: Path) -> bool:
    return url.partition("#")[0] == report.as_uri() or url.startswith(("data:", "blob:"))


def each(locator: Locator) -> Iterator[Locator]:
    """Every one of them, as long as there is a next."""
    count = locator.count()
    assert count, "there is none"
    return (locator.nth(index) for index in range(count))


def ground(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def visible_lines(page: Page) -> int:
    return page.locator(".lines li:visible").count()


def test_everything_that_can_be_pressed_is_pressed(browser, report):
    with opened(browser, report) as page:
        for link in each(page.locator("a")):
            link.click()
            assert page.url.partition("#")[2] == link.get_attribute("href")[1:]
        for button in each(page.locator("button")):
            button.click()
            assert button.get_attribute("aria-pressed") == "true"
        for summary in each(page.locator("summary")):
            before = summary.locator("..").get_attribute("open")
            summary.click()
            assert summary.locator("..").get_attribute("open") != before


def test_every_kind_in_a_legend_can_be_hidden(browser, report):
    """One of each plot at a time: two clicks in a row in one legend would be a double click."""
    with opened(browser, report) as page:
        legends = [plot.locator(".legendtoggle") for plot in each(page.locator(".plot:has(.legendtoggle)"))]
        clicked = 0
        for index in range(max(legend.count() for legend in legends)):
            for legend in legends:
                if index < legend.count():
                    legend.nth(index).click()
                    clicked += 1
            page.wait_for_function(_HIDDEN, arg=clicked)
        assert page.locator(".plot:has(.legendtoggle) .bars path:visible").count() == 0


_HIDDEN = """(expected) => Array.from(document.querySelectorAll(".plot"))
  .flatMap((plot) => plot._fullData).filter((trace) => trace.visible === "legendonly").length === expected"""


def test_the_navigation_marks_the_section_that_is_read(browser, report):
    with opened(browser, report, size=_PHONE) as page:
        for name in ("Audience", "Refused lines", "Run", "Visits"):
            page.get_by_role("navigation").get_by_text(name, exact=True).click()
            page.wait_for_selector(f"nav a[aria-current]:text-is('{name}')")


def test_the_buttons_change_the_colours_and_auto_follows_the_system(browser, report):
    with opened(browser, report, scheme="dark") as page:
        dark = ground(page)
        page.get_by_role("button", name="Light").click()
        light = ground(page)
        page.get_by_role("button", name="Dark").click()
        assert ground(page) == dark != light
        page.get_by_role("button", name="Auto").click()
        page.emulate_media(color_scheme="light")
        assert ground(page) == light


def test_plots_take_the_colours_of_the_theme(browser, report):
    with opened(browser, report) as page:
        name = page.locator("[data-plot=browsers] .annotation text").first
        bar = page.locator("[data-plot=visits] .bars path").first
        before = [name.evaluate(_FILL), bar.evaluate(_FILL)]
        page.get_by_role("button", name="Dark").click()
        after = [name.evaluate(_FILL), bar.evaluate(_FILL)]
        assert after[0] == page.evaluate("getComputedStyle(document.body).color")
        assert not set(before) & set(after)


_FILL = "(shape) => getComputedStyle(shape).fill"


def test_the_label_of_a_bar_has_the_colours_of_the_theme(browser, report):
    with opened(browser, report, scheme="dark") as page:
        page.locator("[data-plot=visits] .nsewdrag").hover()
        label = page.locator("[data-plot=visits] .hoverlayer .legend")
        label.wait_for()
        assert "visits" in label.text_content()
        assert label.locator(".bg").evaluate(_FILL) == page.locator(".card").first.evaluate(
            "(card) => getComputedStyle(card).backgroundColor"
        )


def test_the_choice_of_colours_is_remembered(browser, report):
    with opened(browser, report) as page:
        page.get_by_role("button", name="Dark").click()
        chosen = ground(page)
        page.reload()
        page.wait_for_selector("html[data-ready=yes]")
        assert (ground(page), page.get_by_role("button", name="Dark").get_attribute("aria-pressed")) == (chosen, "true")


def test_without_storage_the_choice_lasts_as_long_as_the_page(browser, report):
    """Browsers may refuse it to files."""
    refuse = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    with opened(browser, report, before=refuse) as page:
        before = ground(page)
        page.get_by_role("button", name="Dark").click()
        assert ground(page) != before


def test_a_reason_shows_its_own_lines_and_says_how_many(browser, report):
    with opened(browser, report) as page:
        assert visible_lines(page) == len(_HARM) * len(_REASONS)
        for button in each(page.locator("button[data-reason]:not([data-reason=''])")):
            button.click()
            assert visible_lines(page) == len(_HARM)
            assert page.get_by_role("status").inner_text() == button.get_attribute("data-says")
        assert page.locator("button[data-reason][aria-pressed=true]").count() == 1
        page.get_by_role("button", name="All reasons").click()
        assert visible_lines(page) == len(_HARM) * len(_REASONS)


def test_reasons_are_chosen_by_keyboard_and_chosen_again_show_all(browser, report):
    with opened(browser, report) as page:
        page.get_by_role("button", name="All reasons").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert visible_lines(page) == len(_HARM)
        page.keyboard.press("Space")
        assert visible_lines(page) == len(_HARM) * len(_REASONS)
        assert page.get_by_role("status").inner_text() == "Shown: 50 of 50 refused lines"


def test_logs_that_mean_harm_are_shown_as_text(browser, report):
    with opened(browser, report) as page:
        assert page.locator("img").count() == 0
        assert page.locator(".plot a, .plot b, .plot [onmouseover]").count() == 0
        assert page.locator("script").count() == 3
        texts = page.locator(".lines code").all_inner_texts()
        assert f"{_HARM[0]} 1" in texts
        assert r"safe\u202egpj.exe 8" in texts
        assert '<a href="javascript:alert(1…' in page.locator("[data-plot=browsers]").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [_DESK, _PHONE], ids=["desk", "phone"])
def test_every_text_stands_out_from_what_it_stands_on(browser, report, scheme, size):
    """WCAG 2 asks for 4.5 (AA); a text over a bar has to stand out from the bar and from what is beside it."""
    with opened(browser, report, size=size, scheme=scheme) as page:
        for summary in each(page.locator("details:not([open]) > summary")):
            summary.click()
        ratios = page.evaluate((Path(__file__).parent / "contrasts.js").read_text("utf-8"))
        assert len(ratios) > 200
        assert {text: ratio for text, ratio in ratios if ratio < 4.5} == {}


@pytest.mark.parametrize(
    ("hits", "days"),
    [([], 1), (events(1), 1), (events(3), 3), (events(366), 366), ([{"at": f"{_FIRST}", "useragent_type": "bot"}], 2)],
    ids=["nothing", "one-day", "three-days", "a-year", "no-people"],
)
def test_a_report_of_much_or_little_is_in_order(browser, made, hits, days, request):
    report, name = made(hits, [], days), request.node.callspec.id
    for size, device in ((_DESK, "desk"), (_PHONE, "phone")):
        with opened(browser, report, size=size) as page:
            picture(page, f"{name}-{device}")
            assert page.locator(".plot").count() == page.locator(".plot.js-plotly-plot").count()
            assert page.locator("section:visible").count() == 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [_DESK, _PHONE], ids=["desk", "phone"])
def test_the_page_is_kept_as_a_picture(browser, report, scheme, size, request):
    with opened(browser, report, size=size, scheme=scheme) as page:
        assert picture(page, request.node.callspec.id).stat().st_size > 100_000


def picture(page: Page, name: str) -> Path:
    _PICTURES.mkdir(parents=True, exist_ok=True)
    path = _PICTURES / f"report-{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
