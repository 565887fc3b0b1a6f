"""What comes out: hits by the settings, refused lines, counts."""

from __future__ import annotations

import pytest

from ovh_weblogs.schema import REJECTS, SERVER_HITS
from tests.python.contract.parse_recipe.recipe import line

COMBINED = b'192.0.2.1 c.example - [28/Mar/2026:10:00:00 +0100] "GET /a HTTP/1.1" 200 1 "-" "-"\n'


@pytest.fixture(scope="module")
def refused(new_recipe):
    """A run over two files with lines that are none."""
    recipe = new_recipe()
    raw = {"a.log": line(1) + b"\n" + line(2), "b.log": b"caf\xe9 \x00\n" + "café\n".encode() + line(3)}
    recipe.folder(raw)
    recipe.good(config={"max_reject_share": 0.5})
    return recipe


def test_refused_lines_come_with_place_and_reason_as_text(refused):
    assert list(refused.store.rows("rejects")) == [
        {"source_file": "b.log", "line_number": "1", "reason": "no time in brackets", "line": "café \\x00"},
        {"source_file": "b.log", "line_number": "2", "reason": "no time in brackets", "line": "café"},
    ]
    assert refused.columns("rejects") == list(REJECTS.names)


def test_counts_are_metrics_of_the_hits_and_stand_in_the_log(refused):
    assert refused.store.metrics("hits") == {"lines": 6, "hits": 3, "rejects": 2, "blanks": 1, "files": 2}
    counted = "raw: 2 files, 317 bytes, 6 lines: 3 hits, 2 rejects, 1 blanks; 2 x no time in brackets"
    assert counted in refused.result.log


def test_a_host_that_takes_no_metrics_builds_all_the_same(recipe):
    recipe.folder({"day.log": line(1)})
    assert recipe.good(without=["save_external_metric_values"]) == [("day.log", 1, 1)]
    assert "This version of DSS takes no metrics from a recipe" in recipe.result.log


def test_a_host_that_fails_to_keep_metrics_builds_all_the_same(recipe):
    recipe.folder({"day.log": line(1)})
    (recipe.store.root / "hits/metrics.json").mkdir(parents=True)
    assert recipe.good() == [("day.log", 1, 1)]
    assert "Metrics of DEMO.hits are not saved: " in recipe.result.log


def test_without_an_output_for_rejects_they_are_counted_alone(recipe):
    recipe.folder({"day.log": b"no log line\n" + line(1)})
    recipe.good(rejects=False, config={"max_reject_share": 0.5})
    assert recipe.store.metrics("hits")["rejects"] == 1
    assert recipe.columns("rejects") == []


def test_too_many_refused_lines_fail_with_counts_and_reasons_and_keep_nothing(recipe):
    lines = b"no log line\n" * 3 + b"1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100]\n" + line(1) * 2
    recipe.folder({"day.log": lines})
    assert recipe.error().startswith(
        "4 of 6 lines of raw were refused "
        "(66.7%, allowed are 5.0%; mostly: 3 x no time in brackets, 1 x too few fields); choose another "
    )
    assert recipe.store.metrics("hits") == {}


@pytest.mark.parametrize(
    ("line_format", "location"), [("auto", "https://c.example/a"), ("combined", "https://b.example/a")]
)
def test_the_format_and_the_base_url_are_taken_as_chosen(recipe, line_format, location):
    """For combined, the second field is no host."""
    recipe.folder({"day.log": COMBINED})
    assert recipe.run(config={"line_format": line_format, "base_url": "https://b.example"}).error is None
    (row,) = recipe.store.rows("hits")
    assert (row["location"], row["server_ts"]) == (location, "2026-03-28T09:00:00.000Z")
    assert recipe.columns() == list(SERVER_HITS.names)


def test_a_logformat_of_ones_own_is_read_in_the_zone_that_is_chosen(recipe):
    recipe.folder({"day.log": b'192.0.2.1 [2026-07-14 10:00:00] "GET /a HTTP/1.1"\n'})
    custom = {"line_format": "custom", "custom_format": '%h [%{%Y-%m-%d %H:%M:%S}t] "%r"', "timezone": "Europe/Paris"}
    assert recipe.run(config=custom).error is None
    (row,) = recipe.store.rows("hits")
    assert (row["location"], row["server_ts"]) == ("/a", "2026-07-14T08:00:00.000Z")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"config": {"max_reject_share": "much"}}, "max_reject_share must be a number"),
        ({"config": {"line_format": "custom", "custom_format": "%h"}}, "The custom format has no time"),
        ({"plugin_config": {"max_day_gb": 0}}, "max_day_gb must be from 0.001"),
    ],
    ids=["form", "format string", "plugin"],
)
def test_a_wrong_setting_is_named_before_anything_is_written(recipe, wrong, told):
    recipe.folder({"day.log": line(1)})
    assert told in recipe.error(**wrong)
    assert recipe.columns() == []
