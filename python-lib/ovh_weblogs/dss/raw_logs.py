"""Raw logs that are in the host already, whichever way they are kept: files of a folder, or rows of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

import pyarrow as pa
from dataiku import recipe

from ovh_weblogs import logfiles
from ovh_weblogs.cells import lines_of, parse_cells
from ovh_weblogs.dss.datasets import Input
from ovh_weblogs.dss.folders import LogFolder
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.logfiles import Totals
from ovh_weblogs.parsing import Parsed
from ovh_weblogs.settings import ParseSettings


class RawLogs(Protocol):
    """Lines to parse; ``name`` is what the user knows them by."""

    name: str

    def begin_as_tracker(self, settings: ParseSettings) -> bool:
        """Whether the columns of a tracker are needed, by the first lines."""

    def parsed(self, settings: ParseSettings, totals: Totals) -> Iterator[Parsed]:
        """Every line, in blocks; once."""


def raw_logs(role: str, line_column: str | None) -> RawLogs:
    """The object of an input role that takes a folder or a dataset.

    Args:
        role: The role.
        line_column: The column of lines, where it is a dataset; not needed where it has one column.

    Raises:
        SettingsError: The role is empty, or the column is missing or unknown.
        InputError: The folder holds no log, or the dataset no column.
    """
    folders = recipe.get_inputs(role=role, object_type="MANAGED_FOLDER", as_type="name")
    return _Files(LogFolder(folders[0])) if folders else _Rows(Input(role), line_column)


def column_of_lines(dataset: Input, chosen: str | None) -> str:
    """The column that holds the lines: the chosen one, or the only one.

    Raises:
        SettingsError: It is missing or unknown.
    """
    column = chosen or (dataset.names[0] if len(dataset.names) == 1 else None)
    if column is None or column not in dataset.names:
        wrong = f"has no column {chosen}" if chosen else "has several columns"
        raise SettingsError(
            f"The dataset {dataset.short_name} {wrong}",
            fix=f"choose as 'Column of lines' one of {', '.join(dataset.names[:20])}",
        )
    return column


class _Files:
    def __init__(self, folder: LogFolder) -> None:
        self.name = folder.name
        self._files = folder.files()

    def begin_as_tracker(self, settings: ParseSettings) -> bool:
        return logfiles.has_tracker_lines(self._files, settings)

    def parsed(self, settings: ParseSettings, totals: Totals) -> Iterator[Parsed]:
        return logfiles.parse_files(self._files, settings, totals)


class _Rows:
    def __init__(self, dataset: Input, line_column: str | None) -> None:
        self.name = dataset.short_name
        column = column_of_lines(dataset, line_column)
        self._chunks: Iterator[pa.Array] = (batch.column(0) for batch in dataset.batches([column]))

    def begin_as_tracker(self, settings: ParseSettings) -> bool:
        first = next(self._chunks, None)
        if first is None:
            return False
        self._chunks = chain([first], self._chunks)
        return logfiles.begins_as_tracker(lines_of(first), settings)

    def parsed(self, settings: ParseSettings, totals: Totals) -> Iterator[Parsed]:
        return parse_cells(self._chunks, self.name, settings, totals)
