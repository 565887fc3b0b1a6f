"""Access log lines to hits and rejects."""

from __future__ import annotations

import gzip
import io
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.errors import LogDamaged, SettingsError
from ovh_weblogs.parsing import parse
from ovh_weblogs.parsing.formats import AUTO
from ovh_weblogs.schema import HITS, REJECTS
from tests.python.unit.parsing.blockwise import assert_no_line_is_lost

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
        ("CONNECT [::1]:443 HTTP/1.1", ("CONNECT", "[::1]:443", "HTTP/1.1", None)),
        ("GET mail.example:443 HTTP/1.1", (None, None, None, "GET mail.example:443 HTTP/1.1")),
        ("GET HTTPS://O.example:443 HTTP/1.1", ("GET", "HTTPS://o.example", "HTTP/1.1", None)),
        ("GET ftp://O.example:443/ HTTP/1.1", ("GET", "ftp://o.example:443/", "HTTP/1.1", None)),
        ("GET http://[::1]:80/ HTTP/1.1", ("GET", "http://[::1]/", "HTTP/1.1", None)),
        ("PROPFIND /dav HTTP/1.1", ("PROPFIND", "https://www.example.com/dav", "HTTP/1.1", None)),
        ("get /x HTTP/1.1", ("get", "https://www.example.com/x", "HTTP/1.1", None)),
        ("GET /x HTTP/1.10", ("GET", "https://www.example.com/x", "HTTP/1.10", None)),
        ("GET /x HTTP/1.", ("GET", "https://www.example.com/x HTTP/1.", None, None)),
        ("GET /x http/1.1", ("GET", "https://www.example.com/x http/1.1", None, None)),
        ("GET  /x HTTP/1.1", (None, None, None, "GET  /x HTTP/1.1")),
        ("GET HTTP/1.1", (None, None, None, "GET HTTP/1.1")),
        ("GET /x  HTTP/1.1", ("GET", "https://www.example.com/x ", "HTTP/1.1", None)),
        ("-1 /x", (None, None, None, "-1 /x")),
        (" ", (None, None, None, " ")),
        (r"\t\x0b", (None, None, None, r"\t\x0b")),
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
        ("example.com.:8080", "example.com:8080"),
        ("[2001:DB8::1]:443", "[2001:db8::1]"),
        ("demo.cluster021.hosting.ovh.net", "demo.cluster021.hosting.ovh.net"),
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


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"line_format": "iis"}, "iis"),
        ({"base_url": "www.example.com"}, "base_url"),
        ({"base_url": "ftp://example.com"}, "base_url"),
        ({"base_url": "http://["}, "base_url"),
        ({"base_url": "http://"}, "base_url"),
        ({"base_url": "http://exa mple.com"}, "base_url"),
        ({"base_url": "https://example.com:x"}, "base_url"),
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"timezone": "Europe"}, "Europe"),
        ({"timezone": "../etc"}, "etc"),
    ],
)
def test_wrong_options_are_named(options, told):
    with pytest.raises(SettingsError, match=told):
        read("x", **options)


def test_a_password_in_the_base_url_is_not_repeated():
    with pytest.raises(SettingsError) as told:
        read("x", base_url="ftp://reader:hunter2@example.com")
    assert "hunter2" not in str(told.value)


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
        (ovh().replace("+0100", "+0160"), "the time does not exist"),
        (
            ovh().replace("05/Mar/2024", "31/Dec/9999").replace("08:14:02 +0100", "23:59:59 -0100"),
            "the time does not exist",
        ),
        (ovh() + " extra", "text after the user agent"),
        (ovh() + ' "-"', "text after the user agent"),
        (f'198.51.100.23 [{TIME}] "GET / HTTP/1.1" 200 5 "-" "-"', "too few fields"),
        (f"198.51.100.23 www.example.com - [{TIME}]", "too few fields"),
        (ovh().removesuffix(' "-"'), "too few fields"),
        (ovh(status="99999999999"), "the status is out of range"),
        (ovh(status="-1"), "the status is no number"),
        (ovh(status="٣"), "the status is no number"),
        (ovh(size="9223372036854775808"), "the size is out of range"),
        (ovh(size="9" * 5000), "the size is out of range"),
        (
            f'192.0.2.5 a.example - [{TIME}] "GET /x.css HTTP/1.1 200 0" https://a.example/ Mozilla/5.0 (X) "" ""',
            "a field is not in quotes",
        ),
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


@pytest.mark.parametrize("absent", ["", "-"])
def test_empty_cells_and_dashes_are_null(absent):
    row = hit(ovh(vhost="-", user=absent, referer=absent, agent=absent, status="-", size="-"), line_format="ovh")
    assert set(row) == {"server_ts", "client_addr", "method", "location", "protocol", "log_family", "line_number"}
    assert row["location"] == "/"


