"""Countries of addresses, on a whole month whose truth is known, and their names."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from ovh_weblogs.enrichment import geo
from ovh_weblogs.enrichment.countries import names
from ovh_weblogs.settings import EnrichSettings


def test_the_truth_of_a_month_is_recovered_for_99_of_100_hits(month):
    known = [row for row in month.truth("lines") if row["kind"] == "hit" and row["country"] is not None]
    _, codes = geo.parts(pa.array([row["client_addr"] for row in known]), EnrichSettings())
    wrong = Counter(
        (row["country"], code) for row, code in zip(known, codes.to_pylist(), strict=True) if row["country"] != code
    )
    assert len(known) > 1_000
    assert len({row["country"] for row in known}) > 5
    assert sum(wrong.values()) <= 0.01 * len(known), wrong.most_common(5)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_country_of_iso_3166_has_a_name_of_its_own(language):
    """249 codes of the standard, and XK."""
    assert len(names(language)) == 250
    assert len(set(names(language).values())) == 250
    assert all(len(code) == 2 and code.isupper() for code in names(language))
    assert all(name.strip() == name and name for name in names(language).values())


@pytest.mark.parametrize(
    ("code", "english", "french"),
    [
        ("FR", "France", "France"),
        ("CI", "Côte d'Ivoire", "Côte d'Ivoire"),
        ("GB", "United Kingdom", "Royaume-Uni"),
        ("RE", "Réunion", "La Réunion"),
        ("CH", "Switzerland", "Suisse"),
    ],
)
def test_names_are_the_usual_short_ones(code, english, french):
    assert (names("en")[code], names("fr")[code]) == (english, french)


def test_what_the_registries_call_europe_is_no_country():
    assert "EU" not in names("en")
