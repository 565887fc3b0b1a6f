"""The simulated log host as a thing that runs: journal, control calls, command, TLS, start and stop."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import json
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import tracemalloc
import zlib
from datetime import date, datetime, timezone

import pytest
import requests
import trustme

from dev.dayfiles import day_path, write_day
from dev.ovhsim import Fault, LogHost, Options

FQDN, DAY = "example.com", date(2026, 3, 28)
PATH = day_path(FQDN, DAY)
AUTH = ("u", "secret")


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    write_day(folder, FQDN, DAY, [b"line"])
    return folder


@pytest.fixture
def make_host(data):
    hosts = []

    def start(**settings):
        hosts.append(LogHost(settings.pop("data", data), dict([AUTH]), **settings).__enter__())
        return hosts[-1]

    yield start
    for host in hosts:
        host.__exit__(None, None, None)


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A day of some 16 MB that does not compress."""
    folder, rand = tmp_path_factory.mktemp("big"), random.Random(3)
    write_day(folder, FQDN, DAY, (rand.randbytes(1 << 16).replace(b"\n", b" ") for _ in range(256)))
    return folder


def get(url, **settings):
    return requests.get(url, timeout=5, **{"auth": AUTH, **settings})


# Journal


def test_the_journal_tells_who_asked_what_when_and_got_what(make_host):
    host = make_host()
    before = datetime.now(timezone.utc)
    body = get(host.url + PATH, headers={"Range": "bytes=0-9", "X-Mark": "1"}).content
    assert len(body) == 10
    (entry,) = host.journal.requests
    assert (entry.number, entry.method, entry.path, entry.status, entry.range, entry.sent, entry.fault) == (
        1,
        "GET",
        PATH,
        206,
        "bytes=0-9",
        10,
        "",
    )
    assert entry.headers["x-mark"] == "1"
    assert before <= entry.time <= datetime.now(timezone.utc)


def test_no_secret_comes_into_the_journal(make_host):
    host = make_host()
    url = f"{host.url}{PATH}?a=1&token=hidden1&TOKEN=hidden2"
    get(url, headers={"Cookie": "token=hidden3"})
    get(url, auth=None, headers={"Authorization": "hidden4"})
    written = json.dumps([request.document() for request in host.journal.requests])
    assert "hidden" not in written
    assert base64.b64encode(b"u:secret").decode() not in written
    assert host.journal.paths[0] == f"{PATH}?a=1&token=***&TOKEN=***"
    assert [request.authorization for request in host.journal.requests] == ["Basic ***", "***"]


def test_a_word_that_ends_in_token_is_no_token(make_host):
    host = make_host()
    get(f"{host.url}/?mytoken=1")
    assert host.journal.paths == ["/?mytoken=1"]


def test_requests_over_one_connection_are_told_from_those_over_several(make_host):
    host = make_host()
    with requests.Session() as session:
        for path in (PATH, "/example.com/", "/absent"):
            session.get(host.url + path, auth=AUTH, timeout=5)
    assert host.journal.connections == 1
    get(host.url + PATH)
    assert host.journal.connections == 2


def test_requests_are_counted_by_path_method_and_status(make_host):
    host = make_host()
    for path in (PATH, PATH, "/absent"):
        get(host.url + path)
    requests.head(host.url + PATH, auth=AUTH, timeout=5)
    counts = host.journal.count(), host.journal.count("*.gz"), host.journal.count("*.gz", method="HEAD")
    assert counts == (4, 3, 1)
    assert host.journal.count(status=404) == 1


def test_bytes_are_those_of_bodies_sent_not_announced(make_host, data):
    host = make_host(faults=[Fault("cut_body", at=7, times=1)])
    with pytest.raises(requests.RequestException):
        get(host.url + PATH)
    requests.head(host.url + PATH, auth=AUTH, timeout=5)
    assert (host.journal.sent, host.journal.requests[0].fault) == (7, "cut_body")


# Control


def test_faults_are_steered_and_the_journal_is_read_while_the_host_runs(make_host):
    host = make_host(options=Options(control=True))
    fault = {"kind": "status", "status": 429, "retry_after": "3", "times": 1}
    added = requests.post(f"{host.url}/_sim/faults", json=[fault, {"kind": "stall"}], timeout=5)
    assert (added.status_code, added.json()) == (201, {"added": 2})
    assert get(host.url + PATH).status_code == 429
    assert requests.delete(f"{host.url}/_sim/faults", timeout=5).status_code == 204
    assert get(host.url + PATH).status_code == 200
    entries = requests.get(f"{host.url}/_sim/journal", timeout=5).json()
    assert [(entry["path"], entry["status"], entry["fault"]) for entry in entries] == [
        (PATH, 429, "status"),
        (PATH, 200, ""),
    ]


