"""A log host to read from, and a connector to read with."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import trustme

import dev.dsshost
from dev.dayfiles import write_day
from dev.dsshost import Store, WarmHost
from dev.ovhsim import Api, ApiOptions, LogHost, Options, Tokens, User, default_account

FQDN = "example.com"
PASSWORD = "correct horse"
FIRST = date(2026, 3, 28)  # a Saturday; summer time begins on the day after


def line(number: int, path: str = "/") -> bytes:
    """One line of the OVH format."""
    return (
        f"198.51.100.{number % 250} www.example.com - [28/Mar/2026:10:00:{number % 60:02} +0100] "
        f'"GET {path}?n={number} HTTP/1.1" 200 {number} "-" "Agent {number}"'
    ).encode()


@pytest.fixture
def data(tmp_path):
    """Three days: 5, 6 and 7 lines."""
    for shift in range(3):
        write_day(tmp_path / "data", FQDN, FIRST + timedelta(days=shift), [line(n) for n in range(5 + shift)])
    return tmp_path / "data"


@pytest.fixture
def make_host(data):
    """Starts hosts over the data; they stop with the test."""
    hosts = []

    def start(**settings):
        hosts.append(LogHost(settings.pop("data", data), {"reader": PASSWORD}, **settings).__enter__())
        return hosts[-1]

    yield start
    for host in hosts:
        host.__exit__(None, None, None)


@pytest.fixture
def host(make_host):
    """A host that behaves."""
    return make_host()


@pytest.fixture
def config():
    """The connector's configuration for a host, and the plugin's settings beside it."""

    def make(host, **changes):
        settings = {
            "access": "log_user",
            "domain": FQDN,
            "log_host": host.url,
            "log_user": {"login": "reader", "password": PASSWORD},
            "period": "range",
            "from_date": "2026-03-28",
            "to_date": "2026-03-30",
            **changes,
        }
        return settings, {"allowed_log_hosts": [host.url], "max_wait": 0.01, "read_timeout": 5.0}

    return make


SERVICE = "login.cluster021.hosting.ovh.net"


@dataclass
class Ovh:
    """A simulated account and its log host, and what a connector needs to read from them."""

    host: LogHost
    api: Api
    tokens: Tokens

    @property
    def account(self):
        """The account, which may be changed."""
        return self.api.account

    @property
    def keys(self):
        """Application keys, as a preset hands them over."""
        application, credential = self.account.applications[0], self.account.credentials[0]
        return {
            "application_key": application.key,
            "application_secret": application.secret,
            "consumer_key": credential.consumer_key,
        }

    @property
    def service_account(self):
        """A service account, as a preset hands it over."""
        account = self.account.service_accounts[0]
        return {"auth": "oauth2", "client_id": account.client_id, "client_secret": account.client_secret}

    def config(self, **changes):
        """The connector's configuration, and the plugin's settings beside it."""
        settings = {
            "api": self.keys,
            "service": SERVICE,
            "period": "range",
            "from_date": "2026-03-28",
            "to_date": "2026-03-30",
            **changes,
        }
        plugin = {
            "api_url": self.api.url,
            "allowed_log_hosts": [self.host.url],
            "max_wait": 0.01,
            "read_timeout": 5.0,
            "attempts": 3,
        }
        return settings, plugin

    def calls(self):
        """Paths of the API's calls so far, its version left out."""
        return [path.removeprefix("/1.0") for path in self.api.journal.paths]


@pytest.fixture(scope="session")
def trees(tmp_path_factory):
    """Three days of the main log (5, 6 and 7 lines), of a site's own (2, 3, 4) and of others' (1, 1, 1)."""
    folder = tmp_path_factory.mktemp("trees")
    sizes = {SERVICE: 5, "shop.example.org": 2, "example.com": 1, "canada.cluster051.hosting.ovh.net": 1}
    for fqdn, size in sizes.items():
        for shift in range(3):
            lines = [line(n) for n in range(size + (shift if size > 1 else 0))]
            write_day(folder, fqdn, FIRST + timedelta(days=shift), lines)
    return folder


