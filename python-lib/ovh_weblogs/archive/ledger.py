"""A folder's files and its manifest, kept in step whatever happens between two steps.

A file counts once the manifest names it. So a file is uploaded before it is entered, and struck out before it is
removed; one that counts is never overwritten: its successor stands beside it until the manifest has changed over.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO, Protocol

from ovh_weblogs import manifest
from ovh_weblogs.errors import InputError, TryAgain
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.manifest import Entry, Manifest
from ovh_weblogs.secret import guarded_logger

logger = guarded_logger(__name__)

_CHUNK = 1 << 20  # bytes
_SUFFIX = ".log.gz"
_SECOND = ".2.log.gz"  # ends the name of a day that replaces one
# The manifest grows with the archive: on slow storage not every file waits for it. What is not entered by the time of a
# kill is fetched again.
_SHARE = 10.0  # times as long as writing it takes, the next writing waits
_SHORT = 1.0  # seconds; less is not waited for


@dataclass(frozen=True)
class Stored:
    """What a storage says of a file: bytes and time of writing in milliseconds, each None where it does not say."""

    size: int | None
    modified: int | None


class Storage(Protocol):
    """A folder on any storage: no local path, no renaming. Its own troubles come as ``TryAgain``."""

    name: str

    def paths(self) -> set[str]:
        """Paths of all files, with a slash at the beginning."""

    def stored(self, path: str) -> Stored:
        """What is known of a file that is there."""

    def opened(self, path: str) -> AbstractContextManager[Readable]:
        """A file's content."""

    def upload(self, path: str, file: BinaryIO) -> None:
        """Put a file, in place of the one that is there."""

    def upload_text(self, path: str, text: bytes) -> None:
        """Put a small file, in place of the one that is there."""

    def delete(self, path: str) -> None:
        """Remove a file that is there."""


