"""Today's lines from the live file, and their daily file after it: over real HTTP, nothing lost, nothing twice."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from dev.dayfiles import day_path, write_day
from dev.ovhsim import Fault, Options, User, live_name, live_path
from ovh_weblogs import pipeline
from ovh_weblogs.dss import forms
from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.errors import AccessDenied, LogMissing, SettingsError, TryAgain
from ovh_weblogs.hosting import LogHost
from ovh_weblogs.pipeline import Totals

FQDN = "example.com"
LAST = date(2026, 3, 30)  # of the daily files; of 5, 6 and 7 lines
TODAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 10, tzinfo=timezone.utc)  # in Paris
ALL = 5 + 6 + 7


def lines(first, end, day=TODAY):
    """Lines of a day, told apart by their numbers."""
    return [
        f"198.51.100.{number % 250} www.example.com - [{day:%d/%b/%Y}:10:00:{number % 60:02} +0200] "
        f'"GET /{number} HTTP/1.1" 200 1 "-" "Agent {number}"'.encode()
        for number in range(first, end)
    ]


def text(first, end, day=TODAY):
    return b"".join(line + b"\n" for line in lines(first, end, day))


def read(made, now=NOON, **settings):
    """Rows as (name of the source, path) in their order; a refused line is an error."""
    found = []
    for block in pipeline.read_days(forms.source(*made), Totals(), now=now, **settings):
        assert block.rejects.num_rows == 0
        rows = block.rows.to_pydict()
        found += zip(rows["source_file"], rows["location"], strict=True)
    return found


def paths(found):
    return [location.removeprefix("https://www.example.com/") for _, location in found]


def numbers(first, end):
    return [str(number) for number in range(first, end)]


def as_set(found):
    """(day, path) of each row; a row that came twice is an error."""
    rows = [(source.removesuffix(".gz"), location) for source, location in found]
    assert len(set(rows)) == len(rows)
    return set(rows)


@pytest.fixture
def live(config):
    """Configuration of a dataset that wants today, and only today unless told."""

    def make(host, **changes):
        return config(host, **{"from_date": "2026-03-31", "to_date": "", "include_today": True, **changes})

    return make


@pytest.fixture
def growing(make_host):
    """Starts a host whose live file holds three lines of today."""

    def start(end=3, **settings):
        host = make_host(**settings)
        host.live.append(FQDN, TODAY, text(0, end))
        return host

    return start


# What is read


def test_todays_lines_follow_those_of_the_complete_days(growing, live):
    found = read(live(growing(), from_date="2026-03-28"))
    assert len(found) == ALL + 3
    assert found[-3:] == [(live_name(FQDN, TODAY), f"https://www.example.com/{number}") for number in range(3)]


def test_today_is_left_out_unless_it_is_wanted(growing, live):
    host = growing()
    assert len(read(live(host, from_date="2026-03-28", include_today=False))) == ALL
    assert len(read(live(host, from_date="2026-03-28", to_date="2026-03-30"))) == ALL
    assert not host.journal.count("*osl*")


def test_the_last_days_are_complete_ones_with_today_after_them(growing, live):
    found = read(live(growing(), period="last_days", last_days=1))
    assert [source for source, _ in found] == ["example.com-30-03-2026.log.gz"] * 7 + [live_name(FQDN, TODAY)] * 3


def test_each_build_reads_the_live_file_from_its_start(growing, live):
    host = growing()
    assert paths(read(live(host))) == numbers(0, 3)
    host.live.append(FQDN, TODAY, text(3, 8))
    assert paths(read(live(host))) == numbers(0, 8)
    assert [request.path for request in host.journal.requests] == [live_path(FQDN, TODAY)] * 2


def test_a_last_line_without_its_end_is_left_to_the_next_build(growing, live, caplog):
    caplog.set_level(logging.INFO)
    host = growing()
    line = text(3, 4)
    host.live.append(FQDN, TODAY, line[:40])
    assert paths(read(live(host))) == numbers(0, 3)
    assert "The live web log of example.com for 2026-03-31 ends within a line: its last 40 bytes" in caplog.text
    host.live.append(FQDN, TODAY, line[40:])
    assert paths(read(live(host))) == numbers(0, 4)


@pytest.mark.parametrize("content", [b"", b"198.51.100.1 www.exam"], ids=["empty", "half a line"])
def test_a_file_without_a_whole_line_gives_no_row(make_host, live, content):
    host = make_host()
    host.live.append(FQDN, TODAY, content)
    assert read(live(host)) == []


def test_lines_that_span_what_comes_at_once_stay_whole(make_host, live):
    host = make_host()
    long = [line.replace(b"GET /", b"GET /" + b"x" * 200_000) for line in lines(0, 9)]
    host.live.append(FQDN, TODAY, b"\n".join(long) + b"\n")
    assert [len(path) for path in paths(read(live(host)))] == [200_001] * 9


def test_of_a_line_that_does_not_end_little_is_held_back(make_host, live):
    host = make_host()
    host.live.append(FQDN, TODAY, b"x" * (40 << 20))
    with closing(LogHost(forms.source(*live(host)))) as reading, closing(reading.live_file(TODAY)) as file:
        sizes = [len(block) for block in iter(lambda: file.read(1 << 30), b"")]
    assert max(sizes) <= (16 << 20) + (64 << 10)
    assert len(sizes) == 2  # the third stays held: it may go on


def test_a_line_that_is_too_long_is_refused_whether_it_ends_or_not(make_host, live):
    host = make_host()
    host.live.append(FQDN, TODAY, text(0, 400) + b"x" * (20 << 20))
    totals = Totals()
    blocks = list(pipeline.read_days(forms.source(*live(host)), totals, now=NOON))
    assert sum(block.rows.num_rows for block in blocks) == 400
    assert totals.reasons == {"longer than 16 MiB": 1}


def test_a_live_file_that_is_not_there_yet_is_no_error(host, live, caplog):
    caplog.set_level(logging.INFO)
    assert len(read(live(host, from_date="2026-03-28"))) == ALL
    assert "no live web log for 2026-03-31 yet" in caplog.text
    assert "not published yet" not in caplog.text
    assert read(live(host)) == []
    assert read(live(host, partitioned=True), only=TODAY) == []


def test_ten_rows_of_a_large_live_file_need_one_request_and_little_of_it(growing, live):
    host = growing(end=200_000)
    source = LogSource(*live(host))._settings()
    reading = pipeline.read_days(source, Totals(), preview=True, now=NOON)
    assert next(reading).rows.num_rows >= 10
    reading.close()
    assert len(host.journal.requests) == 1
    assert host.journal.sent <= 2 << 20


def test_the_error_log_has_a_live_file(make_host, live):
    host = make_host()
    host.live.append(FQDN, TODAY, b"[Tue Mar 31 08:14:07 2026] [error] oops\nwithout end", kind="error")
    blocks = list(pipeline.read_days(forms.source(*live(host, kind="error")), Totals(), now=NOON))
    rows = [row for block in blocks for row in block.rows.to_pylist()]
    assert [(row["line"], row["source_file"]) for row in rows] == [
        ("[Tue Mar 31 08:14:07 2026] [error] oops", live_name(FQDN, TODAY))
    ]
    assert rows[0]["server_ts"] == datetime(2026, 3, 31, 6, 14, 7, tzinfo=timezone.utc)


@pytest.mark.parametrize("kind", ["ftp", "cgi", "out", "ssh", "cron"])
def test_of_other_kinds_there_is_none_and_the_log_says_so(host, live, data, kind, caplog):
    caplog.set_level(logging.INFO)
    write_day(data, FQDN, LAST, [b"a line"], kind=kind)
    made = live(host, kind=kind, from_date="2026-03-30")
    assert sum(block.rows.num_rows for block in pipeline.read_days(forms.source(*made), Totals(), now=NOON)) == 1
    assert f"OVH keeps no live file of the {kind} log" in caplog.text
    assert not host.journal.count("*osl*")
    with pytest.raises(SettingsError, match="No day of the period is over"):
        list(pipeline.read_days(forms.source(*live(host, kind=kind)), Totals(), now=NOON))


# The day after: its daily file takes the live one's place


@pytest.fixture
def over(growing):
    """A host after midnight: three lines of yesterday in its live file, the daily one from six o'clock on."""
    return growing(options=Options(published=time(6)))


