"""Reading days from a log host, over real HTTP: what is survived, and what is said of the rest."""

from __future__ import annotations

import gzip
import logging
import pickle
import random
import tracemalloc
from collections import deque
from datetime import date, datetime, timedelta, timezone

import pytest

from dev.dayfiles import day_path, write_day
from dev.ovhsim import Fault, Options, User
from ovh_weblogs import pipeline
from ovh_weblogs.dss import forms
from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.errors import (
    AccessDenied,
    HostNotAllowed,
    InputError,
    LogDamaged,
    LogMissing,
    OvhLogsError,
    SettingsError,
    TryAgain,
    UntrustedHost,
)
from ovh_weblogs.schema import SERVER_HITS

FQDN, PASSWORD = "example.com", "correct horse"
ALL = 5 + 6 + 7
NEXT_DAY = datetime(2026, 3, 31, 8, tzinfo=timezone.utc)


def rows(made, partition=None, limit=None):
    return list(LogSource(*made).rows(partition, limit))


def one_by_one(made):
    """The same with one connection: its requests come in one order."""
    settings, plugin = made
    return settings, {**plugin, "connections": 1}


def locations(found):
    return [row["location"].removeprefix("https://www.example.com") for row in found]


@pytest.fixture
def big(tmp_path):
    """One day of 20,000 lines that hardly compress, so that it spans many reads."""
    rand = random.Random(1)
    lines = [
        b'198.51.100.1 www.example.com - [28/Mar/2026:10:00:00 +0100] "GET /%d-%032x HTTP/1.1" 200 1 "-" "-"'
        % (n, rand.getrandbits(128))
        for n in range(20_000)
    ]
    write_day(tmp_path / "big", FQDN, date(2026, 3, 28), lines)
    return tmp_path / "big"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["status", "vhost"], {"status", "vhost"}),
        (["line_number", "of_another_plugin"], {"line_number"}),
        ([], set(SERVER_HITS.names)),
        (["of_another_plugin"], set(SERVER_HITS.names)),
    ],
    ids=["two", "one of two", "none yet", "none of ours"],
)
def test_only_columns_that_the_dataset_keeps_are_made(host, config, columns, expected):
    schema = {"columns": [{"name": name, "type": "string"} for name in columns]}
    assert set(next(LogSource(*config(host)).rows(None, 1, schema))) == expected


def test_every_line_of_every_day_comes_in_order_over_two_connections_at_most(host, config):
    found = rows(config(host))
    assert locations(found) == [f"/?n={n}" for day in (5, 6, 7) for n in range(day)]
    assert [row["line_number"] for row in found[:5]] == [1, 2, 3, 4, 5]
    assert found[0]["source_file"] == "example.com-28-03-2026.log.gz"
    assert len(host.journal.requests) == 3
    assert host.journal.connections <= 2


@pytest.mark.parametrize("encoding", ["none", "gzip", "x-gzip", "plain"])
def test_a_gz_is_read_however_it_is_sent(make_host, config, encoding):
    assert len(rows(config(make_host(options=Options(encoding=encoding))))) == ALL


@pytest.mark.parametrize("length", [True, False], ids=["with length", "in chunks"])
def test_the_old_tree_is_found_by_itself(make_host, config, length):
    host = make_host(options=Options(trees={FQDN: "old"}, length=length))
    assert len(rows(one_by_one(config(host)))) == ALL
    assert host.journal.paths[1] == day_path(FQDN, date(2026, 3, 28), tree="old")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", times=4, status=503),
        Fault("status", times=4, status=429),
        Fault("status", times=1, status=429, retry_after="3600"),
        Fault("status", times=2, status=408),
        Fault("status", times=2, status=500, body="<html>oops</html>"),
        Fault("reset", times=2),
        Fault("close", times=2),
        Fault("cut_body", times=3, at=100),
        Fault("reset_body", times=3, at=100),
        Fault("cut_gzip", times=1, at=150),
        Fault("drip", times=1, at=20, seconds=0.0),
    ],
    ids=lambda fault: f"{fault.times} x {fault.kind} {fault.status}",
)
@pytest.mark.parametrize("etag", ["strong", "weak", "none"])
def test_passing_trouble_is_survived_without_losing_or_doubling_a_line(make_host, config, fault, etag):
    host = make_host(options=Options(etag=etag), faults=[fault])
    assert locations(rows(config(host))) == [f"/?n={n}" for day in (5, 6, 7) for n in range(day)]


