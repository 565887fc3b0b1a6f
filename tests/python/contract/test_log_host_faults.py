"""What a log host may do: trees, kinds, pages, encodings, refusals, broken connections; over real HTTP."""

from __future__ import annotations

import gzip
from datetime import date, datetime, timedelta, timezone

import pytest
import trustme

from dev.dayfiles import day_path, write_day
from dev.ovhsim import Fault, Options, User
from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.errors import AccessDenied, HostNotAllowed, LogMissing, TryAgain

FQDN = "example.com"
FIRST = date(2026, 3, 28)
DAYS = ["2026-03-28", "2026-03-29", "2026-03-30"]
NUMBERS = [str(number) for day in (5, 6, 7) for number in range(day)]


def rows(made, partition=None):
    return list(LogSource(*made).rows(partition))


def numbers(made):
    """The lines of the three days, each by its own number."""
    return [row["location"].rpartition("=")[2] for row in rows(made)]


def partitions(made):
    return LogSource(*made).partitions()


@pytest.fixture
def by_day(config):
    """Configuration of a partitioned dataset."""

    def make(host, **changes):
        return config(host, partitioned=True, **changes)

    return make


# Trees and kinds


@pytest.mark.parametrize("tree", ["current", "old", "both"])
@pytest.mark.parametrize("kind", ["error", "ftp", "cgi", "out", "ssh", "cron"])
def test_every_kind_is_found_in_its_folder_of_each_tree(make_host, by_day, data, kind, tree):
    write_day(data, FQDN, FIRST, [f"a line of {kind}".encode()], kind=kind)
    made = by_day(make_host(options=Options(tree=tree)), kind=kind, to_date="2026-03-28")
    assert partitions(made) == ["2026-03-28"]
    assert [row["line"] for row in rows(made)] == [f"a line of {kind}"]


def test_a_kind_that_has_no_folder_is_missing_and_no_error_of_the_domain(host, by_day):
    made = by_day(host, kind="ssh")
    assert partitions(made) == []
    with pytest.raises(LogMissing, match=r"ssh log of example\.com for 2026-03-28"):
        rows(made)


def test_a_month_without_a_folder_has_no_partition(host, by_day):
    assert partitions(by_day(host, from_date="2026-01-01")) == DAYS
    assert partitions(by_day(host, from_date="2026-01-30", to_date="2026-02-02")) == []


def test_lines_of_the_neighbouring_days_stay_in_the_file_that_they_stand_in(make_host, by_day, data):
    """A request is stamped when it begins and logged when it ends."""
    stamps = ["27/Mar/2026:23:59:59 +0100", "28/Mar/2026:12:00:00 +0100", "29/Mar/2026:00:00:00 +0100"]
    write_day(data, FQDN, FIRST, [f'1.2.3.4 a.example - [{stamp}] "-" 408 - "-" "-"'.encode() for stamp in stamps])
    found = rows(by_day(make_host()), "2026-03-28")
    assert [row["server_ts"][:10] for row in found] == ["2026-03-27", "2026-03-28", "2026-03-28"]


# Pages that list a folder


@pytest.mark.parametrize("index", ["apache", "bare", "kinds"])
@pytest.mark.parametrize("tree", ["current", "old", "both"])
@pytest.mark.parametrize("encoded", [False, True], ids=["plain links", "encoded links"])
def test_days_are_found_in_pages_of_every_look(make_host, by_day, index, tree, encoded):
    host = make_host(options=Options(index=index, tree=tree, encoded_hrefs=encoded))
    assert partitions(by_day(host, from_date="2025-01-01")) == DAYS


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", times=2, status=503),
        Fault("status", times=1, status=429, retry_after="1"),
        Fault("status", times=2, status=500, body="<html>oops</html>"),
        Fault("reset", times=2),
        Fault("close", times=2),
        Fault("cut_body", times=2, at=500),
        Fault("reset_body", times=2, at=500),
        Fault("stall_body", times=1, at=500),
        Fault("drip", times=1, at=50, seconds=0.0),
    ],
    ids=lambda fault: f"{fault.times} x {fault.kind} {fault.status}",
)
def test_passing_trouble_with_a_page_hides_no_day(make_host, by_day, fault):
    settings, plugin = by_day(make_host(faults=[fault]))
    assert partitions((settings, {**plugin, "read_timeout": 0.3})) == DAYS


def test_a_page_that_stays_cut_is_an_error_and_no_shorter_list(make_host, by_day):
    with pytest.raises(TryAgain, match="list of logs"):
        partitions(by_day(make_host(faults=[Fault("cut_body", at=900)])))


def test_a_page_larger_than_any_list_is_an_error_and_no_shorter_list(make_host, by_day):
    page = Fault("status", status=200, body=" " * (6 << 20))
    with pytest.raises(TryAgain, match="larger than 5 MB"):
        partitions(by_day(make_host(faults=[page])))


def test_without_pages_a_missing_day_is_still_named(make_host, config):
    """The domain's own page is refused, too: it can tell nothing."""
    host = make_host(options=Options(index="off"))
    with pytest.raises(LogMissing, match="2026-03-27"):
        rows(config(host, from_date="2026-03-27"))


