"""The stand-in of the host refuses what the host refuses, and what it would lose in silence."""

from __future__ import annotations

import json
import shutil

import pytest

from dev.dsshost import (
    BadData,
    BadPlugin,
    ComponentFailed,
    ConnectorSession,
    Store,
    check_plugin,
    folder,
    run_flow,
    run_recipe,
)
from tests.python.contract.tiny_plugin import META, change, connector_code, tiny_plugin, write

ROLE = {"label": "L", "description": "D", "arity": "UNARY", "required": True}


@pytest.fixture
def plugin(tmp_path):
    """A plugin of one connector and one recipe."""
    root = tiny_plugin(tmp_path / "plugin")
    roles = {"inputRoles": [{"name": "in", **ROLE}], "outputRoles": [{"name": "out", **ROLE}]}
    write(root / "custom-recipes/test-r/recipe.json", {"meta": META, "kind": "PYTHON", "params": [], **roles})
    recipe_code(root, "pass")
    return root


def recipe_code(root, body):
    code = "import dataiku\nimport pandas as pd\nfrom dataiku.customrecipe import *\n"
    code += "out = dataiku.Dataset(get_output_names_for_role('out')[0])\n" if "out" in body else ""
    write(root / "custom-recipes/test-r/recipe.py", code + body)


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    made.set_columns("source", [{"name": "id", "type": "string"}, {"name": "n", "type": "int"}])
    made.replace("source", [["007", "1"], ["NA", ""], ["", "3"]])
    return made


def run(plugin, store, body):
    recipe_code(plugin, body)
    return run_recipe(plugin, "test-r", store, inputs={"in": ["source"]}, outputs={"out": ["result"]})


def test_a_well_formed_plugin_is_taken(plugin):
    assert check_plugin(plugin) == ["python-connectors/test-c", "custom-recipes/test-r"]


@pytest.mark.parametrize(
    ("where", "changes", "told"),
    [
        ("plugin.json", {"idd": "x"}, "unknown keys"),
        ("plugin.json", {"version": "1"}, "id or version"),
        ("plugin.json", {"meta": {"label": "A"}}, "meta needs"),
        ("python-connectors/test-c/connector.json", {"partitioningMode": "LISTABLE"}, "partitioningMode"),
        ("python-connectors/test-c/connector.json", {"readable": "true"}, "readable"),
        ("custom-recipes/test-r/recipe.json", {"kind": "PERL"}, "kind"),
        ("custom-recipes/test-r/recipe.json", {"inputRoles": [{"name": "in", "arity": "MANY"}]}, "not well formed"),
        ("custom-recipes/test-r/recipe.json", {"selectableFromDataset": "nothing"}, "names no input role"),
        ("code-env/python/desc.json", {"corePackagesSet": "PANDAS10"}, "AUTO"),
        ("code-env/python/desc.json", {"acceptedPythonInterpreters": ["3.11"]}, "acceptedPythonInterpreters"),
    ],
)
def test_a_descriptor_that_the_host_refuses_or_ignores_in_part_is_named(plugin, where, changes, told):
    change(plugin / where, **changes)
    with pytest.raises(BadPlugin, match=told):
        check_plugin(plugin)


@pytest.mark.parametrize(
    ("param", "told"),
    [
        ({"name": "p", "type": "INT", "label": "l", "description": "d", "defaultValue": "5"}, "does not suit"),
        ({"name": "p", "type": "INT", "label": "l", "description": "d"}, "does not suit"),
        (
            {"name": "p", "type": "INT", "label": "l", "description": "d", "defaultValue": 1, "minInt": 0},
            "unknown keys",
        ),
        ({"name": "p", "type": "STRING", "label": "l"}, "label and a description"),
        ({"name": "p", "type": "TEXT", "label": "l", "description": "d"}, "unknown type"),
        ({"name": "p", "type": "PRESET", "label": "l", "description": "d", "parameterSetId": "x"}, "no parameter set"),
        (
            {"name": "p", "type": "STRING", "label": "l", "description": "d", "visibilityCondition": "model.q"},
            "names q",
        ),
        (
            {
                "name": "p",
                "type": "SELECT",
                "label": "l",
                "description": "d",
                "defaultValue": "c",
                "selectChoices": [{"value": "a", "label": "A"}],
            },
            "is none of",
        ),
    ],
)
def test_a_parameter_that_would_not_work_is_named(plugin, param, told):
    change(plugin / "python-connectors/test-c/connector.json", params=[param])
    with pytest.raises(BadPlugin, match=told):
        check_plugin(plugin)


