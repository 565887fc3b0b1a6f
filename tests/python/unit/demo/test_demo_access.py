"""OVH as the demo has it: keys with the rights that reading needs, and a check of access that stops the demo."""

from __future__ import annotations

from datetime import date

import pytest

from dev.dayfiles import write_day
from dev.demo.access import check_access
from dev.demo.errors import DemoFailed
from dev.demo.flow import definition
from dev.demo.month import Month
from dev.demo.ovh import served


@pytest.fixture
def month(tmp_path) -> Month:
    """One day of one line."""
    line = b'192.0.2.1 www.example.com - [01/Mar/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 1 "-" "-"'
    write_day(tmp_path / "logs", "example.com", date(2026, 3, 1), [line])
    return Month(tmp_path / "logs", "logs", days=[date(2026, 3, 1)])


def test_keys_stand_in_a_preset_and_not_in_the_dataset(month, tmp_path):
    with served(month) as ovh:
        flow = definition(month, tmp_path, ovh)
    keys = flow["presets"]["ovh-logs-api"]["demo"]
    assert flow["datasets"]["logs"]["config"]["api"] == {"mode": "PRESET", "name": "demo"}
    assert not [key for key in keys.values() if key in str(flow["datasets"])]
    assert not [key for key in keys.values() if key in repr(ovh) and len(key) > 15]


def test_the_key_may_read_the_logs_of_its_hosting_and_nothing_else(month):
    with served(month) as ovh:
        (credential,) = ovh.api.account.credentials
    assert {rule.method for rule in credential.rules} == {"GET"}
    assert all(rule.path.startswith(("/hosting/web", "/auth/currentCredential")) for rule in credential.rules)
    assert not [rule.path for rule in credential.rules if rule.path in ("/hosting/web*", "/hosting/web/*", "/*")]


def test_the_check_writes_a_page_and_says_how_it_went(month, tmp_path):
    with served(month) as ovh:
        assert check_access(ovh, tmp_path / "access.html") == "18 good steps, 1 warning"
    assert "2026-03-01, none in the last 35 days" in (tmp_path / "access.html").read_text("utf-8")


def test_a_step_that_is_bad_stops_the_demo(month, tmp_path):
    with served(month) as ovh:
        (credential,) = ovh.api.account.credentials
        credential.rules = tuple(rule for rule in credential.rules if not rule.path.endswith("/userLogsToken"))
        with pytest.raises(DemoFailed, match=r"found something wrong \(Right GET /\S+/userLogsToken: Missing\): "):
            check_access(ovh, tmp_path / "access.html")
