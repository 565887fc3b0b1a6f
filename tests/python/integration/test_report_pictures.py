"""The report as it looks: legible by day and by night, on a desk and a phone, however much or little there is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # where it is not installed, these tests are skipped
    from playwright.sync_api import Page

_CONTRASTS = Path(__file__).parent / "contrasts.js"
_PICTURES = Path(__file__).parents[3] / "out" / "screenshots"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desk", "phone"])
def test_every_text_stands_out_from_what_it_stands_on(opened, report, scheme, device):
    """WCAG 2 asks for 4.5 (AA); a text over a bar has to stand out from the bar and from what is beside it."""
    with opened(report, device=device, scheme=scheme) as page:
        picture(page, f"{device}-{scheme}")
        page.get_by_text("The numbers of each day").click()
        ratios = page.evaluate(_CONTRASTS.read_text("utf-8"))
        assert len(ratios) > 200
        assert {text: ratio for text, ratio in ratios if ratio < 4.5} == {}


@pytest.mark.parametrize("device", ["desk", "phone"])
@pytest.mark.parametrize("days", [1, 3, 366], ids=["one-day", "three-days", "a-year"])
def test_a_report_of_few_or_many_days_is_in_order(opened, few_or_many, days, device):
    with opened(few_or_many(days), device) as page:
        in_order(page)
        picture(page, f"{days}-days-{device}")


@pytest.fixture(scope="module")
def few_or_many(written_report, quiet_events):
    """A report of so many days, written once."""
    return cache(lambda days: written_report(quiet_events(days), [], days))


@pytest.mark.parametrize("device", ["desk", "phone"])
@pytest.mark.parametrize(
    "hits", [[], [{"at": "2026-03-20 10:00", "useragent_type": "bot"}]], ids=["nothing", "no-people"]
)
def test_a_report_of_nothing_or_nobody_is_in_order(opened, written_report, hits, device, request):
    with opened(written_report(hits, [], 2), device) as page:
        in_order(page)
        picture(page, request.node.callspec.id)


def in_order(page: Page) -> None:
    assert page.locator("section:visible").count() == 10
    assert page.locator(".plot").count() == page.locator(".plot.js-plotly-plot").count()


def picture(page: Page, name: str) -> None:
    """Keep it for people to look at."""
    _PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=_PICTURES / f"report-{name}.png", full_page=True)
