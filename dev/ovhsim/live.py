"""Live files: the log of a day as it grows, below osl/, plain text."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from dev.dayfiles import day_name
from dev.ovhsim.hours import Hours
from dev.ovhsim.options import Options

KINDS = ("web", "error")  # OVH is known to keep live files of these


def live_name(fqdn: str, day: date) -> str:
    """Name of a day's live file."""
    return day_name(fqdn, day).removesuffix(".gz")


def live_path(fqdn: str, day: date, *, kind: str = "web") -> str:
    """Path that a live file is served under."""
    return f"/{fqdn}/osl/{'' if kind == 'web' else kind + '/'}{live_name(fqdn, day)}"


class LiveFiles:
    """The live files of a host, on disk beside its day files; safe to change while the host answers.

    Args:
        data: The folder that the host serves.
        options: How it behaves.
        hours: What its clock says of days.
    """

    def __init__(self, data: Path, options: Options, hours: Hours) -> None:
        self._data = data
        self._options = options
        self._hours = hours
        self._lock = threading.Lock()
        self._planned: dict[tuple[str, date, str], list[tuple[datetime, bytes]]] = {}

    def append(self, fqdn: str, day: date, data: bytes, *, kind: str = "web") -> None:
        """Let a file grow by bytes as they are, whole lines or not; begin it if there is none."""
        with self._lock:
            self._append(fqdn, day, data, kind)

    def restart(self, fqdn: str, day: date, data: bytes, *, kind: str = "web") -> None:
        """Let a file begin anew, under the same name."""
        with self._lock:
            self._file(fqdn, day, kind).unlink(missing_ok=True)
            self._append(fqdn, day, data, kind)

    def remove(self, fqdn: str, day: date, *, kind: str = "web") -> None:
        """Let a file vanish."""
        with self._lock:
            self._file(fqdn, day, kind).unlink(missing_ok=True)

    def plan(self, fqdn: str, day: date, lines: Iterable[tuple[datetime, bytes]], *, kind: str = "web") -> None:
        """Lines (without their newlines) that are to appear as the host's clock comes to their times."""
        with self._lock:
            self._planned.setdefault((fqdn, day, kind), []).extend(lines)

    def shown(self, fqdn: str) -> dict[str, Path]:
        """The files that the host shows of a site, by their names below osl/."""
        with self._lock:
            self._catch_up()
        return dict(self._shown(fqdn))

    def _shown(self, fqdn: str) -> Iterator[tuple[str, Path]]:
        for kind in KINDS:
            folder = self._file(fqdn, date.min, kind).parent
            for file in folder.iterdir() if folder.is_dir() else ():
                day = _day_of(file, fqdn)
                if day is None or not self._hours.begun(day):
                    continue
                shown = self._after_its_day(fqdn, day, kind) if self._hours.live_ended(day) else file
                if shown and shown.is_file():
                    yield f"{'' if kind == 'web' else kind + '/'}{file.name}", shown

    def _after_its_day(self, fqdn: str, day: date, kind: str) -> Path | None:
        """What stands under the name of a file once it has ended: nothing, or the log of the next day."""
        return self._file(fqdn, day + timedelta(days=1), kind) if self._options.live_end == "restarts" else None

    def _catch_up(self) -> None:
        """Write what is due of the planned lines: all of it, or whole blocks while the day lasts."""
        for (fqdn, day, kind), lines in self._planned.items():
            due = b"".join(line + b"\n" for moment, line in lines if self._hours.due(moment))
            file = self._file(fqdn, day, kind)
            written = file.stat().st_size if file.is_file() else 0
            block = 1 if self._hours.over(day) else self._options.live_block
            if len(due) // block * block > written:
                self._append(fqdn, day, due[written : len(due) // block * block], kind)

    def _append(self, fqdn: str, day: date, data: bytes, kind: str) -> None:
        file = self._file(fqdn, day, kind)
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.stat().st_mtime_ns if file.is_file() else 0
        with file.open("ab") as stream:
            stream.write(data)
        if file.stat().st_mtime_ns <= before:  # the file system's clock ticks slowly
            os.utime(file, ns=(before + 1000, before + 1000))

    def _file(self, fqdn: str, day: date, kind: str) -> Path:
        if kind not in KINDS:
            raise ValueError(f"There is no live file of the {kind} log.")
        if fqdn.startswith(".") or Path(fqdn).name != fqdn:
            raise ValueError("An fqdn is the name of one folder.")
        return self._data / fqdn / "osl" / ("" if kind == "web" else kind) / live_name(fqdn, day)


def _day_of(file: Path, fqdn: str) -> date | None:
    """The day of a live file; None for anything else."""
    text = file.name.removeprefix(f"{fqdn}-").removesuffix(".log")
    try:
        day = datetime.strptime(text + " +0000", "%d-%m-%Y %z").date()
    except ValueError:
        return None
    return day if file.name == live_name(fqdn, day) and file.is_file() else None