def test_a_size_of_zero_stays_zero():
    assert hit(ovh(size="0"))["bytes"] == 0


def test_numbers_reach_the_ends_of_their_types():
    row = hit(ovh(status="2147483647", size="9223372036854775807"))
    assert (row["status"], row["bytes"]) == (2147483647, 9223372036854775807)


@pytest.mark.parametrize("address", ["198.51.100.23", "2001:db8:4f::1a", "::ffff:192.0.2.1", "host.example.net", "a"])
def test_addresses_stay_as_logged(address):
    assert hit(ovh().replace("198.51.100.23", address))["client_addr"] == address


@pytest.mark.parametrize(
    ("second", "host"),
    [
        ("example.com", "example.com"),
        ("192.0.2.1", "192.0.2.1"),
        ("localhost:8080", "localhost:8080"),
        ("[::1]", "[::1]"),
        ("identd", None),
        ("-", None),
    ],
)
def test_a_second_field_that_names_a_host_makes_a_line_one_of_ovh(second, host):
    assert hit(ovh(vhost=second)).get("vhost") == host
    assert hit(ovh(vhost=second), line_format="combined").get("vhost") is None
    assert hit(ovh(vhost=second), line_format="ovh").get("vhost") == (None if second == "-" else second)


@pytest.mark.parametrize(
    ("base_url", "host", "scheme"),
    [
        ("https://Example.com/path?x", "example.com", "https"),
        ("http://example.com.:80", "example.com", "http"),
        ("http://example.com:443", "example.com:443", "http"),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443", "https"),
        ("https://reader:secret@example.com", "example.com", "https"),
    ],
)
def test_a_base_url_gives_scheme_and_host(base_url, host, scheme):
    row = hit(f'198.51.100.23 - - [{TIME}] "GET / HTTP/1.1" 200 5 "-" "-"', base_url=base_url)
    assert (row["vhost"], row["location"]) == (host, f"{scheme}://{host}/")


WORD = st.sampled_from(["198.51.100.23", "a.example", "a.example:80", "[::1]", "-", "identd", ""])


@given(st.lists(WORD, min_size=1, max_size=6), st.booleans())
def test_no_line_fits_two_formats(head, agents):
    line = f'{" ".join(head)} [{TIME}] "GET / HTTP/1.1" 200 5' + (' "-" "-"' if agents else "")
    found = [form.match(line, competing=True) for form in AUTO]
    assert sum(isinstance(fields, dict) for fields in found) <= 1


def test_wrong_options_are_told_before_anything_is_read():
    with pytest.raises(SettingsError):
        parse(io.BytesIO(), line_format="iis")


def test_targets_that_name_no_path_stay_as_logged_whatever_the_host():
    assert hit(ovh("OPTIONS * HTTP/1.1"), base_url="http://a.example")["location"] == "*"


def test_a_time_that_a_client_writes_into_its_login_is_not_the_time_of_the_line():
    row = hit(ovh(user="x [01/Jan/2001:00:00:00 +0000] y"))
    assert (row["server_ts"], row["user"]) == (AT, "x [01/Jan/2001:00:00:00 +0000] y")


def test_a_leap_second_ends_its_minute():
    assert hit(ovh().replace("08:14:02", "08:14:60"))["server_ts"] == datetime(
        2024, 3, 5, 7, 14, 59, tzinfo=timezone.utc
    )


def test_both_hours_that_dst_repeats_are_told_apart_by_their_offset():
    first, second = (hit(ovh().replace(TIME, f"27/Oct/2024:02:30:00 {offset}")) for offset in ("+0200", "+0100"))
    assert (first["server_ts"].hour, second["server_ts"].hour) == (0, 1)


def test_identical_lines_are_all_kept():
    hits, _, _, _ = read((ovh() + "\n") * 3)
    assert [row["line_number"] for row in hits] == [1, 2, 3]


def test_hits_stand_in_the_order_of_lines_whichever_way_they_are_read():
    lines = [ovh(agent=f"{n}" if n % 3 else rf"\"{n}\"") for n in range(30)]
    hits, _, _, _ = read("\n".join(lines))
    assert [(row["line_number"], row["useragent"].strip('"')) for row in hits] == [(n + 1, str(n)) for n in range(30)]


def test_nothing_comes_of_an_empty_file():
    assert read(b"") == ([], [], 0, 0)
    assert read(gzip.compress(b"")) == ([], [], 0, 0)


def test_windows_line_ends_change_nothing():
    lines = [ovh(agent=str(n)) for n in range(20)]
    assert read("\r\n".join([*lines, ""])) == read("\n".join([*lines, ""]))


def test_gzip_and_plain_are_told_apart_by_their_first_bytes():
    data = "\n".join(ovh(agent=str(n)) for n in range(50)).encode()
    assert read(gzip.compress(data)) == read(data)
    with pytest.raises(LogDamaged):
        read(gzip.compress(data)[:-9])


