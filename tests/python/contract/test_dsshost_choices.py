"""The stand-in of the host asks for the choices of a form as the host does, and takes only what the form can show."""

from __future__ import annotations

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

from dev.dsshost import BadData, BadPlugin, ComponentFailed, check_plugin, choices
from dev.dsshost.package_check import check_zip
from dev.package import build
from tests.python.contract.tiny_plugin import META, change, tiny_plugin, write

CONNECTOR, FILE = "python-connectors/test-c", "resource/choices.py"
SHOWN = {"label": "l", "description": "d"}
SITE = {"name": "site", "type": "SELECT", "defaultValue": "", "getChoicesFromPython": True, **SHOWN}
USER = {"name": "user", "type": "PRESET", "parameterSetId": "test-s", **SHOWN}
PRESETS = {"test-s": {"mine": {"login": "me"}}}
NAMED = {"user": {"mode": "PRESET", "name": "mine"}}
ONE = [{"value": "a", "label": "A"}]
AUTHOR = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
ANSWER = f"{{'choices': {ONE}}}"


@pytest.fixture
def plugin(tmp_path):
    """A plugin whose connector has a parameter with choices from Python, and a preset."""
    root = tiny_plugin(tmp_path / "plugin")
    params = [{"name": "login", "type": "STRING", **SHOWN}]
    sets = {"meta": META, "defaultDefinableInline": True, "pluginParams": [], "params": params}
    write(root / "parameter-sets/test-s/parameter-set.json", sets)
    change(root / CONNECTOR / "connector.json", params=[USER, SITE], paramsPythonSetup="choices.py")
    write(root / FILE, f"def do(payload, config, plugin_config, inputs):\n    return {ANSWER}")
    return root


def ask(plugin, code, model=None, *arguments, **settings):
    write(plugin / FILE, code)
    return choices(plugin, CONNECTOR, "site", model or {}, *arguments, **settings)


def seen(plugin, what, *arguments, **settings):
    """What the function sees, as the label of its choice."""
    code = "def do(payload, config, plugin_config, inputs):\n"
    code += f"    return {{'choices': [{{'value': '', 'label': repr({what})}}]}}"
    return ast.literal_eval(ask(plugin, code, *arguments, **settings)[0]["label"])


# Descriptor


def test_a_parameter_with_choices_from_python_is_taken(plugin):
    changes = {"disableAutoReload": True, "triggerParameters": ["user"]}
    change(plugin / CONNECTOR / "connector.json", params=[USER, {**SITE, **changes}])
    assert CONNECTOR in check_plugin(plugin)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"getChoicesFromPython": "true"}, "is true, and of a SELECT"),
        ({"type": "STRING"}, "is true, and of a SELECT"),
        ({"defaultValue": None}, "does not suit SELECT"),
        ({"selectChoices": ONE}, "not from both"),
        ({"disableAutoReload": "true"}, "disableAutoReload must be"),
        ({"triggerParameters": ["other"]}, "triggerParameters"),
        ({"triggerParameters": ["site"]}, "triggerParameters"),
        ({"triggerParameters": "user"}, "triggerParameters"),
    ],
)
def test_a_parameter_whose_choices_would_not_come_is_named(plugin, changes, told):
    change(plugin / CONNECTOR / "connector.json", params=[USER, {**SITE, **changes}])
    with pytest.raises(BadPlugin, match=told):
        check_plugin(plugin)


@pytest.mark.parametrize("key", ["disableAutoReload", "triggerParameters"])
def test_when_to_ask_means_nothing_without_choices_from_python(plugin, key):
    plain = {"name": "kind", "type": "SELECT", "defaultValue": "a", "selectChoices": ONE, key: [], **SHOWN}
    change(plugin / CONNECTOR / "connector.json", params=[USER, SITE, plain])
    with pytest.raises(BadPlugin, match="mean nothing without getChoicesFromPython"):
        check_plugin(plugin)


