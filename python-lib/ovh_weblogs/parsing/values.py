"""Texts of a line to the values of its columns."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from ovh_weblogs.errors import SettingsError

_ESCAPE = re.compile(r'(?:\\x[0-9a-fA-F]{2})+|\\["\\]')
_METHOD = re.compile(r"[A-Za-z][!#$%&'*+.^_`|~0-9A-Za-z-]*")  # a token of RFC 9110 that begins with a letter
_PROTOCOL = re.compile(r"HTTP/[0-9]+(?:\.[0-9]+)?")
_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)
_HOST_PORT = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]+")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_ODD_IN_HOST = re.compile(r"[\s\x00-\x20\x7f\"<>\\^`{|}]")
_NBSP = 0xA0
_QUOTE_OR_BACKSLASH = '"\\'
_SURROGATES = range(0xD800, 0xE000)
_LONG = 300  # characters; longer hosts are not kept in the cache, whatever a client sends


class Escapes(enum.Enum):
    """Whose way to write the characters that would end a field."""

    APACHE = "by a backslash"
    NGINX = "by their hexadecimal digits"


def decoded(line: bytes) -> str:
    """The line as text: UTF-8, or Latin-1 where it is not. No character is lost, NUL included."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def without_nul(text: str) -> str:
    r"""The text with a NUL written as ``\x00``: databases and C libraries end a text at it."""
    return text.replace("\0", "\\x00")


@dataclass(frozen=True)
class Request:
    """A request line: either method, target and protocol, or (another shape) its text."""

    method: str | None = None
    target: str | None = None
    protocol: str | None = None
    other: str | None = None


def clean(text: str | None, escapes: Escapes = Escapes.APACHE) -> str | None:
    r"""A cell's text: escapes decoded, a NUL shown as ``\x00``; empty and ``-`` are null."""
    if text is None or text in ("", "-"):
        return None
    return without_nul(unescape(text, escapes) if "\\" in text else text)


def unescape(text: str, escapes: Escapes = Escapes.APACHE) -> str:
    r"""Escapes decoded: ``\"``, ``\\``, and ``\xhh`` where they spell UTF-8 of U+00A0 and above.

    nginx has no way but ``\x22`` and ``\x5C`` to write quote and backslash: there these two are decoded, too.
    Control characters and bytes that are not UTF-8 stay as they are written.
    """

    def decode(found: re.Match[str]) -> str:
        return found[0][1] if found[0][1] in _QUOTE_OR_BACKSLASH else _spelled(found[0], escapes)

    return _ESCAPE.sub(decode, text)


def _spelled(run: str, escapes: Escapes) -> str:
    content = bytes.fromhex(run.replace("\\x", ""))
    parts, at = [], 0
    for character in content.decode("utf-8", "surrogateescape"):  # what is no UTF-8 becomes lone surrogates
        size = len(character.encode("utf-8", "surrogateescape"))
        readable = ord(character) >= _NBSP and ord(character) not in _SURROGATES
        readable = readable or (escapes is Escapes.NGINX and character in _QUOTE_OR_BACKSLASH)
        parts.append(character if readable else run[4 * at : 4 * (at + size)])
        at += size
    return "".join(parts)


def request(text: str, escapes: Escapes = Escapes.APACHE) -> Request:
    """The parts of a request line: method before the first blank, protocol after the last, the target between them."""
    line = clean(text, escapes)
    if line is None:
        return Request()
    method, blank, rest = line.partition(" ")
    target, last_blank, protocol = rest.rpartition(" ")
    version: str | None = protocol
    if not last_blank or not _PROTOCOL.fullmatch(protocol):  # HTTP/0.9 sends none
        target, version = rest, None
    if not blank or not _METHOD.fullmatch(method) or not _is_target(method, target):
        return Request(other=line)
    return Request(method, target, version)


def is_method(text: str) -> bool:
    """Whether the text is an HTTP method."""
    return _METHOD.fullmatch(text) is not None


def is_protocol(text: str) -> bool:
    """Whether the text is a version of HTTP."""
    return _PROTOCOL.fullmatch(text) is not None


