r"""Lines that are hard to read, each with the values that a reader has to find; or none, where it is no access line.

``{t}`` stands for the time. Raw bytes that are not UTF-8 stand as lone surrogates (PEP 383).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

Value = str | int | None
_SHOP = "https://www.example.com"
_AGENT = "Mozilla/5.0 (X11; Linux x86_64)"


@dataclass(frozen=True)
class HardLine:
    """A line, what is hard about it, and its values by column (none where it is to be refused)."""

    name: str
    text: str
    values: Mapping[str, Value] | None = None

    def content(self, stamp: str) -> bytes:
        """The line's bytes at a time as logged."""
        return self.text.replace("{t}", stamp).encode("utf-8", "surrogateescape")

    def at(self, location: str, **values: Value) -> HardLine:
        """The same with the address that it asks for, and further values."""
        return replace(self, values={**(self.values or {}), "location": location, **values})


def _hit(
    name: str,
    *,
    address: str = "203.0.113.77",
    vhost: str = "www.example.com",
    user: str = "-",
    request: str = "GET / HTTP/1.1",
    answer: str = "200 5120",
    referer: str = "-",
    agent: str = _AGENT,
    found: Mapping[str, Value] | None = None,
) -> HardLine:
    """A line from its fields as they are logged; ``found``: the values that differ from what is usual."""
    status, size = answer.split()
    usual: dict[str, Value] = {
        "client_addr": address,
        "vhost": vhost,
        "user": _known(user),
        "method": "GET",
        "location": f"{_SHOP}/",
        "protocol": "HTTP/1.1",
        "status": int(status),
        "bytes": None if size == "-" else int(size),
        "referer": _known(referer),
        "useragent": _known(agent),
        "request": None,
    }
    text = f'{address} {vhost} {user} [{{t}}] "{request}" {answer} "{referer}" "{agent}"'
    return HardLine(name, text, {**usual, **(found or {})})


def _no_request(name: str, request: str, shown: str | None, answer: str = "400 226") -> HardLine:
    """A line whose request is not of HTTP's shape, and the text of it that is shown."""
    nothing = {"method": None, "location": None, "protocol": None, "request": shown}
    return _hit(name, vhost="example.com", request=request, answer=answer, agent="-", found=nothing)


def _known(text: str) -> str | None:
    return None if text in ("", "-") else text


_GREETING = r"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"
_SMB = r"\x00\x00\x00TSMBr\x00\x00\x00"
_FORGED = r"Mozilla/5.0\n198.51.100.1 www.example.com - [01/Jan/2026:00:00:00 +0100] "
_LONG = "/?" + "a" * 8_000
_LONG_AGENT = "Mozilla/5.0 (" + "x; " * 1_300 + ")"

