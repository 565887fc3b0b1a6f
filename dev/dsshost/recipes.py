"""Recipes as the host runs them: one process per activity, roles in the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dev import localspark
from dev.dsshost.components import FAKE
from dev.dsshost.folders import ManagedFolder
from dev.dsshost.presets import Presets, resolve_presets
from dev.dsshost.storage import WHOLE, Store
from dev.dsshost.strictjson import BadPlugin, strict_json


@dataclass(frozen=True)
class RecipeResult:
    """What came of a run: ``error`` is the host's error object, None after success.

    ``peak_bytes`` is the most memory that the process had, None where the system does not tell (it is not Linux).
    """

    error: dict[str, str] | None
    log: str
    seconds: float
    peak_bytes: int | None = None


Roles = Mapping[str, Sequence[str]]


def folder(store: Store, name: str) -> ManagedFolder:
    """A managed folder of the store, which may not be there yet."""
    return ManagedFolder(store.root.resolve() / "folders", name)


def run_recipe(
    plugin: Path, recipe: str, store: Store, *, on_line: Callable[[str], None] = lambda _line: None, **more: Any
) -> RecipeResult:
    """Run a recipe once.

    Args:
        plugin: The plugin's folder.
        recipe: Component id.
        store: Where datasets are.
        on_line: Called with each line of the log.
        more: Roles, configuration and the rest, as ``recipe_environment`` takes them.

    Raises:
        BadPlugin: The roles are not those of the descriptor, or take no such objects.
        BadData: The configuration names a preset that is not there, or is not as its set declares.
    """
    environment = recipe_environment(plugin, recipe, store, **more)
    with tempfile.TemporaryDirectory() as job:
        error_file, peak_file = Path(job) / "error.json", Path(job) / "peak"
        environment |= {"DSSHOST_ERROR_FILE": str(error_file), "DSSHOST_PEAK_FILE": str(peak_file)}
        command = [str(Path(__file__).parent / "recipe_worker.py"), str(recipe_file(plugin, recipe))]
        result = _run(command, environment, error_file, job, on_line)
        peak = int(peak_file.read_text()) if peak_file.exists() else None
        return replace(result, peak_bytes=peak)


def recipe_file(plugin: Path, recipe: str) -> Path:
    """The recipe's text."""
    return plugin.resolve() / "custom-recipes" / recipe / "recipe.py"


def recipe_environment(
    plugin: Path,
    recipe: str,
    store: Store,
    *,
    inputs: Roles,
    outputs: Roles,
    config: Mapping[str, Any] | None = None,
    plugin_config: Mapping[str, Any] | None = None,
    partition: str | None = None,
    reads: Mapping[str, Sequence[str]] | None = None,
    presets: Presets | None = None,
    without: Sequence[str] = (),
) -> dict[str, str]:
    """The variables of the environment in which the host runs a recipe; errors as ``run_recipe``.

    Args:
        plugin: The plugin's folder.
        recipe: Component id.
        store: Where datasets are.
        inputs: Datasets and managed folders by role.
        outputs: The same; an optional role may be absent.
        config: The recipe's configuration, without the form's defaults.
        plugin_config: The plugin's settings.
        partition: The partition that this activity builds; None where the outputs are not partitioned.
        reads: Partitions that are read, by input; else the one that is built, or all without one.
        presets: What presets hold, for a configuration that names one.
        without: Methods of datasets that the host lacks, as an older one would.
    """
    plugin = plugin.resolve()
    resolved = resolve_presets(plugin, f"custom-recipes/{recipe}", config or {}, presets)
    descriptor = strict_json(plugin / "custom-recipes" / recipe / "recipe.json")
    _check_roles(descriptor, inputs, outputs, store)
    spec = {
        "currentActivityId": "activity",
        "in": [item | _read(store, item["smartName"], partition, reads or {}) for item in _items(inputs, store)],
        "out": [item | {"appendMode": False, "partition": partition or ""} for item in _items(outputs, store)],
    }
    return {
        **os.environ,
        **(localspark.submitted() if descriptor["kind"] == "PYSPARK" else {}),
        "PYTHONPATH": os.pathsep.join([str(FAKE), str(plugin / "python-lib")]),
        "PYTHONUNBUFFERED": "1",
        "DKUFLOW_SPEC": json.dumps(spec),
        "DKUFLOW_VARIABLES": json.dumps(_variables(partition)),
        "DKU_CUSTOM_RECIPE_CONFIG": json.dumps(resolved),
        "DKU_CUSTOM_RECIPE_PLUGIN_CONFIG": json.dumps(dict(plugin_config or {})),
        "DKU_CUSTOM_RESOURCE_FOLDER": str(plugin / "resource"),
        "DKU_CURRENT_PROJECT_KEY": "DEMO",
        "DSSHOST_STORAGE": str(store.root.resolve()),
        "DSSHOST_WITHOUT": " ".join(without),
        "DSSHOST_KIND": descriptor["kind"],
    }


