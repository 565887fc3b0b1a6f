"""Labels without leakage: no feature knows of what comes after its row's cutoff."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ovh_weblogs import pipeline
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import EVENTS, VISITORS
from ovh_weblogs.settings import VisitorSettings
from ovh_weblogs.visitored import Label, LabelKind, Shape
from tests.python.unit.features.visitorkit import DAY, EVENT, HOUR, PARIS, at, place, reckoned, view

CUTOFF = at(0) + timedelta(days=5)  # ten o'clock
SCHEMA = pa.schema([column.arrow for column in EVENTS.columns])
KEYS = ("visitor_id", "cutoff_ts")
MOST = min(80, examples.default.max_examples // 3)  # an example takes a tenth of a second, or two


def micros(moment):
    return round(moment.timestamp()) * 1_000_000


def rows(events, kind, cutoffs=(), **label):
    """Rows by visitor and cutoff, of events in the order of their list."""
    batch = pa.RecordBatch.from_pylist([{**dict.fromkeys(EVENTS.names), **event} for event in events], schema=SCHEMA)
    settings = VisitorSettings(shape=Shape(label=Label(kind, tuple(map(micros, cutoffs)), **label)))
    made = [row for each in pipeline.visitors([batch], EVENTS.names, settings) for row in each.to_pylist()]
    found = {tuple(row[name] for name in KEYS): row for row in made}
    assert len(found) == len(made)
    return found


def snapshot(events, *cutoffs, **label):
    return rows(events, LabelKind.SNAPSHOT, cutoffs or (CUTOFF,), **label)


def labels(found):
    return {visitor: row["label"] for (visitor, _), row in found.items()}


def buys(seconds, **values):
    return view(seconds, is_conversion=True, **values)


def alike(made, expected):
    """Whether what plain loops reckon is in a row; sums of floats differ in their last digits."""
    for name, value in expected.items():
        if name in made:
            assert made[name] == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value), name


LATER = view(30 * DAY, visitor_id="x")  # the events go on for long


def test_a_row_says_whether_its_visitor_converts_within_the_horizon_after_the_cutoff():
    events = [
        *(view(visitor_id="before"), buys(4 * DAY, visitor_id="before")),
        *(view(visitor_id="at once"), buys(5 * DAY, visitor_id="at once")),
        *(view(visitor_id="in time"), buys(12 * DAY - 1, visitor_id="in time")),
        *(view(visitor_id="too late"), buys(12 * DAY, visitor_id="too late")),
        *(view(visitor_id="never"), view(6 * DAY, visitor_id="never")),
        LATER,
    ]
    found = labels(snapshot(events, horizon_days=7))
    assert found == {"before": 0, "at once": 1, "in time": 1, "too late": 0, "never": 0}


def test_who_comes_only_after_the_cutoff_has_no_row():
    assert labels(snapshot([view(5 * DAY), view(0, visitor_id="w"), LATER])) == {"w": 0}


def test_a_label_is_null_while_the_horizon_is_not_over_unless_he_has_converted():
    events = [view(), view(visitor_id="w"), buys(6 * DAY, visitor_id="w")]
    assert labels(snapshot(events)) == {"v": None, "w": 1}


def test_the_day_of_the_latest_hit_counts_as_complete():
    midnight = datetime(2026, 2, 6, 23, tzinfo=timezone.utc)  # in Paris
    events = [view(), {**view(visitor_id="x"), "server_ts": midnight - timedelta(hours=23)}]
    assert labels(snapshot(events, midnight - timedelta(days=3), horizon_days=3))["v"] == 0
    assert labels(snapshot(events, midnight - timedelta(days=3), horizon_days=4))["v"] is None


def test_without_cutoffs_it_is_a_horizon_before_the_end_of_the_latest_day():
    found = rows([view(), LATER], LabelKind.SNAPSHOT, horizon_days=10)
    assert list(found) == [("v", datetime(2026, 2, 20, 23, tzinfo=timezone.utc))]


def midnight(day):
    """The begin of a day of March 2026 in Paris, whose clocks go forward on the 29th."""
    return datetime(2026, 3, day, tzinfo=PARIS).astimezone(timezone.utc)


def test_a_horizon_ends_at_the_hour_it_began_with_though_clocks_go_forward_within_it():
    last = datetime(2026, 3, 29, 21, 59, tzinfo=timezone.utc)  # a minute before the midnight that ends seven days
    events = [{**view(), "server_ts": midnight(20)}, {**view(visitor_id="x"), "server_ts": last}]
    assert labels(snapshot(events, midnight(23)))["v"] == 0
    assert list(rows(events, LabelKind.SNAPSHOT)) == [("v", midnight(23))]
    late = {**buys(0), "server_ts": last + timedelta(minutes=1)}
    assert labels(snapshot([*events, late], midnight(23)))["v"] == 0


def test_a_hit_on_the_last_day_of_all_calendars_gives_labels_and_no_error():
    far = {**view(visitor_id="x"), "server_ts": datetime(9999, 12, 31, 23, 59, tzinfo=timezone.utc)}
    assert labels(snapshot([view(), far])) == {"v": 0}
    assert labels(rows([view(), far], LabelKind.SNAPSHOT)) == {"v": 0}


def test_a_look_back_begins_at_the_hour_of_the_cutoff_though_clocks_go_forward_within_it():
    first = midnight(28)
    events = [{**view(), "server_ts": first + timedelta(hours=hours)} for hours in (-1, 0, 1)]
    assert [row["count"] for row in snapshot([*events, LATER], midnight(30), lookback_days=2).values()] == [2]


def test_each_cutoff_gives_its_own_rows():
    found = snapshot([view(), view(2 * DAY), LATER], at(DAY), at(3 * DAY))
    assert {cutoff: row["count"] for (_, cutoff), row in found.items()} == {at(DAY): 1, at(3 * DAY): 2}
    assert [row["days_since_last"] for row in found.values()] == [1.0, 1.0]


def test_hits_before_the_look_back_do_not_count():
    found = snapshot([view(), view(3 * DAY), view(4 * DAY), LATER], lookback_days=2)
    assert [row["count"] for row in found.values()] == [2]


def test_events_that_tell_no_conversions_cannot_be_labelled():
    names = ["visitor_id", "server_ts"]
    settings = VisitorSettings(shape=Shape(label=Label(LabelKind.HISTORY)))
    with pytest.raises(InputError, match=r"no column is_conversion, by which labels are told; enrich"):
        list(pipeline.visitors([], names, settings))


def told(caplog, made):
    """What the log of a build says of labels, in its order."""
    caplog.set_level(logging.INFO)
    caplog.clear()
    made()
    return [record.getMessage() for record in caplog.records if record.name == "ovh_weblogs.labelcounts"]


def test_the_log_says_how_many_convert(caplog):
    events = [view(), buys(6 * DAY), view(visitor_id="w"), LATER]
    assert told(caplog, lambda: snapshot(events)) == ["1 rows convert, 1 do not, of 0 it is not known yet"]


@pytest.mark.parametrize(
    ("events", "warning"),
    [
        ([view(), LATER], "Every row whose label is known does not convert: a model learns nothing"),
        ([view(), buys(6 * DAY)], "Every row whose label is known converts: a model learns nothing"),
    ],
    ids=["none", "all"],
)
def test_the_log_warns_where_all_known_labels_are_the_same(caplog, events, warning):
    (_, said) = told(caplog, lambda: snapshot(events))
    assert said.startswith(warning)


def test_rows_to_predict_alone_are_no_reason_to_warn(caplog):
    assert told(caplog, lambda: snapshot([view()])) == ["0 rows convert, 0 do not, of 1 it is not known yet"]


def test_the_log_names_each_cutoff_that_no_visitor_has_a_hit_before(caplog):
    events = [view(), buys(6 * DAY), view(4 * DAY, visitor_id="w"), LATER]
    cutoffs = (at(-DAY), CUTOFF, at(9 * DAY))
    (_, *early) = told(caplog, lambda: snapshot(events, *cutoffs))
    assert early == ["No visitor has a hit before 2026-01-30T10:00:00 UTC: no row is of it"]
    (_, *said) = told(caplog, lambda: snapshot(events, *cutoffs, lookback_days=2))
    assert [each.partition(":")[0] for each in said] == [
        "No visitor has a hit in the 2 days before 2026-01-30T10",
        "No visitor has a hit in the 2 days before 2026-02-09T10",
        "Every row whose label is known does not convert",
    ]


def test_the_log_says_when_there_are_no_histories(caplog):
    (_, said) = told(caplog, lambda: history([view(0), view(1), buys(0, visitor_id="w")]))
    assert said == "No visitor converts after a hit: there are no histories; see is_conversion"


@examples(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=MOST)
@given(st.lists(EVENT, max_size=30), st.integers(0, 80))
def test_a_snapshot_has_the_features_of_the_hits_before_its_cutoff(events, hours):
    cutoff = at(56 * DAY + hours * HOUR)
    before = [event for event in events if event["server_ts"] is not None and event["server_ts"] < cutoff]
    found = snapshot([*events, LATER], cutoff)
    expected = reckoned(before, latest=cutoff)
    assert {visitor for visitor, _ in found} - {"x"} == expected.keys()
    for visitor, row in expected.items():
        alike(found[visitor, cutoff], row)


# Histories


def history(events):
    return {visitor: row for (visitor, _), row in rows(events, LabelKind.HISTORY).items()}


def test_a_history_ends_just_before_the_first_conversion():
    found = history([view(0), view(60, source_file="a"), buys(60, source_file="z"), buys(90), view(99)])
    row = found["v"]
    assert (row["count"], row["label"], row["cutoff_ts"], row["conversions"]) == (2, 1, at(60), 0)
    assert row["days_since_last"] == 0.0


def test_who_never_converts_is_cut_after_as_many_hits_as_one_who_does():
    events = [view(0), view(1), buys(2), *(view(n, visitor_id="w") for n in range(9)), view(5, visitor_id="once")]
    found = history(events)
    assert {visitor: (row["count"], row["label"]) for visitor, row in found.items()} == {"v": (2, 1), "w": (2, 0)}
    assert found["w"]["cutoff_ts"] == at(2)


def test_who_has_too_few_hits_is_cut_before_his_last():
    events = [*(view(n) for n in range(9)), buys(9), *(view(n, visitor_id="w") for n in range(3))]
    assert history(events)["w"]["count"] == 2


def test_where_nobody_converts_after_a_hit_there_are_no_histories():
    assert history([view(0), view(1), buys(0, visitor_id="w")]) == {}


@examples(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=MOST)
@given(st.lists(EVENT, max_size=30))
def test_histories_agree_with_plain_loops(events):
    found, cut = history(events), {}
    by_visitor = {}
    for event in sorted((event for event in events if event["server_ts"] is not None), key=place):
        by_visitor.setdefault(event["visitor_id"], []).append(event)
    first = {
        visitor: next((n for n, hit in enumerate(hits) if hit["is_conversion"]), None)
        for visitor, hits in by_visitor.items()
    }
    donors = [first[visitor] for visitor in sorted(first, key=str.encode) if first[visitor]]
    others = sorted((visitor for visitor in first if first[visitor] is None), key=str.encode)
    others = [visitor for visitor in others if len(by_visitor[visitor]) > 1]
    for number, visitor in enumerate(others if donors else []):
        cut[visitor] = (min(donors[number % len(donors)], len(by_visitor[visitor]) - 1), 0)
    cut |= {visitor: (number, 1) for visitor, number in first.items() if number}
    assert found.keys() == cut.keys()
    for visitor, (number, label) in cut.items():
        moment = by_visitor[visitor][number]["server_ts"]
        assert (found[visitor]["label"], found[visitor]["cutoff_ts"]) == (label, moment)
        alike(found[visitor], reckoned(by_visitor[visitor][:number], latest=moment)[visitor])


def test_labels_stand_after_all_features():
    settings = VisitorSettings(shape=Shape(label=Label(LabelKind.SNAPSHOT)))
    made = [column.name for column in pipeline.visitor_columns(EVENTS.names, settings)]
    assert made == [*VISITORS.names, "cutoff_ts", "label"]
