"""Where addresses are: by the registries, and by files of every layout."""

from __future__ import annotations

import shutil
import subprocess
import sys
from ipaddress import IPv4Network

import iptocc
import pyarrow as pa
import pytest

from dev.geofiles import write
from ovh_weblogs.enrichment import enrich_batch, geo, plan
from ovh_weblogs.enrichment.addresses import _SPECIAL, special_length
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import COUNTRY_COLUMNS, NETWORK_COLUMNS, PLACE_COLUMNS
from ovh_weblogs.settings import EnrichSettings, Language, Privacy

ORANGE, ORANGE6 = "90.0.0.1", "2a01:cb00::1"  # of a French access provider
DOCUMENTS = "192.0.2.1"

FRANCE = {"iso_code": "FR", "names": {"en": "France", "fr": "France"}}
MAXMIND = {
    "continent": {"code": "EU"},
    "country": {"iso_code": "DE", "names": {"en": "Germany", "fr": "Allemagne"}},
    "registered_country": FRANCE,
    "subdivisions": [
        {"iso_code": "BY", "names": {"en": "Bavaria", "fr": "Bavière"}},
        {"iso_code": "M", "names": {"en": "Upper Bavaria"}},
    ],
    "city": {"geoname_id": 2867714, "names": {"de": "München", "en": "Munich", "fr": "Munich"}},
    "location": {"accuracy_radius": 20, "latitude": 48.1371, "longitude": 11.5754, "time_zone": "Europe/Berlin"},
    "postal": {"code": "80331"},
}
DBIP = {
    "city": {"names": {"en": "Munich (Altstadt)"}},
    "continent": {"code": "EU", "names": {"en": "Europe"}},
    "country": {"is_in_european_union": True, "iso_code": "DE", "names": {"en": "Germany"}},
    "location": {"latitude": 48.1371, "longitude": 11.5754},
    "subdivisions": [{"names": {"en": "Bavaria"}}],
}
IPINFO = {
    "city": "Munich",
    "region": "Bavaria",
    "region_code": "BY",
    "country": "Germany",
    "country_code": "DE",
    "latitude": "48.1371",
    "longitude": "11.5754",
    "timezone": "Europe/Berlin",
    "asn": "AS3320",
    "as_name": "Deutsche Telekom AG",
}
IP_LOCATION_DB = {
    "city": "Munich",
    "country_code": "DE",
    "latitude": 48.1371,
    "longitude": 11.5754,
    "postcode": "",
    "state1": "Bavaria",
    "state2": "Upper Bavaria",
    "timezone": "",
}
MAXMIND_ASN = {"autonomous_system_number": 3215, "autonomous_system_organization": "Orange"}
IPINFO_LITE = {"asn": "AS3215", "as_name": "Orange S.A.", "as_domain": "orange.com", "country": "Germany"}
MUNICH = {
    "country": "Germany",
    "country_code": "DE",
    "region": "Bavaria",
    "region_code": "BY",
    "region_hierarchy": "Bavaria,Upper Bavaria",
    "city": "Munich",
    "geopoint": "POINT(11.5754 48.1371)",
    "timezone": "Europe/Berlin",
}


def names(*groups):
    return [column.name for columns in groups for column in columns]


def found(addresses, *paths, language=Language.ENGLISH):
    """What is known of each address, its columns without their common beginning."""
    settings = EnrichSettings(geo_files=tuple(map(str, paths)), geo_language=language)
    columns = [column.name.removeprefix("client_addr_") for column in geo.columns(settings)]
    arrays = geo.parts(pa.array(addresses, pa.string()), settings)
    return [dict(zip(columns, row, strict=True)) for row in zip(*(array.to_pylist() for array in arrays), strict=True)]


@pytest.fixture
def file(tmp_path):
    """Writes a file in which the same record stands for networks of IPv4 and IPv6."""

    def made(record, kind="City", name="places.mmdb", networks=("90.0.0.0/16", "2a01:cb00::/32"), **options):
        return write(tmp_path / name, kind, [(network, record) for network in networks], **options)

    return made


