"""``python -m dev.matrix [NAME ...]``: the unit tests on the machine's Pythons, lowest and highest versions."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from dev.matrix import report
from dev.matrix.cells import PYTHONS, chosen
from dev.matrix.environments import Maker, uv_variables
from dev.matrix.pythons import find
from dev.matrix.run import Matrix

_ROOT = Path(__file__).parents[2]
_ENVIRONMENTS = _ROOT / ".venvs" / "matrix"
_LOGS = Path("out") / "matrix"


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dev.matrix", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which, such as 3.10-lowest, 3.10 or lowest (all)")
    parser.add_argument("--jobs", type=int, choices=range(1, 9), default=2, help="how many at a time (2)")
    parser.add_argument("--fresh", action="store_true", help="make the environments anew, with today's newest versions")
    given = parser.parse_args(arguments)
    try:
        given.cells = chosen(given.names)
    except ValueError as error:
        parser.error(str(error))
    return given


def main(arguments: list[str] | None = None) -> int:
    """Run the matrix.

    Returns:
        0; 1 when a run failed; 2 when there is no Python to test.
    """
    given = _arguments(arguments)
    os.chdir(_ROOT)
    pythons = find(PYTHONS, Path(sys.executable), os.environ)
    wanted = dict.fromkeys(cell.python for cell in given.cells)
    absent = [version for version in wanted if version not in pythons]
    if len(absent) == len(wanted):
        print(f"No Python {' or '.join(wanted)} is on this machine: install one, on PATH or by pyenv.", file=sys.stderr)
        return 2
    if given.fresh:
        for cell in given.cells:
            shutil.rmtree(_ENVIRONMENTS / cell.name, ignore_errors=True)
    begun = time.monotonic()

    def tell(line: str) -> None:
        print(f"[{time.monotonic() - begun:4.0f} s] {line}\n", end="", flush=True)

    maker = Maker(_ROOT, _ENVIRONMENTS, variables=uv_variables(os.environ))
    try:
        results = Matrix(_ROOT, maker, pythons, _LOGS, os.environ, tell).run(given.cells, given.jobs)
    except KeyboardInterrupt:
        return 130
    print(f"\n{report.table(results, absent)}\n")
    troubles = report.troubles(results)
    if troubles:
        print(f"{troubles}\n")
    print(report.closing(results))
    return int(bool(troubles))


if __name__ == "__main__":
    sys.exit(main())