def test_json_with_comments_or_a_key_twice_is_refused(plugin):
    for text in ('{"id": "test", // c\n}', '{"id": "test", "id": "test"}'):
        write(plugin / "plugin.json", text)
        with pytest.raises(BadPlugin):
            check_plugin(plugin)


def test_an_id_that_does_not_begin_with_the_plugins_is_refused(plugin):
    shutil.move(plugin / "custom-recipes/test-r", plugin / "custom-recipes/parse")
    with pytest.raises(BadPlugin, match="must begin with"):
        check_plugin(plugin)


def test_requirements_that_name_core_packages_are_refused(plugin):
    write(plugin / "code-env/python/spec/requirements.txt", "pandas>=2\n")
    with pytest.raises(BadPlugin, match="pandas"):
        check_plugin(plugin)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("class Second(Connector): pass", "Multiple classes inheriting"),
        ("del Mine", "No class inheriting"),
        ("Mine.__init__ = lambda self, a, b, c: None", "Wrong signature .* 4 args"),
        ("Other = Mine", "Multiple classes inheriting"),
    ],
)
def test_a_class_that_the_host_cannot_find_or_make_is_refused(plugin, more, told):
    connector_code(plugin, "yield {'a': 1}", more=more)
    with pytest.raises((TypeError, ComponentFailed), match=told):
        ConnectorSession(plugin, "test-c", {}, {})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("yield None", ComponentFailed),
        ("yield {'a': 'x'}", BadData),
        ("yield {'a': 5.0}", BadData),
        ("yield {'a': 1, 'b': 2}", BadData),
        ("yield {'a': 2**31}", BadData),
        ("self.config['x'] = 1; yield {'a': 1}", BadData),
        ("raise OSError('gone'); yield", ComponentFailed),
    ],
)
def test_rows_that_are_not_as_declared_are_refused(plugin, body, error):
    connector_code(plugin, body)
    with pytest.raises(error):
        ConnectorSession(plugin, "test-c", {}, {}).rows()


@pytest.mark.parametrize(("value", "good"), [
    ("'2026-01-31T10:00:00.000Z'", True),
    ("'2026-01-31T10:00:00+01:00'", True),
    ("__import__('datetime').datetime(2026, 1, 31, tzinfo=__import__('datetime').timezone.utc)", True),
    ("__import__('datetime').datetime(2026, 1, 31)", False),
    ("'2026-01-31 10:00:00Z'", False),
    ("'2026-02-30T10:00:00Z'", False),
    ("None", True),
])  # fmt: skip
def test_a_date_needs_a_zone(plugin, value, good):
    connector_code(plugin, f"yield {{'a': {value}}}", '{"columns": [{"name": "a", "type": "date"}]}')
    session = ConnectorSession(plugin, "test-c", {}, {})
    if good:
        assert len(session.rows()) == 1
    else:
        with pytest.raises(BadData):
            session.rows()


def test_an_os_error_loses_its_text_as_in_the_host(plugin):
    connector_code(plugin, "raise OSError('gone'); yield")
    with pytest.raises(ComponentFailed) as caught:
        ConnectorSession(plugin, "test-c", {}, {}).rows()
    assert caught.value.error["message"] == "[Errno None] None: 'None'"


