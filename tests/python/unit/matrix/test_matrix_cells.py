"""What the matrix is made of."""

from __future__ import annotations

import json

import pytest

from dev.matrix.cells import CELLS, KINDS, PYTHONS, chosen


def test_the_pythons_are_those_that_the_code_environment_accepts(repository):
    accepted = json.loads((repository / "code-env/python/desc.json").read_text())["acceptedPythonInterpreters"]
    assert [f"PYTHON{version.replace('.', '')}" for version in PYTHONS] == accepted


def test_every_python_has_a_lowest_and_a_highest_pandas():
    assert [(cell.name, cell.pair[0].partition("==")[0]) for cell in CELLS] == [
        (f"{version}-{kind}", "pandas") for version in PYTHONS for kind in KINDS
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["3.10-lowest"], ["3.10-lowest"]),
        (["3.13"], ["3.13-lowest", "3.13-highest"]),
        (["lowest"], ["3.10-lowest", "3.11-lowest", "3.12-lowest", "3.13-lowest"]),
        (["3.13-highest", "3.10-lowest", "3.10-lowest"], ["3.10-lowest", "3.13-highest"]),
        ([], [cell.name for cell in CELLS]),
    ],
    ids=["one", "a Python", "a kind", "two in any order", "none is all"],
)
def test_environments_are_chosen_by_name_python_or_kind(names, expected):
    assert [cell.name for cell in chosen(names)] == expected


def test_a_name_that_means_nothing_is_answered_with_those_that_do():
    with pytest.raises(ValueError, match=r"no environment is named 3\.9; there are 3\.10-lowest, 3\.10-highest, "):
        chosen(["3.10", "3.9"])