def request_in_parts(method: str | None, target: str | None, protocol: str | None) -> Request:
    """A request whose parts the log holds one by one, null where it lacks one; the columns of ``request`` for the same.

    Of parts that are no request's, the text is what there is, with a blank between two.
    """
    usual = protocol is None or _PROTOCOL.fullmatch(protocol)
    usual = usual and (method is None or _METHOD.fullmatch(method))
    if usual and (target is None or _is_target(method or "", target)):
        return Request(method, target, protocol)
    return Request(other=" ".join(part for part in (method, target, protocol) if part is not None))


def _is_target(method: str, target: str) -> bool:
    if target.startswith("/") or target == "*" or _ABSOLUTE.match(target):
        return True
    return method == "CONNECT" and _HOST_PORT.fullmatch(target) is not None


def virtual_host(text: str | None) -> str | None:
    """A host as logged, in lower case, without a final dot or a default port; null when there is none."""
    if text is None or len(text) > _LONG:
        return _virtual_host(text)
    return _known_host(text)


def _virtual_host(text: str | None) -> str | None:
    name = clean(text)
    if name is None:
        return None
    # The log does not say by which scheme the request came: both default ports go.
    return _bare_host(name.lower(), tuple(_DEFAULT_PORTS.values())) or None


_known_host = lru_cache(maxsize=4096)(_virtual_host)


def _split_port(authority: str) -> tuple[str, str]:
    """Host and port; the port is empty where none is stated, as in the bare IPv6 address 2001:db8::80."""
    host, colon, port = authority.rpartition(":")
    stated = colon and port.isascii() and port.isdigit() and (":" not in host or host.endswith("]"))
    return (host, port) if stated else (authority, "")


def _bare_host(authority: str, default_ports: tuple[str, ...]) -> str:
    host, port = _split_port(authority)
    host = host.removesuffix(".")
    return f"{host}:{port}" if host and port and port not in default_ports else host


def is_host(text: str) -> bool:
    """Whether the second field of a line names a host, as OVH logs it, not an identity: a name with a dot, or an IP."""
    name, _ = _split_port(text)
    if name.startswith("["):
        return name.endswith("]")
    return name == "localhost" or ("." in name and ":" not in name)


def _scheme_and_host(url: str) -> tuple[str | None, str]:
    """Scheme and host, with a port that is not the scheme's own; no scheme where it is none of the web."""
    try:
        parts = urlsplit(url)
        named = parts.scheme in _DEFAULT_PORTS and parts.hostname and parts.port != 0
    except ValueError:  # an address or a port that cannot be
        return None, ""
    if not named:
        return None, ""
    return parts.scheme, _bare_host(parts.netloc.rpartition("@")[2].lower(), (_DEFAULT_PORTS[parts.scheme],))


@dataclass(frozen=True)
class Site:
    """What is known of the site beside its lines: how its pages' addresses begin."""

    scheme: str = "https"
    host: str | None = None

    @classmethod
    def of(cls, base_url: str | None) -> Site:
        """The site of a base URL such as https://www.example.com; without one, https and no host.

        Raises:
            SettingsError: It is no http or https URL with a host.
        """
        if not base_url:
            return cls()
        scheme, host = _scheme_and_host(base_url.strip())
        if scheme is None or not host or _ODD_IN_HOST.search(host):
            shown = "" if "@" in base_url else f" '{base_url[:80]}'"  # what stands before an @ may be a password
            raise SettingsError(f"base_url{shown} is no web address with a host", fix="write https://www.example.com")
        return cls(scheme, host)

    def prefix(self, host: str | None) -> str:
        """What stands before the path of a page: scheme and host; empty where no host is known."""
        return f"{self.scheme}://{host}" if host else ""

    def location(self, target: str, host: str | None) -> str:
        """The absolute URL of a request's target.

        Without a host the target as logged; ``*`` and the ``host:port`` of CONNECT name no page and stay as logged.
        """
        if target.startswith("/"):
            return self.prefix(host) + target
        absolute = _ABSOLUTE.fullmatch(target)
        if absolute is None:
            return target
        scheme, authority, rest = absolute.groups()
        user, at, host_port = authority.rpartition("@")
        host, port = _split_port(host_port.lower())
        kept = host if port == _DEFAULT_PORTS.get(scheme.lower()) else host_port.lower()
        return f"{scheme}://{user}{at}{kept}{rest}"
