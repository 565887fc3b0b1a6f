"""Runs a benchmark: both sides in turn, each time in a new process, medians of all runs."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from dev.bench.corpus import Corpus
from dev.bench.registry import Benchmark, Contender, Ratio

ROOT = Path(__file__).parents[2]
_WARM = 1 << 20  # bytes per read


class BenchFailed(Exception):
    """A measurement ended without a figure; the message says which, and how it ended."""


@dataclass(frozen=True)
class Sample:
    """One measurement: wall-clock seconds, rows, and megabytes (10^6) of peak memory above imports."""

    seconds: float
    rows: int
    peak_mb: float


@dataclass(frozen=True)
class Result:
    """One benchmark's medians, as the report's lines give them."""

    name: str
    measured: str
    seconds: float
    baseline: str
    baseline_seconds: float
    ratio: float
    ratio_of: str
    limit: float | None
    aim: float | None
    ok: bool
    peak_mb: float
    baseline_peak_mb: float
    peak_limit_mb: float | None
    rows: int
    baseline_rows: int
    runs: int


def run(benchmark: Benchmark, *, lines: int, runs: int, folder: Path) -> Result:
    """Measure both sides in turn, the order changing from run to run, on files that are in the page cache.

    Args:
        benchmark: What is compared.
        lines: Log lines; each side may read a multiple or a part of them.
        runs: How often each side is measured.
        folder: Where the files are kept.

    Raises:
        BenchFailed: A side broke down.
    """
    sides = (benchmark.measured, benchmark.baseline)
    corpora = [_maker(side)(side.lines(lines), folder.absolute()) for side in sides]
    samples: tuple[list[Sample], list[Sample]] = ([], [])
    for number in range(runs):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            _warm(corpora[side].path)
            samples[side].append(measure(sides[side], corpora[side]))
    return judge(benchmark, samples[0], samples[1])


def _maker(contender: Contender) -> Callable[[int, Path], Corpus]:
    module, _, name = contender.corpus.partition(":")
    maker: Callable[[int, Path], Corpus] = getattr(importlib.import_module(module), name)
    return maker


def measure(contender: Contender, corpus: Corpus) -> Sample:
    """One measurement in a process of its own, so that no memory and no cache is left from another.

    Raises:
        BenchFailed: The process ended without a figure.
    """
    paths = [str(ROOT / "python-lib"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    ended = subprocess.run(
        [sys.executable, "-m", "dev.bench.child", contender.target, json.dumps(asdict(corpus))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BenchFailed(f"'{contender.name}' ({contender.target}) ended with status {ended.returncode}: {last}")
    return Sample(**json.loads(ended.stdout))


def judge(benchmark: Benchmark, measured: list[Sample], baseline: list[Sample]) -> Result:
    """Medians of both sides, their ratio, and whether the goals are met; a benchmark without a goal is always met."""
    own, other = _middle(measured), _middle(baseline)
    ratio = _figure(benchmark.ratio, own) / _figure(benchmark.ratio, other)
    fits = benchmark.peak_limit_mb is None or own.peak_mb <= benchmark.peak_limit_mb
    return Result(
        name=benchmark.name,
        measured=benchmark.measured.name,
        seconds=own.seconds,
        baseline=benchmark.baseline.name,
        baseline_seconds=other.seconds,
        ratio=ratio,
        ratio_of=benchmark.ratio.value,
        limit=benchmark.limit,
        aim=benchmark.aim,
        ok=fits and _met(benchmark, ratio),
        peak_mb=own.peak_mb,
        baseline_peak_mb=other.peak_mb,
        peak_limit_mb=benchmark.peak_limit_mb,
        rows=own.rows,
        baseline_rows=other.rows,
        runs=len(measured),
    )


def _middle(samples: Iterable[Sample]) -> Sample:
    seconds, rows, peaks = zip(*((sample.seconds, sample.rows, sample.peak_mb) for sample in samples), strict=True)
    return Sample(median(seconds), round(median(rows)), median(peaks))


def _figure(ratio: Ratio, sample: Sample) -> float:
    if ratio is Ratio.RATE:
        return sample.rows / sample.seconds
    return sample.seconds if ratio is Ratio.SECONDS else sample.peak_mb


def _met(benchmark: Benchmark, ratio: float) -> bool:
    if benchmark.limit is None:
        return True
    return ratio >= benchmark.limit if benchmark.ratio.higher_is_better else ratio <= benchmark.limit


def _warm(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(_WARM):
            pass
