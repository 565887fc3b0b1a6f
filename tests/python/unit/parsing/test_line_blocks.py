"""A stream cut into blocks of whole lines."""

from __future__ import annotations

import gzip
import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.errors import LogDamaged
from ovh_weblogs.parsing import parse
from ovh_weblogs.parsing.access import AccessReader
from ovh_weblogs.parsing.blocks import BLOCK, FIRST_BLOCK, read_lines_in_blocks
from tests.python.unit.parsing.blockwise import assert_blocks_may_end_anywhere, rows

LINE = b'198.51.100.23 a.example - [05/Mar/2024:08:14:02 +0100] "GET / HTTP/1.1" 200 5 "-" "-"'
NASTY = b"\n".join(
    [LINE, b"", b"\r", LINE[:50], LINE + b"\r", b" ", LINE.replace(b'"-"', b'"\xc3\xa9\x00\\""', 1), b"\xff", LINE]
)


class Stream:
    """A binary file that gives few bytes at a time and counts those read."""

    def __init__(self, data, most):
        self._file = io.BytesIO(data)
        self._most = most
        self.read_bytes = 0

    def read(self, size=-1, /):
        """At most so many bytes, and never more than the stream gives."""
        data = self._file.read(min(size, self._most))
        self.read_bytes += len(data)
        return data


@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_where_blocks_and_reads_end_changes_nothing(end):
    hits, rejects, _, _ = assert_blocks_may_end_anywhere(AccessReader, NASTY + end)
    assert (len(hits), len(rejects)) == (4, 2)


@given(st.binary(max_size=200).filter(lambda data: data[:2] != b"\x1f\x8b"), st.integers(1, 50), st.integers(1, 50))
def test_blocks_join_to_the_file_and_hold_whole_lines(data, size, read):
    blocks = list(read_lines_in_blocks(io.BytesIO(data), "f", first=size, size=size, read=read))
    assert b"".join(block.data for block in blocks) == data
    assert all(block.data.endswith(b"\n") for block in blocks[:-1])
    numbers = [block.first_line for block in blocks]
    assert numbers == [1 + sum(block.lines for block in blocks[:position]) for position in range(len(blocks))]


def test_a_gzip_file_is_read_as_the_plain_one():
    data = NASTY * 50
    assert rows(AccessReader(), gzip.compress(data)) == rows(AccessReader(), data)


def test_the_first_block_is_small_and_the_others_are_of_two_mebibytes():
    data = (LINE + b"\n") * 60_000
    sizes = [len(block.data) for block in read_lines_in_blocks(io.BytesIO(data), "f")]
    assert FIRST_BLOCK - len(LINE) <= sizes[0] <= FIRST_BLOCK
    assert all(BLOCK - len(LINE) - 1 <= size <= BLOCK for size in sizes[1:-1])


def test_a_preview_reads_little():
    stream = Stream((LINE + b"\n") * 60_000, most=1 << 20)
    first = next(parse(stream))
    assert first.hits.num_rows > 10
    assert stream.read_bytes < 600 << 10


def test_a_stream_that_gives_a_byte_at_a_time_is_read_whole():
    stream = Stream(NASTY, most=1)
    assert [part.lines for part in parse(stream)] == [NASTY.count(b"\n") + 1]


@pytest.mark.parametrize("position", ["first", "middle", "last"])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_beyond_the_limit_is_let_go_at_the_limit_and_the_others_are_whole(position, end):
    long = b"x" * 5_000
    lines = {"first": [long, b"a", b"b"], "middle": [b"a", long, b"b"], "last": [b"a", b"b", long]}[position]
    data = b"\n".join(lines) + end
    blocks = list(read_lines_in_blocks(io.BytesIO(data), "f", first=100, size=100, read=64, max_line=1_000))
    (cut,) = [block for block in blocks if block.too_long]
    assert cut.data == b"x" * 1_000
    assert cut.first_line == lines.index(long) + 1
    rest = b"".join(block.data for block in blocks if not block.too_long)
    assert rest.split() == [line for line in lines if line is not long]
    assert blocks[-1].first_line + blocks[-1].lines == 4


@pytest.mark.parametrize("over", [0, 1])
def test_the_limit_is_16_mebibytes_without_the_line_feed(over):
    data = LINE + b"\n" + b"x" * ((16 << 20) + over) + b"\n" + LINE
    hits, (reject,), lines, _ = rows(AccessReader(), data)
    assert ([row["line_number"] for row in hits], lines) == ([1, 3], 3)
    assert reject["reason"] == ("longer than 16 MiB" if over else "no time in brackets")
    assert reject["line"] == b"x" * (16 << 20)


def test_very_many_short_lines_come_in_parts():
    data = b"a\n" * 70_000
    parts = list(parse(io.BytesIO(data)))
    assert max(part.lines for part in parts) <= 64 << 10
    numbers = [number for part in parts for number in part.rejects.column("line_number").to_pylist()]
    assert numbers == list(range(1, 70_001))


def test_reading_ahead_in_another_thread_changes_nothing():
    data = (LINE + b"\n") * 40_000
    parts, same = (list(parse(io.BytesIO(gzip.compress(data)), read_ahead=ahead)) for ahead in (True, False))
    assert len(parts) > 1
    assert [part.hits for part in parts] == [part.hits for part in same]


def test_damage_that_is_met_while_reading_ahead_is_told_after_the_lines_before_it():
    packed = gzip.compress((LINE + b"\n") * 40_000)
    blocks = parse(io.BytesIO(packed[:-8]), read_ahead=True)
    assert next(blocks).hits.num_rows > 0
    with pytest.raises(LogDamaged, match="stops in the middle"):
        list(blocks)


def test_nobody_reads_the_stream_once_reading_ahead_is_given_up():
    stream = Stream((LINE + b"\n") * 100_000, most=256 << 10)
    blocks = parse(stream, read_ahead=True)
    next(blocks)
    blocks.close()
    assert stream.read_bytes < 100_000 * len(LINE)
    assert "ahead" not in {thread.name for thread in threading.enumerate()}
