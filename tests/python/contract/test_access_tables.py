"""What the macro "Check access to OVH logs" says of each account, and that its page in the documents says the same."""

from __future__ import annotations

import pytest

from dev.accesstables import CASES, PAGE, document, results
from dev.macrohtml import Table, table

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
