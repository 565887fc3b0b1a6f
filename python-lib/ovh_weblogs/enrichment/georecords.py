"""What a record of a geo file says, in whichever layout it is written.

Nested: MaxMind's (GeoLite2 and GeoIP2: City, Country) and DB-IP's, which follows it without time zones and codes of
regions. Flat: IPinfo's (``country_code``, ``region``, ``asn`` as AS15169) and ip-location-db's (``state1``, empty texts
for what is not known). Files of networks name ``autonomous_system_number`` or ``asn``.

A record is what somebody's file holds: any value may be of any type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ovh_weblogs.enrichment.countries import names

Record = Mapping[str, Any]

_CODE = re.compile(r"[A-Z]{2}")
_NUMBER = re.compile(r"(?:AS)?(\d{1,10})", re.IGNORECASE)
_LARGEST = 2**32 - 1  # number of an autonomous system (RFC 6793)
_DIGITS = 4  # decimals of a degree: 11 m, more than any file knows

_PLACES = {"city", "subdivisions", "location", "region", "state1", "latitude", "lat"}
_COUNTRIES = {"country", "country_code"}
_NETWORKS = {"asn", "autonomous_system_number"}


class Holds(NamedTuple):
    """What a file's records tell of an address."""

    place: bool
    country: bool
    network: bool


def holds(records: Sequence[object]) -> Holds:
    """What these records tell, by the names of their fields."""
    fields = {name for record in records for name in _mapping(record)}
    place = bool(fields & _PLACES)
    return Holds(place, place or bool(fields & _COUNTRIES), bool(fields & _NETWORKS))


class Where(NamedTuple):
    """Country and place, in the order of ``schema.GEO_COLUMNS``."""

    country: str | None = None
    country_code: str | None = None
    region: str | None = None
    region_code: str | None = None
    region_hierarchy: str | None = None
    city: str | None = None
    geopoint: str | None = None
    timezone: str | None = None


NOWHERE = Where()


def where(record: Record, language: str) -> Where:
    """Country and place of a record, with names in that language where it has them, else in English.

    The name of a country is ours wherever the code is known, so that every file spells it alike.
    """
    nested = isinstance(record.get("country"), dict) or isinstance(record.get("city"), dict)
    return _nested(record, language) if nested or "subdivisions" in record else _flat(record, language)


def _nested(record: Record, language: str) -> Where:
    country, location = _mapping(record.get("country")), _mapping(record.get("location"))
    regions = [_mapping(each) for each in _list(record.get("subdivisions"))]
    named = [name for name in (_name(each, language) for each in regions) if name]
    code = _code(country.get("iso_code"))
    return Where(
        names(language).get(code or "") or _name(country, language),
        code,
        named[0] if named else None,
        _text(regions[0].get("iso_code")) if regions else None,
        ",".join(named) or None,
        _name(_mapping(record.get("city")), language),
        _point(location.get("latitude"), location.get("longitude")),
        _text(location.get("time_zone")),
    )


def _flat(record: Record, language: str) -> Where:
    code = _code(record.get("country_code")) or _code(record.get("country"))
    given = _text(record.get("country_name")) or _text(record.get("country"))
    regions = [text for text in (_first(record, "region", "state1"), _text(record.get("state2"))) if text]
    return Where(
        names(language).get(code or "") or (given if given != code else None),
        code,
        regions[0] if regions else None,
        _text(record.get("region_code")),
        ",".join(regions) or None,
        _text(record.get("city")),
        _point(_either(record, "latitude", "lat"), _either(record, "longitude", "lng")),
        _first(record, "timezone", "time_zone"),
    )


def network(record: Record) -> tuple[int | None, str | None]:
    """Number and holder of the autonomous system that announces the address."""
    return (
        _as_number(_either(record, "autonomous_system_number", "asn")),
        _first(record, "autonomous_system_organization", "as_name", "as_org"),
    )


def _as_number(value: object) -> int | None:
    found = _NUMBER.fullmatch(str(value)) if isinstance(value, (int, str)) else None
    return int(found[1]) if found and 0 < int(found[1]) <= _LARGEST else None


def _mapping(value: object) -> Record:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _code(value: object) -> str | None:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _name(thing: Record, language: str) -> str | None:
    given = thing.get("names")
    return _text(given.get(language) or given.get("en")) if isinstance(given, dict) else None


def _first(record: Record, *fields: str) -> str | None:
    return next((text for text in (_text(record.get(field)) for field in fields) if text), None)


def _either(record: Record, field: str, other: str) -> object:
    return record.get(field, record.get(other))


def _point(latitude: object, longitude: object) -> str | None:
    """The point in WKT; None for what is none, and for 0 0, which is how some files write that they do not know."""
    north, east = _degrees(latitude, 90), _degrees(longitude, 180)
    if north is None or east is None or (north == 0 and east == 0):
        return None
    return f"POINT({east:.8g} {north:.8g})"


def _degrees(value: object, most: int) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return round(value, _DIGITS) if isinstance(value, (int, float)) and -most <= value <= most else None
