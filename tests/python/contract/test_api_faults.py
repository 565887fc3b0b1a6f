"""The OVH API as it fails: what is survived, and the one sentence that is said of the rest. Real HTTP."""

from __future__ import annotations

import logging
import time

import pytest

from dev.ovhsim import Account, Api, ApiOptions, Fault, ServiceAccount, backend_trouble, rules
from ovh_weblogs import hosting
from ovh_weblogs.dss import forms
from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.errors import AccessDenied, OvhLogsError, SettingsError, TryAgain, UntrustedHost

SERVICE = "login.cluster021.hosting.ovh.net"
MAIN = 5 + 6 + 7
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
TOKEN = "/auth/oauth2/token"


def count(made):
    return len(list(LogSource(*made).rows()))


def account_of(made):
    source = forms.source(*made)
    return hosting.Account(source.access.keys, source.network)


def told(made, kind=OvhLogsError):
    """The sentence that a read of the logs ends with."""
    with pytest.raises(kind) as caught:
        count(made)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert not isinstance(caught.value, OSError)
    return text


@pytest.fixture(params=["class", "code"])
def styled(request, make_ovh):
    """An account that refuses in either of OVH's two styles."""
    return make_ovh(api_options=ApiOptions(errors=request.param))


# The six kinds of bad accounts, and their kin


def test_an_unknown_application_key_is_named_with_the_region(styled):
    text = told(styled.config(api={**styled.keys, "application_key": "another"}), AccessDenied)
    assert text.startswith("OVH (Europe) does not know the application key; correct application_key")
    assert "region" in text


def test_an_unknown_consumer_key_is_named_with_the_page_that_makes_keys(styled):
    text = told(styled.config(api={**styled.keys, "consumer_key": "another"}), AccessDenied)
    assert text.startswith("OVH does not know the consumer key")
    assert "https://eu.api.ovh.com/createToken/?GET=/auth/currentCredential&GET=/hosting/web&" in text


@pytest.mark.parametrize("status", ["expired", "pendingValidation", "refused"])
def test_a_consumer_key_that_is_expired_or_not_validated_is_named(styled, status):
    styled.account.credentials[0].status = status
    assert told(styled.config(), AccessDenied).startswith("The consumer key is not valid: it has expired, was refused")


def test_a_missing_right_is_named(styled):
    styled.account.credentials[0].rules = rules("GET /hosting/web")
    text = told(styled.config(), AccessDenied)
    assert text.startswith(f"The consumer key has no right to GET /hosting/web/{SERVICE}/ownLogs;")


def test_a_wrong_application_secret_is_named(styled):
    text = told(styled.config(api={**styled.keys, "application_secret": "another"}), AccessDenied)
    assert text.startswith("OVH refused the signature of the call; correct application_secret")


def test_an_action_that_iam_does_not_grant_is_named(styled):
    account = ServiceAccount("id", "secret", {SERVICE: ("webHosting:apiovh:get",)})
    styled.account.service_accounts = [account]
    text = told(styled.config(api=styled.service_account), AccessDenied)
    assert text.startswith("The service account is not granted webHosting:apiovh:ownLogs/get")
    assert "IAM policy" in text


@pytest.mark.parametrize("field", ["client_id", "client_secret"])
def test_an_unknown_service_account_is_named(styled, field):
    text = told(styled.config(api={**styled.service_account, field: "another"}), AccessDenied)
    assert text.startswith("OVH (Europe) does not know the service account; correct client_id and client_secret")


def test_keys_of_another_region_are_unknown_and_the_region_is_named(ovh):
    with Api(Account()) as canada:
        made, plugin = ovh.config(api={**ovh.keys, "endpoint": "ovh-ca"})
        text = told((made, {**plugin, "api_url": canada.url}), AccessDenied)
    assert text.startswith("OVH (Canada) does not know the application key")
    assert "choose the region" in text


def test_keys_for_another_address_are_refused_with_ovhs_words(ovh):
    ovh.account.credentials[0].allowed_ips = ("192.0.2.0/24",)
    assert "not allowed from this address" in told(ovh.config(), AccessDenied)


# Clocks


@pytest.mark.parametrize("skew", [300, -300, 86_400])
def test_a_clock_that_is_off_does_no_harm_since_calls_carry_ovhs_time(ovh, skew):
    ovh.api.clock_skew = skew
    assert count(ovh.config()) == MAIN
    assert account_of(ovh.config()).clock() == pytest.approx(skew, abs=2)


