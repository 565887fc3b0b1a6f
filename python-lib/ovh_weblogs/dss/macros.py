"""What the macros do, apart from being found by the host."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from ovh_weblogs.access_check import AccessCheck, Outcome, Step
from ovh_weblogs.dss.access import api_access
from ovh_weblogs.dss.form import Config, Form
from ovh_weblogs.dss.forms import network_of

_SIGNS = {
    Outcome.GOOD: ("✓", "#1a7f37"),
    Outcome.WARNING: ("!", "#9a6700"),
    Outcome.BAD: ("✗", "#cf222e"),
    Outcome.NOT_TRIED: ("-", "#57606a"),
}
# In text that is escaped already, so that no quote or bracket can stand in it.
_OVH_PAGE = re.compile(r"https://(?:eu\.api\.ovh\.com|ca\.api\.ovh\.com|api\.us\.ovhcloud\.com)/(?:[^\s&]|&amp;)*")
_CELL = "padding:4px 12px;text-align:left;vertical-align:top;border-bottom:1px solid #d0d7de"


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
    bad = sum(step.outcome is Outcome.BAD for step in steps)
    told = "All of it works." if not bad else "Something is missing: see what to do in the last column."
    return f'<p>{told}</p><table style="border-collapse:collapse"><tr>{head}</tr>{rows}</table>'


def _row(step: Step) -> str:
    sign, colour = _SIGNS[step.outcome]
    seen = step.seen or step.outcome.value
    cells = (
        f'<td style="{_CELL};color:{colour}" title="{step.outcome.value}">{sign}</td>',
        f'<td style="{_CELL}">{escape(step.name)}</td>',
        f'<td style="{_CELL}">{escape(seen)}</td>',
        f'<td style="{_CELL}">{_linked(step.fix)}</td>',
    )
    return f"<tr>{''.join(cells)}</tr>"


def _linked(text: str) -> str:
    link = r'<a href="\g<0>" target="_blank" rel="noopener noreferrer">\g<0></a>'
    return _OVH_PAGE.sub(link, escape(text))
