"""Geo files for tests and benchmarks, in the layouts of those who publish them; places are made up or well known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

Networks = Iterable[tuple[str, Mapping[str, Any]]]


def write(path: Path, kind: str, networks: Networks, *, ipv6: bool = True, languages: Iterable[str] = ("en",)) -> Path:
    """A file of these networks with these records.

    Args:
        path: Where it is put.
        kind: Its type, such as GeoLite2-City.
        networks: Such as 192.0.2.0/24, larger ones before those within them.
        ipv6: Whether it is a tree of IPv6 addresses, with those of IPv4 among them; else of IPv4 alone.
        languages: As it names them.
    """
    writer = MMDBWriter(
        ip_version=6 if ipv6 else 4,
        ipv4_compatible=ipv6,
        database_type=kind,
        languages=list(languages),
        description="made for tests",
    )
    for network, record in networks:
        writer.insert_network(IPSet([network]), dict(record))
    writer.to_db_file(str(path))
    return path