def test_after_a_cut_a_strong_etag_lets_the_rest_be_fetched_alone(make_host, config, big):
    host = make_host(data=big, faults=[Fault("cut_body", times=1, at=200_000)])
    assert len(rows(config(host, to_date="2026-03-28"))) == 20_000
    assert [request.range for request in host.journal.requests] == ["", "bytes=200000-"]


def test_without_a_strong_etag_the_file_is_fetched_again_and_its_known_part_skipped(make_host, config, big):
    host = make_host(data=big, options=Options(etag="weak"), faults=[Fault("cut_body", times=1, at=200_000)])
    found = locations(rows(config(host, to_date="2026-03-28")))
    assert [int(path[1:].partition("-")[0]) for path in found] == list(range(20_000))
    assert [request.range for request in host.journal.requests] == ["", ""]


@pytest.mark.parametrize("etag", ["strong", "weak"])
def test_a_file_that_changes_while_it_is_read_is_an_error(make_host, config, big, etag):
    faults = [Fault("cut_body", times=1, at=200_000), Fault("changed", after=0)]
    host = make_host(data=big, options=Options(etag=etag), faults=faults)
    with pytest.raises(LogDamaged, match="changed while it was read"):
        rows(config(host, to_date="2026-03-28"))


def test_a_host_that_sends_another_part_than_was_asked_for_is_not_believed(make_host, config, big):
    faults = [Fault("cut_body", times=1, at=200_000), Fault("wrong_range", times=1)]
    host = make_host(data=big, faults=faults)
    assert len(rows(config(host, to_date="2026-03-28"))) == 20_000


@pytest.mark.parametrize("encoding", ["none", "plain"])
def test_ten_rows_need_one_request_and_little_of_a_large_file(make_host, config, tmp_path, encoding):
    rand = random.Random(2)
    lines = [
        b'1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100] "GET /%064x HTTP/1.1" 200 1 "-" "-"' % rand.getrandbits(256)
        for _ in range(100_000)
    ]
    write_day(tmp_path / "large", FQDN, date(2026, 3, 28), lines)
    host = make_host(data=tmp_path / "large", options=Options(encoding=encoding))
    assert len(rows(config(host), limit=10)) == 10
    assert len(host.journal.requests) == 1
    assert host.journal.sent <= 1 << 20


@pytest.mark.parametrize("etag", ["strong", "weak"])
@pytest.mark.parametrize("times", [0, 1])
def test_a_limit_beyond_the_first_part_is_served_part_by_part(make_host, config, big, etag, times):
    faults = [Fault("cut_body", times=1, at=300_000)] * times
    host = make_host(data=big, options=Options(etag=etag), faults=faults)
    found = locations(rows(config(host, to_date="2026-03-28"), limit=19_999))
    assert [int(path[1:].partition("-")[0]) for path in found] == list(range(19_999))


def test_an_empty_file_is_a_day_without_lines(make_host, config, data):
    (data / FQDN / "example.com-28-03-2026.log.gz").write_bytes(b"")
    host = make_host()
    assert len(rows(config(host), limit=100)) == len(rows(config(host))) == 6 + 7


@pytest.mark.parametrize("tree", ["current", "old"])
@pytest.mark.parametrize("index", ["apache", "bare"])
def test_a_preview_of_years_with_missing_days_needs_four_requests_at_most(make_host, config, tree, index):
    host = make_host(options=Options(trees={FQDN: tree}, index=index))
    assert len(rows(config(host, from_date="2016-01-01", missing_days="skip"), limit=3)) == 3
    assert len(host.journal.requests) <= 4


@pytest.mark.parametrize("index", ["apache", "off"])
def test_years_with_missing_days_are_read_whole(make_host, config, index, caplog):
    host = make_host(options=Options(index=index))
    made = config(host, from_date="2025-12-30", to_date="2026-04-02", missing_days="skip")
    assert len(rows(made)) == ALL
    skipped = [record.args[2] for record in caplog.records if "missing and skipped" in record.message]
    assert (len(skipped), skipped[0], skipped[-1]) == (91, date(2025, 12, 30), date(2026, 4, 2))


@pytest.mark.parametrize("limit", [None, -1, 0])
def test_no_limit_is_none_zero_or_less(host, config, limit):
    assert len(rows(config(host), limit=limit)) == ALL


