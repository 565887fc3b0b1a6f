"""Models of who converts: what they learn from, what they are tried on, and what they find."""

from __future__ import annotations

import numpy as np
import pytest

from dev.demo.insights import standard_error
from dev.demo.learning import best, by_chance, score, taught, telling
from dev.demo.preparation import samples
from tests.python.unit.demo.modelkit import FIRST, LAST, snapshot, snapshots, told_by_views


def test_earlier_cutoffs_teach_and_the_last_one_is_the_trial():
    table = snapshots([snapshot(1, LAST, 1), snapshot(1, FIRST, 0), snapshot(2, FIRST, 0)])
    learnt, trial = samples(table)
    assert (learnt.visitors, learnt.labels.tolist()) == (("v0001", "v0002"), [0, 0])
    assert (trial.visitors, trial.cutoffs, trial.labels.tolist()) == (("v0001",), (LAST,), [1])


def test_robots_and_rows_whose_label_is_not_known_yet_are_left_out():
    rows = [snapshot(1, FIRST, 0), snapshot(2, FIRST, 0, is_bot=True), snapshot(3, FIRST, 0, is_bot=None)]
    learnt, trial = samples(snapshots([*rows, snapshot(1, LAST, 0), snapshot(2, LAST, None)]))
    assert (learnt.visitors, trial.visitors) == (("v0001", "v0003"), ("v0001",))


def test_features_are_numbers_flags_and_kinds_but_no_label():
    rows = [snapshot(n, when, n % 2, pageviews=n, has_campaign=n == 1) for when in (FIRST, LAST) for n in (0, 1)]
    learnt, _ = samples(snapshots(rows))
    assert learnt.matrix.names == ("pageviews", "has_campaign", "channel_first: Direct")
    assert learnt.matrix.values.tolist() == [[0, 0, 1], [1, 1, 1]]


def test_an_unknown_number_stays_unknown():
    learnt, _ = samples(
        snapshots([snapshot(n, when, 0, pageviews=n or None) for when in (FIRST, LAST) for n in (0, 1)])
    )
    assert np.isnan(learnt.matrix.values[:, 0]).tolist() == [True, False]


def test_a_kind_that_was_not_learnt_from_is_a_column_of_its_own_in_no_trial():
    rows = [snapshot(1, FIRST, 0), snapshot(1, LAST, 0, channel_first="Email")]
    _, trial = samples(snapshots(rows))
    assert trial.matrix.names[-1] == "channel_first: Direct"
    assert trial.matrix.values[0, -1] == 0


def test_rare_kinds_are_one_column_together():
    rows = [snapshot(n, FIRST, 0, channel_first=f"c{n // 2 if n < 22 else n}") for n in range(40)]
    learnt, _ = samples(snapshots([*rows, snapshot(1, LAST, 0)]))
    assert sum(feature == "channel_first" for feature in learnt.matrix.features) == 12


@pytest.fixture(scope="module")
def told():
    learnt, trial = samples(told_by_views())
    return learnt, trial, taught(learnt, trial)


def test_each_model_finds_what_tells_converts(told):
    assert {model.name: round(model.score.roc, 2) for model in told[2]} == {
        "Logistic regression": 1.0,
        "Random forest": 1.0,
        "Gradient boosting": 1.0,
    }


def test_shuffled_labels_teach_nothing(told):
    learnt, trial, models = told
    found = by_chance(models[0], learnt, trial)
    assert found.mean == pytest.approx(0.5, abs=4 * found.error)
    assert 0 < found.error < 0.15


def test_the_most_telling_feature_is_the_one_that_labels_come_from(told):
    _, trial, models = told
    found = telling(best(models), trial, 5)
    assert (found[0].feature, found[0].rises) == ("pageviews", True)
    assert found[0].loss > 0.3
    assert "label" not in {each.feature for each in found}


def test_the_same_rows_give_the_same_probabilities(told):
    learnt, trial, models = told
    again = taught(learnt, trial)
    assert all((one.probabilities == other.probabilities).all() for one, other in zip(models, again, strict=True))


def test_a_score_says_how_often_a_convert_is_found_the_likelier():
    """Of two converts and two others, one pair of four stands the wrong way round."""
    assert score([1, 0, 1, 0], np.array([0.9, 0.8, 0.7, 0.1])).roc == 0.75


def test_few_converts_leave_much_to_chance():
    """By the table of Hanley and McNeil: 0.8 with 50 of each has a standard error of 0.045."""
    assert standard_error(0.8, 50, 50) == pytest.approx(0.045, abs=0.001)
    assert standard_error(0.8, 10, 50) > 2 * standard_error(0.8, 200, 1000)
