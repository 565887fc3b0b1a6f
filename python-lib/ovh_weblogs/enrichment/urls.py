"""Parts of URLs, by the names of DSS's processor "Split URL"."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from ovh_weblogs.enrichment.distinct import derived
from ovh_weblogs.schema import Column

# RFC 3986, appendix B, with the authority taken apart; a cell's text is kept exactly, so nothing is decoded or stripped.
_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:[^/?#@]*@)?"
    r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s/?#@:\[\]\\]+)(?::(?P<port>\d{0,5}))?)?"
    r"(?P<path>/[^?#]*|)(?:\?(?P<query>[^#]*))?(?:#(?P<anchor>.*))?",
    re.DOTALL,
)
_MAX_PORT = 65535


def parts(array: pa.Array, columns: Sequence[Column]) -> list[pa.Array]:
    """Scheme, host, port, path, query and anchor of each URL; nulls for a text that is no URL and no path."""
    return derived(array, columns, split)


def split(url: str) -> tuple[str | None, str | None, int | None, str | None, str | None, str | None] | None:
    """The six parts of an absolute URL, or of a path as logged; None for any other text."""
    found = _URL.fullmatch(url)
    if found is None or not (found["scheme"] or found["path"]):
        return None
    port = int(found["port"]) if found["port"] else None
    if port is not None and port > _MAX_PORT:
        return None
    return (
        found["scheme"].lower() if found["scheme"] else None,
        found["host"].lower() if found["host"] else None,
        port,
        found["path"] or None,
        found["query"] or None,
        found["anchor"] or None,
    )
