"""Forms of recipes, as the host hands them over."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from ovh_weblogs.column import Type
from ovh_weblogs.dss import recipe_forms, source_forms
from ovh_weblogs.errors import InputError, SettingsError
from ovh_weblogs.roles import CONTENT_ROLES, ROLES, VISITOR_ROLES
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import (
    Cleaning,
    Engine,
    EnrichSettings,
    Midnight,
    ParseSettings,
    Policy,
    Privacy,
    Rotation,
    SessionSettings,
    VisitorSettings,
)
from ovh_weblogs.sources import KnownSite, PageRule, Sources
from ovh_weblogs.visitored import Aggregate, CrmSettings, Label, LabelKind, Shape

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


# Enrich hits

PARIS = ZoneInfo("Europe/Paris")
KEY = "kV3t8Qm1Zx6Rb0Lw"


@pytest.mark.parametrize(
    "config",
    [None, {}, {role.parameter: role.input for role in ROLES}, {"privacy": {}, "time_zone": "", "overwrite": ""}],
)
def test_enrichment_by_an_empty_form_or_its_defaults_is_that_of_settings(config):
    assert recipe_forms.enrich_settings(config) == EnrichSettings()


def test_what_is_set_for_cleaning_and_privacy_is_taken():
    config = {
        "query_keys": [" q ", "q", "", "Page"],
        "add_resources": False,
        "add_local_time": False,
        "local_zone": "America/Toronto",
        "internal_addresses": ["10.0.0.0/8"],
        "own_agents": ["monitor"],
        "drop": ["internal", "bots"],
        "drop_statuses": ["404"],
        "clean_urls": False,
        "removed_keys": [],
        "truncate_addresses": True,
        "hash_user": True,
    }
    assert recipe_forms.enrich_settings(config) == EnrichSettings(
        query_keys=("q", "Page"),
        resources=False,
        local_time=False,
        local_zone=ZoneInfo("America/Toronto"),
        cleaning=Cleaning(("10.0.0.0/8",), ("monitor",), ("bots", "internal"), ("404",)),
        privacy=Privacy(clean_urls=False, removed_keys=(), truncate_addresses=True, hash_user=True),
    )


def test_what_is_set_for_enrichment_is_taken():
    config = {
        "time_column": "timestamp",
        "useragent_column": " agent ",
        "identifier_column": "login",
        "time_zone": "Europe/Paris",
        "overwrite": True,
        "add_useragent": False,
        "add_bots": "false",
        "add_url": "false",
        "add_visitor_id": False,
        "visitor_policy": "identifier",
        "privacy": {"visitor_key": KEY, "rotation": "week"},
    }
    assert recipe_forms.enrich_settings(config) == EnrichSettings(
        columns={"time": "timestamp", "useragent": "agent", "identifier": "login"},
        zone=PARIS,
        overwrite=True,
        useragent=False,
        bots=False,
        url=False,
        visitor_id=False,
        visitor_policy=Policy.IDENTIFIER,
        visitor_key=Secret(KEY),
        rotation=Rotation.WEEK,
    )


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"visitor_policy": "login"}, "visitor_policy must be one of auto, cookie, identifier, address, hash"),
        ({"visitor_policy": "identifier"}, "identifier_column is missing"),
        ({"time_zone": "Paris"}, "time_zone is not known"),
        ({"overwrite": "perhaps"}, "overwrite must be true or false"),
        ({"url_column": 5}, "url_column must be text"),
        ({"privacy": {"visitor_key": "k" * 15}}, "visitor_key must have at least 16 characters"),
        ({"add_sources": "perhaps"}, "add_sources must be true or false"),
        ({"known_sites": [{"host": "a.example", "kind": "forum"}]}, "known site 1: kind must be one of search, social"),
        ({"page_rules": [{}, {"match": "exact"}]}, "page rule 2: match must be one of prefix, glob, pattern"),
        ({"page_rules": [{"conversion": "perhaps"}]}, "page rule 1: conversion must be true or false"),
        ({"page_rules": [{"path": 5}]}, "page rule 1: path must be text"),
        ({"page_rules": "home"}, "page_rules must be a list of objects"),
        ({"page_rules": ["home"]}, "page_rules must be a list of objects"),
        ({"privacy": {"rotation": "day"}}, "visitor_key is missing"),
        ({"privacy": {"visitor_key": KEY, "rotation": "year"}}, "rotation must be one of none, day, week, month"),
    ],
)
def test_a_wrong_setting_of_enrichment_is_named(config, told):
    with pytest.raises(SettingsError) as caught:
        recipe_forms.enrich_settings(config)
    assert told in str(caught.value)


def test_hosts_sites_and_rules_are_taken_in_order():
    settings = recipe_forms.enrich_settings(
        {
            "add_sources": False,
            "own_hosts": ["shop.example", " shop.example "],
            "ignored_hosts": [],
            "spam_hosts": ["spam.example"],
            "known_sites": [{"host": " forum.example ", "kind": "social", "name": "Forum"}, {"host": "b.example"}],
            "page_rules": [
                {"category": "order", "path": "/merci", "match": "glob", "host": "*.example", "conversion": True},
                {"category": "api", "method": "POST", "status": "2xx", "type": "event", "conversion": "false"},
            ],
        }
    )
    assert settings == EnrichSettings(
        traffic_sources=False,
        sources=Sources(
            own_hosts=("shop.example",),
            ignored_hosts=(),
            spam_hosts=("spam.example",),
            known_sites=(KnownSite("forum.example", "social", "Forum"), KnownSite("b.example", "search")),
        ),
        page_rules=(
            PageRule("order", "/merci", "glob", "*.example", conversion=True, place="rule 1 of the form"),
            PageRule("api", method="POST", status="2xx", type="event", place="rule 2 of the form"),
        ),
    )


def test_rows_of_a_dataset_are_rules_and_blank_ones_are_passed_over():
    rows = [
        {"category": "home", "path": "/", "match": "glob", "conversion": None},
        {"category": None, "path": None, "match": None, "conversion": None},
        {"category": "order", "path": "/merci", "match": None, "conversion": "true"},
    ]
    assert source_forms.rules_of_rows(rows, "rules") == (
        PageRule("home", "/", "glob", place="row 1 of rules"),
        PageRule("order", "/merci", conversion=True, place="row 3 of rules"),
    )


def test_a_row_of_a_dataset_that_cannot_be_used_is_named():
    with pytest.raises(SettingsError, match="rules, row 2: conversion must be true or false"):
        source_forms.rules_of_rows([{"category": "a"}, {"category": "b", "conversion": "1"}], "rules")
    with pytest.raises(InputError, match="The dataset rules has no column category and no column conversion"):
        source_forms.rule_columns(["path", "kind"], "rules")


# Group to visitors


@pytest.mark.parametrize(
    "config", [None, {}, {role.parameter: role.input for role in (*VISITOR_ROLES, *CONTENT_ROLES)}]
)
def test_grouping_by_an_empty_form_or_its_defaults_is_that_of_settings(config):
    assert recipe_forms.visitor_settings(config, {}) == VisitorSettings()


def test_what_is_set_for_grouping_is_taken():
    config = {"address_column": "ip", "visitor_column": "customer", "time_zone": "Europe/Paris"}
    config |= {"categories": [" blog ", "Le café", ""], "group_columns": ["visitor_id", "vhost", "vhost"]}
    config |= {"last_columns": ["plan", "basket"], "sum_columns": ["basket"]}
    assert recipe_forms.visitor_settings(config, {"memory_limit_mb": 512.0, "temp_folder": "/tmp"}) == VisitorSettings(
        columns={"address": "ip", "visitor": "customer"},
        zone=PARIS,
        memory_limit_mb=512,
        temp_folder="/tmp",
        shape=Shape(
            categories=("blog", "Le café"),
            group_columns=("visitor_id", "vhost"),
            aggregates=(Aggregate("basket", "sum"), Aggregate("plan", "last"), Aggregate("basket", "last")),
        ),
    )


@pytest.mark.parametrize(
    ("config", "plugin", "told"),
    [
        ({"time_zone": "x"}, {}, "The settings of the recipe cannot be used: time_zone"),
        ({}, {"memory_limit_mb": 1}, "The plugin's settings cannot be used: memory_limit_mb"),
        ({"categories": ["a b", "A-b"]}, {}, "categories has 'a b' and 'A-b', whose columns would both be a_b"),
        ({"categories": ["новости"]}, {}, "categories has 'новости', of which no column can be named"),
        ({"categories": ["a" * 41]}, {}, "letters or digits of ASCII, 40 at most"),
        ({"label": "yes"}, {}, "label must be one of none, snapshot, history"),
        (
            {"label": "snapshot", "cutoffs": ["2026-01-31", "31 January"]},
            {},
            "cutoffs must be days such as 2026-01-31, or instants",
        ),
        (
            {"label": "snapshot", "cutoffs": ["2026-01-31T10:00:00"]},
            {},
            "cutoffs must be days such as 2026-01-31, or instants",
        ),
        ({"label": "snapshot", "horizon_days": 0}, {}, "horizon_days must be"),
    ],
)
def test_a_wrong_setting_of_grouping_is_named(config, plugin, told):
    with pytest.raises(SettingsError) as caught:
        recipe_forms.visitor_settings(config, plugin)
    assert told in str(caught.value)


def test_what_is_set_for_labels_and_the_crm_is_taken():
    config = {"label": "snapshot", "cutoffs": ["2026-03-29", "2026-01-31T10:00:00Z"], "horizon_days": 30.0}
    config |= {"lookback_days": "14", "crm_key": "id", "crm_identifier": "user", "crm_date": "since"}
    made = recipe_forms.visitor_settings(config, None)
    # The day of the change to summer time begins an hour before midnight in UTC, as those before it do.
    cutoffs = (1_769_853_600_000_000, 1_774_738_800_000_000)
    assert made.shape.label == Label(LabelKind.SNAPSHOT, cutoffs, horizon_days=30, lookback_days=14)
    assert made.crm == CrmSettings("id", "user", "since")


def test_fields_of_labels_that_the_form_does_not_show_are_not_heeded():
    config = {"label": "none", "cutoffs": ["soon"], "horizon_days": 0, "lookback_days": -1}
    assert recipe_forms.visitor_settings(config, None).shape.label == Label()


def test_columns_are_aggregated_as_the_types_that_they_have_and_sums_are_of_numbers():
    types = {"n": "int", "x": "float", "at": "date", "plan": "string", "where": "geopoint", "total": "string"}
    hows = ("min", "last", "max", "first", "distinct", "mean")
    shape = Shape(aggregates=tuple(Aggregate(name, how) for name, how in zip(types, hows, strict=True)))
    made = recipe_forms.typed(shape, [{"name": name, "type": kind} for name, kind in types.items()])
    assert [each.type for each in made.aggregates] == [
        *(Type.BIGINT, Type.DOUBLE, Type.INSTANT, Type.STRING, Type.STRING, Type.DOUBLE),
    ]


# Columns of both


@pytest.mark.parametrize(
    ("recipe", "of", "roles"),
    [("ovh-logs-enrich", "hits", ROLES), ("ovh-logs-visitors", "events", (*VISITOR_ROLES, *CONTENT_ROLES))],
)
def test_the_forms_columns_are_the_roles(repository, recipe, of, roles):
    params = json.loads((repository / "custom-recipes" / recipe / "recipe.json").read_text())["params"]
    shown = {
        param["name"]: (param.get("defaultValue", ""), tuple(param.get("allowedColumnTypes", ())), param["columnRole"])
        for param in params
        if param["type"] == "COLUMN" and not param["name"].startswith("crm_")
    }
    assert shown == {role.parameter: (role.input, role.types, of) for role in roles}


@pytest.mark.parametrize("config", [None, {}, {"midnight": None, "day_zone": "", "only_people": ""}])
def test_an_empty_form_of_visits_gives_the_defaults_of_settings(config):
    assert recipe_forms.session_settings(config, None) == SessionSettings()


def test_what_is_set_of_visits_is_taken_the_plugins_settings_among_it():
    config = {
        "time_column": "moment",
        "campaign_column": "utm",
        "channel_column": "channel",
        "timeout_minutes": 45.0,
        "midnight": "always",
        "day_zone": "America/Toronto",
        "campaign_change": True,
        "only_people": "true",
        "only_pageviews": True,
    }
    assert recipe_forms.session_settings(config, {"memory_limit_mb": 512, "temp_folder": "/big"}) == SessionSettings(
        columns={"time": "moment", "campaign": "utm"},
        timeout_minutes=45,
        midnight=Midnight.ALWAYS,
        day_zone=ZoneInfo("America/Toronto"),
        campaign_change=True,
        only_people=True,
        only_pageviews=True,
        memory_limit_mb=512,
        temp_folder="/big",
    )


def test_every_fault_of_the_form_of_visits_is_named_at_once():
    with pytest.raises(SettingsError) as caught:
        recipe_forms.session_settings({"timeout_minutes": 481, "midnight": "noon", "day_zone": "Mars"}, {})
    assert all(name in str(caught.value) for name in ("timeout_minutes must", "midnight must", "day_zone is not known"))


# Where rows are made


@pytest.mark.parametrize("read", [recipe_forms.visitor_settings, recipe_forms.session_settings])
def test_the_engine_is_that_of_the_form(read):
    assert (read({}, {}).engine, read({}, {}).allow_unproved) == (Engine.AUTO, False)
    chosen = read({"engine": "database", "allow_unproved": True}, {})
    assert (chosen.engine, chosen.allow_unproved) == (Engine.DATABASE, True)


@pytest.mark.parametrize("read", [recipe_forms.visitor_settings, recipe_forms.session_settings])
def test_an_engine_that_is_none_is_named(read):
    with pytest.raises(SettingsError, match="engine must be one of auto, embedded, database"):
        read({"engine": "spark"}, {})
