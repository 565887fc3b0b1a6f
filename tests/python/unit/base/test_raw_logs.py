"""Files and cells of raw logs, parsed in turn and counted."""

from __future__ import annotations

import contextlib
import hashlib
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs import logfiles
from ovh_weblogs.cells import parse_cells
from ovh_weblogs.errors import InputError, LogDamaged, SettingsError
from ovh_weblogs.logfiles import LogFile, Totals, parse_files
from ovh_weblogs.schema import HITS, SERVER_HITS
from ovh_weblogs.settings import ParseSettings

SETTINGS = ParseSettings()


def line(number):
    return f'192.0.2.1 a.example - [28/Mar/2026:10:00:00 +0100] "GET /{number} HTTP/1.1" 200 1 "-" "-"'


def file(name, data, **known):
    return LogFile(name, lambda: contextlib.closing(io.BytesIO(data)), **known)


def read(files, settings=SETTINGS):
    totals = Totals()
    blocks = list(parse_files(files, settings, totals))
    return [(row["source_file"], row["line_number"]) for block in blocks for row in block.hits.to_pylist()], totals


def cells(*chunks):
    """Row numbers of hits, row numbers of rejects, totals."""
    totals = Totals()
    arrays = [pa.array(chunk, pa.string()) for chunk in chunks]
    blocks = list(parse_cells(arrays, "table", SETTINGS, totals))
    numbers = [
        [number for block in blocks for number in getattr(block, part).column("line_number").to_pylist()]
        for part in ("hits", "rejects")
    ]
    return *numbers, totals


# Files


def test_files_are_read_in_their_order_and_counted():
    one, two = f"{line(1)}\n\n{line(2)}\n".encode(), b"no log line\n"
    places, totals = read([file("b", one), file("a", two)])
    assert places == [("b", 1), ("b", 3)]
    assert totals.counts == {"lines": 4, "hits": 2, "rejects": 1, "blanks": 1, "files": 2}
    assert totals.bytes == len(one) + len(two)
    assert totals.reasons == {"no time in brackets": 1}


@pytest.mark.parametrize(("size", "right"), [(0, True), (5, True), (6, False)], ids=["grew", "as listed", "cut"])
def test_a_file_of_fewer_bytes_than_listed_is_cut_and_one_of_more_has_grown(size, right):
    with contextlib.nullcontext() if right else pytest.raises(LogDamaged, match="a has 5 bytes in place of 6"):
        read([file("a", b"12345", size=size)])


def test_a_file_with_a_known_hash_has_to_be_that_file():
    known = {"size": 1, "sha256": hashlib.sha256(b"\n").hexdigest()}
    assert read([file("a", b"\n", **{**known, "sha256": known["sha256"].upper()})])[1].blanks == 1
    for other in (b"x", b"\n\n"):
        with pytest.raises(LogDamaged, match=r"^a "):
            read([file("a", other, **known)])


def test_each_file_is_opened_when_its_turn_comes_and_closed_before_the_next():
    events = []

    @contextlib.contextmanager
    def start(name):
        events.append(f"open {name}")
        yield io.BytesIO(line(1).encode())
        events.append(f"close {name}")

    files = [LogFile(name, lambda name=name: start(name)) for name in "ab"]
    events.extend("block" for _ in parse_files(files, SETTINGS, Totals()))
    assert events == ["open a", "block", "close a", "open b", "block", "close b"]


@pytest.mark.parametrize(
    "wrong", [{"line_format": "iis"}, {"base_url": "x"}, {"timezone": "x"}, {"custom_format": "%h"}]
)
def test_wrong_settings_are_found_before_anything_is_read(wrong):
    with pytest.raises(SettingsError):
        logfiles.check_settings(ParseSettings(**wrong))


@pytest.mark.parametrize(
    ("line_format", "written", "location"),
    [
        ("auto", '192.0.2.1 - - {} 200 1 "-" "-"', "https://b.example/a"),
        ("combined", '192.0.2.1 - - {} 200 1 "-" "-"', "https://b.example/a"),
        ("common", "192.0.2.1 - - {} 200 1", "https://b.example/a"),
        ("ovh", '192.0.2.1 c.example - {} 200 1 "-" "-"', "https://c.example/a"),
        ("vhost_combined", 'c.example:80 192.0.2.1 - - {} 200 1 "-" "-"', "https://c.example/a"),
    ],
)
def test_each_format_is_read_as_chosen(line_format, written, location):
    settings = ParseSettings(line_format=line_format, base_url="https://b.example")
    text = written.format('[28/Mar/2026:10:00:00 +0100] "GET /a HTTP/1.1"').encode()
    (block,) = parse_files([file("a", text)], settings, Totals())
    assert block.hits.column("location").to_pylist() == [location]


