"""The folders that a log host shows, over a folder of day files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from dev.ovhsim.options import Options

_DAY = re.compile(r"(?P<fqdn>.+)-\d\d-(?P<month>\d\d-\d{4})\.log\.gz")
KINDS = ("error", "ftp", "cgi", "out", "ssh", "cron")
_SHOWN_NAME = 23  # Apache's autoindex cuts longer names in the text of a link


@dataclass(frozen=True)
class Folder:
    """A folder: names of its entries, folders with a final slash."""

    entries: tuple[str, ...]


class Tree:
    """Finds what a path names: a file, a folder, or nothing. Only names that it made itself are looked up on disk."""

    def __init__(self, data: Path, options: Options) -> None:
        self._data = data
        self._options = options

    def find(self, path: str) -> Path | Folder | None:
        """The day file or folder of a decoded path; None for what is not there."""
        parts = [part for part in path.split("/") if part]
        if not parts or parts[0] not in self._fqdns():
            return None
        paths = self._paths(parts[0])
        key = "/".join(parts[1:])
        if key in paths and not path.endswith("/"):
            return paths[key]
        prefix = f"{key}/" if key else ""
        below = {name[len(prefix) :] for name in paths if name.startswith(prefix)}
        if not below and key:
            return None
        return Folder(
            tuple(sorted({head + "/" if slash else head for head, slash, _ in (n.partition("/") for n in below)}))
        )

    def _fqdns(self) -> set[str]:
        return {folder.name for folder in self._data.iterdir() if folder.is_dir()}

    def _paths(self, fqdn: str) -> dict[str, Path]:
        """Every file of the fqdn, by its path below the fqdn's root."""
        tree = self._options.trees.get(fqdn, "current")
        roots = {"current": ("logs/",), "old": ("",), "both": ("logs/", "")}[tree]
        found = {}
        for kind in ("", *KINDS):
            folder = self._data / fqdn / kind
            for file in folder.iterdir() if folder.is_dir() else ():
                day = _DAY.fullmatch(file.name)
                if day and day["fqdn"] == fqdn:
                    for root in roots:
                        found[f"{root}logs-{day['month']}/{kind + '/' if kind else ''}{file.name}"] = file
        return found


def page(path: str, folder: Folder, look: str) -> str:
    """The HTML page that lists a folder."""
    if look == "bare":
        links = [f'<a href="{quote(path + name)}">{escape(name)}</a><br>' for name in folder.entries]
        return "<html><body>" + "\n".join(links) + "</body></html>"
    rows = [
        '<tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th><th>Size</th></tr>',
        f'<tr><td><a href="{quote(path.rstrip("/").rpartition("/")[0] + "/")}">Parent Directory</a></td></tr>',
    ]
    for name in folder.entries:
        shown = name if len(name) <= _SHOWN_NAME else name[: _SHOWN_NAME - 2] + "..>"
        link = f'<a href="{quote(name)}">{escape(shown)}</a>'
        rows.append(f'<tr><td>{link}</td><td>2026-01-01 04:00</td><td align="right">1.2M</td></tr>')
    return (
        f"<html><head><title>Index of {escape(path)}</title></head><body><table>{''.join(rows)}</table></body></html>"
    )
