"""Models, segments and correlations as a person reads them: in the report, and at the terminal."""

from __future__ import annotations

import io
from datetime import date
from math import nan
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from dev.demo.console import show_found
from dev.demo.insights import Correlation, Insights, Lesson, correlation, insights
from dev.demo.learning import Chance, Model, Score, Telling
from dev.demo.modelparts import texts
from dev.demo.modelplots import correlated
from dev.demo.segments import Segment
from tests.python.unit.demo.modelkit import told_by_views

READERS = Segment("Regular readers <on phones>", 75, "8.0 visits of 2 pages.")
LESSON = Lesson(
    models=[
        Model("Random forest", None, np.zeros(1), Score(0.8, 0.2)),
        Model("Gradient boosting", None, np.zeros(1), Score(0.82, 0.1)),
    ],
    ceiling=Score(0.85, 0.3),
    chance=Chance(0.501, 0.03),
    error=0.06,
    tellings=[Telling("days_since_last", 0.02, rises=False), Telling("channel_first", 0.01, rises=None)],
    learnt=2_000,
    learnt_converts=40,
    tried=1_000,
    converts=20,
    trial=date(2026, 3, 23),
)
FOUND = Insights(LESSON, "", [READERS, Segment("One-time visitors", 25, "1.0 visits.")], None)


def terminal(found: Insights) -> str:
    console = Console(file=io.StringIO(), width=160)
    show_found(console, found)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def kept(folder: Path, count: int) -> Path:
    """Snapshots of so many visitors with one hit each, as a file."""
    table = told_by_views(count)
    pq.write_table(table.append_column("count", [[1] * table.num_rows]), folder / "rows.parquet")
    return folder / "rows.parquet"


def test_models_stand_best_first_before_the_ceiling_and_chance():
    table = texts(FOUND)["models"]
    cells = [
        "Gradient boosting</th><td>0.820</td><td>0.100",
        "Random forest</th><td>0.800</td><td>0.200",
        "True probabilities: the ceiling</th><td>0.850</td><td>0.300",
        "Labels shuffled, mean of 20</th><td>0.501</td><td>0.020",
    ]
    places = [table.index(cell) for cell in cells]
    assert places == sorted(places)


def test_rows_and_converts_are_counted_and_what_chance_does_is_said():
    found = texts(FOUND)
    assert (
        "Taught with 2,000 rows of earlier cutoffs, of which 40 convert; tried on 1,000 of 23 March 2026"
        in found["lesson"]
    )
    assert "With 20 converts in the trial, chance alone moves a ROC AUC by 0.06, and the mean" in found["models"]


def test_a_feature_says_what_is_lost_without_it_and_which_way_it_goes():
    found = texts(FOUND)["tellings"]
    assert "<code>days_<wbr>since_<wbr>last</code></span> <b>0.020 <small>more: less likely</small>" in found
    assert "<b>0.010 <small>by its value</small>" in found


def test_segments_have_shares_and_profiles_and_their_names_are_no_markup():
    found = texts(FOUND)["segments"]
    assert "<span>Regular readers &lt;on phones&gt;</span> <b>75 <small>75%</small></b>" in found
    assert "8.0 visits of 2 pages." in found


def test_without_a_model_a_sentence_says_why():
    found = Insights(None, "A model needs more days.", [], None)
    assert "A model needs more days." in texts(found)["models"]
    assert "Too few people" in texts(found)["segments"]
    assert "A model needs more days." in terminal(found)


def test_the_terminal_shows_models_and_segments():
    text = terminal(FOUND)
    for part in (
        "Gradient boosting",
        "0.820",
        "True probabilities: the ceiling",
        "20 converts",
        "Regular readers <on phones>",
    ):
        assert part in text


def test_correlations_are_drawn_from_minus_one_to_one_and_what_is_not_known_is_left_open():
    figure = correlated(Correlation(["Visits", "Errors"], [[1.0, nan], [nan, 1.0]]))
    (heat,) = figure.data
    assert (heat.zmin, heat.zmax, heat.meta) == (-1, 1, "signed")
    assert [list(row) for row in heat.z] == [[1.0, None], [None, 1.0]]
    assert correlated(None) is None


def test_features_go_together_as_their_ranks_do():
    found = correlation(told_by_views())
    assert found is not None
    assert list(found.names) == ["Converts later", "Page views"]
    assert found.values[0][1] == pytest.approx(0.7, abs=0.05)


@pytest.mark.parametrize(
    ("days", "part"),
    [(27, "A model needs 28 days of logs"), (28, "No page is known as a conversion")],
    ids=["few", "none"],
)
def test_logs_without_snapshots_say_what_a_model_would_need(days, part, tmp_path):
    stored = kept(tmp_path, 20)
    found = insights(stored, None, [date(2026, 3, 1 + number) for number in range(days)], None)
    assert found.lesson is None
    assert found.why.startswith(part)


def test_labels_that_are_all_alike_teach_nothing_and_it_is_said(tmp_path):
    stored = kept(tmp_path, 8)  # none of them views more than 7 pages
    found = insights(stored, stored, [date(2026, 3, 1 + number) for number in range(30)], None)
    assert found.lesson is None
    assert "none or all convert within 7 days" in found.why


def test_a_lesson_without_truth_has_no_ceiling(tmp_path):
    stored = kept(tmp_path, 400)
    found = insights(stored, stored, [date(2026, 3, 1 + number) for number in range(30)], None)
    assert found.lesson is not None
    assert (found.lesson.ceiling, found.lesson.tried, found.lesson.converts) == (None, 400, 80)
    assert "ceiling" not in texts(found)["models"]
