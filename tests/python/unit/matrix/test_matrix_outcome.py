"""What a run of pytest came to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dev.matrix.outcome import Outcome, read

GOOD = "===== 12 passed in 3.05s ====="
SUMMARY = "==== short test summary info ====\n"


@pytest.mark.parametrize(
    ("closing", "expected"),
    [
        ("===== 12 passed in 3.05s =====", Outcome(12, 0, 0, 9.0)),
        ("===== 12 passed, 3 skipped in 75.20s (0:01:15) =====", Outcome(12, 0, 3, 9.0)),
        ("12 passed, 1 xfailed, 2 warnings in 0.50s", Outcome(12, 0, 0, 9.0)),
    ],
    ids=["passed", "skipped", "quiet"],
)
def test_numbers_come_from_the_closing_line(closing, expected):
    assert read(f"tests ...\n{closing}\n", 0, 9.0) == expected
    assert expected.ok


def test_the_last_closing_line_counts():
    """A test may print what another run of pytest said."""
    assert read(f"==== 3 failed, 1 passed in 0.10s ====\n{GOOD}\n", 0, 1.0).failed == 0


def test_failures_are_named_in_pytests_own_words_and_errors_count_as_failures():
    output = f"FAILED is no summary\n{SUMMARY}SKIPPED [1] c.py: why\nFAILED a.py::t - no\nERROR b.py\n"
    outcome = read(f"{output}==== 1 failed, 12 passed, 1 skipped, 1 error in 3.05s ====\n", 1, 1.0)

    assert (outcome.passed, outcome.failed, outcome.skipped, outcome.trouble) == (12, 2, 1, "2 failed")
    assert outcome.named == ("FAILED a.py::t - no", "ERROR b.py")


def test_a_run_that_fails_for_what_it_skipped_names_that():
    """So do our tests where all of them are asked for."""
    outcome = read(f"{SUMMARY}SKIPPED [2] c.py: why\n==== 12 passed, 2 skipped in 3.05s ====\n", 1, 1.0)

    assert (outcome.failed, outcome.trouble) == (0, "2 skipped, and none may be")
    assert outcome.named == ("SKIPPED [2] c.py: why",)


@pytest.mark.parametrize(
    ("output", "status", "trouble"),
    [
        ("tests .....", -11, "broke off with status -11"),
        ("tests .....", 0, "passed no test (status 0)"),
        ("==== no tests ran in 0.01s ====", 5, "passed no test (status 5)"),
        ("==== 4 skipped in 0.01s ====", 0, "passed no test (status 0)"),
        ("tests .....", None, "was stopped: it took too long"),
    ],
    ids=["crash", "silence", "no tests", "all skipped", "too long"],
)
def test_a_run_without_its_proper_end_counts_as_a_failure(output, status, trouble):
    outcome = read(output, status, 1.0)
    assert (outcome.ok, outcome.failed, outcome.trouble) == (False, 1, trouble)


def test_a_real_run_is_read(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert 1 == 2\n"
        "@pytest.mark.skip(reason='later')\ndef test_later(): pass\n"
        "@pytest.fixture\ndef broken(): raise OSError('no disk')\n"
        "def test_broken(broken): pass\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "--color=no", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    outcome = read(run.stdout, run.returncode, 1.0)

    assert (outcome.passed, outcome.failed, outcome.skipped, outcome.trouble) == (1, 2, 1, "2 failed")
    assert sorted(line.partition(" - ")[0] for line in outcome.named) == [
        "ERROR test_it.py::test_broken",
        "FAILED test_it.py::test_bad",
    ]
