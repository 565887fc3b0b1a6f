"""Partitions of objects: what a specification names, and which were built."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from dev.dsshost.storage import BadData

DAY: Mapping[str, Any] = {"name": "day", "type": "time", "params": {"period": "DAY"}}
_ID = re.compile(r"\d{4}-\d\d-\d\d")
_MISSING = re.compile(r"missing:([1-9]\d*)")


def newest_missing(spec: str) -> int | None:
    """How many partitions ``missing:8`` asks for; None for any other specification."""
    found = _MISSING.fullmatch(spec)
    return int(found[1]) if found else None


def named_days(spec: str, today: date) -> list[str]:
    """The days of a specification as users write them: ``2026-03-28/2026-03-30,PREVIOUS_DAY``, in order.

    Raises:
        BadData: A part names no day, or a range ends before it begins.
    """
    found: set[str] = set()
    for part in spec.split(","):
        first, slash, last = part.strip().partition("/")
        begin, end = _day(first, today), _day(last if slash else first, today)
        if end < begin:
            raise BadData(f"the range of partitions {part} ends before it begins")
        found.update((begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1))
    return sorted(found)


def _day(text: str, today: date) -> date:
    keywords = {"CURRENT_DAY": today, "PREVIOUS_DAY": today - timedelta(days=1)}
    if text in keywords:
        return keywords[text]
    try:
        return date.fromisoformat(text if _ID.fullmatch(text) else "")
    except ValueError:
        raise BadData(f"the partition {text!r} is no day") from None


def folder_dimensions(pattern: str | None) -> list[dict[str, Any]]:
    """Dimensions of a managed folder by the pattern of its paths.

    Raises:
        BadData: The pattern tells no whole day.
    """
    if pattern is None:
        return []
    if not all(part in pattern for part in ("%Y", "%M", "%D")):
        raise BadData(f"the pattern {pattern} does not tell a day")
    return [dict(DAY)]


class States:
    """Which partitions of which object were built, and when.

    Args:
        root: The folder of a store.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / ".states"

    def built(self, name: str) -> dict[str, str]:
        """Time of the last successful build, UTC, by partition; in the order of partitions."""
        path = self._folder / f"{name}.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else {}

    def mark(self, name: str, partition: str) -> None:
        """Note that a partition was built just now."""
        times = {**self.built(name), partition: datetime.now(timezone.utc).isoformat()}
        self._write(name, times)

    def forget(self, name: str, partition: str) -> None:
        """Note that a partition cannot be relied upon: it counts as not built."""
        self._write(name, {key: value for key, value in self.built(name).items() if key != partition})

    def _write(self, name: str, times: Mapping[str, str]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        written = self._folder / f"{name}.part"
        written.write_text(json.dumps(dict(sorted(times.items()))), "utf-8")
        written.replace(self._folder / f"{name}.json")
