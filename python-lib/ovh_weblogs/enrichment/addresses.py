"""Addresses of clients: those of IPv4, which are most, all at once; others one by one, each looked at once."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment.distinct import each

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"^{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}$"
_USUAL = re.compile(_IPV4.replace("$", r"\Z"))


def by_version(
    addresses: pa.Array, kind: pa.DataType, usual: Callable[[pa.Array], pa.Array], other: Callable[[str], object]
) -> pa.Array:
    """What follows from each address; null for a null.

    Args:
        addresses: Text.
        kind: Type of what follows.
        usual: Of many IPv4 addresses in the usual notation.
        other: Of any other text.
    """
    distinct = addresses.dictionary_encode()
    texts = distinct.dictionary
    plain = pc.match_substring_regex(texts, _IPV4)
    found = usual(texts.filter(plain))
    if plain.false_count:
        others = each(texts.filter(pc.invert(plain)), kind, other)
        mixed = pc.replace_with_mask(pa.nulls(len(texts), kind), plain, found)
        found = pc.replace_with_mask(mixed, pc.invert(plain), others)
    return pc.take(found, distinct.indices)


def parsed(text: str) -> Address | None:
    """An address without its zone, IPv4 where it is IPv4 written as IPv6; None for another text."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def usual(text: str) -> str | None:
    """An address in its usual notation, as ``parsed`` reads it; None for another text."""
    if _USUAL.match(text):
        return text
    address = parsed(text)
    return None if address is None else str(address)


def numbers(texts: pa.Array) -> npt.NDArray[np.uint32]:
    """IPv4 addresses in the usual notation, without nulls, as numbers of 32 bits."""
    octets = pc.list_flatten(pc.split_pattern(texts, ".")).cast(pa.uint32())
    parts = octets.to_numpy(zero_copy_only=False).reshape(-1, 4)
    together: npt.NDArray[np.uint32] = parts @ np.array([1 << 24, 1 << 16, 1 << 8, 1], np.uint32)
    return together