@pytest.mark.parametrize("limit", [1, 5, 17, 18, 100])
def test_a_limit_gives_that_many_rows(host, config, limit):
    assert len(rows(config(host), limit=limit)) == min(limit, ALL)


def test_an_abandoned_read_lets_go_and_the_next_read_is_whole(host, config):
    source = LogSource(*config(host))
    reading = source.rows()
    next(reading)
    reading.close()
    assert len(list(source.rows())) == ALL


def test_kinds_other_than_web_come_line_by_line_with_their_time(make_host, config, data):
    lines = [b"[2026-03-28 04:15:02] ## OVH ## START", b"no time here", b"caf\xe9"]
    write_day(data, FQDN, date(2026, 3, 28), lines, kind="cron")
    found = rows(config(make_host(), kind="cron", to_date="2026-03-28"))
    assert [(row["server_ts"], row["line"]) for row in found] == [
        ("2026-03-28T03:15:02.000Z", "[2026-03-28 04:15:02] ## OVH ## START"),
        (None, "no time here"),
        (None, "café"),
    ]


def test_blank_lines_of_every_kind_are_counted(make_host, config, data, caplog):
    write_day(data, FQDN, date(2026, 3, 28), [b"one", b"", b"  ", b"two"], kind="cron")
    caplog.set_level(logging.INFO)
    assert len(rows(config(make_host(), kind="cron", to_date="2026-03-28"))) == 2
    assert "4 lines: 2 hits, 0 rejects, 2 blanks" in caplog.text


def test_refused_lines_are_counted_or_given_as_rows(make_host, config, data, caplog):
    lines = [b"", b"no log line", *(b'1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100] "-" 408 - "-" "-"',) * 30]
    write_day(data, FQDN, date(2026, 3, 28), lines)
    host = make_host()
    caplog.set_level(logging.INFO)
    assert len(rows(config(host, to_date="2026-03-28"))) == 30
    assert "32 lines: 30 hits, 1 rejects, 1 blanks" in caplog.text
    found = rows(config(host, to_date="2026-03-28", rejects="rows"))
    assert [(row["line_number"], row["request"], row["reject_reason"]) for row in found[:2]] == [
        (2, "no log line", "no time in brackets"),
        (3, None, None),
    ]


def test_too_many_refused_lines_fail_the_build(make_host, config, data):
    write_day(data, FQDN, date(2026, 3, 28), [b"no log line"])
    with pytest.raises(InputError, match=r"1 of 1 lines of example\.com were refused"):
        rows(config(make_host(), to_date="2026-03-28"))


# Partitions and missing days


def test_published_days_are_partitions_listed_alike_each_time(host, config):
    source = LogSource(*config(host, from_date="2026-03-01", to_date="2026-04-30", partitioned=True))
    expected = ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert source.partitions() == source.partitions() == expected
    assert all(source.partition_exists(partition) for partition in expected)
    assert not source.partition_exists("2026-03-27")
    assert [len(list(source.rows(partition))) for partition in expected] == [5, 6, 7]


@pytest.mark.parametrize("index", ["apache", "bare", "off"])
def test_partitions_are_found_by_any_index_and_without_one(make_host, config, index):
    host = make_host(options=Options(index=index))
    assert LogSource(*config(host, partitioned=True)).partitions() == ["2026-03-28", "2026-03-29", "2026-03-30"]


def test_a_partition_outside_the_period_does_not_exist(host, config):
    assert not LogSource(*config(host, to_date="2026-03-29", partitioned=True)).partition_exists("2026-03-30")


@pytest.mark.parametrize("missing", ["fail", "skip"])
def test_reading_a_missing_partition_fails_even_where_days_may_be_skipped(host, config, missing):
    with pytest.raises(LogMissing, match=r"2026-03-27.*build this partition later"):
        rows(config(host, partitioned=True, missing_days=missing), "2026-03-27")


def test_a_missing_day_fails_or_is_skipped(host, config, caplog):
    with pytest.raises(LogMissing, match=r"web log of example\.com for 2026-03-27.*Missing days"):
        rows(config(host, from_date="2026-03-27"))
    assert len(rows(config(host, from_date="2026-03-27", missing_days="skip"))) == ALL
    assert "2026-03-27 is missing and skipped" in caplog.text


def read_at(made, now):
    source = forms.source(*made)
    return sum(block.rows.num_rows for block in pipeline.read_days(source, pipeline.Totals(), now=now))


