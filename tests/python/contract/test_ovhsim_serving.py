"""What the simulated log host sends when nothing goes wrong: trees, pages, conditions, parts, access."""

from __future__ import annotations

import base64
import contextlib
import gc
import gzip
import http.client
import os
import re
import socket
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from dev.dayfiles import day_path, write_day
from dev.ovhsim import LogHost, Options, User

FQDN, DAY = "example.com", date(2026, 3, 28)
PATH = day_path(FQDN, DAY)
MONTH = "/example.com/logs/logs-03-2026/"
DEFAULT = Options()
LONG_AGO = 1_774_800_000  # 2026-03-29 16:00 UTC


@pytest.fixture
def data(tmp_path):
    stored = write_day(tmp_path, FQDN, DAY, [b"line %d" % number for number in range(500)])
    os.utime(stored, (LONG_AGO, LONG_AGO))
    return tmp_path


@pytest.fixture
def ask(data):
    """Asks a host with certain options; answers (status, headers, body) as they came."""
    hosts = []

    def exchange(path=PATH, *, options=None, method="GET", login="u:p", **headers):
        options = options or DEFAULT
        host = next((host for asked_for, host in hosts if asked_for is options), None)
        if host is None:
            host = LogHost(data, {"u": "p"}, options=options).__enter__()
            hosts.append((options, host))
        connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=5)
        if login is not None:
            login = login if isinstance(login, bytes) else login.encode()
            headers["Authorization"] = "Basic " + base64.b64encode(login).decode()
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, response.headers, body

    yield exchange
    for _, host in hosts:
        host.__exit__(None, None, None)


def hrefs(page):
    return re.findall(r'<a href="([^"]*)"', page.decode())


# Trees and names


def test_a_tree_holds_for_all_sites_but_those_named(ask, data):
    write_day(data, "new.example", DAY, [b"x"])
    options = Options(tree="old", trees={"new.example": "current"})
    assert ask(day_path(FQDN, DAY, tree="old"), options=options)[0] == 200
    assert ask(PATH, options=options)[0] == 404
    assert ask(day_path("new.example", DAY), options=options)[0] == 200


@pytest.mark.parametrize("kind", ["error", "ftp", "cgi", "out", "ssh", "cron"])
@pytest.mark.parametrize("tree", ["current", "old"])
def test_every_kind_has_its_folder_in_both_trees(ask, data, kind, tree):
    write_day(data, FQDN, DAY, [kind.encode()], kind=kind)
    body = ask(day_path(FQDN, DAY, kind=kind, tree=tree), options=Options(tree=tree))[2]
    assert gzip.decompress(body) == kind.encode() + b"\n"


@pytest.mark.parametrize(
    "name",
    [
        "example.com-27-03-2026.log",  # not compressed: a live file, no day
        "example.com-31-02-2026.log.gz",  # no such date
        "example.com-1-03-2026.log.gz",  # not padded
        "other.example-27-03-2026.log.gz",  # of another site
        "notes.txt",
    ],
)
def test_only_day_files_of_the_site_are_served_or_listed(ask, data, name):
    (data / FQDN / name).write_bytes(b"x")
    assert ask(f"/example.com/logs/logs-{name[-14:-7]}/{name}")[0] == 404
    assert ask(MONTH + name)[0] == 404
    assert name.encode() not in ask(MONTH)[2]


@pytest.mark.parametrize(
    "path",
    [
        "/example.com//logs/",
        "/example.com/./logs/",
        "/example.com/logs/../logs/",
        "/example.com%2Flogs/",
        PATH + "/",
        PATH + "%00",
        PATH.replace("03-2026/", "04-2026/"),
        "/EXAMPLE.COM/logs/",
        "/..",
        "/%2e%2e/",
        "//example.com/logs/",
        "/_sim/journal",
    ],
)
def test_a_path_that_is_not_exactly_that_of_something_is_404(ask, path):
    assert ask(path)[0] == 404


def test_an_encoded_path_is_the_same_path(ask):
    assert ask(PATH.replace("-", "%2D"))[0] == 200


def test_an_empty_file_is_served_empty(ask, data):
    (data / FQDN / "example.com-28-03-2026.log.gz").write_bytes(b"")
    status, headers, body = ask()
    assert (status, headers["Content-Length"], body) == (200, "0", b"")


def test_other_methods_are_refused(ask):
    status, headers, _ = ask(method="DELETE")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


# Pages


def test_apaches_page_cuts_names_but_not_addresses_and_shows_date_and_size(ask, data):
    name = "a-rather-long-name.cluster021.hosting.example"
    stored = write_day(data, name, DAY, [os.urandom(900).replace(b"\n", b"")])
    os.utime(stored, (LONG_AGO, LONG_AGO))
    page = ask(f"/{name}/logs/logs-03-2026/")[2].decode()
    row = next(row for row in page.splitlines() if "log.gz" in row)
    assert f'<a href="{name}-28-03-2026.log.gz">a-rather-long-name.c..&gt;</a>' in row
    assert "2026-03-29 16:00" in row
    assert re.search(r"(9\d\d|0\.9K) +$", row)
    assert f"<h1>Index of /{name}/logs/logs-03-2026</h1>" in page
    assert f'<a href="/{name}/logs/">Parent Directory</a>' in page


