"""Environments and runs: a small script stands for uv, and the interpreters that it makes for those of environments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dev.matrix.cells import Cell
from dev.matrix.environments import Maker, NotMade, uv_variables
from dev.matrix.pythons import Python
from dev.matrix.run import Matrix

LOWEST, HIGHEST = Cell("3.10", "lowest"), Cell("3.10", "highest")
PYTHON = Python("3.10", "3.10.13", Path("/somewhere/python3.10"))
UV = """#!/bin/sh
echo "$*" >> "$CALLS"
while [ $# -gt 1 ]; do last=$2; [ "$1" = -o ] && out=$2; shift; done
case "$FAIL" in ?*) echo "error: $FAIL"; echo "  cause: $FAIL on this Python."; exit 1;; esac
[ -n "$out" ] && printf 'pandas==1.5.0\\nnumpy==1.23.5\\n' > "$out"
case "$last" in *3.10-lowest|*3.10-highest)
    mkdir -p "$last/bin" && printf '#!/bin/sh\\n%s\\n' "$PYTEST" > "$last/bin/python" && chmod +x "$last/bin/python";;
esac
exit 0
"""


@pytest.fixture
def calls(tmp_path):
    """The file in which uv notes what it was asked for."""
    return tmp_path / "calls"


@pytest.fixture
def maker(tmp_path, calls):
    """A Maker over a project of one file; ``fail`` is why uv fails, ``pytest`` what an environment's Python does."""
    (tmp_path / "uv").write_text(UV)
    (tmp_path / "pyproject.toml").write_text("[project]\n")

    def make(fail="", pytest="echo '=== 5 passed in 0.10s ==='"):
        variables = {"PATH": "/usr/bin:/bin", "CALLS": str(calls), "FAIL": fail, "PYTEST": pytest}
        return Maker(tmp_path, tmp_path / "envs", ("/bin/sh", str(tmp_path / "uv")), variables)

    return make


def asked(calls):
    return [line.split() for line in calls.read_text().splitlines()]


def test_an_environment_tells_the_versions_that_are_in_it(maker, tmp_path):
    made = maker().make(LOWEST, PYTHON, tmp_path / "log")
    assert made.versions == {"pandas": "1.5.0", "numpy": "1.23.5"}
    assert made.python == tmp_path / "envs/3.10-lowest/bin/python"


@pytest.mark.parametrize(("cell", "resolution"), [(LOWEST, "lowest-direct"), (HIGHEST, "highest")], ids=["low", "high"])
def test_dependencies_are_the_lowest_or_the_highest_and_what_tests_need_the_highest(
    maker, calls, tmp_path, cell, resolution
):
    maker().make(cell, PYTHON, tmp_path / "log")
    _, direct, tests, _ = asked(calls)
    assert (direct[direct.index("--extra") + 1], direct[direct.index("--resolution") + 1]) == ("host", resolution)
    assert (tests[tests.index("--extra") + 1], "--resolution" in tests) == ("test", False)
    assert tests[tests.index("-c") + 1] == direct[direct.index("-o") + 1]
    assert (tmp_path / "envs" / cell.name / "pair.txt").read_text().split() == list(cell.pair)


def test_wheels_alone_are_taken_but_for_what_has_none(maker, calls, tmp_path):
    maker().make(LOWEST, PYTHON, tmp_path / "log")
    for call in asked(calls)[1:]:
        assert "--only-binary :all: --no-binary dataiku-api-client" in " ".join(call)


def test_an_environment_is_kept_while_nothing_that_it_is_made_from_changes(maker, calls, tmp_path):
    for _ in range(2):
        maker().make(LOWEST, PYTHON, tmp_path / "log")
    assert len(asked(calls)) == 4