def _run(
    command: list[str], environment: Mapping[str, str], error_file: Path, job: str, on_line: Callable[[str], None]
) -> RecipeResult:
    begun, lines = time.monotonic(), []
    with subprocess.Popen(
        [sys.executable, *command],
        env=dict(environment),
        cwd=job,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            on_line(line.rstrip("\n"))
    return RecipeResult(failure(process.returncode, error_file), "".join(lines), time.monotonic() - begun)


def failure(code: int, error_file: Path) -> dict[str, str] | None:
    """The host's error object of a process that ended with a code; None after success."""
    if not code:
        return None
    if error_file.exists():
        return json.loads(error_file.read_text("utf-8"))
    return {"errorType": "killed", "message": f"the process ended with {code}"}


def _items(roles: Roles, store: Store) -> list[dict[str, Any]]:
    return [
        {
            "role": role,
            "fullName": f"DEMO.{name}",
            "smartName": name,
            "type": "MANAGED_FOLDER" if folder(store, name).exists else "DATASET",
            "indexInRole": index,
        }
        for role, names in roles.items()
        for index, name in enumerate(names)
    ]


def _read(store: Store, name: str, partition: str | None, reads: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What the flow says about the partitions of an input: nothing where it has none."""
    found = folder(store, name)
    there = found.partitions() if found.exists else [each for each in store.partitions(name) if each != WHOLE]
    if not there and not (found.exists and found.partitioned):
        return {}
    return {"partitions": list(reads.get(name) or ([partition] if partition else there))}


def _variables(partition: str | None) -> dict[str, str]:
    if not partition:
        return {}
    year, month, day = partition.split("-")
    return {
        "DKU_DST_day": partition,
        "DKU_DST_DATE": partition,
        "DKU_DST_YEAR": year,
        "DKU_DST_MONTH": month,
        "DKU_DST_DAY": day,
    }


def _check_roles(descriptor: Mapping[str, Any], inputs: Roles, outputs: Roles, store: Store) -> None:
    for key, given in (("inputRoles", inputs), ("outputRoles", outputs)):
        declared = {role["name"]: role for role in descriptor[key]}
        for role in given:
            if role not in declared:
                raise BadPlugin(f"the recipe has no role {role} in {key}")
        for name, role in declared.items():
            if role.get("required") and not given.get(name):
                raise BadPlugin(f"role {name} in {key} needs an object")
            if role["arity"] == "UNARY" and len(given.get(name, ())) > 1:
                raise BadPlugin(f"role {name} in {key} takes one object")
            for item in given.get(name, ()):
                kind, default = ("ManagedFolder", False) if folder(store, item).exists else ("Dataset", True)
                if not role.get(f"accepts{kind}", default):
                    raise BadPlugin(f"role {name} in {key} does not take {item}, a {kind}")