def at(hour, day=1):
    return datetime(2026, 4, day, hour, tzinfo=ZoneInfo("Europe/Paris"))


def test_a_day_comes_from_its_live_file_until_it_is_published_and_then_from_that_alone(over, live, data):
    write_day(data, FQDN, TODAY, lines(0, 3))
    found = {}
    for hour in (5, 6):
        over.clock.set(at(hour))
        found[hour] = read(live(over, from_date="2026-03-30"), now=at(hour))
    assert as_set(found[5]) == as_set(found[6])
    assert {source for source, _ in found[5]} == {"example.com-30-03-2026.log.gz", "example.com-31-03-2026.log"}
    assert {source for source, _ in found[6]} == {"example.com-30-03-2026.log.gz", "example.com-31-03-2026.log.gz"}


def test_a_published_day_is_never_asked_for_as_live(over, live, data):
    write_day(data, FQDN, TODAY, lines(0, 3))
    over.clock.set(at(6))
    read(live(over), now=at(6))
    assert over.journal.count("*osl*31-03*") == 0


@pytest.mark.parametrize("missing", ["fail", "skip"])
def test_a_day_that_is_published_between_two_requests_is_read_once_from_its_daily_file(over, live, data, missing):
    """First the daily file is not there; when the live one is asked for, it has just been replaced."""
    write_day(data, FQDN, TODAY, lines(0, 3))
    over.clock.set(at(7))
    over.live.remove(FQDN, TODAY)
    # one is asked for in each of two trees, and by the page of the month where days may be skipped
    absent = Fault("status", status=404, path="*logs-03-2026*31-03-2026*", times=2)
    over.faults.add(absent, Fault("status", status=404, path="*logs-03-2026/", times=2))
    found = read(live(over, missing_days=missing, to_date="2026-03-31"), now=at(7))
    assert paths(found) == numbers(0, 3)
    assert as_set(found) == as_set(read(live(over, missing_days=missing, to_date="2026-03-31"), now=at(7)))


