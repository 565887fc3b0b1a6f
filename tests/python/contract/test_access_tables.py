"""What the macro "Check access to OVH logs" says of each account, and that its page in the documents says the same."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from dev.accesstables import CASES, PAGE, document, results
from dev.dayfiles import write_day
from dev.macrohtml import Table, table
from dev.ovhsim import Api, LogHost, Tokens, default_account
from ovh_weblogs.access_check import AccessCheck, Outcome
from ovh_weblogs.settings import ApiAccess, ApiKeys, Network, Secret

SERVICE = "login.cluster021.hosting.ovh.net"
TOKEN_RIGHT = f"Right GET /hosting/web/{SERVICE}/userLogsToken"


@pytest.fixture(scope="module")
def found() -> list[str]:
    """The macro's result for every case, each run once."""
    return results(*CASES)


@pytest.fixture(scope="module")
def tables(found) -> dict[str, Table]:
    """The tables by the titles of their cases."""
    return {case.title: table(html) for case, html in zip(CASES, found, strict=True)}


def test_the_page_is_what_the_macro_says(found):
    assert document(found) == PAGE.read_text("utf-8")


@pytest.mark.parametrize("title", ["Good application keys", "A good service account"])
def test_good_keys_pass_every_step(tables, title):
    assert tables[title].told == "All of it works."
    assert set(tables[title].outcomes[1:]) == {"good"}


@pytest.mark.parametrize(
    ("title", "bad", "remedy"),
    [
        ("An unknown application key", ["Application key"], "correct application_key in the preset"),
        ("An unknown consumer key", ["Consumer key"], "correct consumer_key in the preset"),
        ("An expired consumer key", ["Consumer key"], "make new keys"),
        ("A consumer key that is not yet validated", ["Consumer key"], "open its validation link"),
        ("A missing right", [TOKEN_RIGHT, "Newest day"], "(https://eu.api.ovh.com/createToken/?GET=/auth/currentCre"),
        (
            "A refusal by IAM",
            ["Action webHosting:apiovh:ownLogs/get", "Action webHosting:apiovh:userLogsToken/get", "Log host"],
            f"IAM policy on urn:v1:eu:resource:webHosting:{SERVICE}",
        ),
    ],
)
def test_bad_keys_fail_in_the_row_of_what_is_wrong_with_what_to_do(tables, title, bad, remedy):
    shown = tables[title]
    failed = [row for row, outcome in zip(shown.rows, shown.outcomes, strict=True) if outcome == "bad"]
    assert [name for _, name, _, _ in failed] == bad
    assert remedy in failed[0][3]
    assert shown.told == "Something is wrong or missing: the last column says what to do."
    assert shown.outcomes[-1] == "not tried"


def test_old_logs_are_found_and_said_to_be_old(tmp_path):
    """The newest file is of March, and it is November: what is there is tried all the same."""
    for day in (date(2026, 2, 27), date(2026, 3, 1), date(2026, 3, 2)):
        write_day(tmp_path, SERVICE, day, [b'192.0.2.1 - - [02/Mar/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 1'] * 2)
    tokens = Tokens()
    with LogHost(tmp_path, tokens=tokens) as host:
        account = default_account(host.url)
        with Api(account, tokens=tokens) as api:
            keys = ApiKeys(
                identity=account.applications[0].key,
                secret=Secret(account.applications[0].secret),
                consumer_key=Secret(account.credentials[0].consumer_key),
                api_url=api.url,
            )
            access = ApiAccess(keys, service=SERVICE, allowed_log_hosts=frozenset({host.url}))
            check = AccessCheck(access, Network(), now=datetime(2026, 11, 24, 12, tzinfo=timezone.utc))
            day, file = list(check.run())[-2:]
    assert (day.outcome, day.seen) == (Outcome.WARNING, "2026-03-02, none in the last 35 days")
    assert (file.outcome, file.seen) == (
        Outcome.GOOD,
        "2 lines at the beginning of 2026-03-02: 2 hits, 0 refused",
    )
