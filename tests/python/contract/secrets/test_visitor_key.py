"""The key of visitor ids is in no log, error or dataset, whatever becomes of the build."""

from __future__ import annotations

import json

import pytest

from dev.dsshost import Store, run_recipe
from ovh_weblogs.dss import recipe_forms
from ovh_weblogs.errors import OvhLogsError
from tests.python.contract.secrets.planted import leaks, of_error

KEY = "vK5d1Xw9ÜpZ3 sR7/qM2+tH8n"


@pytest.mark.parametrize(
    ("config", "failed"),
    [
        ({}, False),
        ({"privacy": {"visitor_key": KEY, "rotation": "week"}}, False),
        ({"time_zone": "Paris"}, True),
        ({"useragent_column": "nowhere"}, True),
        ({"useragent_column": KEY}, True),
        ({"identifier_column": KEY, "visitor_policy": "identifier"}, True),
    ],
    ids=["built", "built, a key each week", "wrong zone", "wrong column", "key as a column", "key as identifier"],
)
def test_nothing_that_a_build_leaves_shows_the_key(repository, tmp_path, config, failed):
    store = Store(tmp_path / "store")
    store.set_columns("hits", [{"name": "client_addr", "type": "string"}, {"name": "server_ts", "type": "date"}])
    store.replace("hits", [["192.0.2.1", "2026-03-28T09:00:00.000Z"], ["192.0.2.2", ""]])
    roles = {"inputs": {"hits": ["hits"]}, "outputs": {"events": ["events"]}}
    given = {"privacy": {"visitor_key": KEY}, **config}

    result = run_recipe(repository, "ovh-logs-enrich", store, **roles, config=given)

    assert (result.error is not None) == failed, result.log
    left = [(str(path), path.read_bytes().decode()) for path in store.root.rglob("*") if path.is_file()]
    shown = [("log", result.log), ("error", json.dumps(result.error, ensure_ascii=False)), *left]
    assert leaks({KEY}, shown) == []
    assert len(left) >= 2


def test_settings_and_their_errors_show_no_key():
    settings = recipe_forms.enrich_settings({"privacy": {"visitor_key": KEY}})
    assert settings.visitor_key.reveal() == KEY
    assert leaks({KEY}, [("settings", repr(settings)), ("fields", f"{vars(settings)}")]) == []
    for wrong in ({"rotation": KEY}, {"visitor_policy": KEY}):
        with pytest.raises(OvhLogsError) as caught:
            recipe_forms.enrich_settings({"privacy": {"visitor_key": KEY, **wrong}, **wrong})
        assert leaks({KEY}, of_error(caught.value)) == []
