"""Records written as a server writes them, in many formats, are read back as they were."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.parsing import parse
from ovh_weblogs.schema import HITS
from tests.python.unit.parsing.blockwise import assert_no_line_is_lost

NAMED = {
    "ovh": '%h %v %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
    "common": '%h %l %u %t "%r" %>s %b',
    "combined": '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
    "vhost_combined": '%v:80 %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
}
APACHE = [
    '%h %l %u %t "%r" %>s %b',
    '%v %h %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D',
    '"%{User-Agent}i" "%{Referer}i" %u [%{%Y-%m-%d %T %z}t] "%r" %>s',
    '<%a>;%t;"%m";"%U%q";"%H";%s',
    "%{%s}t %a %m %>s",
    "%{msec}t %a %b",
    "%a %{%d/%b/%Y:%T}t.%{usec_frac}t %{%z}t %>s",
]
NGINX = [
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    '{"at":"$time_iso8601","addr":"$remote_addr","host":"$host","request":"$request","agent":"$http_user_agent"}',
    '$time_iso8601|$remote_addr|$status|$bytes_sent|"$http_referer"',
    '[$time_local] "$request_method" "$request_uri" "$server_protocol" $request_time "$http_user_agent"',
    '$msec "$remote_user" $remote_addr',
]
DIRECTIVE = re.compile(r"%U%q|%>?(?:\{[^}]*\})?[A-Za-z]|\$\w+")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CELL = st.text(
    st.characters(min_codepoint=0xA0, exclude_categories=("Cs",)) | st.sampled_from('ab/"\\x5C2 ?&[]|;'), max_size=12
).filter(lambda text: text != "-")
RECORD = st.fixed_dictionaries(
    {
        "client_addr": st.sampled_from(["192.0.2.1", "::1", "2001:db8:0:1:2:3:4:5", "::ffff:192.0.2.1"]),
        "vhost": st.sampled_from(["a.example", "x-1.fr", "0.co"]),
        "user": st.sampled_from([None, "b.c", "someone.with.a.long.name@example.com"]),
        "method": st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PURGE"]),
        "path": CELL.map("/{}".format),
        "protocol": st.sampled_from(["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0", "HTTP/3"]),
        "status": st.integers(100, 599),
        "bytes": st.integers(0, 2**63 - 1),
        "referer": CELL,
        "useragent": CELL,
        "at": st.datetimes(datetime(1990, 1, 1), datetime(2990, 1, 1)),  # noqa: DTZ001 - the offset is drawn beside it
        "offset": st.integers(-12 * 60, 14 * 60),
    }
)
# Which columns each directive or variable fills.
FILLS = {
    "client_addr": ("%h", "%a", "$remote_addr"),
    "vhost": ("%v", "$host"),
    "user": ("%u", "$remote_user"),
    "method": ("%r", "%m", "$request", "$request_method"),
    "location": ("%r", "%U%q", "$request", "$request_uri"),
    "protocol": ("%r", "%H", "$request", "$server_protocol"),
    "status": ("%>s", "%s", "$status"),
    "bytes": ("%b", "$body_bytes_sent", "$bytes_sent"),
    "referer": ("%{Referer}i", "$http_referer"),
    "useragent": ("%{User-Agent}i", "$http_user_agent"),
}
FRACTIONS = ("%{msec}t", "%{usec_frac}t", "$msec")
PARTS = ("hits", "rejects")


def apache(text):
    return "".join(
        "\\" + c if c in '"\\' else c if c < "\x80" else "".join(f"\\x{b:02x}" for b in c.encode()) for c in text
    )


def nginx(text):
    return "".join(f"\\x{b:02X}" if b < 32 or b > 126 or b in b'"\\' else chr(b) for b in text.encode())


def as_line(log_format, record):
    local = record["at"].replace(microsecond=record["at"].microsecond // 1000 * 1000)
    sign, minutes = "+" if record["offset"] >= 0 else "-", abs(record["offset"])
    offset = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    since = local.replace(tzinfo=timezone(timedelta(minutes=record["offset"]))) - datetime(
        1970, 1, 1, tzinfo=timezone.utc
    )
    millis = since // timedelta(milliseconds=1)
    clf = f"{local:%d}/{MONTHS[local.month - 1]}/{local:%Y:%H:%M:%S}"
    escaped = nginx if "$" in log_format else apache
    texts = {name: escaped(str(record[name] or "-")) for name in ("user", "path", "referer", "useragent")}
    request = f"{record['method']} {texts['path']} {record['protocol']}"
    values = {
        "%t": f"[{clf} {offset}]", "%{%s}t": millis // 1000, "%{msec}t": millis, "%{usec_frac}t": f"{local:%f}",
        "%{%z}t": offset, "%{%d/%b/%Y:%T}t": clf, "%{%Y-%m-%d %T %z}t": f"{local:%Y-%m-%d %H:%M:%S} {offset}",
        "$time_local": f"{clf} {offset}", "$time_iso8601": f"{local:%Y-%m-%dT%H:%M:%S}{offset[:3]}:{offset[3:]}",
        "$msec": f"{millis // 1000}.{millis % 1000:03}", "%r": request, "$request": request,
        "%U%q": texts["path"], "$request_uri": texts["path"], "%l": "-", "%D": 12, "$request_time": "0.012",
    }  # fmt: skip
    for column, sources in FILLS.items():
        values |= {source: texts.get(column, record.get(column)) for source in sources if source not in values}
    return DIRECTIVE.sub(lambda found: str(values[found[0]]), log_format)


def as_row(log_format, record, number):
    used = set(DIRECTIVE.findall(log_format))
    cells = {**record, "location": record["path"]}
    row = {name: cells[name] or None for name, sources in FILLS.items() if used & set(sources)}
    row |= {name: record[name] for name in ("status", "bytes") if name in row}
    if "vhost" in row and "location" in row:
        row["location"] = f"https://{row['vhost']}{row['location']}"
    micros = record["at"].microsecond // 1000 * 1000 if used & set(FRACTIONS) else 0
    local = record["at"].replace(microsecond=micros, tzinfo=timezone(timedelta(minutes=record["offset"])))
    row["server_ts"] = local.astimezone(timezone.utc)
    return dict.fromkeys(HITS.names) | row | {"log_family": "server", "line_number": number}


def assert_read_back(log_format, records, **options):
    text = "".join(as_line(log_format, record) + "\n" for record in records)
    blocks = list(parse(io.BytesIO(text.encode()), **options))
    assert [row for block in blocks for row in block.rejects.to_pylist()] == []
    hits = [row for block in blocks for row in block.hits.to_pylist()]
    assert hits == [as_row(log_format, record, number) for number, record in enumerate(records, 1)]


@pytest.mark.parametrize("line_format", NAMED)
@given(records=st.lists(RECORD, max_size=6))
def test_records_in_formats_with_a_name(line_format, records):
    assert_read_back(NAMED[line_format], records, line_format=line_format)
    assert_read_back(NAMED[line_format], records)


@pytest.mark.parametrize("log_format", APACHE + NGINX)
@given(records=st.lists(RECORD, max_size=6))
def test_records_in_format_strings(log_format, records):
    assert_read_back(log_format, records, custom_format=log_format)


@pytest.mark.parametrize("log_format", APACHE + NGINX)
@given(data=st.lists(st.binary(max_size=20) | st.sampled_from([b"\n", b'"', b"|", b" ", b"\\x22"]), max_size=30))
def test_no_bytes_lose_or_merge_a_line(log_format, data):
    text = b"x" + b"".join(data)
    blocks = list(parse(io.BytesIO(text), custom_format=log_format))
    hits, rejects = ([row for block in blocks for row in getattr(block, name).to_pylist()] for name in PARTS)
    assert_no_line_is_lost(text, hits, rejects, sum(block.blanks for block in blocks))
