"""The archived day files once more on Spark: the same visitors have to come out."""

from __future__ import annotations

from pathlib import Path

from dev import localspark
from dev.demo import flow
from dev.demo.elsewhere import Elsewhere, build, compared
from dev.demo.errors import DemoFailed
from dev.demo.month import Month
from dev.demo.texts import counted
from dev.dsshost import Store

TITLE = "Events and visitors on Spark"
_EVENTS, _VISITORS = "events_on_spark", "visitors_on_spark"


def check_there() -> None:
    """Find out before anything is made.

    Raises:
        DemoFailed: Spark cannot be run here.
    """
    why = localspark.missing()
    if why:
        raise DemoFailed(f"{why}.")


def once_more(month: Month, storage: Path) -> Elsewhere:
    """Make events of the archive's files, and visitors of these, by the recipes for Spark.

    Args:
        month: What the archive holds.
        storage: Where the host keeps its datasets; those of the flow are built.

    Raises:
        DemoFailed: A recipe failed.
    """
    store = Store(storage)
    config = {**flow.known(month), "max_reject_share": 1.0}
    build("ovh-logs-events-spark", store, {"logs": ["archive"]}, {"events": [_EVENTS]}, config)
    build("ovh-logs-visitors-spark", store, {"events": [_EVENTS]}, {"visitors": [_VISITORS]}, flow.counted(month))
    found = compared(store, _VISITORS, "visitors", ["visitor_id"])
    sentence = f"Spark makes the same {counted(found.rows, 'visitor')} of the archived files, in every value"
    return Elsewhere(f"{counted(found.rows, 'visitor')}, {found.others} of them others", [(sentence, not found.others)])