def test_a_fault_that_cannot_be_is_refused_over_http_too(make_host):
    host = make_host(options=Options(control=True))
    answer = requests.post(f"{host.url}/_sim/faults", data=b'{"kind": "explode"}', timeout=5)
    assert answer.status_code == 400
    assert "explode" in answer.json()["error"]
    assert get(host.url + PATH).status_code == 200


@pytest.mark.parametrize(("name", "status"), [("localhost:1", 200), ("[::1]", 200), ("evil.example", 403)])
def test_control_answers_under_loopback_names_only(make_host, name, status):
    host = make_host(options=Options(control=True))
    assert get(f"{host.url}/_sim/journal", headers={"Host": name}).status_code == status


def test_control_knows_no_other_calls_and_is_not_there_unless_asked_for(make_host):
    assert get(f"{make_host(options=Options(control=True)).url}/_sim/else").status_code == 404
    closed = make_host()
    assert [get(f"{closed.url}/_sim/journal", auth=auth).status_code for auth in (None, AUTH)] == [401, 404]


# Start and stop


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::"])
def test_a_host_listens_on_loopback_only(data, address):
    with pytest.raises(ValueError, match="loopback only"):
        LogHost(data, address=address)


def test_a_host_may_listen_on_the_other_loopback(make_host):
    host = make_host(address="127.0.0.2")
    assert host.url == f"http://127.0.0.2:{host.port}"
    assert get(host.url + PATH).status_code == 200


def test_a_port_in_use_is_an_error_at_once(data, make_host):
    with pytest.raises(OSError, match="in use"):
        LogHost(data, port=make_host().port).__enter__()


@pytest.mark.parametrize("fault", [Fault("stall"), Fault("stall_body", at=100), Fault("drip", at=1, seconds=60)])
def test_a_host_stops_at_once_whatever_its_clients_wait_for(big, fault):
    before = set(threading.enumerate())
    with contextlib.ExitStack() as clients:
        with LogHost(big, dict([AUTH]), faults=[fault]) as host:
            for _ in range(3):
                client = clients.enter_context(socket.create_connection(("127.0.0.1", host.port), timeout=5))
                secret = base64.b64encode(b"u:secret").decode()
                client.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {secret}\r\n\r\n".encode())
            assert not host.journal.wait(3, timeout=0.1)
        assert host.journal.wait(3, timeout=0)
        assert set(threading.enumerate()) == before


def test_a_host_stops_though_a_client_does_not_read_and_another_says_nothing(big):
    with contextlib.ExitStack() as clients:
        with LogHost(big, dict([AUTH])) as host:
            clients.enter_context(socket.create_connection(("127.0.0.1", host.port), timeout=5))
            reply = clients.enter_context(contextlib.closing(get(host.url + PATH, stream=True)))
            assert reply.status_code == 200
        assert host.journal.requests[0].ended
        assert host.journal.sent < 16 << 20


def test_a_client_that_leaves_early_is_sent_little_more(make_host, big):
    host = make_host(data=big)
    reply = get(host.url + PATH, stream=True)
    assert len(reply.raw.read(1000)) == 1000
    reply.close()
    assert host.journal.wait()
    assert host.journal.sent < 4 << 20


def test_a_large_file_is_never_whole_in_memory(make_host, big):
    hosts = [make_host(data=big, options=Options(encoding=encoding)) for encoding in ("none", "plain")]
    damaged = make_host(data=big, faults=[Fault("changed")])
    tracemalloc.start()
    try:
        sizes = []
        for host in (*hosts, damaged):
            with get(host.url + PATH, stream=True) as reply:
                sizes.append(sum(len(block) for block in iter(lambda r=reply: r.raw.read(1 << 16), b"")))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert min(sizes) > 16_000_000
    assert peak < 4_000_000


def test_an_idle_connection_is_closed_after_its_time(make_host):
    host = make_host(options=Options(keep_alive=0.05))
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=5)
    connection.request("GET", "/")
    connection.getresponse().read()
    assert connection.sock.recv(1) == b""
    connection.close()


def test_a_client_may_ask_for_the_connection_to_be_closed(make_host):
    answer = get(make_host().url + PATH, headers={"Connection": "close"})
    assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize("request_text", [b"GET / HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n"], ids=["no host", "no http"])
def test_what_is_no_request_is_400(make_host, request_text):
    with socket.create_connection(("127.0.0.1", make_host().port), timeout=5) as client:
        client.sendall(request_text)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


# TLS


