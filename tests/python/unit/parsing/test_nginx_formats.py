"""nginx log_format strings."""

from __future__ import annotations

import io
from datetime import datetime, timezone

import pytest

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.parsing import parse

TIME = "05/Mar/2024:08:14:02 +0100"
AT = datetime(2024, 3, 5, 7, 14, 2, tzinfo=timezone.utc)
MAIN = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
)


def read(line, custom_format, **options):
    (block,) = parse(io.BytesIO(line.encode()), custom_format=custom_format, **options)
    return block.hits.to_pylist(), block.rejects.to_pylist()


def hit(line, custom_format, **options):
    (row,), _ = read(line, custom_format, **options)
    return {
        name: value for name, value in row.items() if value is not None and name not in ("log_family", "line_number")
    }


def agent(text):
    return hit(f'::1 - - [{TIME}] "GET / HTTP/1.1" 200 5 "-" "{text}"', MAIN).get("useragent")


def test_the_usual_format_fills_its_columns():
    line = f'::1 - bob b [{TIME}] "GET /?a HTTP/1.1" 200 5 "r" "u"'
    assert hit(line, MAIN, base_url="http://a.example") == {
        "client_addr": "::1", "user": "bob b", "method": "GET", "location": "http://a.example/?a",
        "protocol": "HTTP/1.1",
        "status": 200, "bytes": 5, "referer": "r", "useragent": "u", "server_ts": AT, "vhost": "a.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("custom_format", "line"),
    [
        ("$time_iso8601 $remote_addr", "2024-03-05T08:14:02+01:00 ::1"),
        ("${time_iso8601} ${remote_addr}", "2024-03-05T08:14:02+01:00 ::1"),
        ("$msec $remote_addr", "1709622842.000 ::1"),
        ("$remote_addr [$time_local] $request_time $upstream_addr", f"::1 [{TIME}] 0.001 192.0.2.1:80, 192.0.2.2:80"),
        ('$remote_addr "$time_local" "$http_x_forwarded_for" $scheme', f'::1 "{TIME}" "192.0.2.1, ::2" https'),
        ('{"t":"$time_iso8601","a":"$remote_addr"}', '{"t":"2024-03-05T08:14:02+01:00","a":"::1"}'),
        ("log_format main '$remote_addr '\n    '[$time_local]';", f"::1 [{TIME}]"),
        ("log_format main escape=default \"$remote_addr '[$time_local]'\";", f"::1 '[{TIME}]'"),
        ("log_format main '$remote_addr \\'[$time_local]\\'';", f"::1 '[{TIME}]'"),
    ],
)
def test_times_other_variables_and_whole_directives_are_read(custom_format, line):
    assert hit(line, custom_format) == {"client_addr": "::1", "server_ts": AT}


def test_the_host_that_was_asked_is_the_better_of_several():
    line = f"[{TIME}] Asked.Example:443 sent.example named.example"
    assert hit(line, "[$time_local] $host $http_host $server_name")["vhost"] == "asked.example"


@pytest.mark.parametrize(
    ("custom_format", "line"),
    [
        ("[$time_local] $request_method $request_uri $server_protocol", "POST /a?b HTTP/2.0"),
        ("[$time_local] $server_protocol $request_uri $request_method", "HTTP/2.0 /a?b POST"),
        ('[$time_local] "$request_method" "$uri$is_args$args" "$server_protocol"', '"POST" "/a?b" "HTTP/2.0"'),
        ("[$time_local] $uri $request_method $server_protocol $request_uri", "/x POST HTTP/2.0 /a?b"),
        ('[$time_local] $request_method $request_uri "$request"', 'GET /x "POST /a?b HTTP/2.0"'),
        ("%t %m %U%q %H", "POST /a?b HTTP/2.0"),
    ],
)
def test_a_request_in_parts_gives_the_columns_of_a_request(custom_format, line):
    row = hit(f"[{TIME}] {line}", custom_format)
    assert row == {"server_ts": AT, "method": "POST", "location": "/a?b", "protocol": "HTTP/2.0"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- - -", {}),
        ("GET - HTTP/1.0", {"method": "GET", "protocol": "HTTP/1.0"}),
        ("? /a HTTP/1.0", {"request": "? /a HTTP/1.0"}),
        ("GET a -", {"request": "GET a"}),
        ("CONNECT a.example:443 HTTP/1.1", {"method": "CONNECT", "location": "a.example:443", "protocol": "HTTP/1.1"}),
    ],
)
def test_parts_of_no_request_stay_as_they_are(line, expected):
    row = hit(f"[{TIME}] {line}", "[$time_local] $request_method $request_uri $server_protocol")
    assert row == {"server_ts": AT, **expected}


@pytest.mark.parametrize(
    ("logged", "text"),
    [
        (r"a\x22b\x22", 'a"b"'),
        (r"\x5C", "\\"),
        (r"\x5Cx22", r"\x22"),
        (r"\x5c\x22", '\\"'),
        (r"\xC3\xA9\x22\xC3\xA9", 'é"é'),
        (r"\x0A\x1F\x7F", r"\x0A\x1F\x7F"),
        (r"\xE9\x22", r'\xE9"'),
        (r"\x20\x41", r"\x20\x41"),
    ],
)
def test_escapes_of_quotes_backslashes_and_letters_are_decoded_and_no_others(logged, text):
    assert agent(logged) == text


def test_for_apache_an_escaped_quote_by_digits_stays_as_logged():
    """Apache writes a quote in another way: there these four characters are text that a client sent."""
    line = f'[{TIME}] "a\\x22b"'
    assert hit(line, '%t "%{User-Agent}i"')["useragent"] == r"a\x22b"
    assert hit(line, '[$time_local] "$http_user_agent"')["useragent"] == 'a"b'


@pytest.mark.parametrize(
    ("custom_format", "told"),
    [
        ("$remote_addr $my_own [$time_local]", "$my_own, which is no variable of nginx's own"),
        ("$remote_addr$status [$time_local]", "no text after $remote_addr"),
        ("$remote_addr $status", "no time"),
        ("$time_local $remote_addr $msec", "more than one time"),
        ("[$time_local] $http_user_agent $status", "$http_user_agent without quotes"),
        ("$remote_addr:$remote_port [$time_local]", "a colon after $remote_addr"),
        ("log_format main escape=json '$remote_addr $time_local';", "escape=json"),
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
        (f"::1 - - [{TIME}]", "too few fields"),
        (f'::1 - - [{TIME}] "GET /', "a quote is not closed"),
        (f'::1 - - [{TIME}] "GET /" x 5 "-" "-"', "the status is no number"),
        (f'::1 - - [{TIME}] "GET /" 200 5 "-" "-" "-"', "text after $http_user_agent"),
    ],
)
def test_a_line_of_another_format_is_refused_with_the_reason(line, reason):
    hits, (reject,) = read(line, MAIN)
    assert (hits, reject["reason"], reject["line"]) == ([], reason, line.encode())


@pytest.mark.parametrize(
    "custom_format",
    [MAIN, '"$http_user_agent" $remote_user [$time_local] $host', "$msec|$remote_addr|$request", '{"$uri":"$msec"}'],
)
@pytest.mark.parametrize("unit", ["|", " ", '"', "\\x22", '" "', f"[{TIME}]", f" [{TIME}] ", "1709622842.000 ", "1"])
def test_hostile_repeats_take_linear_time(growth, custom_format, unit):
    assert growth(lambda count: read(f'"x" x - [{TIME}] "' + unit * count, custom_format)) < 24
    assert growth(lambda count: read(unit * count, custom_format)) < 24
