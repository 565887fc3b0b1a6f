"""Configurations as the host hands them over."""

from __future__ import annotations

from datetime import date

import pytest

from ovh_weblogs.dss import forms
from ovh_weblogs.errors import HostNotAllowed, SettingsError
from ovh_weblogs.settings import Kind, Network, Period, Secret, Source

DOMAIN = "shop.cluster021.hosting.ovh.net"
USER = {"login": "reader", "password": " pass word "}
LEAST = {"access": "log_user", "domain": DOMAIN, "log_user": USER}


def test_the_least_configuration_gives_the_defaults_of_settings():
    source = forms.source(LEAST, None)
    assert source.host == "https://logs.cluster021.hosting.ovh.net"
    assert (source.kind, source.period, source.network) == (Kind.WEB, Period(), Network())
    assert (source.skip_missing, source.partitioned, source.reject_rows) == (False, False, False)
    assert source.include_today is False
    assert (source.max_reject_share, source.max_day_bytes) == (Source.max_reject_share, Source.max_day_bytes)


def test_a_password_is_taken_exactly_as_typed_and_shown_nowhere():
    source = forms.source(LEAST, {})
    assert source.access.password == Secret(" pass word ")
    assert "pass word" not in repr(source)


@pytest.mark.parametrize(
    ("value", "days"),
    [(7, 7), (7.0, 7), ("7", 7), (None, 7), ("", 7)],
)
def test_whole_numbers_may_come_as_floats_or_text_or_not_at_all(value, days):
    assert forms.source({**LEAST, "last_days": value}, {}).period.last_days == days


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("true", True), (False, False), ("", False), (None, False)]
)
def test_today_is_included_where_that_is_ticked(value, expected):
    assert forms.source({**LEAST, "include_today": value}, {}).include_today is expected


@pytest.mark.parametrize(
    ("period", "include_today", "days"),
    [
        (Period(last_days=2), False, [29, 30]),
        (Period(last_days=2), True, [29, 30, 31]),
        (Period(first=date(2026, 3, 30)), True, [30, 31]),
        (Period(first=date(2026, 3, 30), last=date(2026, 3, 30)), True, [30]),
        (Period(first=date(2026, 3, 31)), False, []),
        (Period(first=date(2026, 3, 31), last=date(2026, 4, 30)), True, [31]),
        (Period(first=date(2026, 4, 1)), True, []),
    ],
)
def test_a_period_has_its_complete_days_and_today_if_that_is_wanted(period, include_today, days):
    found = period.days(date(2026, 3, 31), include_today=include_today)
    assert found == [date(2026, 3, day) for day in days]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-30T23:00:00.000Z", date(2026, 1, 31)),
        ("2026-07-14T22:00:00.000Z", date(2026, 7, 15)),
        ("2026-01-31T05:00:00.000Z", date(2026, 1, 31)),
        ("2026-01-31T00:00:00.000Z", date(2026, 1, 31)),
        ("2026-01-31T11:59:59.999Z", date(2026, 1, 31)),
        ("2026-01-31T12:00:00.000Z", date(2026, 2, 1)),
    ],
)
def test_a_day_may_be_a_date_or_the_instant_that_a_date_field_saves(value, day):
    config = {**LEAST, "period": "range", "from_date": value, "to_date": "2027-01-01"}
    assert forms.source(config, {}).period.first == day


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"domain": ""}, "log_root .or domain. is missing"),
        ({"domain": "https://example.com"}, "domain may hold only letters"),
        ({"domain": "../../etc"}, "domain may hold only letters"),
        ({"domain": "a/../../b"}, "domain may hold only letters"),
        ({"domain": ".."}, "domain may hold only letters"),
        ({"domain": 5}, "domain must be text"),
        ({"log_user": {}}, "login and password"),
        ({"log_user": None}, "login and password"),
        ({"log_user": {"login": "a:b", "password": "x"}}, "colon"),
        ({"access": "ftp"}, "access must be one of api, log_user"),
        ({"kind": "www"}, "kind must be one of"),
        ({"period": "range"}, "from_date is missing"),
        ({"period": "range", "from_date": "31/01/2026"}, "from_date must be a day"),
        ({"period": "range", "from_date": "2026-02-30"}, "from_date must be a day"),
        ({"period": "range", "from_date": "2026-01-30T23:00:00"}, "from_date must be a day"),
        ({"period": "range", "from_date": "2026-02-02", "to_date": "2026-02-01"}, "is before from_date"),
        ({"last_days": 0}, "last_days must be from 1"),
        ({"last_days": 7.5}, "last_days must be a whole number"),
        ({"last_days": "many"}, "last_days must be a number"),
        ({"last_days": True}, "last_days must be a number"),
        ({"include_today": "perhaps"}, "include_today must be true or false"),
        ({"max_reject_share": 5}, "max_reject_share must be from 0 to 1"),
        ({"max_reject_share": float("nan")}, "max_reject_share must be from 0 to 1"),
        ({"partitioned": "yes"}, "partitioned must be true or false"),
        ({"rejects": "drop"}, "rejects must be one of"),
        ({"missing_days": True}, "missing_days must be text"),
    ],
)
def test_each_wrong_value_is_named(change, told):
    with pytest.raises(SettingsError, match=told):
        forms.source({**LEAST, **change}, {})


