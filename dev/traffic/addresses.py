"""Where visitors and robots are: networks whose country is known.

Country: where the address registries (RIR) say that the network is assigned; looked up in November 2026 for addresses
all over each network. Networks are those of large access providers and of companies that publish their robots'.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from dev.traffic.draw import Draw, Weighted


@dataclass(frozen=True)
class Country:
    """A country: how many of a hundred people come from it, its networks, languages and zone."""

    code: str
    share: float
    zone: str
    languages: tuple[str, ...]
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...] = ()


# Zones whose rules have been the same for years: lines must not depend on the age of a machine's table of zones.
# fmt: off
COUNTRIES = (
    Country("FR", 74, "Europe/Paris", ("fr-FR", "fr", "fr-FR", "en-US"),
            ("2.4.0.0/14", "78.192.0.0/11", "82.64.0.0/14", "86.192.0.0/11", "90.0.0.0/11", "109.0.0.0/12",
             "176.128.0.0/11", "88.160.0.0/11", "37.160.0.0/13", "92.184.96.0/19", "80.8.0.0/13", "77.128.0.0/11"),
            ("2a01:cb00::/24", "2a01:e00::/26", "2a02:8400::/25", "2001:861::/32", "2a04:cec0::/29")),
    Country("BE", 6, "Europe/Brussels", ("fr-BE", "nl-BE", "fr"),
            ("91.176.0.0/13", "81.240.0.0/13", "109.128.0.0/13"), ("2a02:a03f::/32",)),
    Country("CH", 4, "Europe/Zurich", ("fr-CH", "de-CH"), ("85.0.0.0/14", "188.60.0.0/14"), ("2a02:1200::/27",)),
    Country("CA", 4, "America/Toronto", ("fr-CA", "en-CA"),
            ("24.200.0.0/14", "70.80.0.0/14", "142.112.0.0/12"), ("2001:1970::/32", "2607:fad8::/32")),
    Country("US", 2, "America/New_York", ("en-US",), ("73.0.0.0/9", "98.192.0.0/11", "174.192.0.0/10"), ("2601::/20",)),
    Country("DE", 2, "Europe/Berlin", ("de", "de-DE"), ("84.128.0.0/11", "91.0.0.0/11", "79.192.0.0/11"), ("2003::/19",)),
    Country("GB", 1.5, "Europe/London", ("en-GB",), ("86.128.0.0/11", "81.128.0.0/12"), ("2a00:23c0::/27",)),
    Country("LU", 1, "Europe/Luxembourg", ("fr", "de"), ("85.93.192.0/19", "94.252.0.0/17")),
    Country("TN", 1.5, "Africa/Tunis", ("fr", "fr-TN"), ("197.0.0.0/11", "102.156.0.0/14")),
    Country("DZ", 1.5, "Africa/Algiers", ("fr", "fr-DZ"), ("105.96.0.0/13", "41.96.0.0/13")),
    Country("SN", 0.5, "Africa/Dakar", ("fr",), ("196.207.192.0/18", "41.82.0.0/16"), ("2001:4278::/32",)),
    Country("ES", 0.8, "Europe/Madrid", ("es-ES", "fr"), ("83.32.0.0/12", "88.0.0.0/12"), ("2a02:9000::/23",)),
    Country("IT", 0.7, "Europe/Rome", ("it-IT",), ("79.0.0.0/11", "87.0.0.0/12"), ("2001:b07::/32",)),
    Country("JP", 0.5, "Asia/Tokyo", ("ja", "ja-JP"), ("126.0.0.0/12", "60.64.0.0/11"), ("2400:4050::/28",)),
)
# fmt: on
_IPV6_SHARE = 0.42  # of those who could have one
_BY_SHARE = Weighted({country: country.share for country in COUNTRIES})


@dataclass(frozen=True)
class Network:
    """A block of addresses."""

    first: int
    size: int
    version: int

    @classmethod
    def of(cls, text: str) -> Network:
        """The network written so, such as 192.0.2.0/24."""
        network = ipaddress.ip_network(text)
        return cls(int(network.network_address), network.num_addresses, network.version)

    def any(self, draw: Draw) -> str:
        """One address of it; of IPv6, one as devices make for themselves: a random half."""
        if self.version == 4:
            return str(ipaddress.IPv4Address(self.first + 1 + int(draw.share() * (self.size - 2))))
        prefix = (self.first >> 64) + int(draw.share() * (self.size >> 64))
        return str(ipaddress.IPv6Address(prefix << 64 | draw.whole(0, 0xFFFFFFFF) << 32 | draw.whole(1, 0xFFFFFFFF)))


_NETWORKS = {text: Network.of(text) for country in COUNTRIES for text in (*country.ipv4, *country.ipv6)}


def somewhere(draw: Draw) -> Country:
    """The country of one more person."""
    return draw.of(_BY_SHARE)


def in_country(country: Country, draw: Draw) -> str:
    """An address of an access provider there."""
    blocks = country.ipv6 if country.ipv6 and draw.chance(_IPV6_SHARE) else country.ipv4
    return _NETWORKS[draw.one(blocks)].any(draw)
