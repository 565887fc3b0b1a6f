"""The flow of the demo: an OVH logs dataset, enriched, grouped to visitors, as a project in DSS would have it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.demo.errors import DemoFailed
from dev.demo.month import DOMAIN, Month
from dev.dsshost import BadData, BadPlugin, ComponentFailed, FlowResult, run_flow
from dev.ovhsim import LogHost
from dev.ovhsim.journal import Request
from ovh_weblogs.pipeline import Totals

LOGIN = "demo"
READ, ENRICH, GROUP = "logs", "ovh-logs-enrich", "ovh-logs-visitors"


@dataclass(frozen=True)
class Outcome:
    """What the flow came to: the host's result, the totals that the connector logged, what the log host was asked."""

    result: FlowResult
    totals: Totals
    requests: Sequence[Request]


class _TotalsSeen(logging.Handler):
    """Keeps the totals that the connector logs when it has read everything."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.totals: Totals | None = None

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        self.totals = next((item for item in arguments if isinstance(item, Totals)), self.totals)


def definition(month: Month, storage: Path, url: str, password: str) -> dict[str, Any]:
    """The flow, as the stand-in of the host takes it."""
    logs = {
        "access": "log_user",
        "log_user": {"login": LOGIN, "password": password},
        "domain": DOMAIN,
        "log_host": url,
        "kind": "web",
        "period": "range",
        "from_date": month.days[0].isoformat(),
        "to_date": month.days[-1].isoformat(),
        "missing_days": "skip" if month.has_gaps else "fail",
        "rejects": "rows",
        "max_reject_share": 1.0,  # however many there are: the report shows them
    }
    return {
        "plugin": str(Path(__file__).parents[2]),
        "storage": str(storage),
        "project": "DEMO",
        "plugin_config": {"allowed_log_hosts": [url]},
        "datasets": {READ: {"connector": "ovh-logs", "config": logs}, "events": {}, "visitors": {}},
        "recipes": [
            {"recipe": ENRICH, "config": {}, "inputs": {"hits": [READ]}, "outputs": {"events": ["events"]}},
            {"recipe": GROUP, "config": {}, "inputs": {"events": ["events"]}, "outputs": {"visitors": ["visitors"]}},
        ],
    }


def run(
    month: Month, storage: Path, on_progress: Callable[[str], None], on_host: Callable[[LogHost], None] = lambda _: None
) -> Outcome:
    """Serve the month on loopback and run the flow on it.

    Args:
        month: What is served.
        storage: Where the datasets go.
        on_progress: Told what the host tells: lines that begin with the name of a dataset or recipe.
        on_host: Given the log host once it serves.

    Raises:
        DemoFailed: With the sentence that the component gave.
    """
    seen, library, password = _TotalsSeen(), logging.getLogger("ovh_weblogs"), secrets.token_urlsafe()
    level = library.level
    library.addHandler(seen)
    library.setLevel(logging.INFO)
    try:
        with LogHost(month.folder, {LOGIN: password}, faults=month.faults.values()) as host:
            on_host(host)
            result = run_flow(definition(month, storage, host.url, password), on_progress)
    except (ComponentFailed, BadData, BadPlugin) as error:
        raise DemoFailed(str(error)) from error
    finally:
        library.removeHandler(seen)
        library.setLevel(level)
    if seen.totals is None:
        raise DemoFailed("The connector ended without telling its totals: its log does not say what it read.")
    return Outcome(result, seen.totals, list(host.journal.requests))
