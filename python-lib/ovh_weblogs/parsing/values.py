"""Texts of a line to the values of its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from urllib.parse import urlsplit

from ovh_weblogs.errors import SettingsError

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MAX_OFFSET = timedelta(hours=14)  # the widest zone there is
_ESCAPE = re.compile(r'(?:\\x[0-9a-fA-F]{2})+|\\["\\]')
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110
_PROTOCOL = re.compile(r"HTTP/\d+(?:\.\d+)?")
_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)
_HOST_PORT = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d+")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_NBSP = 0xA0
_KEPT = 16_384  # requests remembered, since a log repeats them
_LONGEST_KEPT = 512  # characters: hostile lines must not fill the memory
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True)
class Request:
    """A request line: either method, target and protocol, or (another shape) its text."""

    method: str | None = None
    target: str | None = None
    protocol: str | None = None
    other: str | None = None


@lru_cache(maxsize=8192)
def epoch_micros(text: str) -> int | None:
    """``05/Mar/2024:08:14:02 +0100`` as microseconds since 1970; None for a time that does not exist."""
    offset = timedelta(hours=int(text[-4:-2]), minutes=int(text[-2:]))
    second = min(int(text[18:20]), 59) if text[18:20] == "60" else int(text[18:20])  # a leap second ends its minute
    try:
        clock = (int(text[12:14]), int(text[15:17]), second)
        local = datetime(int(text[7:11]), _MONTHS[text[3:6]], int(text[:2]), *clock, tzinfo=timezone.utc)
    except (KeyError, ValueError):
        return None
    if offset > _MAX_OFFSET:
        return None
    return (local - _EPOCH - (offset if text[-5] == "+" else -offset)) // timedelta(microseconds=1)


def clean(text: str | None) -> str | None:
    """A cell's text: escapes decoded; empty and ``-`` are null."""
    if text is None or text in ("", "-"):
        return None
    return unescape(text) if "\\" in text else text


def unescape(text: str) -> str:
    r"""Apache's escapes decoded: ``\"``, ``\\``, and ``\xhh`` where they spell UTF-8 of U+00A0 and above.

    Control characters and bytes that are not UTF-8 stay as they are written.
    """
    return _ESCAPE.sub(lambda found: found[0][1] if found[0][1] in '"\\' else _decoded(found[0]), text)


def _decoded(run: str) -> str:
    content = bytes.fromhex(run.replace("\\x", ""))
    parts, at = [], 0
    for character in content.decode("utf-8", "surrogateescape"):
        size = len(character.encode("utf-8", "surrogateescape"))
        readable = ord(character) >= _NBSP and ord(character) not in _SURROGATES
        parts.append(character if readable else run[4 * at : 4 * (at + size)])
        at += size
    return "".join(parts)


def request(text: str) -> Request:
    """The parts of a request line: method before the first blank, protocol after the last, the target between them."""
    return _seen(text) if len(text) <= _LONGEST_KEPT else _read(text)


def _read(text: str) -> Request:
    line = clean(text)
    if line is None:
        return Request()
    method, blank, rest = line.partition(" ")
    before, last_blank, protocol = rest.rpartition(" ")
    if last_blank and _PROTOCOL.fullmatch(protocol):
        target: str = before
        version: str | None = protocol
    else:
        target, version = rest, None
    if not blank or not _METHOD.fullmatch(method) or not _is_target(method, target):
        return Request(other=line)
    return Request(method, target, version)


_seen = lru_cache(maxsize=_KEPT)(_read)


def _is_target(method: str, target: str) -> bool:
    if method == "CONNECT":
        return bool(_HOST_PORT.fullmatch(target))
    return target.startswith("/") or target == "*" or _ABSOLUTE.match(target) is not None


def location(target: str, host: str | None, scheme: str) -> str:
    """The absolute URL of a request's target.

    Without a host the target as logged; ``*`` and the ``host:port`` of CONNECT name no page and stay as logged.
    """
    if target.startswith("/"):
        return f"{scheme}://{host}{target}" if host else target
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        return target
    user, at, authority = absolute[2].rpartition("@")
    return f"{absolute[1]}://{user}{at}{_without_port(authority.lower(), absolute[1].lower())}{absolute[3]}"


@lru_cache(maxsize=4096)
def virtual_host(text: str | None) -> str | None:
    """A host as logged, in lower case, without a final dot or a default port."""
    name = clean(text)
    if name is None:
        return None
    name = name.lower()
    for scheme in _DEFAULT_PORTS:  # the log does not say which of the two it was
        name = _without_port(name, scheme)
    return name.rstrip(".") or None


def _without_port(authority: str, scheme: str) -> str:
    port = _DEFAULT_PORTS.get(scheme)
    return authority.removesuffix(f":{port}") if port else authority


def base_of(base_url: str | None) -> tuple[str, str | None]:
    """Scheme and host that the user's base URL states; https and None without one.

    Raises:
        SettingsError: It is no http or https URL with a host.
    """
    if not base_url:
        return "https", None
    try:
        parts = urlsplit(base_url.strip())
        host = virtual_host(parts.netloc.rpartition("@")[2])
    except ValueError:
        host, parts = None, None
    if parts is None or parts.scheme not in _DEFAULT_PORTS or not host:
        raise SettingsError(f"base_url '{base_url[:80]}' is no web address", fix="write it as https://www.example.com")
    return parts.scheme, host
