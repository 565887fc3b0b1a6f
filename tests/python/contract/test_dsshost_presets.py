"""The stand-in of the host gives components the fields of a preset in place of what the form stores."""

from __future__ import annotations

import copy

import pytest

from dev.dsshost import (
    BadData,
    BadPlugin,
    ConnectorSession,
    Store,
    check_plugin,
    resolve_presets,
    run_flow,
    run_macro,
    run_recipe,
)
from tests.python.contract.tiny_plugin import META, change, connector_code, tiny_plugin, write

CONNECTOR, SET = "python-connectors/test-c", "parameter-sets/test-s/parameter-set.json"
SHOWN = {"label": "l", "description": "d"}
PRESETS = {"test-s": {"mine": {"login": "me", "password": "in clear", "region": "eu"}}}
NAMED = {"mode": "PRESET", "name": "mine"}
FIELDS = {"login": "me", "password": "in clear", "region": "eu"}
TOLD = 'str(sorted(self.config["user"].items()))'


@pytest.fixture
def plugin(tmp_path):
    """A plugin whose connector, recipe and macro take a preset."""
    root = tiny_plugin(tmp_path / "plugin")
    fields = [{"name": "login", "type": "STRING", **SHOWN}, {"name": "password", "type": "PASSWORD", **SHOWN}]
    admin = [{"name": "region", "type": "STRING", **SHOWN}]
    write(root / SET, {"meta": META, "defaultDefinableInline": True, "pluginParams": admin, "params": fields})
    params = [{"name": "user", "type": "PRESET", "parameterSetId": "test-s", **SHOWN}]
    change(root / CONNECTOR / "connector.json", params=params)
    connector_code(root, f"yield {{'a': {TOLD}}}", '{"columns": [{"name": "a", "type": "string"}]}')
    role = {"name": "out", "arity": "UNARY", "required": True, **SHOWN}
    roles = {"inputRoles": [{**role, "name": "in", "required": False}], "outputRoles": [role]}
    write(root / "custom-recipes/test-r/recipe.json", {"meta": META, "kind": "PYTHON", "params": params, **roles})
    code = "from dataiku.customrecipe import get_recipe_config\nprint('GOT', get_recipe_config()['user'])"
    write(root / "custom-recipes/test-r/recipe.py", code)
    macro = {"meta": META, "impersonate": True, "permissions": [], "resultType": "FILE", "resultLabel": "R"}
    macro |= {"extension": "txt", "mimeType": "text/plain", "params": params}
    write(root / "python-runnables/test-m/runnable.json", macro)
    code = f"from dataiku.runnables import Runnable\nclass Mine(Runnable):\n    def run(self, report): return {TOLD}"
    write(root / "python-runnables/test-m/runnable.py", code)
    return root


def test_the_plugin_is_well_formed(plugin):
    assert len(check_plugin(plugin)) == 4


@pytest.mark.parametrize(
    ("stored", "fields"),
    [
        (NAMED, FIELDS),
        ({**NAMED, "inlinedConfig": {"login": "left over"}, "inlinedPluginConfig": {}}, FIELDS),
        ({"mode": "INLINE", "inlinedConfig": {"login": "you"}}, {"login": "you"}),
        (
            {"mode": "INLINE", "inlinedConfig": {"login": "you"}, "inlinedPluginConfig": {"region": "ca"}},
            {"login": "you", "region": "ca"},
        ),
        ({"mode": "INLINE"}, {}),
        ({"mode": "NONE"}, {}),
        ({"mode": "NONE", "name": "mine"}, {}),
        ({"login": "as today", "of an older set": 1}, {"login": "as today", "of an older set": 1}),
        ({}, {}),
        (None, None),
    ],
)
def test_what_is_stored_becomes_the_fields(plugin, stored, fields):
    config = {"user": stored, "other": {"mode": "PRESET", "name": "mine"}}
    before = copy.deepcopy(config)
    assert resolve_presets(plugin, CONNECTOR, config, PRESETS) == {**config, "user": fields}
    assert config == before


def test_an_absent_preset_stays_absent(plugin):
    assert resolve_presets(plugin, CONNECTOR, {}, PRESETS) == {}


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ({"mode": "PRESET", "name": "yours"}, "no preset 'yours' of test-s"),
        ({"mode": "PRESET"}, "no preset None of test-s"),
        ({"mode": "PRESETS", "name": "mine"}, "mode 'PRESETS'"),
        ({"mode": None}, "mode None"),
        ({**NAMED, "login": "me"}, "not the form's"),
        ({"mode": "INLINE", "inlinedConfig": {"token": "t"}}, "declares no field .'token'."),
        ({"mode": "INLINE", "inlinedConfig": {"region": "eu"}}, "declares no field .'region'."),
        ({"mode": "INLINE", "inlinedPluginConfig": {"login": "me"}}, "declares no field .'login'."),
    ],
)
def test_what_no_form_stores_is_refused(plugin, stored, told):
    with pytest.raises(BadData, match=told):
        resolve_presets(plugin, CONNECTOR, {"user": stored}, PRESETS)


def test_a_field_of_a_preset_that_its_set_does_not_declare_is_refused(plugin):
    with pytest.raises(BadData, match="declares no field"):
        resolve_presets(plugin, CONNECTOR, {"user": NAMED}, {"test-s": {"mine": {"token": "t"}}})


def test_a_preset_of_another_set_is_not_found(plugin):
    with pytest.raises(BadData, match="no preset 'mine' of test-s"):
        resolve_presets(plugin, CONNECTOR, {"user": NAMED}, {"test-t": PRESETS["test-s"]})


def test_fields_stand_in_a_form_only_where_the_set_lets_them(plugin):
    change(plugin / SET, defaultDefinableInline=False)
    with pytest.raises(BadData, match="does not let them be defined inline"):
        resolve_presets(plugin, CONNECTOR, {"user": {"mode": "INLINE"}})


def test_a_field_of_the_name_mode_is_refused(plugin):
    change(plugin / SET, params=[{"name": "mode", "type": "STRING", **SHOWN}])
    with pytest.raises(BadPlugin, match="name mode"):
        check_plugin(plugin)


def test_a_connector_gets_the_fields_with_the_password_in_clear(plugin):
    (row,) = ConnectorSession(plugin, "test-c", {"user": NAMED}, {}, PRESETS).rows()
    assert row == {"a": str(sorted(FIELDS.items()))}


def test_a_macro_gets_the_fields(plugin):
    assert run_macro(plugin, "test-m", config={"user": NAMED}, presets=PRESETS).result == str(sorted(FIELDS.items()))


def test_a_recipe_gets_the_fields(plugin, tmp_path):
    roles = {"inputs": {}, "outputs": {"out": ["result"]}}
    run = run_recipe(plugin, "test-r", Store(tmp_path), **roles, config={"user": NAMED}, presets=PRESETS)
    assert f"GOT {FIELDS}" in run.log


def test_a_flow_carries_presets_for_its_datasets_and_recipes(plugin, tmp_path):
    recipe = {"recipe": "test-r", "config": {"user": NAMED}, "inputs": {}, "outputs": {"out": ["result"]}}
    flow = {
        "plugin": str(plugin),
        "storage": str(tmp_path / "store"),
        "presets": PRESETS,
        "datasets": {"read": {"connector": "test-c", "config": {"user": NAMED}}},
        "recipes": [recipe],
    }
    result = run_flow(flow)
    assert result.rows["read"] == 1
    assert f"test-r: GOT {FIELDS}" in result.log
    with pytest.raises(BadData, match="no preset 'mine'"):
        run_flow({**flow, "presets": {}})