def test_every_fault_is_named_at_once_in_one_sentence():
    with pytest.raises(SettingsError) as caught:
        forms.source({"access": "log_user", "kind": "www", "last_days": 0}, {})
    text = str(caught.value)
    assert all(word in text for word in ("kind must", "last_days must", "log_root", "login and password"))
    assert text.endswith(".")
    assert "\n" not in text


def test_a_domain_that_names_no_cluster_needs_the_log_host_and_says_where_it_is_shown():
    with pytest.raises(SettingsError, match="OVH panel"):
        forms.source({**LEAST, "domain": "example.com"}, {})


def test_the_plugins_settings_permit_hosts_and_set_patience():
    config = {**LEAST, "log_host": "http://127.0.0.1:8080"}
    with pytest.raises(HostNotAllowed):
        forms.source(config, {})
    source = forms.source(config, {"allowed_log_hosts": ["http://127.0.0.1:8080"], "attempts": 2.0, "max_wait": 0})
    assert (source.host, source.network.attempts, source.network.max_wait) == ("http://127.0.0.1:8080", 2, 0)


def test_the_plugins_settings_bound_what_a_day_may_unpack_to():
    assert forms.source(LEAST, {"max_day_gb": "1.5"}).max_day_bytes == 1_500_000_000
    with pytest.raises(SettingsError, match=r"max_day_gb must be from 0\.001 to 1e\+06, attempts must be a number"):
        forms.source(LEAST, {"max_day_gb": 0, "attempts": "many"})


def test_columns_and_partitioning_need_no_other_setting_to_be_right():
    assert [column.name for column in forms.columns({})][:3] == ["server_ts", "client_addr", "vhost"]
    assert len(forms.columns({"rejects": "rows"})) == 16
    assert [column.name for column in forms.columns({"kind": "cron"})] == [
        "server_ts",
        "line",
        "source_file",
        "line_number",
    ]
    assert forms.is_partitioned({"partitioned": "true"})


@pytest.mark.parametrize("whole", [None, "", "NP"])
def test_no_partition_means_the_whole_dataset(whole):
    assert forms.partition_day(whole) is None


@pytest.mark.parametrize("wrong", ["2026-01", "2026-01-32", "2026-01-31|FR", "all", "2026-1-1"])
def test_a_partition_that_is_no_day_is_refused(wrong):
    with pytest.raises(SettingsError, match="is no day"):
        forms.partition_day(wrong)
