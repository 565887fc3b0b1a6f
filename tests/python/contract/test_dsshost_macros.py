"""The stand-in of the host runs macros as the host does, and refuses what the host would show wrongly or not at all."""

from __future__ import annotations

import json
import shutil

import pytest

from dev.dsshost import BadData, BadPlugin, ComponentFailed, check_html, check_plugin, run_macro
from dev.dsshost.results import check_progress, check_result
from tests.python.contract.tiny_plugin import META, change, tiny_plugin, write

FOLDER = "python-runnables/test-m"
TABLE = "from dataiku.runnables import ResultTable\n        table = ResultTable(); "
PARAM = {"name": "p", "label": "l", "description": "d"}


@pytest.fixture
def plugin(tmp_path):
    """A plugin of one connector and one macro."""
    root = tiny_plugin(tmp_path / "plugin")
    macro = {"meta": META, "impersonate": True, "permissions": [], "resultType": "HTML", "resultLabel": "R"}
    write(root / FOLDER / "runnable.json", {**macro, "params": []})
    macro_code(root, "return '<p>done</p>'")
    return root


def macro_code(root, body, target="None", more=""):
    code = f"""from dataiku.runnables import Runnable
class Mine(Runnable):
    def get_progress_target(self):
        return {target}
    def run(self, progress_callback):
        {body}
{more}
"""
    write(root / FOLDER / "runnable.py", code)


def run(plugin, body, kind="HTML", **settings):
    change(plugin / FOLDER / "runnable.json", resultType=kind)
    macro_code(plugin, body, **{key: settings.pop(key) for key in ("target", "more") if key in settings})
    return run_macro(plugin, "test-m", **settings)


# Descriptor


def test_a_macro_counts_as_a_component(plugin):
    write(plugin / FOLDER / "long-description.md", "What it is for.")
    assert check_plugin(plugin) == ["python-connectors/test-c", FOLDER]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"result": "HTML"}, "unknown keys"),
        ({"impersonate": None}, "impersonate must be"),
        ({"requiresGlobalAdmin": "true"}, "requiresGlobalAdmin must be"),
        ({"permissions": None}, "permissions"),
        ({"permissions": ["READ"]}, "permissions"),
        ({"permissions": ["ADMIN", "ADMIN"]}, "permissions"),
        ({"resultType": "TABLE"}, "resultType TABLE"),
        ({"resultLabel": ""}, "needs a resultLabel"),
        ({"resultType": "NONE"}, "NONE has none"),
        ({"extension": "csv"}, "extension belongs"),
        ({"resultType": "FILE", "extension": "csv"}, "mimeType belongs"),
        ({"params": [PARAM | {"type": "STRING"}], "adminParams": [PARAM | {"type": "STRING"}]}, "have one name"),
        ({"adminParams": [PARAM | {"type": "TEXT"}]}, "unknown type"),
        ({"params": [PARAM | {"type": "API_SERVICE_VERSION", "apiServiceParamName": "q"}]}, "apiServiceParamName q"),
        ({"params": [PARAM | {"type": "COLUMN", "columnRole": "in"}]}, "is no role"),
    ],
)
def test_a_descriptor_that_the_host_refuses_or_ignores_in_part_is_named(plugin, changes, told):
    change(plugin / FOLDER / "runnable.json", **changes)
    with pytest.raises(BadPlugin, match=told):
        check_plugin(plugin)


SERVICE = [
    PARAM | {"type": "API_SERVICE"},
    PARAM | {"name": "v", "type": "API_SERVICE_VERSION", "apiServiceParamName": "p"},
]


