"""A flow: datasets read by connectors, then recipes, in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev.dsshost.components import ComponentFailed, ConnectorSession
from dev.dsshost.folders import ManagedFolder
from dev.dsshost.recipes import folder, run_recipe
from dev.dsshost.storage import Store

_ROOT = Path(__file__).parents[2]


@dataclass
class FlowResult:
    """What was built: seconds per step, rows per dataset, and what components logged."""

    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)


def run_flow(flow: Mapping[str, Any], on_progress: Callable[[str], None] = lambda _text: None) -> FlowResult:
    """Build every dataset of a flow.

    Args:
        flow: ``plugin`` (folder, this repository unless given), ``storage`` (folder), ``plugin_config``, ``presets``
            (values by field, by preset, by parameter set, for configurations that name a preset); ``datasets``
            (``{name: {"connector", "config"}}``, or ``{}`` for a recipe's output); ``folders`` (``{name: {"files",
            "pattern"}}``: the folder whose files it gets, and that of its partitions' paths, if any); ``recipes``
            (``[{"recipe", "config", "inputs", "outputs", "partitions"}]``, the last those to build, if any).
        on_progress: Called with a line for people when a step begins, tells something, or ends.

    Raises:
        ComponentFailed: A connector or a recipe raised.
        BadData: What it gave is not what it declared.
        BadPlugin: Roles or descriptors are wrong.
    """
    plugin, store, result = Path(flow.get("plugin") or _ROOT), Store(Path(flow["storage"])), FlowResult()
    store.root.mkdir(parents=True, exist_ok=True)
    settings, presets = flow.get("plugin_config") or {}, flow.get("presets") or {}
    for name, content in (flow.get("folders") or {}).items():
        _fill(folder(store, name), Path(content["files"]), content.get("pattern"))
    for name, dataset in flow["datasets"].items():
        if "connector" in dataset:
            begun = time.monotonic()
            on_progress(f"{name}: reading by the connector {dataset['connector']}")
            session = ConnectorSession(plugin, dataset["connector"], dataset.get("config") or {}, settings, presets)
            result.rows[name] = session.materialize(store, name)
            result.seconds[name] = time.monotonic() - begun
            on_progress(f"{name}: {result.rows[name]:,} rows in {result.seconds[name]:.1f} s")
    for recipe in flow.get("recipes") or []:
        _recipe(plugin, store, recipe, {"plugin_config": settings, "presets": presets}, result, on_progress)
    return result


def _fill(made: ManagedFolder, source: Path, pattern: str | None) -> None:
    made.remove()
    made.create(pattern)
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        made.put(f"/{path.relative_to(source).as_posix()}", path.read_bytes())


def _recipe(
    plugin: Path,
    store: Store,
    recipe: Mapping[str, Any],
    settings: Mapping[str, Any],
    result: FlowResult,
    on_progress: Callable[[str], None],
) -> None:
    name = recipe["recipe"]
    on_progress(f"{name}: running")
    for partition in recipe.get("partitions") or [None]:
        run = run_recipe(
            plugin,
            name,
            store,
            inputs=recipe["inputs"],
            outputs=recipe["outputs"],
            config=recipe.get("config"),
            **settings,
            partition=partition,
            on_line=lambda line: result.log.append(f"{name}: {line}"),
        )
        if run.error:
            raise ComponentFailed({"traceback": run.log, **run.error})
        result.seconds[name] = result.seconds.get(name, 0.0) + run.seconds
    for dataset in (dataset for names in recipe["outputs"].values() for dataset in names):
        result.rows[dataset] = sum(1 for part in store.partitions(dataset) for _ in store.rows(dataset, part))
        on_progress(f"{dataset}: {result.rows[dataset]:,} rows in {result.seconds[name]:.1f} s")
