"""The macro "Check access to OVH logs", run on the demo's own keys."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from dev.demo.errors import DemoFailed
from dev.demo.ovh import Ovh
from dev.demo.texts import counted
from dev.dsshost import BadData, BadPlugin, ComponentFailed, run_macro
from dev.macrohtml import page, table

_ROOT = Path(__file__).parents[2]
_MACRO = "ovh-logs-check-access"


def check_access(ovh: Ovh, target: Path) -> str:
    """Run the macro, and write what it says as a page.

    Args:
        ovh: Serving.
        target: The page.

    Returns:
        What came of it, in a few words.

    Raises:
        DemoFailed: The macro failed, or a step of it is bad.
    """
    try:
        made = run_macro(_ROOT, _MACRO, config=ovh.access, plugin_config=ovh.plugin_config, presets=ovh.presets).result
    except (ComponentFailed, BadData, BadPlugin) as error:
        raise DemoFailed(str(error)) from error
    html = made or ""
    target.write_text(page("Access to OVH logs", html), "utf-8")
    found = table(html)
    steps = list(zip(found.outcomes, found.rows, strict=True))[1:]
    for outcome, (_, name, seen, _) in steps:
        if outcome == "bad":
            raise DemoFailed(f"The check of access found something wrong ({name}: {seen}): {target} says what to do.")
    outcomes = Counter(outcome for outcome, _ in steps)
    if not outcomes["good"]:
        raise DemoFailed("The check of access gave no table of steps.")
    warned = f", {counted(outcomes['warning'], 'warning')}" if outcomes["warning"] else ""
    return f"{counted(outcomes['good'], 'good step')}{warned}"
