"""Days of generated traffic, of the site's server and of its tracker: what comes out is what is true."""

from __future__ import annotations

import pytest

from ovh_weblogs.schema import HITS
from tests.python.contract.parse_recipe.recipe import line


def put(raw, traffic, family):
    """Puts the files of a family into the folder: ``ovh`` or ``wt1``; gives the truth of their lines."""
    root = traffic.folder / family / ("example.com" if family == "ovh" else "")
    for path in root.rglob("*.*"):
        raw.put(f"/{path.relative_to(root).as_posix()}", path.read_bytes())
    return list(traffic.lines(family))


@pytest.fixture(scope="module")
def both(new_recipe, spring):
    """A run over the logs of both, each line told by itself; and the truth of their lines."""
    recipe = new_recipe()
    raw = recipe.folder()
    told = put(raw, spring, "ovh") + put(raw, spring, "wt1")
    assert recipe.run().error is None, recipe.result.log
    return recipe, told


def test_hits_of_both_families_are_those_of_the_truth_value_by_value(both):
    recipe, told = both
    assert recipe.columns() == list(HITS.names)
    assert written(recipe) == values_of(told)
    assert {row["log_family"] for row in recipe.store.rows("hits")} == {"server", "tracker"}
    assert len(told) > 4_000


def test_rejects_are_those_of_the_truth(both):
    recipe, told = both
    found = {place: row["line"].encode() for place, row in placed(recipe.store.rows("rejects"))}
    rejects = {place: row["line"] for place, row in placed(told, "reject")}
    assert rejects
    assert found == rejects


def test_a_file_that_the_tracker_has_not_finished_is_passed_over(both):
    log = both[0].result.log
    assert "1 files are passed over, which are no logs: /tracker/___unfinished.tmp" in log


def test_a_trackers_files_are_read_by_name(recipe, spring):
    told = put(recipe.folder(), spring, "wt1")
    assert recipe.run(config={"line_format": "wt1"}).error is None
    assert written(recipe) == values_of(told)


@pytest.fixture
def late(recipe, spring):
    """An access log that has a tracker's line beyond its first 64 KB."""
    event = next(text for lines in spring.files("wt1").values() for text in lines if text[:2] == b"20")
    recipe.folder({"mixed.log": line(1) * 1_000 + event + b"\n" + line(2)})
    return recipe


def test_a_trackers_line_far_inside_an_access_log_is_an_error_that_names_the_choice_to_make(late, repository):
    label = "Told by each line, with the columns of a tracker"
    assert late.error() == (
        "mixed.log begins as an access log and has a tracker's line as number 1001; "
        f"choose '{label}' as 'Format of lines'."
    )
    assert f'"{label}"' in (repository / "custom-recipes/ovh-logs-parse/recipe.json").read_text()


def test_with_that_choice_it_is_a_hit_of_all_columns(late):
    assert late.run(config={"line_format": "auto_wt1"}).error is None
    assert [row["log_family"] for row in late.store.rows("hits")][999:] == ["server", "tracker", "server"]
    assert late.columns() == list(HITS.names)


def written(recipe):
    """Hits by file and line, as texts."""
    return {place: tuple(row.values()) for place, row in placed(recipe.store.rows("hits"))}


def values_of(told):
    """Hits of the truth by file and line, as the host keeps them."""
    return {place: tuple(shown(row[name]) for name in HITS.names) for place, row in placed(told, "hit")}


def placed(rows, kind=None):
    return [((row["source_file"], int(row["line_number"])), row) for row in rows if kind in (None, row.get("kind"))]


def shown(value):
    """A value as the host keeps it."""
    if value is None:
        return ""
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z" if hasattr(value, "strftime") else str(value)
