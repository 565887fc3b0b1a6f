"""The connector with nothing but keys: the account is asked, the logs are found and opened. Real HTTP."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from dev.ovhsim import AttachedDomain, Fault, OwnLog, rules
from ovh_weblogs import hosting, pipeline
from ovh_weblogs.dss import forms
from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.errors import AccessDenied, HostNotAllowed, LogMissing, SettingsError

SERVICE, CANADA = "login.cluster021.hosting.ovh.net", "canada.cluster051.hosting.ovh.net"
MAIN, SHOP, OLD = 5 + 6 + 7, 2 + 3 + 4, 1 + 1 + 1


def rows(made, partition=None, limit=None):
    return list(LogSource(*made).rows(partition, limit))


def count(made):
    return len(rows(made))


def located(made):
    source = forms.source(*made)
    account = hosting.Account(source.access.keys, source.network)
    try:
        return hosting.located(source, account)
    finally:
        account.close()


@pytest.fixture(params=["application keys", "service account"])
def by(request, ovh):
    """Configurations with either kind of keys."""

    def make(**changes):
        return ovh.config(api=ovh.keys if request.param == "application keys" else ovh.service_account, **changes)

    return make


# Which logs


def test_a_hosting_is_read_from_its_main_log(by):
    found = rows(by())
    assert len(found) == MAIN
    assert found[0]["source_file"] == f"{SERVICE}-28-03-2026.log.gz"


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ({"domain": "shop.example.org"}, SHOP),
        ({"domain": "SHOP.example.org"}, SHOP),
        ({"domain": "www.example.org"}, MAIN),
        ({"domain": SERVICE}, MAIN),
        ({"service": "", "domain": "shop.example.org"}, SHOP),
        ({"service": "", "domain": "example.org"}, MAIN),
        ({"service": "", "domain": SERVICE}, MAIN),
        ({"service": "example.com"}, OLD),
        ({"service": "example.com", "domain": "www.example.com"}, OLD),
        ({"service": CANADA}, OLD),
    ],
    ids=str,
)
def test_a_site_is_read_from_its_own_log_where_it_has_one_and_else_from_the_main_log(by, settings, lines):
    assert count(by(**settings)) == lines


def test_without_service_and_domain_the_only_hosting_is_read(ovh, by):
    ovh.account.services = [ovh.account.service(SERVICE)]
    assert count(by(service="")) == MAIN


def test_several_hostings_and_no_choice_says_which_there_are(ovh):
    with pytest.raises(SettingsError, match=f"choose the service, one of .*example.com.*{SERVICE}"):
        rows(ovh.config(service=""))


def test_no_hosting_at_all_says_so(ovh):
    ovh.account.services = []
    with pytest.raises(AccessDenied, match="see no web hosting"):
        rows(ovh.config(service=""))


def test_a_domain_of_another_hosting_names_that(ovh):
    with pytest.raises(SettingsError, match=f"is not attached to example.com; it belongs to {SERVICE}"):
        rows(ovh.config(service="example.com", domain="shop.example.org"))


def test_a_domain_of_nobody_lists_those_that_there_are(ovh):
    with pytest.raises(SettingsError, match=r"nowhere.example is not attached to .*choose one of example.org, new"):
        rows(ovh.config(domain="nowhere.example"))
    with pytest.raises(SettingsError, match="attached to no hosting"):
        rows(ovh.config(service="", domain="nowhere.example"))


def test_a_domain_of_two_hostings_asks_which(ovh):
    ovh.account.service("example.com").domains.append(AttachedDomain("www.example.org"))
    with pytest.raises(SettingsError, match=f"more than one hosting.*example.com, {SERVICE}"):
        rows(ovh.config(service="", domain="www.example.org"))


def test_an_unknown_hosting_lists_those_that_there_are(ovh):
    with pytest.raises(SettingsError, match=r"has no hosting mine.cluster001.*one of blocked"):
        rows(ovh.config(service="mine.cluster001.hosting.ovh.net"))


def test_logs_that_are_being_set_up_are_waited_for(ovh):
    with pytest.raises(LogMissing, match=r"setting up the logs of new.example.org"):
        rows(ovh.config(domain="new.example.org"))


def test_a_blocked_hosting_is_tried(ovh):
    with pytest.raises(SettingsError, match=r"has no logs of blocked.cluster003"):
        rows(ovh.config(service="blocked.cluster003.hosting.ovh.net"))


# Where they are


@pytest.mark.parametrize("ending", ["", "/", "/logs", "/logs/", "/?x=1"])
def test_the_root_is_the_first_folder_of_the_address_whatever_follows(ovh, ending):
    ovh.account.service(SERVICE).own_logs[0].logs = f"{ovh.host.url}/{SERVICE}{ending}"
    assert count(ovh.config()) == MAIN


def test_without_an_address_the_host_is_told_by_the_services_name(ovh):
    ovh.account.service("nologs.cluster030.hosting.ovh.net").own_logs = []
    source = located(ovh.config(service="nologs.cluster030.hosting.ovh.net"))
    assert (source.host, source.domain) == (
        "https://logs.cluster030.hosting.ovh.net",
        "nologs.cluster030.hosting.ovh.net",
    )


def test_without_an_address_and_a_telling_name_the_host_is_that_of_the_cluster(ovh):
    ovh.account.service("example.com").own_logs = []
    assert located(ovh.config(service="example.com")).host == "https://logs.cluster020.hosting.ovh.net"


def test_a_typed_log_host_replaces_that_of_the_api(ovh):
    ovh.account.service(SERVICE).own_logs[0].logs = f"https://logs.cluster021.hosting.ovh.net/{SERVICE}/"
    assert count(ovh.config(log_host=ovh.host.url)) == MAIN


def test_of_several_logs_none_named_like_the_service_that_of_the_main_domain_is_the_main_one(ovh):
    service = ovh.account.service(SERVICE)
    service.own_logs = [OwnLog(1, "shop.example.org"), OwnLog(2, "example.org", logs=f"{ovh.host.url}/{SERVICE}/")]
    assert located(ovh.config()).domain == SERVICE


@pytest.mark.parametrize(
    ("service", "timezone", "zone"),
    [
        (SERVICE, "", "Europe/Paris"),
        (CANADA, "", "America/Toronto"),
        (CANADA, "Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_days_are_those_of_the_cluster_or_of_the_zone_set_by_hand(ovh, service, timezone, zone):
    assert located(ovh.config(service=service, timezone=timezone)).zone.key == zone


def test_the_cluster_of_an_old_name_tells_the_zone_by_its_log_host(ovh):
    ovh.account.service("example.com").own_logs[0].logs = "https://logs.cluster051.hosting.ovh.net/example.com/"
    assert located(ovh.config(service="example.com")).zone.key == "America/Toronto"


@pytest.mark.parametrize(
    "address", ["https://logs.example.net/x/", "http://logs.cluster021.hosting.ovh.net/x/", "//evil.example/x/"]
)
def test_a_log_host_of_the_api_that_is_not_allowed_gets_no_token(ovh, address):
    ovh.account.service(SERVICE).own_logs[0].logs = address
    with pytest.raises((HostNotAllowed, SettingsError)):
        rows(ovh.config())
    assert ovh.tokens.issued == 0


# Partitions


def test_partitions_are_the_published_days_and_each_is_read_alone(by):
    source = LogSource(*by(partitioned=True))
    assert source.partitions() == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert source.partition_exists("2026-03-29")
    assert not source.partition_exists("2026-04-01")
    assert len(list(source.rows("2026-03-29"))) == 6


def test_last_days_end_yesterday_in_the_zone_of_the_cluster(ovh):
    source = forms.source(*ovh.config(service=CANADA, period="last_days", last_days=1))
    moment = datetime(2026, 3, 30, 3, 59, tzinfo=timezone.utc)  # 23:59 of the 29th in Montreal
    assert pipeline.is_published(source, date(2026, 3, 28), now=moment)
    assert not pipeline.is_published(source, date(2026, 3, 29), now=moment)


# How they are opened


def test_one_token_opens_a_whole_period_and_every_later_read(ovh):
    assert count(ovh.config()) == MAIN
    assert count(ovh.config()) == MAIN
    assert ovh.tokens.issued == 1


def test_the_main_log_needs_no_more_than_five_calls(ovh):
    rows(ovh.config())
    own = f"/hosting/web/{SERVICE}"
    assert ovh.calls() == [
        "/auth/time",
        f"{own}/ownLogs?fqdn={SERVICE}",
        f"{own}/ownLogs/101",
        "/auth/time",
        f"{own}/userLogsToken?remoteCheck=false&ttl=3600",
    ]


def test_a_token_is_sent_as_a_cookie_and_never_in_an_address_that_a_log_could_keep(ovh):
    rows(ovh.config())
    assert all("token" not in request.path for request in ovh.host.journal.requests)
    assert {request.headers.get("cookie") for request in ovh.host.journal.requests} == {"***"}


def test_a_host_that_wants_the_token_in_the_address_gets_it_there_once_it_refused_the_cookie(make_ovh):
    ovh = make_ovh(token_by="query")
    settings, plugin = ovh.config()
    assert count((settings, {**plugin, "connections": 1})) == MAIN
    assert [request.status for request in ovh.host.journal.requests] == [401, 200, 200, 200]
    assert ovh.tokens.issued == 1


def test_a_busy_host_does_not_tell_where_it_takes_tokens_from(make_ovh):
    ovh = make_ovh(token_by="query")
    ovh.host.faults.add(Fault("status", status=503, times=1))
    assert count(ovh.config()) == MAIN


def test_a_host_that_turns_the_address_into_a_cookie_is_followed(make_ovh):
    ovh = make_ovh(token_redirect=True)
    assert count(ovh.config()) == MAIN


@pytest.mark.parametrize("refused", [401, 403])
def test_a_token_that_ends_in_the_middle_of_a_period_is_renewed(make_ovh, refused):
    ovh = make_ovh(token_refused=refused)
    ovh.tokens.uses = 2
    assert count(ovh.config()) == MAIN
    assert ovh.tokens.issued == 2


def test_a_token_is_renewed_before_it_ends(ovh):
    rows(ovh.config())
    ovh.tokens.end()
    assert count(ovh.config()) == MAIN
    assert ovh.tokens.issued == 2


def test_a_host_that_refuses_every_token_says_so(make_ovh):
    ovh = make_ovh()
    ovh.tokens.uses = 0
    with pytest.raises(AccessDenied, match="refused the token that OVH gave"):
        rows(ovh.config())


def test_an_index_that_is_switched_off_does_not_ask_for_a_token_each_time(make_ovh):
    ovh = make_ovh(index="off")
    assert LogSource(*ovh.config(partitioned=True)).partitions() == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert ovh.tokens.issued <= 2


# With which rights


def test_the_rights_that_the_check_asks_for_are_enough(ovh):
    needed = hosting.needed_paths(SERVICE)
    ovh.account.credentials[0].rules = rules(*(f"GET {path}" for path in needed))
    assert count(ovh.config(domain="shop.example.org")) == SHOP
    assert count(ovh.config()) == MAIN


def test_keys_with_blanks_around_them_are_taken_without(ovh):
    assert count(ovh.config(api={name: f" {value}\n" for name, value in ovh.keys.items()})) == MAIN