# Countries without a file


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (ORANGE, "FR"),
        (ORANGE6, "FR"),
        ("90.0.0.0", "FR"),
        ("2a01:cb00:1::", "FR"),
        ("2A01:CB00:0000::0001", "FR"),
        ("::ffff:90.0.0.1", "FR"),
        ("2a01:cb00::1%eth0", "FR"),
        ("133.11.0.1", "JP"),
    ],
    ids=["IPv4", "IPv6", "truncated to /24", "truncated to /48", "long", "IPv4 as IPv6", "with zone", "elsewhere"],
)
def test_the_country_is_that_of_the_registries(address, code):
    assert found([address])[0]["country_code"] == code


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "192.168.1.1", "127.0.0.1", "100.64.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255"),
        *(DOCUMENTS, "fe80::1", "fd00::1", "::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1"),
        *("", "-", "host.example.com", "90.0.0", "90.0.0.256", "090.0.0.1", "90.0.0.1 "),
    ],
)
def test_addresses_that_are_not_public_and_what_is_none_are_nowhere_whatever_a_file_says(address, file):
    everywhere = file(MAXMIND, networks=("0.0.0.0/1", "128.0.0.0/1", "8000::/1", "4000::/2", "2000::/3"))
    assert found([address]) == [{"country": None, "country_code": None}]
    assert set(found([address], everywhere)[0].values()) == {None}


def test_the_registries_assign_nothing_of_the_special_networks_that_are_looked_up_as_one():
    networks = [network for network in map(IPv4Network, _SPECIAL) if special_length(str(network[0]))]
    assert len(networks) == 12
    assert {iptocc.country_code(str(network[n])) for network in networks for n in (0, 1, 255, -1)} == {None}


def test_a_null_is_nowhere_and_values_stand_in_their_rows():
    rows = found([ORANGE, None, "133.11.0.1", ORANGE])
    assert [row["country_code"] for row in rows] == ["FR", None, "JP", "FR"]


def test_names_of_countries_are_in_the_language_that_is_asked_for():
    assert found(["133.11.0.1"])[0]["country"] == "Japan"
    assert found(["133.11.0.1"], language=Language.FRENCH)[0]["country"] == "Japon"


# Layouts


@pytest.mark.parametrize(
    ("record", "kind", "differs"),
    [
        (MAXMIND, "GeoLite2-City", {}),
        (DBIP, "DBIP-City-Lite", {"city": "Munich (Altstadt)", "region_code": None, "timezone": None}),
        (IPINFO, "ipinfo standard_location.mmdb", {"asn": 3320, "as_org": "Deutsche Telekom AG"}),
        (IP_LOCATION_DB, "city ipv4", {"region_code": None, "timezone": None}),
    ],
    ids=["MaxMind", "DB-IP", "IPinfo", "ip-location-db"],
)
@pytest.mark.parametrize("address", [ORANGE, ORANGE6, "90.0.0.0", "2a01:cb00:1::", "::ffff:90.0.0.1"])
def test_a_file_of_cities_tells_the_place_in_every_layout(file, record, kind, differs, address):
    smaller = len(record.get("subdivisions", ())) == 2 or "state2" in record
    expected = {**MUNICH, **({} if smaller else {"region_hierarchy": "Bavaria"}), **differs}
    assert found([address], file(record, kind)) == [expected]


@pytest.mark.parametrize(
    ("record", "kind", "expected"),
    [
        ({"country": MAXMIND["country"]}, "GeoLite2-Country", {"country": "Germany", "country_code": "DE"}),
        ({"country": DBIP["country"]}, "DBIP-Country-Lite", {"country": "Germany", "country_code": "DE"}),
        ({"country_code": "DE"}, "country", {"country": "Germany", "country_code": "DE"}),
        (
            {**IPINFO_LITE, "country_code": "DE"},
            "ipinfo lite.mmdb",
            {"country": "Germany", "country_code": "DE", "asn": 3215, "as_org": "Orange S.A."},
        ),
        (
            {"country": "DE", "country_name": "Germany", "asn": "AS3215", "as_name": "Orange S.A."},
            "ipinfo country_asn.mmdb",
            {"country": "Germany", "country_code": "DE", "asn": 3215, "as_org": "Orange S.A."},
        ),
        (
            MAXMIND_ASN,
            "GeoLite2-ASN",
            {"country": "France", "country_code": "FR", "asn": 3215, "as_org": "Orange"},
        ),
    ],
    ids=["MaxMind", "DB-IP", "ip-location-db", "IPinfo Lite", "IPinfo country and ASN", "ASN"],
)
def test_files_of_countries_and_networks_add_what_they_know(file, record, kind, expected):
    assert found([ORANGE], file(record, kind)) == [expected]