def test_the_stream_is_left_open():
    stream = io.BytesIO(ovh().encode())
    list(parse(stream))
    assert not stream.closed


def test_a_line_beyond_16_mebibytes_is_refused_and_the_next_is_read():
    data = b"x" * (17 << 20) + b"\n" + ovh().encode()
    hits, (reject,), lines, _ = read(data)
    assert (len(hits), lines, reject["reason"], hits[0]["line_number"]) == (1, 2, "longer than 16 MiB", 2)
    assert len(reject["line"]) == 16 << 20


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
    assert_no_line_is_lost(data, hits, rejects, blanks)


CELL = st.text(
    st.characters(min_codepoint=0xA0, exclude_categories=("Cs",)) | st.sampled_from('ab/"\\ ?&[]'), max_size=12
).filter(lambda text: text != "-")


def escaped(text, *, raw=True):
    """As a web server writes it: UTF-8 as it is (nginx), or each of its bytes as an escape (Apache)."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return text if raw else "".join(c if c < "\x80" else "".join(f"\\x{b:02x}" for b in c.encode()) for c in text)


RECORD = st.fixed_dictionaries(
    {
        "client_addr": st.ip_addresses().map(str),
        "vhost": st.from_regex(r"[a-z0-9-]{1,8}\.[a-z]{2,3}", fullmatch=True),
        "user": st.none() | st.from_regex(r"[a-z.@]{2,30}( [a-z]{1,5})?", fullmatch=True),
        "method": st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PURGE"]),
        "path": CELL.map("/{}".format),
        "protocol": st.sampled_from(["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0", "HTTP/3"]),
        "status": st.none() | st.integers(100, 599),
        "bytes": st.none() | st.integers(0, 2**63 - 1),
        "referer": CELL,
        "useragent": CELL,
        "at": st.datetimes(datetime(1990, 1, 1), datetime(2990, 1, 1)),  # noqa: DTZ001 - the offset is drawn beside it
        "offset": st.integers(-12 * 60, 14 * 60),
        "raw": st.booleans(),
    }
)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def as_line(record):
    sign, minutes = "+" if record["offset"] >= 0 else "-", abs(record["offset"])
    month = MONTHS[record["at"].month - 1]
    stamp = f"{record['at']:%d}/{month}/{record['at']:%Y:%H:%M:%S} {sign}{minutes // 60:02}{minutes % 60:02}"
    path, referer, agent = (escaped(record[name], raw=record["raw"]) for name in ("path", "referer", "useragent"))
    status, size = ("-" if record[name] is None else record[name] for name in ("status", "bytes"))
    request = f"{record['method']} {path} {record['protocol']}"
    head = f"{record['client_addr']} {record['vhost']} {record['user'] or '-'}"
    return f'{head} [{stamp}] "{request}" {status} {size} "{referer}" "{agent}"'


def as_row(record, number):
    local = record["at"].replace(microsecond=0, tzinfo=timezone(timedelta(minutes=record["offset"])))
    row = {name: record[name] or None for name in ("client_addr", "vhost", "user", "method", "referer", "useragent")}
    row |= {name: record[name] for name in ("protocol", "status", "bytes")}
    row |= {"server_ts": local.astimezone(timezone.utc), "location": f"https://{record['vhost']}{record['path']}"}
    return dict.fromkeys(HITS.names) | row | {"log_family": "server", "line_number": number}


@given(st.lists(RECORD, max_size=8))
def test_records_written_as_lines_are_read_back(records):
    hits, rejects, _, _ = read("".join(as_line(record) + "\n" for record in records))
    assert rejects == []
    assert hits == [as_row(record, number) for number, record in enumerate(records, 1)]


@pytest.mark.parametrize("unit", ['] "', '\\"', f"[{TIME}] ", '" 200 5 "', "\\x", " "])
def test_hostile_repeats_take_linear_time(growth, unit):
    start = f'1.2.3.4 a.example - [{TIME}] "GET /'.encode()
    assert growth(lambda count: read(start + unit.encode() * count)) < 24


def test_real_combined_lines_are_read_but_for_the_one_that_is_cut(samples):
    with (samples / "apache_logs.gz").open("rb") as file:
        blocks = list(parse(file, source_file="apache_logs.gz"))
    assert sum(block.lines for block in blocks) == 10_000
    assert sum(block.hits.num_rows for block in blocks) == 9_999
    rejects = [row for block in blocks for row in block.rejects.to_pylist()]
    assert [(row["line_number"], row["reason"]) for row in rejects] == [(8_899, "a quote is not closed")]
    addresses = {address for block in blocks for address in block.hits.column("client_addr").to_pylist()}
    assert len(addresses) == 1_753
