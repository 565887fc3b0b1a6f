"""Raw lines as tasks of Spark read them: parts of files, or rows of a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from pyspark import SparkFiles
from pyspark.sql import DataFrame, SparkSession

from ovh_weblogs.cells import parse_cells
from ovh_weblogs.distributed import splits
from ovh_weblogs.distributed.splits import Part
from ovh_weblogs.engines import spark
from ovh_weblogs.engines.spark import Batches
from ovh_weblogs.errors import OvhLogsError
from ovh_weblogs.logfiles import Totals
from ovh_weblogs.parsing import Parsed
from ovh_weblogs.schema import Column, Type
from ovh_weblogs.settings import ParseSettings

# Bytes: to start a task takes Spark's Python as long as to parse them, 0.07 s, most of it in importlib.
_TASK = 16 << 20
_TASKS_PER_CORE = 4  # so that all cores end at about the same time
_ROWS = (Column("line", Type.STRING, ""), Column("task", Type.BIGINT, ""))


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

    def totals(self) -> Totals:
        """What is known before any is read."""


@dataclass(frozen=True)
class Files:
    """Parts of files. Executors find them by name among those that travel with a job, or at their path."""

    parts: tuple[Part, ...]
    before: tuple[int, ...] = ()

    def frame(self, session: SparkSession) -> DataFrame:
        """A row for each part; one a task, or several where they are many and short."""
        enough = _TASKS_PER_CORE * session.sparkContext.defaultParallelism
        tasks = max(enough, sum(part.size for part in self.parts) // _TASK)
        return session.range(0, len(self.parts), 1, min(tasks, len(self.parts)))

    def parsed(self, batches: Batches, settings: ParseSettings, places: Counter[int]) -> Iterator[tuple[int, Parsed]]:
        """The blocks of a task's parts; each line has a place."""
        for number in (number for batch in batches for number in batch.column(0).to_pylist()):
            part = self.parts[number]
            path = SparkFiles.get(part.file.path)  # which leaves a path from the root as it is
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

    def totals(self) -> Totals:
        """The files and their bytes."""
        files = {part.file for part in self.parts}
        return Totals(files=len(files), bytes=sum(file.size for file in files))


@dataclass(frozen=True)
class Rows:
    """Rows whose cells are a line or several, in the order of Spark's tasks and of rows in them.

    The number of its task goes with each row: what is done with the result may have Spark read several as one.
    """

    name: str
    before: Mapping[int, int] | None = None

    def frame(self, texts: DataFrame) -> DataFrame:
        """A column of texts, and that number."""
        # Not by SPARK_PARTITION_ID(), which is the driver's for rows that the driver holds itself.
        return spark.mapped(texts, _with_tasks, _ROWS)

    def parsed(self, batches: Batches, settings: ParseSettings, places: Counter[int]) -> Iterator[tuple[int, Parsed]]:
        """The blocks of a task's rows; each row has a place, however many lines stand in it."""
        first = next((batch for batch in batches if batch.num_rows), None)
        if first is None:
            return
        task = first.column("task")[0].as_py()

        def cells() -> Iterator[pa.Array]:
            """The texts of all batches, whose rows are counted as they are taken."""
            for batch in chain([first], batches):
                places[task] += batch.num_rows
                yield batch.column("line")

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

    def totals(self) -> Totals:
        """Nothing: a dataset is no file."""
        return Totals()


def _with_tasks(batches: Batches) -> Batches:
    for batch in batches:
        task = pa.repeat(pa.scalar(spark.task_number(), pa.int64()), batch.num_rows)
        yield pa.RecordBatch.from_arrays([batch.column(0), task], names=[column.name for column in _ROWS])


def _shifted(parsed: Parsed, by: int) -> Parsed:
    """The block with so many lines before it."""
    return replace(parsed, hits=_moved(parsed.hits, by), rejects=_moved(parsed.rejects, by)) if by else parsed


def _moved(batch: pa.RecordBatch, by: int) -> pa.RecordBatch:
    place = batch.schema.get_field_index("line_number")
    return batch.set_column(place, batch.schema.field(place), pc.add(batch.column(place), by))