def test_names_are_those_of_the_file_in_french_and_in_english_where_it_has_no_french(file):
    (row,) = found([ORANGE], file(MAXMIND, languages=("en", "fr")), language=Language.FRENCH)
    assert (row["country"], row["region"], row["region_hierarchy"]) == ("Allemagne", "Bavière", "Bavière,Upper Bavaria")


def test_the_country_is_spelt_alike_whoever_tells_it(file):
    odd = {"country": {"iso_code": "FR", "names": {"en": "The French Republic"}}}
    assert found([ORANGE, "90.200.0.1"], file(odd))[0]["country"] == found([ORANGE])[0]["country"] == "France"


def test_a_country_of_a_code_that_is_not_known_has_the_files_name(file):
    (row,) = found([ORANGE], file({"country": {"iso_code": "QQ", "names": {"en": "Nowhere Land"}}}))
    assert row == {"country": "Nowhere Land", "country_code": "QQ"}


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [
        (48.85661, 2.352219, "POINT(2.3522 48.8566)"),
        (-33.0, 151.20021, "POINT(151.2002 -33)"),
        ("-0.5", "-179.99999", "POINT(-180 -0.5)"),
        (0.0, 0.0, None),
        (None, 2.0, None),
        ("", "", None),
        ("north", "2", None),
        (91.0, 0.5, None),
        ("nan", "2", None),
        (1.0, float("inf"), None),
    ],
)
def test_points_are_longitude_before_latitude_and_null_where_they_are_none(file, latitude, longitude, point):
    given = {"latitude": latitude, "longitude": longitude}
    record = {"city": "X", **{name: value for name, value in given.items() if value is not None}}
    (row,) = found([ORANGE], file(record))
    assert row["geopoint"] == point


@pytest.mark.parametrize(
    ("asn", "number"), [("AS3215", 3215), (3215, 3215), ("", None), ("AS", None), (0, None), (1 << 32, None)]
)
def test_numbers_of_networks_may_be_texts(file, asn, number):
    assert found([ORANGE], file({"asn": asn, "as_name": ""}))[0]["asn"] == number


@pytest.mark.parametrize(
    "record",
    [
        {"country": [], "city": 7, "subdivisions": {"a": 1}, "location": "x"},
        {"country": {"iso_code": 7, "names": []}, "city": {}, "subdivisions": [1, {"names": "x"}], "location": {}},
        {"country_code": "fr", "region": 5, "state2": [], "latitude": {}, "longitude": True, "city": ""},
    ],
)
def test_values_of_any_type_are_passed_over_and_the_country_is_that_of_the_registries(file, record):
    (row,) = found([ORANGE], file(record))
    assert {name: value for name, value in row.items() if value is not None} == {
        "country": "France",
        "country_code": "FR",
    }


# Several files


def test_an_address_that_is_in_no_file_has_the_country_of_the_registries(file):
    (row,) = found(["133.11.0.1"], file(MAXMIND))
    assert (row["country"], row["city"]) == ("Japan", None)


def test_files_complete_one_another_places_before_countries(file):
    countries = file({"country_code": "CH"}, "country", "a.mmdb", ("90.0.0.0/8", "2a01:cb00::/32"))
    cities = file(MAXMIND, "GeoLite2-City", "b.mmdb", ("90.0.0.0/16",), ipv6=False)
    networks = file(MAXMIND_ASN, "GeoLite2-ASN", "c.mmdb", ("90.0.0.0/8",), ipv6=False)
    rows = found([ORANGE, "90.200.0.1", ORANGE6], countries, cities, networks)
    assert [(row["country_code"], row["city"], row["asn"]) for row in rows] == [
        ("DE", "Munich", 3215),
        ("CH", None, 3215),
        ("CH", None, None),
    ]