WRITE = "out.write_schema([{'name': 'n', 'type': 'int'}])\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("dataiku.Dataset('elsewhere')", "declare it as input or output of your recipe"),
        ("dataiku.Dataset('source').get_writer()", "it is not declared as an output"),
        ("out.get_dataframe()", "No column in schema|it is not declared as an input"),
        ("out.get_writer().write_tuple([1])", "Have you set up the schema for this dataset"),
        (WRITE + "out.set_write_partition('x')", "You cannot explicitly set partitions"),
        (WRITE + "w = out.get_writer(); out.get_writer()", "There is already another active writer"),
        (WRITE + "w = out.get_writer(); w.write_tuple([1])", "MUST be closed"),
        (WRITE + "with out.get_writer() as w: w.write_dataframe(pd.DataFrame({'n': [1.5]}))", "is no int"),
        (WRITE + "with out.get_writer() as w: w.write_dataframe(pd.DataFrame({'m': [1]}))", "frame of columns"),
        (
            WRITE + "with out.get_writer() as w:\n w.write_dataframe(pd.DataFrame({'n': [1]}))\n"
            " w.write_dataframe(pd.DataFrame({'n': ['1']}))",
            "dtypes of a frame differ",
        ),
        ("out.write_schema([{'name': 'n', 'type': 'int'}] * 2)", "columns of one name"),
        ("out.write_schema([{'name': 'n', 'type': 'integer'}])", "unknown type"),
        ("out.write_schema([], dropAndCreate=True)", "dropAndCreate"),
        ("dataiku.Folder('f')", "declare it as input or output"),
        ("raise ValueError('what is wrong')", "what is wrong"),
    ],
)
def test_a_recipe_that_misuses_the_host_fails_and_leaves_nothing(plugin, store, body, told):
    result = run(plugin, store, body)
    assert result.error is not None
    assert any(part in result.error["message"] for part in told.split("|")), result.error
    assert store.partitions("result") == []
    assert "Recipe code failed" in result.log


def test_a_failure_names_the_line_of_the_recipe(plugin, store):
    assert run(plugin, store, "\n\n1 / 0").error["detailedMessage"].startswith("At line 6: ")


def test_what_is_written_before_a_failure_is_not_kept(plugin, store):
    body = WRITE + "with out.get_writer() as w: w.write_tuple([1])\nraise ValueError('late')"
    assert run(plugin, store, body).error["message"] == "late"
    assert store.partitions("result") == []


def test_pandas_guesses_as_in_the_host_unless_types_are_forced(plugin, store):
    body = """d = dataiku.Dataset('source')
print('GUESSED', d.get_dataframe()['id'].tolist())
f = next(iter(d.iter_dataframes_forced_types(['id'], {'id': 'str'}, False, na_values=[''], keep_default_na=False)))
print('FORCED', f['id'].tolist())
"""
    log = run(plugin, store, body).log
    assert "GUESSED [7.0, nan, nan]" in log
    assert "FORCED ['007', 'NA', nan]" in log


def test_rows_come_cast_by_their_types_as_in_the_host(plugin, store):
    body = """d = dataiku.Dataset('source')
print('TUPLES', list(d.iter_tuples()))
print('ROWS', [dict(row) for row in d.iter_rows(columns=['n'], limit=2)])
"""
    log = run(plugin, store, body).log
    assert "TUPLES [['007', 1], ['NA', None], ['', 3]]" in log
    assert "ROWS [{'n': 1}, {'n': None}]" in log


def test_a_partition_is_read_and_written_alone(plugin, store):
    store.replace("source", [["a", "1"]], "2026-01-01")
    store.replace("source", [["b", "2"]], "2026-01-02")
    recipe_code(
        plugin,
        "out = dataiku.Dataset('result')\n"
        + WRITE
        + "rows = list(dataiku.Dataset('source').iter_tuples(columns=['n']))\n"
        "with out.get_writer() as w: [w.write_tuple(row) for row in rows]\n"
        "print('VARIABLES', dataiku.get_flow_variables()['DKU_DST_DATE'])",
    )
    roles = {"inputs": {"in": ["source"]}, "outputs": {"out": ["result"]}}
    result = run_recipe(plugin, "test-r", store, **roles, partition="2026-01-02")
    assert result.error is None
    assert "VARIABLES 2026-01-02" in result.log
    assert store.partitions("result") == ["2026-01-02"]
    assert list(store.rows("result", "2026-01-02")) == [{"n": "2"}]


