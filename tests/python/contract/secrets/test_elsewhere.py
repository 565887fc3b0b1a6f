"""A dataset's author cannot have a preset's secret sent elsewhere: by no field, no answer of the API, no redirect."""

from __future__ import annotations

import pytest

from dev.ovhsim import Fault, OwnLog
from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.errors import HostNotAllowed, OvhLogsError, SettingsError, TryAgain
from tests.python.contract.secrets.planted import PLANTED, SERVICE, leaks, of_error
from tests.python.contract.secrets.wire import Wire

OVH = "https://logs.cluster021.hosting.ovh.net"
TOKEN_PATH = "/auth/oauth2/token"


@pytest.fixture
def evil():
    """Another host, which nobody may talk to: it tells how many bytes came."""
    with Wire() as host:
        yield host
        assert host.received == []


def refused(made, kind=OvhLogsError):
    """The error that both reading and listing end with, as its text; no secret is in it."""
    texts = set()
    for use in (lambda source: list(source.rows()), lambda source: source.partitions()):
        with pytest.raises(kind) as caught:
            use(LogSource({**made[0], "partitioned": True}, made[1]))
        assert leaks(PLANTED, of_error(caught.value)) == []
        texts.add(str(caught.value))
    assert len(texts) == 1
    return texts.pop()


# The log host in the form

