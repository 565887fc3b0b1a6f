"""Managed folders of the host, on any storage: which files are logs, and how they are read."""

from __future__ import annotations

import contextlib
import http.client
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import dataiku
import urllib3

from ovh_weblogs import manifest
from ovh_weblogs.errors import InputError, TryAgain
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.pipeline import LogFile

logger = logging.getLogger(__name__)

_MANIFESTS = (manifest.NAME, manifest.COPY)
_HIDDEN = (".", "___")  # hidden files, and what a tracker's server is still writing (its WT1 sources name it so)
_WHOLE = ("", "NP")  # how the host names what has no partitions
_TOLD = 10  # names in one line of the log
# What the host's stream raises when its connection breaks: it is urllib3's own (intercom.py of DSS 9.0.5).
_BROKEN = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException)


class LogFolder:
    """The logs of a managed folder, of the partitions that the flow reads; only the host's streams are used.

    Args:
        name: The folder, as the flow names it.
    """

    def __init__(self, name: str) -> None:
        self._folder = dataiku.Folder(name)
        self.name = str(self._folder.get_name())

    def files(self) -> list[LogFile]:
        """Every log: in the order of the manifest where there is one, else in that of their paths.

        Raises:
            InputError: There is no log, or the manifest cannot be followed.
        """
        whole = self._paths([""])
        partitions = self._partitions()
        wanted = whole if partitions == [""] else self._paths(partitions)
        # The manifest is looked for in the whole folder: the pattern of partitions may leave it out.
        listed = self._manifest(whole, wanted)
        files = self._listed(listed, whole, wanted) if listed else self._all(wanted)
        if not files:
            of = "" if partitions == [""] else f" in partition {', '.join(partitions)}"
            raise InputError(f"The folder {self.name} holds no log{of}", fix="put files of logs into it")
        return files

    def _partitions(self) -> list[str]:
        """Partitions that the flow reads; "" for the whole folder."""
        found = getattr(self._folder, "read_partitions", None) or [""]
        return ["" if each in _WHOLE else str(each) for each in found]

    def _paths(self, partitions: Sequence[str]) -> list[str]:
        found = {manifest.rooted(path) for each in partitions for path in self._folder.list_paths_in_partition(each)}
        return sorted(found)

    def _all(self, paths: list[str]) -> list[LogFile]:
        files, passed_over = [], []
        for path in paths:
            details = {} if _is_none(path) else self._folder.get_path_details(path)
            if _is_none(path) or details.get("directory"):
                passed_over.append(path)
            else:
                files.append(self._file(path, details.get("size")))
        if passed_over:
            more = "" if len(passed_over) <= _TOLD else f" and {len(passed_over) - _TOLD} more"
            names = ", ".join(passed_over[:_TOLD])
            logger.info("%d files are passed over, which are no logs: %s%s", len(passed_over), names, more)
        return files

    def _manifest(self, whole: list[str], wanted: list[str]) -> manifest.Manifest | None:
        """What the folder's manifest and those of its days say of the wanted files; None where there is none."""
        read = partial(text_of, self._folder)
        of_all = manifest.loaded("", set(whole), read)
        days = {
            day: found
            for day in manifest.day_folders(whole)
            if any(path.startswith(f"{day}/") for path in wanted) and (found := manifest.loaded(day, set(whole), read))
        }
        return manifest.merged(of_all, days) if of_all or days else None

    def _listed(self, listed: manifest.Manifest, whole: list[str], wanted: list[str]) -> list[LogFile]:
        """Files of the manifest, but for those of other partitions."""
        there, here = set(whole), set(wanted)
        absent = [path for path in listed.files if path not in there]
        if absent:
            raise InputError(
                f"The folder {self.name} lacks {absent[0].lstrip('/')}, which its manifest.json names",
                fix="put it back, or build the folder again",
            )
        logger.info("manifest.json names %d files: no other is read", len(listed.files))
        return [self._file(path, entry.size, entry.sha256) for path, entry in listed.files.items() if path in here]

    def _file(self, path: str, size: object, sha256: str | None = None) -> LogFile:
        return LogFile(
            name=path.lstrip("/"),
            start=partial(opened, self._folder, path),
            size=size if isinstance(size, int) and size >= 0 else None,
            sha256=sha256,
        )


def _is_none(path: str) -> bool:
    """Whether the path itself says that it is no log."""
    parts = path.strip("/").split("/")
    return path.endswith("/") or parts[-1] in _MANIFESTS or any(part.startswith(_HIDDEN) for part in parts)


@contextlib.contextmanager
def opened(folder: Any, path: str) -> Iterator[Readable]:
    """A file's stream; closed at the end, whatever happens.

    Raises:
        TryAgain: The storage broke off.
    """
    try:
        with contextlib.closing(folder.get_download_stream(path)) as stream:
            yield stream
    except _BROKEN as cause:
        raise TryAgain(
            f"The storage broke off while {path.lstrip('/')} was read ({type(cause).__name__})",
            fix="start the build again",
        ) from cause


def text_of(folder: Any, path: str) -> bytes:
    """A small file whole."""
    data = b""
    with opened(folder, path) as stream:
        while more := stream.read(1 << 20):
            data += more
    return data
