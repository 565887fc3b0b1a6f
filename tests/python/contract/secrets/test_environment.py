"""What lies about on the machine changes nothing of what is sent: ~/.netrc, proxies, OVH_* variables, ovh.conf."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import trustme

from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.errors import TryAgain
from tests.python.contract.secrets.planted import PLANTED, leaks
from tests.python.contract.secrets.wire import Wire, answer

STRAY = {
    "OVH_ENDPOINT": "ovh-us",
    "OVH_APPLICATION_KEY": "stray0application0key",
    "OVH_APPLICATION_SECRET": "stray0application0secret",
    "OVH_CONSUMER_KEY": "stray0consumer0key",
    "OVH_CLIENT_ID": "stray0client0id",
    "OVH_CLIENT_SECRET": "stray0client0secret",
}
BY_KEY = {"application_key", "application_secret", "consumer_key"}
ALL = 5 + 6


def count(made):
    return len(list(LogSource(*made).rows()))


# ~/.netrc


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """Certificate and key, as files, of an authority that this machine trusts."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    chain, key, authorities = (tmp_path / name for name in ("chain.pem", "key.pem", "authorities.pem"))
    issued.private_key_pem.write_to_path(key)
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    authority.cert_pem.write_to_path(authorities)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authorities))
    return str(chain), str(key)


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    """A ~/.netrc with a password for this machine, and one for any other."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login stray password stray0netrc\ndefault login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize("access", ["keys", "oauth2", "log_user"])
@pytest.mark.parametrize("options", [{}, {"token_by": "query"}, {"token_redirect": True}], ids=repr)
def test_netrc_puts_no_password_over_our_headers(world, trusted, access, options):
    made = world(tls=trusted, **options)
    assert requests.get(made.host.url, timeout=5).request.headers["Authorization"].startswith("Basic ")  # it would
    made.host.journal.requests.clear()
    assert count(made.config(access)) == ALL
    by_host = {request.authorization for request in made.host.journal.requests}
    by_api = {request.authorization for request in made.api.journal.requests}
    assert by_host == ({"Basic ***"} if access == "log_user" else {""})
    assert by_api == {"keys": {""}, "oauth2": {"Basic ***", "Bearer ***"}, "log_user": set()}[access]


# Proxies


@pytest.fixture
def proxy(monkeypatch):
    """A proxy for everything, which carries nothing through."""
    with Wire(lambda _: answer("502 Bad Gateway")) as host:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, host.url)
            monkeypatch.setenv(name.lower(), host.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield host


@pytest.mark.parametrize("access", ["keys", "oauth2", "log_user"])
def test_plain_http_on_this_machine_passes_through_no_proxy(world, proxy, access):
    assert count(world().config(access)) == ALL
    assert proxy.received == []


@pytest.mark.parametrize(
    ("access", "asked"),
    [("keys", "eu.api.ovh.com"), ("oauth2", "www.ovh.com"), ("log_user", "logs.cluster021.hosting.ovh.net")],
)
def test_a_proxy_learns_the_host_that_is_asked_and_nothing_else(world, proxy, access, asked):
    form, plugin = world().config(access, log_host="")
    with pytest.raises(TryAgain):
        count((form, {**plugin, "api_url": ""}))
    assert proxy.received
    assert {tuple(request.split()[:2]) for request in proxy.received} == {(b"CONNECT", f"{asked}:443".encode())}
    assert leaks(PLANTED, [("proxy", request.decode()) for request in proxy.received]) == []
    assert not re.search(rb"(?im)^(?:proxy-)?authorization|^cookie|^x-ovh", b"".join(proxy.received))


# OVH_* variables and ovh.conf


READ = """
import json, sys
import ovh.config
assert ovh.config.ConfigurationManager().get("ovh-eu", "application_secret").startswith("stray")  # it would be found
from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.errors import OvhLogsError
try:
    print(len(list(LogSource(*json.load(sys.stdin)).rows())))
except OvhLogsError as error:
    print(error)
"""


def read(made, home, stray):
    """What a process says that reads the logs, where stray keys lie about."""
    root = Path(__file__).parents[4]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root / "python-lib"), "HOME": str(home), **stray}
    done = subprocess.run(
        [sys.executable, "-c", READ],
        input=json.dumps(made),
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture(params=["variables", "ovh.conf", ".ovh.conf"])
def stray(request, tmp_path):
    """Stray keys, as variables or as a file of the folder or the home; with them, a folder that is both."""
    if request.param == "variables":
        return tmp_path, STRAY
    lines = [f"{name[4:].lower()}={value}" for name, value in STRAY.items() if name != "OVH_ENDPOINT"]
    text = "\n".join(["[default]", "endpoint=ovh-us", "[ovh-eu]", *lines, ""])
    (tmp_path / request.param).write_text(text)
    return tmp_path, {}


@pytest.mark.parametrize("access", ["keys", "oauth2"])
def test_stray_keys_change_nothing_that_is_sent(world, stray, access):
    def reply(request):
        if b"/auth/time " in request:
            return answer("200 OK", b"%d" % time.time())
        if b"/auth/oauth2/token " in request:
            return answer("200 OK", b'{"access_token": "planted0access0token", "expires_in": 3600}')
        return answer("404 Not Found", b'{"message": "none"}')

    made = world()
    with Wire(reply) as api:
        made.plugin["api_url"] = f"{api.url}/1.0"
        said = read(made.config(access), *stray)
        sent = b"".join(api.received).decode()
    assert said.startswith("The ")
    assert "stray" not in sent.lower()
    names = {name.lower() for name in re.findall(r"(?im)^(x-ovh-[a-z]+|authorization):", sent)}
    by_key = {"x-ovh-application", "x-ovh-consumer", "x-ovh-signature", "x-ovh-timestamp"}
    assert names == (by_key if access == "keys" else {"authorization"})


@pytest.mark.parametrize("access", ["keys", "oauth2"])
def test_logs_are_read_where_stray_keys_of_the_other_kind_lie_about(world, tmp_path, access):
    other = {name: value for name, value in STRAY.items() if (name[4:].lower() in BY_KEY) == (access == "oauth2")}
    text = "[ovh-eu]\napplication_secret=stray0application0secret\n"
    (tmp_path / "ovh.conf").write_text(text)
    assert read(world().config(access), tmp_path, other) == str(ALL)
