"""The plugin's own component folders, driven as the host drives them."""

from __future__ import annotations

import json
import random
import zipfile
from collections import Counter
from datetime import date

import pytest

from dev.dayfiles import write_day
from dev.dsshost import ComponentFailed, ConnectorSession, Store, check_plugin, run_recipe
from dev.dsshost.package_check import check_zip
from dev.package import build
from ovh_weblogs.dss.access import API
from ovh_weblogs.roles import CONTENT_ROLES, JOURNEY_ROLES, ROLES, SESSION_ROLES, VISITOR_ROLES
from ovh_weblogs.schema import HITS, SERVER_HITS, VISITORS
from ovh_weblogs.settings import (
    ApiAccess,
    ApiKeys,
    ArchiveSettings,
    EnrichSettings,
    Network,
    ParseSettings,
    SessionSettings,
    Source,
    VisitorSettings,
)
from ovh_weblogs.visitored import CrmSettings, Label

FQDN, PASSWORD = "example.com", "correct horse"


@pytest.fixture
def connect(repository):
    """A session with the connector."""

    def open_session(made):
        return ConnectorSession(repository, "ovh-logs", *made)

    return open_session


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def fill(store, name, columns, rows):
    store.set_columns(name, [{"name": column, "type": kind} for column, kind in columns.items()])
    store.replace(name, rows)


def enrich(repository, store):
    return run_recipe(repository, "ovh-logs-enrich", store, inputs={"hits": ["hits"]}, outputs={"events": ["events"]})


def group(repository, store, source="events", **config):
    roles = {"inputs": {"events": [source]}, "outputs": {"visitors": ["visitors"]}}
    return run_recipe(repository, "ovh-logs-visitors", store, config=config, **roles)


# Descriptors and forms


def test_the_host_takes_every_descriptor(repository):
    assert check_plugin(repository) == [
        "python-connectors/ovh-logs",
        "python-connectors/ovh-logs-files",
        "custom-recipes/ovh-logs-archive",
        "custom-recipes/ovh-logs-enrich",
        "custom-recipes/ovh-logs-events-spark",
        "custom-recipes/ovh-logs-parse",
        "custom-recipes/ovh-logs-sessions",
        "custom-recipes/ovh-logs-visitors",
        "custom-recipes/ovh-logs-visitors-spark",
        "python-runnables/ovh-logs-check-access",
        "parameter-sets/ovh-logs-api",
        "parameter-sets/ovh-logs-privacy",
        "parameter-sets/ovh-logs-user",
    ]


def defaults(path):
    params = json.loads(path.read_text())["params"]
    return {param["name"]: param["defaultValue"] for param in params if "defaultValue" in param}


def test_the_forms_defaults_are_those_of_the_settings(repository):
    source, access = Source.__dataclass_fields__, ApiAccess(ApiKeys())
    assert defaults(repository / "python-connectors/ovh-logs/connector.json") == {
        "access": API,
        "service": access.service,
        "domain": access.domain,
        "log_root": "",
        "log_host": access.log_host,
        "timezone": "",
        "kind": source["kind"].default.value,
        "period": "last_days",
        "last_days": 7,
        "from_date": "",
        "to_date": "",
        "missing_days": "skip" if source["skip_missing"].default else "fail",
        "include_today": source["include_today"].default,
        "partitioned": source["partitioned"].default,
        "rejects": "rows" if source["reject_rows"].default else "count",
        "max_reject_share": source["max_reject_share"].default,
    }
    assert defaults(repository / "custom-recipes/ovh-logs-archive/recipe.json") == {
        "access": API,
        "service": access.service,
        "domain": access.domain,
        "log_root": "",
        "log_host": access.log_host,
        "timezone": "",
        "kinds": [kind.value for kind in ArchiveSettings.kinds],
        "period": "last_days",
        "last_days": ArchiveSettings.LAST_DAYS,
        "from_date": "",
        "to_date": "",
        "keep_months": ArchiveSettings.keep_months,
    }


