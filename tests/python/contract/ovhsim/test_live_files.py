"""The log of a day as it grows, and the hours at which a day is published."""

from __future__ import annotations

import gzip
import http.client
import json
from datetime import date, datetime, time, timedelta, timezone

import pytest

from dev.dayfiles import day_path, write_day
from dev.ovhsim import Fault, LogHost, Options, live_path

FQDN, DAY = "example.com", date(2026, 3, 28)
PATH = live_path(FQDN, DAY)
LOGIN = {"Authorization": "Basic dTpw"}


@pytest.fixture
def make_host(tmp_path):
    hosts = []

    def start(**settings):
        options = Options(**{name: settings.pop(name) for name in list(settings) if name != "faults"})
        hosts.append(LogHost(tmp_path, {"u": "p"}, options=options, **settings).__enter__())
        hosts[-1].live.append(FQDN, DAY, b"one\ntwo\n")
        return hosts[-1]

    yield start
    for host in hosts:
        host.__exit__(None, None, None)


@pytest.fixture
def get(ask):
    def send(host, path=PATH, *, method="GET", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(host, path, method=method, headers={**LOGIN, **named})

    return send


def test_a_live_file_is_plain_text_below_osl(make_host, get):
    reply = get(make_host())
    assert PATH == "/example.com/osl/example.com-28-03-2026.log"
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"one\ntwo\n", "text/plain")
    assert "content-encoding" not in reply.headers


def test_the_error_log_has_a_live_file_and_other_kinds_have_none(make_host, get):
    host = make_host()
    host.live.append(FQDN, DAY, b"oops\n", kind="error")
    assert get(host, f"/{FQDN}/osl/error/example.com-28-03-2026.log").body == b"oops\n"
    with pytest.raises(ValueError, match="no live file of the ftp log"):
        host.live.append(FQDN, DAY, b"x", kind="ftp")


def test_it_grows_between_requests_and_may_end_within_a_line(make_host, get):
    host = make_host()
    first = get(host)
    host.live.append(FQDN, DAY, b"thr")
    second = get(host)
    assert second.body == b"one\ntwo\nthr"
    assert first.headers["etag"] != second.headers["etag"]


def test_what_is_new_is_served_alone_and_416_says_that_nothing_is(make_host, get):
    host = make_host()
    past = get(host, Range="bytes=8-")
    assert (past.status, past.headers["content-range"]) == (416, "bytes */8")
    host.live.append(FQDN, DAY, b"three\n")
    new = get(host, Range="bytes=8-")
    assert (new.status, new.body, new.headers["content-range"]) == (206, b"three\n", "bytes 8-13/14")


def test_what_has_not_grown_is_304_and_what_has_is_no_part_of_the_same(make_host, get):
    host = make_host()
    tag = get(host).headers["etag"]
    assert get(host, If_None_Match=tag).status == 304
    assert get(host, Range="bytes=4-", If_Range=tag).body == b"two\n"
    host.live.append(FQDN, DAY, b"three\n")
    assert get(host, If_None_Match=tag).status == 200
    whole = get(host, Range="bytes=4-", If_Range=tag)
    assert (whole.status, whole.body) == (200, b"one\ntwo\nthree\n")


def test_a_host_may_offer_nothing_to_go_on_by(make_host, get):
    host = make_host(etag="none", last_modified=False, ranges=False, length=False)
    reply = get(host, Range="bytes=4-")
    assert (reply.status, reply.body) == (200, b"one\ntwo\n")
    assert not {"etag", "last-modified", "content-length", "accept-ranges"} & {name.lower() for name in reply.headers}


def test_what_is_not_there_yet_is_404_for_get_and_head(make_host, get):
    host = make_host()
    absent = live_path(FQDN, DAY + timedelta(days=1))
    assert [get(host, absent, method=method).status for method in ("GET", "HEAD")] == [404, 404]
    assert get(host, method="HEAD").headers["content-length"] == "8"


def test_it_may_begin_anew_with_another_tag_or_vanish(make_host, get):
    host = make_host()
    tag = get(host).headers["etag"]
    host.live.restart(FQDN, DAY, b"new")
    again = get(host, Range="bytes=8-", If_Range=tag)
    assert (again.status, again.body) == (200, b"new")
    assert get(host, Range="bytes=8-").status == 416
    host.live.remove(FQDN, DAY)
    assert get(host).status == 404


@pytest.mark.parametrize(("kind", "expected"), [("grown", 2 + 1), ("restarted", 1)])
def test_growth_and_a_new_beginning_can_come_between_two_requests_of_one_read(make_host, get, kind, expected):
    host = make_host(faults=[Fault(kind, after=1)])
    replies = [get(host), get(host)]
    assert [len(reply.body.splitlines()) for reply in replies] == [2, expected]
    assert replies[0].headers["etag"] != replies[1].headers["etag"]


