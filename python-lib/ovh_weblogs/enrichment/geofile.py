"""Files of places by address in MaxMind's format (``.mmdb``), whoever made them."""

from __future__ import annotations

import struct
from datetime import datetime, timezone
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import maxminddb

from ovh_weblogs.enrichment import georecords
from ovh_weblogs.enrichment.georecords import Holds, Record
from ovh_weblogs.errors import InputError

_IPV6 = 6  # in metadata: a tree of IPv6 addresses, IPv4 among them
_LOOKED_AT = 2_000  # records that tell what a file holds
_PACKED = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZ": "bzip2", b"\xfd7": "xz"}
# Beside its own error: what the reader without C extension lets through where bytes are no record.
_BROKEN = (maxminddb.InvalidDatabaseError, ValueError, IndexError, KeyError, TypeError, struct.error)


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
            with path.open("rb") as file:
                start = file.read(2)
            self._reader: Any = None if start in _PACKED else maxminddb.open_database(str(path))
        except OSError as cause:
            raise InputError(
                f"The geo file {path} cannot be read ({type(cause).__name__})",
                fix="correct the path in the plugin's settings, or the rights of the file",
            ) from cause
        except _BROKEN as cause:
            raise self._broken() from cause
        if self._reader is None:
            raise InputError(f"The geo file {self.name} is packed ({_PACKED[start]})", fix="unpack it to an .mmdb file")
        self._metadata = self._reader.metadata()
        self.has_ipv6 = self._metadata.ip_version == _IPV6
        self.holds = self._looked_at()

    @property
    def is_slow(self) -> bool:
        """Whether it is read by Python alone, since maxminddb's C extension is absent."""
        return type(self._reader).__module__ == "maxminddb.reader"

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages of its names, as it says itself."""
        return tuple(str(each) for each in self._metadata.languages or ())

    def __str__(self) -> str:
        """Its name, type, day and kinds of addresses."""
        built = datetime.fromtimestamp(self._metadata.build_epoch, timezone.utc)
        versions = "IPv4 and IPv6" if self.has_ipv6 else "IPv4"
        return f"{self.name} ({self._metadata.database_type}, built {built:%Y-%m-%d}, {versions})"

    def record(self, address: str) -> Record | None:
        """What it says of an address; None where it says nothing.

        Raises:
            InputError: The file is broken.
        """
        if not self.has_ipv6 and ":" in address:
            return None
        try:
            found = self._reader.get(address)
        except _BROKEN as cause:
            raise self._broken() from cause
        return found if isinstance(found, dict) else None

    def _looked_at(self) -> Holds:
        try:
            holds = georecords.holds([record for _, record in islice(self._reader, _LOOKED_AT)])
        except _BROKEN as cause:
            raise self._broken() from cause
        if not any(holds):
            raise InputError(
                f"The geo file {self.name} tells neither country nor network of an address (its type is "
                f"{self._metadata.database_type})",
                fix="take a file of cities, countries or AS numbers",
            )
        return holds

    def _broken(self) -> InputError:
        return InputError(
            f"The geo file {self.name} is cut or damaged, or no .mmdb file", fix="download it again, and unpack it"
        )