def test_the_newest_day_is_not_missing_within_36_hours_of_its_end(host, config):
    made = config(host, period="last_days", last_days=3)
    morning = NEXT_DAY + timedelta(days=1)  # yesterday is the 31st, which is not there
    assert read_at(made, morning) == 6 + 7


def test_a_day_is_missing_once_36_hours_have_passed_since_its_end(host, config):
    made = config(host, from_date="2026-03-30", to_date="2026-03-31")
    ended = datetime(2026, 3, 31, 22, tzinfo=timezone.utc)  # midnight in Paris
    assert read_at(made, ended + timedelta(hours=35, minutes=59)) == 7
    with pytest.raises(LogMissing, match="2026-03-31"):
        read_at(made, ended + timedelta(hours=36))


def test_a_late_day_before_a_published_one_is_missing(make_host, config, data):
    write_day(data, FQDN, date(2026, 4, 1), [])
    with pytest.raises(LogMissing, match="2026-03-31"):
        read_at(config(make_host(), to_date="2026-04-01"), datetime(2026, 4, 2, 6, tzinfo=timezone.utc))


def test_a_period_of_which_no_day_is_over_says_so(host, config):
    with pytest.raises(SettingsError, match="No day of the period is over"):
        read_at(config(host), datetime(2026, 3, 28, 12, tzinfo=timezone.utc))


def test_last_days_end_yesterday_in_the_zone_of_the_cluster(host, config):
    made = config(host, period="last_days", last_days=1)
    assert read_at(made, datetime(2026, 3, 29, 21, 59, tzinfo=timezone.utc)) == 5  # 23:59 of the 29th in Paris
    assert read_at(made, datetime(2026, 3, 29, 22, 0, tzinfo=timezone.utc)) == 6  # midnight


# Bad input: one sentence each, without a secret


def check(error, *told):
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert all(word in text for word in told), text
    assert PASSWORD not in text
    assert not isinstance(error.value, OSError)


def test_a_wrong_password_is_named(host, config):
    with pytest.raises(AccessDenied) as error:
        rows(config(host, log_user={"login": "reader", "password": "wrong-one"}))
    check(error, "401", "login or password")
    assert "wrong-one" not in str(error.value)


def test_a_user_of_another_tree_is_named(make_host, config):
    limited = User("other password", ("other.example",))
    host = make_host(options=Options(users={"limited": limited}))
    with pytest.raises(AccessDenied) as error:
        rows(config(host, log_user={"login": "limited", "password": "other password"}))
    check(error, "403", "log user")


def test_an_unknown_domain_is_told_from_a_missing_day(host, config):
    with pytest.raises(SettingsError) as error:
        rows(config(host, domain="unknown.example"))
    check(error, "unknown.example", "404")
    with pytest.raises(SettingsError):
        LogSource(*config(host, domain="unknown.example", partitioned=True)).partitions()


def test_a_login_page_in_place_of_a_log_is_named(make_host, config):
    with pytest.raises(AccessDenied) as error:
        rows(config(make_host(faults=[Fault("login_page")])))
    check(error, "web page", "check domain")


def test_a_login_page_in_place_of_the_list_is_named(make_host, config):
    with pytest.raises(AccessDenied) as error:
        LogSource(*config(make_host(faults=[Fault("login_page")]), partitioned=True)).partitions()
    check(error, "login form")


def test_a_file_that_stays_cut_is_an_error_never_fewer_rows(make_host, config):
    with pytest.raises(LogDamaged) as error:
        rows(config(make_host(faults=[Fault("cut_gzip", at=100)])))
    check(error, "2026-03-28", "gzip content stops before its end", "5 attempts")


@pytest.mark.parametrize(("kind", "told"), [("bad_crc", "damaged"), ("garbage", "no gzip after the end")])
def test_a_damaged_file_is_an_error(make_host, config, kind, told):
    with pytest.raises(LogDamaged) as error:
        rows(config(make_host(faults=[Fault(kind)])))
    check(error, "2026-03-28", told)


