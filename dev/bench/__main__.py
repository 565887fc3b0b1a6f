"""``python -m dev.bench``: measure, and print one JSON object per benchmark, or a table."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from dev.bench import harness, report
from dev.bench.model import Study, study
from dev.bench.registry import BENCHMARKS, Benchmark

MODEL = "model"  # how well models tell who converts: takes minutes, and is no comparison of speed


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    names = [*(benchmark.name for benchmark in BENCHMARKS), MODEL]
    parser = argparse.ArgumentParser(prog="python -m dev.bench", description="Benchmarks side by side with baselines")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which; unless named, all that take no minutes: {', '.join(names)}"
    )
    parser.add_argument("--lines", type=_positive, default=1_000_000, help="log lines (1000000)")
    parser.add_argument("--runs", type=_positive, default=3, help="measurements of each side (3)")
    parser.add_argument("--data", type=Path, default=harness.ROOT / "out" / "bench", help="where log files are kept")
    parser.add_argument("--strict", action="store_true", help="status 1 when a goal is missed")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--table", action="store_true", help="a table at the end instead of JSON lines")
    form.add_argument("--json", action="store_true", help="one JSON object per line, as soon as it is known (default)")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.names if name not in names]
    if unknown:
        parser.error(f"no benchmark named {', '.join(unknown)}; there are {', '.join(names)}")
    return chosen


def wanted(names: Sequence[str]) -> list[Benchmark]:
    """The benchmarks of these names; of none, all that take no minutes."""
    return [each for each in BENCHMARKS if each.name in names or not (names or each.only_named)]


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks named on the command line.

    Returns:
        0; 1 when one broke down, or, in a strict run, when a goal was missed.
    """
    chosen = _arguments(arguments)
    results: list[harness.Result | Study] = []
    broken = False
    for benchmark in wanted(chosen.names):
        if benchmark.needs and shutil.which(benchmark.needs) is None:
            print(f"{benchmark.name}: skipped, since {benchmark.needs} is not installed", file=sys.stderr)
            continue
        print(f"{benchmark.name}: {chosen.lines:,} lines, {chosen.runs} runs of each side", file=sys.stderr)
        try:
            result = harness.run(benchmark, lines=chosen.lines, runs=chosen.runs, folder=chosen.data)
        except harness.BenchFailed as failure:
            broken = True
            print(f"{benchmark.name}: {failure}", file=sys.stderr)
            continue
        results.append(result)
        if not chosen.table:
            print(report.json_line(result), flush=True)
    if chosen.table and results:
        print(report.table(results))
    if MODEL in chosen.names:
        results.append(_model(chosen))
    return status(results, broken=broken, strict=chosen.strict)


def _model(chosen: argparse.Namespace) -> Study:
    found = study(chosen.data.absolute())
    print(found.sentence() if chosen.table else report.json_line(found), flush=True)
    return found


def status(results: Sequence[harness.Result | Study], *, broken: bool, strict: bool) -> int:
    """The command's exit status: a missed goal is said in the report, and is a failure only of a strict run."""
    return int(broken or (strict and not all(result.ok for result in results)))


if __name__ == "__main__":
    sys.exit(main())
