"""The vectorised scan of tracker lines and the reading one by one give the same rows for every line."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.parsing import trackerwords
from ovh_weblogs.parsing.blocks import Block, count_lines
from ovh_weblogs.parsing.tracker import TrackerReader
from ovh_weblogs.parsing.trackerlayout import HEADERLESS, Layout
from ovh_weblogs.parsing.trackerscan import find_lines, join, scan
from tests.python.unit.parsing.tracker_lines import (
    CURRENT,
    GLOBAL,
    OLD,
    OLDEST,
    WITH_GLOBAL,
    WITHOUT_SESSION,
    line,
)

OLD_LINE = {"server": OLD, "client": None, "session": None}
USUAL = [
    line(),
    line(more=[GLOBAL]),
    line(more=[""]),
    line(more=["null"]),
    line(session=None),
    line(**OLD_LINE),
    line(more=['"a"']),
    line(more=['""', '"b c"', '""']),
    line(more=[GLOBAL, '"a"', '""', '"=,"']),
    line(session=None, more=['"a"']),
    line(**OLD_LINE, more=['"a"', '"b"']),
    line(location="null", referer="null", agent="null", kind="null", visitor="null", session="null", language="null"),
    line(location="", referer="", agent="", kind="", visitor="", session="", language="", event_params=""),
    line(zone="null"),
    line(zone="0"),
    line(zone="-12345678"),
    line(sizes=("0", "12345678", "007", "1")),
    line(client="1970-01-01T00:00:00.000"),
    line(server="2099-12-31T23:59:59.999", client="1970-01-01T00:00:00.001"),
    line(server="2024-02-29T00:00:00.000"),
    line(address="2001:0db8:0000:0000:0000:ff00:0042:8329"),
    line(address="1234567890123456"),
    line(address="12345678901234567"),
    line(address=":"),
    line(agent="Maison du thé", location="https://www.example.com/漢"),
    line(agent="\x7f\v\f\x1c"),
]
HOSTILE = [
    *("", " \t ", "\0", '"', '"\t"', "\t" * 33, '"\t' * 17, "#", "#server_ts\tx", "#timestamp"),
    line() + "\t",
    line() + '"',
    line() + " ",
    line()[:-1],
    line()[:-5],
    "\t" + line(),
    line() + line(),
    line(address=""),
    line(address="1" * 39),
    line(address="1" * 40),
    line(address="fe80::1%eth0"),
    line(address="www.example.com"),
    line(agent="a\\"),
    line(agent='a"b'),
    line(agent="a\tb"),
    line(agent="\0"),
    line(agent="\x01"),
    line(agent="\r"),
    line(agent="\t"),
    line(agent='"\t1\t2\t3\t4\t'),
    line(visitor="0\t0"),
    line(session='"'),
    line(session='"a"'),
    line(language='f"r'),
    line(language="f\tr"),
    line(language='fr"\t5\t"x'),
    *(line(zone=zone) for zone in ("", "-", "x", "+1", "123456789", "1234567890", "-1-1", '6"0', "6\t0")),
    *(
        line(sizes=(size, "1", "1", size))
        for size in ("", "-1", "x", "123456789", "2147483648", "1\t", "٦", ":;<=>?@A")
    ),
    *(line(more=[text]) for text in (GLOBAL[:-1], GLOBAL + "0", GLOBAL[:-1] + "g", GLOBAL[:-1] + "é", "nul", " ")),
    line(more=['a"', '"b"']),
    line(more=['"a"b"']),
    line(more=['"a']),
    line(more=['"\t5\t"']),
    line(more=['"a" ', '"b"']),
    line(more=['""'] * 16),
    line(more=['""'] * 17),
    line(more=[GLOBAL, '"a\\""']),
    *(line(server=f"2015-06-02T{clock}.675") for clock in ("24:00:00", "23:60:00", "23:59:60", "23:59:61", "1a:00:00")),
    *(
        line(client=f"{day}T00:00:00.000")
        for day in ("2015-02-29", "2015-13-01", "2015-00-01", "2015-01-00", "0000-01-01")
    ),
    line(server="9999-12-31T23:59:59.999", client="0001-01-01T00:00:00.000"),
    line(server="2100-01-01T00:00:00.000", client="1969-12-31T23:59:59.999"),
    line(server="2015-06-02 11:29:50.675"),
    line(server="2015/06/02-11:29:50.675"),
    line(server="2015-06-02T11:29:50,675"),
    line(**{**OLD_LINE, "server": "2013-03-01T23:59:59.007"}),
]
HEADERS = ["", CURRENT, WITH_GLOBAL, f"{WITH_GLOBAL}\ta\tb", f"{CURRENT}\ta", WITHOUT_SESSION, OLDEST, "#server_ts\tno"]
FILLING = [line(agent="filling")] * 20  # fewer lines are not scanned


def assert_both_ways_agree(*blocks):
    ways = [TrackerReader(source_file="f", vectorised=vectorised) for vectorised in (True, False)]
    first = 7
    for data in blocks:
        block = Block(data, first, count_lines(data))
        first += block.lines
        for scanned, single in zip(*(way.read(block) for way in ways), strict=True):
            scanned.hits.validate(full=True)
            for ours, theirs in ((scanned.hits, single.hits), (scanned.rejects, single.rejects)):
                assert ours.equals(theirs), (ours.to_pylist(), theirs.to_pylist())
            assert (scanned.lines, scanned.blanks) == (single.lines, single.blanks)


def test_every_usual_line_is_taken_by_the_scan():
    found = join(scan(find_lines("\n".join(USUAL).encode()), HEADERLESS, 0, len(USUAL)))
    assert found is not None
    assert found.lines.tolist() == list(range(len(USUAL)))


@pytest.mark.parametrize(
    ("layout", "taken"),
    [
        (Layout(global_ids=False, inlined=False), 1),
        (Layout(global_ids=True, inlined=False), 1),
        (Layout(global_ids=True, inlined=True), 2),
        (Layout(sessions=False, global_ids=False, inlined=False), 1),
        (Layout(1, sessions=False, global_ids=False, inlined=False), 1),
    ],
    ids=str,
)
def test_the_scan_takes_only_lines_of_the_headers_layout(layout, taken):
    lines = [line(), line(more=[GLOBAL]), line(more=[GLOBAL, '""']), line(session=None), line(**OLD_LINE)]
    found = join(scan(find_lines("\n".join(lines).encode()), [layout], 0, len(lines)))
    assert found is not None
    assert len(found.lines) == taken


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r"])
def test_usual_and_hostile_lines_in_one_block(header, end):
    lines = [header, *FILLING, *USUAL, *HOSTILE]
    assert_both_ways_agree("\n".join(lines).encode() + end)
    assert_both_ways_agree("\r\n".join(reversed(lines)).encode() + end)


@pytest.mark.parametrize("text", USUAL + HOSTILE)
def test_each_line_at_the_start_and_at_the_end_of_a_block(text):
    """Every window that the scan looks through stays inside."""
    for end in ("", "\n"):
        assert_both_ways_agree(
            ("\n".join([text, *FILLING]) + end).encode(), ("\n".join([*FILLING, text]) + end).encode()
        )


def test_bytes_that_are_no_utf8_leave_the_other_lines_to_the_scan():
    lines = [line(agent="é").encode("latin-1"), *(text.encode() for text in (*FILLING, line(agent="é")))]
    found = join(scan(find_lines(b"\n".join(lines)), HEADERLESS, 0, len(lines)))
    assert found is not None
    assert found.lines.tolist() == list(range(1, len(lines) - 1))
    assert_both_ways_agree(b"\n".join(lines))


def test_headers_and_layouts_in_any_order():
    parts = [HEADERS[number % len(HEADERS)] for number in range(3 * len(HEADERS))]
    lines = [text for header in parts for text in (header, *FILLING, *USUAL)]
    assert_both_ways_agree("\n".join(lines).encode() + b"\n", "\n".join([*FILLING, *USUAL]).encode())


BYTE = st.sampled_from(list(b'\n\r\t"\\-:.0Zn\x00\x7f\xc3\xa9#')) | st.integers(0, 255)


@st.composite
def mutated(draw):
    lines = [bytearray(draw(st.sampled_from(USUAL + HOSTILE)).encode()) for _ in range(draw(st.integers(1, 6)))]
    for content in lines:
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(content)))
            content[at : at + draw(st.integers(0, 2))] = bytes(draw(st.lists(BYTE, max_size=2)))
    filling = [text.encode() for text in FILLING]
    return b"\n".join([draw(st.sampled_from(HEADERS)).encode(), *filling, *lines, filling[0]]) + b"\n"


@given(mutated())
def test_random_changes_of_lines(data):
    assert_both_ways_agree(data)


@pytest.mark.parametrize("first", range(0, 256, 16))
def test_any_byte_in_the_place_of_a_digit_or_of_a_letter(first):
    """In the time, the address, a size, the zone and the global id."""
    whole = line(more=[GLOBAL]).encode()
    places = [0, 4, 10, 22, 23, 48, whole.index(b"198.51"), whole.index(b"1280"), whole.index(b"-120"), len(whole) - 1]
    lines = []
    for byte, place in product(range(first, first + 16), places):
        changed = bytearray(whole)
        changed[place] = byte
        lines.append(bytes(changed))
    assert_both_ways_agree(b"\n".join(lines))


@given(st.integers(0, 10**8 - 1), st.integers(0, 8))
def test_whole_numbers_of_up_to_eight_digits(number, zeros):
    text = str(number).rjust(zeros, "0")
    data = b"9/:x9999" + text.encode() + b"9999"
    values, usual = trackerwords.whole(data, np.array([8]), np.array([8 + len(text)]))
    assert (values.tolist(), usual.tolist()) == ([number], [True])


@given(st.integers(0, 4_102_444_799_999), st.booleans())
def test_times_up_to_the_year_2100(milliseconds, old):
    moment = datetime.fromtimestamp(0, timezone.utc) + timedelta(milliseconds=milliseconds)
    form = "%m/%d-%H:%M:%S" if old else "%m-%dT%H:%M:%S"
    text = f"{moment.year:04}{'/' if old else '-'}{moment:{form}}.{moment.microsecond // 1000:03}\t"
    values, usual = trackerwords.times(text.encode(), np.array([0]), old=old)
    assert usual.tolist() == [True]
    assert values.tolist() == [1000 * milliseconds]
