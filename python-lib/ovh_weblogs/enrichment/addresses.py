"""Addresses of clients: those of IPv4, which are most, all at once; others one by one, each looked at once."""

from __future__ import annotations

import ipaddress
from bisect import bisect_left, bisect_right
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment.distinct import each

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = rf"^{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}$"


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
    plain = pc.match_substring_regex(texts, IPV4)
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


def numbers(texts: pa.Array) -> npt.NDArray[np.uint32]:
    """IPv4 addresses in the usual notation, without nulls, as numbers of 32 bits."""
    octets = pc.list_flatten(pc.split_pattern(texts, ".")).cast(pa.uint32())
    parts = octets.to_numpy(zero_copy_only=False).reshape(-1, 4)
    together: npt.NDArray[np.uint32] = parts @ np.array([1 << 24, 1 << 16, 1 << 8, 1], np.uint32)
    return together


# What the registry of special addresses keeps from being anybody's (IANA, RFC 6890), and multicast; in order.
_SPECIAL = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    "224.0.0.0/3",
)
_NETWORKS = [ipaddress.IPv4Network(cidr) for cidr in _SPECIAL]
_FIRSTS, _LASTS = ([int(network[place]) for network in _NETWORKS] for place in (0, -1))
_PARTLY = ("192.0.0.0/24", "192.88.99.0/24")  # in which Python holds some addresses to be public, others not


def is_assignable(address: str, length: int) -> bool:
    """Whether a network of IPv4 holds no special address; False for an address of IPv6.

    Args:
        address: One of it, in the usual notation.
        length: How many bits its addresses share.
    """
    if ":" in address:
        return False
    size = 1 << 32 - length
    first = _number(address) // size * size
    return bisect_left(_LASTS, first) == bisect_right(_FIRSTS, first + size - 1)


def special_length(address: str) -> int | None:
    """Length of the network that holds an address in the usual notation, and no public one; None where none is known.

    A log of a site behind a proxy has many private addresses, which are all told by this network.
    """
    if ":" in address:
        return None
    place = bisect_right(_FIRSTS, _number(address)) - 1
    found = _NETWORKS[place]  # the first begins at zero
    return found.prefixlen if _number(address) <= _LASTS[place] and str(found) not in _PARTLY else None


def _number(address: str) -> int:
    number = 0
    for octet in address.split("."):
        number = number << 8 | int(octet)
    return number
