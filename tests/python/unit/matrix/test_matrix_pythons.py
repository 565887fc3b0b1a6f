"""Finding the machine's Pythons: small scripts stand for them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dev.matrix.pythons import find

NOWHERE = Path("/nowhere/python")


@pytest.fixture
def put(tmp_path):
    """Puts a script where an interpreter would be: it answers as one, or ends with a status."""

    def make(place, full, *, implementation="cpython", flags="-", status=0):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        version = full.rpartition(".")[0]
        path.write_text(f"#!/bin/sh\necho {implementation} {version} {full} {flags} {path}\nexit {status}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def environment(tmp_path):
    """A PATH of two folders, and a folder of pyenv's."""
    return {"PATH": f"{tmp_path / 'first'}:{tmp_path / 'second'}", "PYENV_ROOT": str(tmp_path / "pyenv")}


def found(environment, *versions, running=NOWHERE):
    return {python.version: (python.full, python.path) for python in find(versions, running, environment).values()}


@pytest.mark.parametrize("name", ["python3.12", "python3", "python"])
def test_a_python_is_found_on_path_by_each_of_its_names(put, environment, name):
    path = put(f"second/{name}", "3.12.1")
    assert found(environment, "3.12") == {"3.12": ("3.12.1", path)}


def test_the_first_on_path_wins(put, environment):
    put("second/python3.12", "3.12.9")
    path = put("first/python3.12", "3.12.1")
    assert found(environment, "3.12")["3.12"] == ("3.12.1", path)


def test_a_name_without_version_counts_only_for_the_version_that_it_is(put, environment):
    put("first/python3", "3.12.1")
    assert found(environment, "3.11", "3.12").keys() == {"3.12"}


def test_pyenvs_newest_release_is_taken_by_number(put, environment):
    put("pyenv/versions/3.12.9/bin/python", "3.12.9")
    path = put("pyenv/versions/3.12.10/bin/python", "3.12.10")
    assert found(environment, "3.12") == {"3.12": ("3.12.10", path)}


def test_pyenv_is_looked_for_at_home_too(put, tmp_path):
    path = put(".pyenv/versions/3.12.1/bin/python", "3.12.1")
    assert found({"HOME": str(tmp_path)}, "3.12") == {"3.12": ("3.12.1", path)}


def test_pyenvs_virtual_environments_and_builds_of_other_kinds_are_no_pythons(put, environment):
    for name in ("3.12.1t", "3.12-dev", "project"):
        put(f"pyenv/versions/{name}/bin/python", "3.12.1")
    assert found(environment, "3.12") == {}


@pytest.mark.parametrize(
    "wrong",
    [{"status": 127}, {"implementation": "pypy"}, {"flags": "t"}],
    ids=["does not start", "not CPython", "free-threaded"],
)
def test_one_that_will_not_do_is_passed_over(put, environment, wrong):
    """A shim of pyenv's is there for a version that is not chosen, too, and ends with 127."""
    put("first/python3.13", "3.13.0", **wrong)
    path = put("pyenv/versions/3.13.0/bin/python", "3.13.0")
    assert found(environment, "3.13") == {"3.13": ("3.13.0", path)}


def test_the_running_python_stands_for_its_version(put, environment):
    put("first/python3.12", "3.12.9")
    running = put("elsewhere/python", "3.12.1")
    assert found(environment, "3.12", running=running) == {"3.12": ("3.12.1", running)}


def test_a_real_interpreter_says_what_it_is(environment):
    version = "{}.{}".format(*sys.version_info)
    full, path = found(environment, version, running=Path(sys.executable))[version]
    assert full == "{}.{}.{}".format(*sys.version_info)
    assert path.samefile(sys.executable)