@pytest.mark.parametrize("what", ["requirements", "Python"])
def test_an_environment_is_made_anew_when_the_requirements_or_the_python_change(maker, calls, tmp_path, what):
    maker().make(LOWEST, PYTHON, tmp_path / "log")
    if what == "requirements":
        (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = []\n")
    python = Python("3.10", "3.10.14", PYTHON.path) if what == "Python" else PYTHON
    maker().make(LOWEST, python, tmp_path / "log")
    assert len(asked(calls)) == 8


def test_an_environment_that_was_not_finished_is_made_anew(maker, calls, tmp_path):
    with pytest.raises(NotMade):
        maker(fail="No solution").make(LOWEST, PYTHON, tmp_path / "log")
    maker().make(LOWEST, PYTHON, tmp_path / "log")
    assert len(asked(calls)) == 5


def test_why_there_is_no_environment_is_said_in_one_sentence_with_the_remedy(maker, tmp_path):
    with pytest.raises(NotMade) as error:
        maker(fail="No solution").make(LOWEST, PYTHON, tmp_path / "log")
    assert str(error.value) == (
        "uv venv ended with status 1: error: No solution cause: No solution on this Python; "
        "change the range in pyproject.toml, or see to the way to the package index"
    )


def run(maker, tmp_path, cells=(LOWEST, HIGHEST), **variables):
    told = []
    variables = {"PATH": "/usr/bin:/bin", **variables}
    matrix = Matrix(tmp_path, maker, {"3.10": PYTHON}, tmp_path / "logs", variables, told.append)
    return matrix.run(cells, jobs=2), told


def test_each_environment_is_made_and_tested_and_the_results_come_in_order(maker, tmp_path):
    results, told = run(maker(), tmp_path)
    assert [(result.cell, result.python, result.outcome.passed) for result in results] == [
        (LOWEST, "3.10.13", 5),
        (HIGHEST, "3.10.13", 5),
    ]
    assert [line for line in told if line.startswith("3.10-lowest")] == [
        "3.10-lowest: making the environment, unless it is there",
        "3.10-lowest: testing; the environment took 0 s",
        "3.10-lowest: 5 passed, in 0 s",
    ]


def test_with_the_lowest_versions_databases_are_compared_too(maker, tmp_path):
    results, _ = run(maker(pytest="echo \"asked for $*\"; echo '=== 5 passed in 0.10s ==='"), tmp_path)
    assert ["tests/python/parity" in result.log.read_text() for result in results] == [True, False]


def test_the_log_holds_what_uv_and_the_tests_said(maker, tmp_path):
    results, _ = run(maker(), tmp_path)
    log = results[0].log.read_text()
    assert log.startswith("$ uv venv --python /somewhere/python3.10 ")
    assert log.endswith("=== 5 passed in 0.10s ===\n")


def test_tests_get_the_variables_of_the_caller_and_the_projects_path(maker, tmp_path):
    results, _ = run(maker(pytest='echo "SAMPLES=$SAMPLES PYTHONPATH=$PYTHONPATH"; exit 3'), tmp_path, SAMPLES="there")
    assert results[0].log.read_text().endswith("SAMPLES=there PYTHONPATH=python-lib:.\n")
    assert results[0].outcome.trouble == "broke off with status 3"


def test_an_environment_that_cannot_be_made_fails_and_the_others_go_on(maker, tmp_path):
    (tmp_path / "choosy").write_text(
        f'case "$*" in *3.10-lowest*) echo no wheel; exit 1;; esac\nexec /bin/sh {tmp_path / "uv"} "$@"\n'
    )
    results, told = run(replace(maker(), uv=("/bin/sh", str(tmp_path / "choosy"))), tmp_path)
    assert [(result.outcome.passed, result.outcome.failed) for result in results] == [(0, 1), (5, 0)]
    assert "no wheel" in results[0].outcome.trouble
    assert "3.10-lowest: no environment" in told


def test_a_python_that_is_not_there_is_left_out(maker, tmp_path):
    results, _ = run(maker(), tmp_path, [Cell("3.13", "lowest"), LOWEST])
    assert [result.cell for result in results] == [LOWEST]


@pytest.mark.parametrize(
    ("listed", "given", "expected"),
    [
        ("global.index-url='https://a.example/simple'", {}, "https://a.example/simple"),
        ("global.index-url='https://a.example/'\n:env:.index-url='https://b.example/'", {}, "https://b.example/"),
        ("global.index-url='https://a.example/'", {"UV_DEFAULT_INDEX": "https://c.example/"}, "https://c.example/"),
        ("global.cert='/etc/certificates'", {}, None),
    ],
    ids=["a file's", "the environment's before a file's", "uv's own before pip's", "none"],
)
def test_uv_gets_the_package_index_that_pip_is_told_of(tmp_path, listed, given, expected):
    (tmp_path / "pip").write_text(f"cat <<'END'\n{listed}\nEND\n")
    variables = uv_variables({"PATH": "/usr/bin:/bin", **given}, ("/bin/sh", str(tmp_path / "pip")))
    assert variables.get("UV_DEFAULT_INDEX") == expected