def test_a_clock_that_is_set_between_two_calls_is_told_anew(styled):
    account = account_of(styled.config())
    assert SERVICE in account.services()
    styled.api.clock_skew = 300
    assert SERVICE in account.services()
    assert styled.calls().count("/auth/time") == 2
    account.close()


def test_a_call_that_stays_out_of_time_names_the_clock(styled):
    styled.api.clock_skew = 300
    told_wrongly = Fault("status", path="/1.0/auth/time", status=200, body=str(int(time.time())), times=0)
    styled.api.faults.add(told_wrongly)
    text = told(styled.config(), AccessDenied)
    assert text.startswith("OVH refused the call as out of time")
    assert "clock of the DSS server" in text


# Trouble that passes


PASSING = {
    "429 with Retry-After": Fault("status", status=429, retry_after="1", times=2),
    "429 without": Fault("status", status=429, times=2),
    "500 as JSON": backend_trouble(500, times=2),
    "503 in the older style": backend_trouble(503, "code", times=2),
    "502 as HTML": Fault("status", status=502, body=HTML, times=2),
    "504 without a body": Fault("status", status=504, body="", times=2),
    "a list as error": Fault("status", status=500, body='["x"]', content_type="application/json", times=2),
    "a text as error": Fault("status", status=500, body='"x"', content_type="application/json", times=2),
    "200 that is no JSON": Fault("status", status=200, body="{", content_type="application/json", times=2),
    "reset": Fault("reset", times=2),
    "closed without an answer": Fault("close", times=2),
    "slow": Fault("stall", seconds=0.2, times=2),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize("keys", ["keys", "service_account"])
def test_trouble_that_passes_is_survived(ovh, fault, keys):
    ovh.api.faults.add(fault)
    assert count(ovh.config(api=getattr(ovh, keys))) == MAIN


@pytest.mark.parametrize("path", ["/1.0/auth/time", f"/1.0/hosting/web/{SERVICE}/userLogsToken", TOKEN])
def test_each_kind_of_call_is_repeated(ovh, path):
    ovh.api.faults.add(Fault("status", path=path, status=503, times=2))
    assert count(ovh.config(api=ovh.service_account if path == TOKEN else ovh.keys)) == MAIN
    assert ovh.api.journal.count(f"{path}*", status=503) == 2


LASTING = {
    "429": (Fault("status", status=429, times=0), "it answered 429"),
    "503 as HTML": (Fault("status", status=503, body=HTML, times=0), "it answered 503"),
    "no JSON": (Fault("status", status=200, body="{", times=0), "its answer is no JSON"),
    "reset": (Fault("reset", times=0), "it broke off the connection"),
    "no answer": (Fault("stall", times=0), "it did not answer in time"),
}


@pytest.mark.parametrize(("fault", "cause"), LASTING.values(), ids=LASTING)
@pytest.mark.parametrize("keys", ["keys", "service_account"])
def test_trouble_that_lasts_ends_after_the_attempts_that_are_set(ovh, fault, cause, keys):
    ovh.api.faults.add(fault)
    made, plugin = ovh.config(api=getattr(ovh, keys))
    text = told((made, {**plugin, "read_timeout": 0.3}), TryAgain)
    assert text.startswith(f"The OVH API could not be read in 3 attempts: {cause}; start again later")
    assert len(ovh.api.journal.requests) == 3


def test_an_api_that_is_not_there_is_named(ovh):
    made, plugin = ovh.config()
    ovh.api.__exit__(None, None, None)
    assert "refused the connection" in told((made, plugin), TryAgain)


ODD = {
    "a list for an object": ("ownLogs/101", "[]"),
    "an object for a list": ("ownLogs", "{}"),
    "texts for numbers": ("ownLogs", '["101"]'),
    "nothing for a token": ("userLogsToken", "null"),
    "an object for a token": ("userLogsToken", '{"token": "x"}'),
    "a token with a line feed": ("userLogsToken", '"a\\nb"'),
}


@pytest.mark.parametrize(("path", "body"), ODD.values(), ids=ODD)
def test_an_answer_of_another_shape_is_named(ovh, path, body):
    target = f"/1.0/hosting/web/{SERVICE}/{path}"
    ovh.api.faults.add(Fault("status", path=target, status=200, body=body, content_type="application/json", times=0))
    text = told(ovh.config(), TryAgain)
    assert f"answered /hosting/web/{SERVICE}/{path} with something else" in text


@pytest.mark.parametrize(
    "body", ["[]", '"x"', '{"access_token": 5}', '{"access_token": ""}', '{"access_token": "a\\nb"}']
)
def test_an_answer_without_an_access_token_is_named(ovh, body):
    ovh.api.faults.add(Fault("status", path=TOKEN, status=200, body=body, content_type="application/json", times=0))
    assert "it gave no access token" in told(ovh.config(api=ovh.service_account), TryAgain)


@pytest.mark.parametrize("status", [400, 409, 418, 301])
def test_any_other_answer_is_told_with_its_status_and_number(ovh, status):
    fault = Fault("status", path="/1.0/hosting/web*", status=status, body=HTML, times=0)
    ovh.api.faults.add(fault)
    text = told(ovh.config(), TryAgain)
    assert text.startswith(f"The OVH API answered {status} to /hosting/web/{SERVICE}/ownLogs")
    assert "<html>" not in text


def test_a_403_that_is_not_ovhs_own_is_no_passing_trouble(ovh):
    ovh.api.faults.add(Fault("status", path="/1.0/hosting/web*", status=403, body=HTML, times=0))
    assert "OVH does not allow GET /hosting/web" in told(ovh.config(), AccessDenied)


@pytest.mark.parametrize("keys", ["keys", "service_account"])
def test_an_api_that_leads_elsewhere_is_not_followed(ovh, make_ovh, keys):
    other = make_ovh()
    ovh.api.faults.add(Fault("redirect", location=f"{other.api.url}/hosting/web", times=0))
    told(ovh.config(api=getattr(ovh, keys)), TryAgain)
    assert other.api.journal.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(ovh, certificate):
    with Api(ovh.account, tls=certificate) as api:
        made, plugin = ovh.config()
        text = told((made, {**plugin, "api_url": api.url}), UntrustedHost)
        assert "certificate of the OVH API was refused" in text
        assert api.journal.requests == []


def test_an_access_token_that_is_withdrawn_is_asked_for_anew(ovh):
    account = account_of(ovh.config(api=ovh.service_account))
    assert SERVICE in account.services()
    ovh.api.end_access_tokens()
    assert SERVICE in account.services()
    assert ovh.api.journal.count(TOKEN) == 2
    account.close()


def test_an_access_token_is_used_until_it_ends(make_ovh):
    lasting, short = make_ovh(), make_ovh(api_options=ApiOptions(expires_in=1))
    for ovh, asked in ((lasting, 1), (short, 2)):
        account = account_of(ovh.config(api=ovh.service_account))
        account.services()
        account.services()
        assert ovh.api.journal.count(TOKEN) == asked
        account.close()


# Settings that cannot be


@pytest.mark.parametrize(
    ("preset", "named"),
    [
        ({}, "application_key and application_secret and consumer_key missing"),
        (None, "application_key and application_secret and consumer_key missing"),
        ({"auth": "oauth2", "client_id": "x"}, "client_secret missing"),
        ({"auth": "password"}, "auth must be one of application_key, oauth2"),
        ({"endpoint": "ovh-fr"}, "endpoint must be one of ovh-eu, ovh-ca, ovh-us"),
        ({"consumer_key": "a b"}, "consumer_key must be the key alone"),
        ({"application_key": "clé"}, "application_key must be the key alone"),
    ],
    ids=str,
)
def test_wrong_keys_are_named_before_anything_is_asked(ovh, preset, named):
    keys = {} if not preset or "auth" in preset else ovh.keys
    assert named in told(ovh.config(api=preset and {**keys, **preset}), SettingsError)
    assert ovh.api.journal.requests == []


@pytest.mark.parametrize(
    "address", ["http://192.0.2.1/1.0", "https://eu.api.ovh.com", "https://user@eu.api.ovh.com/1.0", "ftp://x/1.0", "x"]
)
def test_an_address_of_the_api_that_is_none_is_an_administrators_to_mend(ovh, address):
    made, plugin = ovh.config()
    assert "plugin setting api_url" in told((made, {**plugin, "api_url": address}), SettingsError)


def test_a_warning_tells_each_repetition_and_no_secret(ovh, caplog):
    caplog.set_level(logging.DEBUG)
    ovh.api.faults.add(Fault("status", status=503, times=1))
    count(ovh.config())
    assert "The OVH API: it answered 503; attempt 2 of 3" in caplog.text
    assert not [key for key in ovh.keys.values() if key in caplog.text and key != ovh.keys["application_key"]]