@pytest.mark.parametrize("kind", ["cut_body", "reset_body"])
def test_a_day_that_is_published_while_its_live_file_is_read_is_not_read_twice(growing, live, data, kind):
    """The daily file is not there when it is asked for, and is there when the connection to the live file breaks."""
    faults = [Fault("status", status=404, path="*.gz", times=2), Fault(kind, times=1, at=100_000, path="*osl*")]
    host = growing(end=3000, faults=faults)
    write_day(data, FQDN, TODAY, lines(0, 3000))
    found = read(live(host, to_date="2026-03-31"), now=at(5))
    assert {source for source, _ in found} == {live_name(FQDN, TODAY)}
    assert len(as_set(found)) == 3000
    assert host.journal.count("*.gz") == 2
    assert as_set(read(live(host, to_date="2026-03-31"), now=at(5))) == as_set(found)


def test_late_lines_of_a_rewritten_day_are_in_the_next_build(growing, live, data):
    host = growing(options=Options(published=time(6), rewritten=time(9)))
    write_day(data, FQDN, TODAY, lines(0, 5))
    write_day(data, FQDN, TODAY, lines(0, 4), first=True)
    seen = []
    for hour in (5, 6, 9):
        host.clock.set(at(hour))
        seen.append(paths(read(live(host, to_date="2026-03-31"), now=at(hour))))
    assert seen == [numbers(0, 3), numbers(0, 4), numbers(0, 5)]


@pytest.mark.parametrize("missing", ["fail", "skip"])
def test_a_day_whose_live_file_is_gone_and_whose_daily_one_is_late_is_left_out(over, live, missing, caplog):
    caplog.set_level(logging.INFO)
    over.live.remove(FQDN, TODAY)
    over.live.append(FQDN, TODAY + timedelta(days=1), text(7, 9, date(2026, 4, 1)))
    over.clock.set(at(5))
    found = read(live(over, from_date="2026-03-30", missing_days=missing), now=at(5))
    assert paths(found)[-2:] == ["7", "8"]
    assert len(found) == 7 + 2


def test_the_live_file_of_a_day_counts_for_36_hours_after_it(over, live, data):
    made = live(over, to_date="2026-03-31")
    last = at(12, day=2)
    over.clock.set(at(5))  # the host is late
    assert paths(read(made, now=last - timedelta(seconds=1))) == numbers(0, 3)
    with pytest.raises(LogMissing, match="2026-03-31"):
        read(made, now=last)


def test_a_live_file_does_not_show_that_a_day_before_it_is_missing(growing, live, data):
    (data / FQDN / "example.com-30-03-2026.log.gz").unlink()
    assert paths(read(live(growing(), from_date="2026-03-30"))) == numbers(0, 3)
    write_day(data, FQDN, TODAY, lines(0, 3))
    with pytest.raises(LogMissing, match="2026-03-30"):
        read(live(growing(), from_date="2026-03-30"), now=at(10))


