"""What the documents say is what the code does."""

from __future__ import annotations

import re

import pytest

from dev.readme import renewed
from ovh_weblogs.removedkeys import REMOVED_KEYS
from ovh_weblogs.schema import (
    ARCHIVED,
    DSS_TYPES,
    ENRICHED,
    EVENTS,
    FILES,
    HITS,
    LINES,
    REJECTS,
    SERVER_HITS,
    SESSIONS,
    VISITORS,
    Type,
    dss_schema,
)

TABLES = (HITS, REJECTS, FILES, LINES, EVENTS, SESSIONS, VISITORS, ARCHIVED)


def test_the_readmes_tables_are_those_of_the_schema(repository):
    text = (repository / "README.md").read_text("utf-8")
    assert renewed(text) == text
    assert text.count("<!-- columns of ") == text.count("<!-- end of ") == 10


def test_every_picture_of_the_readme_is_there(repository):
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (repository / "README.md").read_text("utf-8"))
    assert len(pictures) == 2
    for picture in pictures:
        assert (repository / picture).stat().st_size > 1_000


def test_the_readme_leads_to_what_the_check_of_access_says_and_its_picture_is_there(repository):
    assert "(docs/access-check.md)" in (repository / "README.md").read_text("utf-8")
    assert "](access-check.png)" in (repository / "docs" / "access-check.md").read_text("utf-8")
    assert (repository / "docs" / "access-check.png").stat().st_size > 1_000


def test_who_comes_from_the_plugin_of_2016_is_sent_to_columns_that_exist(repository):
    section = (
        (repository / "README.md").read_text("utf-8").partition("## Coming from the plugin")[2].partition("\n## ")[0]
    )
    table = section.partition("| its column | here |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.rpartition(" | ")[2])}
    assert len(named) == 14
    assert named <= set(SERVER_HITS.names)


def test_the_readme_names_every_dependency_with_its_reason(repository):
    readme = (repository / "README.md").read_text("utf-8")
    listed = (repository / "code-env/python/spec/requirements.txt").read_text().splitlines()
    for requirement in listed:
        name = re.split(r"[\[<>=]", requirement, maxsplit=1)[0]
        assert f"| {name} |" in readme, name


def test_the_readme_names_every_parameter_that_is_removed_from_urls(repository):
    section = (repository / "README.md").read_text("utf-8").partition("\n## Privacy\n")[2].partition("\n## ")[0]
    assert all(f"`{key}`" in section for key in REMOVED_KEYS)


@pytest.mark.parametrize("target", ["demo", "test", "test-matrix", "check", "bench", "fuzz", "plugin"])
def test_every_command_of_the_documents_exists(repository, target):
    assert re.search(rf"^{target}:.*## ", (repository / "Makefile").read_text(), re.MULTILINE)
    assert f"make {target}" in (repository / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_names_are_unique_and_every_column_says_what_it_means(table):
    assert len(set(table.names)) == len(table.names)
    for column in table.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,62}", column.name)
        assert column.meaning.endswith(".")


def test_the_connectors_columns_are_the_first_15_of_hits():
    assert HITS.names[:15] == SERVER_HITS.names
    assert HITS.names[11:15] == ("request", "log_family", "source_file", "line_number")


def test_events_hold_every_column_of_hits_or_keep_it_under_another_name():
    kept = {"visitor_id": "tracker_visitor_id", "session_id": "tracker_session_id"}
    assert {kept.get(name, name) for name in HITS.names} <= set(EVENTS.names)
    assert set(ENRICHED.names) <= set(EVENTS.names)


def test_every_type_has_a_form_in_dss():
    assert set(DSS_TYPES) == set(Type)
    assert dss_schema(LINES.columns)["columns"][0] == {
        "name": "server_ts",
        "type": "date",
        "comment": LINES.columns[0].meaning,
    }
