"""Access log lines to hits and rejects."""

from __future__ import annotations

import gzip
import io
import time
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.errors import LogDamaged, SettingsError
from ovh_weblogs.parsing import parse
from ovh_weblogs.parsing.access import parse as parse_access
from ovh_weblogs.parsing.blocks import line_blocks
from ovh_weblogs.schema import HITS, REJECTS

TIME = "05/Mar/2024:08:14:02 +0100"
AT = datetime(2024, 3, 5, 7, 14, 2, tzinfo=timezone.utc)


def read(data, **options):
    """Hits, rejects and blanks of some bytes."""
    hits, rejects, lines, blanks = [], [], 0, 0
    for block in parse(io.BytesIO(data if isinstance(data, bytes) else data.encode()), **options):
        assert block.hits.schema.equals(HITS.arrow)
        assert block.rejects.schema.equals(REJECTS.arrow)
        assert block.hits.num_rows + block.rejects.num_rows + block.blanks == block.lines
        hits += block.hits.to_pylist()
        rejects += block.rejects.to_pylist()
        lines += block.lines
        blanks += block.blanks
    return hits, rejects, lines, blanks


def hit(line, **options):
    """The one hit of a line, without its nulls."""
    (row,), rejects, _, _ = read(line, **options)
    assert rejects == []
    return {name: value for name, value in row.items() if value is not None}


def ovh(request="GET / HTTP/1.1", *, vhost="www.example.com", user="-", status="200", size="5", referer="-", agent="-"):
    return f'198.51.100.23 {vhost} {user} [{TIME}] "{request}" {status} {size} "{referer}" "{agent}"'


def test_a_line_of_ovh_fills_every_column():
    line = (
        f"198.51.100.23 www.example.com alice [{TIME}] "
        '"GET /blog/?p=12 HTTP/1.1" 200 18342 "https://www.google.com/" "Mozilla/5.0"'
    )
    assert hit(line, source_file="day.log.gz") == {
        "server_ts": AT,
        "client_addr": "198.51.100.23",
        "vhost": "www.example.com",
        "user": "alice",
        "method": "GET",
        "location": "https://www.example.com/blog/?p=12",
        "protocol": "HTTP/1.1",
        "status": 200,
        "bytes": 18342,
        "referer": "https://www.google.com/",
        "useragent": "Mozilla/5.0",
        "log_family": "server",
        "source_file": "day.log.gz",
        "line_number": 1,
    }


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("GET / HTTP/1.1", ("GET", "https://www.example.com/", "HTTP/1.1", None)),
        ("GET /", ("GET", "https://www.example.com/", None, None)),
        ("POST /a b c HTTP/2", ("POST", "https://www.example.com/a b c", "HTTP/2", None)),
        ("GET /x HTTP/1.1 200 0", ("GET", "https://www.example.com/x HTTP/1.1 200 0", None, None)),
        ("GET http://Other.example:80/X?y HTTP/1.0", ("GET", "http://other.example/X?y", "HTTP/1.0", None)),
        ("GET https://u:p@O.example:8443/ HTTP/1.0", ("GET", "https://u:p@o.example:8443/", "HTTP/1.0", None)),
        ("OPTIONS * HTTP/1.0", ("OPTIONS", "*", "HTTP/1.0", None)),
        ("CONNECT mail.example:443 HTTP/1.1", ("CONNECT", "mail.example:443", "HTTP/1.1", None)),
        (r"\x16\x03\x01\x02", (None, None, None, r"\x16\x03\x01\x02")),
        (r"GET /\"q\"\\ HTTP/1.1", ("GET", 'https://www.example.com/"q"\\', "HTTP/1.1", None)),
        (
            r"GET /\xc3\xa9\xe9\x00\xc2\x85 HTTP/1.1",
            ("GET", r"https://www.example.com/é\xe9\x00\xc2\x85", "HTTP/1.1", None),
        ),
        (
            r"GET /\xf0\x9f\x98\x80\xed\xa0\x80 HTTP/1.1",
            ("GET", r"https://www.example.com/😀\xed\xa0\x80", "HTTP/1.1", None),
        ),
        ("-", (None, None, None, None)),
        ("", (None, None, None, None)),
        ("GET", (None, None, None, "GET")),
        ("hello world", (None, None, None, "hello world")),
        (r"\n", (None, None, None, r"\n")),
    ],
)
def test_requests_of_every_shape(request_line, expected):
    row = hit(ovh(request_line))
    assert tuple(row.get(name) for name in ("method", "location", "protocol", "request")) == expected


