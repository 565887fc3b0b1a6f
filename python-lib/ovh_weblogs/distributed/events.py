"""The use cases on Spark: raw lines to events and refused lines, task by task, by the functions of one machine.

Lines are read to be counted, judged and numbered, then to become events, and once more for those that were refused.
Parsing is the smaller part of the work, so that nothing of files has to be kept anywhere. Rows of a dataset are kept:
Spark may cut it otherwise each time that it reads it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark import SparkFiles
from pyspark.sql import DataFrame, SparkSession

from ovh_weblogs import enrichment, logfiles
from ovh_weblogs.distributed.lines import Lines, Rows
from ovh_weblogs.engines import spark
from ovh_weblogs.engines.spark import Batches, TaskCounts
from ovh_weblogs.errors import InputError
from ovh_weblogs.logfiles import Totals
from ovh_weblogs.schema import REJECTS, SERVER_HITS, Column, Type
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import EnrichSettings, ParseSettings

_NUMBERS = ("lines", "hits", "rejects", "blanks")
_SURVEY = (
    *(Column(name, Type.BIGINT, "") for name in ("task", "places", *_NUMBERS)),
    Column("has_tracker", Type.BOOLEAN, ""),
    Column("reasons", Type.STRING, ""),
    Column("hosts", Type.STRING, ""),
)


@dataclass(frozen=True)
class _Shipped:
    """Settings on their way to executors. A secret refuses to be written, so the key of visitors goes as its text.

    ``values``: all that may be written, by name; ``geo_files``: names of those that travel with the job.
    """

    values: Mapping[str, Any]
    key: str = field(default="", repr=False)
    geo_files: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: EnrichSettings) -> _Shipped:
        """All but the key and the geo files: enough to look at hits."""
        names = (each.name for each in fields(settings) if each.name not in ("visitor_key", "geo_files"))
        return cls({name: getattr(settings, name) for name in names})

    def whole(self, settings: EnrichSettings, session: SparkSession) -> _Shipped:
        """With them, on their way."""
        for path in settings.geo_files:
            session.sparkContext.addFile(path)
        return replace(self, key=settings.visitor_key.reveal(), geo_files=_names(settings.geo_files))

    def arrived(self) -> EnrichSettings:
        """On an executor."""
        paths = tuple(SparkFiles.get(name) for name in self.geo_files)
        return EnrichSettings(**self.values, visitor_key=Secret(self.key), geo_files=paths)


def _names(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(Path(path).name for path in paths)


def check(enrich: EnrichSettings) -> None:
    """Find out that hits cannot be enriched so before any line is read.

    Raises:
        InputError: A geo file cannot be used, or two have the same name.
        SettingsError: A setting is wrong.
    """
    twice = sorted(name for name, count in Counter(_names(enrich.geo_files)).items() if count > 1)
    if twice:
        raise InputError(
            f"Several geo files are called {twice[0]}, and executors of Spark know files by their names alone",
            fix="rename all but one of them",
        )
    enrichment.plan(SERVER_HITS.names, enrich)


class Build:
    """Raw lines that have been counted, and can be made into events.

    Args:
        frame: Rows of which the tasks read their lines.
        lines: How they do that.
        parse: How lines are read.
        enrich: Which columns hits get.

    Raises:
        OvhLogsError: A setting is wrong; or, within ``spark.explained``, a file is damaged or executors lack a module.
    """

    def __init__(self, frame: DataFrame, lines: Lines, parse: ParseSettings, enrich: EnrichSettings) -> None:
        check(enrich)
        self._frame, self._parse = frame, parse
        self.totals = lines.totals()
        looking = partial(_surveyed, lines=lines, settings=parse, enrich=_Shipped.of(enrich))
        found = spark.mapped(frame, looking, _SURVEY).collect()
        self._count(found, lines)
        self._lines = lines.numbered({row["task"]: row["places"] for row in found})
        self.has_tracker = parse.tracker_columns or any(row["has_tracker"] for row in found)
        hosts = frozenset(host for row in found for host in json.loads(row["hosts"]))
        self.enrich = replace(enrich, cleaning=replace(enrich.cleaning, tracked_hosts=hosts))
        names = [column.name for column in logfiles.columns(tracker=self.has_tracker)]
        self.plan = enrichment.plan(names, self.enrich)
        self._counts = TaskCounts(frame.sparkSession)

    def _count(self, found: Sequence[Any], lines: Lines) -> None:
        refused: Counter[str] = Counter()
        for row in found:
            for name in _NUMBERS:
                setattr(self.totals, name, getattr(self.totals, name) + row[name])
            self.totals.reasons.update(json.loads(row["reasons"]))
            refused[lines.name_of(row["task"])] += row["rejects"]
        self.totals.worst = max(((count, name) for name, count in refused.items()), default=(0, ""))

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of events."""
        declared = {column.name: column for column in self.plan.declared}
        return tuple(declared[name] for name in self.plan.names)

    def events(self) -> DataFrame:
        """One row per hit, with what enrichment adds; ``counts`` are known once it has been read to its end."""
        making = partial(
            _enriched,
            lines=self._lines,
            settings=self._parse,
            enrich=_Shipped.of(self.enrich).whole(self.enrich, self._frame.sparkSession),
            tracker=self.has_tracker,
            counts=self._counts,
        )
        return spark.mapped(self._frame, making, self.columns)

    def rejects(self) -> DataFrame:
        """One row per line that was refused."""
        refusing = partial(_refused, lines=self._lines, settings=self._parse)
        return spark.mapped(self._frame, refusing, REJECTS.columns)

    @property
    def counts(self) -> dict[str, int]:
        """What enrichment counted."""
        return {name: self._counts.total[name] for name in enrichment.metrics(Counter())}


