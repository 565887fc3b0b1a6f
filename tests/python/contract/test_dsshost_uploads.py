"""The stand-in's folders as outputs: uploads that go wrong, metrics, removal; and recipes in forks."""

from __future__ import annotations

import pytest

from dev.dsshost import folder, kill, run_recipe
from tests.python.contract.tiny_plugin import META, tiny_plugin, write

ROLE = {"label": "L", "description": "D", "arity": "UNARY", "required": True}


@pytest.fixture
def box(store):
    """An empty folder."""
    made = folder(store, "box")
    made.create()
    return made


@pytest.fixture
def run(tmp_path, store, box):
    """Runs a recipe whose output is the folder."""
    root = tiny_plugin(tmp_path / "plugin")
    role = {"name": "out", **ROLE, "acceptsManagedFolder": True, "acceptsDataset": False}
    given = {**ROLE, "name": "in", "required": False}
    descriptor = {"meta": META, "kind": "PYTHON", "params": [], "inputRoles": [given], "outputRoles": [role]}
    write(root / "custom-recipes/test-r/recipe.json", descriptor)

    def once(body):
        write(root / "custom-recipes/test-r/recipe.py", f"import dataiku\nbox = dataiku.Folder('box')\n{body}\n")
        return run_recipe(root, "test-r", store, inputs={}, outputs={"out": ["box"]})

    return once


@pytest.mark.parametrize(
    ("how", "told"),
    [("breaks", "No space left on device"), ("ends", None), ("kills", "the process ended with -9")],
)
@pytest.mark.parametrize("call", ["upload_data('/a', b'12345')", "upload_stream('/a', io.BytesIO(b'12345'))"])
def test_an_upload_goes_wrong_where_it_is_told_to_and_leaves_what_came_before(run, box, how, told, call):
    box.put("/a", b"old")
    box.disturb("/a", 3, how, upload=True)
    error = run(f"import io\nbox.{call}").error
    assert (error is None) == (told is None)
    assert (told or "") in (error or {"message": ""})["message"]
    assert box.file("/a").read_bytes() == b"123"
    box.heal()
    assert run(f"import io\nbox.{call}").error is None
    assert box.file("/a").read_bytes() == b"12345"


def test_a_fault_beyond_the_end_and_one_of_a_download_leave_an_upload_alone(run, box):
    box.disturb("/a", 5, "breaks", upload=True)
    box.disturb("/b", 0, "breaks")
    assert run("box.upload_data('/a', b'12345')\nbox.upload_data('/b', b'12345')").error is None
    assert {box.file(path).read_bytes() for path in ("/a", "/b")} == {b"12345"}


def test_metrics_of_a_folder_are_kept_by_name(run, box):
    assert box.metrics == {}
    assert (
        run("box.save_external_metric_values({'a': 1, 'b': 2})\nbox.save_external_metric_values({'b': 3})").error
        is None
    )
    assert box.metrics == {"a": 1, "b": 3}


@pytest.mark.parametrize("values", ["{'a': '1'}", "{'a': True}", "{'a': float('nan')}", "{'': 1}", "{1: 1}"])
def test_metrics_of_a_folder_are_numbers_with_names(run, box, values):
    assert run(f"box.save_external_metric_values({values})").error is not None
    assert box.metrics == {}


def test_folders_that_hold_nothing_more_go_with_their_last_file(run, box):
    for path in ("/a/b/1", "/a/2"):
        box.put(path, b"")
    assert run("box.delete_path('/a/b/1')").error is None
    assert box.paths() == ["/a/2"]
    assert run("box.delete_path('/a/2')").error is None
    assert box.paths() == []


def test_a_recipe_in_a_fork_gives_what_it_gives_in_a_process_of_its_own(repository, warm, store, box):
    box.put("/day.log", b'1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 1 "-" "-"\n')
    roles = {"inputs": {"logs": ["box"]}, "outputs": {"hits": ["hits"]}}
    rows = []
    for run_it in (lambda *args, **more: run_recipe(repository, *args, **more), warm.run):
        assert run_it("ovh-logs-parse", store, **roles).error is None
        rows.append(list(store.rows("hits")))
        wrong = run_it("ovh-logs-parse", store, config={"line_format": "iis"}, **roles)
        rows[-1].append((wrong.error["message"], "Recipe code failed" in wrong.log))
    assert rows[0] == rows[1]
    assert len(rows[0]) == 2


def test_a_recipe_in_a_fork_can_be_killed_and_the_next_one_runs(warm, store, box):
    box.put("/day.log", b"\n")
    roles = {"inputs": {"logs": ["box"]}, "outputs": {"hits": ["hits"]}}
    killed = warm.run("ovh-logs-parse", store, on_start=kill, **roles)
    assert killed.error == {"errorType": "killed", "message": "the process ended with -9"}
    assert warm.run("ovh-logs-parse", store, **roles).error is None