@pytest.mark.parametrize("index", ["apache", "bare", "kinds"])
def test_pages_link_it(make_host, get, index):
    host = make_host(index=index)
    host.live.append(FQDN, DAY, b"oops\n", kind="error")
    assert b"osl/" in get(host, f"/{FQDN}/").body
    page = get(host, f"/{FQDN}/osl/").body
    assert b'example.com-28-03-2026.log"' in page
    assert b'error/"' in page
    assert get(host, f"/{FQDN}/osl").status == 301


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Paris", 23), ("America/Toronto", 4)])
def test_it_ends_at_midnight_in_the_zone_of_the_host(make_host, get, zone, hour):
    host = make_host(zone=zone, live_kept=timedelta(0))
    midnight = datetime(2026, 3, 28 + (hour < 12), hour, tzinfo=timezone.utc)
    host.clock.set(midnight - timedelta(seconds=1))
    assert get(host).status == 200
    host.clock.set(midnight)
    assert get(host).status == 404


def test_its_name_may_hold_the_next_day_after_midnight(make_host, get):
    host = make_host(live_kept=timedelta(minutes=10), live_end="restarts")
    after = datetime(2026, 3, 29, 0, 10, tzinfo=timezone(timedelta(hours=1)))
    host.clock.set(after - timedelta(seconds=1))
    assert get(host).body == b"one\ntwo\n"
    host.clock.set(after)
    assert get(host).status == 404
    host.live.append(FQDN, DAY + timedelta(days=1), b"next\n")
    assert get(host).body == b"next\n"


def test_nothing_is_shown_of_a_day_that_has_not_begun(make_host, get):
    host = make_host()
    host.clock.set(datetime(2026, 3, 27, 22, 59, tzinfo=timezone.utc))
    assert get(host).status == 404


def test_planned_lines_appear_minutes_after_their_time_in_blocks_that_cut_lines(make_host, get):
    host = make_host(live_block=6)
    day = DAY + timedelta(days=1)  # the day whose 02:00 is 03:00
    noon = datetime(2026, 3, 29, 12, tzinfo=timezone.utc)
    host.live.plan(FQDN, day, [(noon, b"abc"), (noon + timedelta(hours=1), b"defgh")])
    seen = []
    for moment in (noon + timedelta(minutes=4), noon + timedelta(minutes=66), noon + timedelta(hours=10)):
        host.clock.set(moment)
        reply = get(host, live_path(FQDN, day))
        seen.append((reply.status, reply.body if reply.status == 200 else b""))
    assert seen == [(404, b""), (200, b"abc\nde"), (200, b"abc\ndefgh\n")]


def test_a_day_is_published_at_an_hour_of_the_next_one_and_may_change_once(make_host, get, tmp_path):
    host = make_host(published=time(6), rewritten=time(9))
    write_day(tmp_path, FQDN, DAY, [b"one", b"two"])
    write_day(tmp_path, FQDN, DAY, [b"one"], first=True)
    seen = []
    for hour in (5, 6, 9):
        host.clock.set(datetime(2026, 3, 29, hour, tzinfo=timezone(timedelta(hours=2))))
        reply = get(host, day_path(FQDN, DAY))
        seen.append((reply.status, gzip.decompress(reply.body) if reply.status == 200 else b"", reply.headers["etag"]))
    assert [(status, body) for status, body, _ in seen] == [(404, b""), (200, b"one\n"), (200, b"one\ntwo\n")]
    assert seen[1][2] != seen[2][2]


def test_a_day_that_is_not_published_is_on_no_page(make_host, get, tmp_path):
    host = make_host(published=time(6))
    write_day(tmp_path, FQDN, DAY, [b"one"])
    host.clock.set(datetime(2026, 3, 28, 12, tzinfo=timezone.utc))
    assert get(host, f"/{FQDN}/logs/logs-03-2026/").status == 404
    assert b"logs/" not in get(host, f"/{FQDN}/").body


def test_a_clock_needs_a_zone_and_goes_with_the_machine_until_it_is_set(make_host):
    clock = make_host().clock
    assert abs(clock.now() - datetime.now(timezone.utc)) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="zone"):
        clock.set(datetime(2026, 3, 28))  # noqa: DTZ001 - the point


def control(host, name, body):
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=5)
    connection.request("POST", f"/_sim/{name}", json.dumps(body))
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_running_host_is_steered_over_http(make_host, get):
    host = make_host(control=True)
    assert control(host, "live", {"fqdn": FQDN, "day": "2026-03-28", "text": "three\n"}) == 204
    assert get(host).body == b"one\ntwo\nthree\n"
    assert control(host, "clock", {"now": "2026-03-27T12:00:00+01:00"}) == 204
    assert get(host).status == 404
    assert control(host, "clock", {"now": None}) == 204
    assert get(host).status == 200


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("clock", {"now": 5}),
        ("clock", {"now": "2026-03-27T12:00:00"}),
        ("clock", {}),
        ("clock", []),
        ("live", {"fqdn": FQDN, "day": "2026-03-28"}),
        ("live", {"fqdn": FQDN, "day": "28/03/2026", "text": ""}),
        ("live", {"fqdn": "../" + FQDN, "day": "2026-03-28", "text": ""}),
        ("live", {"fqdn": "..", "day": "2026-03-28", "text": ""}),
        ("live", {"fqdn": FQDN, "day": "2026-03-28", "text": 5}),
        ("live", {"fqdn": FQDN, "day": "2026-03-28", "text": "", "kind": "ftp"}),
        ("live", {"fqdn": FQDN, "day": "2026-03-28", "text": "", "more": ""}),
    ],
)
def test_a_call_that_is_not_right_is_400(make_host, name, body):
    assert control(make_host(control=True), name, body) == 400
