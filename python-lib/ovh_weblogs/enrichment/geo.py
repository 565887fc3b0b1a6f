"""Where a client's address is: its country by the address registries, more by files that the user supplies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import iptocc
import pyarrow as pa

from ovh_weblogs.enrichment import countries, georecords
from ovh_weblogs.enrichment.addresses import is_assignable, parsed, special_length
from ovh_weblogs.enrichment.geofile import GeoFile
from ovh_weblogs.enrichment.geomemory import Memory
from ovh_weblogs.enrichment.georecords import NOWHERE, Where
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import COUNTRY_COLUMNS, NETWORK_COLUMNS, PLACE_COLUMNS, Column
from ovh_weblogs.settings import EnrichSettings, Language

_ALONE = 32  # length of a network of one address


class Atlas:
    """Country, and with files place and network, of addresses; each is looked up once.

    Args:
        files: Those of places are asked before those of countries alone; an address in none has only a country.
        language: Of names.
    """

    def __init__(self, files: Sequence[GeoFile], language: Language) -> None:
        self._language = language.value
        self._countries = countries.names(language.value)
        places = [file for file in files if file.holds.place]
        self._places = [*places, *(file for file in files if file.holds.country and not file.holds.place)]
        self._networks = [file for file in files if file.holds.network]
        self._files = files
        self._wanted = len(COUNTRY_COLUMNS) + (len(PLACE_COLUMNS) if places else 0)
        place_columns = PLACE_COLUMNS if places else ()
        network_columns = NETWORK_COLUMNS if self._networks else ()
        self.columns: tuple[Column, ...] = (*COUNTRY_COLUMNS, *place_columns, *network_columns)
        self._known = Memory(self.columns, self.of)

    def parts(self, addresses: pa.Array) -> list[pa.Array]:
        """An array per column; nulls for what is no public address."""
        return self._known.of(addresses)

    def of(self, address: str) -> tuple[tuple[object, ...] | None, int]:
        """The columns' values for an address, None for one that is not public, and the length of its network.

        Addresses of that network have the same values; it is the address alone where the registries were asked.

        Raises:
            InputError: A file is broken.
        """
        assigned = iptocc.country_code(address)
        # The registries assign nothing that is private or reserved, so that few addresses need the slower question.
        if assigned is None:
            length = special_length(address)
            if length or not _is_public(address):
                return None, length or _ALONE
        where, length = self._where(address)
        if where.country is None and where.country_code is None:
            where, length = self._assigned(where, assigned), _ALONE
        values: tuple[object, ...] = where[: self._wanted]
        if self._networks:
            network, smallest = self._network(address)
            values, length = (*values, *network), max(length, smallest)
        return values, length if assigned is not None and is_assignable(address, length) else _ALONE

    def _assigned(self, where: Where, code: str | None) -> Where:
        """With the country of the registries, which also write EU where it is no country."""
        name = self._countries.get(code or "")
        return where._replace(country=name, country_code=code) if name else where

    def _where(self, address: str) -> tuple[Where, int]:
        smallest = 0
        for file in self._places:
            record, length = file.record(address)
            smallest = max(smallest, length)
            if record is not None and (found := georecords.where(record, self._language)) != NOWHERE:
                return found, smallest
        return NOWHERE, smallest

    def _network(self, address: str) -> tuple[tuple[int | None, str | None], int]:
        smallest = 0
        for file in self._networks:
            record, length = file.record(address)
            smallest = max(smallest, length)
            if record is not None and (found := georecords.network(record)) != (None, None):
                return found, smallest
        return (None, None), smallest

    def told(self) -> list[str]:
        """What there is to say of the files in the log of a build."""
        if not self._files:
            return ["Countries are those of the address registries; cities need a geo file"]
        told = [f"Geo files: {', '.join(str(file) for file in self._files)}"]
        if not any(file.has_ipv6 for file in self._files):
            told.append(
                f"No geo file knows IPv6 ({', '.join(file.name for file in self._files)} is for IPv4 alone): these "
                "addresses have only the country of the registries; add the file for IPv6"
            )
        if self._language != Language.ENGLISH.value and not any(
            self._language in file.languages for file in self._places
        ):
            told.append(f"No geo file has names in the language {self._language}: regions and cities are as they stand")
        if any(file.is_slow for file in self._files):
            told.append(
                "maxminddb's C extension is absent, so that cities are looked up ten times more slowly; install a "
                "wheel of maxminddb"
            )
        return told


def columns(settings: EnrichSettings) -> tuple[Column, ...]:
    """The columns that the settings' files allow.

    Raises:
        InputError: A file cannot be used.
    """
    return _atlas(settings).columns


def parts(addresses: pa.Array, settings: EnrichSettings) -> list[pa.Array]:
    """An array per column of ``columns``; nulls for what is no public address.

    Raises:
        InputError: A file cannot be used.
    """
    return _atlas(settings).parts(addresses)


def told(settings: EnrichSettings) -> list[str]:
    """What there is to say of the files in the log of a build."""
    return _atlas(settings).told()


def _atlas(settings: EnrichSettings) -> Atlas:
    return _opened(tuple(_as_it_is(path) for path in settings.geo_files), settings.geo_language)


def _as_it_is(path: str) -> tuple[str, int, int]:
    """A file and what changes when another takes its place, so that an old one is not asked any longer."""
    try:
        found = Path(path).stat()
    except OSError as cause:
        raise InputError(
            f"The geo file {path} cannot be found ({type(cause).__name__})", fix="correct its path, or put it there"
        ) from cause
    return path, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=2)
def _opened(files: tuple[tuple[str, int, int], ...], language: Language) -> Atlas:
    return Atlas([GeoFile(Path(path)) for path, *_ in files], language)


def _is_public(text: str) -> bool:
    address = parsed(text)
    return address is not None and address.is_global and not address.is_multicast