def test_several_choices_come_from_somewhere(plugin):
    change(plugin / CONNECTOR / "connector.json", params=[USER, SITE, {"name": "k", "type": "MULTISELECT", **SHOWN}])
    with pytest.raises(BadPlugin, match="neither selectChoices nor getChoicesFromPython"):
        check_plugin(plugin)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"paramsPythonSetup": None}, "go together"),
        ({"params": [USER]}, "go together"),
        ({"paramsPythonSetup": "other.py"}, "is no file in resource/"),
        ({"paramsPythonSetup": "../plugin.json"}, "is no file in resource/"),
    ],
)
def test_the_file_of_choices_is_there_and_asked_for(plugin, changes, told):
    change(plugin / CONNECTOR / "connector.json", **changes)
    with pytest.raises(BadPlugin, match=told):
        check_plugin(plugin)


def test_a_file_of_choices_that_is_no_python_is_refused(plugin):
    write(plugin / FILE, "def do(:")
    with pytest.raises(BadPlugin, match="invalid syntax"):
        check_plugin(plugin)


def test_a_parameter_without_choices_from_python_is_not_asked_for(plugin):
    for parameter in ("user", "other"):
        with pytest.raises(BadPlugin, match=f"{parameter} is no parameter whose choices"):
            choices(plugin, CONNECTOR, parameter, {})


# Entry


@pytest.mark.parametrize(
    "code",
    [
        f"def anything(payload): return {ANSWER}",
        f"def helper(): pass\ndef do(): return {ANSWER}",
        f"import json\nclass Helper: pass\ndef mine(): return {ANSWER}",
        "from offering import offered",
        "from offering import offered, do",
    ],
)
def test_the_entry_is_the_only_function_or_do(plugin, code):
    write(plugin / "python-lib/offering.py", f"def offered(): return {ANSWER}\ndef do(): return {ANSWER}")
    assert ask(plugin, code) == ONE


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", 'No function "do" defined'),
        ("def one(): pass\ndef other(): pass", 'No function "do" defined'),
        (f"from json import dumps\ndef mine(): return {ANSWER}", 'No function "do" defined'),
        (
            "def do(payload, config, plugin_config, inputs, more): pass",
            "Too many arguments for the do.. function : 5 args",
        ),
        ("import nothing_of_this_name", "No module named"),
        ("open(__file__)", "__file__"),
        ("def do(): raise ValueError('what is wrong')", "what is wrong"),
        ("def do(): return {'choices': [object()]}", "not JSON serializable"),
        ("def do(): pass", "Empty response to .*parameterName"),
    ],
)
def test_a_file_that_the_host_cannot_ask_fails_as_there(plugin, code, told):
    with pytest.raises(ComponentFailed, match=told):
        ask(plugin, code)


@pytest.mark.parametrize("arguments", ["config", "payload, plugin_config", "payload, config, plugin_config, input"])
def test_arguments_are_filled_by_their_place_so_their_names_are_the_hosts(plugin, arguments):
    with pytest.raises(BadPlugin, match="in this order"):
        ask(plugin, f"def do({arguments}): return {ANSWER}")


# Arguments


def test_the_payload_says_what_is_asked_for_and_holds_the_forms_model(plugin):
    payload = {"parameterName": "site", "parameterType": "SELECT", "customChoices": True, "rootModel": NAMED}
    assert seen(plugin, "payload", NAMED, presets=PRESETS) == payload


@pytest.mark.parametrize(
    ("settings", "config"),
    [
        ({}, {"user": {"login": "me"}}),
        ({"wrapped": True}, {"config": {"user": {"login": "me"}}}),
        ({"merged": False}, NAMED),
        ({"merged": False, "wrapped": True}, {"config": NAMED}),
    ],
)
def test_the_configuration_comes_in_each_way_that_the_host_may_give_it(plugin, settings, config):
    assert seen(plugin, "config", NAMED, presets=PRESETS, **settings) == config


def test_the_plugins_settings_and_the_inputs_come_along(plugin):
    inputs = [{"role": "in", "fullName": "DEMO.logs"}]
    assert seen(plugin, "(plugin_config, inputs)", {}, {"s": 1}, inputs=inputs) == ({"s": 1}, inputs)
    assert seen(plugin, "(plugin_config, inputs)") == ({}, [])


