"""Visits and the places of hits in them: expected rows by hand, then by a plain loop over events of hypothesis."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import SESSIONS
from ovh_weblogs.sessions import SessionSettings, Visits
from ovh_weblogs.settings import Midnight
from tests.python.unit.features.sessionkit import COLUMNS, MINUTE, START, at, built, hit, sessions, starts

PARIS = ZoneInfo("Europe/Paris")


def test_a_visit_of_one_hit_is_that_hit():
    page = "https://www.example.com/"
    only = hit(location=page, location_path="/", referer="https://example.org/", status=200, channel="search")
    assert sessions([only]) == [
        {
            "session_id": f"v-{int(START.timestamp())}000000",
            "visitor_id": "v",
            "session_index": 1,
            "start_ts": START,
            "end_ts": START,
            "duration_s": 0.0,
            "pageviews": 1,
            "hits": 1,
            "landing_page": page,
            "exit_page": page,
            "entry_referer": "https://example.org/",
            "channel": "search",
            "campaign": None,
            "is_bounce": True,
            "conversions": 0,
            "errors": 0,
            "assets": 0,
            "asked_robots_txt": False,
            "acts_like_bot": False,
        }
    ]


def test_no_events_give_no_visits_and_no_places():
    assert built([]) == ([], [])


@pytest.mark.parametrize(
    ("pause", "visits"), [(30 * MINUTE, [(0, 2)]), (30 * MINUTE + 1, [(0, 1), (30 * MINUTE + 1, 1)])]
)
def test_thirty_minutes_are_no_pause_yet_and_a_second_more_is_one(pause, visits):
    assert starts([hit(0), hit(pause)]) == visits


def test_a_millionth_of_a_second_more_than_thirty_minutes_is_a_pause():
    late = {**hit(), "server_ts": at(30 * MINUTE) + timedelta(microseconds=1)}
    assert len(sessions([hit(0), late])) == 2


def test_another_length_of_pause_can_be_chosen():
    events = [hit(0), hit(6 * MINUTE)]
    assert (starts(events, timeout_minutes=5), starts(events, timeout_minutes=6)) == ([(0, 1), (360, 1)], [(0, 2)])


def test_visitors_are_told_apart_by_their_bytes_and_have_visits_of_their_own():
    events = [hit(second, visitor_id=name) for second, name in enumerate(("v", "V", "v ", "v"))]
    assert [(row["visitor_id"], row["hits"]) for row in sessions(events)] == [("V", 1), ("v", 2), ("v ", 1)]


def test_what_is_first_and_last_goes_by_time_whatever_the_order_of_rows():
    events = [hit(20, location="/b", referer="r2"), hit(30, location="/c"), hit(10, location="/a", referer="r1")]
    (row,), places = built(events)
    assert (row["landing_page"], row["exit_page"], row["entry_referer"]) == ("/a", "/c", "r1")
    assert [place["event_index"] for place in places] == [2, 3, 1]


def test_hits_of_one_instant_are_ordered_by_file_line_and_row():
    events = [
        hit(location="/4", source_file="b", line_number=1),
        hit(location="/3", source_file="a", line_number=10),
        hit(location="/1", source_file="a", line_number=2),
        hit(location="/2", source_file="a", line_number=2),
        hit(location="/5"),
    ]
    (row,), places = built(events)
    assert (row["landing_page"], row["exit_page"]) == ("/1", "/5")
    assert [(place["location"], place["event_index"]) for place in places] == [
        *(("/4", 4), ("/3", 3), ("/1", 1), ("/2", 2), ("/5", 5)),
    ]


def test_landing_and_exit_are_page_views_and_the_referrer_is_that_of_the_first_hit():
    events = [
        hit(0, is_pageview=False, location="/logo.png", is_static=True),
        hit(1, location="/a", referer="r"),
        hit(2, location="/b"),
        hit(3, is_pageview=None, location="/x.css"),
    ]
    (row,), _ = built(events)
    assert (row["landing_page"], row["exit_page"], row["entry_referer"]) == ("/a", "/b", None)
    assert (row["hits"], row["pageviews"], row["assets"], row["is_bounce"]) == (4, 2, 1, False)


def test_a_visit_without_page_view_has_no_pages_and_is_no_bounce():
    (row,), places = built([hit(is_pageview=False)])
    assert (row["landing_page"], row["exit_page"], row["is_bounce"]) == (None, None, False)
    assert [(place["is_entry"], place["is_exit"], place["time_on_page"]) for place in places] == [(False, False, None)]


def test_conversions_and_errors_are_counted():
    statuses = (200, 304, 399, 400, 404, 503, None)
    events = [hit(n, status=status, is_conversion=status == 200) for n, status in enumerate(statuses)]
    (row,) = sessions(events)
    assert (row["errors"], row["conversions"]) == (3, 1)


def test_hits_without_visitor_or_time_are_in_no_visit_and_stay_among_the_events():
    events = [hit(visitor_id=None), hit(), {**hit(), "server_ts": None}]
    made, places = built(events)
    assert [row["hits"] for row in made] == [1]
    assert [place["event_index"] for place in places] == [None, 1, None]
    assert [place["session_id"] for place in places] == [None, made[0]["session_id"], None]


def test_the_events_keep_their_rows_and_their_order_and_learn_their_places():
    events = [
        hit(0, location="/a"),
        hit(1, visitor_id="w", location="/w"),
        hit(2, is_pageview=False, location="/a.css"),
        hit(30, location="/b"),
        hit(4000, location="/c"),
    ]
    _, places = built(events)
    shown = ("location", "session_index", "event_index", "is_entry", "is_exit", "time_on_page")
    assert [tuple(place[name] for name in shown) for place in places] == [
        ("/a", 1, 1, True, False, 30.0),
        ("/w", 1, 1, True, True, None),
        ("/a.css", 1, 2, False, False, None),
        ("/b", 1, 3, False, True, None),
        ("/c", 2, 1, True, True, None),
    ]
    assert [{name: place[name] for name in COLUMNS} for place in places] == [
        {name: event.get(name) for name in COLUMNS} for event in events
    ]


# Options


def test_robots_and_static_files_count_unless_they_are_left_out():
    events = [hit(0), hit(1000, is_pageview=False), hit(2000, is_bot=True), hit(3000, is_bot=False)]
    assert starts(events) == [(0, 4)]
    assert starts(events, only_people=True) == [(0, 2), (3000, 1)]
    assert starts(events, only_pageviews=True) == [(0, 1), (2000, 2)]
    assert starts(events, only_people=True, only_pageviews=True) == [(0, 1), (3000, 1)]


def test_hits_that_are_left_out_are_events_without_a_visit():
    _, places = built([hit(0, is_bot=True), hit(1)], only_people=True)
    assert [place["event_index"] for place in places] == [None, 1]


def test_a_campaign_unlike_the_last_one_begins_a_visit():
    names = [None, "a", None, "a", "b", None, "b", "a"]
    events = [hit(number, campaign_name=name) for number, name in enumerate(names)]
    assert starts(events) == [(0, 8)]
    assert starts(events, campaign_change=True) == [(0, 1), (1, 3), (4, 3), (7, 1)]
    assert [row["campaign"] for row in sessions(events, campaign_change=True)] == [None, "a", "b", "a"]


def test_after_a_pause_the_same_campaign_cuts_no_more_than_the_pause_does():
    events = [hit(0, campaign_name="a"), hit(4000), hit(4001, campaign_name="a")]
    assert starts(events, campaign_change=True) == [(0, 1), (4000, 1), (4001, 1)]


def test_visits_that_campaigns_begin_in_one_instant_have_ids_of_their_own():
    events = [hit(0, campaign_name=name) for name in ("a", "b", "c")]
    made, places = built(events, campaign_change=True)
    first = made[0]["session_id"]
    assert [row["session_id"] for row in made] == [first, f"{first}-2", f"{first}-3"]
    assert [place["session_id"] for place in places] == [row["session_id"] for row in made]


@pytest.mark.parametrize(
    ("wish", "column"),
    [("only_people", "is_bot"), ("only_pageviews", "is_pageview"), ("campaign_change", "campaign_name")],
)
def test_an_option_without_its_column_is_refused(wish, column):
    names = [name for name in COLUMNS if name != column]
    with pytest.raises(InputError, match=f"^The input has no column {column}, which the recipe's settings ask for"):
        Visits(names, SessionSettings(**{wish: True}))


# Midnight


def moments(*texts):
    """Page views at moments of UTC."""
    return [hit(server_ts=datetime.fromisoformat(text).replace(tzinfo=timezone.utc)) for text in texts]


def hits_of(events, **settings):
    return [row["hits"] for row in sessions(events, **settings)]


def test_midnight_cuts_where_it_is_to_and_by_the_clocks_of_the_zone():
    events = moments("2026-01-31 22:59:59", "2026-01-31 23:00:00", "2026-01-31 23:20:00", "2026-02-01 00:00:00")
    assert hits_of(events) == hits_of(events, midnight=Midnight.NEVER) == [3, 1]
    assert hits_of(events, midnight=Midnight.ALWAYS) == [1, 2, 1]
    assert hits_of(events, midnight=Midnight.ALWAYS, day_zone=timezone.utc) == [3, 1]


@pytest.mark.parametrize(
    ("last", "first"),
    [("2026-03-28 22:59:59", "2026-03-28 23:00:00"), ("2026-03-29 21:59:59", "2026-03-29 22:00:00")],
    ids=["into the short day", "out of it"],
)
def test_midnight_is_that_of_summer_time_from_the_short_day_on(last, first):
    assert hits_of(moments(last, first), midnight=Midnight.ALWAYS) == [1, 1]
    before = moments(last, first.replace(":00:00", ":59:00").replace("22:59", "22:29").replace("23:59", "23:29"))
    assert hits_of(before, midnight=Midnight.ALWAYS) == [1, 1]


def test_the_hour_that_autumn_repeats_is_no_pause_and_none_that_spring_leaves_out():
    autumn = moments(
        "2025-10-26 00:50:00", "2025-10-26 01:10:00", "2025-10-26 01:35:00"
    )  # 2:50, 2:10 and 2:35 in Paris
    spring = moments("2026-03-29 00:50:00", "2026-03-29 01:10:00")  # 1:50 and 3:10
    for midnight in Midnight:
        assert (hits_of(autumn, midnight=midnight), hits_of(spring, midnight=midnight)) == ([3], [2])


def ceaseless(begin, hours):
    """A hit every 20 minutes."""
    first = datetime.fromisoformat(begin).replace(tzinfo=PARIS)
    return [hit(server_ts=first.astimezone(timezone.utc) + timedelta(minutes=20 * n)) for n in range(3 * hours)]


def test_who_never_pauses_has_a_visit_a_day_after_the_first_whole_day():
    events = ceaseless("2026-01-30 20:00", 4 + 24 + 24 + 12)
    assert hits_of(events, midnight=Midnight.NEVER) == [3 * 64]
    assert hits_of(events) == [3 * 28, 3 * 24, 3 * 12]


def test_who_pauses_once_a_day_is_never_cut_at_midnight():
    events = ceaseless("2026-01-30 20:00", 10) + ceaseless("2026-01-31 07:00", 20)
    assert hits_of(events) == [3 * 10, 3 * 20]


@pytest.mark.parametrize("begin", ["2026-03-27 20:00", "2025-10-24 20:00"], ids=["spring", "autumn"])
@pytest.mark.parametrize("settings", [{}, {"midnight": Midnight.ALWAYS}], ids=["long", "always"])
def test_a_day_alone_and_the_days_beside_it_tell_the_visits_that_begin_on_it(begin, settings):
    """What a partition reads gives the same visits as all days do."""
    steady = ceaseless(begin, 80)
    others = [{**event, "visitor_id": f"w{n % 7}"} for n, event in enumerate(ceaseless(begin, 80)) if n % 5]
    events = steady + others
    days = sorted({event["server_ts"].astimezone(PARIS).date() for event in events})
    made = []
    for day in days:
        near = [e for e in events if abs((e["server_ts"].astimezone(PARIS).date() - day).days) <= 1]
        made += sessions(near, size=500, day=day, **settings)
    whole = sessions(events, size=500, **settings)
    assert len(whole) > len(days)
    by_id = {row["session_id"]: row | {"session_index": 0} for row in made}
    assert (len(made), by_id) == (len(whole), {row["session_id"]: row | {"session_index": 0} for row in whole})


def test_in_a_partition_only_the_events_of_its_visits_come_out_those_after_midnight_among_them():
    events = moments("2026-01-30 22:50:00", "2026-01-30 23:10:00", "2026-01-31 22:50:00", "2026-01-31 23:10:00")
    made, places = built(events, day=date(2026, 1, 31))
    assert [(row["session_index"], row["hits"]) for row in made] == [(1, 2)]
    assert [place["server_ts"] for place in places] == [event["server_ts"] for event in events[2:]]


# Robots by what they do


@pytest.mark.parametrize(
    ("events", "robot"),
    [
        ([hit(location_path="/robots.txt", is_pageview=False)], True),
        ([hit(location_path="/robots.txt.gz")], False),
        ([hit(60 * n, location_path="/") for n in range(2)], False),
        ([hit(60 * n, location_path="/") for n in range(3)], True),
        ([hit(60 * n, log_family="tracker") for n in range(3)], False),
        ([*(hit(60 * n) for n in range(3)), hit(9, is_pageview=False, is_static=True)], False),
        ([*(hit(3 * n) for n in range(10)), hit(9, is_pageview=False, is_static=True)], True),
        ([*(hit(3 * n) for n in range(9)), hit(9, is_pageview=False, is_static=True)], False),
        ([*(hit(4 * n) for n in range(10)), hit(9, is_pageview=False, is_static=True)], False),
    ],
    ids=["robots.txt", "another file", "2 pages", "3 pages", "tracker", "asset", "fast", "few", "slow"],
)
def test_a_robot_is_told_by_what_it_does(events, robot):
    (row,) = sessions(events)
    assert row["acts_like_bot"] is robot


# Any columns


def test_time_and_visitor_are_enough():
    columns = ("visitor_id", "server_ts")
    made, places = built([{"visitor_id": "v", "server_ts": at(n)} for n in (0, 60, 9000)], columns)
    assert list(made[0]) == ["session_id", "visitor_id", "session_index", "start_ts", "end_ts", "duration_s", "hits"]
    assert [(row["hits"], row["duration_s"]) for row in made] == [(2, 60.0), (1, 0.0)]
    assert [(place["session_index"], place["event_index"]) for place in places] == [(1, 1), (1, 2), (2, 1)]
    assert list(places[0]) == ["visitor_id", "server_ts", "session_id", "session_index", "event_index"]


def test_what_is_left_out_for_want_of_a_column_is_named():
    columns = [name for name in COLUMNS if name not in ("is_static", "referer")]
    visits = Visits(columns)
    assert visits.told() == [
        "Left out, since the input has no column referer: entry_referer",
        "Left out, since the input has no column is_static: assets, acts_like_bot",
    ]
    gone = {"entry_referer", "assets", "acts_like_bot"}
    assert [column.name for column in visits.columns] == [name for name in SESSIONS.names if name not in gone]


def test_a_trackers_own_session_is_kept_under_another_name_and_other_names_that_are_taken_are_refused():
    assert Visits(["visitor_id", "server_ts", "session_id"]).renamed() == {"session_id": "tracker_session_id"}
    with pytest.raises(InputError, match="The input already has a column event_index, which"):
        Visits(["visitor_id", "server_ts", "event_index"]).renamed()


# A plain loop

EVENT = st.fixed_dictionaries(
    {
        "visitor_id": st.sampled_from(["v", "V", "w", None]),
        "server_ts": st.none() | st.integers(0, 60).map(lambda n: at(12 * 3600 + n * 599)),
        "source_file": st.none() | st.sampled_from(["a", "B"]),
        "line_number": st.none() | st.integers(1, 3),
        "location": st.none() | st.sampled_from(["/1", "/2", "/3"]),
        "referer": st.none() | st.sampled_from(["r", "s"]),
        "status": st.none() | st.sampled_from([200, 404]),
        "campaign_name": st.none() | st.none() | st.sampled_from(["a", "b"]),
        **dict.fromkeys(("is_pageview", "is_static", "is_bot", "is_conversion"), st.none() | st.booleans()),
    }
)
OPTIONS = st.fixed_dictionaries(
    {
        "timeout_minutes": st.sampled_from([10, 30]),
        "midnight": st.sampled_from([Midnight.NEVER, Midnight.ALWAYS]),
        **dict.fromkeys(("campaign_change", "only_people", "only_pageviews"), st.booleans()),
    }
)


def reckoned(events, timeout_minutes, midnight, campaign_change, only_people, only_pageviews):
    """Visits as lists of row numbers, by a plain loop."""

    def place(row):
        keys = (events[row]["server_ts"], events[row]["source_file"], events[row]["line_number"])
        return [*((key is None, 0 if key is None else key) for key in keys), row]

    def counts(event):
        known = event["visitor_id"] is not None and event["server_ts"] is not None
        return known and not (only_people and event["is_bot"]) and not (only_pageviews and not event["is_pageview"])

    made = []
    for visitor in ("V", "v", "w"):
        last, named = None, None
        rows = [row for row, event in enumerate(events) if event["visitor_id"] == visitor and counts(event)]
        for row in sorted(rows, key=place):
            event = events[row]
            now, campaign = event["server_ts"], event["campaign_name"]
            cut = last is None or now - last > timedelta(minutes=timeout_minutes)
            cut = cut or (midnight is Midnight.ALWAYS and now.astimezone(PARIS).date() != last.astimezone(PARIS).date())
            if cut:
                named = None
            if cut or (campaign_change and campaign not in (None, named)):
                made.append([])
            made[-1].append(row)
            last, named = now, campaign or named
    return made


@examples(suppress_health_check=[HealthCheck.too_slow], max_examples=examples.default.max_examples // 2)
@given(st.lists(EVENT, max_size=30), OPTIONS)
def test_visits_agree_with_a_plain_loop(events, options):
    columns = [name for name in COLUMNS if name not in ("log_family", "location_path", "channel")]
    made, places = built(events, columns, **options)
    expected = reckoned(events, **options)
    assert [row["hits"] for row in made] == [len(rows) for rows in expected]
    for row, rows in zip(made, expected, strict=True):
        hits = [events[n] for n in rows]
        pages = [one["location"] for one in hits if one["is_pageview"]]
        assert (row["start_ts"], row["end_ts"]) == (hits[0]["server_ts"], hits[-1]["server_ts"])
        assert (row["landing_page"], row["exit_page"]) == (tuple(pages[:1] + pages[-1:]) or (None, None))
        assert (row["pageviews"], row["entry_referer"]) == (len(pages), hits[0]["referer"])
        assert row["errors"] == sum(one["status"] == 404 for one in hits)
        assert row["conversions"] == sum(one["is_conversion"] is True for one in hits)
        assert [places[n]["session_id"] for n in rows] == [row["session_id"]] * len(rows)
        assert [places[n]["event_index"] for n in rows] == list(range(1, len(rows) + 1))
        viewed = [n for n in rows if events[n]["is_pageview"]]
        assert [n for n in rows if places[n]["is_entry"]] == viewed[:1]
        assert [n for n in rows if places[n]["is_exit"]] == viewed[-1:]
        times = [events[n]["server_ts"] for n in viewed]
        spent = [(after - before).total_seconds() for before, after in pairwise(times)]
        assert [places[n]["time_on_page"] for n in viewed] == [*spent, *[None] * bool(viewed)]
    inside = {n for rows in expected for n in rows}
    assert {n for n, place in enumerate(places) if place["session_id"] is not None} == inside
    assert len({row["session_id"] for row in made}) == len(made)
