"""Cutoffs by which models are taught and tried."""

from __future__ import annotations

from datetime import date, timedelta

from dev.demo.snapshots import HORIZON, LOOKBACK, NEEDED, Split, split


def days(count: int) -> list[date]:
    return [date(2026, 3, 1) + timedelta(days=number) for number in range(count)]


def test_a_month_teaches_by_three_cutoffs_and_is_tried_by_a_week_later_one():
    assert split(days(30)) == Split((date(2026, 3, 15), date(2026, 3, 16), date(2026, 3, 17)), date(2026, 3, 24))


def test_labels_that_teach_are_known_when_that_of_the_trial_comes():
    for count in range(NEEDED, 80):
        found = split(days(count))
        assert found is not None
        assert found.learn[-1] + timedelta(days=HORIZON) <= found.trial


def test_every_cutoff_has_the_whole_time_before_it_and_after_it():
    for count in range(NEEDED, 80):
        period, found = days(count), split(days(count))
        assert found is not None
        assert found.learn[0] - timedelta(days=LOOKBACK) >= period[0]
        assert found.trial + timedelta(days=HORIZON - 1) == period[-1]


def test_too_few_days_have_no_cutoffs():
    assert split(days(NEEDED)) is not None
    assert split(days(NEEDED - 1)) is None
    assert split([]) is None


def test_the_form_gets_the_days_that_cutoffs_begin_with():
    config = Split((date(2026, 3, 16),), date(2026, 3, 23)).config(["blog"])
    assert (config["label"], config["cutoffs"]) == ("snapshot", ["2026-03-16", "2026-03-23"])
    assert (config["horizon_days"], config["lookback_days"], config["categories"]) == (HORIZON, LOOKBACK, ["blog"])
