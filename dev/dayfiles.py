"""Day files, as OVH names them and as the simulated log host serves them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

FIRST_STATE = ".first"  # of a day that OVH rewrites once: appended to its name
_LEVEL = 6  # of gzip: that of logrotate; 9 takes three times as long for 3 % less


def day_name(fqdn: str, day: date) -> str:
    """Name of a day's file."""
    return f"{fqdn}-{day:%d-%m-%Y}.log.gz"


def day_path(fqdn: str, day: date, *, kind: str = "web", tree: str = "current") -> str:
    """Path that a day is served under."""
    folder = "" if kind == "web" else f"{kind}/"
    return f"/{fqdn}/{'logs/' if tree == 'current' else ''}logs-{day:%m-%Y}/{folder}{day_name(fqdn, day)}"


def write_day(
    data: Path,
    fqdn: str,
    day: date,
    lines: Iterable[bytes],
    *,
    kind: str = "web",
    members: int = 1,
    first: bool = False,
) -> Path:
    """Write a day's lines (without their newlines) where the simulator looks; the same lines, the same bytes.

    Args:
        data: The folder that the simulator serves.
        fqdn: The site.
        day: The day.
        lines: Its lines; written as they come unless there are several members.
        kind: The kind of log.
        members: Gzip members of the file, of about as many lines each.
        first: Whether they are what the day holds when it first appears, before it is rewritten.

    Returns:
        The file.
    """
    folder = data / fqdn / ("" if kind == "web" else kind)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (day_name(fqdn, day) + (FIRST_STATE if first else ""))
    with path.open("wb") as raw:
        for group in _groups(lines, members):
            with gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
                file.writelines(line + b"\n" for line in group)
    return path


def _groups(lines: Iterable[bytes], number: int) -> Iterator[Iterable[bytes]]:
    if number == 1:
        yield lines
        return
    held = list(lines)
    for index in range(number):
        yield held[len(held) * index // number : len(held) * (index + 1) // number]
