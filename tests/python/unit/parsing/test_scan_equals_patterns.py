"""The vectorised scan and the patterns give the same rows for every line."""

from __future__ import annotations

import gzip
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ovh_weblogs.parsing.access import AccessReader
from ovh_weblogs.parsing.blocks import Block, count_lines
from ovh_weblogs.parsing.words import METHODS, PROTOCOLS

TIME = "05/Mar/2024:08:14:02 +0100"


# How the same values stand in a line of each format, and what the reader is told of it.
FORMATS = {
    "ovh": ('{client} {second} {user} [{at}] "{request}" {status} {size} "{referer}" "{agent}"', {}),
    "ovh alone": (
        '{client} {second} {user} [{at}] "{request}" {status} {size} "{referer}" "{agent}"',
        {"line_format": "ovh"},
    ),
    "combined alone": (
        '{client} {second} {user} [{at}] "{request}" {status} {size} "{referer}" "{agent}"',
        {"line_format": "combined", "base_url": "http://x.example:81"},
    ),
    "combined": (
        '{client} - {user} [{at}] "{request}" {status} {size} "{referer}" "{agent}"',
        {"base_url": "http://x.example"},
    ),
    "common": ('{client} - {user} [{at}] "{request}" {status} {size}', {}),
    "common alone": ('{client} - {user} [{at}] "{request}" {status} {size}', {"line_format": "common"}),
    "vhost_combined": (
        '{second}:443 {client} - {user} [{at}] "{request}" {status} {size} "{referer}" "{agent}"',
        {},
    ),
    "Apache, bars": (
        "{at_clf}|{client}|{second}|{agent}|{request}|{status}|{size}",
        {"custom_format": "%t|%h|%v|%{User-Agent}i|%r|%>s|%b"},
    ),
    "Apache, parts and a time of its own": (
        '<{client}> {iso} "{second}" {method} {target} {protocol} {status},{size};"{agent}"',
        {"custom_format": '<%h> %{%Y-%m-%dT%T%z}t "%v" %m %U%q %H %>s,%b;"%{User-Agent}i"'},
    ),
    "Apache, agent before the time": (
        '"{agent}" {user} [{at}] {client} "{request}" {status}',
        {"custom_format": '"%{User-Agent}i" %u %t %h "%r" %>s'},
    ),
    "nginx, main": (
        '{client} - {user} [{at}] "{request}" {status} {size} "{referer}" "{agent}" "-" 0.001',
        {
            "custom_format": '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
            '"$http_referer" "$http_user_agent" "$http_x_forwarded_for" $request_time'
        },
    ),
    "nginx, as JSON": (
        (
            '{{"time":"{iso_nginx}","addr":"{client}","host":"{second}","request":"{request}","status":{status},'
            '"agent":"{agent}","size":"{size}"}}'
        ),
        {
            "custom_format": '{"time":"$time_iso8601","addr":"$remote_addr","host":"$host","request":"$request",'
            '"status":$status,"agent":"$http_user_agent","size":"$bytes_sent"}'
        },
    ),
    "nginx, tabs": (
        "{iso_nginx}\t{client}\t{request}\t{status}\t{size}\t{agent}",
        {"custom_format": "$time_iso8601\t$remote_addr\t$request\t$status\t$bytes_sent\t$http_user_agent"},
    ),
    "nginx, seconds since 1970": (
        '{since}.123 {client} "{request}" {status}',
        {"custom_format": '$msec $remote_addr "$request" $status'},
    ),
    "Apache, milliseconds since 1970": (
        "{client} {since}123 {status}",
        {"custom_format": "%h %{msec}t %>s"},
    ),
    "Apache, a fraction before the zone": (
        '{client} {clock},{micros} {zone} "{request}" {size}',
        {"custom_format": '%h %{%d/%b/%Y:%T}t,%{usec_frac}t %{%z}t "%r" %b'},
    ),
    "Apache, a time without zone": (
        '{client} [{clock}] "{request}" {status}',
        {"custom_format": '%h [%{%d/%b/%Y:%T}t] "%r" %>s', "timezone": "Europe/Paris"},
    ),
}
UNSCANNED = {"Apache, a time without zone"}


def writer(template):
    def line(
        *, client="198.51.100.23", second="a.example", user="-", at=TIME, request="GET / HTTP/1.1", status="200",
        size="5", referer="-", agent="-",
    ):  # fmt: skip
        method, _, rest = request.partition(" ")
        target, _, protocol = rest.rpartition(" ")
        month = {"Feb": "02", "Mar": "03", "May": "05"}.get(at[3:6], at[3:6])
        day = f"{at[7:11]}-{month}-{at[:2]}T{at[12:20]}"
        return template.format(
            client=client, second=second, user=user, at=at, at_clf=f"[{at}]", request=request, status=status,
            size=size, referer=referer, agent=agent, method=method, target=target, protocol=protocol,
            iso=day + at[21:], iso_nginx=f"{day}{at[21:24]}:{at[24:]}", clock=at[:20], zone=at[21:],
            since=f"17{at[12:20].replace(':', '')}{at[:2]}", micros=f"{at[15:20].replace(':', '')}00",
        ).encode()  # fmt: skip

    return line


