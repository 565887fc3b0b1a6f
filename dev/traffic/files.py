"""Files of lines and of truth."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from dev.traffic import reckoning, rows
from dev.traffic.clock import Day, local
from dev.traffic.rows import Row
from dev.traffic.wt1 import LAYOUTS, Event, Layout, layout_of

_TRIGGER = 1 << 20  # bytes of text after which the tracker begins a new file (newFileTriggerSize)
_LEVEL = 6  # of gzip


class TrackerFiles:
    """The tracker's files, as its server writes them: named by the moment at which they are closed.

    Args:
        root: Folder that holds ``tracker/``.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lines: list[str] = []
        self._rows: list[Row] = []
        self._size = 0
        self._layout: Layout | None = None
        self._last = 0

    def write(self, day: Day, events: Iterable[Event]) -> list[Row]:
        """Take in a day's events in their order; rows of the lines in files that are complete by now."""
        done: list[Row] = []
        layout = layout_of(day.number)
        if self._layout is not None and layout != self._layout:  # the server is updated at midnight
            done += self.close(day.start)
        for event in events:
            if not self._lines:
                self._layout = layout
                self._lines, self._rows = [layout.header], [{"kind": "header", "line_number": 1}]
            self._add(event, layout)
            self._last = event.moment
            if self._size > _TRIGGER:
                done += self.close(event.moment)
        return done

    def _add(self, event: Event, layout: Layout) -> None:
        """One line; more where a value holds a line feed, which the server does not escape: what follows is no line."""
        line, *rest = event.line(layout).split("\n")
        self._rows.append({**rows.of_event(event, layout), "line_number": len(self._lines) + 1})
        for number, text in enumerate(rest, len(self._lines) + 2):
            self._rows.append({"kind": "reject", "hard": event.hard, "line": text.encode(), "line_number": number})
        self._lines += [line, *rest]
        self._size += sum(len(text) + 1 for text in (line, *rest))

    def leave_unfinished(self, events: Iterable[Event]) -> None:
        """Leave what a server leaves that writes at the moment: a temporary file, which readers have to pass over."""
        unfinished = self._root / "tracker" / "___unfinished.tmp"
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{event.line(LAYOUTS[-1])}\n" for event in events)
        unfinished.write_bytes(gzip.compress(text.encode(), mtime=0)[:-9])

    def close(self, moment: int | None = None) -> list[Row]:
        """Finish the file under way; rows of its lines. Without a moment, that of its last line."""
        if not self._lines:
            return []
        instance = f"-{self._layout.instance}" if self._layout and self._layout.instance else ""
        name = f"tracker/{local(moment or self._last):%Y/%m/%d/%H/%M-%S}{instance}.log.gz"
        _pack(self._root / name, "".join(f"{line}\n" for line in self._lines).encode())
        done = [{**row, "source_file": name} for row in self._rows]
        self._lines, self._rows, self._size = [], [], 0
        return done


def _pack(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
        file.write(content)


class TruthFiles:
    """The truth, written as it comes: ``lines``, ``sessions`` and ``visitors``, each a Parquet file; a context manager.

    Args:
        folder: Where they go.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        schemas = {"lines": rows.SCHEMA, "sessions": reckoning.SESSIONS, "visitors": reckoning.VISITORS}
        self._writers = {
            name: pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd")
            for name, schema in schemas.items()
        }
        self._folder = folder

    def __enter__(self) -> TruthFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def add(self, name: str, found: Iterable[Row]) -> None:
        """Append rows to one of the files; values that a row does not name are null."""
        writer, listed = self._writers[name], list(found)
        if listed:
            writer.write_table(pa.Table.from_pylist(listed, schema=writer.schema))

    def outlook(self, table: pa.Table) -> None:
        """Write how likely a purchase was within the next days, by day and state."""
        pq.write_table(table, self._folder / "outlook.parquet", compression="zstd")
