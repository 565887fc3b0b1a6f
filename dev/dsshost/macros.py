"""Macros as the host runs them: one process each, told what to do, its result checked against the descriptor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.dsshost.components import FAKE, ComponentFailed
from dev.dsshost.presets import Presets, resolve_presets
from dev.dsshost.results import check_progress, check_result
from dev.dsshost.storage import BadData
from dev.dsshost.strictjson import BadPlugin, strict_json


@dataclass(frozen=True)
class MacroResult:
    """What came of a macro.

    ``result`` is the text that the host got, None where there was none; ``progress`` are the values told, in order,
    towards ``target``, a number and its unit, if there is one. ``log`` holds the result too: DSS 9.0.5 writes it there.
    """

    result: str | None
    target: tuple[float, str] | None
    progress: tuple[float, ...]
    log: str
    seconds: float

    def json(self) -> Any:
        """The result of a macro that gives a table or an object."""
        return json.loads(self.result or "null")


def run_macro(
    plugin: Path,
    macro: str,
    project_key: str = "DEMO",
    config: Mapping[str, Any] | None = None,
    plugin_config: Mapping[str, Any] | None = None,
    *,
    presets: Presets | None = None,
    on_line: Callable[[str], None] = lambda _line: None,
) -> MacroResult:
    """Run a macro once.

    Args:
        plugin: The plugin's folder.
        macro: Component id.
        project_key: The project that it runs in.
        config: Its configuration, without the form's defaults.
        plugin_config: The plugin's settings.
        presets: What presets hold, for a configuration that names one.
        on_line: Called with each line of the log.

    Raises:
        ComponentFailed: The macro raised; with the log.
        BadData: Its progress or its result is not as declared, or it changed its configuration.
        BadPlugin: There is no such macro, or no source says what its kind of result is.
    """
    plugin, component = plugin.resolve(), f"python-runnables/{macro}"
    kind = strict_json(plugin / component / "runnable.json").get("resultType")
    if kind == "FOLDER_FILE":
        raise BadPlugin(f"{component}: what a macro gives for a FOLDER_FILE is in no source, so it is not run")
    command = {
        "projectKey": project_key,
        "config": resolve_presets(plugin, component, config or {}, presets),
        "pluginConfig": dict(plugin_config or {}),
        "code": (plugin / component / "runnable.py").read_text("utf-8"),
    }
    begun = time.monotonic()
    outcome, log = _run(command, _environment(plugin, project_key), on_line)
    if "error" in outcome:
        raise ComponentFailed(outcome["error"], log)
    if "bad" in outcome:
        raise BadData(outcome["bad"])
    check_progress(outcome["target"], outcome["progress"])
    check_result(kind, outcome["result"], outcome["made"])
    target = tuple(outcome["target"]) if outcome["target"] else None
    return MacroResult(outcome["result"], target, tuple(outcome["progress"]), log, time.monotonic() - begun)


def _environment(plugin: Path, project_key: str) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("DKU", "DSSHOST"))}
    return {
        **inherited,
        "PYTHONPATH": os.pathsep.join([str(FAKE), str(plugin / "python-lib")]),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "DKU_CURRENT_PROJECT_KEY": project_key,
    }


def _run(
    command: Mapping[str, Any], environment: Mapping[str, str], on_line: Callable[[str], None]
) -> tuple[dict[str, Any], str]:
    with tempfile.TemporaryDirectory() as job:
        told, made = Path(job) / "command.json", Path(job) / "outcome.json"
        told.write_text(json.dumps(command), "utf-8")
        lines = []
        with (
            told.open("rb") as stdin,
            subprocess.Popen(
                [sys.executable, str(Path(__file__).parent / "macro_worker.py"), str(made)],
                env=dict(environment),
                cwd=job,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            ) as process,
        ):
            for line in process.stdout or ():
                lines.append(line)
                on_line(line.rstrip("\n"))
        if made.exists():
            return json.loads(made.read_text("utf-8")), "".join(lines)
    error = {"errorType": "killed", "message": f"the process ended with {process.returncode}", "traceback": ""}
    return {"error": error}, "".join(lines)
