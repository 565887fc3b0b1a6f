"""What makes rows tell less of a person: addresses cut, logins hashed."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment.addresses import by_version, parsed
from ovh_weblogs.enrichment.distinct import each
from ovh_weblogs.secret import Secret

_KEPT = {4: 24, 6: 48}  # bits of an address, by version: what Google Analytics kept, and more than Matomo keeps
_DIGITS = 32


def truncated(addresses: pa.Array) -> pa.Array:
    """The first 24 bits of each IPv4 address and the first 48 of each IPv6 address, the others zero.

    Null for what is no address: a name that the server looked up tells of a person as much as an address does. IPv4
    written as IPv6 becomes IPv4, and a zone (``%eth0``) goes.
    """
    return by_version(addresses, pa.string(), _without_octet, _truncated)


def _without_octet(texts: pa.Array) -> pa.Array:
    networks = pc.list_element(pc.split_pattern(texts, ".", max_splits=1, reverse=True), 0)
    return pc.binary_join_element_wise(networks, "0", ".")


def _truncated(text: str) -> str | None:
    address = parsed(text)
    if address is None:
        return None
    return str(ipaddress.ip_network((address, _KEPT[address.version]), strict=False).network_address)


def hashed(values: pa.Array, key: Secret | None) -> pa.Array:
    """32 hexadecimal digits in place of each text: the start of HMAC-SHA-256 with the key, of SHA-256 without one.

    Without a key, whoever guesses a text can tell that it was this one.
    """
    return each(values, pa.string(), _hasher(key))


def _hasher(key: Secret | None) -> Callable[[str], str]:
    if not key:
        return lambda text: sha256(text.encode()).hexdigest()[:_DIGITS]
    secret = key.reveal().encode()
    # Another text than visitor ids are made from, so that the two cannot be compared.
    return lambda text: hmac.new(secret, f"user\n{text}".encode(), sha256).hexdigest()[:_DIGITS]
