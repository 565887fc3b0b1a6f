"""The simulated log host answers as OVH's does, and misbehaves on demand."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import sys
import urllib.parse
from datetime import date

import pytest
import requests

from dev.dayfiles import day_path, write_day
from dev.ovhsim import Fault, LogHost, Options, User

FQDN, DAY = "example.com", date(2026, 3, 28)
PATH = day_path(FQDN, DAY)
CONTENT = b"".join(b"line %d\n" % number for number in range(5000))


@pytest.fixture
def data(tmp_path):
    write_day(tmp_path, FQDN, DAY, CONTENT.splitlines())
    write_day(tmp_path, FQDN, DAY, [b"an error"], kind="error")
    write_day(tmp_path, "other.example", DAY, [b"x"])
    return tmp_path


@pytest.fixture
def ask(data):
    """Starts a host and asks it."""
    hosts = []

    def start(path=PATH, *, method="GET", auth=("u", "p"), options=None, faults=(), headers=None, **more):
        if not hosts or options or faults:
            hosts.append(LogHost(data, {"u": "p"}, options=options, faults=faults).__enter__())
        return requests.request(
            method, hosts[-1].url + path, auth=auth, headers=headers, timeout=3, allow_redirects=False, **more
        )

    start.hosts = hosts
    yield start
    for host in hosts:
        host.__exit__(None, None, None)


def raw(response):
    return response.raw.read(decode_content=False)


def test_a_day_is_served_as_it_lies_on_disk_with_what_caches_need(ask, data):
    response = ask(stream=True)
    stored = (data / FQDN / "example.com-28-03-2026.log.gz").read_bytes()
    assert (response.status_code, raw(response)) == (200, stored)
    assert gzip.decompress(stored) == CONTENT
    assert response.headers["Content-Length"] == str(len(stored))
    assert response.headers["Accept-Ranges"] == "bytes"
    assert re.fullmatch(r'"[0-9a-f-]+"', response.headers["ETag"])
    assert "Last-Modified" in response.headers
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_an_encoding_may_be_named_while_the_bytes_stay(ask, encoding):
    response = ask(options=Options(encoding=encoding), stream=True)
    assert response.headers["Content-Encoding"] == encoding
    assert gzip.decompress(raw(response)) == CONTENT


def test_plain_text_may_come_under_the_name_of_a_gz(ask):
    assert raw(ask(options=Options(encoding="plain"), stream=True)) == CONTENT


def test_parts_are_served(ask):
    whole = raw(ask(stream=True))
    part = ask(headers={"Range": "bytes=10-19"}, stream=True)
    assert (part.status_code, raw(part)) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert raw(ask(headers={"Range": "bytes=-5"}, stream=True)) == whole[-5:]
    past = ask(headers={"Range": f"bytes={len(whole)}-"})
    assert (past.status_code, past.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


def test_a_part_is_served_only_of_the_file_that_was_meant(ask):
    etag = ask(method="HEAD").headers["ETag"]
    assert ask(headers={"Range": "bytes=10-", "If-Range": etag}).status_code == 206
    assert ask(headers={"Range": "bytes=10-", "If-Range": '"another"'}).status_code == 200


def test_a_weak_tag_serves_no_part(ask):
    etag = ask(method="HEAD", options=Options(etag="weak")).headers["ETag"]
    assert etag.startswith("W/")
    assert ask(headers={"Range": "bytes=10-", "If-Range": etag}).status_code == 200


def test_what_is_known_is_not_sent_again(ask):
    first = ask(method="HEAD")
    assert ask(headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert ask(headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    assert ask(headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_head_has_no_body(ask):
    response = ask(method="HEAD")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0


def test_without_length_the_body_comes_in_chunks(ask):
    response = ask(
        options=Options(length=False, etag="none", ranges=False), headers={"Range": "bytes=10-"}, stream=True
    )
    assert response.status_code == 200
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert "ETag" not in response.headers


@pytest.mark.parametrize("auth", [None, ("u", "wrong"), ("nobody", "p"), ("u", ""), ("é", "p")])
def test_who_is_not_known_is_asked_to_log_in(ask, auth):
    auth = tuple(part.encode() for part in auth) if auth else None
    response = ask(auth=auth)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Basic realm="OVH logs"')


@pytest.mark.parametrize("foreign", [401, 403])
def test_a_user_reads_his_own_tree_only(ask, foreign):
    options = Options(users={"limited": User("p", (FQDN,))}, foreign=foreign)
    assert ask(auth=("limited", "p"), options=options).status_code == 200
    assert ask(day_path("other.example", DAY), auth=("limited", "p")).status_code == foreign


@pytest.mark.parametrize(
    "path",
    [
        "/unknown.example/",
        day_path(FQDN, date(2026, 3, 29)),
        day_path(FQDN, date(2026, 4, 1)),
        day_path(FQDN, DAY, tree="old"),
        day_path(FQDN, DAY, kind="ftp"),
        "/example.com/../other.example/",
        "/example.com/%2e%2e/%2e%2e/etc/passwd",
        "/",
    ],
)
def test_what_is_not_there_is_404(ask, path):
    session = requests.Session()
    ask()
    request = requests.Request("GET", ask.hosts[-1].url + path, auth=("u", "p")).prepare()
    request.url = ask.hosts[-1].url + path  # as written, dots and all
    assert session.send(request, timeout=3).status_code == 404
    session.close()


def test_other_kinds_stand_in_folders_of_the_month(ask):
    assert gzip.decompress(raw(ask(day_path(FQDN, DAY, kind="error"), stream=True))) == b"an error\n"


@pytest.mark.parametrize(("tree", "current", "old"), [("current", 200, 404), ("old", 404, 200), ("both", 200, 200)])
def test_a_site_may_be_on_the_old_tree(ask, tree, current, old):
    assert ask(options=Options(trees={FQDN: tree})).status_code == current
    assert ask(day_path(FQDN, DAY, tree="old")).status_code == old


@pytest.mark.parametrize("look", ["apache", "bare"])
def test_folders_list_what_they_hold_at_each_level(ask, look):
    def names(path, **more):
        page = ask(path, **more).text
        links = [urllib.parse.unquote(link) for link in re.findall(r'href="([^"?]*)"', page)]
        return [link.removeprefix(path) for link in links if link.startswith(path) or not link.startswith("/")]

    assert names("/example.com/", options=Options(index=look)) == ["logs/"]
    assert names("/example.com/logs/") == ["logs-03-2026/"]
    assert names("/example.com/logs/logs-03-2026/") == ["error/", "example.com-28-03-2026.log.gz"]
    assert names("/example.com/logs/logs-03-2026/error/") == ["example.com-28-03-2026.log.gz"]


def test_a_folder_without_its_slash_is_redirected_and_an_index_can_be_off(ask):
    response = ask("/example.com/logs", options=Options(index="off"))
    assert (response.status_code, response.headers["Location"]) == (301, "/example.com/logs/")
    assert ask("/example.com/logs/").status_code == 403
    assert ask().status_code == 200


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("status", status=503), (503, None)),
        (Fault("status", status=429, retry_after="7"), (429, "7")),
    ],
)
def test_a_status_on_demand(ask, fault, expected):
    response = ask(faults=[fault])
    assert (response.status_code, response.headers.get("Retry-After")) == expected


@pytest.mark.parametrize("kind", ["reset", "close", "cut_body", "reset_body"])
def test_connections_break_on_demand(ask, kind):
    with pytest.raises(requests.RequestException):
        _ = ask(faults=[Fault(kind, at=1000)]).content


def test_a_stall_leaves_the_client_waiting(ask):
    with pytest.raises(requests.RequestException, match="timed out"):
        requests.get(LogHostUrl(ask, [Fault("stall")]), auth=("u", "p"), timeout=0.1)


def LogHostUrl(ask, faults):  # noqa: N802 - reads as a value
    ask("/", faults=[Fault("status", path="/")])
    ask.hosts[-1].faults.add(*faults)
    return ask.hosts[-1].url + PATH


@pytest.mark.parametrize(
    ("fault", "error"),
    [(Fault("cut_gzip", at=500), EOFError), (Fault("bad_crc"), gzip.BadGzipFile), (Fault("garbage"), gzip.BadGzipFile)],
)
def test_content_is_damaged_on_demand_while_the_answer_looks_whole(ask, fault, error):
    response = ask(faults=[fault], stream=True)
    body = raw(response)
    assert int(response.headers["Content-Length"]) == len(body)
    with pytest.raises(error):
        gzip.decompress(body)


def test_a_login_page_comes_with_status_200(ask):
    response = ask(faults=[Fault("login_page")])
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert 'type="password"' in response.text


def test_a_changed_file_has_another_tag(ask):
    first = ask(faults=[Fault("changed", after=1)])
    second = ask()
    assert (first.headers["ETag"] != second.headers["ETag"], first.content != second.content) == (True, True)


def test_faults_happen_where_and_as_often_as_asked(ask):
    faults = [Fault("status", path="*error*", times=2, after=1)]
    error = day_path(FQDN, DAY, kind="error")
    statuses = [ask(error, faults=faults).status_code, *(ask(error).status_code for _ in range(3)), ask().status_code]
    assert statuses == [200, 503, 503, 200, 200]


def test_the_journal_names_every_request_and_no_secret(ask):
    ask(PATH + "?token=abc&x=1", headers={"Range": "bytes=0-9"})
    (request,) = ask.hosts[-1].journal.requests
    assert (request.path, request.status, request.range, request.sent) == (
        f"{PATH}?token=***&x=1",
        206,
        "bytes=0-9",
        10,
    )
    assert request.authorization == "Basic ***"


def test_the_command_prints_one_line_of_json_and_serves_until_it_is_told_to_stop(data, repository):
    command = [sys.executable, "-m", "dev.ovhsim", "--data", str(data), "--user", "u:p", "--control"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository) as process:
        url = json.loads(process.stdout.readline())["log_host"]
        assert requests.get(url + PATH, auth=("u", "p"), timeout=3).status_code == 200
        assert requests.get(url + "/_sim/journal", timeout=3).json()[0]["path"] == PATH
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == ""
    assert process.returncode == 0