# Cells


def test_a_cell_is_a_line_of_the_number_of_its_row_across_chunks():
    assert cells([line(1), None, "x"], [], ["", line(2)])[:2] == ([1, 5], [3])


def test_line_feeds_in_cells_give_more_lines_of_one_row():
    hits, rejects, totals = cells([f"{line(1)}\n{line(2)}", line(3)], [f"x\n\n{line(4)}\n"])
    assert (hits, rejects) == ([1, 1, 2, 3], [3])
    assert totals.counts == {"lines": 6, "hits": 4, "rejects": 1, "blanks": 1, "files": 0}


def test_rows_keep_their_numbers_over_many_blocks():
    """Each chunk is 1 MB of text: blocks of lines begin and end inside chunks."""
    padding = "x" * 990
    chunk = [f"{line(1)}\n{padding}"] + [padding] * 999
    hits, rejects, totals = cells(*[chunk] * 12)
    assert hits == [1 + 1_000 * number for number in range(12)]
    assert rejects == list(range(1, 12_001))
    assert totals.lines == 12_012


@given(st.lists(st.lists(st.sampled_from([None, "", "x", "x\n", "x\n\ny", line(1), f"{line(1)}\nx"]), max_size=5)))
def test_every_part_of_every_cell_is_a_hit_a_reject_or_a_blank_of_its_row(chunks):
    hits, rejects, totals = cells(*chunks)
    parts = [
        (row, part)
        for row, cell in enumerate((cell for chunk in chunks for cell in chunk), 1)
        for part in (cell or "").removesuffix("\n").split("\n")
    ]
    assert hits == [row for row, part in parts if part == line(1)]
    assert rejects == [row for row, part in parts if part in ("x", "y")]
    assert totals.lines == len(parts) == totals.hits + totals.rejects + totals.blanks


# Columns


def hits(family):
    values = {"log_family": family, "source_file": "mixed.log", "line_number": 7}
    return pa.RecordBatch.from_pylist([values], schema=HITS.arrow)


def test_hits_of_access_logs_are_given_without_the_columns_of_a_tracker():
    assert logfiles.only_server(hits("server")).schema.names == list(SERVER_HITS.names)


def test_a_trackers_line_in_an_access_log_is_an_error_and_no_loss_of_columns():
    with pytest.raises(InputError, match=r"^mixed\.log begins as an access log and has a tracker's line as number 7; "):
        logfiles.only_server(hits("tracker"))


def test_access_logs_do_not_begin_as_a_trackers_whatever_is_in_them():
    assert not logfiles.begins_as_tracker(f"{line(1)}\nx\n\n{line(2)[:20]}".encode(), SETTINGS)
    assert not logfiles.begins_as_tracker(b"", SETTINGS)
    assert not logfiles.has_tracker_lines([file("a", line(1).encode()), file("b", b"")], SETTINGS)


# Shares


@pytest.mark.parametrize(("limit", "right"), [(0.5, True), (0.49, False)], ids=["at the limit", "above"])
def test_the_share_of_refused_lines_counts_no_blanks(limit, right):
    totals = Totals(lines=12, hits=1, rejects=1, blanks=10)
    totals.reasons["odd"] = 1
    with contextlib.nullcontext() if right else pytest.raises(InputError) as caught:
        totals.judge(limit, "day", fix="look at it")
    if not right:
        assert str(caught.value) == (
            "1 of 12 lines of day were refused (50.0%, allowed are 49.0%; mostly: 1 x odd); look at it."
        )


def test_of_several_files_the_one_with_most_refused_lines_is_named():
    good, bad, worse = line(1).encode(), b"x\n", b"x\n" * 3
    _, totals = read([file("a", good), file("b", worse), file("c", bad)])
    with pytest.raises(InputError, match=r"mostly: 4 x no time in brackets; 3 of them in b\)"):
        totals.judge(0.5, "logs", fix="look")
    _, totals = read([file("b", worse)])
    with pytest.raises(InputError, match=r"mostly: 3 x no time in brackets\)"):
        totals.judge(0.5, "logs", fix="look")
