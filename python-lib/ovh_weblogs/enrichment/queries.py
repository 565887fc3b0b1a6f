"""Parameters of queries: chosen keys as columns of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote_to_bytes

import pyarrow as pa

from ovh_weblogs.enrichment import urls
from ovh_weblogs.enrichment.distinct import derived
from ovh_weblogs.schema import LOCATION_PARTS, Column, query_columns

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def of_pages(batch: pa.RecordBatch, keys: Sequence[str]) -> list[pa.Array]:
    """``params`` of hits, by ``location``, or by its query where that is there already."""
    if "location_querystring" in batch.schema.names:
        return params(batch.column("location_querystring"), keys, query_columns(keys))
    return params(urls.parts(batch.column("location"), LOCATION_PARTS)[4], keys, query_columns(keys))


def params(array: pa.Array, keys: Sequence[str], columns: Sequence[Column]) -> list[pa.Array]:
    """The value of each key in each query, decoded; null where the key is absent or empty.

    Args:
        array: Queries without their question mark.
        keys: Exactly as they stand in a query once it is decoded; capitals count.
        columns: One per key.
    """
    return derived(array, columns, _reader(keys))


def _reader(keys: Sequence[str]) -> Callable[[str], list[str | None] | None]:
    places = {key: place for place, key in enumerate(keys)}

    def read(query: str) -> list[str | None] | None:
        found: dict[int, str] = {}
        for pair in query.split("&"):
            key, _, value = pair.partition("=")
            place = places.get(decoded(key))
            if place is not None and value and place not in found:  # of a key that is repeated, the first counts
                found[place] = decoded(value)
        return [found.get(place) for place in range(len(keys))] if found else None

    return read


def decoded(text: str) -> str:
    """Part of a query as a form meant it: ``+`` is a blank, ``%C3%A9`` is é.

    Bytes that are not UTF-8 are Latin-1, as in lines of a log. A broken escape stays as it is, and so does the escape
    of a control character, which could forge a line or a cell wherever the text is shown.
    """
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    raw = unquote_to_bytes(text)
    try:
        plain = raw.decode()
    except UnicodeDecodeError:
        plain = raw.decode("latin-1")
    return _CONTROL.sub(lambda sign: quote(sign[0]), plain)
