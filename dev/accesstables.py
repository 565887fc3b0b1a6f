"""What the macro "Check access to OVH logs" says of keys good and bad: ``python -m dev.accesstables`` writes its page.

Each table is the macro's own, made on a simulated account. Only what differs from run to run is replaced: the address
of the log host, and the newest day.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from dev.dayfiles import write_day
from dev.dsshost import run_macro
from dev.macrohtml import table
from dev.ovhsim import Account, Api, LogHost, ServiceAccount, Tokens, default_account, rules
from dev.ovhsim.api.account import CredentialStatus
from ovh_weblogs.hosting import cluster_zone, needed_paths

_ROOT = Path(__file__).parents[1]
PAGE = _ROOT / "docs" / "access-check.md"
MACRO = "ovh-logs-check-access"
SERVICE = "login.cluster021.hosting.ovh.net"
_LOG_HOST, _NEWEST = "https://logs.cluster021.hosting.ovh.net", "2026-11-23"
_LINE = '192.0.2.1 www.example.org - [%d/%b/%Y:10:00:00 +0100] "GET / HTTP/1.1" 200 5120 "-" "Mozilla/5.0"'
_BY_KEY, _BY_CLIENT = "application_key", "oauth2"
_TOLD = """\
# What "Check access to OVH logs" says
The macro tries keys and logs in the order in which a dataset needs them, and says in each row what it saw and what to
do. Here is what it says of good keys and of the usual bad ones. Its links lead to OVH's page that makes keys, with the
rights filled in. `python -m dev.accesstables` writes this page from runs of the macro.

![The macro's table in a browser: one right is missing, and the last column says what to do](access-check.png)
"""


@dataclass(frozen=True)
class Case:
    """An account and its keys.

    Attributes:
        title: What they are.
        says: One sentence about the table.
        auth: The kind of keys.
        typed: What was typed in place of the right values, by field.
        spoil: What happened to the account.
    """

    title: str
    says: str
    auth: str = _BY_KEY
    typed: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[Account], None] = lambda _account: None


def _become(status: CredentialStatus, account: Account) -> None:
    account.credentials[0].status = status


def _without_tokens(account: Account) -> None:
    granted = [f"GET {path}" for path in needed_paths(SERVICE) if not path.endswith("/userLogsToken")]
    account.credentials[0].rules = rules(*granted)


def _without_logs(account: Account) -> None:
    (known,) = account.service_accounts
    granted = ("webHosting:apiovh:get", "webHosting:apiovh:attachedDomain/get")
    account.service_accounts = [ServiceAccount(known.client_id, known.client_secret, {"*": granted})]


MISSING_RIGHT = Case(
    "A missing right",
    "The consumer key was made without the right to ask for the token that opens the logs.",
    spoil=_without_tokens,
)
CASES = (
    Case("Good application keys", "Every right is there, and the newest file was opened."),
    Case("A good service account", "OVH tells no list of its rights, so each action was tried.", _BY_CLIENT),
    Case(
        "An unknown application key",
        "The application key was mistyped, or was made in another region.",
        typed={"application_key": "wrong"},
    ),
    Case(
        "An unknown consumer key",
        "The application key is right, and the consumer key belongs to no application or to another.",
        typed={"consumer_key": "wrong"},
    ),
    Case(
        "An expired consumer key",
        "Its validity is over; OVH says only that it is not valid, so both remedies are named.",
        spoil=partial(_become, "expired"),
    ),
    Case(
        "A consumer key that is not yet validated",
        "Nobody has followed its validation link yet; to OVH this is the same as an expired one.",
        spoil=partial(_become, "pendingValidation"),
    ),
    MISSING_RIGHT,
    Case(
        "A refusal by IAM",
        "The policy of the service account grants the hosting and its sites, but neither its logs nor their token.",
        _BY_CLIENT,
        spoil=_without_logs,
    ),
)


def results(*cases: Case) -> list[str]:
    """The HTML that the macro gives for each case, in order."""
    with tempfile.TemporaryDirectory() as folder:
        newest = _write_logs(Path(folder))
        tokens = Tokens()
        with LogHost(Path(folder), tokens=tokens) as host, ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda case: _result(case, host, tokens), cases))
    return [html.replace(host.url, _LOG_HOST).replace(newest.isoformat(), _NEWEST) for html in found]


def document(found: Sequence[str]) -> str:
    """The page: each case's result, under its title."""
    parts = (
        f"\n## {case.title}\n{case.says}\n\n> {table(html).markdown}\n" for case, html in zip(CASES, found, strict=True)
    )
    return _TOLD + "".join(parts)


def _write_logs(data: Path) -> date:
    """Three days of logs; the last of them."""
    newest = datetime.now(cluster_zone(SERVICE)).date() - timedelta(days=1)
    for back in range(3):
        day = newest - timedelta(days=back)
        write_day(data, SERVICE, day, [day.strftime(_LINE).encode()] * 3)
    return newest


def _result(case: Case, host: LogHost, tokens: Tokens) -> str:
    account = default_account(host.url)
    del account.services[1:]
    (application,), (credential,), (client,) = account.applications, account.credentials, account.service_accounts
    keys = {
        _BY_KEY: {
            "application_key": application.key,
            "application_secret": application.secret,
            "consumer_key": credential.consumer_key,
        },
        _BY_CLIENT: {"client_id": client.client_id, "client_secret": client.client_secret},
    }
    preset = {"auth": case.auth, "endpoint": "ovh-eu", **keys[case.auth], **case.typed}
    case.spoil(account)
    with Api(account, tokens=tokens) as api:
        found = run_macro(
            _ROOT,
            MACRO,
            config={"api": {"mode": "PRESET", "name": "keys"}, "service": SERVICE, "domain": ""},
            plugin_config={"allowed_log_hosts": [host.url], "api_url": api.url},
            presets={"ovh-logs-api": {"keys": preset}},
        )
    return found.result or ""


if __name__ == "__main__":
    PAGE.write_text(document(results(*CASES)), "utf-8")