@contextmanager
def of_rows(frame: DataFrame, name: str, parse: ParseSettings, enrich: EnrichSettings) -> Iterator[Build]:
    """The lines in the rows of one column, kept on the executors' disks until the end.

    Args:
        frame: Of texts. Its rows have numbers by the tasks that read them, which are the same once they are kept.
        name: Of the dataset, for source_file.
        parse: How lines are read.
        enrich: Which columns hits get.

    Raises:
        OvhLogsError: As of a build.
    """
    rows = Rows(name)
    with spark.on_disk(rows.frame(frame)) as kept:
        yield Build(kept, rows, parse, enrich)


def _surveyed(batches: Batches, *, lines: Lines, settings: ParseSettings, enrich: _Shipped) -> Batches:
    """What the lines of a task come to: a row for each number."""
    found: dict[int, tuple[Totals, set[str], list[bool]]] = {}
    places: Counter[int] = Counter()
    how = enrich.arrived()
    for number, parsed in lines.parsed(batches, settings, places):
        totals, hosts, tracker = found.setdefault(number, (Totals(), set(), []))
        totals.add(parsed)
        if enrichment.tells_tracked_hosts(parsed.hits.schema.names, how):
            hosts |= enrichment.tracked_hosts(parsed.hits, how)
        if not tracker and pc.any(pc.equal(parsed.hits.column("log_family"), "tracker")).as_py():
            tracker.append(True)
    rows = [
        {
            "task": number,
            "places": places[number],
            **{name: getattr(totals, name) for name in _NUMBERS},
            "has_tracker": bool(tracker),
            "reasons": json.dumps(totals.reasons),
            "hosts": json.dumps(sorted(hosts)),
        }
        for number, (totals, hosts, tracker) in found.items()
    ]
    yield pa.RecordBatch.from_pylist(rows, schema=pa.schema([column.arrow for column in _SURVEY]))


def _enriched(
    batches: Batches,
    *,
    lines: Lines,
    settings: ParseSettings,
    enrich: _Shipped,
    tracker: bool,
    counts: TaskCounts,
) -> Batches:
    how, counted = enrich.arrived(), defaultdict[int, Counter[str]](Counter)
    for number, parsed in lines.parsed(batches, settings, Counter()):
        hits = parsed.hits if tracker else logfiles.only_server(parsed.hits)
        yield enrichment.enrich_batch(hits, how, counted[number])
    for number, each in counted.items():
        counts.add(number, enrichment.metrics(each))


def _refused(batches: Batches, *, lines: Lines, settings: ParseSettings) -> Batches:
    for _, parsed in lines.parsed(batches, settings, Counter()):
        if parsed.rejects.num_rows:
            yield parsed.rejects
