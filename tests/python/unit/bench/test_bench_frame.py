"""The frame around benchmarks: measuring, medians, goals, reports."""

from __future__ import annotations

import importlib
import json

import pytest

from dev.bench import data, harness, report
from dev.bench.__main__ import main, status, wanted
from dev.bench.harness import BenchFailed, Sample
from dev.bench.registry import BENCHMARKS, Benchmark, Contender, Ratio

CONTENDERS = """
from contextlib import contextmanager
from pathlib import Path

@contextmanager
def first(corpus):
    yield lambda: noted(corpus, "first")

@contextmanager
def second(corpus):
    yield lambda: noted(corpus, "second")

def noted(corpus, name):
    with (Path(corpus.root).parent / "order").open("a") as file:
        file.write(name + " ")
    return corpus.lines

@contextmanager
def hungry(corpus):
    prepared = b"x" * 90_000_000
    del prepared
    yield lambda: len(b"x" * 50_000_000)
"""


@pytest.fixture
def own_contenders(tmp_path, monkeypatch):
    """A module of contenders that only the measuring process imports."""
    (tmp_path / "own_contenders.py").write_text(CONTENDERS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "own_contenders"


def benchmark(ratio=Ratio.RATE, **goals):
    return Benchmark("fast", Contender("ours", "m:ours"), Contender("theirs", "m:theirs"), ratio, **goals)


def judged(measured, baseline, ratio=Ratio.RATE, **goals):
    return harness.judge(
        benchmark(ratio, **goals), [Sample(*one) for one in measured], [Sample(*one) for one in baseline]
    )


def test_figures_are_medians_of_all_runs():
    result = judged([(1, 10, 5), (9, 10, 7), (2, 10, 50)], [(4, 20, 1), (4, 20, 1), (30, 20, 1)])

    assert (result.seconds, result.peak_mb, result.rows, result.runs) == (2, 7, 10, 3)
    assert (result.baseline_seconds, result.baseline_peak_mb, result.baseline_rows) == (4, 1, 20)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(Ratio.RATE, 4.0), (Ratio.SECONDS, 0.5), (Ratio.PEAK_MB, 3.0)],
    ids=["rows per second", "seconds", "peak memory"],
)
def test_the_ratio_is_the_measured_figure_divided_by_the_baselines(ratio, expected):
    """200 rows in 1 s with 30 MB against 100 rows in 2 s with 10 MB."""
    assert judged([(1, 200, 30)], [(2, 100, 10)], ratio).ratio == expected


@pytest.mark.parametrize(
    ("ratio", "limit", "ok"),
    [
        (Ratio.RATE, 4.0, True),
        (Ratio.RATE, 4.1, False),
        (Ratio.PEAK_MB, 3.0, True),
        (Ratio.PEAK_MB, 2.9, False),
        (Ratio.RATE, None, True),
    ],
    ids=["rate reached", "rate missed", "memory kept", "memory exceeded", "no goal"],
)
def test_a_goal_bounds_the_ratio_from_the_side_that_is_worse(ratio, limit, ok):
    assert judged([(1, 200, 30)], [(2, 100, 10)], ratio, limit=limit).ok is ok


@pytest.mark.parametrize(("limit", "ok"), [(30, True), (29, False)], ids=["kept", "exceeded"])
def test_peak_memory_can_have_a_goal_of_its_own(limit, ok):
    assert judged([(1, 200, 30)], [(2, 100, 10)], peak_limit_mb=limit).ok is ok


def test_an_aim_that_is_missed_is_no_failure():
    assert judged([(1, 1, 1)], [(1, 1, 1)], aim=6.0).ok is True


def test_a_result_is_one_line_of_json_with_four_significant_digits():
    line = report.json_line(judged([(1.23456, 1_234_567, 30)], [(2, 1_234_567, 10)], limit=4.0, aim=6.0))

    assert "\n" not in line
    assert json.loads(line) == {
        "name": "fast",
        "measured": "ours",
        "seconds": 1.235,
        "baseline": "theirs",
        "baseline_seconds": 2,
        "ratio": 1.62,
        "ratio_of": "rows per second, higher is better",
        "limit": 4.0,
        "aim": 6.0,
        "ok": False,
        "peak_mb": 30,
        "baseline_peak_mb": 10,
        "peak_limit_mb": None,
        "rows": 1_234_567,
        "baseline_rows": 1_234_567,
        "runs": 1,
    }


