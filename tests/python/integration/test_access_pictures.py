"""The macro "Check access to OVH logs" as a browser shows its result: legible in every light, on a desk and a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev.accesstables import MISSING_RIGHT, results
from dev.macrohtml import page

_CONTRASTS = Path(__file__).parent / "contrasts.js"
_PICTURES = Path(__file__).parents[3] / "out" / "screenshots"


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Path:
    """The page of the keys that lack a right."""
    target = tmp_path_factory.mktemp("access") / "access.html"
    (found,) = results(MISSING_RIGHT)
    target.write_text(page("Access to OVH logs", found), "utf-8")
    return target


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desk", "phone"])
def test_every_text_of_the_table_stands_out(opened, shown, scheme, device):
    """WCAG 2 asks for 4.5 (AA); signs, links and texts of every kind are in it."""
    with opened(shown, device=device, scheme=scheme, ready="table") as tab:
        _PICTURES.mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=_PICTURES / f"access-check-{device}-{scheme}.png", full_page=True)
        assert {"✓", "✗", "-"} <= set(tab.locator("td:first-child").all_inner_texts())
        ratios = tab.evaluate(_CONTRASTS.read_text("utf-8"))
        assert len(ratios) > 60
        assert {text: ratio for text, ratio in ratios if ratio < 4.5} == {}


def test_the_links_lead_to_the_page_that_makes_keys_with_the_rights_filled_in(opened, shown):
    with opened(shown, ready="table") as tab:
        link = tab.get_by_role("link").first
        assert link.inner_text() == "https://eu.api.ovh.com/createToken/"
        assert link.get_attribute("href").endswith("/userLogsToken")