# How a day is sent


@pytest.mark.parametrize("fault", [None, Fault("cut_body", times=2, at=100), Fault("reset_body", times=2, at=100)])
def test_a_host_with_nothing_to_resume_by_is_read_whole(make_host, config, fault):
    host = make_host(options=Options().bare(), faults=[fault] if fault else [])
    assert numbers(config(host)) == NUMBERS


@pytest.mark.parametrize("content", [b"", gzip.compress(b""), gzip.compress(b"") * 3], ids=["nothing", "gzip", "three"])
def test_an_empty_day_is_there_and_has_no_line(make_host, by_day, data, content):
    (data / FQDN / "example.com-28-03-2026.log.gz").write_bytes(content)
    made = by_day(make_host())
    assert partitions(made) == DAYS
    assert rows(made, "2026-03-28") == []


@pytest.mark.parametrize("members", [2, 5])
@pytest.mark.parametrize("encoding", ["none", "gzip", "x-gzip", "plain"])
def test_members_of_a_gzip_are_one_day_however_they_are_sent(make_host, config, data, members, encoding):
    write_day(
        data, FQDN, FIRST, [b'1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100] "-" 408 - "-" "-"'] * 9, members=members
    )
    assert len(rows(config(make_host(options=Options(encoding=encoding)), to_date="2026-03-28"))) == 9


def test_a_day_that_was_rewritten_is_read_as_it_is_now(make_host, config, data):
    host = make_host()
    assert numbers(config(host)) == NUMBERS
    late = b'198.51.100.1 www.example.com - [30/Mar/2026:23:59:59 +0200] "GET /?n=late HTTP/1.1" 200 1 "-" "-"'
    stored = gzip.decompress((data / FQDN / "example.com-30-03-2026.log.gz").read_bytes()).splitlines()
    write_day(data, FQDN, FIRST + timedelta(days=2), [*stored, late])
    assert numbers(config(host)) == [*NUMBERS, "late"]


# Refusals and redirects


@pytest.mark.parametrize("foreign", [401, 403])
def test_a_user_of_another_tree_is_named_by_either_status(make_host, by_day, foreign):
    limited = User("other password", ("other.example",))
    host = make_host(options=Options(users={"limited": limited}, foreign=foreign))
    made = by_day(host, log_user={"login": "limited", "password": "other password"})
    for use in (rows, partitions):
        with pytest.raises(AccessDenied, match=str(foreign)):
            use(made)


def test_a_user_who_was_just_made_and_is_not_known_yet_is_refused_and_then_let_in(make_host, config):
    made = config(make_host(faults=[Fault("status", status=401, times=1)]))
    with pytest.raises(AccessDenied, match="401"):
        rows(made)
    assert numbers(made) == NUMBERS


@pytest.mark.parametrize("use", [rows, partitions], ids=["a day", "a page"])
def test_no_redirect_takes_a_password_to_another_host(make_host, by_day, use):
    other = make_host()
    with pytest.raises(HostNotAllowed, match=other.url):
        use(by_day(make_host(faults=[Fault("redirect", location=f"{other.url}/example.com/")])))
    assert other.journal.requests == []


def test_a_redirect_within_the_host_is_followed_with_the_password(make_host, config):
    moved = Fault("redirect", path="*28-03-2026*", times=1, status=301, location=day_path(FQDN, FIRST))
    host = make_host(faults=[moved])
    assert numbers(config(host)) == NUMBERS
    assert [request.authorization for request in host.journal.requests] == ["Basic ***"] * 4


def test_a_circle_of_redirects_ends(make_host, config):
    host = make_host(faults=[Fault("redirect", location=day_path(FQDN, FIRST))])
    settings, plugin = config(host)
    with pytest.raises(TryAgain, match="circle"):
        rows((settings, {**plugin, "connections": 1}))
    assert len(host.journal.requests) < 10


# TLS


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """Files of a certificate of an authority that this process trusts."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return str(chain), str(key)


@pytest.mark.parametrize(
    "fault",
    [
        None,
        Fault("close", times=2),
        Fault("reset", times=2),
        Fault("cut_body", times=2, at=100),
        Fault("reset_body", times=2, at=100),
    ],
    ids=lambda fault: fault.kind if fault else "none",
)
def test_broken_tls_connections_are_survived(make_host, config, trusted, fault, caplog):
    host = make_host(tls=trusted, faults=[fault] if fault else [])
    assert host.url.startswith("https:")
    assert numbers(config(host)) == NUMBERS
    assert "did not answer in time" not in caplog.text  # it broke, and was not just waited for


def test_tls_that_always_ends_early_is_named(make_host, config, trusted):
    with pytest.raises(TryAgain, match="broke off the"):
        rows(config(make_host(tls=trusted, faults=[Fault("close")])))


def test_a_long_wait_that_the_host_asks_for_is_cut_to_what_the_administrator_allows(make_host, config):
    host = make_host(faults=[Fault("status", status=503, retry_after="86400", times=1)])
    begun = datetime.now(timezone.utc)
    assert numbers(config(host)) == NUMBERS
    assert datetime.now(timezone.utc) - begun < timedelta(seconds=20)
