"""Batches that are read twice: kept in a file, since a second reading of a dataset may give another order."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa

from ovh_weblogs.errors import SettingsError


class Spool:
    """A file of batches, packed; of no batch at all, an empty one.

    Args:
        path: The file, which is made when the first batch comes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def through(
        self, batches: Iterable[pa.RecordBatch], columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The same batches, each kept before it is handed on; all have the schema of the first.

        Args:
            batches: What is handed on whole.
            columns: Those that are kept; all unless given.

        Raises:
            SettingsError: The file cannot be written.
        """
        writer = None
        try:
            for batch in batches:
                kept = batch if columns is None else batch.select(columns)
                with told(self._path.parent):
                    if writer is None:
                        writer = _Writer(self._path, kept.schema)
                    writer.write(kept)
                yield batch
        finally:
            if writer is not None:
                with told(self._path.parent):
                    writer.close()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """What was kept, in its order."""
        if self._path.exists():
            with pa.OSFile(str(self._path), "rb") as file, pa.ipc.open_stream(file) as reader:
                yield from reader


class _Writer:
    """A file of batches that is being written."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = pa.OSFile(str(path), "wb")
        self._stream = pa.ipc.new_stream(self._file, schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))

    def write(self, batch: pa.RecordBatch) -> None:
        """Add a batch, of the file's schema."""
        self._stream.write_batch(batch)

    def close(self) -> None:
        """Write what marks the end, too, which needs room as all else does."""
        try:
            self._stream.close()
        finally:
            self._file.close()


@contextmanager
def spools(folder: str | None, *names: str) -> Iterator[list[Spool]]:
    """Spools in a folder of their own, which is removed at the end.

    Args:
        folder: Where it is made; None for the system's temporary place.
        names: Of the files.

    Raises:
        SettingsError: It cannot be made.
    """
    with own_folder(folder) as own:
        yield [Spool(own / name) for name in names]


@contextmanager
def own_folder(folder: str | None) -> Iterator[Path]:
    """A folder for temporary files of one job, which is removed at the end; arguments and errors as ``spools``."""
    where = Path(folder or tempfile.gettempdir())
    with ExitStack() as made:
        with told(where):
            own = made.enter_context(tempfile.TemporaryDirectory(prefix="ovh-logs-", dir=where))
        yield Path(own)


@contextmanager
def told(where: Path) -> Iterator[None]:
    """What the system says of writing in a folder, as an error of ours: OSError must not reach the host."""
    try:
        yield
    except OSError as cause:
        why = os.strerror(cause.errno) if cause.errno else cause  # Arrow's own words for it are long
        raise SettingsError(
            f"The folder {where}, meant for temporary files, cannot be written to ({why})",
            fix="name another one, with more free room, as temp_folder in the plugin's settings",
        ) from cause