def test_files_of_ipv4_and_of_ipv6_are_asked_both(file):
    four = file(IP_LOCATION_DB, "city ipv4", "4.mmdb", ("90.0.0.0/8",), ipv6=False)
    six = file({**IP_LOCATION_DB, "city": "Augsburg"}, "city ipv6", "6.mmdb", ("2a01:cb00::/32",))
    assert [row["city"] for row in found([ORANGE, ORANGE6], four, six)] == ["Munich", "Augsburg"]


# What is told


def told(*paths, **settings):
    return geo.told(EnrichSettings(geo_files=tuple(map(str, paths)), **settings))


def test_files_are_told_with_type_and_kinds_of_addresses(file):
    (sentence,) = told(file(MAXMIND, "GeoLite2-City"))
    assert sentence.startswith("Geo files: places.mmdb (GeoLite2-City, built 20")
    assert sentence.endswith(", IPv4 and IPv6)")


def test_a_file_of_ipv4_alone_is_named_and_ipv6_has_the_country_of_the_registries(file):
    four = file(MAXMIND, name="four.mmdb", networks=("90.0.0.0/8",), ipv6=False)
    assert any(
        "four.mmdb is for IPv4 alone" in sentence and "add the file for IPv6" in sentence for sentence in told(four)
    )
    (row,) = found([ORANGE6], four)
    assert (row["country_code"], row["city"]) == ("FR", None)


def test_names_that_no_file_has_in_french_are_told(file):
    assert any("in the language fr" in sentence for sentence in told(file(DBIP), geo_language=Language.FRENCH))


def test_the_absence_of_the_c_extension_is_told_and_the_same_is_found(file):
    """The child process cannot import the extension, as where no wheel fits."""
    script = (
        "import sys; sys.modules['maxminddb.extension'] = None\n"
        "import pyarrow as pa\n"
        "from ovh_weblogs.enrichment import geo\n"
        "from ovh_weblogs.settings import EnrichSettings\n"
        "settings = EnrichSettings(geo_files=(sys.argv[1],))\n"
        "print(geo.parts(pa.array([sys.argv[2]]), settings)[5], geo.told(settings))\n"
    )
    path = str(file(MAXMIND))
    answer = subprocess.run(
        [sys.executable, "-c", script, path, ORANGE6], capture_output=True, text=True, check=True
    ).stdout
    assert "Munich" in answer
    assert "C extension is absent" in answer
    assert not any("C extension" in sentence for sentence in told(path))


# Files that cannot be used


def broken(path, change):
    path.write_bytes(change(path.read_bytes()))
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:0],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-40],
        lambda data: b"<html>No such file</html>" + data[:0],
        lambda data: data[len(data) // 2 :],
    ],
    ids=["empty", "half", "without its end", "a page", "without its start"],
)
def test_a_broken_file_is_refused_by_name(file, change):
    path = broken(file(MAXMIND, name="cut.mmdb"), change)
    with pytest.raises(InputError, match=r"cut\.mmdb is cut or damaged, or no \.mmdb file; download it again"):
        plan(["client_addr"], EnrichSettings(geo_files=(str(path),)))


@pytest.fixture
def many(tmp_path):
    """A file of more networks than are looked at when it is opened."""
    networks = [(f"90.{n >> 8}.{n & 255}.0/24", {"country_code": "DE", "city": f"city {n}"}) for n in range(3_000)]
    return write(tmp_path / "worn.mmdb", "City", networks, ipv6=False)


