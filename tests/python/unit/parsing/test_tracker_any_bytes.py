"""Whatever a tracker's file holds: no line is lost, none is merged with another, each takes its share of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.traffic.requests import Client
from dev.traffic.wt1 import LAYOUTS, Event
from ovh_weblogs.parsing.tracker import TrackerReader
from tests.python.unit.parsing.blockwise import assert_blocks_may_end_anywhere, assert_no_line_is_lost
from tests.python.unit.parsing.tracker_lines import ACCESS, CURRENT, GLOBAL, OLD, OLDEST, WITH_GLOBAL, line, read

NASTY = (
    "\n".join(
        [
            WITH_GLOBAL,
            line(agent="é\\", more=[GLOBAL]),
            "",
            line(visitor="a\tb", more=[""]),
            "#server_ts\tno",
            line(),
            CURRENT + "\r",
            line(zone="x\ty"),
            " ",
            OLDEST,
            line(server=OLD, client=None, session=None, language='f"r'),
            line(agent="a\nb"),
            ACCESS,
        ]
    ).encode()
    + b"\xff\0\n\r\n"
)
LINES = [*NASTY.split(b"\n"), line(more=[GLOBAL, '"a"']).encode(), line(session=None).encode()]


@given(st.binary(max_size=300).filter(lambda data: data[:2] != b"\x1f\x8b"))
@pytest.mark.parametrize("line_format", ["wt1", "auto"])
def test_random_bytes(line_format, data):
    assert_no_line_is_lost(data, *read(data, line_format=line_format))


@st.composite
def mixed(draw):
    """Lines whole, cut, changed and joined in any order."""
    parts = []
    for content in draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=30)):
        end = draw(st.just(len(content)) | st.integers(0, len(content)))
        change = draw(st.sampled_from([b"", b"", b"", b'"', b"\t", b"\\", b"\n", b"\xe9", b"#server_ts\t"]))
        parts.append(content[:end] + change + content[end:] * draw(st.booleans()))
        parts.append(draw(st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b""])))
    return b"".join(parts)


@given(mixed())
@pytest.mark.parametrize("line_format", ["wt1", "auto"])
def test_lines_cut_changed_and_joined(line_format, data):
    assert_no_line_is_lost(data, *read(data, line_format=line_format))


@pytest.mark.parametrize("end", [b"", line().encode()])
def test_where_blocks_end_changes_nothing(end):
    hits, rejects, _, _ = assert_blocks_may_end_anywhere(TrackerReader, NASTY + end)
    assert (len(hits), len(rejects)) == (3, 6 + bool(end))


def test_the_limit_of_a_line_is_16_mebibytes():
    data = f"{line()}\n{line(agent='x' * (16 << 20))}\n{line()}".encode()
    hits, (reject,), _ = read(data)
    assert [row["line_number"] for row in hits] == [1, 3]
    assert (reject["reason"], len(reject["line"])) == ("longer than 16 MiB", 16 << 20)


def test_a_line_of_almost_16_mebibytes_is_a_hit():
    hits, rejects, _ = read(line(agent="x\\" * (8 << 19)))
    assert (len(hits[0]["useragent"]), rejects) == (8 << 20, [])


def test_very_many_short_lines_come_in_parts():
    _, rejects, _ = read(b"a\n" * 70_000)
    assert [row["line_number"] for row in rejects] == list(range(1, 70_001))


UNITS = [
    '"',
    "\t",
    '"\t',
    '\t"',
    '"\t"',
    '"\t"\t',
    "\\",
    '\\"',
    '\\"\t',
    '"\t1\t2\t3\t4',
    '"\t1\t2\t3\t4\t"',
    '"\t5\t',
    "1",
    "null\t",
]


@pytest.mark.parametrize("column", ["visitor", "agent", "language", "zone"])
@pytest.mark.parametrize("unit", UNITS)
def test_a_long_line_takes_time_in_proportion(growth, unit, column):
    raw = "agent" not in column
    place = "@@@"
    frame = line(**{column: place}, more=[GLOBAL, '"a"']).split(place)

    def work(count):
        read(frame[0] + (unit * count if raw else unit.replace('"', '\\"') * count) + frame[1])

    assert growth(work) < 24


@pytest.mark.parametrize(
    "unit", [CURRENT, "#server_ts\tno", "x", line(), line(agent="\\"), ACCESS], ids=lambda text: text[:12]
)
@pytest.mark.parametrize("line_format", ["wt1", "auto"])
def test_many_lines_take_time_in_proportion(growth, unit, line_format):
    def work(count):
        read(f"{unit}\n" * (count // 40), line_format=line_format)

    assert growth(work) < 24


ANY = st.text(st.characters(codec="utf-8", exclude_characters="\n\0"), max_size=12) | st.text('"\\\t ax', max_size=5)
SIMPLE = st.text(st.characters(codec="utf-8", exclude_characters="\n\0\t"), max_size=12) | st.text('"\\ ax', max_size=5)
PARAMS = st.none() | ANY
SIZE = st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(0, 10_000))
MOMENT = st.integers(-62_135_596_800_000, 253_402_300_799_999)


@st.composite
def events(draw):
    agent, address = draw(PARAMS), draw(st.ip_addresses().map(str))
    return Event(
        *(draw(MOMENT), draw(MOMENT), Client(address, agent, "FR", "browser")),
        *(draw(st.none() | SIMPLE), draw(st.none() | SIMPLE)),
        *(draw(PARAMS), draw(PARAMS), draw(ANY), draw(PARAMS), draw(PARAMS), draw(PARAMS)),
        *(draw(SIZE), draw(SIZE), draw(PARAMS)),
        draw(st.none() | st.integers(-900, 900).map(str) | st.text('-0x"\\ ', max_size=3)),
        draw(st.sampled_from([None, "", GLOBAL])),
    )


def told(event, layout):
    """The values of an event that a line of the layout tells."""
    zone = event.timezone_offset or ""
    whole = zone.removeprefix("-").isdigit()
    texts = {
        "visitor_id": event.visitor_id,
        "session_id": event.session_id if layout.sessions else None,
        "location": event.location,
        "referer": event.referrer,
        "useragent": event.client.agent,
        "type": event.type,
        "visitor_params": event.visitor_params,
        "session_params": event.session_params,
        "event_params": event.event_params,
        "br_lang": event.language,
        "global_visitor_id": event.global_visitor_id if layout.global_ids else None,
    }
    return {
        **{name: None if text in (None, "", "null") else text for name, text in texts.items()},
        "tz_off": int(zone) if whole else None,
        **dict(zip(("br_width", "br_height"), event.browser_size, strict=True)),
        **dict(zip(("sc_width", "sc_height"), event.screen_size, strict=True)),
        "client_addr": event.client.address,
    }


@given(st.lists(events(), min_size=1, max_size=4), st.sampled_from(LAYOUTS), st.booleans())
def test_what_the_tracker_writes_is_read_as_it_was_or_is_refused(written, layout, repeated):
    """The generator writes as the tracker's server does; a line that reads in two ways is refused, not guessed."""
    lines = [event.line(layout) for event in written * (8 if repeated else 1)]
    hits, rejects, _ = read("\n".join([layout.header, *lines]))
    assert len(hits) + len(rejects) == sum(text.count("\n") + 1 for text in lines)
    for row in hits:
        event = written[(row["line_number"] - 2) % len(written)]
        expected = told(event, layout)
        assert {name: row[name] for name in expected} == expected
        assert row["server_ts"].timestamp() * 1000 == pytest.approx(event.moment, abs=0.1)
    plain = [event for event in written if _is_plain(event)]
    assert len(hits) >= len(plain)


def _is_plain(event):
    """Whether no text of the event can be taken for a border between fields: then it must be a hit."""
    texts = [event.client.agent, event.visitor_id, event.session_id, event.location, event.referrer, event.type]
    texts += [event.visitor_params, event.session_params, event.event_params, event.language, event.timezone_offset]
    return not any(character in (text or "") for text in texts for character in '\t"\r')
