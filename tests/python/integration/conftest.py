"""Reports, of quiet sites and of logs that mean harm, and a browser to open them with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dev.demo.aggregates import aggregate
from dev.demo.insights import Correlation, Insights
from dev.demo.report import Summary, write_report
from dev.demo.segments import Segment

if TYPE_CHECKING:  # where it is not installed, the tests that need it are skipped
    from playwright.sync_api import Browser, Page

# No sandbox: tests run as root, too. The rest keeps the browser from asking its maker for news.
_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
_WIDTHS = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
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


@pytest.fixture(scope="session")
def harm() -> tuple[str, ...]:
    """Texts that want to be markup, script, template, or to turn a line around."""
    return _HARM


@pytest.fixture(scope="session")
def quiet_events() -> Callable[[int], list[dict[str, Any]]]:
    """A few visits of people and of a bot on each of so many days."""
    return _events


def _events(days: int) -> list[dict[str, Any]]:
    found = []
    for day in range(days):
        for visitor in range(4 + day % 3):
            moment = datetime.combine(_FIRST + timedelta(days=day), datetime.min.time()) + timedelta(hours=8 + visitor)
            who = {"visitor_id": f"v{visitor}", "useragent_type": ("browser", "phone", "bot", None)[visitor % 4]}
            seen = {
                "status": (200, 200, 404, 304, 503)[(day + visitor) % 5],
                "referer_host": "search.example",
                "client_addr_country": ("France", "Canada")[visitor % 2],
                "client_addr_city": ("Lyon", "Montréal")[visitor % 2],
                "channel": ("Organic Search", "Email", "Direct")[(day + visitor) % 3],
                "campaign_name": (None, "spring")[day % 2],
                "page_category": "tea",
                "is_conversion": visitor == 1 and day % 2 == 0,
            }
            for page in range(1 + visitor):
                at = (moment + timedelta(minutes=page)).isoformat()
                found.append({"at": at, "location_path": f"/tea/{page}", "bytes": 5_000, **who, **seen})
    return found


def _harmful() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Events and refused lines in which every text that the report shows means harm."""
    names = (
        *("location_path", "location_host", "referer_host", "useragent_brand", "useragent_os", "useragent"),
        *("client_addr_country", "client_addr_city", "channel", "page_category"),
        *("campaign_name", "campaign_source", "campaign_medium"),
    )
    hits = [
        {
            "at": f"{_FIRST} 10:00",
            "visitor_id": text,
            "status": status,
            "is_conversion": True,
            **dict.fromkeys(names, text),
        }
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


def _learnt() -> Insights:
    """No model, and segments and features whose names mean harm."""
    together = [[1.0 if one is other else -0.5 for other in _HARM] for one in _HARM]
    segments = [Segment(text, place, text) for place, text in enumerate(_HARM, 1)]
    return Insights(None, _HARM[0], segments, Correlation(_HARM, together))


@pytest.fixture(scope="session")
def written_report(tmp_path_factory, demo_tables) -> Callable[..., Path]:
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
            visits=12_345,
            visitors=1_234_567_890,
            calls=["GET /1.0/auth/time", *_HARM],
            tokens=2,
            stages=[("Read and parse (OVH logs)", 3.1), ("Draw the report", 0.25), (_HARM[4], 0.0)],
            checks=[(f"Check {number}: {text}", number != 3) for number, text in enumerate(_HARM, 1)],
        )
        write_report(folder / "report.html", summary, aggregate(tables, shown), _learnt())
        return folder / "report.html"

    return make


@pytest.fixture(scope="session")
def report(written_report) -> Path:
    """Ten days of a quiet site, and harm on the first of them."""
    hits, lines = _harmful()
    return written_report(_events(10) + hits, lines)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, driven by Playwright; not for the whole run, since Playwright keeps an event loop running meanwhile."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may be absent
    except ImportError as missing:
        pytest.skip(f"{missing}: pip install 'playwright>=1.48,<2' to open the report")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium to open the report with: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        yield started
        started.close()


@pytest.fixture
def opened(browser) -> Callable[..., AbstractContextManager[Page]]:
    """Opens a page until it is left; whatever it complained of, asked for or popped up until then is an error."""

    @contextmanager
    def open_report(
        report: Path,
        device: str = "desk",
        scheme: str = "light",
        before: str = "",
        ready: str = "html[data-ready=yes]",
    ) -> Iterator[Page]:
        size = _WIDTHS[device]
        context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
        page = context.new_page()
        wrong: list[str] = []
        _listen(page, report, wrong.append)
        page.add_init_script(before)
        try:
            page.goto(report.as_uri())
            page.wait_for_selector(ready)
            yield page
            assert page.title().startswith(("OVH logs, ", "Access to OVH logs"))
            assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]
        finally:
            context.close()
        assert not wrong, "\n".join(wrong)

    return open_report


def _listen(page: Page, report: Path, tell: Callable[[str], None]) -> None:
    def told(message: Any) -> None:
        if message.type in ("error", "warning"):
            tell(message.text)

    def asked(request: Any) -> None:
        if request.url.partition("#")[0] != report.as_uri() and not request.url.startswith(("data:", "blob:")):
            tell(request.url)

    def popped_up(dialog: Any) -> None:
        tell(dialog.message)
        dialog.dismiss()

    page.on("console", told)
    page.on("pageerror", lambda error: tell(str(error)))
    page.on("request", asked)
    page.on("dialog", popped_up)
