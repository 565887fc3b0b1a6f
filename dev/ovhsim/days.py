"""Day files, as the simulator serves them and as OVH names them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import date
from pathlib import Path


def day_name(fqdn: str, day: date) -> str:
    """Name of a day's file."""
    return f"{fqdn}-{day:%d-%m-%Y}.log.gz"


def day_path(fqdn: str, day: date, *, kind: str = "web", tree: str = "current") -> str:
    """Path that a day is served under."""
    folder = "" if kind == "web" else f"{kind}/"
    return f"/{fqdn}/{'logs/' if tree == 'current' else ''}logs-{day:%m-%Y}/{folder}{day_name(fqdn, day)}"


def write_day(data: Path, fqdn: str, day: date, lines: Iterable[bytes], *, kind: str = "web") -> Path:
    """Write a day's lines (without their newlines) where the simulator looks; the same lines, the same bytes."""
    folder = data / fqdn / ("" if kind == "web" else kind)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / day_name(fqdn, day)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as file:
        file.writelines(line + b"\n" for line in lines)
    return path
