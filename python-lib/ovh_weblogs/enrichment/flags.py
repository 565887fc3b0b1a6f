"""What says of a hit that it is none of a visitor's: an address of one's own, an agent of one's own."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment.addresses import by_version, numbers, parsed
from ovh_weblogs.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def internal(addresses: pa.Array, networks: Sequence[str]) -> pa.Array:
    """Which addresses are of these networks; false for what is no address. Never null.

    Args:
        addresses: IPv4, IPv6 with or without a zone (``fe80::1%eth0``), or IPv4 written as IPv6 (``::ffff:192.0.2.1``).
        networks: As ``check_networks`` takes them.
    """
    wanted = check_networks(tuple(networks))

    def usual(texts: pa.Array) -> pa.Array:
        found, values = np.zeros(len(texts), np.bool_), numbers(texts)
        for network in wanted:
            if isinstance(network, ipaddress.IPv4Network):
                mask, start = np.uint32(int(network.netmask)), np.uint32(int(network.network_address))
                found |= (values & mask) == start
        return pa.array(found)

    def other(text: str) -> bool:
        address = parsed(text)
        return address is not None and any(address in network for network in wanted)

    return pc.fill_null(by_version(addresses, pa.bool_(), usual, other), fill_value=False)


@lru_cache(maxsize=8)
def check_networks(networks: tuple[str, ...]) -> tuple[Network, ...]:
    """Addresses and networks (``10.0.0.0/8``; bits beyond the prefix do not count) from their texts.

    Raises:
        SettingsError: Some are neither; they are named.
    """
    wanted, wrong = [], []
    for text in networks:
        try:
            wanted.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError:
            wrong.append(f"'{text[:50]}'")
    if wrong:
        raise SettingsError(
            f"Internal addresses cannot be {' and '.join(wrong)}",
            fix="write each as an address such as 192.0.2.7, or as a network such as 10.0.0.0/8 or 2001:db8::/32",
        )
    return tuple(wanted)


def own_agents(agents: pa.Array, patterns: Sequence[str]) -> pa.Array:
    """Which agents one of the patterns is found in, capitals or not. Never null.

    Args:
        agents: User agents.
        patterns: As ``check_patterns`` takes them.
    """
    pattern = check_patterns(tuple(patterns))
    distinct = agents.dictionary_encode()
    found = pc.match_substring_regex(distinct.dictionary, pattern, ignore_case=True)
    return pc.fill_null(pc.take(found, distinct.indices), fill_value=False)


@lru_cache(maxsize=8)
def check_patterns(patterns: tuple[str, ...]) -> str:
    """One pattern of RE2 for all: whoever writes them, the time stays linear in the length of an agent.

    Raises:
        SettingsError: One is no pattern of RE2; it is named.
    """
    for pattern in patterns:
        try:
            pc.match_substring_regex(pa.array([""]), pattern)
        except pa.ArrowInvalid as cause:
            raise SettingsError(
                f"The pattern of own agents '{pattern[:100]}' cannot be used ({cause})",
                fix="correct it: RE2's syntax has neither references nor looks ahead or behind",
            ) from cause
    return "|".join(f"(?:{pattern})" for pattern in patterns)
