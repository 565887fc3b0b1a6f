"""Results as JSON lines for programs, or as a table for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from dev.bench.harness import Result
from dev.bench.model import Study

_DIGITS = 4
_HEAD = ("benchmark", "seconds", "baseline", "ratio", "goal", "peak MB", "baseline", "rows", "ok", "ratio of", "to")


def json_line(result: Result | Study) -> str:
    """The result as one JSON object on one line; figures with four significant digits."""
    return json.dumps({key: _rounded(value) for key, value in asdict(result).items()})


def table(results: Iterable[Result]) -> str:
    """The results as a table for a terminal, one line each; an aim stands in brackets where there is no limit."""
    lines = [_HEAD, *(_cells(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _cells(result: Result) -> tuple[str, ...]:
    goal = f"{result.limit:g}" if result.limit is not None else f"({result.aim:g})" if result.aim is not None else "-"
    return (
        result.name,
        f"{result.seconds:.2f}",
        f"{result.baseline_seconds:.2f}",
        f"{result.ratio:.3f}",
        goal,
        f"{result.peak_mb:.0f}",
        f"{result.baseline_peak_mb:.0f}",
        f"{result.rows:,}",
        "yes" if result.ok else "NO",
        result.ratio_of,
        result.baseline,
    )


def _rounded(value: object) -> object:
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
