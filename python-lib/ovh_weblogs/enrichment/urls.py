"""Parts of URLs, by the names of DSS's processor "Split URL".

Cells hold what was logged exactly, so nothing is decoded, stripped or repaired: ``urllib.parse`` would drop tabs and
line feeds, and judges hosts otherwise on each Python. Taken apart by RFC 3986, appendix B; hosts are checked as
browsers do (WHATWG URL, forbidden host code points).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment import urlscan
from ovh_weblogs.enrichment.distinct import derived, repeats, taken
from ovh_weblogs.schema import Column

_PLACE = 3  # of the parts: scheme, host and port
_MAX_PORT = 65535
_HOSTS = 10_000  # authorities remembered: a site's own pages name one
# Every repetition ends where its class ends, so that the time is linear in the length of the text. No part may hold a
# control character.
_URL = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\x00-\x1f\x7f]{1,512}))?"
    r"(/[^?#\x00-\x1f\x7f]*)?(?:\?([^#\x00-\x1f\x7f]*))?(?:#([^\x00-\x1f\x7f]*))?"
)
# A name of up to 253 characters (RFC 1035) and a final point, or an IPv6 address; underscores occur, accents too.
_HOST = re.compile(r'(\[[^\[\]]{2,45}\]|[^\s"#%/:<>?@\[\\\]^`{|}]{1,254})(?::([0-9]{0,5}))?')


class Parts(NamedTuple):
    """The parts of one URL, in the order of ``schema.LOCATION_PARTS``; null where empty or not stated."""

    scheme: str | None
    host: str | None
    port: int | None
    path: str | None
    querystring: str | None
    anchor: str | None


def parts(array: pa.Array, columns: Sequence[Column]) -> list[pa.Array]:
    """Scheme, host, port, path, query and anchor of each URL; nulls for a null, and for a text that ``split`` refuses.

    Args:
        array: Text.
        columns: ``schema.LOCATION_PARTS`` or ``schema.REFERER_PARTS``.
    """
    distinct = repeats(array)
    if distinct is None:
        return _parts(array, columns)
    return [taken(part, distinct.indices) for part in _parts(distinct.dictionary, columns)]


def _parts(array: pa.Array, columns: Sequence[Column]) -> list[pa.Array]:
    found = urlscan.scan(array)
    places = derived(found.origin, columns[:_PLACE], _place)
    values = [*places, found.path, found.querystring, found.anchor]
    left = pc.or_(found.left, pc.and_not(found.origin.is_valid(), places[1].is_valid()))
    if left.true_count == 0:
        return values
    others = derived(array.filter(left), columns, split)
    return [pc.replace_with_mask(value, left, other) for value, other in zip(values, others, strict=True)]


def split(url: str) -> Parts | None:
    """The parts of an absolute URL, or of a target as logged, which begins with a slash and names no host.

    None for any other text: ``about:blank``, control characters, a host that cannot be, a port above 65535. Scheme and
    host in lower case; an IPv6 host keeps its brackets; login and password are left out.
    """
    found = _URL.fullmatch(url)
    if found is None:
        return None
    scheme, authority, path, query, anchor = found.groups()
    if scheme is None:
        return Parts(None, None, None, path, query or None, anchor or None) if path else None
    place = _host_and_port(authority)
    return Parts(scheme.lower(), *place, path, query or None, anchor or None) if place else None


def _place(origin: str) -> tuple[object, ...] | None:
    found = split(origin)
    return found and found[:_PLACE]


@lru_cache(maxsize=_HOSTS)
def _host_and_port(authority: str) -> tuple[str, int | None] | None:
    """Of ``login:password@host:port``; None for what cannot be. Readers disagree on backslashes: no place at all."""
    found = _HOST.fullmatch(authority.rpartition("@")[2])
    if found is None or "\\" in authority:
        return None
    host, port = found[1].lower(), int(found[2]) if found[2] else None
    if (port or 0) > _MAX_PORT or (host.startswith("[") and not _is_ipv6(host[1:-1])):
        return None
    return host, port


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
