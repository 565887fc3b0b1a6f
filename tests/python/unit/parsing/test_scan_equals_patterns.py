"""The vectorised scan and the patterns give the same rows for every line."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.parsing.access import AccessReader
from ovh_weblogs.parsing.blocks import Block, count_lines
from ovh_weblogs.parsing.scan import METHODS, PROTOCOLS, find_lines, scan

TIME = "05/Mar/2024:08:14:02 +0100"


def line(
    *, client="198.51.100.23", second="a.example", user="-", at=TIME, request="GET / HTTP/1.1", status="200", size="5",
    referer="-", agent="-",
):  # fmt: skip
    return f'{client} {second} {user} [{at}] "{request}" {status} {size} "{referer}" "{agent}"'.encode()


USUAL = [
    line(agent="Mozilla/5.0 (X11; Linux x86_64)", referer="https://a.example/?q=a b"),
    line(client="2001:0db8:0000:0000:0000:ff00:0042:8329", second="B.Example:443", size="-"),
    line(second="-", user="alice"),
    line(second="identd", user="someone@example.com"),
    line(referer="", agent=""),
    line(size="0"),
    line(size="123456789012345"),
    line(status="000"),
    line(request="GET /a b  c HTTP/1.1"),
    line(at="29/Feb/2024:23:59:59 -1130"),
    *(line(request=f"{method} /x HTTP/1.1") for method in METHODS),
    *(line(request=f"GET /x {protocol}") for protocol in PROTOCOLS),
]
HOSTILE = [
    b"",
    b" \t ",
    b"\x00",
    b'""""""',
    b'"' * 90,
    b" " * 90 + b'""""""',
    line()[:-1],
    line()[:60],
    line() + b" ",
    line() + b' "-"',
    b" " + line(),
    line(client=""),
    line(client="-"),
    line(client="x"),
    line(client="a" * 39),
    line(client="a" * 40),
    line(client="a" * 400),
    line(client="a.example:443"),
    line(client="a.example:443", second="192.0.2.1", user="- bob"),
    line(second=""),
    line(second=". "),
    line(second="a.example b.example"),
    line(second="A.EXAMPLE."),
    line(second="a.example.:80"),
    line(user=""),
    line(user=" "),
    line(user="a b"),
    line(user="- -"),
    line(user="- x"),
    line(user="u" * 31),
    line(user="u" * 32),
    line(user="u" * 33),
    line(user=f"[{TIME}]"),
    line(user=f'[{TIME}] "'),
    line(at="31/Feb/2024:08:14:02 +0100"),
    line(at="05/Mar/2024:24:14:02 +0100"),
    line(at="05/Mar/2024:08:60:02 +0100"),
    line(at="05/Mar/2024:08:14:60 +0100"),
    line(at="05/Mar/2024:0a:14:02 +0100"),
    line(at="05/Mar/2024 08:14:02 +0100"),
    line(at="05/Mar/2024:08-14:02 +0100"),
    line(at="05/Mar/2024:08:14:02 +0160"),
    line(at="05/Mar/2024:08:14:02 +9999"),
    line(at="05/Mar/2024:08:14:02 *0100"),
    line(at="05/Mar/9999:08:14:02 +0100"),
    line(at="05/Mar/1903:08:14:02 +0100"),
    line(at="05/mar/2024:08:14:02 +0100"),
    line().replace(b"] ", b"]  ", 1),
    line().replace(b" [", b"[", 1),
    line(request=""),
    line(request="-"),
    line(request="GET"),
    line(request="GET /"),
    line(request="GET HTTP/1.1"),
    line(request="GET /HTTP/1.1"),
    line(request="GET  HTTP/1.1"),
    line(request="GET /x HTTP/2"),
    line(request="GET /x HTTP/4"),
    line(request="GET /x HTTP/1.10"),
    line(request="GET / HTTP/1.1 HTTP/1.1"),
    line(request="GET /x\tHTTP/1.1"),
    line(request="FETCH /x HTTP/1.1"),
    line(request="GET http://O.example:80/ HTTP/1.1"),
    line(request="OPTIONS * HTTP/1.1"),
    line(request=r"\x16\x03"),
    line(request=r"GET /\"a HTTP/1.1"),
    line(request='GET /"a HTTP/1.1'),
    line(status="-"),
    line(status="20"),
    line(status="2000"),
    line(status="20x"),
    line(status=""),
    line(size=""),
    line(size="5x"),
    line(size="-5"),
    line(size="--"),
    line(size="1234567890123456"),
    line(size="9223372036854775807"),
    line(size="9223372036854775808"),
    line(size="5 "),
    line(agent=r"a\x20b\xc3\xa9"),
    line(agent="é"),
    line(agent="\x7f"),
    line(agent="\v\f\x1c"),
    line(agent="@").replace(b"@", b"\xe9"),
    line(agent="@").replace(b"@", b"\r"),
    line(agent="@").replace(b"@", b"\x00"),
    line() + b"\r",
    line() + b"\r\r",
]
CORPUS = USUAL + HOSTILE
OPTIONS = [
    {},
    {"line_format": "ovh"},
    {"line_format": "combined", "base_url": "http://x.example:81"},
    {"base_url": "http://x.example"},
]


def block_of(data):
    return Block(data, 7, count_lines(data))


def assert_both_ways_agree(data, options):
    block = block_of(data)
    ways = [AccessReader(source_file="f", vectorised=vectorised, **options) for vectorised in (True, False)]
    for scanned, matched in zip(*(way.read(block) for way in ways), strict=True):
        scanned.hits.validate(full=True)
        assert scanned.hits.to_pylist() == matched.hits.to_pylist()
        assert scanned.rejects.to_pylist() == matched.rejects.to_pylist()
        assert (scanned.lines, scanned.blanks) == (matched.lines, matched.blanks)


def test_every_usual_line_is_taken_by_the_scan():
    found = scan(find_lines(b"\n".join(USUAL)))
    assert found is not None
    assert found.lines.tolist() == list(range(len(USUAL)))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r"])
def test_usual_and_hostile_lines_in_one_block(options, end):
    assert_both_ways_agree(b"\n".join(CORPUS) + end, options)
    assert_both_ways_agree(b"\r\n".join(CORPUS) + end, options)


@pytest.mark.parametrize("content", CORPUS)
def test_each_line_as_the_whole_block(content):
    """At the start and at the end of a block, every window that the scan looks through stays inside."""
    if content:
        for options in OPTIONS:
            assert_both_ways_agree(content, options)
            assert_both_ways_agree(content + b"\n", options)


BYTE = st.sampled_from(list(b'\n\r "\\[]-/:0a\x00\x7f\xc3\xa9')) | st.integers(0, 255)


@st.composite
def mutated(draw):
    lines = [bytearray(draw(st.sampled_from(CORPUS))) for _ in range(draw(st.integers(1, 6)))]
    for content in lines:
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(content)))
            content[at : at + draw(st.integers(0, 2))] = bytes(draw(st.lists(BYTE, max_size=2)))
    return b"\n".join(lines) + b"\n"


@given(mutated(), st.sampled_from(OPTIONS))
def test_random_changes_of_lines(data, options):
    assert_both_ways_agree(data, options)


@given(st.permutations(USUAL * 2))
def test_days_zones_and_hosts_in_any_order(lines):
    assert_both_ways_agree(b"\n".join(lines), {})


def test_real_lines_are_nearly_all_taken_by_the_scan(samples):
    data = gzip.decompress((samples / "apache_logs.gz").read_bytes())
    found = scan(find_lines(data))
    assert found is not None
    assert len(found.lines) > 9_900
    assert_both_ways_agree(data, {})