@pytest.mark.parametrize(
    ("role", "params"),
    [
        ({"type": "PROJECT_MACROS"}, []),
        ({"type": "DATASET", "targetParamsKey": "p", "applicableToForeign": True}, [PARAM | {"type": "DATASET"}]),
        ({"type": "DATASETS", "targetParamsKey": "p"}, [PARAM | {"type": "DATASETS"}]),
        ({"type": "API_SERVICE_VERSION", "targetParamsKeys": ["p", "v"]}, SERVICE),
    ],
)
def test_a_macro_role_names_the_parameters_that_it_fills(plugin, role, params):
    change(plugin / FOLDER / "runnable.json", macroRoles=[role], params=params)
    assert FOLDER in check_plugin(plugin)


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ({"type": "RECIPE"}, "RECIPE is not known"),
        ({"type": "PROJECT_MACROS", "target": "p"}, "unknown keys"),
        ({"type": "PROJECT_MACROS", "targetParamsKey": "p"}, "must name parameters of the types"),
        ({"type": "DATASET"}, "must name parameters of the types"),
        ({"type": "DATASET", "targetParamsKey": "q"}, "must name parameters of the types"),
        ({"type": "MANAGED_FOLDER", "targetParamsKey": "p"}, "must name parameters of the types"),
        ({"type": "DATASET", "targetParamsKeys": ["p"]}, "must name parameters of the types"),
        ({"type": "API_SERVICE_VERSION", "targetParamsKeys": ["p"]}, "must name parameters of the types"),
        ({"type": "DATASET", "targetParamsKey": "p", "applicableToForeign": "no"}, "applicableToForeign"),
        ({"type": "PROJECT_CREATOR"}, "needs impersonate false and the resultType JSON_OBJECT"),
    ],
)
def test_a_macro_role_that_would_fill_nothing_is_refused(plugin, role, told):
    change(plugin / FOLDER / "runnable.json", macroRoles=[role], params=[PARAM | {"type": "DATASET"}])
    with pytest.raises(BadPlugin, match=told):
        check_plugin(plugin)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("runnable.py", "def run(:", "invalid syntax"),
        ("helper.py", "", "reads none of"),
        ("long-description.md", " \n", "is empty"),
    ],
)
def test_a_file_beside_the_descriptor_that_is_of_no_use_is_refused(plugin, name, content, told):
    write(plugin / FOLDER / name, content)
    with pytest.raises(BadPlugin, match=told):
        check_plugin(plugin)


def test_a_macro_without_code_is_refused(plugin):
    (plugin / FOLDER / "runnable.py").unlink()
    with pytest.raises(BadPlugin, match="No such file"):
        check_plugin(plugin)


def test_a_macros_id_begins_with_the_plugins(plugin):
    shutil.move(plugin / FOLDER, plugin / "python-runnables/check")
    with pytest.raises(BadPlugin, match="must begin with"):
        check_plugin(plugin)


# Loading and constructing


@pytest.mark.parametrize(
    ("signature", "seen"),
    [
        ("self", "{}"),
        ("self, project_key", "{'project_key': 'SHOP'}"),
        ("self, project_key, config", "{'project_key': 'SHOP', 'config': {'c': 1}}"),
        (
            "self, project_key, config, plugin_config",
            "{'project_key': 'SHOP', 'config': {'c': 1}, 'plugin_config': {'s': 2}}",
        ),
    ],
)
def test_a_macro_is_made_by_the_number_of_its_parameters(plugin, signature, seen):
    more = (
        f"    def __init__({signature}):\n        self.__dict__ = {{k: v for k, v in locals().items() if k != 'self'}}"
    )
    given = {"project_key": "SHOP", "config": {"c": 1}, "plugin_config": {"s": 2}}
    assert run(plugin, "return str(self.__dict__)", "FILE", more=more, **given).result == seen


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("    def __init__(self, a, b, c, d): pass", "Wrong signature of the Runnable subclass: 5 args"),
        ("class Second(Runnable): pass", "Multiple classes inheriting"),
        ("del Mine", "No class inheriting"),
        ("import nothing_of_this_name", "No module named"),
        ("open(__file__)", "__file__"),
        ("import dev", "No module named 'dev'"),
        ("    def __init__(self): raise ValueError('not so')", "not so"),
    ],
)
def test_a_class_that_the_host_cannot_find_or_make_is_refused(plugin, more, told):
    with pytest.raises(ComponentFailed, match=told):
        run(plugin, "return '<p>done</p>'", more=more)


def test_a_macro_sees_the_plugins_library_and_nothing_of_a_recipe(plugin, monkeypatch):
    monkeypatch.setenv("DKU_CUSTOM_RECIPE_CONFIG", "{}")
    write(plugin / "python-lib/mine.py", "TEXT = 'from the library'")
    body = "import mine, os, dataiku; "
    body += "return str((mine.TEXT, dataiku.default_project_key(), [k for k in os.environ if 'RECIPE' in k]))"
    assert run(plugin, body, "FILE", project_key="SHOP").result == "('from the library', 'SHOP', [])"


# Running


def test_an_error_is_told_as_the_host_tells_it_with_the_log(plugin):
    with pytest.raises(ComponentFailed) as caught:
        run(plugin, "print('begun'); raise ValueError('what is wrong')")
    assert caught.value.error["message"] == "what is wrong"
    assert "ValueError" in caught.value.error["errorType"]
    assert caught.value.log.startswith("begun\nTraceback")


def test_a_macro_that_ends_its_process_failed(plugin):
    with pytest.raises(ComponentFailed, match="the process ended with 3"):
        run(plugin, "import os; os._exit(3)")


def test_an_os_error_loses_its_text_as_in_the_host(plugin):
    with pytest.raises(ComponentFailed) as caught:
        run(plugin, "raise OSError('gone')")
    assert caught.value.error["message"] == "[Errno None] None: 'None'"


