"""The lines that benchmarks read."""

from __future__ import annotations

import gzip
import hashlib
import io
from functools import cache

from dev.bench import data
from ovh_weblogs.parsing import parse

DIGEST = "984feeaff5b5922a601f9c7df3bba49e6f7fe00bacca85e93728db71b1fae401"
ONE_OF_EACH_KIND = 2800  # lines, of which 0.5 % are hard: as many as there are kinds


@cache
def text(lines: int, seed: int = data.SEED) -> bytes:
    return b"".join(data.content(lines, seed))


def is_hard(line: bytes) -> bool:
    return line.startswith((b"198.51.100.7 ", b"2001:db8:4f::1a "))


def test_the_same_arguments_give_the_same_bytes_on_every_machine():
    """Figures of two machines are about the same lines."""
    assert hashlib.sha256(text(1000)).hexdigest() == DIGEST


def test_another_seed_gives_other_lines():
    assert text(200, seed=2) != text(200)


def test_a_line_has_about_255_bytes():
    assert 245 <= len(text(5000)) / 5000 <= 265


def test_a_file_holds_every_kind_of_hard_line_at_half_a_percent():
    assert data.hard_lines(ONE_OF_EACH_KIND) == len(data.HARD_KINDS) == 14

    hard = [line for line in text(ONE_OF_EACH_KIND).splitlines() if is_hard(line)]

    assert len(set(hard)) == 14


def test_only_cut_lines_are_no_hits():
    blocks = list(parse(io.BytesIO(text(ONE_OF_EACH_KIND))))

    [rejected] = [line for block in blocks for line in block.rejects.column("line").to_pylist()]

    assert rejected.endswith(b'"Mozilla/5.0 (X11; Li')
    assert sum(block.hits.num_rows for block in blocks) == ONE_OF_EACH_KIND - 1


def test_cut_lines_are_counted_among_the_hard_ones():
    """The last of 14 kinds, one kind after another: none in 13 hard lines, two in 28."""
    assert [data.cut_lines(200 * hard) for hard in (13, 14, 27, 28)] == [0, 1, 1, 2]


def test_lines_stand_in_the_order_of_time_over_one_day():
    times = [line.split(b"[", 1)[1][12:20] for line in text(1000).splitlines()]

    assert times == sorted(times)
    assert times[0] == b"00:00:00"
    assert times[-1] == b"23:58:33"


def test_addresses_grow_with_the_lines():
    """A day's visitors are 115,000 addresses in a million lines; hard lines have one of their own."""
    easy = [line for line in text(10_000).splitlines() if not is_hard(line)]

    assert 1100 <= len({line.split(b" ", 1)[0] for line in easy}) <= 1150


def test_a_corpus_is_the_content_packed(tmp_path):
    made = data.corpus(ONE_OF_EACH_KIND, tmp_path)

    assert gzip.decompress(made.path.read_bytes()) == text(ONE_OF_EACH_KIND)
    assert (made.lines, made.hard, made.cut, made.hits) == (2800, 14, 1, 2799)


def test_a_corpus_is_made_once(tmp_path):
    made = data.corpus(200, tmp_path)
    made.path.write_bytes(b"kept")

    assert data.corpus(200, tmp_path).path.read_bytes() == b"kept"


def test_corpora_of_different_sizes_do_not_share_a_file(tmp_path):
    assert data.corpus(200, tmp_path).path != data.corpus(400, tmp_path).path