HITS: tuple[HardLine, ...] = (
    _no_request("a TLS greeting sent to plain HTTP", _GREETING, _GREETING),
    _no_request("a greeting of Windows file sharing", _SMB, _SMB),
    _no_request("no request before the time-out", "-", None, "408 -"),
    _no_request("an empty request", "", None),
    _hit(
        "quotes, backslashes, a host in capitals with its port",
        vhost="WWW.EXAMPLE.COM:443",
        request=r"GET /a\"b.html HTTP/1.0",
        agent=r"Agent \"quoted\" \\ 1.0",
        found={
            "vhost": "www.example.com",
            "location": f'{_SHOP}/a"b.html',
            "protocol": "HTTP/1.0",
            "useragent": 'Agent "quoted" \\ 1.0',
        },
    ),
    _hit("a login of two words", user="marie dupont"),
    _hit("a login with a quote", user=r"mar\"ie", answer="401 381", found={"user": 'mar"ie'}),
    _hit("an agent that ends in a backslash", agent=r"Agent\\", found={"useragent": "Agent\\"}),
    _hit(
        "a proxy's request for a tunnel",
        request="CONNECT mail.example.net:25 HTTP/1.1",
        answer="405 231",
        found={"method": "CONNECT", "location": "mail.example.net:25"},
    ),
    _hit(
        "an absolute address in the request",
        request="GET http://www.example.com/ HTTP/1.1",
        found={"location": "http://www.example.com/"},
    ),
    _hit("a request of HTTP/0.9", request="GET /", found={"protocol": None}),
    _hit(
        "a request for no page",
        request="OPTIONS * HTTP/1.0",
        answer="200 -",
        found={"method": "OPTIONS", "location": "*", "protocol": "HTTP/1.0"},
    ),
    _hit("markup in query and agent", request="GET /recherche?q=<b> HTTP/1.1", agent="<script>alert(1)</script>").at(
        f"{_SHOP}/recherche?q=<b>"
    ),
    _hit("letters of UTF-8 in the path", request="GET /café HTTP/1.1", answer="404 196").at(f"{_SHOP}/café"),
    _hit("a letter of Latin-1 in the path", request="GET /caf\udce9 HTTP/1.1", answer="404 196").at(f"{_SHOP}/café"),
    _hit("an escaped letter in the path", request=r"GET /caf\xc3\xa9 HTTP/1.1", answer="404 196").at(f"{_SHOP}/café"),
    _hit("a path of 8 KB", request=f"GET {_LONG} HTTP/1.1", answer="414 248").at(_SHOP + _LONG),
    _hit("an agent of 4 KB", agent=_LONG_AGENT),
    _hit("blanks in the path", request="GET /a b c.html HTTP/1.1", answer="404 196").at(f"{_SHOP}/a b c.html"),
    _hit("brackets in the path", request="GET /?t=[01/Jan/2020:00:00:00 +0000] HTTP/1.1").at(
        f"{_SHOP}/?t=[01/Jan/2020:00:00:00 +0000]"
    ),
    _hit("a final dot after the host", vhost="www.example.com.", found={"vhost": "www.example.com"}),
    _hit("the cluster's own host", vhost="shop.cluster021.hosting.ovh.net").at(
        "https://shop.cluster021.hosting.ovh.net/"
    ),
    _hit("nothing sent", answer="304 -"),
    _hit("an answer of no bytes", answer="200 0"),
    _hit("a NUL in the agent", agent="Agent\0 1.0", found={"useragent": r"Agent\x00 1.0"}),
    _hit("a line separator of Unicode in the agent", agent="Agent\u2028 1.0"),
    _hit("a carriage return in the agent", agent="Agent\r 1.0"),
    _hit("a tab in the agent", agent="Agent\t1.0"),
    _hit("an agent that would forge a line", agent=_FORGED),
    _hit("an IPv4 address in IPv6", address="::ffff:192.0.2.128"),
    _hit("the edge of a CDN as client", address="2001:db8:cd4::17", request="GET / HTTP/3").at(
        f"{_SHOP}/", protocol="HTTP/3"
    ),
    _hit("empty fields", referer="", agent=""),
)
# Lines that are no access lines: cut short, quotes lost on the way through a CDN, markup in place of a time, an error.
REFUSED: tuple[HardLine, ...] = (
    HardLine(
        "cut in the referrer",
        '203.0.113.90 www.example.com - [{t}] "GET /produits/bancha HTTP/1.1" 200 18342 "https://w',
    ),
    HardLine(
        "quotes lost behind a CDN",
        '192.0.2.5 www.example.com - [{t}] "GET /x.css HTTP/1.1 200 0" https://www.example.com/ Mozilla/5.0 (X) "" ""',
    ),
    HardLine(
        "markup in place of the time",
        '203.0.113.91 www.example.com - [<script>alert("line")</script>] "GET / HTTP/1.1" 200 1 "-" "-"',
    ),
    HardLine("cut in the time", "203.0.113.92 www.example.com - [0"),
    HardLine("a message among the accesses", "[warn] child process 4711 still did not exit, sending a SIGTERM"),
)
BLANK: tuple[HardLine, ...] = (HardLine("nothing", ""), HardLine("blanks only", "   "))
