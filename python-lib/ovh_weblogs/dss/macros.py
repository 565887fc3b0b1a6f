"""What the macros do, apart from being found by the host."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from ovh_weblogs.access_check import AccessCheck, Outcome, Step
from ovh_weblogs.dss.access import api_access
from ovh_weblogs.dss.form import Config, Form
from ovh_weblogs.dss.forms import network_of

# Colours by day and by night; a browser that does not know light-dark() (before 2024) shows signs as it shows text.
_SIGNS = {
    Outcome.GOOD: ("✓", "light-dark(#1a7f37,#3fb950)"),
    Outcome.WARNING: ("!", "light-dark(#9a6700,#d29922)"),
    Outcome.BAD: ("✗", "light-dark(#cf222e,#ff7b72)"),
    Outcome.NOT_TRIED: ("-", "light-dark(#57606a,#9198a1)"),
}
# In text that is escaped already, so that no quote or bracket can stand in it.
_OVH_PAGE = re.compile(
    r"(https://(?:eu\.api\.ovh\.com|ca\.api\.ovh\.com|api\.us\.ovhcloud\.com)/[^\s?&;]*)(?:\?(?:[^\s&;]|&amp;)*)?"
)
_CELL = "padding:4px 12px;text-align:left;vertical-align:top;border-bottom:1px solid rgba(128,128,128,0.4)"


class AccessCheckMacro:
    """The macro ``ovh-logs-check-access``.

    Args:
        config: The macro's form.
        plugin_config: The plugin's settings.
    """

    def __init__(self, config: Config | None, plugin_config: Config | None) -> None:
        self._config = config
        self._plugin_config = plugin_config

    @property
    def target(self) -> tuple[int, str]:
        """How many parts the check has, in no unit that the host knows."""
        return len(AccessCheck.PARTS), "NONE"

    def run(self, on_progress: Callable[[int], None] = lambda _: None) -> str:
        """The table of steps, as HTML.

        Raises:
            SettingsError: The form lacks keys, or holds what cannot be used.
        """
        form, plugin = Form(self._config), Form(self._plugin_config)
        access, network = api_access(form, plugin), network_of(plugin)
        form.check("The form")
        check = AccessCheck(access, network)
        return table(list(check.run(on_progress)))


def table(steps: list[Step]) -> str:
    """Steps as a table of HTML; every text in it is escaped, and only OVH's pages become links."""
    head = "".join(f'<th style="{_CELL}">{name}</th>' for name in ("", "Step", "Result", "What to do"))
    rows = "".join(_row(step) for step in steps)
    return f'<p>{_in_short(steps)}</p><table style="border-collapse:collapse"><tr>{head}</tr>{rows}</table>'


def _in_short(steps: list[Step]) -> str:
    outcomes = {step.outcome for step in steps}
    if Outcome.BAD in outcomes:
        return "Something is wrong or missing: the last column says what to do."
    if Outcome.WARNING in outcomes:
        return "All of it works; the last column says what to look at."
    return "All of it works."


def _row(step: Step) -> str:
    sign, colour = _SIGNS[step.outcome]
    cells = (
        f'<td style="{_CELL};color:{colour}" title="{step.outcome.value}">{sign}</td>',
        f'<td style="{_CELL}">{escape(step.name)}</td>',
        f'<td style="{_CELL}">{escape(step.seen)}</td>',
        f'<td style="{_CELL}">{_linked(step.fix)}</td>',
    )
    return f"<tr>{''.join(cells)}</tr>"


def _linked(text: str) -> str:
    """The address of a page with its query, which may be long, as a link that shows the page alone."""
    link = r'<a href="\g<0>" target="_blank" rel="noopener noreferrer">\g<1></a>'
    return _OVH_PAGE.sub(link, escape(text))
