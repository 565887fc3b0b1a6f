"""Raw lines as tasks of Spark read them: parts of files, or rows of a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from pyspark import SparkFiles, TaskContext
from pyspark.sql import DataFrame, SparkSession

from ovh_weblogs.cells import parse_cells
from ovh_weblogs.distributed import splits
from ovh_weblogs.distributed.splits import Part
from ovh_weblogs.engines.spark import Batches
from ovh_weblogs.errors import OvhLogsError
from ovh_weblogs.logfiles import Totals
from ovh_weblogs.parsing import Parsed
from ovh_weblogs.settings import ParseSettings


class Lines(Protocol):
    """Raw lines that tasks read; what it holds, goes to executors."""

    def parsed(self, batches: Batches, settings: ParseSettings, places: Counter[int]) -> Iterator[tuple[int, Parsed]]:
        """The blocks of a task, each with the number under which it was surveyed.

        Args:
            batches: What the task is given.
            settings: How lines are read.
            places: Counted up while reading: what has a line_number of its own, by that number.
        """

    def numbered(self, places: Mapping[int, int]) -> Lines:
        """The same, with line numbers that go on from one task to the next, once it is known how many each has."""

    def name_of(self, number: int) -> str:
        """What the user knows the lines of that number by."""


@dataclass(frozen=True)
class Files:
    """Parts of files, one a task. Executors find files at their path, or among those that travel with the job."""

    parts: tuple[Part, ...]
    travel: bool = False
    before: tuple[int, ...] = ()

    def frame(self, session: SparkSession) -> DataFrame:
        """A row for each part, one a task."""
        return session.range(0, len(self.parts), 1, len(self.parts))

    def parsed(self, batches: Batches, settings: ParseSettings, places: Counter[int]) -> Iterator[tuple[int, Parsed]]:
        """The blocks of a task's parts; each line has a place."""
        for number in (number for batch in batches for number in batch.column(0).to_pylist()):
            part = self.parts[number]
            path = SparkFiles.get(part.file.path) if self.travel else part.file.path
            before = self.before[number] if self.before else 0
            for parsed in splits.parse_part(part, path, settings):
                places[number] += parsed.lines
                yield number, _shifted(parsed, before)

    def numbered(self, places: Mapping[int, int]) -> Files:
        """The same, each part with the number of lines before it in its file."""
        counts = [places.get(number, 0) for number in range(len(self.parts))]
        return replace(self, before=tuple(splits.before(self.parts, counts)))

    def name_of(self, number: int) -> str:
        """The file's name."""
        return self.parts[number].file.name


@dataclass(frozen=True)
class Rows:
    """Rows of one column, whose cells are a line or several, in the order of Spark's tasks and of rows in them."""

    name: str
    before: Mapping[int, int] | None = None

    def parsed(self, batches: Batches, settings: ParseSettings, places: Counter[int]) -> Iterator[tuple[int, Parsed]]:
        """The blocks of a task's rows; each row has a place, however many lines stand in it."""
        context = TaskContext.get()
        task = context.partitionId() if context else 0

        def cells() -> Iterator[pa.Array]:
            for batch in batches:
                places[task] += batch.num_rows
                yield batch.column(0)

        for parsed in parse_cells(cells(), self.name, settings, Totals()):
            yield task, _shifted(parsed, self._before(task))

    def numbered(self, places: Mapping[int, int]) -> Rows:
        """The same, each task with the number of rows before it."""
        before, count = {}, 0
        for task in sorted(places):
            before[task] = count
            count += places[task]
        return replace(self, before=before)

    def _before(self, task: int) -> int:
        """How many rows the tasks before have; none is known while they are counted."""
        if self.before is None:
            return 0
        if task not in self.before:
            raise OvhLogsError(
                f"Spark read {self.name} in other parts than those that were counted",
                fix="report it as a defect of the plugin, with the version of Spark",
            )
        return self.before[task]

    def name_of(self, number: int) -> str:  # noqa: ARG002 - there is one
        """The dataset's name."""
        return self.name


def _shifted(parsed: Parsed, by: int) -> Parsed:
    """The block with so many lines before it."""
    return replace(parsed, hits=_moved(parsed.hits, by), rejects=_moved(parsed.rejects, by)) if by else parsed


def _moved(batch: pa.RecordBatch, by: int) -> pa.RecordBatch:
    place = batch.schema.get_field_index("line_number")
    return batch.set_column(place, batch.schema.field(place), pc.add(batch.column(place), by))
