"""Places of hits' addresses by a file of cities: the library's group, which knows no address before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dev.bench.contenders.parsing import LinesLost
from dev.bench.contenders.stored import store
from dev.bench.corpus import Corpus
from dev.geofiles import write
from ovh_weblogs import pipeline
from ovh_weblogs.schema import COUNTRY_COLUMNS, PLACE_COLUMNS

# The addresses of lines are nobody's (10.0.0.0/8, 2001:db8::/32): they become as many of access providers.
_PUBLIC = ((r"^10\.", "90."), (r"^2001:db8:", "2a01:cb00:"))
_ADDED = [column.name for column in (*COUNTRY_COLUMNS, *PLACE_COLUMNS)]
_TYPE = "GeoLite2-City"


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """Country and place, batch after batch from a file, each let go; no address is known before."""
    with TemporaryDirectory() as folder:
        hits, cities = Path(folder) / "hits.arrows", Path(folder) / "cities.mmdb"
        store(_public(corpus), hits)
        write(cities, _TYPE, _networks())
        settings = replace(pipeline.EnrichSettings.only("geo"), geo_files=(str(cities),))

        def work() -> int:
            rows = cities = 0
            with pa.OSFile(str(hits)) as file, pa.ipc.open_stream(file) as batches:
                for events in pipeline.enrich(batches, settings):
                    places = events.select(_ADDED)
                    rows += places.num_rows
                    cities += places.num_rows - places.column("client_addr_city").null_count
            if rows != corpus.hits or cities < rows * 0.98:
                raise LinesLost(f"{rows} of {corpus.hits} hits were looked at, and {cities} have a city")
            return rows

        yield work


def _public(corpus: Corpus) -> Iterator[pa.RecordBatch]:
    with corpus.path.open("rb") as file:
        for block in pipeline.parse(file):
            addresses = block.hits.column("client_addr")
            for pattern, beginning in _PUBLIC:
                addresses = pc.replace_substring_regex(addresses, pattern, beginning)
            yield pa.RecordBatch.from_arrays([addresses], names=["client_addr"])


def _networks() -> Iterator[tuple[str, dict[str, Any]]]:
    """A network for each 1,024 addresses of IPv4; each with a city of its own, its names in three languages."""
    for number in range(16_384):
        yield f"90.{number >> 6}.{(number & 63) << 2}.0/22", _record(number)
    for number in range(4_096):
        yield f"2a01:cb00:{number << 4:x}::/44", _record(number)


def _record(number: int) -> dict[str, Any]:
    return {
        "continent": {"code": "EU", "names": _names("Europe")},
        "country": {"geoname_id": 3_017_382, "iso_code": "FR", "names": _names("France")},
        "registered_country": {"geoname_id": 3_017_382, "iso_code": "FR", "names": _names("France")},
        "subdivisions": [
            {"geoname_id": number % 18, "iso_code": f"R{number % 18}", "names": _names(f"Region {number % 18}")},
            {"geoname_id": number % 96, "iso_code": f"{number % 96}", "names": _names(f"Department {number % 96}")},
        ],
        "city": {"geoname_id": 10_000 + number, "names": _names(f"City {number}")},
        "location": {
            "accuracy_radius": 20,
            "latitude": 43 + number / 10_000,
            "longitude": number / 10_000 - 1,
            "time_zone": "Europe/Paris",
        },
        "postal": {"code": f"{10_000 + number}"},
    }


def _names(english: str) -> dict[str, str]:
    return {"de": f"{english} (de)", "en": english, "fr": f"{english} (fr)"}