def test_apaches_page_has_links_that_sort_it(ask, data):
    write_day(data, FQDN, date(2026, 3, 27), [b"small"])
    older = hrefs(ask(MONTH)[2])
    assert older[:4] == ["?C=N;O=D", "?C=M;O=A", "?C=S;O=A", "?C=D;O=A"]
    assert older[5:] == ["example.com-27-03-2026.log.gz", "example.com-28-03-2026.log.gz"]
    assert hrefs(ask(MONTH + "?C=N;O=D")[2])[5:] == older[:4:-1]
    assert hrefs(ask(MONTH + "?C=S;O=A")[2])[5:] == older[5:]
    assert hrefs(ask(MONTH + "?C=M;O=A")[2])[5:] == older[:4:-1]


def test_bare_pages_link_absolute_paths(ask):
    assert hrefs(ask(MONTH, options=Options(index="bare"))[2]) == [PATH]


def test_a_page_may_link_each_kind_of_each_month(ask, data):
    write_day(data, FQDN, DAY, [b"x"], kind="ssh")
    page = ask("/example.com/logs/", options=Options(index="kinds"))[2].decode()
    assert re.findall(r'<a href="([^"]*)">([^<]*)</a>', page) == [(MONTH, "web"), (MONTH + "ssh/", "ssh")]


@pytest.mark.parametrize("index", ["apache", "bare"])
def test_links_may_be_percent_encoded(ask, index):
    options = Options(index=index, encoded_hrefs=True)
    (link,) = [href for href in hrefs(ask(MONTH, options=options)[2]) if href.endswith(".gz")]
    assert "-" not in link
    assert ask(urllib.parse.urljoin(MONTH, link), options=options)[0] == 200


def test_a_site_on_both_trees_lists_both(ask):
    page = ask("/example.com/", options=Options(tree="both", index="bare"))[2]
    assert hrefs(page) == ["/example.com/logs-03-2026/", "/example.com/logs/"]


@pytest.mark.parametrize("path", ["/example.com", "/example.com/logs", MONTH[:-1]])
def test_a_folder_without_slash_leads_to_the_one_with(ask, path):
    status, headers, _ = ask(path + "?C=N;O=D")
    assert (status, headers["Location"]) == (301, path + "/?C=N;O=D")


# Conditions and parts


def test_a_weak_comparison_is_enough_to_be_spared_the_file(ask):
    etag = ask()[1]["ETag"]
    status, headers, body = ask(If_None_Match=f'"x", W/{etag}')
    assert (status, headers["ETag"], body) == (304, etag, b"")


def test_a_tag_that_differs_outweighs_a_date_that_does_not(ask):
    modified = ask()[1]["Last-Modified"]
    assert ask(If_None_Match='"x"', If_Modified_Since=modified)[0] == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 29 Mar 2026 15:59:59 GMT", 200),
        ("Sun, 29 Mar 2026 16:00:00 GMT", 304),
        ("Sun, 29 Mar 2026 16:00:01 GMT", 304),
        ("yesterday", 200),
    ],
)
def test_a_file_is_spared_from_its_own_second_on(ask, since, status):
    assert ask(If_Modified_Since=since)[0] == status


def test_what_is_held_is_told_before_a_part_is_looked_for(ask):
    assert ask(If_None_Match=ask()[1]["ETag"], Range="bytes=0-9")[0] == 304


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=5-", 5, None), ("bytes=-3", -3, None), ("bytes=0-99999999", 0, None)],
)
def test_a_part_is_exactly_what_was_asked_for(ask, asked, start, end):
    whole = ask()[2]
    status, headers, body = ask(Range=asked)
    part = whole[start:end]
    first = start % len(whole)
    assert (status, body, headers["Content-Length"]) == (206, part, str(len(part)))
    assert headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"


def test_the_last_bytes_of_a_short_file_are_all_of_it(ask):
    whole = ask()[2]
    assert ask(Range="bytes=-99999999")[::2] == (206, whole)


@pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=0-1,5-6", "bytes=-", "lines=0-5", "bytes=a-b"])
def test_what_is_no_single_range_is_answered_by_the_whole(ask, asked):
    assert ask(Range=asked)[0] == 200


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_past_the_end_is_416(ask, asked):
    size = len(ask()[2])
    status, headers, _ = ask(Range=asked)
    assert (status, headers["Content-Range"]) == (416, f"bytes */{size}")


def test_a_head_ignores_a_range_and_names_the_whole_length(ask):
    size = len(ask()[2])
    status, headers, body = ask(method="HEAD", Range="bytes=0-9")
    assert (status, headers["Content-Length"], headers["Accept-Ranges"], body) == (200, str(size), "bytes", b"")


def test_the_date_of_a_file_that_has_rested_may_stand_for_its_tag(ask, data):
    modified = ask()[1]["Last-Modified"]
    assert ask(Range="bytes=1-", If_Range=modified)[0] == 206
    assert ask(Range="bytes=1-", If_Range="Sun, 29 Mar 2026 16:00:01 GMT")[0] == 200


