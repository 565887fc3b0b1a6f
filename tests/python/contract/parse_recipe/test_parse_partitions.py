"""Partitions: those that the Flow maps to the one that is built, and no others."""

from __future__ import annotations

import gzip

import pytest

from ovh_weblogs.schema import HITS
from tests.python.contract.parse_recipe.recipe import line, manifest

FILES = {
    "2026/03/28/a.log": line(1),
    "2026/03/29/b.log": gzip.compress(line(2)),
    "2026/03/29/c.log": line(3),
    "notes.txt": b"no log\n",
}


@pytest.fixture
def days(recipe):
    """A folder partitioned by day: a line on the first day, two on the second, one of a file outside."""
    return recipe.folder(FILES, "days", "%Y/%M/%D/.*")


@pytest.fixture(scope="module")
def built(new_recipe):
    """Both days built, and the first once more after it changed."""
    recipe = new_recipe()
    days = recipe.folder(FILES, "days", "%Y/%M/%D/.*")
    for day in days.partitions():
        recipe.good("days", partition=day)
    days.put("/2026/03/28/a.log", line(9))
    recipe.good("days", partition="2026-03-28")
    return recipe


def test_a_day_of_a_folder_becomes_that_day_of_the_hits_alone(built):
    assert built.store.partitions("hits") == built.store.partitions("rejects") == ["2026-03-28", "2026-03-29"]
    assert [n for _, _, n in built.places("2026-03-29")] == [2, 3]
    assert built.store.metrics("hits", "2026-03-29")["files"] == 2
    assert built.store.metrics("hits") == {}


def test_a_day_is_built_again_without_touching_the_others(built):
    assert [n for _, _, n in built.places("2026-03-28")] == [9]
    assert built.store.metrics("hits", "2026-03-28")["files"] == 1


def test_the_flow_may_map_several_days_to_one(recipe, days):
    found = recipe.good("days", partition="2026-03-29", reads={"days": ["2026-03-29", "2026-03-28"]})
    assert [n for _, _, n in found] == [1, 2, 3]


def test_hits_without_partitions_take_all_days_of_the_folder(recipe, days):
    assert [n for _, _, n in recipe.good("days")] == [1, 2, 3]


def test_a_day_without_files_is_an_error_that_names_it(recipe, days):
    message = recipe.error("days", partition="2026-04-01")
    assert message.startswith("The folder days holds no log in partition 2026-04-01; ")


def test_a_manifest_outside_every_partition_governs_each(recipe, days):
    days.put("/manifest.json", manifest({"2026/03/29/c.log": line(3), "2026/03/28/a.log": line(1)}))
    assert [n for _, _, n in recipe.good("days", partition="2026-03-29")] == [3]


def test_a_day_of_a_partitioned_dataset_is_read_alone(recipe):
    for number, day in enumerate(("2026-03-28", "2026-03-29"), 1):
        recipe.table(["message"], [[line(number).decode().rstrip("\n")]], day)
    assert recipe.good("table", partition="2026-03-29") == [("table", 1, 2)]


def test_a_partitioned_output_that_has_the_trackers_columns_keeps_them(recipe, days):
    recipe.store.set_columns("hits", [column.dss for column in HITS.columns])
    recipe.good("days", partition="2026-03-28")
    assert recipe.columns() == list(HITS.names)