NOT_ALLOWED = [
    "{evil}",
    "https://{netloc}",
    "https://localhost",
    "http://127.0.0.1:1",
    "https://logs.evil.hosting.ovh.net.evil.example",
    "https://evil.example",
    "https://logs.ovh.net.",
    "https://logs.cluster021.hosting.ovh.net.",
    "https://xlogs.cluster021.hosting.ovh.net",
    "https://logs.a.b.hosting.ovh.net",
    "https://logs..hosting.ovh.net",
    "https://logs.cluster021.hosting.ovh.net:8443",
    "https://LOGS.OVH.NET:80",
    "http://logs.ovh.net",
    "https://xn--lgs-jua.ovh.net",
    "https://logs.ovh.net-evil.example",
]
NO_ADDRESS = [
    "https://logs.cluster021.hosting.ovh.net@{netloc}",
    "https://logs.ovh.net:x@{netloc}",
    "https://logs.ovh.net:443@{netloc}",
    "https://{netloc}#.hosting.ovh.net",
    "https://{netloc}?.hosting.ovh.net",
    "https://{netloc}\\.hosting.ovh.net",
    "https://{netloc}/.hosting.ovh.net",
    "https://{netloc}%2f.hosting.ovh.net",
    "https:\\\\{netloc}",
    "https:{netloc}",
    "//{netloc}",
    "{netloc}",
    "https://logs.ovh.net/../x",
    "https://logs.ovh.net\t@{netloc}",
    "https://logs.ovh.net\n@{netloc}",
    "https://logs.ovh.net\r\nHost: {netloc}",
    "https://logs.ovh.net\x00.evil.example",
    "https://logs.ovh\u3002net",
    "https://logs.ovh\uff0enet",
    "https://l\u043egs.ovh.net",
    "https://\uff4cogs.ovh.net",
    "https://logs.ovh.net\u200b",
    "https://[::1",
    "https://logs.*.hosting.ovh.net",
    "ftp://logs.ovh.net",
    "javascript://logs.ovh.net",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("access", ["keys", "oauth2", "log_user"])
@pytest.mark.parametrize(
    ("log_host", "kind", "says"),
    [
        *((host, HostNotAllowed, "is not allowed: passwords are sent only to https://logs.*.") for host in NOT_ALLOWED),
        *((host, SettingsError, "is no address of a log host; write only scheme and host") for host in NO_ADDRESS),
    ],
    ids=repr,
)
def test_another_log_host_than_ovhs_gets_nothing(world, evil, access, log_host, kind, says):
    made = world()
    typed = log_host.format(evil=evil.url, netloc=evil.netloc)
    assert says in refused(made.config(access, log_host=typed), kind)
    assert [*made.api.journal.requests, *made.host.journal.requests] == []


@pytest.mark.parametrize("access", ["keys", "log_user"])
def test_a_dataset_has_no_say_in_what_an_administrator_sets(world, evil, access):
    made = world()
    own = {"allowed_log_hosts": [evil.url], "api_url": f"{evil.url}/1.0", "log_host": evil.url}
    form, plugin = made.config(access, **own)
    form["api"] = {**form.get("api", {}), **own}
    assert "is not allowed" in refused((form, plugin), HostNotAllowed)
    form["log_host"] = made.host.url
    assert len(list(LogSource(form, plugin).rows())) == 5 + 6


# The log host that the API names


@pytest.mark.parametrize(
    ("logs", "says"),
    [
        ("{evil}/" + SERVICE, "is not allowed"),
        ("https://{netloc}/" + SERVICE, "is not allowed"),
        ("https://logs.evil.hosting.ovh.net.evil.example/x/", "is not allowed"),
        ("http://logs.ovh.net/x/", "is not allowed"),
        ("//{netloc}/x/", "no address of a log host"),
        (OVH + "@{netloc}/x/", "no address of a log host"),
        ("https://user:word@{netloc}/x/", "no address of a log host"),
        (OVH + "\\@{netloc}/x/", "no address of a log host"),
        ("https://l\u043egs.ovh.net/x/", "no address of a log host"),
        ("{host}/../x/", "no folder as the root"),
        ("{host}/..%2fx/", "no folder as the root"),
        ("{host}/a..b/", "no folder as the root"),
        ("{host}/%0d%0a/", "no folder as the root"),
        ("{host}/x@y/", "no folder as the root"),
        ("javascript:alert(1)", "no folder as the root"),
        ("https://[{netloc}/x/", "no folder as the root"),
        ("https://user:word@\u2100.example/x/", "no folder as the root"),
    ],
    ids=repr,
)
def test_a_log_host_that_the_api_names_must_be_allowed_too(world, evil, logs, says):
    made = world()
    address = logs.format(evil=evil.url, netloc=evil.netloc, host=made.host.url)
    made.api.account.service(SERVICE).own_logs = [OwnLog(1, SERVICE, logs=address)]
    assert says in refused(made.config("keys"), SettingsError)
    assert made.host.journal.requests == []
    assert made.api.journal.count("*userLogsToken*") == 0


@pytest.mark.parametrize("rest", ["/?token=x#y", "?x=/../", "/logs/../../x", "//evil.example/"])
def test_of_the_address_that_the_api_names_only_host_and_first_folder_are_taken(world, rest):
    made = world()
    made.api.account.service(SERVICE).own_logs = [OwnLog(1, SERVICE, logs=f"{made.host.url}/{SERVICE}{rest}")]
    assert len(list(LogSource(*made.config("keys")).rows())) == 5 + 6
    assert all(path.startswith(f"/{SERVICE}/logs/logs-03-2026/") for path in made.host.journal.paths)


# Redirects

TARGETS = [
    "{evil}/x",
    "https://{netloc}/x",
    "//{netloc}/x",
    "/\t/{netloc}/x",
    "{host}.evil.example/x",
    "{host}1/x",
    "{host}@{netloc}/x",
    "{host}:x@{netloc}",
    "{secure}/x",
    "http://[{netloc}",
    "http://user:word@[{netloc}",
    "http://\\{netloc}",
    "javascript:x",
]


@pytest.mark.parametrize("access", ["keys", "log_user"])
@pytest.mark.parametrize("location", TARGETS, ids=repr)
def test_a_log_host_that_leads_elsewhere_is_not_followed(world, evil, access, location):
    made = world()
    secure = made.host.url.replace("http:", "https:")
    target = location.format(evil=evil.url, netloc=evil.netloc, host=made.host.url, secure=secure)
    made.host.faults.add(Fault("redirect", location=target))
    text = refused(made.config(access), HostNotAllowed)
    assert "where no password or token is sent; write the log host that the OVH panel shows now" in text
    assert made.host.journal.count(status=302) == len(made.host.journal.requests)


@pytest.mark.parametrize(("access", "path"), [("keys", "*"), ("oauth2", "/1.0/*"), ("oauth2", TOKEN_PATH)])
@pytest.mark.parametrize("location", TARGETS, ids=repr)
def test_an_api_that_leads_elsewhere_is_not_followed(world, evil, access, path, location):
    made = world()
    secure = made.host.url.replace("http:", "https:")
    target = location.format(evil=evil.url, netloc=evil.netloc, host=made.api.origin, secure=secure)
    made.api.faults.add(Fault("redirect", status=307, location=target, path=path))
    assert "The OVH API answered 307 to /" in refused(made.config(access), TryAgain)
    assert made.host.journal.requests == []


# Names that stand in addresses


@pytest.mark.parametrize("field", ["service", "domain", "log_root"])
@pytest.mark.parametrize(
    "name",
    [
        "a/b", "/a", "..", ".", "a..b", "../x", "a%2fb", "%2e%2e", "a b", "a\tb", "a\nb", "a\r\nHost: evil", "a\x00",
        "a?b", "a#b", "a@b", "@evil", ":80", "a:80", "a\\b", "a;b", "a&b", "a=b", "-a", "\u2024\u2024",
        "ex\u0430mple.com", "example\uff0ecom", "https://evil.example", "*",
    ],
    ids=repr,
)  # fmt: skip
def test_a_name_that_could_change_an_address_is_refused_before_anything_is_asked(world, evil, field, name):
    made = world()
    form, plugin = made.config("log_user" if field == "log_root" else "keys")
    text = refused(({**form, field: name}, plugin), SettingsError)
    assert f"{field} may hold only letters, digits, dots and hyphens, without https:// or a path" in text
    assert [*made.api.journal.requests, *made.host.journal.requests] == []
