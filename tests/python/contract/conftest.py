"""A log host to read from, and a connector to read with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dev.dayfiles import write_day
from dev.ovhsim import LogHost

FQDN = "example.com"
PASSWORD = "correct horse"
FIRST = date(2026, 3, 28)  # a Saturday; summer time begins on the day after


def line(number: int, path: str = "/") -> bytes:
    """One line of the OVH format."""
    return (
        f"198.51.100.{number % 250} www.example.com - [28/Mar/2026:10:00:{number % 60:02} +0100] "
        f'"GET {path}?n={number} HTTP/1.1" 200 {number} "-" "Agent {number}"'
    ).encode()


@pytest.fixture
def data(tmp_path):
    """Three days: 5, 6 and 7 lines."""
    for shift in range(3):
        write_day(tmp_path / "data", FQDN, FIRST + timedelta(days=shift), [line(n) for n in range(5 + shift)])
    return tmp_path / "data"


@pytest.fixture
def make_host(data):
    """Starts hosts over the data; they stop with the test."""
    hosts = []

    def start(**settings):
        hosts.append(LogHost(settings.pop("data", data), {"reader": PASSWORD}, **settings).__enter__())
        return hosts[-1]

    yield start
    for host in hosts:
        host.__exit__(None, None, None)


@pytest.fixture
def host(make_host):
    """A host that behaves."""
    return make_host()


@pytest.fixture
def config():
    """The connector's configuration for a host, and the plugin's settings beside it."""

    def make(host, **changes):
        settings = {
            "access": "log_user",
            "domain": FQDN,
            "log_host": host.url,
            "log_user": {"login": "reader", "password": PASSWORD},
            "period": "range",
            "from_date": "2026-03-28",
            "to_date": "2026-03-30",
            **changes,
        }
        return settings, {"allowed_log_hosts": [host.url], "max_wait": 0.01, "read_timeout": 5.0}

    return make