@pytest.mark.parametrize("kind", ["web", "error"])
@pytest.mark.parametrize("times", [1, 2], ids=["packed once", "packed twice"])
def test_a_day_that_unpacks_to_too_much_is_an_error_in_bounded_memory(make_host, config, data, kind, times):
    """There are 100 MB in a file of a hundred kilobytes; 40 MB may come of it."""
    path = write_day(data, FQDN, date(2026, 3, 28), [b"x" * 9_999] * 10_000, kind=kind)
    if times == 2:
        path.write_bytes(gzip.compress(path.read_bytes()))
    settings, plugin = config(make_host(), kind=kind)
    reading = LogSource(settings, {**plugin, "max_day_gb": 0.04}).rows()
    tracemalloc.start()
    with pytest.raises(LogDamaged) as error:
        deque(reading, maxlen=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    check(
        error, f"The {kind} log of example.com for 2026-03-28 unpacks to more than 0.04 GB; ", "Gigabytes of one file"
    )
    assert peak < 30e6


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("status", status=503), "answered 503"),
        (Fault("reset"), "broke off the connection"),
        (Fault("cut_body", at=100), "broke off the connection"),
    ],
    ids=["503", "reset", "cut"],
)
@pytest.mark.parametrize("etag", ["strong", "none"])
def test_trouble_that_stays_is_given_up_after_five_attempts(make_host, config, fault, told, etag):
    host = make_host(options=Options(etag=etag, ranges=False), faults=[fault])
    with pytest.raises(TryAgain) as error:
        rows(config(host))
    check(error, told, "2026-03-28")
    assert len(host.journal.requests) >= 5


def test_a_silent_host_is_given_up(make_host, config):
    settings, plugin = config(make_host(faults=[Fault("stall")]))
    with pytest.raises(TryAgain) as error:
        rows((settings, {**plugin, "read_timeout": 0.1, "attempts": 2}))
    check(error, "did not answer in time", "2 attempts")


def test_a_body_that_stops_is_read_on_where_it_stopped(make_host, config, big):
    host = make_host(data=big, faults=[Fault("stall_body", times=1, at=300_000)])
    settings, plugin = config(host, to_date="2026-03-28")
    assert len(rows((settings, {**plugin, "read_timeout": 0.2}))) == 20_000


def test_an_unreachable_host_is_named(config, host):
    settings, plugin = config(host, log_host="http://127.0.0.1:9")
    with pytest.raises(TryAgain) as error:
        rows((settings, {**plugin, "allowed_log_hosts": ["http://127.0.0.1:9"]}))
    check(error, "http://127.0.0.1:9", "refused the connection")


def test_a_host_that_is_not_allowed_gets_no_request(host, config):
    settings, _ = config(host)
    with pytest.raises(HostNotAllowed) as error:
        rows((settings, {}))
    check(error, "not allowed", "allowed_log_hosts")
    assert host.journal.requests == []


def test_a_redirect_to_another_host_is_not_followed(make_host, config):
    other = make_host()
    host = make_host(faults=[Fault("redirect", location=f"{other.url}/example.com/")])
    with pytest.raises(HostNotAllowed) as error:
        rows(config(host))
    check(error, other.url, "no password or token is sent")
    assert other.journal.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(make_host, config, certificate):
    host = make_host(tls=certificate)
    with pytest.raises(UntrustedHost) as error:
        rows(config(host))
    check(error, "certificate", "no password or token was sent")
    assert host.journal.requests == []


def test_no_log_line_holds_the_password_even_at_debug(host, config, caplog):
    caplog.set_level(logging.DEBUG)
    rows(config(host))
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
    assert PASSWORD not in caplog.text
    assert "Y29ycmVjdCBob3JzZQ" not in caplog.text


def test_every_error_can_cross_a_process(host, config):
    with pytest.raises(OvhLogsError) as error:
        rows(config(host, from_date="2026-03-27"))
    again = pickle.loads(pickle.dumps(error.value))
    assert (type(again), str(again)) == (type(error.value), str(error.value))


def test_members_of_a_gzip_are_one_file(make_host, config, data):
    path = data / FQDN / "example.com-28-03-2026.log.gz"
    path.write_bytes(
        path.read_bytes() + gzip.compress(b'1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100] "-" 408 - "-" "-"')
    )
    assert len(rows(config(make_host(), to_date="2026-03-28"))) == 6


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (date(2026, 11, 24), date(2026, 3, 30)),
        (date(2026, 3, 29), date(2026, 3, 29)),
        (date(2026, 3, 1), None),
    ],
    ids=["months later", "within the month", "before any"],
)
def test_the_newest_day_is_found_however_old_and_behind_a_month_of_other_logs(data, host, config, until, expected):
    write_day(data, FQDN, date(2026, 5, 1), [b"an error"], kind="error")
    assert pipeline.newest_day(forms.source(*config(host)), until=until) == expected