def test_the_defaults_of_parsing_are_those_of_the_settings(repository):
    parsing = ParseSettings()
    assert defaults(repository / "custom-recipes/ovh-logs-parse/recipe.json") == {
        "line_format": parsing.line_format,
        "custom_format": parsing.custom_format or "",
        "base_url": parsing.base_url or "",
        "timezone": parsing.timezone or "",
        "max_reject_share": parsing.max_reject_share,
    }


def test_the_defaults_of_enrichment_are_those_of_the_settings(repository):
    enriching = EnrichSettings()
    assert defaults(repository / "custom-recipes/ovh-logs-enrich/recipe.json") == {
        **{role.parameter: role.input for role in ROLES if role.input},
        "time_zone": "UTC",
        "add_useragent": enriching.useragent,
        "add_bots": enriching.bots,
        "add_url": enriching.url,
        "add_geo": enriching.geo,
        "geo_language": enriching.geo_language.value,
        "add_resources": enriching.resources,
        "add_local_time": enriching.local_time,
        "local_zone": str(enriching.local_zone),
        "drop": list(enriching.cleaning.drop),
        "clean_urls": enriching.privacy.clean_urls,
        "removed_keys": list(enriching.privacy.removed_keys),
        "truncate_addresses": enriching.privacy.truncate_addresses,
        "hash_user": enriching.privacy.hash_user,
        "overwrite": enriching.overwrite,
        "add_sources": enriching.traffic_sources,
        "ignored_hosts": list(enriching.sources.ignored_hosts),
        "add_visitor_id": enriching.visitor_id,
        "visitor_policy": enriching.visitor_policy.value,
    }
    assert defaults(repository / "parameter-sets/ovh-logs-privacy/parameter-set.json") == {
        "rotation": enriching.rotation.value
    }


def test_the_defaults_of_grouping_are_those_of_the_settings(repository):
    assert defaults(repository / "custom-recipes/ovh-logs-visitors/recipe.json") == {
        **{role.parameter: role.input for role in (*VISITOR_ROLES, *CONTENT_ROLES)},
        "time_zone": "UTC",
        "label": Label.kind.value,
        "horizon_days": Label.horizon_days,
        "lookback_days": Label.lookback_days,
        "crm_identifier": CrmSettings.identifier,
        "engine": VisitorSettings.engine.value,
        "allow_unproved": VisitorSettings.allow_unproved,
    }
    visits = SessionSettings()
    assert defaults(repository / "custom-recipes/ovh-logs-sessions/recipe.json") == {
        **{role.parameter: role.input for role in (*SESSION_ROLES, *JOURNEY_ROLES)},
        "time_zone": "UTC",
        "timeout_minutes": visits.timeout_minutes,
        "midnight": visits.midnight.value,
        "day_zone": str(visits.day_zone),
        "campaign_change": visits.campaign_change,
        "only_people": visits.only_people,
        "only_pageviews": visits.only_pageviews,
        "engine": visits.engine.value,
        "allow_unproved": visits.allow_unproved,
    }


def test_the_defaults_of_keys_and_of_the_plugin_are_those_of_the_settings(repository):
    assert defaults(repository / "parameter-sets/ovh-logs-api/parameter-set.json") == {
        "auth": ApiKeys.auth.value,
        "endpoint": ApiKeys.endpoint,
        "application_key": ApiKeys.identity,
        "client_id": ApiKeys.identity,
    }
    grouping = VisitorSettings()
    assert defaults(repository / "plugin.json") == {
        "api_url": ApiKeys.api_url or "",
        **Network().__dict__,
        "max_day_gb": ParseSettings().max_day_bytes / 1e9,
        "memory_limit_mb": grouping.memory_limit_mb,
        "temp_folder": grouping.temp_folder or "",
        "geo_database": "",
    }


def test_the_archive_asks_for_access_as_the_dataset_does(repository):
    """Texts, choices and conditions of the fields that both forms have are the same, but for what names the days."""
    dataset, recipe = (
        {param["name"]: param for param in json.loads((repository / path).read_text())["params"]}
        for path in ("python-connectors/ovh-logs/connector.json", "custom-recipes/ovh-logs-archive/recipe.json")
    )
    shared = dataset.keys() & recipe.keys() - {"what_section", "last_days"}
    assert len(shared) == 12
    assert {name: recipe[name] for name in shared} == {name: dataset[name] for name in shared}
    assert recipe["kinds"]["selectChoices"] == dataset["kind"]["selectChoices"]


