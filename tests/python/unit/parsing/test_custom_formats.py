"""Apache LogFormat strings."""

from __future__ import annotations

import io
from datetime import datetime, timezone

import pytest

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.parsing import parse

TIME = "05/Mar/2024:08:14:02 +0100"
AT = datetime(2024, 3, 5, 7, 14, 2, tzinfo=timezone.utc)


def read(line, custom_format, **options):
    (block,) = parse(io.BytesIO(line.encode()), custom_format=custom_format, **options)
    return block.hits.to_pylist(), block.rejects.to_pylist()


def hit(line, custom_format, **options):
    (row,), _ = read(line, custom_format, **options)
    return {
        name: value for name, value in row.items() if value is not None and name not in ("log_family", "line_number")
    }


@pytest.mark.parametrize(
    ("custom_format", "line", "expected"),
    [
        (
            '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
            f'::1 - bob b [{TIME}] "GET / HTTP/1.1" 200 5 "r" "u"',
            {
                "client_addr": "::1", "user": "bob b", "method": "GET", "location": "/", "protocol": "HTTP/1.1",
                "status": 200, "bytes": 5, "referer": "r", "useragent": "u", "server_ts": AT,
            },
        ),
        (
            r'%v %a %t \"%r\" %s %>s %B %O %D',
            f'A.example ::1 [{TIME}] "-" 301 200 5 900 1234',
            {"client_addr": "::1", "vhost": "a.example", "status": 200, "bytes": 5, "server_ts": AT},
        ),
        (
            "%t|%h|%v:%p|%{user-agent}i|%O",
            f"[{TIME}]|::1|a.example:443|an agent|12",
            {"client_addr": "::1", "vhost": "a.example", "useragent": "an agent", "bytes": 12, "server_ts": AT},
        ),
        ("%h %{X-Cache}o %% %t", f"::1 HIT % [{TIME}]", {"client_addr": "::1", "server_ts": AT}),
        ("%h %{%d/%b/%Y %T}t", "::1 05/Mar/2024 08:14:02", {"client_addr": "::1", "server_ts": AT}),
        ("%h [%{%F %T %z}t]", "::1 [2024-03-05 08:14:02 +0100]", {"client_addr": "::1", "server_ts": AT}),
    ],
)  # fmt: skip
def test_a_log_format_gives_its_columns(custom_format, line, expected):
    assert hit(line, custom_format, timezone="Europe/Paris") == expected


@pytest.mark.parametrize(
    ("custom_format", "told"),
    [
        ("%h %Z %t", "%Z"),
        ("%h %{c}a %t", "%{c}a"),
        ("%h %W %t", "%W"),
        ("%h %", "'%'"),
        ("%h %u", "no time"),
        ("%t %t", "more than one time"),
        ("%h%u %t", "no text after %h"),
        ("%h %r %t", "%r without quotes"),
        ("%{Referer}i %t", "%{referer}i without quotes"),
        ("%h %{%H:%M:%S}t", "no full date"),
        ("%h %{%Y-%m-%d %T}t", "no zone"),
        ("%h %{%c}t", "%c"),
        ("%h %{%d %e %b %Y %T %z}t", "%e"),
        ("%a:%{remote}p %t", "a colon after %a"),
    ],
)
def test_a_log_format_that_cannot_be_read_is_refused_by_name(custom_format, told):
    with pytest.raises(SettingsError) as error:
        read("x", custom_format)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x", "no time in brackets"),
        (f"[{TIME}] ::1", "too few fields"),
        (f'::1 [{TIME}] "GET /', "a quote is not closed"),
        (f'::1 [{TIME}] "GET /" 200 x', "the status is no number"),
        (f'::1 [{TIME}] "GET /"200', "text after %r"),
        (f'::1 [{TIME}] "GET /" x', "the status is no number"),
    ],
)
def test_a_line_of_another_format_is_refused_with_the_reason(line, reason):
    hits, (reject,) = read(line, '%h %t "%r" %>s')
    assert (hits, reject["reason"], reject["line"]) == ([], reason, line.encode())


@pytest.mark.parametrize("custom_format", ["%h|%v|%u|%t|%r|%>s", '%t %h %l %v "%r"', '"%{User-Agent}i" "%r" %t'])
@pytest.mark.parametrize("unit", ["|", " ", '"', '\\"', '" "', f"[{TIME}]", f"[{TIME}] ", "x|"])
def test_hostile_repeats_take_linear_time(growth, custom_format, unit):
    assert growth(lambda count: read(f'[{TIME}] x x "' + unit * count, custom_format)) < 24