# Trouble on the way


@pytest.mark.parametrize(
    ("etag", "ranges", "asked"),
    [
        ("strong", True, ["", "bytes=100001-", "bytes=200002-"]),
        ("strong", False, ["", "bytes=100001-", "bytes=100001-"]),
        ("weak", True, ["", "", ""]),
        ("none", True, ["", "", ""]),
    ],
)
def test_after_a_cut_the_reading_goes_on_without_losing_or_doubling_a_line(growing, live, etag, ranges, asked):
    options = Options(etag=etag, ranges=ranges)
    host = growing(end=3000, options=options, faults=[Fault("cut_body", times=2, at=100_001)])
    assert paths(read(live(host))) == numbers(0, 3000)
    assert [request.range for request in host.journal.requests] == asked


def test_a_bare_host_is_read(growing, live):
    host = growing(end=3000, options=Options().bare(), faults=[Fault("cut_body", times=2, at=100_001)])
    assert paths(read(live(host))) == numbers(0, 3000)


@pytest.mark.parametrize("etag", ["strong", "weak", "none"])
def test_a_file_that_has_grown_since_the_cut_is_read_to_its_new_end(growing, live, etag):
    faults = [Fault("cut_body", times=1, at=100_000), Fault("grown")]
    host = growing(end=3000, options=Options(etag=etag), faults=faults)
    found = read(live(host))
    assert paths(found[:-1]) == numbers(0, 3000)
    assert found[-1][1] == "https://changed.example/late"
    assert len(host.journal.requests) == 2


@pytest.mark.parametrize("etag", ["strong", "weak", "none"])
@pytest.mark.parametrize(
    ("fault", "told"),
    [(Fault("restarted"), "began anew"), (Fault("status", status=404), "vanished")],
    ids=["restarted", "vanished"],
)
def test_midnight_during_a_read_ends_it_with_the_whole_lines_of_the_old_day(growing, live, caplog, etag, fault, told):
    host = growing(end=3000, options=Options(etag=etag), faults=[Fault("cut_body", times=1, at=100_000), fault])
    found = paths(read(live(host)))
    assert found == numbers(0, text(0, 3000)[:100_000].count(b"\n"))
    assert f"{told} while it was read: its 100000 bytes so far" in caplog.text


def test_a_longer_file_of_another_day_is_told_from_growth(growing, live, caplog):
    """A file that began anew may have more bytes than were read of the old one: its beginning is another."""
    host = growing(end=3000, faults=[Fault("cut_body", times=1, at=100_000)])
    with closing(LogHost(forms.source(*live(host)))) as reading, closing(reading.live_file(TODAY)) as file:
        head = file.read(1000)
        host.live.restart(FQDN, TODAY, text(5000, 9000))
        content = head + file.read()
    old = text(0, 3000)[:100_000]
    assert content == old[: old.rfind(b"\n") + 1]
    assert "began anew" in caplog.text


def test_where_the_host_has_nothing_after_the_cut_the_whole_lines_before_it_are_read(growing, live):
    nothing = Fault("status", status=416, ranged=True)
    host = growing(end=3000, faults=[Fault("cut_body", times=1, at=100_000), nothing])
    assert paths(read(live(host))) == numbers(0, text(0, 3000)[:100_000].count(b"\n"))


def test_a_host_that_sends_another_part_than_was_asked_for_is_not_believed(growing, live):
    faults = [Fault("cut_body", times=1, at=100_000), Fault("wrong_range", times=1)]
    assert paths(read(live(growing(end=3000, faults=faults)))) == numbers(0, 3000)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", times=3, status=503),
        Fault("status", times=1, status=429, retry_after="3600"),
        Fault("status", times=2, status=500, body="<html>oops</html>"),
        Fault("reset", times=2),
        Fault("close", times=2),
        Fault("reset_body", times=2, at=50),
        Fault("drip", times=1, at=7, seconds=0.0),
        Fault("stall_body", times=1, at=100),
    ],
    ids=lambda fault: f"{fault.times} x {fault.kind} {fault.status}",
)
def test_passing_trouble_is_survived(growing, live, fault):
    settings, plugin = live(growing(faults=[fault]))
    assert paths(read((settings, {**plugin, "read_timeout": 0.5}))) == numbers(0, 3)