def test_a_folder_has_no_local_path_and_serves_streams(plugin, store):
    recipe = json.loads((plugin / "custom-recipes/test-r/recipe.json").read_text())
    role = {"name": "files", **ROLE, "acceptsManagedFolder": True}
    change(plugin / "custom-recipes/test-r/recipe.json", outputRoles=[*recipe["outputRoles"], role])
    folder(store, "box").create()
    recipe_code(
        plugin,
        "folder = dataiku.Folder(get_output_names_for_role('files')[0])\n"
        "folder.upload_data('/a/b.txt', b'content')\n"
        "print('PATHS', folder.list_paths_in_partition(), folder.get_path_details('/a/b.txt')['size'])\n"
        "print('READ', folder.get_download_stream('/a/b.txt').read())\n"
        "folder.get_path()",
    )
    outputs = {"out": ["result"], "files": ["box"]}
    result = run_recipe(plugin, "test-r", store, inputs={"in": ["source"]}, outputs=outputs)
    assert "PATHS ['/a/b.txt'] 7" in result.log
    assert "READ b'content'" in result.log
    assert "not on the local filesystem" in result.error["message"]


@pytest.fixture
def read(plugin, store):
    """Runs a recipe over a managed folder as input, and gives what came of it."""
    roles = {"inputRoles": [{"name": "in", **ROLE, "acceptsManagedFolder": True}]}
    change(plugin / "custom-recipes/test-r/recipe.json", **roles)

    def once(body, **settings):
        recipe_code(plugin, "from dataiku import recipe\nbox = dataiku.Folder('box')\n" + body)
        roles = {"inputs": {"in": ["box"]}, "outputs": {"out": ["result"]}}
        return run_recipe(plugin, "test-r", store, **roles, **settings)

    return once


@pytest.fixture
def box(store):
    made = folder(store, "box")
    made.create("%Y/%M/%D/.*")
    made.put("/2026/01/01/a.log", b"x" * 100_000)
    made.put("/2026/01/02/b.log", b"b")
    return made


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("box.get_download_stream('/2026/01/01/a.log').seek(0)", "seek"),
        ("box.get_download_stream('/nothing')", "File not found"),
        ("box.get_download_stream('2026/01/01/a.log')", "is none of the folder"),
        ("box.get_download_stream('/../../hosts')", "is none of the folder"),
        ("stream = box.get_download_stream('/2026/01/01/a.log')", "MUST be closed"),
        ("box.upload_data('/c', b'')", "it is not declared as an output"),
        ("box.get_path()", "not on the local filesystem"),
        ("dataiku.Dataset('box')", "is a MANAGED_FOLDER, no DATASET"),
        ("dataiku.Folder('result')", "is a DATASET, no MANAGED_FOLDER"),
    ],
)
def test_a_recipe_that_misuses_a_folder_fails(read, box, body, told):
    assert told in read(body).error["message"]


def test_a_folder_gives_streams_that_come_in_pieces(read, box):
    body = """
with box.get_download_stream('/2026/01/01/a.log') as stream:
    sizes = []
    while data := stream.read(70000):
        sizes.append(len(data))
print('PIECES', max(sizes) < 70000, sum(sizes))
"""
    assert "PIECES True 100000" in read(body).log


def test_a_download_goes_wrong_where_it_is_told_to(read, box):
    box.disturb("/2026/01/02/b.log", 0, "ends")
    box.disturb("/2026/01/01/a.log", 10, "breaks")
    body = """
with box.get_download_stream('/2026/01/02/b.log') as stream:
    print('CUT', stream.read(10))
with box.get_download_stream('/2026/01/01/a.log') as stream:
    while stream.read(100): pass
"""
    result = read(body)
    assert "CUT b''" in result.log
    assert "ConnectionResetError" in result.error["errorType"]