def test_a_preset_that_is_not_there_is_found_only_where_presets_are_merged(plugin):
    with pytest.raises(BadData, match="no preset 'mine'"):
        seen(plugin, "config", NAMED)
    assert seen(plugin, "config", NAMED, merged=False) == NAMED


@pytest.mark.parametrize(
    "code",
    [
        "payload['rootModel']['a'] = 1",
        "config['a'] = 1",
        "plugin_config['a'] = 1",
        "inputs.append(1)",
    ],
)
def test_a_file_that_changes_what_it_is_asked_with_is_refused(plugin, code):
    model = {"a": 0}
    with pytest.raises(BadData, match="changed what they were asked with"):
        ask(plugin, f"def do(payload, config, plugin_config, inputs):\n    {code}\n    return {ANSWER}", model)
    assert model == {"a": 0}


# Answer


@pytest.mark.parametrize(
    "found",
    [
        [],
        [{"value": "", "label": "Name a user first"}],
        [{"value": "a", "label": "A", "group": "G"}, {"value": "b", "label": "A"}],
    ],
)
def test_choices_with_a_value_a_label_and_a_group_are_taken(plugin, found):
    assert ask(plugin, f"def do(): return {{'choices': {found}}}") == found


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (ONE, "and nothing else"),
        ({}, "and nothing else"),
        ({"choices": {}}, "and nothing else"),
        ({"choices": ONE, "error": "x"}, "and nothing else"),
        ({"choices": ["a"]}, "must have a value and a label"),
        ({"choices": [{"value": "a"}]}, "must have a value and a label"),
        ({"choices": [{"value": "a", "label": "A", "key": "k"}]}, "must have a value and a label"),
        ({"choices": [{"value": 1, "label": "A"}]}, "must be of texts"),
        ({"choices": [{"value": "a", "label": None}]}, "must be of texts"),
        ({"choices": [{"value": "a", "label": ""}]}, "label that is not empty"),
        ({"choices": [{"value": "a", "label": "A", "group": None}]}, "must be of texts"),
        ({"choices": [*ONE, *ONE]}, "two choices have one value"),
    ],
)
def test_an_answer_that_the_form_cannot_show_is_refused(plugin, answer, told):
    with pytest.raises(BadData, match=told):
        ask(plugin, f"def do(): return {answer}")


def test_the_file_runs_anew_for_each_question(plugin):
    code = "asked = []\ndef do():\n    asked.append('')\n"
    code += "    return {'choices': [{'value': value, 'label': 'A'} for value in asked]}"
    assert ask(plugin, code) == ask(plugin, code) == [{"value": "", "label": "A"}]


# Package


def test_the_package_holds_macros_and_the_file_of_choices(plugin, tmp_path):
    macro = {"meta": META, "impersonate": True, "permissions": [], "resultType": "NONE", "params": []}
    write(plugin / "python-runnables/test-m/runnable.json", macro)
    write(plugin / "python-runnables/test-m/runnable.py", "")
    write(plugin / "tests/test_mine.py", "")
    for command in (["init", "-q"], ["add", "."], [*AUTHOR, "commit", "-qm", "A plugin"]):
        subprocess.run(["git", "-C", plugin, *command], check=True)
    names = build(plugin, tmp_path / "plugin.zip")
    assert {"resource/choices.py", "python-runnables/test-m/runnable.py"} <= set(names)
    assert "tests/test_mine.py" not in names
    assert check_zip(tmp_path / "plugin.zip") == check_plugin(plugin)
    assert "python-runnables/test-m" in check_zip(tmp_path / "plugin.zip")


def test_a_zip_without_the_file_of_choices_is_refused(plugin, tmp_path):
    (plugin / FILE).unlink()
    archive = shutil.make_archive(str(tmp_path / "plugin"), "zip", plugin)
    with pytest.raises(BadPlugin, match="is no file in resource/"):
        check_zip(Path(archive))
