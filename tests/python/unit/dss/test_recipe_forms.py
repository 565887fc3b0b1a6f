"""Forms of recipes, as the host hands them over."""

from __future__ import annotations

import pytest

from ovh_weblogs.dss import recipe_forms
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.settings import ParseSettings

COMMON = '%h %l %u %t "%r" %>s %b'


@pytest.mark.parametrize("config", [None, {}, {"line_format": None, "base_url": "", "max_reject_share": ""}])
def test_an_empty_form_gives_the_defaults_of_settings(config):
    assert recipe_forms.parse_settings(config, None) == ParseSettings()


def test_what_is_set_is_taken():
    config = {
        "line_format": "ovh",
        "base_url": " https://a.example ",
        "timezone": "Europe/Paris",
        "max_reject_share": "1",
    }
    assert recipe_forms.parse_settings(config, {"max_day_gb": 1.5}) == ParseSettings(
        line_format="ovh",
        base_url="https://a.example",
        timezone="Europe/Paris",
        max_reject_share=1.0,
        max_day_bytes=1_500_000_000,
    )


def test_a_logformat_counts_only_where_it_is_chosen():
    chosen = recipe_forms.parse_settings({"line_format": "custom", "custom_format": COMMON}, {})
    left = recipe_forms.parse_settings({"line_format": "ovh", "custom_format": COMMON}, {})
    assert (chosen.custom_format, left.custom_format) == (COMMON, None)


@pytest.mark.parametrize(
    ("chosen", "line_format", "tracker_columns"),
    [("auto", "auto", False), ("auto_wt1", "auto", True), ("wt1", "wt1", True), ("combined", "combined", False)],
)
def test_hits_have_a_trackers_columns_by_the_format_that_is_chosen(chosen, line_format, tracker_columns):
    settings = recipe_forms.parse_settings({"line_format": chosen}, {})
    assert (settings.line_format, settings.tracker_columns) == (line_format, tracker_columns)


def test_every_fault_of_the_form_is_named_at_once():
    with pytest.raises(SettingsError) as caught:
        recipe_forms.parse_settings({"line_format": "x", "max_reject_share": 2, "base_url": 5}, {})
    assert all(f"{name} must" in str(caught.value) for name in ("line_format", "max_reject_share", "base_url"))


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (
            {"line_format": "nginx"},
            "line_format must be one of auto, auto_wt1, ovh, combined, vhost_combined, common, wt1, custom",
        ),
        ({"line_format": "custom"}, "custom_format is missing"),
        ({"line_format": "custom", "custom_format": "%h"}, "The custom format has no time"),
        ({"base_url": "example"}, "base_url 'example' is no web address"),
        ({"timezone": "Paris"}, "timezone 'Paris' is not known"),
        ({"max_reject_share": 2}, "max_reject_share must be from 0 to 1"),
        ({"max_reject_share": "much"}, "max_reject_share must be a number"),
    ],
)
def test_a_wrong_setting_is_named(config, told):
    with pytest.raises(SettingsError) as caught:
        recipe_forms.parse_settings(config, {})
    assert told in str(caught.value)


@pytest.mark.parametrize("gigabytes", [0, 2e6, "much"])
def test_a_wrong_setting_of_the_plugin_is_named(gigabytes):
    with pytest.raises(SettingsError, match=r"^The plugin's settings cannot be used: max_day_gb must be "):
        recipe_forms.parse_settings({}, {"max_day_gb": gigabytes})


@pytest.mark.parametrize(("column", "chosen"), [("line", "line"), ("", None), (None, None)])
def test_the_column_of_lines_may_be_absent(column, chosen):
    assert recipe_forms.line_column({"line_column": column}) == chosen
