"""The flow of the demo: an OVH logs dataset, enriched, grouped to visits and visitors, as in a project of DSS."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.demo.errors import DemoFailed
from dev.demo.month import Month
from dev.demo.ovh import Ovh
from dev.demo.rules import CATEGORIES, KNOWN
from dev.demo.snapshots import split
from dev.dsshost import BadData, BadPlugin, ComponentFailed, FlowResult, run_flow
from dev.ovhsim.journal import Request
from ovh_weblogs.pipeline import Totals

READ, ENRICH, VISITS, GROUP = "logs", "ovh-logs-enrich", "ovh-logs-sessions", "ovh-logs-visitors"
SNAPSHOTS = "snapshots"
PAUSED = {"midnight": "never"}  # visits as the truth has them: its robots of two days without a pause, too


@dataclass(frozen=True)
class Outcome:
    """What the flow came to: the host's result, totals as logged, and what log host and API were asked meanwhile."""

    result: FlowResult
    totals: Totals
    requests: Sequence[Request]
    calls: Sequence[Request]


class _TotalsSeen(logging.Handler):
    """Keeps the totals that the connector logs when it has read everything."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.totals: Totals | None = None

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        self.totals = next((item for item in arguments if isinstance(item, Totals)), self.totals)


def definition(month: Month, storage: Path, ovh: Ovh) -> dict[str, Any]:
    """The flow, as the stand-in of the host takes it."""
    logs = {
        "access": "api",
        **ovh.access,
        "kind": "web",
        "period": "range",
        "from_date": month.days[0].isoformat(),
        "to_date": month.days[-1].isoformat(),
        "missing_days": "skip" if month.has_gaps else "fail",
        "rejects": "rows",
        "max_reject_share": 1.0,  # however many there are: the report shows them
    }
    events = {"inputs": {"events": ["events"]}}
    wished = labels(month)
    labelled = [{"recipe": GROUP, "config": wished, **events, "outputs": {"visitors": [SNAPSHOTS]}}] if wished else []
    made = ["events", "sessions", "visitors", *([SNAPSHOTS] if labelled else [])]
    return {
        "plugin": str(Path(__file__).parents[2]),
        "storage": str(storage),
        "project": "DEMO",
        "plugin_config": ovh.plugin_config,
        "presets": ovh.presets,
        "datasets": {READ: {"connector": "ovh-logs", "config": logs}, **{name: {} for name in made}},
        "recipes": [
            {"recipe": ENRICH, "config": known(month), "inputs": {"hits": [READ]}, "outputs": {"events": ["events"]}},
            {
                "recipe": VISITS,
                "config": PAUSED,
                **events,
                "outputs": {"sessions": ["sessions"]},
            },
            {"recipe": GROUP, "config": counted(month), **events, "outputs": {"visitors": ["visitors"]}},
            *labelled,
        ],
    }


def known(month: Month) -> dict[str, Any]:
    """What the form of enrichment is told of the site, where it is the generated one."""
    return KNOWN if month.truth else {}


def counted(month: Month) -> dict[str, Any]:
    """What the forms of visitors are told: the categories of the generated site's pages."""
    return {"categories": CATEGORIES} if month.truth else {}


def labels(month: Month) -> dict[str, Any]:
    """What the form of visitors is told for snapshots; empty where models cannot learn of the month."""
    cutoffs = split(month.days) if month.truth else None  # without rules of pages no visitor converts
    return cutoffs.config(CATEGORIES) if cutoffs else {}


def run(month: Month, storage: Path, ovh: Ovh, on_progress: Callable[[str], None]) -> Outcome:
    """Run the flow on the month that is served.

    Args:
        month: What is served.
        storage: Where the datasets go.
        ovh: Serving it.
        on_progress: Told what the host tells: lines that begin with the name of a dataset or recipe.

    Raises:
        DemoFailed: With the sentence that the component gave.
    """
    seen, library = _TotalsSeen(), logging.getLogger("ovh_weblogs")
    level = library.level
    library.addHandler(seen)
    library.setLevel(logging.INFO)
    try:
        result = run_flow(definition(month, storage, ovh), on_progress)
    except (ComponentFailed, BadData, BadPlugin) as error:
        raise DemoFailed(str(error)) from error
    finally:
        library.removeHandler(seen)
        library.setLevel(level)
    if seen.totals is None:
        raise DemoFailed("The connector ended without telling its totals: its log does not say what it read.")
    return Outcome(result, seen.totals, list(ovh.host.journal.requests), list(ovh.api.journal.requests))
