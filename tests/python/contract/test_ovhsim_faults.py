"""Every fault of the simulated log host, as the client's socket sees it."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import socket
import ssl
import struct
import zlib
from datetime import date

import pytest
import trustme

from dev.dayfiles import day_path, write_day
from dev.ovhsim import Fault, LogHost, Options, WrongFault
from dev.ovhsim.faults import read

FQDN, DAY = "example.com", date(2026, 3, 28)
PATH = day_path(FQDN, DAY)
LINES = [b"line %d" % number for number in range(500)]
TEXT = b"".join(line + b"\n" for line in LINES)
_LOGIN = {"Authorization": "Basic " + base64.b64encode(b"u:p").decode()}


@pytest.fixture
def stored(tmp_path):
    """The bytes of the day on disk."""
    return write_day(tmp_path, FQDN, DAY, LINES).read_bytes()


@pytest.fixture
def make_host(tmp_path, stored):
    """Starts hosts over one day; they stop with the test."""
    hosts = []

    def start(*faults, **settings):
        hosts.append(LogHost(tmp_path, {"u": "p"}, faults=faults, **settings).__enter__())
        return hosts[-1]

    yield start
    for host in hosts:
        host.__exit__(None, None, None)


@pytest.fixture
def open_connection(request):
    """A connection over which several requests can go."""

    def make(host):
        connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=5)
        request.addfinalizer(connection.close)
        return connection

    return make


def get(host, path=PATH, *, method="GET", **headers):
    """One request over a new connection: (status, headers, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=5)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=_LOGIN | named)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def send(host, connection="keep-alive"):
    """A request sent; its socket, with nothing read yet."""
    client = socket.create_connection(("127.0.0.1", host.port), timeout=5)
    headers = {"Host": "x", "Connection": connection, **_LOGIN}
    lines = [f"GET {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    client.sendall("\r\n".join(lines).encode())
    return client


def received(client):
    """Bytes until the other side ends, and how it did: "closed", "reset" or "silent"."""
    found = b""
    with client:
        while True:
            try:
                block = client.recv(1 << 16)
            except ConnectionResetError:
                return found, "reset"
            except TimeoutError:
                return found, "silent"
            if not block:
                return found, "closed"
            found += block


# In place of the answer


@pytest.mark.parametrize(
    ("fault", "status", "media", "body", "later"),
    [
        (Fault("status"), 503, None, b"", None),
        (Fault("status", status=429, retry_after="7"), 429, None, b"", "7"),
        (Fault("status", status=500, body="<h1>oops</h1>"), 500, "text/html; charset=utf-8", b"<h1>oops</h1>", None),
        (
            Fault("status", status=408, body='{"message":"slow"}', content_type="application/json"),
            408,
            "application/json",
            b'{"message":"slow"}',
            None,
        ),
    ],
)
def test_a_status_comes_with_or_without_a_body_and_a_time_to_wait(make_host, fault, status, media, body, later):
    found, headers, content = get(make_host(fault))
    assert (found, headers["Content-Type"], content, headers["Retry-After"]) == (status, media, body, later)


def test_a_status_outweighs_a_wrong_password(make_host):
    assert get(make_host(Fault("status")), Authorization="Basic x")[0] == 503


def test_a_login_page_is_html_with_status_200(make_host):
    status, headers, body = get(make_host(Fault("login_page")))
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b'type="password"' in body


@pytest.mark.parametrize(("given", "status"), [(302, 302), (307, 307), (503, 302)])
def test_a_redirect_leads_where_it_is_told_to(make_host, given, status):
    found, headers, _ = get(make_host(Fault("redirect", status=given, location="http://other.example/x")))
    assert (found, headers["Location"]) == (status, "http://other.example/x")


# On the connection


@pytest.mark.parametrize(("kind", "end"), [("reset", "reset"), ("close", "closed")])
def test_a_connection_ends_before_the_header(make_host, kind, end):
    host = make_host(Fault(kind))
    assert received(send(host)) == (b"", end)
    assert host.journal.wait()
    assert host.journal.requests[0].status == 0


@pytest.mark.parametrize(("kind", "end"), [("reset_body", "reset"), ("cut_body", "closed")])
def test_a_body_is_broken_off_after_so_many_bytes_of_those_announced(make_host, stored, kind, end):
    found, how = received(send(make_host(Fault(kind, at=100))))
    header, _, body = found.partition(b"\r\n\r\n")
    assert f"content-length: {len(stored)}".encode() in header.lower()
    assert (body, how) == (stored[:100], end)


def test_a_chunked_body_is_broken_off_without_its_last_chunk(make_host, stored):
    found, how = received(send(make_host(Fault("cut_body", at=100), options=Options(length=False))))
    assert found.partition(b"\r\n\r\n")[2] == b"64\r\n" + stored[:100] + b"\r\n"
    assert how == "closed"


@pytest.mark.parametrize("kind", ["reset_body", "cut_body"])
def test_a_cut_beyond_the_end_is_made_before_the_last_byte(make_host, stored, kind):
    found, _ = received(send(make_host(Fault(kind, at=10**9))))
    assert found.endswith(stored[-11:-1])


def test_a_part_can_be_cut_too(make_host, stored):
    with pytest.raises(http.client.IncompleteRead) as error:
        get(make_host(Fault("cut_body", at=5)), Range="bytes=100-199")
    assert (error.value.partial, error.value.expected) == (stored[100:105], 95)


def test_nothing_comes_of_a_stalled_answer_until_the_host_stops(make_host):
    host = make_host(Fault("stall"))
    client = send(host)
    client.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.recv(1)
    host.__exit__(None, None, None)
    assert received(client)[0] == b""


def test_an_answer_stalled_for_a_time_comes_after_it(make_host, stored):
    assert get(make_host(Fault("stall", seconds=0.05)))[2] == stored


def test_a_body_stalls_after_so_many_bytes(make_host, stored):
    host = make_host(Fault("stall_body", at=100))
    client = send(host)
    client.settimeout(0.1)
    found, how = received(client)
    assert (found.partition(b"\r\n\r\n")[2], how) == (stored[:100], "silent")


def test_a_body_stalled_for_a_time_goes_on_after_it(make_host, stored):
    assert get(make_host(Fault("stall_body", at=100, seconds=0.05)))[2] == stored


@pytest.mark.parametrize("kind", ["stall", "stall_body"])
def test_a_stall_ends_when_the_client_leaves(make_host, kind):
    host = make_host(Fault(kind, at=10))
    client = send(host)
    assert not host.journal.wait(timeout=0.1)
    client.close()
    assert host.journal.wait()


def test_a_slow_drip_brings_everything_in_small_pieces(make_host, stored):
    client = send(make_host(Fault("drip", at=50, seconds=0.0), options=Options(length=False)), "close")
    body = received(client)[0].partition(b"\r\n\r\n")[2]
    assert body.count(b"\r\n32\r\n") + body.startswith(b"32\r\n") == len(stored) // 50
    assert body.endswith(b"\r\n0\r\n\r\n")


def test_a_drip_lets_time_pass(make_host):
    client = send(make_host(Fault("drip", at=50, seconds=60)))
    client.settimeout(0.1)
    found, how = received(client)
    assert (len(found.partition(b"\r\n\r\n")[2]), how) == (50, "silent")


def test_a_connection_goes_on_after_a_fault_that_spared_it(make_host, open_connection):
    host = make_host(Fault("status", times=1))
    connection = open_connection(host)
    for expected in (503, 200):
        connection.request("GET", PATH, headers=_LOGIN)
        response = connection.getresponse()
        response.read()
        assert response.status == expected
    assert host.journal.connections == 1


def test_a_closed_tls_connection_ends_without_farewell(make_host):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    host = make_host(Fault("close", times=1), tls=context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    plain = socket.create_connection(("127.0.0.1", host.port), timeout=5)
    with trusting.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ssl.SSLEOFError):
            client.recv(1)


# In the file


def damaged(host, **headers):
    """A day as served, its announced length checked."""
    status, found, body = get(host, **headers)
    assert (status, found["Content-Length"]) == (200, str(len(body)))
    return found, body


@pytest.mark.parametrize(("at", "kept"), [(100, 100), (0, None), (10**9, -1)], ids=["said", "half", "beyond"])
def test_a_cut_gzip_is_announced_as_if_it_were_whole(make_host, stored, at, kept):
    expected = stored[: len(stored) // 2 if kept is None else kept]
    assert damaged(make_host(Fault("cut_gzip", at=at)))[1] == expected
    with pytest.raises(EOFError):
        gzip.decompress(expected)


def test_a_cut_gzip_may_come_in_chunks_that_end_rightly(make_host, stored):
    status, headers, body = get(make_host(Fault("cut_gzip", at=100, chunked=True)))
    assert (status, headers["Transfer-Encoding"], body) == (200, "chunked", stored[:100])


def test_a_bad_checksum_spoils_only_the_trailer(make_host, stored):
    body = damaged(make_host(Fault("bad_crc")))[1]
    assert (body[:-8], body[-4:]) == (stored[:-8], stored[-4:])
    assert zlib.decompress(body[10:-8], -15) == TEXT
    assert struct.unpack("<I", body[-8:-4])[0] != zlib.crc32(TEXT)


def test_garbage_follows_the_end_of_the_gzip(make_host, stored):
    assert damaged(make_host(Fault("garbage")))[1] == stored + b"<!-- end -->"


@pytest.mark.parametrize("encoding", ["none", "plain"])
def test_a_changed_file_has_another_tag_date_and_beginning(make_host, encoding):
    host = make_host(Fault("changed", after=1), options=Options(encoding=encoding))
    before, old = damaged(host)
    after, new = damaged(host)
    assert before["ETag"] != after["ETag"]
    assert before["Last-Modified"] != after["Last-Modified"]
    text = new if encoding == "plain" else gzip.decompress(new)
    late, _, rest = text.partition(b"\n")
    assert (late.startswith(b"198.51.100.9 changed.example"), rest) == (True, TEXT)
    assert new[: len(old)] != old


def test_a_part_of_a_changed_file_is_refused_to_who_holds_another(make_host):
    host = make_host(Fault("changed", after=1))
    etag = get(host)[1]["ETag"]
    assert get(host, Range="bytes=10-", If_Range=etag)[0] == 200


@pytest.mark.parametrize("kind", ["cut_gzip", "bad_crc", "garbage", "changed"])
def test_damage_has_a_tag_of_its_own_unless_it_came_on_the_way(make_host, kind):
    first, own, same = (
        damaged(make_host(*fault))[0]["ETag"] for fault in ([], [Fault(kind)], [Fault(kind, same_etag=True)])
    )
    assert (own != first, same == first) == (True, True)


def test_an_empty_file_can_be_damaged(make_host, tmp_path):
    (tmp_path / FQDN / "example.com-28-03-2026.log.gz").write_bytes(b"")
    sent = [damaged(make_host(Fault(kind)))[1] for kind in ("cut_gzip", "bad_crc", "garbage")]
    assert sent == [b"", b"", b"<!-- end -->"]
    assert received(send(make_host(Fault("cut_body"))))[1] == "closed"


# In the answer to a Range


@pytest.mark.parametrize(
    ("asked", "at", "start", "end"), [("10-19", 0, 11, 20), ("10-19", 100, 110, 111), ("10-", 5, 15, 0)]
)
def test_a_wrong_part_is_announced_as_what_it_is(make_host, stored, asked, at, start, end):
    status, headers, body = get(make_host(Fault("wrong_range", at=at)), Range=f"bytes={asked}")
    end = end or len(stored)
    assert (status, body) == (206, stored[start:end])
    assert headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(stored)}"


def test_the_last_byte_can_be_got_wrong_too(make_host, stored):
    last = len(stored) - 1
    headers = get(make_host(Fault("wrong_range")), Range=f"bytes={last}-")[1]
    assert headers["Content-Range"] == f"bytes {last - 1}-{last}/{len(stored)}"


def test_a_range_may_be_ignored(make_host, stored):
    status, _, body = get(make_host(Fault("ignored_range")), Range="bytes=10-19")
    assert (status, body) == (200, stored)


# Which requests, how often


def statuses(host, *paths):
    return [get(host, path)[0] for path in paths]


def test_a_fault_meets_a_span_of_the_requests_whose_path_fits(make_host):
    host = make_host(Fault("status", path="*/logs-03-2026/*.gz", after=1, times=2))
    assert statuses(host, PATH, "/example.com/", PATH, PATH, PATH) == [200, 200, 503, 503, 200]


def test_a_fault_without_a_number_meets_all(make_host):
    assert statuses(make_host(Fault("status")), PATH, PATH, "/") == [503] * 3


def test_a_fault_may_count_for_each_path(make_host):
    host = make_host(Fault("status", times=1, per_path=True))
    assert statuses(host, PATH, "/example.com/", PATH, "/example.com/") == [503, 503, 200, 200]


def test_the_first_fault_that_meets_a_request_is_the_one_and_the_next_does_not_count_it(make_host):
    host = make_host(Fault("status", status=500, times=1), Fault("status", status=502, times=2))
    assert statuses(host, *[PATH] * 4) == [500, 502, 502, 200]
    assert [request.fault for request in host.journal.requests] == ["status"] * 3 + [""]


def test_a_fault_may_be_for_parts_only_or_for_whole_files_only(make_host):
    host = make_host(Fault("status", ranged=True, status=500), Fault("status", ranged=False, status=502))
    assert (get(host)[0], get(host, Range="bytes=0-1")[0]) == (502, 500)


def test_a_fault_of_the_file_or_of_parts_counts_only_requests_that_can_show_it(make_host, stored):
    host = make_host(Fault("garbage", times=1), Fault("wrong_range", times=1))
    get(host, "/example.com/")
    get(host, method="HEAD")
    assert get(host)[2] != stored
    assert get(host)[2] == stored
    assert get(host, Range="bytes=0-0")[1]["Content-Range"].startswith("bytes 1-1/")


def test_faults_come_and_go_while_the_host_runs(make_host):
    host = make_host()
    before = get(host)[0]
    host.faults.add(Fault("status"))
    during = get(host)[0]
    host.faults.clear()
    assert (before, during, get(host)[0]) == (200, 503, 200)


def test_faults_are_read_from_json():
    entries = [{"kind": "stall", "seconds": 2, "times": 1}, {"kind": "status", "status": 429, "retry_after": "5"}]
    assert read(json.dumps(entries)) == [
        Fault("stall", seconds=2, times=1),
        Fault("status", status=429, retry_after="5"),
    ]
    assert read('{"kind": "reset"}') == [Fault("reset")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "JSON"),
        ("[3]", "a JSON object, not 3"),
        ('{"times": 1}', "kind"),
        ('{"kind": "explode"}', "'explode'; there are status,"),
        ('{"kind": "status", "often": 1}', "often"),
        ('{"kind": "status", "status": "503"}', "status of a fault cannot be '503'"),
        ('{"kind": "status", "times": true}', "times"),
        ('{"kind": "status", "times": -1}', "negative"),
        ('{"kind": "redirect"}', "location"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(text, told):
    with pytest.raises(WrongFault, match=told):
        read(text)
