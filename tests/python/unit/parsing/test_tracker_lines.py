"""Tracker lines to hits and rejects: layouts, quirks, values."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tests.python.unit.parsing.tracker_lines import (
    AT,
    CURRENT,
    GLOBAL,
    OLD,
    OLDEST,
    WITH_GLOBAL,
    WITHOUT_SESSION,
    hit,
    line,
    read,
    reason,
)

HEX = "0123456789abcdef" * 2


def test_a_line_of_the_current_layout_fills_every_column_but_those_of_a_web_server():
    text = line(referer="https://www.google.com/", visitor_params="v=1", session_params="s=1", more=[GLOBAL])
    assert hit(f"{WITH_GLOBAL}\n{text}", source_file="12-00.log.gz") == {
        "server_ts": AT,
        "client_ts": AT.replace(microsecond=1_000),
        "client_addr": "198.51.100.7",
        "visitor_id": "b4743af1d1c5178",
        "session_id": "0123456189abcde",
        "location": "https://www.example.com/",
        "referer": "https://www.google.com/",
        "useragent": "Mozilla/5.0",
        "type": "page",
        "visitor_params": "v=1",
        "session_params": "s=1",
        "event_params": "a=b",
        "br_width": 1280,
        "br_height": 720,
        "sc_width": 1920,
        "sc_height": 1080,
        "br_lang": "fr",
        "tz_off": -120,
        "global_visitor_id": GLOBAL,
        "log_family": "tracker",
        "source_file": "12-00.log.gz",
        "line_number": 2,
    }


@pytest.mark.parametrize("header", [True, False], ids=["with header", "without"])
@pytest.mark.parametrize(
    ("layout", "fields", "absent"),
    [
        (CURRENT, {}, {"global_visitor_id"}),
        (WITH_GLOBAL, {"more": [GLOBAL]}, set()),
        (WITHOUT_SESSION, {"session": None}, {"session_id", "global_visitor_id"}),
        (
            OLDEST,
            {"server": OLD, "client": None, "session": None},
            {"client_ts", "session_id", "global_visitor_id"},
        ),
    ],
    ids=["18 columns", "19 with the global id", "17 without session", "16 of before April 2013"],
)
def test_every_layout_is_read_with_its_header_and_by_its_shape(layout, fields, absent, header):
    row = hit((f"{layout}\n" if header else "") + line(**fields))
    assert {"client_ts", "visitor_id", "session_id", "tz_off", "global_visitor_id"} - row.keys() == absent
    assert (row["visitor_id"], row["location"], row["tz_off"]) == ("b4743af1d1c5178", "https://www.example.com/", -120)


def test_the_single_timestamp_of_old_is_utc_to_the_millisecond():
    row = hit(line(server=OLD, client=None, session=None))
    assert row["server_ts"] == datetime(2013, 3, 1, 23, 59, 59, 7_000, tzinfo=timezone.utc)


def test_a_client_without_clock_stays_at_the_beginning_of_1970():
    assert hit(line(client="1970-01-01T00:00:00.000"))["client_ts"] == datetime(1970, 1, 1, tzinfo=timezone.utc)


def test_a_header_counts_as_a_blank_line_and_holds_from_there_on():
    """Files are joined: each brings its header."""
    lines = [CURRENT, line(), WITHOUT_SESSION, line(session=None), "", OLDEST]
    lines += [line(server=OLD, client=None, session=None), WITH_GLOBAL, line(more=[""])]
    hits, rejects, blanks = read("\n".join(lines))
    assert [row["line_number"] for row in hits] == [2, 4, 7, 9]
    assert [row["session_id"] is None for row in hits] == [False, True, True, False]
    assert (rejects, blanks) == ([], 5)


def test_a_header_that_calls_the_agent_otherwise_is_the_same():
    assert hit(f"{CURRENT.replace('user-agent', 'useragent')}\n{line()}")["useragent"] == "Mozilla/5.0"


@pytest.mark.parametrize(
    "header",
    ["#server_ts\tx", CURRENT[:-1], CURRENT.replace("location\treferer", "referer\tlocation"), "#timestamp\t"],
)
def test_after_a_header_with_other_columns_nothing_is_read_until_the_next(header):
    hits, rejects, blanks = read(f"{line()}\n{header}\n{line()}\n{CURRENT}\n{line()}")
    assert ([row["line_number"] for row in hits], blanks) == ([1, 5], 1)
    assert [(row["line_number"], row["reason"]) for row in rejects] == [
        (2, "a header with columns that are not the tracker's"),
        (3, "the header before it has columns that are not the tracker's"),
    ]


@pytest.mark.parametrize(
    ("layout", "fields", "expected"),
    [
        (CURRENT, {"more": [GLOBAL]}, "more fields than the header names"),
        (CURRENT, {"session": None}, "more or fewer texts in quotes than the layout has"),
        (WITHOUT_SESSION, {}, "more or fewer ids than the layout has"),
        (WITH_GLOBAL, {}, "no global visitor id at the end"),
        (WITH_GLOBAL, {"more": ["x"]}, "no global visitor id at the end"),
        (OLDEST, {}, "no times and address of the tracker"),
    ],
)
def test_a_line_of_another_layout_than_its_headers_is_refused_not_guessed(layout, fields, expected):
    assert reason(f"{layout}\n{line(**fields)}") == expected


@pytest.mark.parametrize("header", [True, False], ids=["with header", "without"])
@pytest.mark.parametrize("inlined", [[], ['""'], ['"a b"', '"th\tvert"', '"x\\""'], ['"a\\"', '"b"']])
@pytest.mark.parametrize("global_id", [[], [GLOBAL], [""], ["null"]])
def test_columns_of_parameters_after_the_known_ones_are_passed_over(header, inlined, global_id):
    """They are left out where their parameters are null, whatever the header says."""
    names = (WITH_GLOBAL if global_id else CURRENT) + "\ta\tb\tc\td"
    row = hit((f"{names}\n" if header else "") + line(more=[*global_id, *inlined]))
    assert (row["br_lang"], row["tz_off"], row["event_params"]) == ("fr", -120, "a=b")
    assert row.get("global_visitor_id") == (GLOBAL if global_id == [GLOBAL] else None)


NULLS = ("location", "referer", "agent", "kind", "visitor_params", "session_params", "event_params", "language")


@pytest.mark.parametrize("absent", ["null", ""])
def test_null_and_empty_are_null_in_quotes_and_bare(absent):
    fields = dict.fromkeys((*NULLS, "visitor", "session", "zone"), absent)
    row = hit(line(**fields, address="null", more=[absent]))
    assert row.keys() == {
        *("server_ts", "client_ts", "br_width", "br_height", "sc_width", "sc_height", "log_family", "line_number")
    }


@pytest.mark.parametrize("text", ["nul", "nulls", "NULL", "-", " ", "0"])
def test_no_other_text_is_null(text):
    row = hit(line(referer=text, visitor=text, language=text))
    assert (row["referer"], row["visitor_id"], row["br_lang"]) == (text, text, text)


@pytest.mark.parametrize(
    "text",
    [
        'a"b', '"', '""', '"a"', "a\\", "\\", "\\\\", '\\"', '"\\', "a\\b", r"\x41\n\t", "a\tb", "\ta", "a\t", '"\t"',
        '\t"', 'a"\t"b', '"\t1\t2\t3\t4', "é — 漢", "\x01\x7f\u2028\x85", "a\rb", "%22%09", "null\t", "#timestamp\t",
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["location", "referer", "agent", "kind", "visitor_params", "event_params"])
def test_a_text_in_quotes_may_hold_any_character_but_a_line_feed(column, text):
    """Only quotes are escaped: nothing else is decoded, and no column is shifted."""
    names = {"agent": "useragent", "kind": "type"}
    row = hit(line(**{column: text}, more=[GLOBAL]))
    usual = hit(line(more=[GLOBAL]))
    assert row == {**usual, names.get(column, column): text}


def test_a_nul_becomes_the_text_that_names_it():
    assert hit(line(agent="a\0b", visitor="\0"))["useragent"] == "a\\x00b"


def test_bytes_that_are_no_utf8_are_latin1_and_those_of_other_lines_are_not():
    data = line(agent="é").encode("latin-1") + b"\n" + line(agent="é").encode()
    hits, _, _ = read(data)
    assert [row["useragent"] for row in hits] == ["é", "é"]


@pytest.mark.parametrize("text", ["\t", '"\t'], ids=["a tab", "a quote and a tab"])
def test_a_text_with_borders_like_those_between_fields_is_refused(text):
    assert reason(line(referer=text)) == "more or fewer texts in quotes than the layout has"


@pytest.mark.parametrize("language", ['fr"FR', '"', "fr\tFR", '\t"', "\\", 'fr\\"FR', "null\t"])
@pytest.mark.parametrize("more", [[], [GLOBAL], [GLOBAL, '"a"']], ids=["18", "19", "inlined"])
def test_the_language_may_hold_quotes_and_tabs_that_are_not_escaped(language, more):
    row = hit(line(language=language, more=more))
    assert (row["br_lang"], row["tz_off"], row.get("global_visitor_id")) == (language, -120, GLOBAL if more else None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"language": 'fr"\t-60'}, "the zone or the global visitor id is not in the tracker's form"),
        ({"language": 'fr"\t-60\t"x'}, "a quote and a tab in the language or in the zone"),
        ({"zone": '5"\t-60'}, "the zone or the global visitor id is not in the tracker's form"),
        ({"language": 'fr"\tx"y', "zone": 'x"y'}, "the zone or the global visitor id is not in the tracker's form"),
        ({"language": '"\t1\t2\t3\t4\t"fr'}, "the sizes stand more than once"),
        ({"agent": '"\t1\t2\t3\t4\t'}, "the sizes stand more than once"),
        ({"visitor": "0\t0\t0"}, "more or fewer ids than the layout has"),
        ({"session": "0\t0"}, "more or fewer ids than the layout has"),
        ({"session": '0\t"x"'}, "more or fewer texts in quotes than the layout has"),
        ({"session": '0\t"x'}, "a quote is not escaped"),
        ({"zone": f"x\ty\t{GLOBAL}"}, "a tab in the zone"),
    ],
)
def test_what_can_be_read_in_more_ways_than_one_is_refused(fields, expected):
    assert reason(line(**fields)) == expected


@pytest.mark.parametrize("identity", ['a"b', '"', "a\\", "a b", HEX, "Z" + HEX, "é"])
def test_ids_are_kept_as_they_are(identity):
    row = hit(line(visitor=identity, session=identity))
    assert (row["visitor_id"], row["session_id"]) == (identity, identity)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("0", 0), ("-0", 0), ("-840", -840), ("0060", 60), ("null", None), ("", None), ("x", None), ("+60", None),
        ("6.5", None), ("1e3", None), ("99999999999", None), ("-", None), ("٦", None), ('6"0', None), ("6\\", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", [[], [GLOBAL]], ids=["18", "19"])
def test_a_zone_that_is_no_whole_number_is_null_and_the_line_a_hit(zone, expected, more):
    row = hit(line(zone=zone, more=more))
    assert row.get("tz_off") == expected
    assert row.get("global_visitor_id") == (GLOBAL if more else None)


@pytest.mark.parametrize("zone", ["6\t0", '\t"x', "x\ty\tz", f"x\t{GLOBAL}"])
def test_where_the_header_says_what_follows_a_zone_may_hold_tabs(zone):
    row = hit(f"{WITH_GLOBAL}\n{line(zone=zone, more=[HEX])}")
    assert ("tz_off" in row, row["global_visitor_id"], row["br_lang"]) == (False, HEX, "fr")


@pytest.mark.parametrize(
    ("size", "expected"),
    [("-1", -1), ("0", 0), ("2147483647", 2**31 - 1), ("-2147483648", -(2**31)), ("007", 7)],
)
def test_sizes_are_whole_numbers(size, expected):
    row = hit(line(sizes=(size, "1", "2", size)))
    assert (row["br_width"], row["br_height"], row["sc_width"], row["sc_height"]) == (expected, 1, 2, expected)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("x", "a size is no whole number"),
        ("", "a size is no whole number"),
        ("null", "a size is no whole number"),
        ("1.5", "a size is no whole number"),
        ("٦", "a size is no whole number"),
        ("2147483648", "a size is out of range"),
        ("9" * 5_000, "a size is out of range"),
    ],
)
def test_a_size_that_is_none_makes_a_reject(size, expected):
    assert reason(line(sizes=("1", size, "1", "1"))) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"server": "2015-02-29T00:00:00.000"},
        {"client": "2015-02-29T00:00:00.000"},
        {"client": "0000-01-01T00:00:00.000"},
        {"server": "2015-01-01T24:00:00.000"},
        {"server": "2015-01-01T00:60:00.000"},
        {"server": "2015-13-01T00:00:00.000"},
    ],
)
def test_a_time_that_does_not_exist_makes_a_reject(fields):
    assert reason(line(**fields)) == "the time does not exist"


@pytest.mark.parametrize(
    "text",
    [
        line(server="2015-06-02T11:29:50"),
        line(server="2015-06-02 11:29:50.675"),
        line(client="12015-06-02T11:29:50.675"),
        line(address="www.example.com"),
        line(address=""),
        " " + line(),
        "x",
        '2015-06-02 "GET / HTTP/1.1"',
    ],
)
def test_a_line_without_times_and_address_is_refused(text):
    assert reason(text) == "no times and address of the tracker"


@pytest.mark.parametrize(
    "address", ["192.0.2.1", "2001:0db8:0000:0000:0000:ff00:0042:8329", "::ffff:192.0.2.128", "fe80::1%eth0", "::1"]
)
def test_addresses_of_either_kind_are_kept(address):
    assert hit(line(address=address))["client_addr"] == address


def test_a_line_that_is_cut_is_refused_wherever_it_is_cut_before_its_zone():
    whole = line(more=[GLOBAL])
    for end in range(1, whole.rindex('"') + 1):
        hits, rejects, _ = read(f"{WITH_GLOBAL}\n{whole[:end]}")
        assert (hits, [row["line"] for row in rejects]) == ([], [whole[:end].encode()])


def test_a_line_feed_in_a_parameter_leaves_a_hit_and_a_reject():
    """What is known of the first line is whole; the rest is none."""
    hits, rejects, _ = read(f"{WITH_GLOBAL}\ta\tb\n{line(more=[GLOBAL, chr(34) + 'th'])}\n" + 'vert"\t""')
    assert [(row["line_number"], row["global_visitor_id"]) for row in hits] == [(2, GLOBAL)]
    assert [(row["line_number"], row["line"]) for row in rejects] == [(3, b'vert"\t""')]


def test_a_line_feed_in_a_known_column_leaves_two_rejects():
    hits, rejects, _ = read(line(agent="a\nb"))
    assert (hits, len(rejects)) == ([], 2)


def test_two_lines_without_their_line_feed_are_refused():
    assert reason(line() + line()) == "the sizes stand more than once"


@pytest.mark.parametrize("blank", ["", "\r", " \t ", "\t"])
def test_blank_lines_are_counted(blank):
    assert read(f"{line()}\n{blank}\n{line()}\n")[2] == 1


def test_a_carriage_return_before_the_line_feed_is_not_of_the_line():
    hits, _, blanks = read(f"{WITH_GLOBAL}\r\n{line(more=[''])}\r\n{line(more=[GLOBAL])}\r\n")
    assert ([row["global_visitor_id"] for row in hits], blanks) == ([None, GLOBAL], 1)
