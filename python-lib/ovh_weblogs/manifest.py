"""``manifest.json`` of a folder: which of its files count, and what each of them has to be.

It is written whole and in one piece, but no storage promises that a piece arrives whole when its writer is killed: it
is written twice, the copy first, and read from the copy where the other is cut off. So one of both is whole always.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any

from ovh_weblogs.errors import InputError

NAME, COPY = "manifest.json", "manifest-copy.json"
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_OF_A_DAY = re.compile(r"(/\d{4}/\d\d/\d\d)/(?:" + "|".join(map(re.escape, (NAME, COPY))) + ")")


@dataclass(frozen=True)
class Entry:
    """A file that counts.

    Attributes:
        size: Bytes of the file.
        sha256: Of the file, in hexadecimal digits.
        lines: Of its content; None where nobody counted.
        fqdn: The log tree that it comes from.
        kind: The kind of log.
        day: The day, as 2026-01-31.
        etag: Its tag on the log host, as sent.
        last_modified: When it was changed there, as sent.
        archived: When it was put into the folder, as 2026-02-01T08:00:00Z.
        stored: When the folder's storage says that it was written, in milliseconds; None where it does not.
    """

    size: int
    sha256: str
    lines: int | None = None
    fqdn: str = ""
    kind: str = ""
    day: str = ""
    etag: str = ""
    last_modified: str = ""
    archived: str = ""
    stored: int | None = None


@dataclass
class Manifest:
    """What a folder says of its files.

    Attributes:
        files: Those that count, by path; each path begins with a slash.
        remove: Paths that are still to be removed.
        from_copy: Whether it was not whole itself when it was read.
    """

    files: dict[str, Entry] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    from_copy: bool = False

    def text(self) -> bytes:
        """The same as it is written: one form for one content, whatever the order in which it came about."""
        files = {path.lstrip("/"): asdict(self.files[path]) for path in sorted(self.files)}
        document = {"files": files, **({"remove": sorted(self.remove)} if self.remove else {})}
        return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def parsed(text: bytes) -> Manifest:
    """The manifest that a text is; of each file only size and sha256 are needed.

    Raises:
        InputError: It is none.
    """
    try:
        document = json.loads(text)
        files = {rooted(path): _entry(entry) for path, entry in document["files"].items()}
        return Manifest(files, [rooted(path) for path in document.get("remove", [])])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(
            "manifest.json of the folder is none: for each path under files it must have size and sha256",
            fix="build the folder again, or take manifest.json away, so that every file is read",
        ) from None


def loaded(folder: str, there: Collection[str], read: Callable[[str], bytes]) -> Manifest | None:
    """The manifest of a folder; None where it has none.

    Args:
        folder: Its path without a slash at the end; empty for the whole.
        there: Paths that are there.
        read: Gives the text of a path.

    Raises:
        InputError: What is there is no manifest, and neither is its copy.
    """
    name, copy = f"{folder}/{NAME}", f"{folder}/{COPY}"
    trouble: InputError | None = None
    if name in there:
        try:
            return parsed(read(name))
        except InputError as error:
            trouble = error
    if copy in there:
        try:
            return replace(parsed(read(copy)), from_copy=True)
        except InputError:
            if trouble is None:  # the first of all writings was cut off: nothing was entered before
                return Manifest(from_copy=True)
    if trouble is not None:
        raise trouble
    return None


def folder_of(day: date) -> str:
    """The folder of a day's files: that of its partition."""
    return f"/{day:%Y/%m/%d}"


def day_folders(paths: Iterable[str]) -> list[str]:
    """Folders of days that have a manifest of their own, in order."""
    return sorted({found[1] for found in map(_OF_A_DAY.fullmatch, paths) if found})


def merged(whole: Manifest | None, days: Mapping[str, Manifest]) -> Manifest:
    """One manifest of several: what is said of a day by its own folder's replaces what the whole one says of it."""
    files = dict(whole.files) if whole else {}
    for folder, manifest in days.items():
        files = {path: entry for path, entry in files.items() if not path.startswith(f"{folder}/")}
        files.update(manifest.files)
    return Manifest(files, list(whole.remove) if whole else [])


def rooted(path: str) -> str:
    """The path with one slash at its beginning, as the host writes paths."""
    return "/" + path.lstrip("/")


def _entry(document: dict[str, Any]) -> Entry:
    """What is known of a file; what nobody needs may be anything.

    Raises:
        ValueError: Size or hash are none, or the day is none.
    """
    if type(document["size"]) is not int or not _SHA256.fullmatch(document["sha256"]):
        raise ValueError
    optional = {each.name: type(each.default) if each.default is not None else int for each in fields(Entry)[2:]}
    known = {name: document[name] for name, kind in optional.items() if type(document.get(name)) is kind}
    if known.get("day"):
        date.fromisoformat(known["day"])
    return Entry(document["size"], document["sha256"], **known)
