"""Tracker lines as WT1's server writes them, quirks included."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dev.traffic.requests import Client
from dev.traffic.wt1 import LAYOUTS, Event, Layout, java_uuid, layout_of

EVENT = Event(
    moment=1_433_244_590_675,  # 2015-06-02T11:29:50.675
    client_moment=1_433_244_590_001,
    client=Client("198.51.100.7", 'Agent "x"', "FR", "browser"),
    visitor_id="b4743af1d1c5178",
    session_id="0123456189abcde",
    location="https://www.example.com/",
    referrer="",
    type="page",
    visitor_params=None,
    session_params=None,
    event_params="a=Th%C3%A9+vert%20bio",
    browser_size=(1280, 720),
    screen_size=(1920, 1080),
    language="fr",
    timezone_offset="-120",
    global_visitor_id="1873fb5b5e053323bcd75e841ae3eaf0",
)
CURRENT = Layout(0)


def fields(event: Event, layout: Layout = CURRENT) -> list[str]:
    return event.line(layout).split("\t")


@pytest.mark.parametrize(
    ("visitor", "global_id"),
    [
        ("8b526da19d7b0bf", "ff8ac53bedae3e79aeff64681c8e07ff"),
        ("b4743af1d1c5178", "1873fb5b5e053323bcd75e841ae3eaf0"),
    ],
)
def test_the_global_id_is_javas_uuid_of_the_first_visitor_id(visitor, global_id):
    """Pairs of ids from a real tracker's log."""
    assert java_uuid(visitor) == global_id


def test_a_line_has_its_columns_in_order_with_tabs_between():
    assert fields(EVENT) == [
        *("2015-06-02T11:29:50.675", "2015-06-02T11:29:50.001", "198.51.100.7", "b4743af1d1c5178", "0123456189abcde"),
        *(
            '"https://www.example.com/"',
            '""',
            '"Agent \\"x\\""',
            '"page"',
            '"null"',
            '"null"',
            '"a=Th%C3%A9+vert%20bio"',
        ),
        *("1280", "720", "1920", "1080", '"fr"', "-120"),
    ]
    assert len(fields(EVENT)) == len(CURRENT.header.split("\t"))


def test_before_april_2013_there_is_one_timestamp_and_no_session():
    layout = Layout(0, timestamps=False, sessions=False)
    assert fields(EVENT, layout)[:3] == ["2015/06/02-11:29:50.675", "198.51.100.7", "b4743af1d1c5178"]
    assert layout.header.startswith("#timestamp\tclient_addr\tvisitor_id\tlocation")


def test_nulls_are_the_four_letters_bare_or_in_quotes():
    event = EVENT._replace(session_id=None, referrer=None, language=None, timezone_offset=None)
    found = fields(event)
    assert (found[4], found[6], found[16], found[17]) == ("null", '"null"', '"null"', "null")


def test_who_opted_out_has_an_empty_global_id():
    assert fields(EVENT._replace(global_visitor_id=""), replace(CURRENT, global_ids=True))[18] == ""


def test_backslash_tab_and_the_language_are_not_escaped():
    event = EVENT._replace(client=Client("198.51.100.7", "A\tB\\", "FR", "browser"), language='f"r')
    assert '"A\tB\\"\t' in event.line(CURRENT)
    assert '\t"f"r"\t' in event.line(CURRENT)


def test_inlined_columns_are_decoded_and_left_out_where_their_parameters_are_null():
    layout = replace(CURRENT, inlined=(("client",), ("a", "b")))
    assert layout.header.split("\t")[18:] == ["client", "a", "b"]
    assert fields(EVENT, layout)[18:] == ['"Thé vert bio"', '""']


def test_a_chunk_without_exactly_one_equals_sign_and_a_value_has_no_column():
    layout = replace(CURRENT, inlined=((), ("a", "b", "c")))
    assert fields(EVENT._replace(event_params="a=&b=1=2&c&d=x"), layout)[18:] == ['""', '""', '""']


def test_the_server_is_updated_in_the_course_of_a_month():
    assert [layout_of(day) for day in (0, 1, 2, 3, 4, 9, 10, 29)] == [
        *(LAYOUTS[0], LAYOUTS[1], LAYOUTS[2], LAYOUTS[2]),
        *(LAYOUTS[3], LAYOUTS[3], LAYOUTS[4], LAYOUTS[4]),
    ]


def test_files_are_named_by_the_moment_of_closing_and_begin_with_a_header(spring):
    files = spring.files("wt1")
    assert all(re.fullmatch(r"tracker/2026/03/\d\d/\d\d/\d\d-\d\d\.log\.gz", name) for name in files)
    assert [lines[0].split(b"\t")[0] for lines in files.values()] == [b"#timestamp", b"#server_ts", b"#server_ts"]
    assert next(iter(files)) == "tracker/2026/03/29/00/00-00.log.gz"  # updated at midnight


def test_the_tracker_sees_the_pages_of_most_visits_and_none_of_a_robot(spring):
    lines = list(spring.truth("lines"))
    seen = {row["visit"] for row in lines if row["log_family"] == "tracker" and row["visit"] is not None}
    came = {row["visit"] for row in lines if row["log_family"] == "server" and row["visit"] is not None}
    assert 0.75 < len(seen & came) / len(came) < 1.0
    assert not [row for row in spring.lines("wt1") if row["bot_name"]]


def test_ids_that_the_server_made_up_name_no_visitor(spring):
    made_up = [row for row in spring.lines("wt1") if (row["visitor_id"] or "").startswith("Z")]
    assert made_up
    assert all(re.fullmatch("Z[0-9a-f]{32}", row["visitor_id"]) for row in made_up)
    assert not [row for row in made_up if row["visitor_key"] == row["visitor_id"]]


def test_every_line_of_the_tracker_is_told_by_the_truth(spring):
    told = {(row["source_file"], row["line_number"]) for row in spring.lines("wt1")}
    written = {(name, number) for name, lines in spring.files("wt1").items() for number in range(1, len(lines) + 1)}
    assert told == written


def test_a_hit_of_the_truth_stands_in_its_line(spring):
    files = spring.files("wt1")
    for row in spring.lines("wt1"):
        line = files[row["source_file"]][row["line_number"] - 1].decode()
        if row["kind"] == "header":
            assert line.startswith("#")
            continue
        assert row["client_addr"] in line
        assert row["visitor_id"] in line
        assert row["location"] in line
        assert f"{row['server_ts']:%H:%M:%S}.{row['server_ts'].microsecond // 1000:03}" in line