def test_the_date_of_a_file_changed_within_a_minute_may_not(ask, data):
    now = int(time.time())
    os.utime(data / FQDN / "example.com-28-03-2026.log.gz", (now, now))
    assert ask(Range="bytes=1-", If_Range=ask()[1]["Last-Modified"])[0] == 200


def test_a_tag_changes_with_the_file(ask, data):
    before = ask()[1]["ETag"]
    write_day(data, FQDN, DAY, [b"late"])
    assert ask()[1]["ETag"] != before


def test_a_bare_host_offers_nothing_to_resume_by(ask):
    options = Options().bare()
    status, headers, body = ask(options=options, Range="bytes=5-", If_Modified_Since="Sun, 29 Mar 2026 16:00:00 GMT")
    assert (status, headers["Transfer-Encoding"]) == (200, "chunked")
    assert {"ETag", "Last-Modified", "Accept-Ranges", "Content-Length"}.isdisjoint(headers)
    assert len(gzip.decompress(body).splitlines()) == 500


@pytest.mark.parametrize(
    ("encoding", "media", "coding"),
    [
        ("none", "application/x-gzip", None),
        ("gzip", "text/plain", "gzip"),
        ("x-gzip", "text/plain", "x-gzip"),
        ("plain", "text/plain", None),
    ],
)
def test_each_way_of_serving_a_gz_names_itself_and_serves_parts_of_what_is_sent(ask, encoding, media, coding):
    options = Options(encoding=encoding)
    _, headers, whole = ask(options=options)
    assert (headers["Content-Type"], headers["Content-Encoding"]) == (media, coding)
    assert whole.startswith(b"line 0\n" if encoding == "plain" else b"\x1f\x8b")
    assert headers["Content-Length"] == str(len(whole))
    assert ask(options=options, Range="bytes=100-199")[2] == whole[100:200]


def test_a_damaged_file_cannot_be_served_as_text(ask, data):
    (data / FQDN / "example.com-28-03-2026.log.gz").write_bytes(b"\x1f\x8b no gzip")
    assert ask(options=Options(encoding="plain"))[0] == 500
    assert ask()[0] == 200


# Access


@pytest.mark.parametrize(
    "login",
    [None, "", "u", "u:", ":p", "u:p ", "U:p", "u:p:", b"u:\xff"],
    ids=["none", "empty", "no colon", "no password", "no login", "blank", "case", "colon", "no text"],
)
def test_credentials_are_right_to_the_byte_or_wrong(ask, login):
    status, headers, _ = ask(login=login)
    assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="OVH logs"')


@pytest.mark.parametrize("header", ["Bearer dTpw", "Basic", "Basic ***", "dTpw", "Basic dTpw=="])
def test_what_is_no_basic_header_lets_nobody_in(ask, header):
    assert ask(login=None, Authorization=header)[0] == 401


def test_the_scheme_is_known_in_any_case(ask):
    assert ask(login=None, Authorization="bAsIc dTpw")[0] == 200


def test_a_password_may_hold_colons_and_is_sent_as_utf_8(ask):
    options = Options(users={"é": User("p:ä")})
    assert ask(options=options, login="é:p:ä".encode())[0] == 200
    assert ask(options=options, login="é:p:ä".encode("latin-1"))[0] == 401


def test_without_users_nobody_gets_in(data):
    with LogHost(data) as host:
        connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=5)
        connection.request("GET", PATH)
        assert connection.getresponse().status == 401
        connection.close()


def test_nothing_is_told_of_a_tree_before_the_login(ask):
    assert {ask(path, login=None)[0] for path in (PATH, "/unknown.example/", "/example.com", "/")} == {401}


@pytest.mark.parametrize(("foreign", "challenge"), [(401, True), (403, False)])
def test_a_user_of_one_site_is_refused_on_another_and_told_of_none_that_is_not_there(ask, data, foreign, challenge):
    write_day(data, "other.example", DAY, [b"x"])
    options = Options(users={"limited": User("p", (FQDN,))}, foreign=foreign)
    assert ask(options=options, login="limited:p")[0] == 200
    status, headers, _ = ask("/other.example/", options=options, login="limited:p")
    assert (status, "WWW-Authenticate" in headers) == (foreign, challenge)
    assert ask("/unknown.example/", options=options, login="limited:p")[0] == 404


def connect_until_it_stops(port):
    with contextlib.suppress(OSError):
        while True:
            socket.create_connection(("127.0.0.1", port), 5).close()


def test_a_host_that_stops_while_clients_connect_leaves_no_connection_open(data, recwarn):
    for _ in range(20):
        with LogHost(data, {}) as host, ThreadPoolExecutor(2) as clients:
            clients.submit(connect_until_it_stops, host.port)
            clients.submit(connect_until_it_stops, host.port)
            host.__exit__(None, None, None)
    gc.collect()
    assert [str(warning.message) for warning in recwarn if "unclosed transport" in str(warning.message)] == []
