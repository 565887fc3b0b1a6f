"""The matrix as a table for a terminal, with what went wrong below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.matrix.cells import Cell
from dev.matrix.outcome import Outcome

_SHOWN = ("pandas", "numpy", "pyarrow", "duckdb")
_HEAD = ("Python", "versions", *_SHOWN, "passed", "failed", "skipped", "seconds", "ok")
_LINE = 200  # characters of a failing test's line
_LINES = 20  # failing tests of one run; the log has them all


@dataclass(frozen=True)
class Result:
    """One cell's run: ``python`` is the interpreter's full version, ``versions`` those of the packages."""

    cell: Cell
    python: str
    versions: Mapping[str, str]
    outcome: Outcome
    log: Path


def table(results: Iterable[Result], absent: Iterable[str]) -> str:
    """One line for each run, and one for each Python that the machine does not have."""
    lines = [_HEAD, *(_cells(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    rows = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([*rows, *(f"{python:{widths[0]}}  not on this machine" for python in absent)])


def _cells(result: Result) -> tuple[str, ...]:
    outcome = result.outcome
    return (
        result.python,
        result.cell.kind,
        *(result.versions.get(name, "-") for name in _SHOWN),
        str(outcome.passed),
        str(outcome.failed),
        str(outcome.skipped),
        f"{outcome.seconds:.0f}",
        "yes" if outcome.ok else "NO",
    )


def troubles(results: Iterable[Result]) -> str:
    """What went wrong in each run, with the names of the tests and the path of the log; empty when nothing did."""
    lines = []
    for result in results:
        if result.outcome.ok:
            continue
        lines.append(f"{result.cell.name}: {result.outcome.trouble}; the full log is {result.log}")
        named = result.outcome.named
        lines += [f"  {line[:_LINE]}" for line in named[:_LINES]]
        lines += [f"  ... and {len(named) - _LINES} more"] if len(named) > _LINES else []
    return "\n".join(lines)


def closing(results: Sequence[Result]) -> str:
    """The numbers of all runs together, in the form that machines read."""
    passed, failed, skipped = (
        sum(getattr(result.outcome, kind) for result in results) for kind in ("passed", "failed", "skipped")
    )
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
