"""Which log hosts may be asked."""

from __future__ import annotations

import pytest

from ovh_weblogs.errors import HostNotAllowed, SettingsError
from ovh_weblogs.hosting import cluster_zone, derived_log_host, parse_allowed, permitted_log_host

NOBODY = frozenset()


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("https://logs.cluster021.hosting.ovh.net", "https://logs.cluster021.hosting.ovh.net"),
        (" HTTPS://Logs.cluster021.hosting.ovh.net:443/ ", "https://logs.cluster021.hosting.ovh.net"),
        ("https://logs.ovh.net", "https://logs.ovh.net"),
    ],
)
def test_ovhs_own_log_hosts_are_permitted(typed, base):
    assert permitted_log_host(typed, NOBODY) == base


@pytest.mark.parametrize(
    "typed",
    [
        "https://logs.example.com",
        "http://logs.cluster021.hosting.ovh.net",
        "https://logs.cluster021.hosting.ovh.net:8443",
        "https://logs.a.b.hosting.ovh.net",
        "https://logs.cluster021.hosting.ovh.net.evil.example",
        "https://evil-logs.ovh.net",
        "http://127.0.0.1:8080",
        "https://xlogs.ovh.net",
    ],
)
def test_any_other_host_is_refused_by_name_of_the_setting(typed):
    with pytest.raises(HostNotAllowed, match="allowed_log_hosts"):
        permitted_log_host(typed, NOBODY)


@pytest.mark.parametrize(
    "typed",
    [
        "logs.ovh.net",
        "ftp://logs.ovh.net",
        "https://user:hunter2@logs.ovh.net",
        "https://logs.ovh.net/path",
        "https://logs.ovh.net?x",
        "https://logs.ovh.net#.hosting.ovh.net",
        "https://evil.example\\.hosting.ovh.net",
        "https://logs.ovh.net\nHost: evil",
        "https://lоgs.ovh.net",  # noqa: RUF001 - a Cyrillic o
        "https:///logs.ovh.net",
        "",
    ],
)
def test_what_is_no_base_url_is_refused_and_shows_no_password(typed):
    with pytest.raises(SettingsError, match="no address of a log host") as caught:
        permitted_log_host(typed, NOBODY)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "entry", ["https://logs.example.net", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"]
)
def test_an_administrator_permits_further_hosts_by_base_url(entry):
    assert permitted_log_host(entry + "/", parse_allowed([entry])) == entry


def test_a_permitted_host_is_permitted_on_its_own_port_only():
    allowed = parse_allowed(["http://127.0.0.1:8080"])
    with pytest.raises(HostNotAllowed):
        permitted_log_host("http://127.0.0.1:8081", allowed)


@pytest.mark.parametrize(
    "entry", ["http://logs.example.net", "logs.example.net", "https://*.example.net", "http://10.0.0.1"]
)
def test_an_entry_that_permits_too_much_is_refused(entry):
    with pytest.raises(HostNotAllowed, match="allowed_log_hosts"):
        parse_allowed([entry])


@pytest.mark.parametrize(
    ("domain", "host"),
    [
        ("shop.cluster021.hosting.ovh.net", "https://logs.cluster021.hosting.ovh.net"),
        ("Shop.Cluster051.hosting.ovh.net", "https://logs.cluster051.hosting.ovh.net"),
        ("example.com", None),
        ("a.b.cluster021.hosting.ovh.net", None),
        ("shop.cluster021.hosting.ovh.net.evil.example", None),
    ],
)
def test_a_service_name_gives_its_log_host(domain, host):
    assert derived_log_host(domain) == host


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("https://logs.cluster021.hosting.ovh.net", "Europe/Paris"),
        ("https://logs.cluster051.hosting.ovh.net", "America/Toronto"),
        ("shop.cluster051.hosting.ovh.net", "America/Toronto"),
        ("https://logs.ovh.net", "Europe/Paris"),
    ],
)
def test_the_cluster_tells_the_zone(name, zone):
    assert cluster_zone(name).key == zone
