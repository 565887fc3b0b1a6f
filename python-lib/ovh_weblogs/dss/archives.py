"""The recipe ``ovh-logs-archive``'s folder and datasets, as the host has them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from typing import BinaryIO

import dataiku
import pyarrow as pa
from dataiku import recipe

from ovh_weblogs.archive import Stored, Wanted, wanted_rows
from ovh_weblogs.dss import datasets
from ovh_weblogs.dss.folders import opened
from ovh_weblogs.dss.forms import partition_day
from ovh_weblogs.errors import InputError, SettingsError, TryAgain
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.manifest import Entry, rooted
from ovh_weblogs.schema import ARCHIVED

_OF_FILES = ("service", "fqdn", "kind", "day", "live", "missing")  # what is read of a dataset of files
_ROWS = 10_000  # of a batch


class ArchiveFolder:
    """The managed folder of an output role as a storage of archives.

    Args:
        role: Name of the output role.

    Raises:
        SettingsError: The role has no folder, or a partition of it is no day.
    """

    def __init__(self, role: str) -> None:
        names = recipe.get_outputs(role=role, object_type="MANAGED_FOLDER", as_type="name")
        if not names:
            raise SettingsError(f"The recipe has no folder as {role}", fix="choose one in its outputs")
        self._folder = dataiku.Folder(names[0])
        self.name = str(self._folder.get_name())
        self.day: date | None = partition_day(getattr(self._folder, "writePartition", None))

    def paths(self) -> set[str]:
        """Paths of all files, of whatever partition."""
        with self._storing("be listed"):
            return {rooted(path) for path in self._folder.list_paths_in_partition("")}

    def stored(self, path: str) -> Stored:
        """Size and time of writing, where the storage tells them."""
        with self._storing(f"tell of {path.lstrip('/')}"):
            details = self._folder.get_path_details(path)
        size, modified = details.get("size"), details.get("lastModified")
        return Stored(size if type(size) is int else None, modified if type(modified) is int and modified > 0 else None)

    def opened(self, path: str) -> AbstractContextManager[Readable]:
        """A file's content."""
        return opened(self._folder, path)

    def upload(self, path: str, file: BinaryIO) -> None:
        """Put a file, in place of the one that is there."""
        with self._storing(f"take {path.lstrip('/')}"):
            self._folder.upload_stream(path, file)

    def upload_text(self, path: str, text: bytes) -> None:
        """Put a small file, in place of the one that is there."""
        self.upload(path, io.BytesIO(text))

    def delete(self, path: str) -> None:
        """Remove a file; that somebody else has removed it meanwhile is no trouble."""
        with self._storing(f"remove {path.lstrip('/')}"):
            if self._folder.get_path_details(path).get("exists", True):
                self._folder.delete_path(path)

    def save_metrics(self, values: Mapping[str, int]) -> None:
        """Save counts as metrics of the folder."""
        datasets.save_metrics(self._folder, self.name, values)

    @contextmanager
    def _storing(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as cause:
            # The host raises nothing narrower (intercom.py of DSS 9.0.5), and its text may hold anything.
            said = " ".join(str(cause).split())[:200]
            raise TryAgain(
                f"The folder {self.name} could not {what} ({type(cause).__name__}: {said})",
                fix="look for room and faults of its storage, then start the build again: what is archived stays so",
            ) from cause


def wanted(role: str, only: date | None) -> list[Wanted]:
    """What the dataset of a role wants to be archived.

    Raises:
        InputError: It has no column of days, or one holds something else.
    """
    files = datasets.Input(role)
    names = [name for name in _OF_FILES if name in files.names]
    if "day" not in names:
        raise InputError(
            f"The dataset {files.short_name} has no column day",
            fix="give the recipe a dataset 'OVH log files', or one with columns like it",
        )
    rows = (row for batch in files.batches(names) for row in batch.to_pylist())
    return wanted_rows(rows, only=only)


def rows(entries: Mapping[str, Entry]) -> Iterator[pa.RecordBatch]:
    """The table of archived files."""
    items = list(entries.items())
    for start in range(0, len(items), _ROWS):
        found = [
            {
                "path": path.lstrip("/"),
                "fqdn": entry.fqdn or None,
                "kind": entry.kind or None,
                "day": entry.day or None,
                "bytes": entry.size,
                "lines": entry.lines,
                "sha256": entry.sha256,
                "etag": entry.etag or None,
                "modified": entry.last_modified or None,
                "archived_ts": _instant(entry.archived),
            }
            for path, entry in items[start : start + _ROWS]
        ]
        yield pa.RecordBatch.from_pylist(found, schema=ARCHIVED.arrow)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