def usual(line):
    return [
        line(agent="Mozilla/5.0 (X11; Linux x86_64)", referer="https://a.example/?q=a b"),
        line(client="2001:0db8:0000:0000:0000:ff00:0042:8329", second="B.Example:443", size="-"),
        line(second="-", user="alice"),
        line(second="identd", user="someone@example.com"),
        line(referer="", agent=""),
        line(size="0"),
        line(size="12345678"),
        line(status="000"),
        line(request="GET /a b  c HTTP/1.1"),
        line(at="29/Feb/2024:23:59:59 -1130"),
        *(line(request=f"{method} /x HTTP/1.1") for method in METHODS),
        *(line(request=f"GET /x {protocol}") for protocol in PROTOCOLS),
    ]


# What may stand in the place of each field and is hardly ever there.
ODD = {
    "client": ("", "-", "x", "a" * 39, "a" * 40, "a" * 400, "a.example:443"),
    "second": ("", ". ", "a.example b.example", "A.EXAMPLE.", "a.example.:80"),
    "user": ("", " ", "a b", "- -", "- x", "u" * 31, "u" * 32, "u" * 33, f"[{TIME}]", f'[{TIME}] "'),
    "at": (
        *(f"05/Mar/2024:{clock} +0100" for clock in ("24:14:02", "08:60:02", "08:14:60", "0a:14:02", "08-14:02")),
        *(f"05/Mar/2024:08:14:02 {offset}" for offset in ("+0160", "+9999", "*0100")),
        *(f"{day}:08:14:02 +0100" for day in ("31/Feb/2024", "05/Mar/9999", "05/Mar/1903", "05/mar/2024")),
        "05/Mar/2024 08:14:02 +0100",
    ),
    "request": (
        *("", "-", "GET", "GET /", "GET HTTP/1.1", "GET /HTTP/1.1", "GET  HTTP/1.1", "GET / HTTP/1.1 HTTP/1.1"),
        *("GET /x HTTP/2", "GET /x HTTP/4", "GET /x HTTP/1.10", "GET /x\tHTTP/1.1", "FETCH /x HTTP/1.1"),
        *("GET http://O.example:80/ HTTP/1.1", "OPTIONS * HTTP/1.1"),
        *(r"\x16\x03", r"GET /\"a HTTP/1.1", 'GET /"a HTTP/1.1'),
    ),
    "status": ("-", "20", "2000", "20x", ""),
    "size": (
        *("", "5x", "-5", "--", "5 ", "123456789", "1234567890123456"),
        *("9223372036854775807", "9223372036854775808"),
    ),
    "agent": (r"a\x20b\xc3\xa9", "é", "\x7f", "\v\f\x1c"),
}
ODD_BYTES = (b"\xe9", b"\r", b"\x00")  # in the agent
ODD_ENDS = (b" ", b' "-"', b"\r", b"\r\r")
NO_LINES = (b"", b" \t ", b"\x00", b'""""""', b'"' * 90, b" " * 90 + b'""""""')


def hostile(line):
    whole = line()
    return [
        *NO_LINES,
        *(whole[:-1], whole[:60], b" " + whole, whole.replace(b"] ", b"]  ", 1), whole.replace(b" [", b"[", 1)),
        *(whole + end for end in ODD_ENDS),
        *(line(**{name: text}) for name, texts in ODD.items() for text in texts),
        *(line(agent="@").replace(b"@", byte) for byte in ODD_BYTES),
        line(client="a.example:443", second="192.0.2.1", user="- bob"),
    ]


def lines_of(template):
    """Usual and hostile lines, each once: what a format has no field for makes no difference."""
    return [list(dict.fromkeys(made(writer(template)))) for made in (usual, hostile)]


LINES = {name: lines_of(template) for name, (template, _) in FORMATS.items()}
# Of formats that are read alone as well as among others, lines one by one are read once.
EACH = [name for name in FORMATS if not name.endswith(" alone")]


@cache
def ways_of(name):
    """The two readers of a format. What they keep of a block is which format they try first for the next."""
    return [AccessReader(source_file="f", vectorised=vectorised, **FORMATS[name][1]) for vectorised in (True, False)]


def assert_both_ways_agree(data, name):
    block = Block(data, 7, count_lines(data))
    for scanned, matched in zip(*(way.read(block) for way in ways_of(name)), strict=True):
        scanned.hits.validate(full=True)
        for ours, theirs in ((scanned.hits, matched.hits), (scanned.rejects, matched.rejects)):
            assert ours.equals(theirs), (ours.to_pylist(), theirs.to_pylist())
        assert (scanned.lines, scanned.blanks) == (matched.lines, matched.blanks)


def taken(data, name):
    """How many lines of a block are read without a pattern."""
    reader = AccessReader(**FORMATS[name][1])
    *_, scanned = reader._scanned(data) if reader._shapes else [[]]
    return sum(len(some.lines) for some in scanned)


