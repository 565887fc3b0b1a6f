"""Logs other than web, line by line."""

from __future__ import annotations

import io
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from ovh_weblogs.parsing import read_lines
from ovh_weblogs.schema import LINES

PARIS = ZoneInfo("Europe/Paris")


def rows(text, name="example.com-05-03-2024.log.gz"):
    batches = list(read_lines(io.BytesIO(text.encode()), source_file=name, zone=PARIS))
    assert all(batch.schema.equals(LINES.arrow) for batch in batches)
    return [row for batch in batches for row in batch.to_pylist()]


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("[Tue Mar 05 08:14:07 2024] [error] [client 198.51.100.23] File does not exist", utc(2024, 3, 5, 7, 14, 7)),
        ("[Tue Mar 05 08:16:02.123456 2024] [proxy_fcgi:error] [pid 4711] x", utc(2024, 3, 5, 7, 16, 2)),
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


def test_every_line_is_a_row_with_its_number():
    assert [(row["line_number"], row["line"]) for row in rows("a\n\nb")] == [(1, "a"), (2, ""), (3, "b")]
