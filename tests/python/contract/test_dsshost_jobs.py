"""Jobs of the stand-in: what they build, in which order, and what they refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import pytest

from dev.dsshost import BadData, States, Store, build, run_recipe
from dev.dsshost.partitions import folder_dimensions, named_days
from tests.python.contract.tiny_plugin import META, change, connector_code, tiny_plugin, write

ROLE = {"label": "L", "description": "D", "arity": "UNARY", "required": True}
DAILY = {"dimensions": [{"name": "day", "type": "time", "params": {"period": "DAY"}}]}
FIRST, SECOND = "2026-03-28", "2026-03-29"
PARTITIONED = f"""
    def get_partitioning(self):
        return {DAILY}
    def list_partitions(self, partitioning):
        return ["{FIRST}", "{SECOND}"]
    def partition_exists(self, partitioning, partition_id):
        return partition_id in self.list_partitions(partitioning)
"""
COPY = """import dataiku
from dataiku.customrecipe import *
out = dataiku.Dataset(get_output_names_for_role('out')[0])
rows = list(dataiku.Dataset(get_input_names_for_role('in')[0]).iter_tuples())
out.write_schema([{'name': 'a', 'type': 'int'}])
with out.get_writer() as writer:
    for row in rows:
        writer.write_tuple(row)
"""


@pytest.fixture
def plugin(tmp_path):
    """A connector of two days, whose rows are the days' numbers, and a recipe that copies."""
    root = tiny_plugin(tmp_path / "plugin")
    change(root / "python-connectors/test-c/connector.json", partitioningMode="CODE_DEFINED_LISTABLE")
    connector_code(root, "yield {'a': int((partition_id or '0-0')[-2:].strip('-'))}", more=PARTITIONED)
    folders = {"acceptsDataset": True, "acceptsManagedFolder": True}
    outputs = [{"name": "out", **ROLE, **folders}, {"name": "more", **ROLE, **folders, "required": False}]
    roles = {"inputRoles": [{"name": "in", **ROLE}], "outputRoles": outputs}
    write(root / "custom-recipes/test-r/recipe.json", {"meta": META, "kind": "PYTHON", "params": [], **roles})
    write(root / "custom-recipes/test-r/recipe.py", COPY)
    return root


def recipe(source, target, **more):
    return {"recipe": "test-r", "inputs": {"in": [source]}, "outputs": {"out": [target]}, **more}


@pytest.fixture
def flow(plugin, tmp_path):
    """Source to first to second, day by day."""
    return {
        "plugin": str(plugin),
        "storage": str(tmp_path / "store"),
        "datasets": {
            "source": {"connector": "test-c"},
            "first": {"partitioning": DAILY},
            "second": {"partitioning": DAILY},
        },
        "recipes": [recipe("source", "first"), recipe("first", "second")],
    }


@pytest.fixture
def store(flow):
    return Store(flow["storage"])


def values(store, name):
    return {each: [row["a"] for row in store.rows(name, each)] for each in store.partitions(name)}


def test_an_activity_runs_for_each_recipe_and_partition_after_what_it_needs(flow, store):
    result = build(flow, ["second"], f"{FIRST}/{SECOND}")
    assert result.built == [("first", FIRST), ("second", FIRST), ("first", SECOND), ("second", SECOND)]
    assert values(store, "second") == {FIRST: ["28"], SECOND: ["29"]}
    assert list(States(store.root).built("second")) == [FIRST, SECOND]


def test_a_job_that_builds_only_its_targets_needs_the_others_to_be_built(flow, store):
    only = "NON_RECURSIVE_FORCED_BUILD"
    refused = build(flow, ["second"], FIRST, job_type=only)
    assert refused.failed == {("second", FIRST): f"partition {FIRST} of first is not built"}
    build(flow, ["first"], FIRST)
    assert build(flow, ["second"], FIRST, job_type=only).built == [("second", FIRST)]


