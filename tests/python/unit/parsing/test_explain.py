"""Why a format was chosen."""

from __future__ import annotations

import io
import logging

import pytest

from ovh_weblogs.parsing import explain, parse

REST = '[05/Mar/2024:08:14:02 +0100] "GET / HTTP/1.1" 200 5'
OVH = f'198.51.100.23 a.example - {REST} "-" "-"'
COMBINED = f'198.51.100.23 - - {REST} "-" "-"'
COMMON = f"198.51.100.23 - - {REST}"
VHOST = f'a.example:80 198.51.100.23 - - {REST} "-" "-"'


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([OVH, OVH], "of its first lines are read 2 of 2 as ovh (the second field names a host)"),
        ([COMMON], "of its first lines are read 1 of 1 as common (the second field names no host)"),
        (
            [VHOST, "", "x", COMBINED],
            (
                "of its first lines are read 1 of 3 as combined (the second field names no host), "
                "1 of 3 as vhost_combined (the first field is a host with a port), "
                "1 of 3 as none of ovh, combined, vhost_combined, common"
            ),
        ),
        ([" ", ""], "no line but blank ones"),
    ],
)
def test_the_format_of_lines_is_explained(lines, told):
    assert explain([line.encode() for line in lines]) == told


def read(lines, **options):
    return [
        row["vhost"]
        for block in parse(io.BytesIO("\n".join(lines).encode()), **options)
        for row in block.hits.to_pylist()
    ]


def test_the_log_says_once_per_file_how_it_is_read(caplog):
    with caplog.at_level(logging.INFO):
        read([OVH] * 20_000, source_file="day.log")
    assert caplog.messages == ["day.log: of its first lines are read 100 of 100 as ovh (the second field names a host)"]


def test_nothing_is_explained_where_the_format_was_given(caplog):
    with caplog.at_level(logging.DEBUG):
        read([OVH], line_format="ovh")
    assert caplog.messages == []


@pytest.mark.parametrize("count", [1, 500])
def test_a_file_that_changes_its_format_is_followed(count):
    lines = [VHOST] * count + [COMMON] * count + [OVH] * count + [COMBINED] * count + [VHOST]
    assert read(lines) == ["a.example"] * count + [None] * count + ["a.example"] * count + [None] * count + [
        "a.example"
    ]
