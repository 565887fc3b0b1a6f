"""The same definitions give the same rows in every engine."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone
from itertools import cycle, islice

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ovh_weblogs import features
from ovh_weblogs.features import Rules
from ovh_weblogs.schema import EVENTS, Column, Type
from ovh_weblogs.settings import EUROPE, Midnight
from ovh_weblogs.visitored import Aggregate, Shape
from tests.python.parity.engines import ROW, SPARK, declared

MINUTE = 60_000_000
OFFSETS = features.offsets(EUROPE, 2025, 2027)
START = datetime(2026, 3, 28, 22, tzinfo=timezone.utc)  # an hour before the midnight of a short night
PYTHON = {
    Type.STRING: str,
    Type.INT: int,
    Type.BIGINT: int,
    Type.DOUBLE: float,
    Type.BOOLEAN: bool,
    Type.INSTANT: datetime,
}
# Where databases go wrong: letters of either case and with accents, spaces at the end, emoji, what SQL quotes.
IDS = ("Abc", "abc", "é", "e", "a", "a ", "\U0001f600", "\U0001f648", "back\\slash", "quo'te", 'dou"ble', "100%", "-")
FILES = ("a.log", "A.log", "a-log", "a_log", "é.log", "b log")
LONG = "/" + "x" * 1000  # MariaDB sorts texts by their first 1,024 bytes
RULES = {
    "plain": Rules(30 * MINUTE),
    "long midnight": Rules(30 * MINUTE, Midnight.LONG, OFFSETS),
    "every midnight, people": Rules(10 * MINUTE, Midnight.ALWAYS, OFFSETS, only_people=True),
    "campaigns": Rules(30 * MINUTE, Midnight.LONG, OFFSETS, campaign_change=True),
    "page views of a day": Rules(
        30 * MINUTE, Midnight.LONG, OFFSETS, only_pageviews=True, begin=features.bounds(date(2026, 3, 29), EUROPE)
    ),
}
SHAPES = {
    "plain": Shape(),
    "categories": Shape(("blog", "it's")),
    "own": Shape(
        (),
        (),
        (
            *(Aggregate("protocol", how) for how in ("distinct", "min", "max", "first", "last")),
            *(Aggregate("local_month", how, Type.BIGINT) for how in ("sum", "mean", "min", "max", "first", "last")),
            *(Aggregate("br_width", how, Type.BIGINT) for how in ("sum", "mean", "min", "max", "first", "last")),
            *(Aggregate("weight", how, Type.DOUBLE) for how in ("sum", "mean", "min", "max", "first", "last")),
            *(Aggregate("client_ts", how, Type.INSTANT) for how in ("min", "max", "first", "last")),
        ),
    ),
}


def at(seconds):
    return START + timedelta(seconds=seconds)


def hard_events():
    """Three hundred hits, with ties in every order and with a null in every column that may be null."""
    values = {
        "visitor_id": IDS,
        "source_file": (*FILES, None),
        "line_number": (3, 1, None, 2, 2),
        "log_family": ("server", "server", "tracker"),
        "location": (LONG + "b", LONG + "a", "/é", "/E", "/e", "/a ", "/a", None),
        "location_path": ("/robots.txt", "/Robots.txt", "/", None, "/robots.txt "),
        "is_pageview": (True, True, False, None),
        "is_static": (False, True, None),
        "is_bot": (None, False, True, None, False),
        "is_conversion": (False, None, True),
        "campaign_name": (None, "été", "ete", None, "Été"),
        "page_category": ("blog", "Blog", None, "it's"),
        "status": (200, 404, None, 503),
        "bytes": (None, 5, 2**62, 12),
        "local_hour": (3, 23, None),
        "local_weekday": (6, 1, None),
        "local_month": (3, None, 4),
        "br_width": (1024, None, 3),
    }
    texts = cycle([("x", "X", None), ("é", None, "e", "E"), (None, "\U0001f600", "\U0001f648"), ("a ", "a", None)])
    for column in EVENTS.columns:
        if column.type is Type.STRING and column.name not in values:
            values[column.name] = next(texts)
    drawn = {
        name: list(islice(cycle(given), shift * 7, shift * 7 + 300))
        for shift, (name, given) in enumerate(values.items())
    }
    # Each visitor has some twenty hits in five instants: pauses, a midnight, and ties that all other columns break.
    instants = [None, *(at(seconds) for seconds in (0.25, 601, 4000, 4000.000001, 12000))]
    drawn["server_ts"] = [instants[n // len(IDS) % 5 + (n % 41 > 0)] for n in range(300)]
    drawn["client_ts"] = [at(n % 7) if n % 3 else None for n in range(300)]
    return [{name: given[n] for name, given in drawn.items()} for n in range(300)]


def table(events, columns):
    schema = pa.schema([column.arrow for column in columns])
    return pa.Table.from_pylist([{name: event.get(name) for name in schema.names} for event in events], schema=schema)


def compared(engine, embedded, events, columns, define, output, keys):
    """The rows of both engines are the same, in their values and in their types; gives them."""
    made = []
    for each in (engine, embedded):
        each.load(table(events, columns), columns)
        rows = each.rows(define(each.dialect), output)
        made.append(sorted(rows, key=lambda row: [str(row[key]).encode() for key in keys]))
    ours, theirs = made
    assert [[row[key] for key in keys] for row in ours] == [[row[key] for key in keys] for row in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert list(one) == [column.name for column in output]
        wrong = {name: (one[name], other[name]) for name in one if not _same(one[name], other[name])}
        assert not wrong, [one[key] for key in keys]
    for column in output:
        assert {type(row[column.name]) for row in ours} <= {PYTHON[column.type], type(None)}, column.name
    return ours


def _same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


def sessions_agree(engine, embedded, events, names, rules):
    columns = declared(names)
    return compared(
        *(engine, embedded, events, columns),
        lambda dialect: features.sessions(names, rules, dialect),
        features.session_columns(names),
        ("visitor_id", "session_index"),
    )


def places_agree(engine, embedded, events, names, rules):
    columns = declared(names)
    return compared(
        *(engine, embedded, events, columns),
        lambda dialect: features.places(names, rules, dialect),
        (ROW, *features.place_columns(names)),
        ("row_index",),
    )


def visitors_agree(engine, embedded, events, names, rules, shape):
    columns = [*declared(names), *features.own_columns(shape)]
    given = [{**event, **_own(event, shape)} for event in events]
    return compared(
        *(engine, embedded, given, columns),
        lambda dialect: features.visitors(names, rules, shape, dialect),
        features.visitor_columns(names, shape),
        ("visitor_id",),
    )


def _own(event, shape):
    """The columns of wishes, as the engine reads them."""
    event = {**event, "weight": None if event.get("status") is None else event["status"] / 7}
    return {f"own_{number}": event.get(each.column) for number, each in enumerate(shape.sources, 1)}


EVENTS_NOW = hard_events()


def test_the_hard_events_have_a_null_in_every_column_but_those_that_are_always_filled():
    filled = {name for name in EVENTS_NOW[0] if all(event[name] is not None for event in EVENTS_NOW)}
    assert filled == {"visitor_id", "log_family"}
    assert {event["visitor_id"] for event in EVENTS_NOW} == set(IDS)


@pytest.mark.parametrize("rules", RULES)
def test_visits_are_the_same(engine, embedded, rules):
    assert sessions_agree(engine, embedded, EVENTS_NOW, EVENTS.names, RULES[rules])


@pytest.mark.parametrize("rules", RULES)
def test_places_of_hits_are_the_same(engine, embedded, rules):
    assert places_agree(engine, embedded, EVENTS_NOW, EVENTS.names, RULES[rules])


@pytest.mark.parametrize("shape", SHAPES)
def test_visitors_are_the_same(engine, embedded, shape):
    rules = RULES["long midnight"]
    made = visitors_agree(engine, embedded, EVENTS_NOW, EVENTS.names, rules, SHAPES[shape])
    assert {row["visitor_id"] for row in made} == set(IDS)


@pytest.mark.parametrize(
    "names",
    [
        ("visitor_id", "server_ts"),
        ("visitor_id", "server_ts", "is_pageview"),
        ("visitor_id", "server_ts", "line_number", "is_pageview", "location"),
        ("visitor_id", "server_ts", "source_file", "is_bot", "campaign_name", "channel"),
    ],
    ids=["time", "views", "pages", "campaigns"],
)
def test_columns_may_be_absent(engine, embedded, names):
    rules = RULES["long midnight"]
    assert sessions_agree(engine, embedded, EVENTS_NOW, names, rules)
    assert places_agree(engine, embedded, EVENTS_NOW, names, rules)
    assert visitors_agree(engine, embedded, EVENTS_NOW, names, rules, Shape())


def test_visitors_have_no_visits_where_no_hit_has_a_time(engine, embedded):
    names = ("visitor_id", "location", "status", "is_pageview")
    assert visitors_agree(engine, embedded, EVENTS_NOW, names, RULES["long midnight"], Shape())


def test_of_no_events_nothing_comes(engine, embedded):
    rules = RULES["long midnight"]
    assert sessions_agree(engine, embedded, [], EVENTS.names, rules) == []
    assert places_agree(engine, embedded, [], EVENTS.names, rules) == []
    assert visitors_agree(engine, embedded, [], EVENTS.names, rules, SHAPES["own"]) == []


def test_rows_of_groups_are_the_same(engine, embedded):
    """Of no visitor, but of a column of the input: any text that tells the groups apart is a visitor."""
    shape = Shape(group_columns=("vhost",))
    groups = Column("group_1", Type.STRING, "")
    events = [{**event, "group_1": event["vhost"], "visitor_id": str(event["vhost"])} for event in EVENTS_NOW]
    names = ("visitor_id", "server_ts", "location", "is_pageview", "status")
    made = compared(
        *(engine, embedded, events, [*declared(names), groups]),
        lambda dialect: features.visitors(names, RULES["long midnight"], shape, dialect),
        features.visitor_columns(names, shape),
        ("vhost",),
    )
    assert {row["vhost"] for row in made} == {event["vhost"] for event in EVENTS_NOW}


def test_days_of_traffic_give_the_same_rows(engine, embedded, spring):
    """Of the server and of the tracker, across the short night of spring."""
    hits = [line for line in spring.truth("lines") if line["kind"] == "hit"]
    events = [
        {**hit, "campaign_name": hit["campaign"], "visitor_id": f"{hit['log_family']}:{hit['visitor_key']}"}
        for hit in hits
    ]
    names = tuple(name for name in EVENTS.names if name in events[0])
    assert {"location", "channel", "is_bot", "campaign_name"} <= set(names)
    assert len(sessions_agree(engine, embedded, events, names, RULES["campaigns"])) > 200
    assert len(visitors_agree(engine, embedded, events, names, RULES["long midnight"], Shape())) > 100


HIT = st.fixed_dictionaries(
    {
        "visitor_id": st.sampled_from(["v", "V", "v ", "é"]),
        "server_ts": st.none() | st.integers(0, 60).map(lambda n: at(n * 599)),
        "source_file": st.none() | st.sampled_from(["a", "B", "b", "é"]),
        "line_number": st.none() | st.integers(1, 3),
        "location": st.none()
        | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=3),
        "campaign_name": st.none() | st.sampled_from(["a", "A", "à"]),
        "channel": st.none() | st.text("aAéÉ ", min_size=1, max_size=2),
        "status": st.none() | st.sampled_from([200, 404]),
        **dict.fromkeys(("is_pageview", "is_static", "is_bot", "is_conversion"), st.none() | st.booleans()),
    }
)
HIT_NAMES = tuple(
    name
    for name in EVENTS.names
    if name
    in [
        "visitor_id",
        "server_ts",
        "source_file",
        "line_number",
        "location",
        "campaign_name",
        "channel",
        "status",
        "is_pageview",
        "is_static",
        "is_bot",
        "is_conversion",
    ]
)


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ANY = {
    "events": st.lists(HIT, max_size=20),
    "rules": st.sampled_from([RULES["long midnight"], RULES["campaigns"]]),
}


@pytest.mark.timeout(1200)  # of ``--hypothesis-profile=deep``: some hundred tables in a real database
@pytest.mark.parametrize("engine", ["postgres", "mariadb"], indirect=True)
@settings(suppress_health_check=SLOW)
@given(**ANY)
def test_any_events_give_the_same_rows(engine, embedded, events, rules):
    assert all_agree(engine, embedded, events, rules)


@pytest.mark.parametrize("engine", [SPARK], indirect=True)
@settings(suppress_health_check=SLOW, max_examples=3)
@given(**ANY)
def test_any_few_events_give_the_same_rows_on_spark(engine, embedded, events, rules):
    assert all_agree(engine, embedded, events, rules)


def all_agree(engine, embedded, events, rules):
    """Whether all rows are the same, and of every visitor of the events."""
    visits = sessions_agree(engine, embedded, events, HIT_NAMES, rules)
    places = places_agree(engine, embedded, events, HIT_NAMES, rules)
    visitors = visitors_agree(engine, embedded, events, HIT_NAMES, RULES["long midnight"], Shape())
    known = {event["visitor_id"] for event in events}
    timed = [event for event in events if event["server_ts"] is not None]
    return (
        {visitor["visitor_id"] for visitor in visitors} == known
        and {visit["visitor_id"] for visit in visits} == {event["visitor_id"] for event in timed}
        and len(places) == len(timed)
    )