@pytest.mark.parametrize(
    ("fault", "told"),
    [(Fault("status", status=503), "answered 503"), (Fault("cut_body", at=50), "broke off the connection")],
    ids=["503", "cut"],
)
def test_trouble_that_stays_fails_the_build(growing, live, fault, told):
    host = growing(options=Options(ranges=False), faults=[fault])
    with pytest.raises(TryAgain, match=f"The live web log of example.com for 2026-03-31.*{told}"):
        read(live(host))


@pytest.mark.parametrize("page", ["login page", "page in one line"])
def test_a_web_page_in_place_of_the_live_file_is_named(growing, live, page):
    line = Fault("status", status=200, body="<html><body>Log in</body></html>")
    with pytest.raises(AccessDenied, match="web page in place of the log"):
        read(live(growing(faults=[Fault("login_page") if page == "login page" else line])))


def test_a_user_of_another_tree_is_named(growing, live):
    limited = User("other password", ("other.example",))
    host = growing(options=Options(users={"limited": limited}))
    with pytest.raises(AccessDenied, match="403"):
        read(live(host, log_user={"login": "limited", "password": "other password"}))


def test_an_unknown_domain_is_told_from_a_file_that_is_not_there_yet(host, live):
    with pytest.raises(SettingsError, match=r"unknown\.example"):
        read(live(host, domain="unknown.example"))


@pytest.mark.parametrize("options", [{}, {"token_by": "query"}, {"token_redirect": True}], ids=str)
def test_a_token_of_the_api_opens_the_live_file(make_ovh, options):
    ovh = make_ovh(**options)
    fqdn = ovh.account.services[0].name
    ovh.host.live.restart(fqdn, TODAY, text(0, 3))
    made = ovh.config(from_date="2026-03-31", to_date="", include_today=True)
    assert paths(read(made)) == numbers(0, 3)


# Days with and without an hour


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2025, 10, 26), 25),
        ("America/Toronto", date(2026, 3, 8), 23),
        ("America/Toronto", date(2025, 11, 2), 25),
        ("America/Toronto", date(2026, 3, 29), 24),
        ("America/Toronto", date(2025, 10, 26), 24),
    ],
)
def test_a_day_of_23_or_25_hours_is_live_to_its_end_and_then_published(make_host, live, data, zone, day, hours):
    """One line every half hour from midnight to midnight: each is there, in its day, live and then published."""
    host = make_host(options=Options(zone=zone, published=time(0), live_kept=timedelta(0), live_delay=timedelta(0)))
    begin = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(timezone.utc)
    moments = [begin + timedelta(minutes=30 * step) for step in range(2 * hours)]
    local = [moment.astimezone(ZoneInfo(zone)) for moment in moments]
    assert {moment.date() for moment in local} == {day}
    logged = [
        f'198.51.100.1 www.example.com - [{moment:%d/%b/%Y:%H:%M:%S %z}] "GET / HTTP/1.1" 200 1 "-" "-"'.encode()
        for moment in local
    ]
    host.live.plan(FQDN, day, zip(moments, logged, strict=True))
    write_day(data, FQDN, day, logged)
    made = live(host, from_date=day.isoformat(), to_date=day.isoformat(), timezone=zone)
    end = begin + timedelta(hours=hours)
    seen = {}
    for now in (end - timedelta(seconds=1), end):
        host.clock.set(now)
        batches = [block.rows for block in pipeline.read_days(forms.source(*made), Totals(), now=now)]
        seen[now] = [row for batch in batches for row in batch.select(["source_file", "server_ts"]).to_pylist()]
    (live_rows, daily_rows) = seen.values()
    assert [row["server_ts"] for row in live_rows] == [row["server_ts"] for row in daily_rows] == moments
    assert {row["source_file"] for row in live_rows} == {live_name(FQDN, day)}
    assert {row["source_file"] for row in daily_rows} == {live_name(FQDN, day) + ".gz"}


# Partitions


def partitions(made, now=NOON):
    return [day.isoformat() for day in pipeline.published_days(forms.source(*made), now=now)]


def exists(made, day, now=NOON):
    return pipeline.is_published(forms.source(*made), day, now=now)