@pytest.fixture
def make_ovh(trees, tmp_path):
    """Starts an account beside its log host; both stop with the test. Arguments are the log host's options.

    The host serves a copy of the trees: a test may change them.
    """
    own = shutil.copytree(trees, tmp_path / "trees")
    with ExitStack() as stack:

        def start(*, api_options=None, faults=(), **options):
            tokens = Tokens()
            host = LogHost(own, options=Options(users={"nobody": User("unused")}, **options), tokens=tokens)
            host = stack.enter_context(host)
            made = Api(default_account(host.url), tokens=tokens, options=api_options or ApiOptions(), faults=faults)
            return Ovh(host, stack.enter_context(made), tokens)

        yield start


@pytest.fixture
def ovh(make_ovh):
    """An account and a log host that behave."""
    return make_ovh()


@pytest.fixture
def certificate(tmp_path):
    """Certificate and key of an authority that nobody vouches for, as files."""
    issued = trustme.CA().issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    issued.private_key_pem.write_to_path(key)
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(chain, append=bool(number))
    return str(chain), str(key)


@pytest.fixture(scope="session")
def warm(repository):
    """Runs recipes of the plugin, each in a fork."""
    with WarmHost(repository) as host:
        yield host


@pytest.fixture
def store(tmp_path):
    """A place for datasets and folders."""
    return Store(tmp_path / "store")


@pytest.fixture
def folder(store):
    """The archive's managed folder, empty."""
    made = dev.dsshost.folder(store, "archive")
    made.create()
    return made


@pytest.fixture
def manifest(folder):
    """Reads the files that the archive's manifest names."""
    return lambda: json.loads(folder.file("/manifest.json").read_text("utf-8"))["files"]


@pytest.fixture
def run_archive(warm, store, folder, tmp_path):
    """Runs the recipe "Archive logs" with a configuration and the plugin's settings."""
    scratch = tmp_path / "scratch"  # where a run that is killed may leave its temporary file
    scratch.mkdir()

    def run(made, *, files=None, partition=None, **more):
        settings, plugin = made[0], {"temp_folder": str(scratch), **made[1]}
        inputs = {"files": [files]} if files else {}
        more |= {"inputs": inputs, "outputs": {"archive": ["archive"]}, "partition": partition}
        return warm.run("ovh-logs-archive", store, config=settings, plugin_config=plugin, **more)

    return run


@pytest.fixture
def run_cold(repository, store, folder):
    """The same in a process that is started for it."""

    def run(made):
        settings, plugin = made
        roles = {"inputs": {}, "outputs": {"archive": ["archive"]}}
        return dev.dsshost.run_recipe(
            repository, "ovh-logs-archive", store, config=settings, plugin_config=plugin, **roles
        )

    return run


@pytest.fixture
def archive(run_archive, folder):
    """The same, and it has to succeed; gives the counts that it saves as metrics."""

    def run(made, *, told="", **more):
        result = run_archive(made, **more)
        assert result.error is None, result.log
        assert told in result.log
        assert PASSWORD not in result.log
        return folder.metrics

    return run


@pytest.fixture
def refused(run_archive):
    """The same, and it has to fail with one sentence, which it gives."""

    def run(made, **more):
        result = run_archive(made, **more)
        assert result.error is not None, result.log
        message = result.error["message"]
        assert message.endswith(".")
        assert "\n" not in message
        assert "ovh_weblogs." in result.error["errorType"]
        assert PASSWORD not in result.log
        return message

    return run


@pytest.fixture
def parse(warm, store):
    """Parses the archive to the dataset hits."""

    def run(partition=None):
        roles = {"inputs": {"logs": ["archive"]}, "outputs": {"hits": ["hits"]}}
        return warm.run("ovh-logs-parse", store, partition=partition, **roles)

    return run