def test_a_folders_partition_is_told_by_paths_and_read_alone(read, box):
    body = """
print('READS', box.read_partitions, [box.list_paths_in_partition(each) for each in box.read_partitions])
print('ALL', box.list_partitions(), len(box.list_paths_in_partition()))
print('INPUTS', recipe.get_inputs(role='in', object_type='MANAGED_FOLDER', as_type='name'))
"""
    log = read(body, partition="2026-01-02").log
    assert "READS ['2026-01-02'] [['/2026/01/02/b.log']]" in log
    assert "ALL ['2026-01-01', '2026-01-02'] 2" in log
    assert "INPUTS ['DEMO.box']" in log
    assert "READS ['2026-01-01']" in read(body, partition="2026-01-02", reads={"box": ["2026-01-01"]}).log


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"n": 1, "share": 0.5}, None),
        ({"n": "1"}, "'1' is no number"),
        ({"n": True}, "True is no number"),
        ({"n": float("nan")}, "nan is no number"),
        ({1: 1}, "a metric has the name 1"),
        ({"": 1}, "a metric has the name ''"),
    ],
)
def test_metrics_are_numbers_with_names(plugin, store, values, told):
    shown = repr(values).replace("nan", "float('nan')")
    result = run(plugin, store, WRITE + f"out.save_external_metric_values({shown})")
    if told is None:
        assert store.metrics("result") == values
    else:
        assert told in result.error["message"]


def test_metrics_of_a_partition_that_is_not_built_are_refused(plugin, store):
    result = run(plugin, store, WRITE + "out.save_external_metric_values({'n': 1}, partition='2026-01-01')")
    assert "Metrics of partition 2026-01-01" in result.error["message"]


def test_a_role_that_takes_no_folder_gets_none(plugin, store):
    folder(store, "box").create()
    with pytest.raises(BadPlugin, match="does not take box, a ManagedFolder"):
        run_recipe(plugin, "test-r", store, inputs={"in": ["box"]}, outputs={"out": ["result"]})


def test_the_memory_of_a_recipe_is_told(plugin, store):
    peaks = [run(plugin, store, f"held = b'x' * {size}").peak_bytes for size in (1, 100_000_000)]
    assert None in peaks or 90e6 < peaks[1] - peaks[0] < 130e6


def test_a_flow_fills_managed_folders_anew_and_builds_the_partitions_that_it_names(repository, tmp_path):
    line = '192.0.2.1 a.example - [01/Jan/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 1 "-" "-"'
    for day in ("01", "02"):
        write(tmp_path / f"files/2026/01/{day}/a.log", line)
    flow = {
        "plugin": str(repository),
        "storage": str(tmp_path / "store"),
        "datasets": {"hits": {}},
        "folders": {"raw": {"files": str(tmp_path / "files"), "pattern": "%Y/%M/%D/.*"}},
        "recipes": [
            {
                "recipe": "ovh-logs-parse",
                "inputs": {"logs": ["raw"]},
                "outputs": {"hits": ["hits"]},
                "partitions": ["2026-01-01", "2026-01-02"],
            }
        ],
    }
    assert run_flow(flow).rows == {"hits": 2}
    shutil.rmtree(tmp_path / "files/2026/01/02")
    flow["recipes"][0]["partitions"] = ["2026-01-02"]
    with pytest.raises(ComponentFailed, match="holds no log in partition 2026-01-02"):
        run_flow(flow)


def test_a_role_that_the_descriptor_lacks_is_refused(plugin, store):
    with pytest.raises(BadPlugin, match="no role other"):
        run_recipe(plugin, "test-r", store, inputs={"in": ["source"], "other": ["x"]}, outputs={"out": ["result"]})
    with pytest.raises(BadPlugin, match="needs an object"):
        run_recipe(plugin, "test-r", store, inputs={}, outputs={"out": ["result"]})


def test_a_recipe_does_not_see_the_repository(plugin, store):
    assert "No module named 'dev'" in run(plugin, store, "import dev").error["message"]