@pytest.mark.parametrize("change", ["self.config['x'] = 1", "self.plugin_config['list'].append(1)"])
def test_a_macro_that_changes_its_configuration_is_refused(plugin, change):
    with pytest.raises(BadData, match="changed its configuration"):
        run(plugin, f"{change}; return '<p></p>'", plugin_config={"list": []})


def test_the_result_and_what_is_logged_stand_in_the_log(plugin):
    lines = []
    body = "import logging; logging.info('counting'); return '<p>é</p>'"
    log = run(plugin, body, on_line=lines.append).log
    assert "INFO counting" in log
    assert "the result is <p>é</p>\n" in log
    assert lines == log.splitlines()


# Progress


def test_progress_is_kept_with_its_target(plugin):
    body = "[progress_callback(n) for n in (0, 1.5, 1.5, 3)]; return '<p></p>'"
    result = run(plugin, body, target="(3, 'FILES')")
    assert (result.target, result.progress) == ((3, "FILES"), (0, 1.5, 1.5, 3))
    assert "Progress : 1.5" in result.log


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (3, "gave 3"),
        ([3], "not None or a number and one of"),
        ([3, "STEPS"], "not None or a number and one of"),
        ([0, "FILES"], "not a number above 0"),
        ([True, "FILES"], "not a number above 0"),
        (["3", "FILES"], "not a number above 0"),
    ],
)
def test_a_target_that_the_host_cannot_show_is_refused(target, told):
    with pytest.raises(BadData, match=told):
        check_progress(target, [])


@pytest.mark.parametrize(
    ("progress", "told"),
    [
        (["1"], "'1' is no number"),
        ([True], "True is no number"),
        ([float("nan")], "nan is no number"),
        ([2, 1], "falls from 2 to 1"),
        ([-1, 1], "goes from -1 to 1"),
        ([1, 4], "goes from 1 to 4"),
    ],
)
def test_progress_that_the_host_cannot_show_is_refused(progress, told):
    with pytest.raises(BadData, match=told):
        check_progress([3, "NONE"], progress)


def test_a_macro_that_tells_more_than_its_target_is_refused(plugin):
    with pytest.raises(BadData, match="goes from 4 to 4"):
        run(plugin, "progress_callback(4); return '<p></p>'", target="(3, 'NONE')")


def test_progress_without_a_target_has_no_end(plugin):
    assert run(plugin, "progress_callback(10**9); return '<p></p>'").progress == (10**9,)


@pytest.mark.parametrize("call", ["progress_callback()", "progress_callback(1, 3)", "progress_callback(current=1)"])
def test_the_callback_takes_one_value_by_its_place(plugin, call):
    with pytest.raises(ComponentFailed, match=r"report\(\)"):
        run(plugin, call)


# Results


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        ("NONE", "None", None),
        ("HTML", "'<p>a &lt; b</p>'", "<p>a &lt; b</p>"),
        ("URL", "'https://www.example.com/a?b=c'", "https://www.example.com/a?b=c"),
        ("FILE", "'a,b'", "a,b"),
        ("JSON_OBJECT", "{'projectKey': 'SHOP'}", '{"projectKey": "SHOP"}'),
        ("JSON_OBJECT", "'{}'", "{}"),
        ("JSON_OBJECT", "type('Mine', (), {'to_json': lambda self: '{}'})()", "{}"),
    ],
)
def test_a_result_of_the_declared_kind_is_taken(plugin, kind, value, result):
    assert run(plugin, f"return {value}", kind).result == result


@pytest.mark.parametrize(
    ("kind", "result", "made", "told"),
    [
        ("NONE", "done", "str", "NONE shows nothing"),
        ("HTML", None, "NoneType", "must be a text"),
        ("HTML", "", "str", "must be a text"),
        ("HTML", "{}", "dict", "the macro gave dict"),
        ("HTML", "<p>", "str", "does not close <p>"),
        ("URL", "javascript:alert(1)", "str", "http or https"),
        ("URL", "https:///path", "str", "http or https"),
        ("FILE", None, "NoneType", "must be a text"),
        ("JSON_OBJECT", None, "NoneType", "must be a JSON object"),
        ("JSON_OBJECT", "[1]", "str", "must be a JSON object"),
        ("JSON_OBJECT", "{a", "str", "no JSON"),
        ("RESULT_TABLE", "a table", "str", "must be a ResultTable"),
        ("RESULT_TABLE", '{"header": "", "columns": [], "records": [], "name": ""}', "dict", "must be a ResultTable"),
    ],
)
def test_a_result_of_another_kind_than_declared_is_refused(kind, result, made, told):
    with pytest.raises(BadData, match=told):
        check_result(kind, result, made)


