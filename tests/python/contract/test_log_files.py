"""The connector "OVH log files": what a log host holds, over real HTTP."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date, datetime, timedelta, timezone

import pytest

from dev.dayfiles import day_path, write_day
from dev.dsshost import ComponentFailed, ConnectorSession
from dev.ovhsim import Fault, Options, OwnLog
from ovh_weblogs import inventory
from ovh_weblogs.dss import forms
from ovh_weblogs.dss.connectors import FileSource
from ovh_weblogs.errors import AccessDenied, LogMissing, SettingsError, TryAgain
from ovh_weblogs.settings import ApiAccess, ApiKeys, Kind, OfferSettings

FQDN, PASSWORD = "example.com", "correct horse"
SERVICE, SHOP = "login.cluster021.hosting.ovh.net", "shop.example.org"
NOW = datetime(2026, 4, 1, 12, tzinfo=timezone.utc)
FIRST = date(2026, 3, 28)


def offers(made, *, preview=False):
    settings, plugin = made
    return list(inventory.files(forms.offer_settings(settings, plugin), preview=preview, now=NOW))


def days(found):
    return [(offer.day.isoformat(), offer.missing) for offer in found]


def session(repository, made):
    return ConnectorSession(repository, "ovh-logs-files", *made)


# What a row says


def test_each_file_is_a_row_with_its_exact_size_and_date(repository, host, config, data):
    file = data / FQDN / "example.com-28-03-2026.log.gz"
    os.utime(file, (1_774_800_000, 1_774_800_000))
    row = session(repository, config(host)).rows()[0]
    assert row == {
        "service": "",
        "fqdn": FQDN,
        "kind": "web",
        "day": "2026-03-28T00:00:00.000Z",
        "file": "example.com-28-03-2026.log.gz",
        "bytes": str(file.stat().st_size),
        "modified": "2026-03-29T16:00:00.000Z",
        "live": "false",
        "missing": "false",
    }


def test_days_between_the_first_and_the_last_of_a_kind_that_have_no_file_are_missing(host, config, data):
    write_day(data, FQDN, date(2026, 3, 25), [b"x"])
    write_day(data, FQDN, date(2026, 3, 2), [b"x"], kind="error")
    found = offers(config(host))
    assert days(offer for offer in found if offer.kind is Kind.WEB) == [
        ("2026-03-25", False),
        ("2026-03-26", True),
        ("2026-03-27", True),
        ("2026-03-28", False),
        ("2026-03-29", False),
        ("2026-03-30", False),
    ]
    gap = found[1]
    assert (gap.file, gap.bytes, gap.modified) == ("example.com-26-03-2026.log.gz", None, None)
    assert days(offer for offer in found if offer.kind is Kind.ERROR) == [("2026-03-02", False)]


def test_a_gap_may_span_months_and_the_end_of_a_year(host, config, data):
    write_day(data, FQDN, date(2025, 12, 30), [b"x"])
    assert Counter(offer.missing for offer in offers(config(host))) == {False: 4, True: 87}


def test_rows_come_in_the_order_of_kinds_and_days(host, config, data):
    for kind in ("cron", "error"):
        for day in (29, 28):
            write_day(data, FQDN, date(2026, 3, day), [b"x"], kind=kind)
    found = offers(config(host))
    assert [(offer.kind.value, offer.day.day) for offer in found] == [
        *(("web", 28), ("web", 29), ("web", 30)),
        *(("error", 28), ("error", 29)),
        *(("cron", 28), ("cron", 29)),
    ]


def test_only_the_chosen_kinds_are_asked_for(host, config, data):
    write_day(data, FQDN, FIRST, [b"x"], kind="error")
    found = offers(config(host, kinds=["error"]))
    assert [offer.kind for offer in found] == [Kind.ERROR]
    assert host.journal.count("*/logs-03-2026/") == 0


def test_the_last_months_are_calendar_months_with_the_current_one(host, config, data):
    for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 1)):
        write_day(data, FQDN, day, [b"x"], kind="ssh")
    found = offers(config(host, kinds=["ssh"], months=2))
    assert [offer.day for offer in found if not offer.missing] == [date(2026, 3, 1), date(2026, 4, 1)]


def test_a_host_that_tells_no_size_and_no_date_leaves_both_open(make_host, config):
    host = make_host(options=Options().bare())
    assert {(offer.bytes, offer.modified) for offer in offers(config(host))} == {(None, None)}


# Live files


@pytest.mark.parametrize("index", ["apache", "bare", "kinds", "off"])
def test_a_live_file_is_a_row_among_its_days(make_host, config, index):
    host = make_host(options=Options(index=index))
    host.live.append(FQDN, date(2026, 4, 1), b"12345\n")
    host.live.append(FQDN, date(2026, 4, 1), b"1\n", kind="error")
    found = offers(config(host, months=2, kinds=["web", "error"]))
    live = [(offer.kind.value, offer.day.day, offer.file, offer.bytes) for offer in found if offer.live]
    assert live == [("web", 1, "example.com-01-04-2026.log", 6), ("error", 1, "example.com-01-04-2026.log", 2)]
    assert [offer.day.day for offer in found] == [28, 29, 30, 1, 1]
    assert {offer.missing for offer in found} == {False}  # a day that may come yet is not missing


def test_a_day_that_is_still_live_and_published_already_has_two_rows(host, config):
    host.live.append(FQDN, date(2026, 3, 30), b"12345\n")
    found = [(offer.day.day, offer.live) for offer in offers(config(host))]
    assert found == [(28, False), (29, False), (30, False), (30, True)]


def test_a_live_file_that_vanishes_before_it_is_asked_for_is_no_row(make_host, config):
    host = make_host(faults=[Fault("status", path="/*/osl/*.log", status=404, times=0)])
    host.live.append(FQDN, date(2026, 4, 1), b"12345\n")
    assert [offer.live for offer in offers(config(host))] == [False] * 3


# Every look of a host


@pytest.mark.parametrize("index", ["apache", "bare", "kinds"])
@pytest.mark.parametrize("tree", ["current", "old", "both"])
@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "encoded"])
def test_every_look_of_the_lists_gives_the_same_rows(make_host, config, data, index, tree, encoded):
    write_day(data, FQDN, FIRST, [b"x"], kind="error")
    host = make_host(options=Options(index=index, tree=tree, encoded_hrefs=encoded))
    assert [(offer.kind.value, offer.day.day) for offer in offers(config(host))] == [
        *(("web", 28), ("web", 29), ("web", 30)),
        ("error", 28),
    ]


def test_without_lists_the_days_of_the_period_are_asked_for_and_the_log_says_so(make_host, config, data, caplog):
    (data / FQDN / "example.com-29-03-2026.log.gz").unlink()
    host = make_host(options=Options(index="off"))
    with caplog.at_level("INFO", "ovh_weblogs"):
        found = offers(config(host, months=2, kinds=["web", "error"]))
    assert days(found) == [("2026-03-28", False), ("2026-03-29", True), ("2026-03-30", False)]
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        f"{host.url} shows no lists of the logs of {FQDN}: the days of the last 2 months are asked for one by one"
    ]
    assert host.journal.count("*/error/*", method="HEAD") == 0  # the folder is not there: no day of it is


def test_a_listed_file_that_is_gone_when_it_is_asked_for_is_a_missing_day(make_host, config):
    gone = Fault("status", path=day_path(FQDN, date(2026, 3, 29)), status=404, times=0)
    host = make_host(faults=[gone])
    assert days(offers(config(host))) == [("2026-03-28", False), ("2026-03-29", True), ("2026-03-30", False)]


def test_trouble_that_passes_is_waited_for(make_host, config):
    host = make_host(faults=[Fault("status", status=503, times=1, per_path=True)])
    assert len(offers(config(host))) == 3


def test_trouble_that_stays_is_an_error_and_never_fewer_rows(make_host, config):
    host = make_host(faults=[Fault("reset", path=day_path(FQDN, date(2026, 3, 30)), times=0)])
    with pytest.raises(TryAgain, match=r"The list of logs of example\.com could not be read"):
        offers(config(host))


# What it costs


def test_two_connections_are_used_side_by_side_and_no_more(make_host, config, data):
    for back in range(40):
        write_day(data, FQDN, FIRST - timedelta(days=back), [b"x"])
    host = make_host()
    assert len(offers(config(host))) == 42
    used = {entry.connection for entry in host.journal.requests if entry.method == "HEAD"}
    assert len(used) == 2
    assert {entry.connection for entry in host.journal.requests} == used


def test_a_preview_asks_for_no_more_files_than_it_shows(host, config, data, repository):
    for back in range(40):
        write_day(data, FQDN, FIRST - timedelta(days=back), [b"x"])
    rows = list(session(repository, config(host)).generate(None, 10))
    assert len(rows) == 10
    assert host.journal.count(method="HEAD") == 10
    assert host.journal.count(method="GET") == 4  # the two trees, the live folder, and a month


def test_files_that_are_not_wanted_any_more_are_not_asked_for(host, config, data):
    for back in range(40):
        write_day(data, FQDN, FIRST - timedelta(days=back), [b"x"])
    found = inventory.files(forms.offer_settings(*config(host)), now=NOW)
    next(found)
    found.close()
    assert host.journal.count(method="HEAD") < 40


# Which trees


def fqdns(found):
    return Counter((offer.service, offer.fqdn) for offer in found)


def usual(ovh, *names):
    ovh.account.services = [ovh.account.service(name) for name in names]


def test_a_hosting_alone_lists_its_main_log(ovh):
    assert fqdns(offers(ovh.config())) == {(SERVICE, SERVICE): 3}


def test_all_of_a_hosting_are_its_main_log_and_those_of_its_sites(ovh, caplog):
    assert fqdns(offers(ovh.config(scope="hosting"))) == {(SERVICE, SERVICE): 3, (SERVICE, SHOP): 3}
    left_out = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert left_out == [
        "Left out: OVH is still setting up the logs of new.example.org; start the build again in an hour."
    ]


def test_all_of_an_account_are_those_of_every_hosting_in_the_order_of_trees(ovh):
    canada = "canada.cluster051.hosting.ovh.net"
    usual(ovh, SERVICE, "example.com", canada)
    found = offers(ovh.config(scope="account", service=""))
    assert list(fqdns(found).items()) == [
        ((canada, canada), 3),
        (("example.com", "example.com"), 3),
        ((SERVICE, SERVICE), 3),
        ((SERVICE, SHOP), 3),
    ]


def test_each_tree_is_opened_by_a_token_of_its_own(ovh):
    offers(ovh.config(scope="hosting"))
    asked = [path for path in ovh.calls() if "userLogsToken" in path]
    assert [f"attachedDomain={SHOP}" in path for path in asked] == [False, True]


def test_a_chosen_site_is_listed_alone_whatever_the_hidden_choice_says(ovh):
    assert fqdns(offers(ovh.config(scope="account", domain=SHOP))) == {(SERVICE, SHOP): 3}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_tree_of_several_that_refuses_is_left_out_with_one_warning(ovh, caplog, status):
    ovh.host.faults.add(Fault("status", path=f"/{SHOP}/*", status=status, times=0))
    ovh.account.service(SERVICE).own_logs[:] = [
        log for log in ovh.account.service(SERVICE).own_logs if log.status == "created"
    ]
    assert fqdns(offers(ovh.config(scope="hosting"))) == {(SERVICE, SERVICE): 3}
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith(f"The files of {SHOP} are left out: ")
    assert f"({status})" in warning


@pytest.mark.parametrize(("status", "error"), [(401, AccessDenied), (403, AccessDenied), (404, SettingsError)])
def test_the_only_tree_that_refuses_is_an_error(ovh, status, error):
    ovh.host.faults.add(Fault("status", path=f"/{SERVICE}/*", status=status, times=0))
    with pytest.raises(error, match=rf"\({status}\)"):
        offers(ovh.config())


def test_when_every_tree_refuses_it_is_an_error(ovh):
    ovh.host.faults.add(Fault("status", status=403, times=0))
    with pytest.raises(AccessDenied, match="refused the token"):
        offers(ovh.config(scope="hosting"))


def test_a_tree_that_refuses_after_some_rows_is_an_error_and_never_fewer_rows(ovh):
    ovh.host.faults.add(Fault("status", path=f"/{SERVICE}/*/error/", status=401, times=0))
    with pytest.raises(AccessDenied):
        offers(ovh.config(scope="hosting"))


def test_logs_that_ovh_is_still_setting_up_are_an_error_where_they_are_alone(ovh):
    usual(ovh, SERVICE)
    ovh.account.service(SERVICE).own_logs[:] = [OwnLog(7, SERVICE, status="creating")]
    with pytest.raises(LogMissing, match="still setting up"):
        offers(ovh.config(scope="hosting"))


def test_a_host_that_the_api_names_and_nobody_allowed_gets_no_token(ovh):
    ovh.account.service(SERVICE).own_logs[:] = [OwnLog(7, SERVICE, logs="https://logs.example.net/x/")]
    with pytest.raises(SettingsError, match="not allowed"):
        offers(ovh.config(scope="hosting"))
    assert ovh.tokens.issued == 0


# The form


def test_both_connectors_ask_for_access_in_the_same_words(repository):
    texts = [
        (repository / f"python-connectors/{name}/connector.json").read_text() for name in ("ovh-logs", "ovh-logs-files")
    ]
    begin, end = '{\n            "name": "access_section"', '{\n            "name": "what_section"'
    access = {text[text.index(begin) : text.index(end)] for text in texts}
    assert len(access) == 1
    assert '"name": "timezone"' in access.pop()


def test_the_forms_defaults_are_those_of_the_settings(repository):
    params = json.loads((repository / "python-connectors/ovh-logs-files/connector.json").read_text())["params"]
    given = {param["name"]: param["defaultValue"] for param in params if "defaultValue" in param}
    access = ApiAccess(ApiKeys())
    assert given == {
        "access": "api",
        "service": access.service,
        "domain": access.domain,
        "log_root": "",
        "log_host": access.log_host,
        "timezone": "",
        "scope": OfferSettings.scope.value,
        "kinds": [kind.value for kind in OfferSettings.kinds],
        "months": OfferSettings.months,
    }


def test_a_configuration_of_the_forms_defaults_reads_like_one_without_them(repository, host, config):
    params = json.loads((repository / "python-connectors/ovh-logs-files/connector.json").read_text())["params"]
    filled = {param["name"]: param["defaultValue"] for param in params if "defaultValue" in param}
    settings, plugin = config(host)
    expected = session(repository, (settings, plugin)).rows()
    assert len(expected) == 3
    assert session(repository, ({**filled, **settings}, plugin)).rows() == expected
    assert session(repository, ({**filled, **settings, "months": 0.0}, plugin)).rows() == expected


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kinds": []}, "kinds must be one or more of web, error, ftp, cgi, out, ssh, cron"),
        ({"kinds": ["web", "mail"]}, "kinds must be one or more of"),
        ({"months": -1}, "months must be from 0 to 120"),
        ({"scope": "world"}, "scope must be one of tree, hosting, account"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(repository, host, config, wrong, told):
    with pytest.raises(ComponentFailed, match=f"The settings of the OVH log files dataset cannot be used: {told}"):
        session(repository, config(host, **wrong)).rows()


def test_the_schema_needs_no_settings():
    assert [column["name"] for column in FileSource({}).schema()["columns"]][:3] == ["service", "fqdn", "kind"]
