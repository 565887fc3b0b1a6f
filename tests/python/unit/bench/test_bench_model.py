"""The benchmark of models: what it is made of, and what it says of its goals."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from dev.bench import report
from dev.bench.__main__ import status
from dev.bench.buyers import buyers
from dev.bench.model import Study


def figures(*, gap: float = 0.021, ok: bool = True) -> Study:
    return Study("model", 51_000, 107_000, 615, "Logistic regression", 0.822, 0.174, 0.843, 0.227, gap, 0.49, 0.017, ok)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A month of few people."""
    folder = tmp_path_factory.mktemp("bench")
    return folder, buyers(150, folder)


def test_snapshots_have_rows_and_labels_at_cutoffs_to_learn_from_and_one_to_be_tried_on(made):
    table = pq.read_table(made[1].snapshots)
    assert len(set(table.column("cutoff_ts").to_pylist())) == 4
    assert table.column("label").null_count == 0
    assert {"count_cart_pages", "share_blog_pages", "channel_first"} < set(table.schema.names)


def test_the_truth_is_kept_and_the_logs_are_not(made):
    folder, found = made
    assert {path.name for path in found.truth.iterdir()} == {
        "outlook.parquet",
        "sessions.parquet",
        "visitors.parquet",
    }
    assert not list(folder.rglob("*.gz"))


def test_what_is_there_is_not_made_again(made):
    folder, found = made
    before = found.snapshots.stat().st_mtime_ns
    assert buyers(150, folder) == found
    assert found.snapshots.stat().st_mtime_ns == before


def test_its_figures_are_a_line_for_programs_and_a_sentence_for_people():
    line = json.loads(report.json_line(figures()))
    assert (line["name"], line["visitors"], line["gap"], line["ok"]) == ("model", 51_000, 0.021, True)
    assert "0.021 below (goal 0.03)" in figures().sentence()
    assert figures(ok=False).sentence().endswith("ok: NO")


def test_a_missed_goal_fails_a_strict_run_alone():
    assert status([figures(ok=False)], broken=False, strict=True) == 1
    assert status([figures(ok=False)], broken=False, strict=False) == 0