@pytest.mark.parametrize("looked_for", [b"city 7", b"\0" * 16], ids=["a record", "the end of the tree"])
def test_a_file_that_is_damaged_within_is_refused_by_name(many, looked_for):
    """A record of the first ones, and leaves of the last ones, which point beyond the file."""
    data = many.read_bytes()
    place = data.index(looked_for) - 30
    many.write_bytes(data[:place] + b"\xff" * 30 + data[place + 30 :])
    with pytest.raises(InputError, match=r"worn\.mmdb is cut or damaged"):
        found([f"90.{n >> 8}.{n & 255}.1" for n in range(3_000)], many)


@pytest.mark.parametrize(("start", "packed"), [(b"\x1f\x8b\x08", "gzip"), (b"PK\x03\x04", "zip")])
def test_a_packed_file_is_refused_with_what_to_do(file, start, packed):
    path = broken(file(MAXMIND), lambda data: start + data)
    with pytest.raises(InputError, match=rf"places\.mmdb is packed \({packed}\); unpack it"):
        found([ORANGE], path)


def test_a_file_that_tells_nothing_of_places_is_refused(file):
    path = file({"is_anonymous": True}, "GeoIP2-Anonymous-IP")
    with pytest.raises(InputError, match=r"neither country nor network .*GeoIP2-Anonymous-IP.*; take a file of cities"):
        found([ORANGE], path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.mmdb cannot be found .*; correct its path"):
        found([ORANGE], tmp_path / "gone.mmdb")


def test_a_file_that_was_replaced_is_read_anew(file, tmp_path):
    path = file(MAXMIND)
    assert found([ORANGE], path)[0]["city"] == "Munich"
    shutil.copy(file({**IPINFO, "city": "Augsburg"}, name="other.mmdb"), path)
    assert found([ORANGE], path)[0]["city"] == "Augsburg"


# In the batch


def test_columns_begin_with_the_name_of_the_inputs_column_and_depend_on_the_file(file):
    rows = pa.RecordBatch.from_pydict({"ip": [ORANGE]})
    settings = EnrichSettings(columns={"address": "ip"}, visitor_id=False, geo_files=(str(file(MAXMIND)),))
    events = enrich_batch(rows, settings)
    expected = names(COUNTRY_COLUMNS, PLACE_COLUMNS)
    assert events.schema.names == ["ip", *(name.replace("client_addr", "ip") for name in expected)]
    assert events.column("ip_city").to_pylist() == ["Munich"]


def test_every_column_has_its_declared_type(file):
    settings = EnrichSettings(geo_files=(str(file({**IPINFO, "asn": "AS1"})),))
    declared = (*COUNTRY_COLUMNS, *PLACE_COLUMNS, *NETWORK_COLUMNS)
    assert geo.columns(settings) == declared
    for addresses in ([ORANGE, None], [None], []):
        arrays = geo.parts(pa.array(addresses, pa.string()), settings)
        assert [array.type for array in arrays] == [column.arrow.type for column in declared]
        assert {len(array) for array in arrays} == {len(addresses)}


def test_places_are_those_of_whole_addresses_though_these_are_cut_afterwards(file):
    """A file may know more of an address than of its network."""
    path = file(MAXMIND, networks=("90.0.0.1/32",))
    settings = EnrichSettings(geo_files=(str(path),), privacy=Privacy(truncate_addresses=True))
    (event,) = enrich_batch(pa.RecordBatch.from_pydict({"client_addr": [ORANGE]}), settings).to_pylist()
    assert (event["client_addr"], event["client_addr_city"]) == ("90.0.0.0", "Munich")


def test_a_network_that_surrounds_private_addresses_gives_them_nothing(file):
    everywhere = file(MAXMIND, networks=("0.0.0.0/1", "128.0.0.0/1"))
    rows = found(["9.9.9.9", "10.0.0.1", "11.0.0.1", "192.0.1.1", "192.0.2.1", "192.0.3.1"], everywhere)
    assert [row["city"] for row in rows] == ["Munich", None, "Munich", "Munich", None, "Munich"]


def test_addresses_that_a_file_does_not_know_have_each_the_country_of_the_registries(file):
    rows = found(["133.11.0.1", "90.200.0.1", "91.176.0.1", "133.11.0.1"], file(MAXMIND))
    assert [row["country_code"] for row in rows] == ["JP", "GB", "BE", "JP"]
