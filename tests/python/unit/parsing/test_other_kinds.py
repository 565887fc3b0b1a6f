"""Logs other than web, line by line."""

from __future__ import annotations

import io
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.parsing import read_lines
from ovh_weblogs.schema import LINES

PARIS = ZoneInfo("Europe/Paris")


def rows(text, name="example.com-05-03-2024.log.gz"):
    batches = [found.rows for found in read_lines(io.BytesIO(text.encode()), source_file=name, zone=PARIS)]
    assert all(batch.schema.equals(LINES.arrow) for batch in batches)
    return [row for batch in batches for row in batch.to_pylist()]


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("[Tue Mar 05 08:14:07 2024] [error] [client 198.51.100.23] File does not exist", utc(2024, 3, 5, 7, 14, 7)),
        ("[Tue Mar 05 08:16:02.123456 2024] [proxy_fcgi:error] [pid 4711] x", utc(2024, 3, 5, 7, 16, 2, 123456)),
        ("[2024-03-05 04:15:02] ## OVH ## START", utc(2024, 3, 5, 3, 15, 2)),
        ("2024-03-05 09:03:00 demo www.example.com 203.0.113.200:443", utc(2024, 3, 5, 8, 3)),
        ("Mar  5 08:20:11 ftp.cluster000 pure-ftpd: (demo@198.51.100.23) [INFO]", utc(2024, 3, 5, 7, 20, 11)),
        ("Tue Mar  5 08:20:15 2024 1 198.51.100.23 5120 /www/index.php b _ i r demo", utc(2024, 3, 5, 7, 20, 15)),
        ('198.51.100.23 - demo [05/Mar/2024:08:20:15 +0100] "PUT /index.php" 200 5120', utc(2024, 3, 5, 7, 20, 15)),
        ("#0 /home/demo/www/index.php(12): foo()", None),
        ("[2024-02-31 04:15:02] no such day", None),
        ("Dec 31 23:59:59 ssh sshd[1]: of the year before", utc(2023, 12, 31, 22, 59, 59)),
    ],
)
def test_the_time_at_the_head_of_a_line(line, at):
    name = "example.com-01-01-2024.log.gz" if line.startswith("Dec") else "example.com-05-03-2024.log.gz"
    ((row),) = rows(line, name)
    assert (row["server_ts"], row["line"]) == (at, line)


def test_the_hour_that_is_repeated_in_october_is_its_first():
    assert rows("[2024-10-27 02:30:00] x")[0]["server_ts"] == utc(2024, 10, 27, 0, 30)


def test_a_time_that_dst_leaves_out_counts_on_from_the_hour_before():
    assert rows("[2024-03-31 02:30:00] x")[0]["server_ts"] == utc(2024, 3, 31, 1, 30)


@pytest.mark.parametrize(
    ("name", "line", "at"),
    [
        ("a-31-12-2023.log.gz", "Jan  1 00:00:01 ssh x", utc(2023, 12, 31, 23, 0, 1)),
        ("a-01-03-2024.log.gz", "Feb 29 12:00:00 ssh x", utc(2024, 2, 29, 11)),
        ("a-01-03-2025.log.gz", "Feb 29 12:00:00 ssh x", None),
        ("a-31-12-2024.log.gz", "Feb 29 12:00:00 ssh x", None),
        ("a-01-01-0001.log.gz", "Dec 31 12:00:00 ssh x", None),
        ("a-31-12-9999.log.gz", "Jan  1 12:00:00 ssh x", None),
        ("a-31-13-2025.log.gz", "Mar  1 12:00:00 ssh x", None),
        ("ssh.log", "Mar  1 12:00:00 ssh x", None),
        ("a-05-03-2024.log.gz", "[2019-03-05 04:15:02] of another year, as it says itself", utc(2019, 3, 5, 3, 15, 2)),
    ],
)
def test_a_time_without_year_is_the_nearest_to_the_day_of_its_file(name, line, at):
    assert rows(line, name)[0]["server_ts"] == at


@pytest.mark.parametrize("line", ["[9999-12-31 23:59:59] x", "[0001-01-01 00:00:00] x"])
def test_times_at_the_ends_of_the_calendar_do_no_harm(line):
    assert rows(line)[0]["line"] == line


def test_every_line_but_blank_ones_is_a_row_with_its_number():
    assert [(row["line_number"], row["line"]) for row in rows("a\n\n \r\n b\r\nc")] == [(1, "a"), (4, " b"), (5, "c")]


def test_a_line_is_kept_as_it_was_read():
    data = 'é \\x16 \\" \t\x0b\u2028'.encode() + b"\n\xe9\x00"
    (found,) = read_lines(io.BytesIO(data), source_file="", zone=PARIS)
    batch = found.rows
    assert batch.column("line").to_pylist() == ['é \\x16 \\" \t\x0b\u2028', "é\\x00"]
    assert batch.column("source_file").to_pylist() == [None, None]


def test_a_line_beyond_16_mebibytes_says_that_it_is_cut():
    (first, second) = rows("x" * (17 << 20) + "\nb")
    assert first["line"] == "x" * (16 << 20) + " [cut here: the line is longer than 16 MiB]"
    assert (second["line_number"], second["line"]) == (2, "b")


@given(st.binary(max_size=60).filter(lambda data: data[:2] != b"\x1f\x8b"))
def test_any_bytes_are_lines(data):
    found = list(read_lines(io.BytesIO(data), source_file="a-05-03-2024.log", zone=PARIS))
    numbers = [number for block in found for number in block.rows.column("line_number").to_pylist()]
    blanks = sum(block.blanks for block in found)
    assert len(numbers) + blanks == data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))
    assert numbers == [number for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]


@pytest.mark.parametrize("head", ["[", "[Tue Mar 05 08:16:02.", "Mar  5 ", "2024-03-05 09:03:00.", "x ["])
def test_hostile_repeats_take_linear_time(growth, head):
    assert growth(lambda count: rows(head * count)) < 24