@pytest.fixture
def certificate(tmp_path):
    """An authority, and the files of a certificate that it issued."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    return authority, str(chain), str(key)


@pytest.mark.parametrize("form", ["files", "context"])
def test_https_is_served_to_who_trusts_the_certificate(make_host, certificate, tmp_path, form):
    authority, chain, key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    host = make_host(tls=context if form == "context" else (chain, key))
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    assert host.url.startswith("https://")
    assert get(host.url + PATH, verify=str(tmp_path / "authority.pem")).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        get(host.url + PATH)
    assert host.journal.count() == 1


def test_a_host_stops_though_a_client_never_finishes_its_handshake(data, certificate):
    with contextlib.ExitStack() as clients:
        with LogHost(data, tls=certificate[1:]) as host:
            client = clients.enter_context(socket.create_connection(("127.0.0.1", host.port), timeout=5))
            client.sendall(b"\x16")
        assert host.journal.requests == []


# Command


@contextlib.contextmanager
def command(repository, *arguments):
    """The command while it runs: its process and its one line."""
    line = [sys.executable, "-m", "dev.ovhsim", *map(str, arguments)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=repository) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_names_its_addresses_in_one_line_and_ends_well_when_told(repository, data, number):
    with command(repository, "--data", data, "--user", "u:secret", "--control") as (process, line):
        assert line == {"log_host": line["log_host"], "control": f"{line['log_host']}/_sim", "pid": process.pid}
        assert get(line["log_host"] + PATH).status_code == 200
        assert requests.get(f"{line['control']}/journal", timeout=5).json()[0]["path"] == PATH
        process.send_signal(number)
        assert (process.stdout.read(), process.wait(5)) == ("", 0)


def test_the_command_makes_up_a_user_if_none_is_given(repository, data):
    with command(repository, "--data", data) as (_, line):
        assert line["control"] is None
        assert get(line["log_host"] + PATH, auth=None).status_code == 401
        assert get(line["log_host"] + PATH, auth=(line["login"], line["password"])).status_code == 200


def test_the_command_takes_faults_users_limits_and_behaviour(repository, data, tmp_path):
    write_day(data, "other.example", DAY, [b"x"])
    faults = tmp_path / "faults.json"
    faults.write_text('[{"kind": "status", "status": 500, "times": 1}]')
    behaviour = ["--tree", "old", "--encoding", "gzip", "--index", "bare", "--foreign", "401", "--bare"]
    users = ["--user", "u:secret:example.com", "--user", "all:secret"]
    with command(repository, "--data", data, "--faults", faults, *users, *behaviour) as (_, line):
        path, other = (line["log_host"] + day_path(fqdn, DAY, tree="old") for fqdn in (FQDN, "other.example"))
        assert [get(url).status_code for url in (path, path, other)] == [500, 200, 401]
        answer = get(other, auth=("all", "secret"))
        assert (answer.headers["Content-Encoding"], answer.content, "ETag" in answer.headers) == ("gzip", b"x\n", False)


def test_the_command_refuses_faults_that_cannot_be(repository, data, tmp_path):
    faults = tmp_path / "faults.json"
    faults.write_text('[{"kind": "explode"}]')
    line = [sys.executable, "-m", "dev.ovhsim", "--data", str(data), "--faults", str(faults)]
    ended = subprocess.run(line, capture_output=True, text=True, cwd=repository, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "No kind of fault is called 'explode'" in ended.stderr


# Day files


def test_a_day_is_written_alike_each_time_in_as_many_members_as_asked(tmp_path):
    lines = [b"%d" % number for number in range(10)]
    first = write_day(tmp_path, FQDN, DAY, iter(lines), members=3).read_bytes()
    assert write_day(tmp_path, FQDN, DAY, lines, members=3).read_bytes() == first
    assert gzip.decompress(first) == b"".join(line + b"\n" for line in lines)
    members = []
    while first:
        member = zlib.decompressobj(31)
        members.append(member.decompress(first))
        first = member.unused_data
    assert [member.count(b"\n") for member in members] == [3, 3, 4]


@pytest.mark.parametrize(
    ("kind", "tree", "path"),
    [
        ("web", "current", "/example.com/logs/logs-03-2026/example.com-28-03-2026.log.gz"),
        ("web", "old", "/example.com/logs-03-2026/example.com-28-03-2026.log.gz"),
        ("ftp", "current", "/example.com/logs/logs-03-2026/ftp/example.com-28-03-2026.log.gz"),
        ("ftp", "old", "/example.com/logs-03-2026/ftp/example.com-28-03-2026.log.gz"),
    ],
)
def test_the_path_of_a_day_is_that_of_its_tree_and_kind(kind, tree, path):
    assert day_path(FQDN, DAY, kind=kind, tree=tree) == path
