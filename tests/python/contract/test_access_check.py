"""The macro that tries keys and logs, and the choices of the forms. Real HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from dev.dsshost import check_html, choices, run_macro
from dev.ovhsim import Fault, ServiceAccount, rules
from ovh_weblogs.access_check import AccessCheck, Outcome, Step
from ovh_weblogs.dss import forms
from ovh_weblogs.dss.macros import table
from ovh_weblogs.hosting import needed_paths

SERVICE = "login.cluster021.hosting.ovh.net"
NOW = datetime(2026, 3, 31, 10, tzinfo=timezone.utc)
GOOD, WARNING, BAD, NOT_TRIED = Outcome.GOOD, Outcome.WARNING, Outcome.BAD, Outcome.NOT_TRIED


def steps(made, now=NOW):
    source = forms.source(*made)
    return {step.name: step for step in AccessCheck(source.access, source.network, now=now).run()}


def outcomes(found):
    return {name: step.outcome for name, step in found.items()}


@pytest.mark.parametrize("keys", ["keys", "service_account"])
def test_of_a_good_account_every_step_is_good(ovh, keys):
    found = steps(ovh.config(api=getattr(ovh, keys)))
    assert set(outcomes(found).values()) == {GOOD}
    assert found["Newest day"].seen == "2026-03-30, one of 3 in the last 35 days"
    assert found["One file"].seen == "7 lines at the beginning of 2026-03-30: 7 hits, 0 refused"
    assert found["Log host"].seen == f"{ovh.host.url}/{SERVICE}/ (days in Europe/Paris)"


def test_a_site_with_a_log_of_its_own_is_tried_itself(ovh):
    assert "2026-03-30: 4 hits" in steps(ovh.config(domain="shop.example.org"))["One file"].seen


@pytest.mark.parametrize("missing", needed_paths(SERVICE)[1:], ids=lambda path: path.replace(SERVICE, "s"))
def test_each_missing_right_is_told_with_the_page_that_makes_keys_that_have_it(ovh, missing):
    kept = [f"GET {path}" for path in needed_paths(SERVICE) if path != missing]
    ovh.account.credentials[0].rules = rules(*kept)
    found = steps(ovh.config())
    bad = [name for name, step in found.items() if name.startswith("Right") and step.outcome is BAD]
    assert bad == [f"Right GET {missing}"]
    assert f"&GET=/hosting/web/{SERVICE}/userLogsToken and make keys" in found[bad[0]].fix


def test_a_rule_with_a_blank_at_its_end_is_told(ovh):
    ovh.account.credentials[0].rules = rules("GET /auth/currentCredential", "GET /hosting/web* ")
    found = steps(ovh.config())
    assert found[f"Right GET /hosting/web/{SERVICE}/ownLogs"].fix.startswith("a rule of the key has a blank at its end")
    assert found["Hostings"].outcome is WARNING


def test_keys_that_may_not_tell_of_themselves_are_tried_all_the_same(ovh):
    ovh.account.credentials[0].rules = rules("GET /hosting/web*")
    found = steps(ovh.config())
    assert found["Consumer key"] == Step(
        "Consumer key",
        WARNING,
        "Valid; it has no right to tell until when",
        "nothing, unless you want to see until when it is valid",
    )
    assert (found["Rights"].outcome, found["One file"].outcome) == (NOT_TRIED, GOOD)


@pytest.mark.parametrize(
    ("left", "outcome"), [(timedelta(days=90), GOOD), (timedelta(days=13), WARNING), (None, GOOD)], ids=str
)
def test_the_end_of_the_consumer_keys_validity_is_told_in_time(ovh, left, outcome):
    now = datetime.now(timezone.utc)
    ovh.account.credentials[0].expiration = left and now + left
    step = steps(ovh.config(), now)["Consumer key"]
    assert step.outcome is outcome
    assert step.seen.startswith(f"Valid until {now + left:%Y-%m-%d}" if left else "Valid without end")


def test_what_needs_a_step_that_failed_is_not_tried(ovh):
    found = steps(ovh.config(api={**ovh.keys, "consumer_key": "another"}))
    assert list(found) == ["OVH API", "Clock", "Consumer key", *AccessCheck.PARTS[2:]]
    assert list(outcomes(found).values()) == [GOOD, GOOD, BAD] + [NOT_TRIED] * 6


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"application_key": "another"}, "Application key"),
        ({"application_secret": "another"}, "Application secret"),
        ({"consumer_key": "another"}, "Consumer key"),
        ({"auth": "oauth2", "client_id": "x", "client_secret": "y"}, "Service account"),
    ],
    ids=str,
)
def test_the_step_that_fails_is_named_after_the_key_that_is_wrong(ovh, change, name):
    found = steps(ovh.config(api={**ovh.keys, **change}))
    assert [step.name for step in found.values() if step.outcome is BAD] == [name]


def test_actions_that_iam_does_not_grant_are_told_one_by_one(ovh):
    granted = {SERVICE: ("webHosting:apiovh:get", "webHosting:apiovh:userLogsToken/get")}
    ovh.account.service_accounts = [ServiceAccount("id", "secret", granted)]
    found = steps(ovh.config(api=ovh.service_account))
    assert {name: step.outcome for name, step in found.items() if name.startswith("Action")} == {
        "Action webHosting:apiovh:get": GOOD,
        "Action webHosting:apiovh:attachedDomain/get": BAD,
        "Action webHosting:apiovh:ownLogs/get": BAD,
        "Action webHosting:apiovh:userLogsToken/get": GOOD,
    }
    policy = f"add it to the service account's IAM policy on urn:v1:eu:resource:webHosting:{SERVICE}"
    assert found["Action webHosting:apiovh:ownLogs/get"].fix == policy
    assert (found["Sites"].outcome, found["Log host"].outcome) == (NOT_TRIED, BAD)


@pytest.mark.parametrize(("skew", "told"), [(600, "600 s behind"), (-600, "600 s ahead of")])
def test_a_clock_that_is_off_is_a_warning(ovh, skew, told):
    ovh.api.clock_skew = skew
    step = steps(ovh.config())["Clock"]
    assert step.outcome is WARNING
    assert told.partition(" ")[2] in step.seen
    assert "NTP" in step.fix


def test_a_blocked_hosting_is_a_warning_and_no_log_an_error(ovh):
    found = steps(ovh.config(service="blocked.cluster003.hosting.ovh.net"))
    assert (found["Hosting"].outcome, found["Newest day"].outcome) == (WARNING, BAD)
    assert found["Hosting"].seen == "blocked.cluster003.hosting.ovh.net is blocked"


@pytest.mark.parametrize(
    ("days", "seen"),
    [(9, "2026-03-30, one of 3 in the last 35 days"), (240, "2026-03-30, none in the last 35 days")],
    ids=["lately", "long ago"],
)
def test_logs_that_have_stopped_are_a_warning_and_the_newest_is_tried(ovh, days, seen):
    """However old it is: the keys are good, and the site may only rest."""
    found = steps(ovh.config(), NOW + timedelta(days=days))
    assert (found["Newest day"].outcome, found["Newest day"].seen) == (WARNING, seen)
    assert found["One file"].seen == "7 lines at the beginning of 2026-03-30: 7 hits, 0 refused"


def test_an_api_that_does_not_answer_is_the_first_step(ovh):
    ovh.api.faults.add(Fault("status", status=503, times=0))
    found = steps(ovh.config())
    assert list(outcomes(found).values()) == [BAD] + [NOT_TRIED] * 7


# The macro, as the host runs it


def test_the_macro_gives_a_table_and_tells_how_far_it_is(ovh, repository):
    config, plugin = ovh.config()
    result = run_macro(repository, "ovh-logs-check-access", config=config, plugin_config=plugin)
    assert "One file" in result.result
    assert (result.target, result.progress) == ((8, "NONE"), tuple(range(1, 9)))


def test_whatever_a_step_holds_stays_text_in_the_table():
    hostile = "<script>alert(1)</script> ' onmouseover='x' \" & https://eu.api.ovh.com/\"onclick=\"x"
    html = table([Step(hostile, outcome, hostile, hostile) for outcome in Outcome])
    check_html(html)
    assert "<script" not in html


def test_only_ovhs_pages_become_links():
    html = table(
        [Step("x", BAD, "x", "open https://eu.api.ovh.com/createToken/?GET=/a&GET=/b and https://evil.example/")]
    )
    assert 'href="https://eu.api.ovh.com/createToken/?GET=/a&amp;GET=/b"' in html
    assert 'href="https://evil' not in html


# Choices


def offered(repository, ovh, parameter, changes=None, **how):
    config, plugin = ovh.config(**{"service": "", **(changes or {})})
    component = how.pop("component", "python-connectors/ovh-logs")
    return choices(repository, component, parameter, config, plugin, **how)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("component", ["python-connectors/ovh-logs", "python-runnables/ovh-logs-check-access"])
def test_hostings_are_offered_by_name(ovh, repository, component, wrapped):
    if component.startswith("python-runnables"):
        config, plugin = {"api": ovh.keys}, ovh.config()[1]
        found = choices(repository, component, "service", config, plugin, wrapped=wrapped)
    else:
        found = offered(repository, ovh, "service", wrapped=wrapped)
    assert [choice["value"] for choice in found] == ["", *sorted(service.name for service in ovh.account.services)]
    assert f"Shop and blog ({SERVICE})" in [choice["label"] for choice in found]


def test_sites_with_logs_of_their_own_are_offered_beside_the_main_log(ovh, repository):
    assert offered(repository, ovh, "domain", {"service": SERVICE}) == [
        {
            "value": "",
            "label": "All sites in the main log: example.org, new.example.org, shop.example.org, www.example.org",
        },
        {"value": "shop.example.org", "label": "shop.example.org (logs kept apart)"},
        {"value": "new.example.org", "label": "new.example.org (OVH is setting up its logs)"},
    ]


def test_sites_of_no_chosen_hosting_among_several_say_that_it_is_needed(ovh, repository):
    (found,) = offered(repository, ovh, "domain")
    assert found["label"].startswith("Not known: The account has several hostings; choose the service")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"consumer_key": "another"}, "OVH does not know the consumer key"),
        ({"consumer_key": ""}, "consumer_key missing"),
    ],
)
def test_trouble_is_told_as_a_choice_and_what_was_chosen_is_kept(ovh, repository, keys, told):
    found = offered(repository, ovh, "service", {"api": {**ovh.keys, **keys}, "service": "example.com"})
    assert [choice["value"] for choice in found] == ["", "example.com"]
    assert told in found[0]["label"]


def test_an_api_that_does_not_answer_is_told_soon(ovh, repository):
    ovh.api.faults.add(Fault("status", status=503, times=0))
    (found,) = offered(repository, ovh, "service")
    assert "could not be read in 2 attempts" in found["label"]


@pytest.mark.parametrize("merged", [True, False])
def test_keys_written_inline_are_found_merged_or_as_the_form_stores_them(ovh, repository, merged):
    stored = {"mode": "INLINE", "inlinedConfig": ovh.keys}
    assert len(offered(repository, ovh, "service", {"api": stored}, merged=merged)) == 6


@pytest.mark.parametrize("merged", [True, False])
def test_a_preset_is_used_where_the_host_resolves_it_and_asked_for_where_not(ovh, repository, merged):
    presets = {"ovh-logs-api": {"mine": ovh.keys}}
    stored = {"mode": "PRESET", "name": "mine"}
    found = offered(repository, ovh, "service", {"api": stored}, merged=merged, presets=presets)
    assert len(found) == (6 if merged else 1)
    assert merged or "missing" in found[0]["label"]
