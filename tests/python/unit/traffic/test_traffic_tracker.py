"""Tracker lines as WT1's server writes them, quirks included."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

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
COLUMNS = {"timestamp": "server_ts", "user-agent": "useragent"}
NAMES = (
    *("server_ts", "client_ts", "client_addr", "visitor_id", "session_id", "location", "referer", "useragent", "type"),
    *("visitor_params", "session_params", "event_params", "br_width", "br_height", "sc_width", "sc_height"),
    *("br_lang", "tz_off", "global_visitor_id"),
)


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
    layout = replace(CURRENT, inlined=(("client",), ("s",), ("a", "b")))
    assert layout.header.split("\t")[18:] == ["client", "s", "a", "b"]
    assert fields(EVENT, layout)[18:] == ['"Thé vert bio"', '""']


def test_a_chunk_without_exactly_one_equals_sign_and_a_value_has_no_column():
    layout = replace(CURRENT, inlined=((), (), ("a", "b", "c")))
    assert fields(EVENT._replace(event_params="a=&b=1=2&c&d=x"), layout)[18:] == ['""', '""', '""']


def test_of_a_key_that_is_repeated_the_first_value_has_the_column():
    layout = replace(CURRENT, inlined=((), (), ("a",)))
    assert fields(EVENT._replace(event_params="a=1&a=2"), layout)[18:] == ['"1"']


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


def read(line: str, header: str) -> dict[str, Any]:
    """A line's values by column, as somebody would read them who knows the format."""
    values: dict[str, Any] = {}
    names = [name.lstrip("#") for name in header.split("\t")]
    for name, text in zip(names, line.split("\t"), strict=False):  # columns of parameters may be left out
        value = text[1:-1].replace('\\"', '"') if text.startswith('"') else text
        values[COLUMNS.get(name, name)] = None if value in ("null", "") else value
    for name in ("server_ts", "client_ts"):
        if values.get(name):
            form = "%Y/%m/%d-%H:%M:%S.%f" if "/" in values[name] else "%Y-%m-%dT%H:%M:%S.%f"
            values[name] = datetime.strptime(values[name], form).replace(tzinfo=timezone.utc)
    for name in ("br_width", "br_height", "sc_width", "sc_height", "tz_off"):
        values[name] = None if values[name] is None else int(values[name])
    return {name: values.get(name) for name in NAMES}


def test_a_reader_who_knows_the_format_finds_the_truth_in_every_usual_line(month):
    files = month.files("wt1")
    usual = [row for row in month.lines("wt1") if row["kind"] == "hit" and row["hard"] is None]
    assert len(usual) > 1_500
    for row in usual:
        lines = files[row["source_file"]]
        found = read(lines[row["line_number"] - 1].decode(), lines[0].decode())
        assert found == {name: row[name] for name in NAMES}


def test_hard_lines_of_every_kind_come_and_a_line_feed_in_a_value_makes_a_line_that_is_none(month):
    hard = {row["hard"] for row in month.lines("wt1")} - {None}
    assert len(hard) == 13
    rejects = [row for row in month.lines("wt1") if row["kind"] == "reject"]
    assert [row["line"] for row in rejects] == [b'vert"\t""'] * len(rejects)
    assert rejects


def test_events_of_the_api_have_no_clock_no_referrer_no_sizes_no_zone_and_no_global_id(month):
    sold = [row for row in month.lines("wt1") if row["type"] == "achat"]
    assert sold
    for row in sold:
        assert row["client_ts"] in (None, datetime(1970, 1, 1, tzinfo=timezone.utc))  # None: of the oldest layout
        assert [row[name] for name in ("referer", "tz_off", "global_visitor_id")] == [None] * 3
        assert row["br_width"] == row["sc_height"] == 0


def test_a_file_that_is_not_finished_is_left_under_a_name_that_is_no_logs(month):
    (left,) = (month.folder / "wt1" / "tracker").glob("*.tmp")
    assert left.name.startswith("___")
    with pytest.raises(EOFError):
        gzip.decompress(left.read_bytes())
