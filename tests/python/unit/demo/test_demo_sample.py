"""The generated month: the same on every machine, and as awkward as real logs."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import date

import pytest

from dev.demo import sample

_OFFSET = re.compile(rb"\[(\d\d)/Mar/2026:(\d\d):\d\d:\d\d ([+-]\d{4})\]")


@pytest.fixture(scope="module")
def month() -> dict[date, list[bytes]]:
    return dict(sample.days())


def test_the_first_day_is_the_same_on_every_machine(month):
    """A change of the sample changes this digest on purpose."""
    content = b"".join(line + b"\n" for line in month[date(2026, 3, 1)])
    assert hashlib.sha256(content).hexdigest() == "1e54a66a69fd114562b79c986817f8e6e970a734080d6c6b37ed0f1e1ad4db7c"


def test_a_day_made_alone_is_the_day_of_the_whole_month(month):
    (only,) = sample.days(count=1)
    assert only == (date(2026, 3, 1), month[date(2026, 3, 1)])


def test_another_seed_gives_other_lines(month):
    (_, lines), *_ = sample.days(count=1, seed=2)
    assert lines != month[date(2026, 3, 1)]


def test_the_month_has_31_days_of_a_few_thousand_lines(month):
    assert list(month) == [date(2026, 3, day) for day in range(1, 32)]
    assert all(2_000 < len(lines) < 6_000 for lines in month.values())


@pytest.mark.parametrize(
    ("day", "expected"),
    [(28, {b"+0100"}), (29, {b"+0100", b"+0200"}), (30, {b"+0200"})],
    ids=["before", "day of change", "after"],
)
def test_offsets_are_those_of_paris(month, day, expected):
    stamps = [found for line in month[date(2026, 3, day)] if (found := _OFFSET.search(line))]
    assert expected == {found[3] for found in stamps if int(found[1]) == day}


def test_the_hour_that_does_not_exist_is_never_logged(month):
    """On 29 March 2026 clocks in Paris go from 02:00 +0100 to 03:00 +0200."""
    stamps = [found for line in month[date(2026, 3, 29)] if (found := _OFFSET.search(line)) and found[1] == b"29"]
    hours = Counter((found[2], found[3]) for found in stamps)
    assert hours[b"01", b"+0100"] > 0
    assert hours[b"03", b"+0200"] > 0
    assert not [hour for hour, _ in hours if hour == b"02"]


def test_each_file_begins_with_requests_of_the_evening_before(month):
    assert b"[28/Mar/2026:23:59:57 +0100]" in month[date(2026, 3, 29)][0]


def test_the_month_holds_two_sites_both_kinds_of_address_robots_and_hard_lines(month):
    lines = [line for lines in month.values() for line in lines]
    heads = {tuple(line.split(b" ", 2)[:2]) for line in lines if line}
    assert {b"www.example.com", b"blog.example.com"} <= {host for _, host in heads}
    assert {True, False} == {b":" in address for address, _ in heads}
    for part in (b"Googlebot", rb"\x16\x03", rb"a\"b.html", b'"-" 408', b"<script>alert(1)", b" 503 ", b" 404 "):
        assert any(part in line for line in lines), part


def test_the_month_holds_blank_lines_and_lines_that_are_cut(month):
    lines = [line for lines in month.values() for line in lines]
    assert [line for line in lines if not line] == [b""] * 11
    assert len([line for line in lines if line.endswith(b'"https://www.goo')]) == 6