def test_the_table_says_which_goal_was_missed():
    kept, missed = judged([(2, 4, 1)], [(2, 1, 1)], limit=4.0), judged([(2, 3, 1)], [(2, 1, 1)], limit=4.0)

    _, *lines = report.table([kept, missed]).splitlines()

    assert [[word for word in line.split() if word in ("yes", "NO")] for line in lines] == [["yes"], ["NO"]]


@pytest.mark.parametrize(
    ("contender", "expected"),
    [
        (Contender("all", "m:f"), 1000),
        (Contender("twice", "m:f", scale=2), 2000),
        (Contender("some", "m:f", at_most=20), 20),
        (Contender("fewer than asked for", "m:f", at_most=5000), 1000),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_side_may_read_a_multiple_or_a_part_of_the_lines(contender, expected):
    assert contender.lines(1000) == expected


def test_the_sides_are_measured_in_turn_and_change_places(own_contenders, tmp_path):
    """What slows the machine down for a while slows both sides."""
    sides = (Contender("ours", f"{own_contenders}:first"), Contender("theirs", f"{own_contenders}:second"))

    result = harness.run(Benchmark("turns", *sides, Ratio.RATE), lines=200, runs=3, folder=tmp_path)

    assert (tmp_path / "order").read_text().split() == ["first", "second", "second", "first", "first", "second"]
    assert (result.rows, result.runs) == (200, 3)


def test_peak_memory_is_that_of_the_work_alone(own_contenders, tmp_path):
    """Neither the memory of the process that started it, nor of its preparation, counts."""
    ballast = b"x" * 120_000_000

    sample = harness.measure(Contender("hungry", f"{own_contenders}:hungry"), data.corpus(200, tmp_path))

    assert 45 <= sample.peak_mb <= 60
    assert len(ballast) == 120_000_000


def test_a_side_that_breaks_down_is_named_with_its_last_words(own_contenders, tmp_path):
    with pytest.raises(BenchFailed, match=r"'absent' \(own_contenders:nothing\) ended with status 1: AttributeError"):
        harness.measure(Contender("absent", f"{own_contenders}:nothing"), data.corpus(200, tmp_path))


@pytest.mark.parametrize("side", [side for one in BENCHMARKS for side in (one.measured, one.baseline)], ids=str)
def test_every_side_of_every_benchmark_is_there(side):
    module, _, name = side.target.partition(":")

    assert callable(getattr(importlib.import_module(module), name))


def test_names_of_benchmarks_are_different():
    names = [benchmark.name for benchmark in BENCHMARKS]

    assert len(names) == len(set(names))


def test_the_command_prints_a_line_of_json_for_each_benchmark_named(tmp_path, capsys):
    status = main(["parse", "--lines", "1000", "--runs", "1", "--data", str(tmp_path)])

    [line] = capsys.readouterr().out.splitlines()
    assert status == 0
    assert {key: json.loads(line)[key] for key in ("name", "rows", "runs")} == {
        "name": "parse",
        "rows": 1000,
        "runs": 1,
    }


def test_a_benchmark_that_takes_minutes_is_run_only_where_it_is_named():
    named = [each.name for each in wanted(["spark", "parse"])]
    usual = [each.name for each in wanted([])]
    assert sorted(named) == ["parse", "spark"]
    assert "parse" in usual
    assert not {"spark", "spark_memory"} & set(usual)


@pytest.mark.parametrize(
    ("limit", "broken", "strict", "expected"),
    [(4.0, False, True, 0), (5.0, False, False, 0), (5.0, False, True, 1), (4.0, True, False, 1)],
    ids=["goal met", "goal missed", "goal missed in a strict run", "broken down"],
)
def test_a_missed_goal_fails_only_a_strict_run(limit, broken, strict, expected):
    """The ratio is 4."""
    results = [judged([(1, 200, 30)], [(2, 100, 10)], limit=limit)]

    assert status(results, broken=broken, strict=strict) == expected


def test_a_benchmark_is_skipped_with_the_reason_where_its_program_is_missing(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    status = main(["goaccess", "--lines", "1000", "--data", str(tmp_path)])

    printed = capsys.readouterr()
    assert (status, printed.out) == (0, "")
    assert printed.err == "goaccess: skipped, since goaccess is not installed\n"


def test_an_unknown_name_is_answered_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        main(["speed"])

    assert "no benchmark named speed; there are parse, parse_gunzip, " in capsys.readouterr().err