@pytest.mark.parametrize("value", ["b'<p></p>'", "['<p></p>']", "type('Mine', (), {'to_json': lambda self: {}})()"])
def test_a_result_that_the_host_cannot_send_on_is_refused(plugin, value):
    with pytest.raises(BadData, match="the host sends on text"):
        run(plugin, f"return {value}")


def test_a_dict_that_cannot_be_json_failed(plugin):
    with pytest.raises(ComponentFailed, match="not JSON serializable"):
        run(plugin, "return {'a': object()}", "JSON_OBJECT")


def test_a_result_whose_shape_is_in_no_source_is_not_run(plugin):
    with pytest.raises(BadPlugin, match="FOLDER_FILE"):
        run(plugin, "return 'a'", "FOLDER_FILE")


def test_a_table_comes_in_the_hosts_shape(plugin):
    body = TABLE + "table.set_name('Sites'); table.set_header('All of them'); table.add_column('site', 'Site'); "
    body += "table.add_column('days', 'Days', 'STRING_LIST'); table.add_record(['a', ['1', '2']]); return table"
    assert run(plugin, body, "RESULT_TABLE").json() == {
        "header": "All of them",
        "columns": [
            {"name": "site", "displayName": "Site", "type": "STRING"},
            {"name": "days", "displayName": "Days", "type": "STRING_LIST"},
        ],
        "records": [["a", ["1", "2"]]],
        "name": "Sites",
    }


A = {"name": "a", "displayName": "A", "type": "STRING"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"columns": []}, "needs columns"),
        ({"columns": [A, A]}, "each of its own name"),
        ({"columns": [A | {"name": ""}]}, "needs a name"),
        ({"columns": [A | {"displayName": ""}]}, "a name to show"),
        ({"columns": [A | {"type": "INT"}]}, "the type STRING or STRING_LIST"),
        ({"records": [["x", "y"]]}, "no list of 1 cells"),
        ({"records": ["x"]}, "no list of 1 cells"),
        ({"records": [["x"], [1]]}, "record 2 of the table, column a: 1 is no STRING"),
        ({"records": [[None]]}, "None is no STRING"),
        ({"columns": [A | {"type": "STRING_LIST"}], "records": [["x"]]}, "'x' is no STRING_LIST"),
        ({"rows": []}, "this one"),
    ],
)
def test_a_table_that_the_host_shows_wrongly_is_refused(changes, told):
    table = {"header": "", "columns": [A], "records": [], "name": "", **changes}
    with pytest.raises(BadData, match=told):
        check_result("RESULT_TABLE", json.dumps(table), "to_json")


# HTML


@pytest.mark.parametrize(
    "text",
    [
        "only text &amp; a sign &#8364;",
        "<h2>A</h2><ul><li>b<br>c</li></ul><img src='data:image/png;base64,AA==' alt='x'/>",
        "<style>.mine > p { color: red }</style><p class=mine>1 &lt; 2</p>",
        '<a href="https://www.example.com/?a=1&amp;b=2">on the page</a>',
    ],
)
def test_html_that_is_well_formed_and_runs_nothing_is_taken(text):
    check_html(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<p>", "does not close <p>"),
        ("<ul><li>a</ul>", "</ul> closes"),
        ("</p>", "</p> closes"),
        ("<b><i></b></i>", "</b> closes"),
        ("<div/>", "<div/> is not closed"),
        ("<p>1 < 2</p>", "unescaped"),
        ("<p></p><div", "ends within a tag"),
        ("<p a='1' a='2'></p>", "attribute twice"),
        ("<!-- a --><p></p>", "a comment"),
        ("<!DOCTYPE html><p></p>", "a declaration"),
        ("<p>\n<script>alert(1)</script></p>", "line 2: <script> runs"),
        ("<SCRIPT src='https://a.example'></SCRIPT>", "<script> runs"),
        ("<iframe></iframe>", "<iframe> runs"),
        ("<form action='https://a.example'></form>", "<form> runs"),
        ("<p OnClick='a()'></p>", "attribute onclick"),
        ("<img src='x' onerror=a()>", "attribute onerror"),
        ("<a href='javascript:a()'>b</a>", "attribute href"),
        ("<a href=' Java&#115;cript:a()'>b</a>", "attribute href"),
        ("<a href='java\tscript:a()'>b</a>", "attribute href"),
        ("<p style='background: url(javascript:a())'></p>", "attribute style"),
        ("<svg><a xlink:href='vbscript:a'></a></svg>", "attribute xlink:href"),
    ],
)
def test_html_that_breaks_the_page_or_runs_something_is_refused(text, told):
    with pytest.raises(BadData, match=told):
        check_html(text)
