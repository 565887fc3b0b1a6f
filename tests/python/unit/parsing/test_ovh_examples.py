"""OVH's access lines as its hosting writes them, field by field."""

from __future__ import annotations

import io
from datetime import datetime, timezone

import pytest

from ovh_weblogs.parsing import parse

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:123.0) Gecko/20100101 Firefox/123.0"
LONG = "x" * 8192
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X)"


def at(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


CASES = {
    "a page with its referrer": (
        (
            "198.51.100.23 www.example.com - [05/Mar/2024:08:14:02 +0100] "
            '"GET /blog/?p=12&utm_source=news HTTP/1.1" 200 18342 "https://www.google.com/" '
            f'"{FIREFOX}"'
        ),
        {
            "server_ts": at(2024, 3, 5, 7, 14, 2),
            "client_addr": "198.51.100.23",
            "vhost": "www.example.com",
            "method": "GET",
            "location": "https://www.example.com/blog/?p=12&utm_source=news",
            "protocol": "HTTP/1.1",
            "status": 200,
            "bytes": 18342,
            "referer": "https://www.google.com/",
            "useragent": FIREFOX,
        },
    ),
    "IPv6, a login, no size": (
        (
            "2001:db8:4f::1a shop.example.com alice [05/Mar/2024:08:14:03 +0100] "
            f'"POST /admin/login.php HTTP/2.0" 302 - "https://shop.example.com/admin/" "{PHONE}"'
        ),
        {
            "server_ts": at(2024, 3, 5, 7, 14, 3),
            "client_addr": "2001:db8:4f::1a",
            "vhost": "shop.example.com",
            "user": "alice",
            "method": "POST",
            "location": "https://shop.example.com/admin/login.php",
            "protocol": "HTTP/2.0",
            "status": 302,
            "referer": "https://shop.example.com/admin/",
            "useragent": PHONE,
        },
    ),
    "the bytes of a TLS hello": (
        (
            "203.0.113.77 example.com - [05/Mar/2024:08:14:05 +0100] "
            r'"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" 400 226 "-" "-"'
        ),
        {
            "server_ts": at(2024, 3, 5, 7, 14, 5),
            "client_addr": "203.0.113.77",
            "vhost": "example.com",
            "status": 400,
            "bytes": 226,
            "request": r"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        },
    ),
    "no request at all": (
        '203.0.113.78 example.com - [05/Mar/2024:08:14:09 +0100] "-" 408 - "-" "-"',
        {
            "server_ts": at(2024, 3, 5, 7, 14, 9),
            "client_addr": "203.0.113.78",
            "vhost": "example.com",
            "status": 408,
        },
    ),
    "quotes and backslashes": (
        (
            "192.0.2.10 www.example.com - [31/Mar/2024:03:00:00 +0200] "
            r'"GET /a\"b.html HTTP/1.0" 404 196 "-" "Agent \"quoted\" \\ 1.0"'
        ),
        {
            "server_ts": at(2024, 3, 31, 1, 0, 0),
            "client_addr": "192.0.2.10",
            "vhost": "www.example.com",
            "method": "GET",
            "location": 'https://www.example.com/a"b.html',
            "protocol": "HTTP/1.0",
            "status": 404,
            "bytes": 196,
            "useragent": 'Agent "quoted" \\ 1.0',
        },
    ),
    "a page of 8 KB and an agent as long": (
        f'192.0.2.10 www.example.com - [31/Mar/2024:03:00:00 +0200] "GET /{LONG} HTTP/1.1" 414 0 "-" "{LONG}"',
        {
            "server_ts": at(2024, 3, 31, 1, 0, 0),
            "client_addr": "192.0.2.10",
            "vhost": "www.example.com",
            "method": "GET",
            "location": f"https://www.example.com/{LONG}",
            "protocol": "HTTP/1.1",
            "status": 414,
            "bytes": 0,
            "useragent": LONG,
        },
    ),
}


@pytest.mark.parametrize("line_format", ["auto", "ovh"])
@pytest.mark.parametrize(("line", "fields"), CASES.values(), ids=CASES)
def test_a_line_of_ovh_gives_exactly_these_fields(line, fields, line_format):
    (block,) = parse(io.BytesIO(line.encode()), line_format=line_format)
    (row,) = block.hits.to_pylist()
    expected = {**fields, "log_family": "server", "line_number": 1}
    assert {name: value for name, value in row.items() if value is not None} == expected


def test_all_of_them_in_one_file_keep_their_order():
    data = "\n".join(line for line, _ in CASES.values()).encode()
    (block,) = parse(io.BytesIO(data), source_file="x.log")
    expected = [
        {**fields, "log_family": "server", "source_file": "x.log", "line_number": number}
        for number, (_, fields) in enumerate(CASES.values(), 1)
    ]
    found = [{name: value for name, value in row.items() if value is not None} for row in block.hits.to_pylist()]
    assert found == expected
