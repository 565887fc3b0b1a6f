"""Packed streams of any common kind: told by content, whole or an error, in pieces of bounded size."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.errors import LogDamaged
from ovh_weblogs.unpack import Unpacked

TEXT = b"hello\n" * 50


def zstd(data):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    return sink.getvalue().to_pybytes()


PACK = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd}
SKIPPABLE = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"  # RFC 8878, 3.1.2: four bytes that are no content


class Slow(io.BytesIO):
    """Gives fewer bytes than it is asked for."""

    def read(self, size=-1, /):  # noqa: D102 - as any stream
        return super().read(min(size, 3))


def content(data, *, max_bytes=10**9, size=7):
    unpacked = Unpacked(Slow(data), "day", max_bytes=max_bytes)
    return b"".join(iter(lambda: unpacked.read(size), b""))


@pytest.mark.parametrize("kind", PACK)
def test_every_member_is_read_whatever_the_pieces(kind):
    pack = PACK[kind]
    assert content(pack(TEXT) + pack(b"") + pack(b"world\n")) == TEXT + b"world\n"


@pytest.mark.parametrize("plain", [b"", b"a", b"BX", b"198.51.100.1 example.com - [", b"\n\n", "é".encode()])
def test_what_does_not_begin_like_a_packed_file_is_given_as_it_is(plain):
    assert content(plain) == plain


@pytest.mark.parametrize("kind", PACK)
def test_a_file_cut_anywhere_is_an_error_that_names_it(kind):
    packed = PACK[kind](TEXT)
    for cut in range(1, len(packed)):
        with pytest.raises(LogDamaged, match=r"^day stops in the middle of its "):
            content(packed[:cut])


@pytest.mark.parametrize("kind", PACK)
def test_bytes_that_follow_the_content_are_an_error(kind):
    with pytest.raises(LogDamaged, match=r"^day "):
        content(PACK[kind](TEXT) + b"and more, which is not packed")


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz"])
def test_a_wrong_checksum_is_an_error(kind):
    packed = bytearray(PACK[kind](TEXT))
    middle = {"gzip": -8, "bzip2": 10, "xz": -32}[kind]
    packed[middle] ^= 1
    with pytest.raises(LogDamaged, match=r"^day is damaged"):
        content(bytes(packed))


def test_the_padding_of_xz_is_no_content():
    assert content(lzma.compress(TEXT) + bytes(8) + lzma.compress(TEXT) + bytes(4)) == TEXT * 2


def test_frames_of_zstandard_that_are_to_be_skipped_are_skipped():
    assert content(SKIPPABLE + zstd(TEXT) + SKIPPABLE) == TEXT


XZ_BLOCK = bytes.fromhex(
    "0200210124000000"
)  # header of a block whose dictionary has 1 GiB (file format of xz, 3.1, 5.3.1)
GREEDY = {
    "xz": b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4F" + XZ_BLOCK + zlib.crc32(XZ_BLOCK).to_bytes(4, "little") + bytes(100),
    "zstd": bytes.fromhex("28b52ffd00a8010000"),  # a window of 2 GiB (RFC 8878, 3.1.1.1.2), and an empty last block
}


@pytest.mark.parametrize("kind", GREEDY)
def test_a_file_that_wants_much_memory_is_refused(kind):
    with pytest.raises(LogDamaged, match=r"^day is damaged \(.*[mM]emory"):
        content(GREEDY[kind])


@pytest.mark.parametrize("kind", PACK)
def test_one_byte_too_much_is_an_error_that_says_how_much_is_allowed(kind):
    packed = PACK[kind](TEXT)
    assert content(packed, max_bytes=len(TEXT)) == TEXT
    with pytest.raises(LogDamaged, match=r"^day unpacks to more than 2\.99e-07 GB; "):
        content(packed, max_bytes=len(TEXT) - 1)


@pytest.mark.parametrize("kind", PACK)
def test_a_bomb_comes_in_pieces_and_stops_at_the_limit(kind):
    bomb = io.BytesIO(PACK[kind](bytes(30_000_000)))
    unpacked = Unpacked(bomb, "bomb", max_bytes=20_000_000)
    sizes = []
    with pytest.raises(LogDamaged, match=r"^bomb unpacks to more than 0\.02 GB"):
        sizes.extend(len(piece) for piece in iter(lambda: unpacked.read(1 << 30), b""))
    assert max(sizes) <= 1 << 20
    assert 18_000_000 < sum(sizes) <= 20_000_000


@pytest.mark.parametrize("kind", PACK)
def test_a_gzip_file_inside_another_file_is_refused(kind):
    with pytest.raises(LogDamaged, match=r"^day is packed twice; unpack it once"):
        content(PACK[kind](gzip.compress(TEXT)))


def test_a_zip_archive_is_named_as_such():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("day.log", TEXT)
    with pytest.raises(LogDamaged, match=r"^day is a zip archive; unpack it, and put the files that are in it in its"):
        content(packed.getvalue())


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("kind", [*PACK, "plain"])
def test_a_tar_archive_is_named_as_such_packed_or_not(kind, form):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        member = tarfile.TarInfo("logs/day.log")
        member.size = len(TEXT)
        archive.addfile(member, io.BytesIO(TEXT))
    packed = PACK.get(kind, bytes)(made.getvalue())
    with pytest.raises(LogDamaged, match=r"^day is a tar archive; unpack it, and put the files that are in it in its"):
        content(packed)


@pytest.mark.parametrize("after", [b"", b"\0 and more"], ids=["at its end", "in its middle"])
def test_a_line_with_the_letters_of_a_tar_in_their_place_is_a_line(after):
    line = b"x" * 257 + b"ustar" + after
    assert content(line) == line


@pytest.mark.parametrize("kind", [*PACK, "plain"])
def test_a_failure_of_the_stream_is_not_taken_for_damage(kind):
    class Broken(io.BytesIO):
        def read(self, size=-1, /):
            if self.tell() > 10:
                raise ConnectionResetError("gone")
            return super().read(min(size, 8))

    packed = PACK.get(kind, bytes)(TEXT)
    unpacked = Unpacked(Broken(packed), "day", max_bytes=10**9)
    with pytest.raises(ConnectionResetError, match="gone"):
        list(iter(lambda: unpacked.read(100), b""))


@given(st.lists(st.binary(max_size=300), max_size=3), st.sampled_from(sorted(PACK)), st.integers(1, 64))
def test_any_content_comes_back_unless_it_is_packed_itself(parts, kind, size):
    parts = [b"-" + part for part in parts]
    assert content(b"".join(map(PACK[kind], parts)), size=size) == b"".join(parts)
