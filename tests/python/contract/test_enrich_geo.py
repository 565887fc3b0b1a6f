"""The recipe "Enrich hits" with geo files: of a managed folder, or at a path of the plugin's settings."""

from __future__ import annotations

import pytest

from dev.dsshost import Store, folder, run_recipe
from dev.geofiles import write

ADDRESS = "90.0.0.1"
MUNICH = {"country_code": "DE", "city": "Munich", "latitude": 48.1371, "longitude": 11.5754}
LYON = {"country_code": "FR", "city": "Lyon", "latitude": 45.75, "longitude": 4.85}


class Enriching:
    """One hit, geo files, and runs of the recipe."""

    def __init__(self, repository, root):
        self._repository = repository
        self.root = root
        self.temp = root / "temp"
        self.temp.mkdir()
        self.store = Store(root / "store")
        self.store.set_columns("hits", [{"name": "client_addr", "type": "string"}])
        self.store.replace("hits", [[ADDRESS], ["10.0.0.1"]])

    def file(self, record, name="places.mmdb"):
        """A geo file beside the store."""
        return write(self.root / name, "City", [("90.0.0.0/16", record)])

    def folder(self, **files):
        """The managed folder of geo files."""
        made = folder(self.store, "geo")
        made.create()
        for path, data in files.items():
            made.put(f"/{path}", data)
        return made

    def run(self, *, role=False, plugin=None, **config):
        """Run the recipe, with the folder or without, whatever comes of it."""
        inputs = {"hits": ["hits"], **({"geo": ["geo"]} if role else {})}
        return run_recipe(
            self._repository,
            "ovh-logs-enrich",
            self.store,
            inputs=inputs,
            outputs={"events": ["events"]},
            config=config,
            plugin_config={"temp_folder": str(self.temp), **(plugin or {})},
        )

    def event(self, **how):
        """Run the recipe, which has to succeed; the first row."""
        result = self.run(**how)
        assert result.error is None, result.log
        return next(iter(self.store.rows("events")))


@pytest.fixture
def enriching(repository, tmp_path):
    return Enriching(repository, tmp_path)


def test_without_a_file_countries_are_those_of_the_registries(enriching):
    event = enriching.event()
    assert (event["client_addr_country"], event["client_addr_country_code"]) == ("France", "FR")
    assert "client_addr_city" not in event
    assert "cities need a geo file" in enriching.run().log


def test_files_of_the_folder_are_read_and_their_copies_removed(enriching):
    data = enriching.file(MUNICH).read_bytes()
    enriching.folder(**{"2026/cities.mmdb": data, "README.txt": b"x", ".hidden.mmdb": b"x"})
    event = enriching.event(role=True, geo_language="fr")
    assert (event["client_addr_country"], event["client_addr_city"]) == ("Allemagne", "Munich")
    assert event["client_addr_geopoint"] == "POINT(11.5754 48.1371)"
    assert list(enriching.temp.iterdir()) == []


def test_columns_say_in_the_schema_what_they_mean(enriching):
    enriching.folder(**{"cities.mmdb": enriching.file(MUNICH).read_bytes()})
    enriching.event(role=True)
    columns = {column["name"]: column for column in enriching.store.columns("events")}
    assert columns["client_addr_city"]["type"] == "string"
    assert columns["client_addr_geopoint"]["comment"].startswith("About where that is, as POINT(longitude latitude)")


def test_a_path_of_the_plugins_settings_serves_every_recipe_without_a_folder_of_its_own(enriching):
    plugin = {"geo_database": str(enriching.file(LYON))}
    assert enriching.event(plugin=plugin)["client_addr_city"] == "Lyon"
    enriching.folder(**{"cities.mmdb": enriching.file(MUNICH).read_bytes()})
    assert enriching.event(plugin=plugin, role=True)["client_addr_city"] == "Munich"


def test_the_path_may_be_a_folder_of_files(enriching):
    enriching.file(LYON)
    assert enriching.event(plugin={"geo_database": str(enriching.root)})["client_addr_city"] == "Lyon"


def test_who_wants_no_places_needs_no_file(enriching):
    event = enriching.event(add_geo=False, plugin={"geo_database": "/nowhere/cities.mmdb"})
    assert "client_addr_country" not in event


def test_a_folder_without_a_file_is_refused_with_what_to_do(enriching):
    enriching.folder(**{"GeoLite2-City_20261103.tar.gz": b"\x1f\x8b"})
    message = enriching.run(role=True).error["message"]
    assert message.startswith("The folder geo holds no .mmdb file; put one into it, unpacked")


def test_a_path_where_nothing_is_is_refused_with_what_to_do(enriching):
    message = enriching.run(plugin={"geo_database": "/nowhere/cities.mmdb"}).error["message"]
    assert message.startswith(
        "geo_database of the plugin's settings names /nowhere/cities.mmdb, where no .mmdb file is;"
    )


def test_a_file_that_is_cut_is_named_and_nothing_is_left(enriching):
    data = enriching.file(MUNICH).read_bytes()
    enriching.folder(**{"cities.mmdb": data[: len(data) // 2]})
    message = enriching.run(role=True).error["message"]
    assert message == "The geo file cities.mmdb is cut or damaged, or no .mmdb file; download it again, and unpack it."
    assert list(enriching.temp.iterdir()) == []


def test_a_storage_that_breaks_off_is_named(enriching):
    made = enriching.folder(**{"cities.mmdb": enriching.file(MUNICH).read_bytes()})
    made.disturb("/cities.mmdb", 100, "breaks")
    message = enriching.run(role=True).error["message"]
    assert message.startswith("The storage broke off while cities.mmdb was read")
