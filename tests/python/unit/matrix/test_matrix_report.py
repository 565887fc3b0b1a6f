"""The table, what went wrong, and the closing line."""

from __future__ import annotations

from pathlib import Path

from dev.matrix.cells import Cell
from dev.matrix.outcome import Outcome
from dev.matrix.report import Result, closing, table, troubles

VERSIONS = {"pandas": "1.5.0", "numpy": "1.23.5", "pyarrow": "16.0.0", "duckdb": "1.4.0", "pytest": "9.2.0"}
LOG = Path("out/matrix/log")
GOOD = Result(Cell("3.10", "lowest"), "3.10.13", VERSIONS, Outcome(1035, 0, 3, 32.6), LOG)
BAD = Result(
    Cell("3.11", "highest"), "3.11.7", VERSIONS, Outcome(1034, 1, 0, 61.0, "1 failed", ("FAILED a.py::t - no",)), LOG
)
NOT_MADE = Result(Cell("3.12", "lowest"), "3.12.1", {}, Outcome(failed=1, trouble="uv found nothing"), LOG)


def test_the_table_has_a_line_for_each_run_and_each_absent_python():
    assert table([GOOD, BAD, NOT_MADE], ["3.13"]).splitlines() == [
        "Python   versions  pandas  numpy   pyarrow  duckdb  passed  failed  skipped  seconds  ok",
        "3.10.13  lowest    1.5.0   1.23.5  16.0.0   1.4.0   1035    0       3        33       yes",
        "3.11.7   highest   1.5.0   1.23.5  16.0.0   1.4.0   1034    1       0        61       NO",
        "3.12.1   lowest    -       -       -        -       0       1       0        0        NO",
        "3.13     not on this machine",
    ]


def test_what_went_wrong_comes_with_the_tests_names_and_the_log():
    assert troubles([GOOD, BAD, NOT_MADE]).splitlines() == [
        "3.11-highest: 1 failed; the full log is out/matrix/log",
        "  FAILED a.py::t - no",
        "3.12-lowest: uv found nothing; the full log is out/matrix/log",
    ]


def test_nothing_is_said_when_nothing_went_wrong():
    assert troubles([GOOD]) == ""


def test_of_many_failures_the_first_twenty_are_named():
    many = Outcome(failed=23, trouble="23 failed", named=tuple(f"FAILED {number}" for number in range(23)))
    lines = troubles([Result(BAD.cell, "3.11.7", VERSIONS, many, LOG)]).splitlines()
    assert lines[20:] == ["  FAILED 19", "  ... and 3 more"]


def test_the_closing_line_adds_up_all_runs():
    assert closing([GOOD, BAD, NOT_MADE]) == "2069 passed, 2 failed, 3 skipped"
    assert closing([BAD]) == "1034 passed, 1 failed"
