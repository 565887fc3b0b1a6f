"""What a CRM knows of visitors, as it stood at their cutoffs."""

from __future__ import annotations

from datetime import datetime, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs import pipeline
from ovh_weblogs.crm import Crm
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import EVENTS, Type
from ovh_weblogs.settings import EUROPE, VisitorSettings
from ovh_weblogs.visitored import Aggregate, CrmSettings, Label, LabelKind, Shape
from tests.python.unit.features.visitorkit import DAY, at, view

SEGMENTS = [{"id": "v", "segment": "gold", "age": "41"}, {"id": "w", "segment": "silver", "age": None}]


def crm_of(rows, names=("id", "segment", "age"), **settings):
    schema = pa.schema([(name, pa.string()) for name in names])
    batches = [pa.RecordBatch.from_pylist([row], schema=schema) for row in rows]
    return Crm(batches, names, CrmSettings("id", **settings))


def rows_of(events, crm, settings, *others):
    names = ("visitor_id", "server_ts", "is_conversion", "is_pageview", *others)
    fields = [EVENTS.get(name).arrow if EVENTS.get(name) else pa.field(name, pa.string()) for name in names]
    batch = pa.RecordBatch.from_pylist(
        [{name: event.get(name) for name in names} for event in events], schema=pa.schema(fields)
    )
    return [row for each in pipeline.visitors([batch], names, settings, crm) for row in each.to_pylist()]


def joined(events, rows, *others, label=None, names=("id", "segment", "age"), **settings):
    """Columns of the CRM, by visitor."""
    chosen = CrmSettings("id", **settings)
    visitor_settings = VisitorSettings(shape=Shape(label=label or Label()), crm=chosen)
    made = rows_of(events, crm_of(rows, names, **settings), visitor_settings, *others)
    return {row["visitor_id"]: tuple(row[f"crm_{name}"] for name in names if name != "id") for row in made}


def test_rows_get_what_the_crm_says_of_their_visitor_and_nulls_where_it_does_not_know_him():
    events = [view(), view(visitor_id="w"), view(visitor_id="x")]
    assert joined(events, SEGMENTS) == {"v": ("gold", "41"), "w": ("silver", None), "x": (None, None)}


def test_a_crm_without_rows_knows_nobody():
    assert joined([view()], []) == {"v": (None, None)}


def test_its_columns_have_their_types():
    crm = crm_of(SEGMENTS, types={"age": Type.BIGINT})
    assert [array.to_pylist() for array in crm.rows(crm.find(pa.array(["w", "v"]), None))] == [
        ["silver", "gold"],
        [None, 41],
    ]


def test_a_visitor_is_known_by_the_last_identifier_that_his_hits_have():
    events = [view(0, customer="w"), view(1, customer="v"), view(2)]
    assert joined(events, SEGMENTS, "customer", identifier="customer") == {"v": ("gold", "41")}


def test_the_identifier_stands_in_the_rows_only_where_it_was_wished_for():
    events, crm = [view(0, customer="w")], crm_of(SEGMENTS, identifier="customer")
    asked = VisitorSettings(crm=CrmSettings("id", identifier="customer"))
    (row,) = rows_of(events, crm, asked, "customer")
    assert ("customer_last" in row, list(row)[-2:]) == (False, ["crm_segment", "crm_age"])
    shape = Shape(aggregates=(Aggregate("customer", "last"),))
    (row,) = rows_of(events, crm, VisitorSettings(shape=shape, crm=asked.crm), "customer")
    assert (row["customer_last"], row["crm_segment"]) == ("w", "silver")


DATED = [
    {"id": "v", "since": "2026-01-01T00:00:00Z", "segment": "new"},
    {"id": "v", "since": "2026-02-01T10:00:00Z", "segment": "gold"},
    {"id": "v", "since": "2026-03-01T00:00:00Z", "segment": "lost"},
    {"id": "w", "since": None, "segment": "old"},
]
DATES = ("id", "since", "segment")


@pytest.mark.parametrize(("cutoff", "segment"), [(DAY + 1, "gold"), (DAY, "new"), (60 * DAY, "lost")])
def test_with_a_date_it_says_what_was_known_before_the_cutoff_as_hits_do(cutoff, segment):
    moment = round(at(cutoff).timestamp()) * 1_000_000
    label = Label(LabelKind.SNAPSHOT, (moment,), lookback_days=0)
    events = [view(), view(visitor_id="w"), view(90 * DAY, visitor_id="x")]
    found = joined(events, DATED, label=label, names=DATES, date="since")
    assert {visitor: row[1] for visitor, row in found.items()} == {"v": segment, "w": "old"}


