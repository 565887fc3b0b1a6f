"""Corpora on disk: made once for their arguments, and kept as long as the code that makes them stays the same."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SEED = 1
HARD_SHARE = 0.005
_LEVEL = 6  # of gzip: the level of logrotate's gzip, and so the work of reading it


@dataclass(frozen=True)
class Corpus:
    """One file of a day on disk, in a folder as its reader takes it, and what the file holds."""

    root: str
    file: str
    lines: int
    hard: int
    cut: int  # lines that no reader can make a hit of

    @property
    def hits(self) -> int:
        """Lines that make a hit."""
        return self.lines - self.cut

    @property
    def path(self) -> Path:
        """The day's file."""
        return Path(self.root) / self.file


def kept(root: Path, file: str, content: Iterable[bytes]) -> None:
    """Pack the content into the file, unless it is there already.

    Args:
        root: The corpus' folder.
        file: Path of the file in it.
        content: The text, in parts; not drawn where it is not needed.
    """
    path = root / file
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    with unfinished.open("wb") as target, gzip.GzipFile("", "wb", _LEVEL, target, mtime=0) as packed:
        for block in content:
            packed.write(block)
    unfinished.replace(path)


def recipe(*sources: str | None) -> str:
    """A few digits that change whenever one of these files does, so that no old corpus is taken for a new one."""
    texts = [Path(source).read_bytes() for source in (__file__, *filter(None, sources))]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:8]


def of_kind(place: int, kinds: int, hard: int) -> int:
    """How many of so many hard lines are of the kind at that place, where one kind comes after another."""
    return (hard + kinds - 1 - place) // kinds
