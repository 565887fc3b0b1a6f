"""The report as a person meets it: pressed, chosen and filtered in a browser, with logs that mean harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # where it is not installed, these tests are skipped
    from playwright.sync_api import Locator, Page

_REASONS = 5  # in the report; each has a line for each harm


def each(locator: Locator) -> Iterator[Locator]:
    """Every one of them, as long as there is a next."""
    count = locator.count()
    assert count, "there is none"
    return (locator.nth(index) for index in range(count))


def ground(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def visible_lines(page: Page) -> int:
    return page.locator(".lines li:visible").count()


def test_everything_that_can_be_pressed_is_pressed(opened, report):
    with opened(report) as page:
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


def test_every_kind_in_a_legend_can_be_hidden(opened, report):
    """One of each plot at a time: two clicks in a row in one legend would be a double click."""
    with opened(report) as page:
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


def test_the_navigation_marks_the_section_that_is_read(opened, report):
    with opened(report, device="phone") as page:
        for name in ("Audience", "Refused lines", "Run", "Visits"):
            page.get_by_role("navigation").get_by_text(name, exact=True).click()
            page.wait_for_selector(f"nav a[aria-current]:text-is('{name}')")


def test_the_buttons_change_the_colours_and_auto_follows_the_system(opened, report):
    with opened(report, scheme="dark") as page:
        dark = ground(page)
        page.get_by_role("button", name="Light").click()
        light = ground(page)
        page.get_by_role("button", name="Dark").click()
        assert ground(page) == dark != light
        page.get_by_role("button", name="Auto").click()
        page.emulate_media(color_scheme="light")
        assert ground(page) == light


def test_plots_take_the_colours_of_the_theme(opened, report):
    with opened(report) as page:
        name = page.locator("[data-plot=browsers] .annotation text").first
        bar = page.locator("[data-plot=visits] .bars path").first
        before = [name.evaluate(_FILL), bar.evaluate(_FILL)]
        page.get_by_role("button", name="Dark").click()
        after = [name.evaluate(_FILL), bar.evaluate(_FILL)]
        assert after[0] == page.evaluate("getComputedStyle(document.body).color")
        assert not set(before) & set(after)


_FILL = "(shape) => getComputedStyle(shape).fill"


def test_the_label_of_a_bar_has_the_colours_of_the_theme(opened, report):
    with opened(report, scheme="dark") as page:
        page.locator("[data-plot=visits] .nsewdrag").hover()
        label = page.locator("[data-plot=visits] .hoverlayer .legend")
        label.wait_for()
        assert "visits" in label.text_content()
        assert label.locator(".bg").evaluate(_FILL) == page.locator(".card").first.evaluate(
            "(card) => getComputedStyle(card).backgroundColor"
        )


def test_the_choice_of_colours_is_remembered(opened, report):
    with opened(report) as page:
        page.get_by_role("button", name="Dark").click()
        chosen = ground(page)
        for _ in range(5):  # the browser stores it in its own time: at once, or a moment later on a busy machine
            page.reload()
            page.wait_for_selector("html[data-ready=yes]")
            if ground(page) == chosen:
                break
        assert (ground(page), page.get_by_role("button", name="Dark").get_attribute("aria-pressed")) == (chosen, "true")


def test_without_storage_the_choice_lasts_as_long_as_the_page(opened, report):
    """Browsers may refuse it to files."""
    refuse = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    with opened(report, before=refuse) as page:
        before = ground(page)
        page.get_by_role("button", name="Dark").click()
        assert ground(page) != before


def test_a_script_that_got_in_would_not_run_and_would_be_noticed(opened, report):
    with pytest.raises(AssertionError, match="Content Security Policy"), opened(report) as page:
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'document.title = 1'}))"
        )


def test_a_reason_shows_its_own_lines_and_says_how_many(opened, report, harm):
    with opened(report) as page:
        assert visible_lines(page) == len(harm) * _REASONS
        for button in each(page.locator("button[data-reason]:not([data-reason=''])")):
            button.click()
            assert visible_lines(page) == len(harm)
            assert page.get_by_role("status").inner_text() == button.get_attribute("data-says")
        assert page.locator("button[data-reason][aria-pressed=true]").count() == 1
        page.get_by_role("button", name="All reasons").click()
        assert visible_lines(page) == len(harm) * _REASONS


def test_reasons_are_chosen_by_keyboard_and_chosen_again_show_all(opened, report, harm):
    with opened(report) as page:
        page.get_by_role("button", name="All reasons").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert visible_lines(page) == len(harm)
        page.keyboard.press("Space")
        assert visible_lines(page) == len(harm) * _REASONS
        assert page.get_by_role("status").inner_text() == "Shown: 50 of 50 refused lines"


def test_logs_that_mean_harm_are_shown_as_text(opened, report, harm):
    with opened(report) as page:
        assert page.locator("img").count() == 0
        assert page.locator(".plot a, .plot b, .plot [onmouseover]").count() == 0
        assert page.locator("script").count() == 3
        texts = page.locator(".lines code").all_inner_texts()
        assert f"{harm[0]} 1" in texts
        assert r"safe\u202egpj.exe 8" in texts
        assert '<a href="javascript:alert(1…' in page.locator("[data-plot=browsers]").inner_text()
