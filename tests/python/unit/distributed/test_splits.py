"""Parts of a file hold each of its lines once, wherever it is cut."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.distributed.splits import Lines, Part, Place, before, parse_part, parts
from ovh_weblogs.errors import InputError
from ovh_weblogs.settings import ParseSettings

LINE = b'198.51.100.7 a.example - [28/Mar/2026:10:00:00 +0100] "GET /%d HTTP/1.1" 200 5 "-" "Agent"\n'


def read(content, begin, end, step):
    lines, data = Lines(io.BytesIO(content), begin, end), b""
    while piece := lines.read(step):
        data += piece
    return data


@given(st.text("ab\n", max_size=60), st.integers(1, 20), st.integers(1, 9))
def test_parts_are_the_file_and_each_ends_with_a_line(text, size, step):
    content = text.encode()
    bounds = [(begin, min(begin + size, len(content))) for begin in range(0, len(content), size)]
    found = [read(content, begin, end, step) for begin, end in bounds]
    assert b"".join(found) == content
    assert all(part.endswith(b"\n") for part in found[:-1] if part and not content.endswith(part))


@pytest.mark.parametrize(
    ("begin", "end", "held"),
    [
        (0, 3, b"aa\n"),
        (3, 6, b"bb\n"),
        (2, 3, b""),
        (2, 4, b"bb\n"),
        (0, 4, b"aa\nbb\n"),
        (6, 8, b"cc"),
        (7, 8, b""),
    ],
    ids=["ends with a line", "begins with one", "none begins", "begins within", "ends within", "the last", "its end"],
)
def test_a_line_belongs_to_the_part_in_which_it_begins(begin, end, held):
    assert read(b"aa\nbb\ncc", begin, end, 5) == held


class Counted(io.BytesIO):
    """Bytes that count how many of them are read."""

    taken = 0

    def read(self, size=-1, /):
        """As of a file."""
        data = super().read(size)
        self.taken += len(data)
        return data


def test_a_line_that_is_longer_than_a_part_is_read_by_none_but_that_in_which_it_begins():
    stream = Counted(b"a" * (8 << 20) + b"\nb\n")
    assert Lines(stream, 1 << 20, 2 << 20).read() == b""
    assert stream.taken < 2 << 20


@pytest.fixture
def place(tmp_path):
    """Makes a file."""

    def made(content, name="day.log"):
        (tmp_path / name).write_bytes(content)
        return Place(name, str(tmp_path / name), len(content))

    return made


def cut(place, **settings):
    return parts([place], ParseSettings(**settings), size=200)


def test_a_plain_file_is_cut_a_packed_one_and_a_short_one_are_not(place):
    lines = b"".join(LINE % n for n in range(20))
    assert len(cut(place(lines))) == -(-len(lines) // 200)
    packed = place(gzip.compress(lines, 0), "day.log.gz")
    assert cut(packed) == [Part(packed)]
    short = place(LINE, "short.log")
    assert cut(short) == [Part(short)]


def test_a_trackers_file_is_not_cut_since_its_header_tells_of_all_that_follows(place, spring):
    tracked = place(b"\n".join(next(iter(spring.files("wt1").values()))), "tracked.log")
    assert cut(tracked) == [Part(tracked)]


UNKNOWN = b"#server_ts\tof_tomorrow\n"
TRACKED = (
    b'2026-03-28T10:00:00.000\t2026-03-28T10:00:00.000\t198.51.100.7\tv1\ts1\t"http://a.example/"\t""\t"Agent"\t"page"'
    b'\t""\t""\t""\t1\t1\t1\t1\t"fr"\t-60\n'
)


@pytest.mark.parametrize("head", [UNKNOWN, TRACKED, LINE % 1 + UNKNOWN], ids=["header", "times", "behind a line"])
def test_a_file_is_the_trackers_by_what_its_lines_claim_to_be(place, head):
    claimed = place(head + LINE * 20)
    assert cut(claimed) == [Part(claimed)]
    assert len(cut(claimed, line_format="ovh")) > 1


@pytest.mark.parametrize("settings", [{"line_format": "wt1"}, {"tracker_columns": True}], ids=str)
def test_a_file_is_the_trackers_where_settings_say_so(place, settings):
    said = place(LINE * 20)
    assert cut(said, **settings) == [Part(said)]


def test_lines_below_an_unknown_header_are_refused_as_on_one_machine(place):
    file = place(UNKNOWN + TRACKED * 20)
    blocks = [block for part in cut(file) for block in parse_part(part, file.path, ParseSettings())]
    assert sum(block.rejects.num_rows for block in blocks) == 21


def test_a_file_that_is_longer_than_one_may_be_is_not_cut_so_that_it_is_refused(place):
    long = place(LINE * 20)
    assert cut(long, max_day_bytes=500) == [Part(long)]


def test_lines_of_parts_are_those_of_the_file_with_the_lines_before_them(place):
    file = place(b"".join(LINE % n for n in range(20)) + b"\nno line")
    blocks = [list(parse_part(part, file.path, ParseSettings())) for part in cut(file)]
    lines = [sum(block.lines for block in each) for each in blocks]
    paths = [path for each in blocks for block in each for path in block.hits.column("location").to_pylist()]
    assert paths == [f"https://a.example/{n}" for n in range(20)]
    assert sum(lines) == 22
    assert before(cut(file), lines) == [sum(lines[:number]) for number in range(len(lines))]


def test_a_file_that_is_not_there_is_named(place):
    with pytest.raises(InputError, match=r"^day\.log cannot be read at /nowhere "):
        next(parse_part(Part(place(LINE)), "/nowhere", ParseSettings()))
