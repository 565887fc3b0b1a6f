"""Jobs as the host runs them: an activity for each partition of each recipe that is to be built."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from dev.dsshost.components import ComponentFailed
from dev.dsshost.graph import Graph, Recipe, objects
from dev.dsshost.partitions import States, named_days, newest_missing
from dev.dsshost.recipes import run_recipe
from dev.dsshost.storage import WHOLE, BadData

JobType = Literal["NON_RECURSIVE_FORCED_BUILD", "RECURSIVE_FORCED_BUILD", "RECURSIVE_MISSING_ONLY_BUILD"]
Item = tuple[str, str]  # an object and a partition of it, "NP" where it has none


@dataclass
class JobResult:
    """What became of each activity, in order: partitions built or read, failed with a message, left out for these."""

    built: list[Item] = field(default_factory=list)
    read: list[Item] = field(default_factory=list)
    failed: dict[Item, str] = field(default_factory=dict)
    left_out: list[Item] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def days(self, name: str) -> list[str]:
        """Partitions of an object that were built."""
        return [partition for each, partition in self.built if each == name]


def build(
    flow: Mapping[str, Any],
    targets: Sequence[str],
    partitions: str | None = None,
    *,
    job_type: JobType | None = None,
    today: date | None = None,
    on_progress: Callable[[str], None] = lambda _text: None,
) -> JobResult:
    """Build partitions of some objects of a flow, and what they need.

    An activity that fails does not stop those that do not need it.

    Args:
        flow: See ``Graph``.
        targets: Datasets and folders to build.
        partitions: Days as users write them (``2026-03-28/2026-03-30``, ``PREVIOUS_DAY``), or ``missing:8`` for the
            last 8 that are published and were not built; None for objects without partitions.
        job_type: As the host names them; unless given, what is missing for ``missing:``, else all that is needed.
        today: What ``PREVIOUS_DAY`` goes by; the machine's unless given.
        on_progress: Told what begins and how it ends.

    Raises:
        BadData: Partitions are unknown, or the flow's do not fit together; nothing was built.
        ComponentFailed: A source cannot tell its partitions.
    """
    graph = Graph(flow)
    job = _Job(graph, job_type or _usual(partitions), on_progress)
    wanted = [(name, each) for name in targets for each in _partitions(graph, job.states, name, partitions, today)]
    for item in sorted(wanted, key=lambda item: item[1]):
        job.need(item, target=True)
    return job.result


def _usual(partitions: str | None) -> JobType:
    only_missing = partitions is not None and newest_missing(partitions) is not None
    return "RECURSIVE_MISSING_ONLY_BUILD" if only_missing else "RECURSIVE_FORCED_BUILD"


def _partitions(graph: Graph, states: States, name: str, spec: str | None, today: date | None) -> list[str]:
    if graph.producer(name) is None:
        raise BadData(f"{name} is a source: nothing builds it")
    if bool(graph.dimensions(name)) != (spec is not None):
        raise BadData(f"{name} has {'partitions: say which' if spec is None else 'no partitions'}")
    if spec is None:
        return [WHOLE]
    published, count = graph.published(name), newest_missing(spec)
    if count is not None:
        return [day for day in published if day not in states.built(name)][-count:]
    days = named_days(spec, today or datetime.now().astimezone().date())
    unknown = [day for day in days if day not in published]
    if unknown:
        raise BadData(f"{name} has no partition {', '.join(unknown)}: its sources do not list it")
    return days


class _Job:
    """Activities of one job; each runs once, after those that it needs."""

    def __init__(self, graph: Graph, job_type: JobType, on_progress: Callable[[str], None]) -> None:
        self.states = States(graph.store.root)
        self.result = JobResult()
        self._graph = graph
        self._type = job_type
        self._tell = on_progress
        self._done: dict[Item, bool] = {}  # whether it can be read

    def need(self, item: Item, *, target: bool = False) -> bool:
        """Make sure that a partition is there; whether it is."""
        if item not in self._done:
            recipe = self._graph.producer(item[0])
            if recipe is None:
                self._done[item] = self._source(item)
            elif self._to_build(item, target=target):
                self._run(recipe, item[1])
            else:
                self._done[item] = self._is_built(item)
        return self._done[item]

    def _to_build(self, item: Item, *, target: bool) -> bool:
        if self._type == "RECURSIVE_MISSING_ONLY_BUILD":
            return not self._is_built(item)
        return target or self._type == "RECURSIVE_FORCED_BUILD"

    def _is_built(self, item: Item) -> bool:
        return item[1] in self.states.built(item[0]) and self._graph.there(*item)

    def _source(self, item: Item) -> bool:
        """Read a connector's partition, anew in each job; other sources are there or not."""
        if not self._graph.is_connector(item[0]):
            return self._graph.there(*item)
        partition = None if item[1] == WHOLE else item[1]

        def read() -> None:
            self._graph.session(item[0]).materialize(self._graph.store, item[0], partition)

        return self._activity([item], read, self.result.read)

    def _run(self, recipe: Recipe, partition: str) -> None:
        outputs = [(name, partition) for name in objects(recipe, "outputs")]
        reads = {name: self._reads(recipe, name, partition) for name in objects(recipe, "inputs")}
        items = [(name, each) for name, found in reads.items() for each in found]
        absent = [item for item in items if not self.need(item)]
        failed = [item for item in absent if item in self.result.failed or item in self.result.left_out]
        if failed:
            self.result.left_out += outputs
            self._done |= dict.fromkeys(outputs, False)
            return

        def run() -> None:
            for name, each in absent:
                raise BadData(f"partition {each} of {name} is not built")
            self._recipe(recipe, partition, reads)

        if self._activity(outputs, run, self.result.built):
            for output in outputs:
                self.states.mark(*output)

    def _reads(self, recipe: Recipe, name: str, partition: str) -> list[str]:
        how = self._graph.dependency(recipe, name)
        if how == "all":
            return list(self.states.built(name)) if self._graph.producer(name) else self._graph.published(name)
        return [partition if how == "equal" else WHOLE]

    def _activity(self, items: list[Item], work: Callable[[], None], succeeded: list[Item]) -> bool:
        begun, label = time.monotonic(), " and ".join(f"{name} {partition}" for name, partition in items)
        try:
            work()
        except (ComponentFailed, BadData) as error:
            self.result.failed |= dict.fromkeys(items, str(error))
            self._tell(f"{label}: failed: {error}")
        else:
            succeeded += items
            self._tell(f"{label}: {time.monotonic() - begun:.1f} s")
        good = items[0] not in self.result.failed
        self._done |= dict.fromkeys(items, good)
        return good

    def _recipe(self, recipe: Recipe, partition: str, reads: Mapping[str, list[str]]) -> None:
        graph, outputs = self._graph, list(objects(recipe, "outputs"))
        for name in (*reads, *outputs):
            graph.folder(name)
        before = {name: (_seen(graph, name), graph.store.columns(name)) for name in outputs}
        run = run_recipe(
            graph.plugin,
            recipe["recipe"],
            graph.store,
            inputs=recipe["inputs"],
            outputs=recipe["outputs"],
            config=recipe.get("config"),
            partition=None if partition == WHOLE else partition,
            reads={name: found for name, found in reads.items() if found != [WHOLE]},
            on_line=lambda line: self.result.log.append(f"{recipe['recipe']} {partition}: {line}"),
            **graph.settings,
        )
        if run.error:
            raise ComponentFailed(run.error, run.log)
        for name in outputs:
            self._judge(name, partition, *before[name])

    def _judge(self, name: str, partition: str, before: Mapping[str, Any], columns: list[dict[str, Any]]) -> None:
        """Refuse what would be lost in silence.

        Raises:
            BadData: Another partition was touched, this one was not written, or the others no longer fit the schema.
        """
        after = _seen(self._graph, name)
        touched = [each for each in after if each != partition and before.get(each) != after[each]]
        for each in (*touched, *(set(before) - set(after))):
            self.states.forget(name, each)
        if touched:
            raise BadData(f"{name}: partition {touched[0]} was written while {partition} was built")
        if set(before) - {partition} and _names(columns) != _names(self._graph.store.columns(name)):
            raise BadData(f"{name}: the columns changed: partitions that were built before no longer fit them")
        if not self._graph.there(name, partition):
            raise BadData(f"{name}: partition {partition} was not written")


def _seen(graph: Graph, name: str) -> dict[str, Any]:
    """What shows that a partition was written: dates and sizes of its files."""
    made = graph.folder(name)
    if made is None:
        paths = {each: [graph.store.path(name, each)] for each in graph.store.partitions(name)}
    else:
        paths = {each: [made.file(path) for path in made.paths(each)] for each in made.partitions()}
    return {
        each: [(file, file.stat().st_mtime_ns, file.stat().st_size) for file in found] for each, found in paths.items()
    }


def _names(columns: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(column["name"], column["type"]) for column in columns]


def told(result: JobResult) -> Iterator[str]:
    """The result as lines for people."""
    yield from (f"built {name} {partition}" for name, partition in result.built)
    yield from (f"failed {name} {partition}: {why}" for (name, partition), why in result.failed.items())
    yield from (f"left out {name} {partition}" for name, partition in result.left_out)