@pytest.mark.parametrize(
    ("vhost", "expected"),
    [
        ("WWW.Example.COM", "www.example.com"),
        ("example.com.", "example.com"),
        ("example.com:443", "example.com"),
        ("example.com.:80", "example.com"),
        ("example.com:8080", "example.com:8080"),
    ],
)
def test_hosts_are_written_one_way(vhost, expected):
    row = hit(ovh(vhost=vhost))
    assert (row["vhost"], row["location"]) == (expected, f"https://{expected}/")


@pytest.mark.parametrize(
    ("given_url", "scheme"), [(None, "https"), ("http://x.example", "http"), ("https://x.example", "https")]
)
def test_the_base_url_decides_on_the_scheme_of_lines_with_a_host(given_url, scheme):
    assert hit(ovh(), base_url=given_url)["location"] == f"{scheme}://www.example.com/"


def test_combined_lines_have_no_host_unless_the_base_url_names_it():
    line = f'198.51.100.23 - - [{TIME}] "GET /a?b HTTP/1.1" 200 5 "-" "-"'
    row = hit(line)
    assert (row.get("vhost"), row["location"]) == (None, "/a?b")
    row = hit(line, base_url="http://Shop.example:80/")
    assert (row["vhost"], row["location"]) == ("shop.example", "http://shop.example/a?b")


def test_common_and_vhost_combined_lines_are_read_and_mix_in_one_file():
    lines = [
        f'198.51.100.23 - - [{TIME}] "GET / HTTP/1.1" 200 5',
        f'www.example.com:443 198.51.100.23 - bob [{TIME}] "GET / HTTP/1.1" 200 5 "-" "A"',
        ovh(agent="B"),
        f'198.51.100.23 - bob [{TIME}] "GET / HTTP/1.1" 200 5 "-" "C"',
    ]
    hits, rejects, _, _ = read("\n".join(lines))
    assert rejects == []
    assert [(row["client_addr"], row["vhost"], row["useragent"]) for row in hits] == [
        ("198.51.100.23", None, None),
        ("198.51.100.23", "www.example.com", "A"),
        ("198.51.100.23", "www.example.com", "B"),
        ("198.51.100.23", None, "C"),
    ]


def test_a_custom_log_format_is_read():
    form = '%h %{X-Cache}o %v %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D'
    line = f'::1 HIT a.example bob [{TIME}] "GET / HTTP/1.1" 200 5 "r" "u" 1234'
    row = hit(line, custom_format=form)
    assert (row["client_addr"], row["vhost"], row["user"], row["useragent"]) == ("::1", "a.example", "bob", "u")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"custom_format": "%h %Z %t"}, "%Z"),
        ({"custom_format": "%h %u"}, "no time"),
        ({"line_format": "iis"}, "iis"),
        ({"base_url": "www.example.com"}, "base_url"),
        ({"base_url": "ftp://example.com"}, "base_url"),
        ({"base_url": "http://["}, "base_url"),
    ],
)
def test_wrong_options_are_named(options, told):
    with pytest.raises(SettingsError, match=told):
        read("x", **options)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hello", "no time in brackets"),
        (ovh()[:-1], "a quote is not closed"),
        (ovh(status="abc"), "the status is no number"),
        (ovh(size="5x"), "the size is no number"),
        (ovh().replace("05/Mar", "31/Feb"), "the time does not exist"),
        (ovh().replace("05/Mar", "05/Foo"), "the time does not exist"),
        (ovh().replace("+0100", "+9900"), "the time does not exist"),
        (ovh().replace("05/Mar/2024", "05/Mar/0000"), "the time does not exist"),
        (ovh() + " extra", "fields after the time do not fit"),
        (f'198.51.100.23 [{TIME}] "GET / HTTP/1.1" 200 5 "-" "-"', "fields before the time do not fit"),
    ],
)
def test_refused_lines_keep_their_bytes_and_say_why(line, reason):
    hits, (reject,), _, _ = read("\n" + line + "\n", source_file="f")
    assert hits == []
    assert reject == {"source_file": "f", "line_number": 2, "reason": reason, "line": line.encode()}


@pytest.mark.parametrize(
    ("offset", "hour"),
    [("+0100", 7), ("+0200", 6), ("-0500", 13), ("+0000", 8), ("-0030", 8)],
)
def test_offsets_make_utc(offset, hour):
    assert hit(ovh().replace("+0100", offset))["server_ts"].hour == hour


def test_a_login_may_hold_blanks_quotes_and_brackets():
    assert hit(ovh(user='a b "c" [d]'))["user"] == 'a b "c" [d]'


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("é".encode(), "é"),
        (b"\xe9", "é"),
        (b"\x00", "\\x00"),
        ("\u2028".encode(), "\u2028"),
        (b"a\rb", "a\rb"),
        (b"\x85", "\x85"),
    ],
)
def test_bytes_become_text_without_loss(raw, text):
    line = ovh(agent="@").encode().replace(b"@", raw)
    assert hit(line)["useragent"] == text