def test_a_partition_whose_data_is_gone_counts_as_not_built(flow, store):
    build(flow, ["first"], "missing:8")
    store.path("first", FIRST).unlink()
    assert build(flow, ["second"], FIRST, job_type="RECURSIVE_MISSING_ONLY_BUILD").built == [
        ("first", FIRST),
        ("second", FIRST),
    ]


def test_a_recipe_that_reads_a_partition_that_is_not_built_fails(flow, store, plugin):
    build(flow, ["first"], FIRST)
    run = run_recipe(plugin, "test-r", store, inputs={"in": ["first"]}, outputs={"out": ["second"]}, partition=SECOND)
    assert run.error["message"] == f"Partition {SECOND} of dataset DEMO.first is not built"


def test_an_output_without_partitions_takes_all_that_were_built(flow, store):
    flow["datasets"]["second"] = {}
    build(flow, ["first"], f"{FIRST}/{SECOND}")
    assert build(flow, ["second"], job_type="NON_RECURSIVE_FORCED_BUILD").built == [("second", "NP")]
    assert values(store, "second") == {"NP": ["28", "29"]}


# Refused


@pytest.mark.parametrize("spec", ["2026-03-30", f"{FIRST}/2026-03-30"])
def test_partitions_that_no_source_lists_are_refused(flow, store, spec):
    with pytest.raises(BadData, match="second has no partition 2026-03-30: its sources do not list it"):
        build(flow, ["second"], spec)
    assert not store.root.exists()


@pytest.mark.parametrize(
    ("target", "spec", "told"),
    [
        ("second", None, "second has partitions: say which"),
        ("source", FIRST, "source is a source: nothing builds it"),
        ("third", FIRST, "the flow has no third"),
        ("second", "missing:0", "'missing:0' is no day"),
    ],
)
def test_targets_that_cannot_be_built_so_are_refused(flow, target, spec, told):
    with pytest.raises(BadData, match=told):
        build(flow, [target], spec)


def test_partitions_of_a_dataset_without_any_are_refused(flow):
    flow["datasets"]["second"] = {}
    with pytest.raises(BadData, match="second has no partitions"):
        build(flow, ["second"], FIRST)


@pytest.mark.parametrize(
    "dimensions",
    [
        [{**DAILY["dimensions"][0], "params": {"period": "MONTH"}}],
        [*DAILY["dimensions"], {"name": "site", "type": "value"}],
    ],
    ids=["months", "two dimensions"],
)
def test_equal_days_of_unequal_dimensions_are_refused(flow, dimensions):
    flow["datasets"]["second"] = {"partitioning": {"dimensions": dimensions}}
    with pytest.raises(BadData, match="first and second have unequal dimensions: no partition equals another"):
        build(flow, ["first"], FIRST)


def test_outputs_of_unequal_dimensions_are_refused(flow):
    flow["datasets"]["other"] = {}
    flow["recipes"][1]["outputs"] = {"out": ["second"], "more": ["other"]}
    with pytest.raises(BadData, match="the outputs second and other have unequal dimensions"):
        build(flow, ["first"], FIRST)


def test_an_output_written_under_another_partition_is_refused_and_counts_as_not_built(flow, plugin, store):
    flow["folders"] = {"box": {"pattern": "%Y/%M/%D/.*"}}
    flow["recipes"] = [{**recipe("source", "box"), "published": "source"}]
    code = "import dataiku\ndataiku.Folder('box').upload_data('/2026/03/{}/a', b'x')\n"
    write(plugin / "custom-recipes/test-r/recipe.py", code.format("29"))
    assert build(flow, ["box"], SECOND).failed == {}
    result = build(flow, ["box"], FIRST)
    assert result.failed == {("box", FIRST): f"box: partition {SECOND} was written while {FIRST} was built"}
    assert States(store.root).built("box") == {}


