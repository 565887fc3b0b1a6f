"""Recipes in processes that are forked, not started: for many short runs, and for those that are to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from dev.dsshost.components import FAKE
from dev.dsshost.recipes import RecipeResult, failure, recipe_environment, recipe_file


class WarmHost:
    """Runs recipes of one plugin, one after another; a context manager.

    Each run is a process of its own, forked from one that has imported the plugin's libraries but neither the host's
    package nor anything of the plugin that knows it.

    Args:
        plugin: The plugin's folder.
    """

    def __init__(self, plugin: Path) -> None:
        self._plugin = plugin.resolve()

    def __enter__(self) -> WarmHost:
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "warm_worker.py")],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(FAKE), str(self._plugin / "python-lib")])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()
        self._folder.cleanup()

    def run(
        self, recipe: str, *arguments: Any, on_start: Callable[[int], None] | None = None, **more: Any
    ) -> RecipeResult:
        """Run a recipe once; arguments, result and errors as ``run_recipe``, but for the peak of memory.

        Args:
            recipe: Component id.
            arguments: As ``run_recipe`` takes them after it.
            on_start: Called with the process's id once it runs.
            more: As ``run_recipe`` takes them.
        """
        environment = recipe_environment(self._plugin, recipe, *arguments, **more)
        with tempfile.TemporaryDirectory(dir=self._folder.name) as job:
            error, log = Path(job) / "error.json", Path(job) / "log"
            environment |= {"DSSHOST_ERROR_FILE": str(error), "DSSHOST_PEAK_FILE": str(Path(job) / "peak")}
            asked = {
                "environment": environment,
                "folder": job,
                "log": str(log),
                "recipe": str(recipe_file(self._plugin, recipe)),
            }
            log.touch()  # a process may be killed before it writes anything
            begun = time.monotonic()
            self._send(json.dumps(asked))
            pid = self._answer()
            if on_start is not None:
                on_start(pid)
            code = self._answer()
            seconds = time.monotonic() - begun
            return RecipeResult(failure(code, error), log.read_text("utf-8", "replace"), seconds)

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def kill(pid: int) -> None:
    """End a process as nothing else does: at once, without a word to it."""
    os.kill(pid, signal.SIGKILL)