def test_a_configuration_of_the_forms_defaults_reads_like_one_without_them(connect, host, config, repository):
    settings, plugin = config(host)
    filled = {**defaults(repository / "python-connectors/ovh-logs/connector.json"), **settings}
    floats = {key: float(value) if type(value) is int else value for key, value in filled.items()}
    expected = connect((settings, plugin)).rows()
    assert connect((filled, plugin)).rows() == expected
    assert connect((floats, plugin)).rows() == expected


def test_components_hold_no_logic(repository):
    for recipe in (repository / "custom-recipes").glob("*/recipe.py"):
        assert len([line for line in recipe.read_text().splitlines() if line.strip()]) <= 5
    for connector in (repository / "python-connectors").glob("*/connector.py"):
        assert len([line for line in connector.read_text().splitlines() if line.strip()]) <= 40


@pytest.mark.parametrize(
    ("recipe", "originals"),
    [
        ("ovh-logs-events-spark", ("ovh-logs-parse", "ovh-logs-enrich")),
        ("ovh-logs-visitors-spark", ("ovh-logs-visitors", "ovh-logs-sessions")),
    ],
)
def test_a_form_for_spark_asks_what_the_forms_of_one_machine_ask(repository, recipe, originals):
    def params(name):
        text = (repository / "custom-recipes" / name / "recipe.json").read_text("utf-8")
        return {param["name"]: param for param in json.loads(text)["params"] if param["type"] != "SEPARATOR"}

    known = {key: value for name in reversed(originals) for key, value in params(name).items()}
    for name, param in params(recipe).items():
        if name != "identifier_column":  # there are no hits to choose one from
            assert param == {key: value for key, value in known[name].items() if key in param}


def test_the_code_environment_asks_for_what_the_project_asks_for(repository):
    text = (repository / "pyproject.toml").read_text()
    listed = text.partition("dependencies = [")[2].partition("\n]")[0]
    wanted = [line.strip().strip('",') for line in listed.splitlines() if line.strip().startswith('"')]
    assert (repository / "code-env/python/spec/requirements.txt").read_text().splitlines() == wanted


def test_versions_agree(repository):
    version = json.loads((repository / "plugin.json").read_text())["version"]
    changelog = (repository / "CHANGELOG.md").read_text()
    assert f"\n## Version {version} - " in changelog
    assert changelog.index("## Version") == changelog.index(f"## Version {version} - ")
    assert f'version = "{version}"' in (repository / "pyproject.toml").read_text()