def test_lines_end_at_line_feeds_only_and_blank_ones_are_counted():
    data = (ovh() + "\r\n\n  \n" + ovh(agent="a\x0bb\x0cc\x85d")).encode() + b"\n\n"
    hits, rejects, lines, blanks = read(data)
    assert ([row["line_number"] for row in hits], rejects, lines, blanks) == ([1, 4], [], 5, 3)


def test_gzip_and_plain_are_told_apart_by_their_first_bytes():
    data = "\n".join(ovh(agent=str(n)) for n in range(50)).encode()
    assert read(gzip.compress(data)) == read(data)
    with pytest.raises(LogDamaged):
        read(gzip.compress(data)[:-9])


def test_the_stream_is_left_open():
    stream = io.BytesIO(ovh().encode())
    list(parse_access(stream))
    assert not stream.closed


def test_a_line_beyond_16_mebibytes_is_refused_and_the_next_is_read():
    data = b"x" * (17 << 20) + b"\n" + ovh().encode()
    hits, (reject,), lines, _ = read(data)
    assert (len(hits), lines, reject["reason"], hits[0]["line_number"]) == (1, 2, "longer than 16 MiB", 2)
    assert len(reject["line"]) == 16 << 20


@pytest.mark.parametrize("size", range(1, 40))
def test_where_blocks_end_changes_nothing(size):
    data = (ovh(agent="é") + "\n\n" + ovh()[:50] + "\r\n" + ovh()).encode()
    blocks = line_blocks(io.BytesIO(data), "f", first=size, size=size)
    expected = next(line_blocks(io.BytesIO(data), "f"))
    assert [line for block in blocks for line in block] == [
        *expected, *(line for block in list(line_blocks(io.BytesIO(data), "f"))[1:] for line in block)
    ]  # fmt: skip


PIECES = st.sampled_from(
    [
        ovh().encode(),
        b"\n",
        b'"',
        b"\\",
        b" [",
        b"] ",
        b'" ',
        TIME.encode(),
        b"- ",
        b"\x00",
        b"\xff",
        b"\r",
        "é".encode(),
        b"\x1f\x8b",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=20), max_size=30))
def test_no_bytes_lose_or_merge_a_line(parts):
    data = b"".join(parts)
    if data.startswith(b"\x1f\x8b"):
        data = b"x" + data
    hits, rejects, lines, blanks = read(data)
    assert lines == data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    assert len(hits) + len(rejects) + blanks == lines
    raw = data.split(b"\n")
    for reject in rejects:
        assert reject["line"] == raw[reject["line_number"] - 1].removesuffix(b"\r")


CELL = st.text(
    st.characters(min_codepoint=0xA0, exclude_categories=("Cs",)) | st.sampled_from('ab/"\\ ?&[]'), max_size=12
)


def escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


@given(agent=CELL, referer=CELL, path=CELL, status=st.integers(100, 599), size=st.integers(0, 10**12))
def test_a_record_written_as_a_line_is_read_back(agent, referer, path, status, size):
    line = ovh(
        f"GET /{escaped(path)} HTTP/1.1", status=status, size=size, referer=escaped(referer), agent=escaped(agent)
    )
    row = hit(line)
    assert (row.get("useragent"), row.get("referer")) == (agent or None, referer or None)
    assert (row["location"], row["status"], row["bytes"]) == (f"https://www.example.com/{path}", status, size)


@pytest.mark.parametrize("unit", ['] "', '\\"', f"[{TIME}] ", '" 200 5 "', "\\x", " "])
def test_hostile_repeats_take_linear_time(unit):
    def seconds(count):
        line = f'1.2.3.4 a.example - [{TIME}] "GET /'.encode() + unit.encode() * count
        begun = time.perf_counter()
        read(line)
        return time.perf_counter() - begun

    ratios = []
    for _ in range(5):
        small, large = seconds(20_000), seconds(80_000)
        ratios.append(large / max(small, 1e-4))
        if ratios[-1] < 8:  # four times the input; quadratic would be sixteen
            break
    assert min(ratios) < 8


def test_real_combined_lines_are_read_but_for_the_one_that_is_cut(samples):
    with (samples / "apache_logs.gz").open("rb") as file:
        blocks = list(parse(file, source_file="apache_logs.gz"))
    assert sum(block.lines for block in blocks) == 10_000
    assert sum(block.hits.num_rows for block in blocks) == 9_999
    assert [row["line_number"] for block in blocks for row in block.rejects.to_pylist()] == [8_899]
    addresses = {address for block in blocks for address in block.hits.column("client_addr").to_pylist()}
    assert len(addresses) == 1_753
