"""Gzip streams: every member, every checksum, bounded pieces, on both engines."""

from __future__ import annotations

import gzip
import importlib
import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs import gunzip
from ovh_weblogs.errors import LogDamaged

HELLO = gzip.compress(b"hello\n", mtime=0)


@pytest.fixture(params=["isal", "zlib"], autouse=True)
def engine(request, monkeypatch):
    """Both engines must do the same: isal where it is installed, zlib where it is not."""
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)
    yield importlib.reload(gunzip)
    monkeypatch.undo()
    importlib.reload(gunzip)


def content(data: bytes, size: int = 7) -> bytes:
    return b"".join(gunzip.read_blocks(io.BytesIO(data), "day.log.gz", first=size, block=size))


@pytest.mark.parametrize("size", [1, 2, 3, 17, 1 << 20])
def test_members_and_padding_are_read_as_one_content_whatever_the_pieces(size):
    data = HELLO + gzip.compress(b"") + gzip.compress(b"world\n") + b"\0" * 5
    assert content(data, size) == b"hello\nworld\n"


@pytest.mark.parametrize("plain", [b"", b"a", b"ab\n", b"198.51.100.1 example.com - ["])
def test_what_does_not_begin_like_gzip_is_given_as_it_is(plain):
    assert content(plain, 1) == plain


@pytest.mark.parametrize("cut", range(1, len(HELLO)))
def test_a_file_cut_anywhere_is_an_error(cut):
    with pytest.raises(LogDamaged, match="stops in the middle"):
        content(HELLO[:cut])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (HELLO[:-8] + b"XXXX" + HELLO[-4:], "damaged"),
        (HELLO[:-4] + b"abcd", "damaged"),
        (HELLO + b"garbage", "no gzip after the end"),
        (HELLO[:10] + b"\xff\xff\xff" + HELLO[13:], "damaged"),
    ],
    ids=["wrong CRC", "wrong length", "trailing garbage", "broken content"],
)
def test_damage_is_an_error_that_names_the_file(data, message):
    with pytest.raises(LogDamaged, match=message) as caught:
        content(data)
    assert "day.log.gz" in str(caught.value)


def test_a_bomb_comes_in_pieces_of_at_most_one_mebibyte():
    bomb = gzip.compress(b"\0" * 50_000_000)
    sizes = [len(piece) for piece in gunzip.read_blocks(io.BytesIO(bomb), "bomb")]
    assert max(sizes) <= 1 << 20
    assert sum(sizes) == 50_000_000


@given(st.lists(st.binary(max_size=300), max_size=4), st.integers(1, 64))
def test_any_content_in_any_members_comes_back(parts, size):
    packed = b"".join(gzip.compress(part) for part in parts)
    assert content(packed, size) == b"".join(parts)


def test_the_stream_is_left_open():
    stream = io.BytesIO(HELLO)
    assert b"".join(gunzip.read_blocks(stream, "x")) == b"hello\n"
    assert not stream.closed
