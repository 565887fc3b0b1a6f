"""Days fetched ahead of who reads them: in order, over few connections, in bounded memory. Real HTTP."""

from __future__ import annotations

import gzip
import random
import threading
from contextlib import closing, contextmanager
from datetime import date, timedelta

import pytest

from dev.dayfiles import day_name
from dev.ovhsim import Fault
from ovh_weblogs.dss import forms
from ovh_weblogs.errors import AccessDenied, LogDamaged
from ovh_weblogs.hosting import LogHost, fetch_ahead

FQDN = "example.com"
DAYS = [date(2026, 3, 28) + timedelta(days=shift) for shift in range(3)]


@pytest.fixture
def fetched(config):
    """Days fetched ahead from a host; closed with the test."""
    open_ones = []

    def start(host, days=DAYS, connections=2):
        source = forms.source(*config(host))

        @contextmanager
        def connect():
            with closing(LogHost(source)) as connected:
                yield connected.day_file

        open_ones.append(fetch_ahead(days, connect, connections))
        return open_ones[-1]

    yield start
    for files in open_ones:
        files.close()


def content(file):
    assert file.exists()
    return b"".join(iter(file.read, b""))


def threads():
    return [thread for thread in threading.enumerate() if thread.name.endswith("(_fetch_all)")]


def wait_for_threads(count=0):
    for thread in threads():
        thread.join(5)
    return len(threads()) == count


@pytest.mark.parametrize("connections", [1, 2, 3, 8])
def test_every_day_comes_whole_and_in_order_over_no_more_connections_than_allowed(host, fetched, data, connections):
    found = [(file.day, content(file)) for file in fetched(host, connections=connections)]
    assert found == [(day, gzip.decompress((data / FQDN / day_name(FQDN, day)).read_bytes())) for day in DAYS]
    assert host.journal.connections <= connections


def test_the_next_day_is_under_way_before_it_is_asked_for(make_host, fetched):
    host = make_host(faults=[Fault("stall", seconds=0.3, path="*28-03-2026*")])
    first = next(fetched(host))
    first.exists()
    assert host.journal.wait(2)  # though the second was not asked for
    assert host.journal.connections == 2


def test_a_day_tells_its_names_and_the_bytes_received(host, fetched, data):
    first = next(fetched(host))
    content(first)
    assert first.file_name == "example.com-28-03-2026.log.gz"
    assert first.name == "The web log of example.com for 2026-03-28"
    assert first.raw_bytes == (data / FQDN / day_name(FQDN, DAYS[0])).stat().st_size


def test_a_missing_day_is_told_in_its_place_and_the_next_is_read(host, fetched):
    files = fetched(host, [DAYS[0], date(2026, 3, 1), DAYS[1]])
    assert [len(content(file).splitlines()) if file.exists() else None for file in files] == [5, None, 6]


def test_what_is_wrong_with_a_later_day_is_told_after_all_of_the_days_before(make_host, fetched):
    host = make_host(faults=[Fault("bad_crc", path="*29-03-2026*", times=0)])
    files = fetched(host)
    assert len(content(next(files)).splitlines()) == 5
    second = next(files)
    with pytest.raises(LogDamaged, match="2026-03-29"):
        content(second)


def test_a_host_that_refuses_is_told_at_the_first_day(make_host, fetched):
    host = make_host(faults=[Fault("status", status=401, times=0)])
    with pytest.raises(AccessDenied):
        content(next(fetched(host)))


@pytest.fixture
def big(tmp_path):
    """Write a file for each of the first two days, and give the folder of the host's data."""

    def write(content):
        for day in DAYS[:2]:
            path = tmp_path / "big" / FQDN / day_name(FQDN, day)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path / "big"

    return write


@pytest.mark.parametrize("packed", [False, True])
def test_a_day_that_nobody_reads_waits_with_little_of_it_in_memory(make_host, fetched, big, packed):
    noise = random.Random(1).randbytes(48 << 20)
    host = make_host(data=big(gzip.compress(noise, 0) if packed else noise))
    first = next(fetched(host, DAYS[:2]))
    first.exists()
    assert not host.journal.wait(2, timeout=1.0)  # both are stuck half-way: nobody takes what they have
    assert host.journal.sent < 2 * (24 << 20)


def of_four_mebibytes_packed():
    """Content ten times as large as its gzip file."""
    noise = random.Random(1).randbytes(4 << 20)
    return b"".join(noise[start : start + 4096] + b"\n" * 36_864 for start in range(0, len(noise), 4096))


def test_a_packed_day_of_a_usual_size_is_received_whole_though_nobody_reads_it_yet(make_host, fetched, big):
    unpacked = of_four_mebibytes_packed()
    host = make_host(data=big(gzip.compress(unpacked, 1)))
    files = fetched(host, DAYS[:2])
    first = next(files)
    assert host.journal.wait(2)
    assert [content(first) == unpacked, *(content(file) == unpacked for file in files)] == [True, True]


def test_a_day_that_breaks_off_while_it_waits_goes_on_and_comes_whole(make_host, fetched, big):
    unpacked = of_four_mebibytes_packed()
    host = make_host(
        data=big(gzip.compress(unpacked, 1)), faults=[Fault("cut_body", times=1, at=3 << 20, path="*29-03*")]
    )
    files = fetched(host, DAYS[:2])
    first = next(files)
    assert host.journal.wait(3)
    assert [content(first) == unpacked, *(content(file) == unpacked for file in files)] == [True, True]
    assert sorted(request.range for request in host.journal.requests) == ["", "", f"bytes={3 << 20}-"]


def test_who_stops_early_leaves_no_thread_and_no_connection(host, fetched):
    files = fetched(host)
    next(files).exists()
    files.close()
    assert wait_for_threads()


def test_days_are_asked_for_as_late_as_can_be(host, fetched):
    asked = []

    def days():
        for day in DAYS:
            asked.append(day)
            yield day

    files = fetched(host, days())
    content(next(files))
    assert asked == DAYS[:2]


def test_nothing_is_fetched_of_no_days(host, fetched):
    with closing(fetched(host, [])) as files:
        assert list(files) == []
    assert host.journal.requests == []
