"""The recipe "Archive logs" on the demo's month: killed once on purpose, and started again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dev.demo.errors import DemoFailed
from dev.demo.month import DOMAIN, Month
from dev.demo.ovh import Ovh
from dev.demo.texts import counted, long_day
from dev.dsshost import BadData, BadPlugin, ManagedFolder, RecipeResult, Store, folder, run_recipe
from ovh_weblogs import manifest

_ROOT = Path(__file__).parents[2]
_RECIPE, _FOLDER = "ovh-logs-archive", "archive"
_HALF_WAY = 2  # the day in the middle: half of the files are there when the process dies
_BEGUN = 1000  # bytes of its file that are stored by then

Check = tuple[str, bool]


@dataclass(frozen=True)
class Archived:
    """What the two runs left: the folder, what became of it in a few words, and whether it is as it should be."""

    folder: Path
    note: str
    check: Check


def archive(month: Month, storage: Path, ovh: Ovh) -> Archived:
    """Archive the month; the process is killed while it stores the file of a day in the middle, and run once more.

    Args:
        month: What is served.
        storage: Where the host keeps its folders.
        ovh: Serving it.

    Raises:
        DemoFailed: The kill did not come about, or the second run failed.
    """
    store = Store(storage)
    kept = folder(store, _FOLDER)
    kept.create()
    day = month.days[len(month.days) // _HALF_WAY]
    path = f"/{day:%Y/%m/%d}/web/{month.file_name(day)}"
    kept.disturb(path, _BEGUN, "kills", upload=True)
    killed = _run(month, store, ovh)
    if killed.error is None or killed.error["errorType"] != "killed":
        raise DemoFailed(f"The archive was to be killed, but was not: {killed.error}")
    before = _files(kept)
    cut = kept.file(path).stat().st_size
    kept.heal()
    resumed = _run(month, store, ovh)
    if resumed.error is not None:
        raise DemoFailed(resumed.error["message"])
    return _outcome(month, kept, day, cut, before)


def _run(month: Month, store: Store, ovh: Ovh) -> RecipeResult:
    config: dict[str, Any] = {
        "access": "api",
        **ovh.access,
        "kinds": ["web"],
        "period": "range",
        "from_date": month.days[0].isoformat(),
        "to_date": month.days[-1].isoformat(),
    }
    try:
        return run_recipe(
            _ROOT,
            _RECIPE,
            store,
            inputs={},
            outputs={"archive": [_FOLDER]},
            config=config,
            plugin_config=ovh.plugin_config,
            presets=ovh.presets,
        )
    except (BadData, BadPlugin) as error:
        raise DemoFailed(str(error)) from error


def _files(kept: ManagedFolder) -> Mapping[str, manifest.Entry]:
    """Files that count, by path."""
    found = manifest.loaded("", kept.paths(), lambda path: kept.file(path).read_bytes())
    return found.files if found else {}


def _outcome(month: Month, kept: ManagedFolder, day: date, cut: int, before: Mapping[str, manifest.Entry]) -> Archived:
    after, metrics = _files(kept), kept.metrics
    served = {name: _sha256(month.folder / DOMAIN / name) for name in map(month.file_name, month.days)}
    same = {Path(path).name: _sha256(kept.file(path)) for path in after} == served
    lines = sum(entry.lines or 0 for entry in after.values()) == month.lines
    fetched, unchanged = int(metrics["fetched"]), int(metrics["unchanged"])
    holds = same and lines and unchanged == len(before) and fetched == len(month.days) - len(before)
    note = f"{counted(len(after), 'file')}; killed once, {unchanged:,} were there, {fetched:,} fetched then"
    sentence = (
        f"The archive was killed with {cut:,} bytes of the file of {long_day(day)} stored, and went on: "
        f"{len(after):,} of {len(month.days):,} files are byte for byte OVH's; the second run found {unchanged:,} "
        f"unchanged and fetched {fetched:,}"
    )
    return Archived(kept.root, note, (sentence, holds))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