class Ledger:
    """The files of a folder that count, or of one of its days.

    Args:
        storage: The folder.
        day: The day whose files and manifest are all that is looked at; None for the whole folder and its manifest.
        clock: Seconds that pass.

    Raises:
        InputError: The manifest is damaged, and so is its copy.
        TryAgain: The storage does not answer.
    """

    def __init__(
        self, storage: Storage, day: date | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._folder = manifest.folder_of(day) if day else ""
        self._there = storage.paths()
        self._manifest = self._found()
        self._paths = {_key(entry): path for path, entry in self._manifest.files.items()}
        self._written = self._manifest.text() if self._has_manifest else None
        self._next = 0.0  # the monotonic clock's time from which the manifest is written again
        self._adopt_days()
        if self._manifest.from_copy:
            self._write((manifest.NAME, manifest.COPY))  # not over the only one that is whole
        if self._manifest.remove:
            self.flush()

    @property
    def entries(self) -> dict[str, Entry]:
        """Files that count, by path, in order."""
        return dict(sorted(self._manifest.files.items()))

    @property
    def uncounted(self) -> list[str]:
        """Files that look like an archive's and do not count, in order."""
        known = {*self._manifest.files, *self._manifest.remove}
        return sorted(
            path
            for path in self._there
            if path.startswith(f"{self._folder}/") and path.endswith(_SUFFIX) and path not in known
        )

    def days(self, fqdn: str, kind: str) -> set[date]:
        """Days of a log that are entered."""
        found = (key[2] for key in self._paths if key[:2] == (fqdn, kind))
        return {date.fromisoformat(day) for day in found}

    def entry(self, fqdn: str, kind: str, day: date) -> Entry | None:
        """The entry of a day; None where it has none, or its file is not the one that was entered."""
        path = self._paths.get((fqdn, kind, day.isoformat()))
        if path is None or not self._is_right(path):
            return None
        return self._manifest.files[path]

    def put(self, file: Path, entry: Entry) -> None:
        """Upload a day and enter it, in place of the one that is entered.

        Raises:
            TryAgain: The storage did not take it whole.
        """
        old = self._paths.get(_key(entry))
        path = _path(entry)
        if old is not None:
            right = self._is_right(old)
            path = old if not right else path if old != path else path.removesuffix(_SUFFIX) + _SECOND
        if self._written is None:  # a folder without manifest is read whole: not before there is one
            self._write()
        with file.open("rb") as content:
            self._storage.upload(path, content)
        self._there.add(path)
        stored = self._storage.stored(path)
        if not self._same(path, stored, entry):
            raise TryAgain(
                f"The folder {self._storage.name} did not keep {path.lstrip('/')} as it was sent "
                f"({stored.size} of {entry.size} bytes)",
                fix="look for room and faults of its storage, then start the build again",
            )
        if old is not None and old != path:
            self._strike(old)
        self._note(path, replace(entry, stored=stored.modified))
        if self._clock() >= self._next:
            self.flush()

    def note_state(self, entry: Entry, etag: str, last_modified: str) -> None:
        """Change what the host tells an entered day's state by; it is written with the next flush."""
        self._note(self._paths[_key(entry)], replace(entry, etag=etag, last_modified=last_modified))

    def remove_before(self, day: date) -> int:
        """Remove entered files of earlier days; gives their number. A file that is not entered stays."""
        old = [path for path, entry in self._manifest.files.items() if entry.day and entry.day < day.isoformat()]
        for path in old:
            self._strike(path)
        self.flush()
        if self._folder and not self._manifest.files:
            self._remove([f"{self._folder}/{manifest.COPY}", f"{self._folder}/{manifest.NAME}"])
        return len(old)

    def flush(self) -> None:
        """Write the manifest where it has changed; then, and only then, remove what it does not name any more."""
        if self._manifest.text() != (self._written or Manifest().text()):
            self._write()
        if self._manifest.remove:
            self._remove([path for path in self._manifest.remove if path not in self._manifest.files])
            self._manifest.remove = []
            self._write()

    def _write(self, order: tuple[str, str] = (manifest.COPY, manifest.NAME)) -> None:
        text, begun = self._manifest.text(), self._clock()
        for name in order:
            self._storage.upload_text(f"{self._folder}/{name}", text)
            self._there.add(f"{self._folder}/{name}")
        self._written = text
        took = _SHARE * (self._clock() - begun)
        self._next = self._clock() + (took if took > _SHORT else 0.0)

    def _note(self, path: str, entry: Entry) -> None:
        self._manifest.files[path] = entry
        self._paths[_key(entry)] = path

    def _strike(self, path: str) -> None:
        entry = self._manifest.files.pop(path)
        self._paths.pop(_key(entry), None)
        self._manifest.remove.append(path)

    def _remove(self, paths: list[str]) -> None:
        for path in paths:
            if path in self._there:
                self._storage.delete(path)
                self._there.discard(path)

    @property
    def _has_manifest(self) -> bool:
        return any(f"{self._folder}/{name}" in self._there for name in (manifest.NAME, manifest.COPY))

    def _found(self) -> Manifest:
        """The manifest; of a day that has none of its own, what that of the whole folder says of it."""
        found = self._loaded(self._folder)
        if found is not None or not self._folder:
            return found or Manifest()
        whole = self._loaded("") or Manifest()
        inside = {path: entry for path, entry in whole.files.items() if path.startswith(f"{self._folder}/")}
        return Manifest(inside)

    def _loaded(self, folder: str) -> Manifest | None:
        try:
            return manifest.loaded(folder, self._there, self._read)
        except InputError:
            raise InputError(
                f"{manifest.NAME} and {manifest.COPY} of the folder {self._storage.name}{folder} are damaged, both",
                fix="put one of them back; without both, what OVH has still is fetched anew, the rest does not count",
            ) from None

    def _adopt_days(self) -> None:
        """Take over what manifests of days say, where the folder was partitioned before."""
        folders = [] if self._folder else manifest.day_folders(self._there)
        days = {folder: self._loaded(folder) or Manifest() for folder in folders}
        if days:
            self._manifest = replace(manifest.merged(self._manifest, days), from_copy=self._manifest.from_copy)
            self._manifest.remove += [path for each in days.values() for path in each.remove]
            self._manifest.remove += [
                f"{folder}/{name}" for folder in folders for name in (manifest.NAME, manifest.COPY)
            ]
            self._paths = {_key(entry): path for path, entry in self._manifest.files.items()}

    def _is_right(self, path: str) -> bool:
        """Whether a file is the one that was entered: by size and time of writing, else by its hash."""
        entry = self._manifest.files[path]
        if path not in self._there:
            return False
        stored = self._storage.stored(path)
        if stored.size == entry.size and stored.modified is not None and stored.modified == entry.stored:
            return True
        if (stored.size is not None and stored.size != entry.size) or not self._same_hash(path, entry):
            logger.warning("%s is not the file that was archived: it is fetched again", path.lstrip("/"))
            return False
        self._note(path, replace(entry, stored=stored.modified))  # moved or copied: not to be read again next time
        return True

    def _same(self, path: str, stored: Stored, entry: Entry) -> bool:
        return stored.size == entry.size if stored.size is not None else self._same_hash(path, entry)

    def _same_hash(self, path: str, entry: Entry) -> bool:
        digest, size = hashlib.sha256(), 0
        with self._storage.opened(path) as stream:
            while data := stream.read(_CHUNK):
                digest.update(data)
                size += len(data)
        return (size, digest.hexdigest()) == (entry.size, entry.sha256.lower())

    def _read(self, path: str) -> bytes:
        data = b""
        with self._storage.opened(path) as stream:
            while more := stream.read(_CHUNK):
                data += more
        return data


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry.fqdn, entry.kind, entry.day


def _path(entry: Entry) -> str:
    day = date.fromisoformat(entry.day)
    return f"{manifest.folder_of(day)}/{entry.kind}/{entry.fqdn}-{day:%d-%m-%Y}{_SUFFIX}"
