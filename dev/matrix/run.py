"""Runs the cells, a few at a time: the environment first, then the tests in it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dev.matrix import outcome
from dev.matrix.cells import Cell
from dev.matrix.environments import Environment, Maker, NotMade
from dev.matrix.outcome import Outcome
from dev.matrix.pythons import Python
from dev.matrix.report import Result

TESTS = "tests/python/unit"
# SQL is made by a library of ours: the text differs between its versions, the rows must not.
PARITY = ("tests/python/parity/test_parity.py", "-m", "not spark")
_LONGEST = 1200  # seconds that a run may take; it takes one or two minutes


@dataclass(frozen=True)
class Matrix:
    """A matrix of runs.

    Attributes:
        project: The repository, in which the tests run.
        maker: Makes the environments.
        pythons: The machine's Pythons by version.
        logs: Where each run's log goes.
        variables: The environment variables that the tests get.
        tell: Called with each line of progress, from any thread.
    """

    project: Path
    maker: Maker
    pythons: Mapping[str, Python]
    logs: Path
    variables: Mapping[str, str]
    tell: Callable[[str], None]

    def run(self, cells: Sequence[Cell], jobs: int) -> list[Result]:
        """Run the cells whose Python is there.

        Args:
            cells: Which, in the order of the results.
            jobs: How many at a time.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        pool = ThreadPoolExecutor(jobs)
        try:
            return list(pool.map(self._one, [cell for cell in cells if cell.python in self.pythons]))
        finally:
            pool.shutdown(cancel_futures=True)

    def _one(self, cell: Cell) -> Result:
        python, log = self.pythons[cell.python], self.logs / f"{cell.name}.log"
        log.write_bytes(b"")
        self.tell(f"{cell.name}: making the environment, unless it is there")
        begun = time.monotonic()
        try:
            made = self.maker.make(cell, python, log)
        except NotMade as trouble:
            self.tell(f"{cell.name}: no environment")
            return Result(cell, python.full, {}, Outcome(failed=1, trouble=str(trouble)), log)
        self.tell(f"{cell.name}: testing; the environment took {time.monotonic() - begun:.0f} s")
        result = Result(cell, python.full, made.versions, self._test(cell, made, log), log)
        word = result.outcome.trouble or f"{result.outcome.passed} passed"
        self.tell(f"{cell.name}: {word}, in {result.outcome.seconds:.0f} s")
        return result

    def _test(self, cell: Cell, made: Environment, log: Path) -> Outcome:
        more = PARITY if cell.kind == "lowest" else ()
        # Two runs at a time would write the same cache of pytest's.
        command = [str(made.python), "-m", "pytest", TESTS, *more, "-p", "no:cacheprovider", "--color=no"]
        variables = {**self.variables, "PYTHONPATH": os.pathsep.join(("python-lib", "."))}
        begun = time.monotonic()
        with log.open("ab") as file:
            begin = file.tell()
            try:
                status = subprocess.run(
                    command,
                    cwd=self.project,
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    check=False,
                    timeout=_LONGEST,
                ).returncode
            except subprocess.TimeoutExpired:
                status = None
        printed = log.read_bytes()[begin:].decode("utf-8", errors="replace")
        return outcome.read(printed, status, time.monotonic() - begun)