def test_a_partition_whose_files_a_recipe_removes_counts_as_not_built(flow, plugin, store):
    flow["folders"] = {"box": {"pattern": "%Y/%M/%D/.*"}}
    flow["recipes"] = [{**recipe("source", "box"), "published": "source"}]
    code = "import dataiku\nbox = dataiku.Folder('box')\nbox.upload_data('/2026/03/{}/a', b'x')\n"
    write(plugin / "custom-recipes/test-r/recipe.py", code.format("28"))
    build(flow, ["box"], FIRST)
    write(plugin / "custom-recipes/test-r/recipe.py", code.format("29") + "box.delete_path('/2026/03/28/a')\n")
    assert build(flow, ["box"], "missing:8").built == [("box", SECOND)]
    assert list(States(store.root).built("box")) == [SECOND]


def test_an_output_that_was_not_written_is_refused(flow, plugin):
    write(plugin / "custom-recipes/test-r/recipe.py", "pass\n")
    result = build(flow, ["first"], FIRST)
    assert result.failed == {("first", FIRST): f"first: partition {FIRST} was not written"}


def test_columns_that_change_while_other_partitions_hold_data_are_refused(flow, plugin):
    build(flow, ["first"], FIRST)
    write(plugin / "custom-recipes/test-r/recipe.py", COPY.replace("'type': 'int'", "'type': 'string'"))
    result = build(flow, ["first"], SECOND)
    assert "the columns changed" in result.failed["first", SECOND]
    assert build(flow, ["first"], FIRST).built == [("first", FIRST)]  # alone, it may have any


def test_without_a_partitioned_input_the_recipe_names_what_lists_the_days(flow):
    flow["recipes"] = [recipe("plain", "first")]
    flow["datasets"]["plain"] = {}
    with pytest.raises(BadData, match="name a dataset as 'published' of its recipe"):
        build(flow, ["first"], "missing:8")


# Specifications


@pytest.mark.parametrize(
    ("spec", "days"),
    [
        ("2026-03-28", ["2026-03-28"]),
        ("2026-02-27/2026-03-01", ["2026-02-27", "2026-02-28", "2026-03-01"]),
        ("2026-03-30, 2026-03-28", ["2026-03-28", "2026-03-30"]),
        ("PREVIOUS_DAY/CURRENT_DAY", ["2026-03-31", "2026-04-01"]),
        ("2026-03-28,2026-03-28", ["2026-03-28"]),
    ],
)
def test_days_are_named_as_users_write_them(spec, days):
    assert named_days(spec, date(2026, 4, 1)) == days


@pytest.mark.parametrize(
    "spec", ["", "2026-3-28", "2026-02-30", "NP", "2026-03-28/", "2026-03-29/2026-03-28", "missing:x"]
)
def test_what_names_no_day_is_refused(spec):
    with pytest.raises(BadData):
        named_days(spec, date(2026, 4, 1))


def test_a_pattern_of_paths_that_tells_no_whole_day_is_refused():
    assert folder_dimensions("%Y/%M/%D/.*") == DAILY["dimensions"]
    with pytest.raises(BadData, match="does not tell a day"):
        folder_dimensions("%Y/%M/.*")


# The command


def command(flow, tmp_path, *arguments):
    (tmp_path / "flow.json").write_text(json.dumps(flow))
    line = [sys.executable, "-m", "dev.dsshost", "build", str(tmp_path / "flow.json"), *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_the_command_builds_what_is_missing_and_says_what_failed(flow, plugin, tmp_path):
    done = command(flow, tmp_path, "--target", "first", "--partitions", "missing:1")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"built first {SECOND}")
    write(plugin / "custom-recipes/test-r/recipe.py", "raise ValueError('no')\n")
    failed = command(flow, tmp_path, "--partitions", "missing:8")
    assert failed.returncode == 1
    assert f"failed first {FIRST}: no" in failed.stdout
    assert f"left out second {FIRST}" in failed.stdout
    unknown = command(flow, tmp_path, "--partitions", "2026-03-30")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "BadData: second has no partition 2026-03-30" in unknown.stderr