def test_the_zip_has_the_plugin_at_its_root_and_nothing_for_developers(repository, tmp_path):
    names = build(repository, tmp_path / "plugin.zip")
    assert "plugin.json" in names
    assert "python-lib/ovh_weblogs/pipeline.py" in names
    assert check_zip(tmp_path / "plugin.zip") == check_plugin(repository)
    build(repository, tmp_path / "again.zip")
    assert (tmp_path / "plugin.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "plugin.zip") as archive:
        assert archive.testzip() is None


# Connector


def test_the_schema_of_web_logs_is_the_first_15_columns_of_hits_with_comments(connect, host, config):
    columns = connect(config(host)).schema()["columns"]
    assert [column["name"] for column in columns] == list(HITS.names[:15]) == list(SERVER_HITS.names)
    assert [column["type"] for column in columns] == [
        "date",
        *["string"] * 6,
        "int",
        "bigint",
        *["string"] * 5,
        "bigint",
    ]
    assert all(column["comment"] for column in columns)


@pytest.mark.parametrize("kind", ["web", "error", "ftp", "cgi", "out", "ssh", "cron"])
@pytest.mark.parametrize("rejects", ["count", "rows"])
def test_rows_are_what_the_schema_declares(connect, make_host, config, data, kind, rejects):
    lines = [
        'é\t"q" \\ \x00'.encode(),
        b"\xff\xfe",
        b'1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100] "\xf0\x9f\x98\x80" 408 - "-" "-"',
    ]
    write_day(data, FQDN, date(2026, 3, 28), lines, kind=kind)
    made = config(make_host(), kind=kind, rejects=rejects, to_date="2026-03-28", max_reject_share=1)
    assert len(connect(made).rows()) == (1 if (kind, rejects) == ("web", "count") else 3)


def test_requests_in_any_order_and_number_give_the_same(connect, host, config):
    session = connect(config(host, partitioned=True))
    asked = {
        "schema": session.schema,
        "partitioning": session.partitioning,
        "partitions": session.partitions,
        "exists": lambda: session.partition_exists("2026-03-29"),
        "one": lambda: session.rows("2026-03-29"),
        "all": session.rows,
        "few": lambda: session.rows(None, 3),
    }
    expected = {name: ask() for name, ask in asked.items()}
    names = list(asked) * 2
    random.Random(5).shuffle(names)
    assert all(asked[name]() == expected[name] for name in names)
    assert expected["partitioning"] == {"dimensions": [{"name": "day", "type": "time", "params": {"period": "DAY"}}]}


def test_without_partitions_there_is_no_dimension(connect, host, config):
    session = connect(config(host))
    assert session.partitioning() == {"dimensions": []}
    assert len(session.rows("NP")) == 18


def test_an_error_reaches_the_user_as_one_sentence(connect, host, config):
    with pytest.raises(ComponentFailed) as caught:
        connect(config(host, domain="unknown.example")).rows()
    error = caught.value.error
    assert error["message"].startswith(f"{host.url} has no logs of unknown.example (404); ")
    assert "[Errno" not in error["message"]
    assert PASSWORD not in json.dumps(error)


@pytest.mark.parametrize("preset", [{}, None, "absent"])
def test_a_missing_preset_is_named(connect, host, config, preset):
    settings, plugin = config(host, log_user=preset)
    if preset == "absent":
        del settings["log_user"]
    with pytest.raises(ComponentFailed, match="login and password of a log user are missing"):
        connect((settings, plugin)).rows()


def test_the_form_can_be_tested_before_anything_is_filled_in(connect):
    session = connect(({}, {}))
    assert len(session.schema()["columns"]) == 15
    assert session.partitioning() == {"dimensions": []}


# Recipes


def test_hits_become_events_and_events_visitors(connect, host, config, repository, store):
    connect(config(host)).materialize(store, "hits")
    assert enrich(repository, store).error is None
    assert group(repository, store).error is None
    assert len(list(store.rows("events"))) == 18
    visitors = {row["location_first"]: row for row in store.rows("visitors")}
    assert len(visitors) == 7
    assert visitors["https://www.example.com/?n=6"]["count"] == "1"
    assert visitors["https://www.example.com/?n=0"]["count"] == "3"
    told = {
        "page_category",
        "conversions",
        "client_addr_region",
        "client_addr_city",
        "br_lang",
    }  # by rules and geo files
    known = [name for name in VISITORS.names if not any(name.startswith(each) for each in told)]
    assert [column["name"] for column in store.columns("visitors")] == known


def test_page_views_of_chosen_categories_are_counted(connect, host, config, repository, store):
    connect(config(host)).materialize(store, "hits")
    rules = {"page_rules": [{"category": "Le café", "path": "/", "match": "prefix", "conversion": True}]}
    roles = {"inputs": {"hits": ["hits"]}, "outputs": {"events": ["events"]}}
    assert run_recipe(repository, "ovh-logs-enrich", store, config=rules, **roles).error is None
    assert group(repository, store, categories=["Le café"]).error is None
    rows = list(store.rows("visitors"))
    assert {row["share_le_cafe_pages"] for row in rows} == {"1.0"}
    assert [row["count_le_cafe_pages"] for row in rows] == [row["pageviews"] for row in rows]


def test_rows_can_be_of_other_columns_which_keep_their_types(connect, host, config, repository, store):
    connect(config(host)).materialize(store, "hits")
    assert enrich(repository, store).error is None
    assert group(repository, store, group_columns=["visitor_id", "status"]).error is None
    rows, events = list(store.rows("visitors")), list(store.rows("events"))
    expected = Counter((event["visitor_id"], event["status"]) for event in events)
    assert {(row["visitor_id"], row["status"]): int(row["count"]) for row in rows} == expected
    assert [(column["name"], column["type"]) for column in store.columns("visitors")][:3] == [
        *(("visitor_id", "string"), ("status", "int"), ("count", "bigint")),
    ]


def test_columns_of_the_input_are_aggregated_where_that_is_wished_for(repository, store):
    columns = {"server_ts": "date", "visitor_id": "string", "basket": "double", "plan": "string", "seen": "date"}
    rows = [
        ["2026-03-28T09:00:00.000Z", "v", "10.5", "free", "2026-01-01T00:00:00.000Z"],
        ["2026-03-28T09:00:01.000Z", "v", "2", "", "2026-01-02T00:00:00.000Z"],
        ["2026-03-28T09:00:02.000Z", "v", "", "paid", ""],
    ]
    fill(store, "events", columns, rows)
    wished = {"sum_columns": ["basket"], "first_columns": ["plan"], "last_columns": ["plan"], "max_columns": ["seen"]}
    assert group(repository, store, **wished).error is None
    (row,) = store.rows("visitors")
    assert [row["basket_sum"], row["plan_first"], row["plan_last"]] == ["12.5", "free", "paid"]
    assert row["seen_max"] == "2026-01-02T00:00:00.000Z"
    types = {column["name"]: column["type"] for column in store.columns("visitors")}
    assert [types[name] for name in ("basket_sum", "plan_last", "seen_max")] == ["double", "string", "date"]


LABELLED = {"server_ts": "date", "visitor_id": "string", "user": "string", "is_conversion": "boolean"}
BOUGHT = [
    ["2026-03-10T09:00:00.000Z", "v", "ada", "false"],
    ["2026-03-12T09:00:00.000Z", "v", "", "true"],
    ["2026-03-10T09:00:00.000Z", "w", "bob", "false"],
    ["2026-03-20T09:00:00.000Z", "w", "", "false"],
]


def test_rows_of_a_snapshot_are_labelled_and_joined_with_what_the_crm_knew_by_then(repository, store):
    fill(store, "events", LABELLED, BOUGHT)
    crm = [
        ["ada", "1.0", "2026-03-01T00:00:00.000Z"],
        ["ada", "2.5", "2026-03-10T10:00:00.000Z"],
        ["ada", "9", "2026-03-12T00:00:00.000Z"],
    ]
    fill(store, "crm", {"login": "string", "score": "double", "since": "date"}, crm)
    config = {"label": "snapshot", "cutoffs": ["2026-03-11"], "horizon_days": 2, "crm_key": "login"}
    config |= {"crm_identifier": "user", "crm_date": "since"}
    roles = {"inputs": {"events": ["events"], "crm": ["crm"]}, "outputs": {"visitors": ["visitors"]}}
    assert run_recipe(repository, "ovh-logs-visitors", store, config=config, **roles).error is None
    rows = {row["visitor_id"]: row for row in store.rows("visitors")}
    assert {(row["count"], row["conversions"], row["cutoff_ts"]) for row in rows.values()} == {
        ("1", "0", "2026-03-10T23:00:00.000Z")
    }
    assert {name: (row["label"], row["crm_score"]) for name, row in rows.items()} == {"v": ("1", "2.5"), "w": ("0", "")}
    types = {column["name"]: column["type"] for column in store.columns("visitors")}
    assert [types[name] for name in ("cutoff_ts", "label", "crm_score", "crm_since")] == [
        *("date", "int", "double", "date"),
    ]
    assert "user_last" not in types


def test_a_crm_that_is_chosen_by_half_is_refused_with_what_to_do(repository, store):
    fill(store, "events", LABELLED, BOUGHT)
    fill(store, "crm", {"login": "string"}, [["ada"], ["ada"]])
    both = {"inputs": {"events": ["events"], "crm": ["crm"]}, "outputs": {"visitors": ["visitors"]}}
    error = run_recipe(repository, "ovh-logs-visitors", store, **both).error
    assert error["message"] == "crm_key is missing (the column of the CRM that identifies a customer); choose it."
    error = run_recipe(repository, "ovh-logs-visitors", store, config={"crm_key": "login"}, **both).error
    assert error["message"].startswith("The CRM has more than one row of 'ada' in column login; keep one of them")
    assert group(repository, store, crm_key="login").error["message"] == (
        "The recipe has no dataset as crm; choose one in its inputs, or empty crm_key."
    )


def test_categories_that_nothing_tells_of_are_refused(connect, host, config, repository, store):
    connect(config(host)).materialize(store, "hits")
    assert group(repository, store, "hits", categories=["blog"]).error["message"] == (
        "The input has no column is_pageview and no column page_category, by which page views are told and counted; "
        "enrich the hits with page rules first, or name no page categories in the recipe."
    )


def test_refused_lines_stay_in_events_and_are_no_visitors(connect, make_host, config, data, repository, store):
    lines = [b"no log line", *(b'1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100] "-" 408 - "-" "-"',) * 2]
    write_day(data, FQDN, date(2026, 3, 28), lines)
    made = config(make_host(), to_date="2026-03-28", rejects="rows", max_reject_share=1)
    connect(made).materialize(store, "hits")
    assert enrich(repository, store).error is None
    assert [row["reject_reason"] for row in store.rows("events")] == ["no time in brackets", "", ""]
    assert "1 refused lines are no hits" in group(repository, store).log
    assert [row["count"] for row in store.rows("visitors")] == ["2"]


def test_a_partition_goes_through_the_recipes_alone(connect, host, config, repository, store):
    session = connect(config(host, partitioned=True))
    for partition in session.partitions():
        session.materialize(store, "hits", partition)
    for recipe, inputs, outputs in (
        ("ovh-logs-enrich", {"hits": ["hits"]}, {"events": ["events"]}),
        ("ovh-logs-visitors", {"events": ["events"]}, {"visitors": ["visitors"]}),
    ):
        result = run_recipe(repository, recipe, store, inputs=inputs, outputs=outputs, partition="2026-03-29")
        assert result.error is None
    assert store.partitions("events") == store.partitions("visitors") == ["2026-03-29"]
    assert len(list(store.rows("visitors", "2026-03-29"))) == 6


def test_the_plugins_settings_limit_the_grouping(repository, store):
    fill(
        store, "events", {"server_ts": "date", "client_addr": "string"}, [["2026-03-28T09:00:00.000Z", "198.51.100.1"]]
    )
    roles = {"inputs": {"events": ["events"]}, "outputs": {"visitors": ["visitors"]}}
    wrong = {"temp_folder": "/nowhere", "memory_limit_mb": 512.0}
    result = run_recipe(repository, "ovh-logs-visitors", store, **roles, plugin_config=wrong)
    assert "folder /nowhere, meant for temporary files, cannot be written" in result.error["message"]


def test_two_columns_are_enough_in_any_order_and_type(repository, store):
    columns = {"mine": "string", "status": "double", "client_addr": "string", "server_ts": "string"}
    rows = [
        ["007", "200.0", "198.51.100.1", "2026-03-28T10:00:00+01:00"],
        ["NA", "", "198.51.100.1", "2026-03-28T09:30:00.000Z"],
        ["", "404", "198.51.100.2", "2026-03-28 10:00:00Z"],
    ]
    fill(store, "hits", columns, rows)
    assert enrich(repository, store).error is None
    events = list(store.rows("events"))
    assert [(row["mine"], row["status"], row["server_ts"]) for row in events] == [
        ("007", "200", "2026-03-28T09:00:00.000Z"),
        ("NA", "", "2026-03-28T09:30:00.000Z"),
        ("", "404", "2026-03-28T10:00:00.000Z"),
    ]
    assert group(repository, store, "hits").error is None
    assert sorted(row["count"] for row in store.rows("visitors")) == ["1", "2"]


def test_page_rules_come_from_the_form_and_then_from_a_dataset(repository, store):
    fill(
        store, "hits", {"client_addr": "string", "location": "string"}, [["192.0.2.1", p] for p in ("/a/1", "/b", "/")]
    )
    rows = [["second", "/a/", "false"], ["b", "/b", "true"]]
    fill(store, "rules", {"category": "string", "path": "string", "conversion": "boolean"}, rows)
    roles = {"inputs": {"hits": ["hits"], "rules": ["rules"]}, "outputs": {"events": ["events"]}}
    config = {"page_rules": [{"category": "first", "path": "/a/", "match": "prefix", "conversion": True}]}
    result = run_recipe(repository, "ovh-logs-enrich", store, **roles, config=config)
    assert result.error is None, result.log
    assert "rules: 2 page rules" in result.log
    told = [(row["page_category"], row["is_conversion"]) for row in store.rows("events")]
    assert told == [("first", "true"), ("b", "true"), ("", "false")]


def test_a_page_rule_of_a_dataset_that_cannot_be_used_is_named_with_its_row(repository, store):
    fill(store, "hits", {"client_addr": "string", "location": "string"}, [["192.0.2.1", "/a"]])
    rules = {"category": "string", "path": "string", "match": "string"}
    fill(store, "rules", rules, [["a", "/a", "prefix"], ["b", "(", "pattern"]])
    roles = {"inputs": {"hits": ["hits"], "rules": ["rules"]}, "outputs": {"events": ["events"]}}
    result = run_recipe(repository, "ovh-logs-enrich", store, **roles)
    assert "The page rule 'b' (row 2 of rules) has the pattern '('" in result.error["message"]


def test_what_is_left_out_is_logged(repository, store):
    fill(store, "hits", {"server_ts": "date", "client_addr": "string"}, [["2026-03-28T09:00:00.000Z", "198.51.100.1"]])
    assert "the input has no column useragent" in enrich(repository, store).log
    assert "the input has no column referer" in group(repository, store, "hits").log


def test_ids_of_a_tracker_are_kept_under_their_own_names(repository, store):
    columns = {"visitor_id": "string", "session_id": "string", "server_ts": "date", "client_addr": "string"}
    fill(store, "hits", columns, [["cookie", "visit", "2026-03-28T09:00:00.000Z", "198.51.100.1"]])
    assert enrich(repository, store).error is None
    (row,) = store.rows("events")
    assert (row["tracker_visitor_id"], row["tracker_session_id"]) == ("cookie", "visit")
    assert row["visitor_id"] == "cookie"


def test_an_input_without_rows_gives_outputs_without_rows(repository, store):
    fill(store, "hits", {"server_ts": "date", "client_addr": "string", "useragent": "string"}, [])
    assert enrich(repository, store).error is None
    assert group(repository, store).error is None
    assert list(store.rows("visitors")) == []
    assert store.columns("visitors")


@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        ({"mine": "string"}, ["x"], "The input has no column that enrichment knows"),
        ({"client_addr": "string", "status": "string"}, ["x", "fine"], "Column status of the input"),
        (
            {"client_addr": "string", "server_ts": "date", "useragent": "string", "useragent_os": "string"},
            ["x", "2026-03-28T09:00:00.000Z", "a", "b"],
            "The input already has a column useragent_os, which enrichment adds",
        ),
    ],
)
def test_an_input_that_cannot_be_used_is_named_and_nothing_is_written(repository, store, columns, row, told):
    fill(store, "hits", columns, [row])
    result = enrich(repository, store)
    assert told in result.error["message"]
    assert "ovh_weblogs.errors.InputError" in result.error["errorType"]
    assert store.partitions("events") == []


def test_texts_come_through_a_recipe_unchanged(repository, store):
    odd = [
        "null",
        "None",
        "nan",
        " ",
        "a\tb",
        'q"q',
        "line\nfeed",
        "carriage\rreturn",
        "\u2028",
        "😀",
        "1e5",
        "-",
        "#N/A",
        "\\N",
        "'",
    ]
    fill(
        store,
        "hits",
        {"server_ts": "date", "client_addr": "string", "mine": "string"},
        [["2026-03-28T09:00:00.000Z", "198.51.100.1", text] for text in odd],
    )
    assert enrich(repository, store).error is None
    assert [row["mine"] for row in store.rows("events")] == odd


def test_a_refused_line_of_megabytes_comes_whole(connect, make_host, config, data):
    write_day(data, FQDN, date(2026, 3, 28), [b"x" * 3_000_000])
    (row,) = connect(config(make_host(), to_date="2026-03-28", rejects="rows", max_reject_share=1)).rows()
    assert len(row["request"]) == 3_000_000
