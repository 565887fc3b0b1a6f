"""Accounts in files, and the command that serves them."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import urllib.parse
from datetime import datetime, timezone

import ovh
import ovh.client
import pytest
import requests

from dev.ovhsim import (
    READ_ACTIONS,
    Account,
    Application,
    AttachedDomain,
    Credential,
    OwnLog,
    Rule,
    Service,
    ServiceAccount,
)
from dev.ovhsim.api.files import WrongAccount, read

ACCOUNT = {
    "nichandle": "zz1-ovh",
    "services": [
        {
            "name": "example.com",
            "state": "blocked",
            "domains": [{"domain": "example.com", "own_log": None}],
            "own_logs": [{"id": 1, "fqdn": "example.com", "logs": "{log_host}/example.com/logs/"}],
            "more": {"offer": "PRO"},
        }
    ],
    "applications": [{"key": "k", "secret": "s"}],
    "credentials": [
        {
            "consumer_key": "c",
            "application": "k",
            "rules": ["GET /hosting/web*", {"method": "GET", "path": "/auth/details"}],
            "expiration": "2100-01-01T00:00:00Z",
            "allowed_ips": ["127.0.0.0/8"],
        }
    ],
    "service_accounts": [{"client_id": "i", "client_secret": "t", "granted": {"example.com": list(READ_ACTIONS)}}],
}


def test_an_account_is_read_from_json():
    assert read(json.dumps(ACCOUNT)) == Account(
        nichandle="zz1-ovh",
        services=[
            Service(
                "example.com",
                state="blocked",
                domains=[AttachedDomain("example.com")],
                own_logs=[OwnLog(1, "example.com", logs="{log_host}/example.com/logs/")],
                more={"offer": "PRO"},
            )
        ],
        applications=[Application("k", "s")],
        credentials=[
            Credential(
                "c",
                "k",
                rules=(Rule("GET", "/hosting/web*"), Rule("GET", "/auth/details")),
                expiration=datetime(2100, 1, 1, tzinfo=timezone.utc),
                allowed_ips=("127.0.0.0/8",),
            )
        ],
        service_accounts=[ServiceAccount("i", "t", {"example.com": list(READ_ACTIONS)})],
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not written in JSON"),
        ("[]", r"account cannot be \[\]"),
        ('{"service": []}', "account has no service"),
        ('{"services": {}}', "account.services cannot be {}"),
        ('{"services": [{}]}', r"account.services\[0\] is not complete: .*name"),
        ('{"services": [{"name": 1}]}', r"account.services\[0\].name cannot be 1"),
        ('{"services": [{"name": "x", "state": "lost"}]}', "state cannot be 'lost'"),
        ('{"credentials": [{"rules": ["GET"]}]}', r"rules\[0\] cannot be 'GET'"),
        ('{"credentials": [{"expiration": "soon"}]}', "expiration is no moment: 'soon'"),
        ('{"credentials": [{"expiration": "2026-01-01T00:00:00"}]}', "needs an offset"),
    ],
)
def test_an_account_that_cannot_be_is_refused(text, told):
    with pytest.raises(WrongAccount, match=told):
        read(text)


@contextlib.contextmanager
def command(repository, *arguments):
    """What the command prints, while it runs; it ends well when told."""
    line = [sys.executable, "-m", "dev.ovhsim", *map(str, arguments)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=repository) as process:
        try:
            yield json.loads(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            assert (process.stdout.read(), process.wait(5)) == ("", 0)
        finally:
            process.kill()


def connected(monkeypatch, line, **keys):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", line["api_url"])
    monkeypatch.setitem(ovh.client.OAUTH2_TOKEN_URLS, "ovh-eu", line["token_url"])
    return ovh.Client("ovh-eu", timeout=5, **keys)


def test_the_command_starts_an_api_and_a_log_host_that_know_one_another(repository, monkeypatch):
    with command(repository, "--account") as line:
        assert line["api_control"] is None
        names = ("application_key", "application_secret", "consumer_key")
        client = connected(monkeypatch, line, **{name: line[name] for name in names})
        logs = client.get("/hosting/web/example.com/ownLogs/201")["logs"]
        assert logs == f"{line['log_host']}/example.com"
        with requests.Session() as session:
            session.cookies.set("token", client.get("/hosting/web/example.com/userLogsToken"))
            month = re.findall('href="(logs-[^"]+)"', session.get(f"{logs}/logs/", timeout=5).text)[0]
            page = session.get(urllib.parse.urljoin(f"{logs}/logs/", month), timeout=5).text
        assert re.search(r'href="example.com-[0-9-]{10}\.log\.gz"', page)
        client = connected(monkeypatch, line, **{name: line[name] for name in ("client_id", "client_secret")})
        assert len(client.get("/hosting/web")) == 5


def test_the_command_takes_an_account_faults_and_behaviour(repository, tmp_path):
    (tmp_path / "account.json").write_text(json.dumps(ACCOUNT))
    (tmp_path / "faults.json").write_text('{"kind": "status", "status": 503, "times": 1}')
    given = ["--account", tmp_path / "account.json", "--api-faults", tmp_path / "faults.json", "--errors", "code"]
    with command(repository, *given, "--control", "--user", "u:p") as line:
        assert line.keys() == {"log_host", "control", "pid", "api_url", "token_url", "api_control"}
        wrong = {"X-Ovh-Application": "x"}
        replies = [requests.get(f"{line['api_url']}/hosting/web", headers=wrong, timeout=5) for _ in range(2)]
        assert [reply.status_code for reply in replies] == [503, 403]
        assert replies[1].json()["errorCode"] == "INVALID_KEY"
        journal = requests.get(f"{line['api_control']}/journal", timeout=5).json()
        assert [entry["status"] for entry in journal] == [503, 403]


@pytest.mark.parametrize(("content", "told"), [(None, "--data or --account"), ("{}x", "not written in JSON")])
def test_the_command_says_what_it_cannot_start_with(repository, tmp_path, content, told):
    (tmp_path / "account.json").write_text(content or "")
    given = ["--account", str(tmp_path / "account.json")] if content else []
    line = [sys.executable, "-m", "dev.ovhsim", *given]
    ended = subprocess.run(line, capture_output=True, text=True, cwd=repository, check=False)
    assert (ended.returncode, ended.stdout, told in ended.stderr) == (2, "", True)
