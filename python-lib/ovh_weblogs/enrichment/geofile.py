"""Files of places by address in MaxMind's format (``.mmdb``), whoever made them."""

from __future__ import annotations

import struct
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import maxminddb

from ovh_weblogs.enrichment import georecords
from ovh_weblogs.enrichment.georecords import Holds, Record
from ovh_weblogs.errors import InputError

_IPV6 = 6  # in metadata: a tree of IPv6 addresses, IPv4 among them
_LOOKED_AT = 300  # records that tell what a file holds
_PACKED = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZ": "bzip2", b"\xfd7": "xz"}
# Beside its own error: what the reader without C extension raises where bytes are no record, or a tree has a ring.
_BROKEN = (
    maxminddb.InvalidDatabaseError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


class GeoFile:
    """A file that is mapped into memory: its pages are the system's, which drops them when it needs room.

    Args:
        path: The file.

    Raises:
        InputError: It is absent, packed, broken, or tells nothing of addresses; it is named.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._check_unpacked(path)
            self._reader: Any = maxminddb.open_database(str(path))
            metadata: Any = self._reader.metadata()
            self.has_ipv6 = metadata.ip_version == _IPV6
            self.languages = tuple(str(each) for each in metadata.languages or ())
            self.kind = (
                f"{metadata.database_type}, built {datetime.fromtimestamp(metadata.build_epoch, timezone.utc):%Y-%m-%d}"
            )
            self.holds = _looked_at(path)
        except _BROKEN as cause:
            raise self._broken() from cause
        except OSError as cause:
            raise InputError(
                f"The geo file {path} cannot be read ({type(cause).__name__})",
                fix="correct the path in the plugin's settings, or the rights of the file",
            ) from cause
        if not any(self.holds):
            raise InputError(
                f"The geo file {self.name} tells neither country nor network of an address (its type is "
                f"{metadata.database_type})",
                fix="take a file of cities, countries or AS numbers",
            )

    @property
    def is_slow(self) -> bool:
        """Whether it is read by Python alone, since maxminddb's C extension is absent."""
        return type(self._reader).__module__ == "maxminddb.reader"

    def __str__(self) -> str:
        """Its name, type, day and kinds of addresses."""
        return f"{self.name} ({self.kind}, {'IPv4 and IPv6' if self.has_ipv6 else 'IPv4'})"

    def record(self, address: str) -> tuple[Record | None, int]:
        """What it says of an address, None where it says nothing, and the length of the network of which it says so.

        Raises:
            InputError: The file is broken.
        """
        if not self.has_ipv6 and ":" in address:
            return None, 0
        try:
            found, length = self._reader.get_with_prefix_len(address)
        except _BROKEN as cause:
            raise self._broken() from cause
        return found if isinstance(found, dict) else None, max(0, length)

    def _check_unpacked(self, path: Path) -> None:
        with path.open("rb") as file:
            packed = _PACKED.get(file.read(2))
        if packed:
            raise InputError(f"The geo file {self.name} is packed ({packed})", fix="unpack it to an .mmdb file")

    def _broken(self) -> InputError:
        return InputError(
            f"The geo file {self.name} is cut or damaged, or no .mmdb file", fix="download it again, and unpack it"
        )


def _looked_at(path: Path) -> Holds:
    # By Python alone: the C extension overruns its memory where the tree of a damaged file has a ring (3.2.0).
    with maxminddb.open_database(str(path), maxminddb.MODE_MMAP) as records:
        return georecords.holds([record for _, record in islice(records, _LOOKED_AT)])
