"""The folders that a log host shows, over a folder of day files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dev.dayfiles import FIRST_STATE
from dev.ovhsim.hours import Hours
from dev.ovhsim.live import LiveFiles
from dev.ovhsim.options import Options

_DAY = re.compile(r"(?P<fqdn>.+)-(?P<day>[0-9]{2}-[0-9]{2}-[0-9]{4})\.log\.gz")
KINDS = ("error", "ftp", "cgi", "out", "ssh", "cron")


@dataclass(frozen=True)
class Entry:
    """One line of a folder's list: folders have a final slash, no size, and the date of their newest file.

    ``kinds``: folders of kinds inside a folder.
    """

    name: str
    modified: float
    size: int | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Folder:
    """A folder and what it holds, by name."""

    entries: tuple[Entry, ...]


class Tree:
    """Finds what a path names: a file, a folder, or nothing. Only names that it made itself are looked up on disk."""

    def __init__(self, data: Path, options: Options, hours: Hours, live: LiveFiles) -> None:
        self._data = data
        self._options = options
        self._hours = hours
        self._live = live

    def fqdns(self) -> set[str]:
        """The sites that there are."""
        return {folder.name for folder in self._data.iterdir() if folder.is_dir()}

    def find(self, path: str) -> Path | Folder | None:
        """The day file or folder of a decoded path; None for what is not there, as for doubled slashes and dots."""
        fqdn, _, key = path.removeprefix("/").partition("/")
        if fqdn not in self.fqdns():
            return None
        paths = self._paths(fqdn)
        if key in paths:
            return paths[key]
        prefix = f"{key.removesuffix('/')}/" if key else ""
        below = {name[len(prefix) :]: file for name, file in paths.items() if name.startswith(prefix)}
        return Folder(tuple(_entries(below))) if below or not key else None

    def _paths(self, fqdn: str) -> dict[str, Path]:
        """Every file of the fqdn, by its path below the fqdn's root."""
        roots = {"current": ("logs/",), "old": ("",), "both": ("logs/", "")}[self._options.tree_of(fqdn)]
        found = {f"osl/{name}": file for name, file in self._live.shown(fqdn).items()}
        for kind in ("", *KINDS):
            folder = self._data / fqdn / kind
            for file in folder.iterdir() if folder.is_dir() else ():
                day = _day(file, fqdn)
                for root in roots if day and self._hours.published(day) else ():
                    found[f"{root}logs-{day:%m-%Y}/{kind + '/' if kind else ''}{file.name}"] = self._state(file, day)
        return found

    def _state(self, file: Path, day: date) -> Path:
        """The file as it is, or as it was first published."""
        first = file.with_name(file.name + FIRST_STATE)
        return first if not self._hours.rewritten(day) and first.is_file() else file


def _day(file: Path, fqdn: str) -> date | None:
    """The day of a day file; None for anything else."""
    named = _DAY.fullmatch(file.name)
    if named is None or named["fqdn"] != fqdn or not file.is_file():
        return None
    try:
        return datetime.strptime(named["day"] + " +0000", "%d-%m-%Y %z").date()
    except ValueError:
        return None


def _entries(below: dict[str, Path]) -> Iterator[Entry]:
    """What a folder holds, from the paths of all files beneath it."""
    files: dict[str, list[tuple[str, Path]]] = {}
    for name, file in below.items():
        head, slash, rest = name.partition("/")
        files.setdefault(head + slash, []).append((rest, file))
    for name in sorted(files):
        stats = [file.stat() for _, file in files[name]]
        modified = max(stat.st_mtime for stat in stats)
        kinds = {rest.partition("/")[0] for rest, _ in files[name]} & set(KINDS)
        yield Entry(name, modified, None if name.endswith("/") else stats[0].st_size, tuple(sorted(kinds)))