@pytest.mark.parametrize("index", ["apache", "bare", "kinds", "off"])
def test_today_is_a_partition_where_its_live_file_is_there(growing, live, index):
    host = growing(options=Options(index=index))
    made = live(host, from_date="2026-03-29", partitioned=True)
    assert partitions(made) == ["2026-03-29", "2026-03-30", "2026-03-31"]
    assert exists(made, TODAY)
    assert paths(read(made, only=TODAY)) == numbers(0, 3)
    host.live.append(FQDN, TODAY, text(3, 5))
    assert paths(read(made, only=TODAY)) == numbers(0, 5)


def test_today_is_no_partition_where_it_is_not_wanted_or_not_there(growing, host, live):
    made = live(growing(), from_date="2026-03-29", partitioned=True, include_today=False)
    assert (partitions(made), exists(made, TODAY)) == (["2026-03-29", "2026-03-30"], False)
    (host.live).remove(FQDN, TODAY)
    made = live(host, from_date="2026-03-29", partitioned=True)
    assert (partitions(made), exists(made, TODAY)) == (["2026-03-29", "2026-03-30"], False)


def test_one_partition_holds_a_day_live_and_published(over, live, data):
    write_day(data, FQDN, TODAY, lines(0, 4))
    made = live(over, from_date="2026-03-30", partitioned=True)
    seen = []
    for hour in (5, 6):
        over.clock.set(at(hour))
        seen.append((partitions(made, at(hour)), paths(read(made, at(hour), only=TODAY))))
    assert seen == [
        (["2026-03-30", "2026-03-31"], numbers(0, 3)),
        (["2026-03-30", "2026-03-31"], numbers(0, 4)),
    ]


def test_a_partition_with_neither_file_is_an_error_unless_it_is_today(over, live):
    made = live(over, from_date="2026-03-28", partitioned=True)
    over.live.remove(FQDN, TODAY)
    over.clock.set(at(5))
    with pytest.raises(LogMissing, match=r"2026-03-31.*build this partition later"):
        read(made, at(5), only=TODAY)
    assert read(made, at(5), only=TODAY + timedelta(days=1)) == []
    with pytest.raises(LogMissing, match="2026-04-02"):
        read(made, at(5), only=TODAY + timedelta(days=2))


@pytest.mark.parametrize("kind", ["ftp", "cron"])
def test_of_other_kinds_today_is_no_partition(host, live, kind):
    made = live(host, kind=kind, partitioned=True)
    assert (partitions(made), exists(made, TODAY)) == ([], False)


def test_the_month_of_today_is_not_asked_for_where_no_day_of_it_is_over(growing, live):
    host = growing()
    first = date(2026, 4, 1)
    host.live.append(FQDN, first, text(0, 2, first))
    assert partitions(live(host, from_date="2026-03-30"), at(12)) == ["2026-03-30", "2026-03-31", "2026-04-01"]
    assert len(read(live(host, from_date="2026-03-30", missing_days="skip"), at(12))) == 7 + 3 + 2
    assert not host.journal.count("*logs-04-2026*")


def test_listing_asks_for_no_more_than_needed(growing, live):
    host = growing()
    partitions(live(host, from_date="2026-03-29", partitioned=True))
    assert [(request.method, request.path) for request in host.journal.requests] == [
        ("GET", "/example.com/logs/logs-03-2026/"),
        ("HEAD", live_path(FQDN, TODAY)),
    ]


def test_the_connector_gives_today_by_the_clock_of_the_server(host, live):
    """In a zone where it is about noon, so that today is not over before it is read."""
    zone = ZoneInfo(f"Etc/GMT{datetime.now(timezone.utc).hour - 12:+d}")
    today = datetime.now(zone).date()
    host.live.append(FQDN, today, text(0, 3, today))
    source = LogSource(*live(host, from_date=today.isoformat(), timezone=zone.key, partitioned=True))
    assert source.partitions() == [today.isoformat()]
    assert source.partition_exists(today.isoformat())
    rows = list(source.rows(today.isoformat()))
    assert [(row["source_file"], row["line_number"]) for row in rows] == [
        (live_name(FQDN, today), n) for n in (1, 2, 3)
    ]
    assert len(list(source.rows())) == 3


def test_the_daily_path_of_the_simulator_is_the_one_that_is_asked(over, live, data):
    write_day(data, FQDN, TODAY, lines(0, 3))
    over.clock.set(at(6))
    read(live(over), now=at(6))
    assert over.journal.count(day_path(FQDN, TODAY), status=200) == 1