@pytest.mark.parametrize("name", set(FORMATS) - UNSCANNED)
def test_every_usual_line_is_taken_by_the_scan(name):
    lines, _ = LINES[name]
    # In parts a target ends at a blank; a field without quotes cannot be empty; a host that begins a line has one port.
    unusual = {"Apache, parts and a time of its own": b"/a b", "Apache, bars": b"||", "vhost_combined": b":443:443"}
    expected = [
        content
        for content in lines
        if unusual.get(name, b"\0") not in content and not content.startswith(b"-:443") and not content.endswith(b"\t")
    ]
    data = b"\n".join([*expected * 40, b"the last line is left to the patterns"])
    assert taken(data, name) == 40 * len(expected)


@pytest.mark.parametrize("name", UNSCANNED)
def test_formats_that_cannot_be_scanned_are_read_by_their_pattern(name):
    lines, _ = LINES[name]
    assert taken(b"\n".join(lines), name) == 0
    assert_both_ways_agree(b"\n".join(lines), name)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r"])
def test_usual_and_hostile_lines_in_one_block(name, end):
    content = LINES[name][0] + LINES[name][1]
    assert_both_ways_agree(b"\n".join(content) + end, name)
    assert_both_ways_agree(b"\r\n".join(content) + end, name)


@pytest.mark.parametrize("name", EACH)
def test_each_line_as_the_whole_block(name):
    """At the start and at the end of a block, every word that the scan looks at stays inside."""
    for content in filter(None, LINES[name][0] + LINES[name][1]):
        assert_both_ways_agree(content, name)
        assert_both_ways_agree(content + b"\n123456789", name)


@pytest.mark.parametrize("name", EACH)
def test_each_line_among_lines_of_its_format(name):
    lines, odd = LINES[name]
    for content in odd:
        assert_both_ways_agree(b"\n".join([lines[0], content, *lines[:3]]), name)


BYTE = st.sampled_from(list(b'\n\r "\\[]-/:0a\x00\x7f\xc3\xa9')) | st.integers(0, 255)


@st.composite
def mutated(draw):
    name = draw(st.sampled_from(sorted(FORMATS)))
    known = LINES[name][0] + LINES[name][1]
    lines = [bytearray(draw(st.sampled_from(known))) for _ in range(draw(st.integers(1, 6)))]
    for content in lines:
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(content)))
            content[at : at + draw(st.integers(0, 2))] = bytes(draw(st.lists(BYTE, max_size=2)))
    return name, b"\n".join(lines) + b"\n" + draw(st.sampled_from([b"", b"the last line is left to the patterns"]))


@settings(max_examples=6 * settings.default.max_examples)
@given(mutated())
def test_random_changes_of_lines(case):
    name, data = case
    assert_both_ways_agree(data, name)


@given(st.permutations(LINES["ovh"][0] * 2))
def test_days_zones_and_hosts_in_any_order(lines):
    assert_both_ways_agree(b"\n".join(lines), "ovh")


@given(
    st.lists(
        st.sampled_from([line for name in ("ovh", "combined", "common", "vhost_combined") for line in LINES[name][0]]),
        min_size=1,
        max_size=40,
    )
)
def test_lines_of_several_formats_in_any_order(lines):
    reader_of_few = b"\n".join(lines * 5)
    assert_both_ways_agree(reader_of_few, "ovh")


REAL = re.compile(rb'(\S+) (\S+) (\S+) \[([^\]]+)\] "(.*)" (\S+) (\S+) "(.*)" "(.*)"')


NAMES = ("client", "second", "user", "at", "request", "status", "size", "referer", "agent")


def rewritten(lines, name):
    """Lines of OVH's or of the combined format that are whole, as another format has them."""
    write, written = writer(FORMATS[name][0]), []
    for found in filter(None, map(REAL.fullmatch, lines)):
        values = dict(zip(NAMES, (text.decode("latin-1") for text in found.groups()), strict=True))
        written.append(write(**{**values, "second": values["second"].replace("-", "a.example")}))
    return written


@pytest.fixture(scope="module")
def real_lines(samples):
    return gzip.decompress((samples / "apache_logs.gz").read_bytes()).split(b"\n")


@pytest.mark.parametrize(("number", "name"), list(enumerate(FORMATS)))
def test_real_lines_are_nearly_all_taken_by_the_scan(real_lines, number, name):
    """A quarter of them in each format, all of them in four."""
    lines = rewritten(real_lines[number % 4 :: 4], name)
    data = b"\n".join(lines)
    assert len(lines) in (2_499, 2_500)
    assert_both_ways_agree(data, name)
    if name not in UNSCANNED:
        assert taken(data, name) > 0.98 * len(lines)


@pytest.fixture(scope="module")
def traffic_lines(spring):
    """Every second line of three days, with the night that leaves out an hour."""
    return [line for lines in spring.files("ovh").values() for line in lines][::2]


@pytest.mark.parametrize("name", FORMATS)
def test_lines_of_made_up_traffic(traffic_lines, name):
    """People, robots, attacks and lines that are hard to read, as they are and as each format has them."""
    lines = rewritten(traffic_lines, name)
    assert len(lines) > 1000
    assert_both_ways_agree(b"\n".join((*lines, *traffic_lines)), name)