def test_a_purchase_that_stands_in_the_crm_at_the_same_time_gives_no_label_away():
    bought = [{"id": "v", "since": at(2).isoformat(), "segment": "customer"}]
    events = [view(0), view(1), view(2, is_conversion=True), *(view(n, visitor_id="w") for n in range(4))]
    found = joined(events, bought, label=Label(LabelKind.HISTORY), names=DATES, date="since")
    assert found == {"v": (None, None), "w": (None, None)}


@pytest.mark.parametrize(("cutoff", "segment"), [("2026-02-01T22:59:59Z", None), ("2026-02-01T23:00:00Z", "gold")])
def test_a_day_counts_from_its_end_in_the_zone_of_times_without_one(cutoff, segment):
    moment = round(datetime.fromisoformat(cutoff.replace("Z", "+00:00")).timestamp()) * 1_000_000
    days = [{"id": "v", "since": "2026-02-01", "segment": "gold"}]
    label = Label(LabelKind.SNAPSHOT, (moment,))
    events = [view(), view(90 * DAY, visitor_id="x")]
    assert joined(events, days, label=label, names=DATES, date="since", zone=EUROPE)["v"][1] == segment


def test_a_date_that_cannot_be_read_is_named():
    with pytest.raises(InputError, match="Column since of the CRM holds 'soon', which is no time; write days or times"):
        crm_of([{"id": "v", "since": "soon"}], DATES, date="since")


def test_a_column_that_rows_have_anyway_can_be_the_identifier():
    events = [{**view(0), "vhost": "w"}, {**view(1), "vhost": "v"}]
    assert joined(events, SEGMENTS, "vhost", identifier="vhost") == {"v": ("gold", "41")}


def test_an_identifier_that_the_events_lack_is_named_as_such():
    with pytest.raises(InputError, match=r"no column user \(crm_identifier\), by which the CRM knows visitors"):
        joined([view()], SEGMENTS, identifier="user")


def test_a_column_of_the_crm_may_not_have_the_name_of_one_of_the_rows():
    shape = Shape(group_columns=("visitor_id", "crm_segment"))
    with pytest.raises(InputError, match="The output would have crm_segment twice; rename the column of the CRM"):
        rows_of([view()], crm_of(SEGMENTS), VisitorSettings(shape=shape, crm=CrmSettings("id")), "crm_segment")


def test_the_log_says_how_many_rows_the_crm_knows_and_warns_of_none(caplog):
    caplog.set_level("INFO")
    joined([view(), view(visitor_id="x")], SEGMENTS)
    assert "The CRM knows 1 of 2 rows" in caplog.text
    joined([view(visitor_id="7")], [{"id": "7.0"}])
    assert "The CRM knows none of them: see that both columns" in caplog.text


def test_nothing_is_known_before_the_first_date():
    label = Label(LabelKind.SNAPSHOT, (round(datetime(2025, 12, 31, tzinfo=timezone.utc).timestamp()) * 1_000_000,))
    assert joined([view(-60 * DAY), view()], DATED, label=label, names=DATES, date="since") == {"v": (None, None)}


def test_without_a_cutoff_the_newest_row_counts():
    assert joined([view()], DATED, names=DATES, date="since")["v"][1] == "lost"


def test_a_key_that_is_there_twice_is_named():
    twice = [*SEGMENTS, {"id": "w", "segment": "gold"}]
    with pytest.raises(InputError, match=r"more than one row of 'w' in column id; keep one of them"):
        crm_of(twice)
    with pytest.raises(InputError, match=r"more than one row with the same since of 'v' in column id"):
        crm_of([*DATED, DATED[0]], DATES, date="since")
    assert crm_of([*SEGMENTS, {"segment": "a"}, {"segment": "b"}]).names == ["crm_segment", "crm_age"]


def test_a_crm_without_the_chosen_columns_is_refused():
    with pytest.raises(InputError, match="The CRM has no column id and no column day"):
        crm_of([], ("key",), date="day")


KEY, SECOND = st.sampled_from(["a", "A", "é", ""]), st.integers(0, 5)


@given(st.dictionaries(st.tuples(KEY, SECOND), st.integers(), max_size=12), st.lists(st.tuples(KEY, SECOND)))
def test_it_finds_the_newest_row_up_to_the_cutoff_as_plain_loops_do(known, asked):
    rows = [
        {"id": key or None, "since": at(second).isoformat(), "segment": str(value)}
        for (key, second), value in known.items()
    ]
    crm = crm_of(rows, DATES, date="since")
    cutoffs = pa.array([at(second) for _, second in asked], pa.timestamp("us", tz="UTC"))
    _, segments = crm.rows(crm.find(pa.array([key or None for key, _ in asked], pa.string()), cutoffs))
    expected = []
    for key, second in asked:
        found = [(when, value) for (who, when), value in known.items() if key and who == key and when < second]
        expected.append(str(max(found)[1]) if found else None)
    assert segments.to_pylist() == expected
