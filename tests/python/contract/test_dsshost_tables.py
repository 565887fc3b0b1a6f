"""Datasets that are tables: the stand-in of the host refuses what the host or the database would, or would lose."""

from __future__ import annotations

import pytest

from dev.dsshost import Store, run_recipe
from dev.dsshost.tables import Place
from tests.python.contract.tiny_plugin import META, tiny_plugin, write

ROLE = {"label": "L", "description": "D", "arity": "UNARY", "required": True}
DAY, LATER = "2026-03-28", "2026-03-29"
GOOD = 'SELECT "day" AS "day", "n" AS "n" FROM "public"."DEMO_source"'


@pytest.fixture
def plugin(tmp_path):
    """A plugin of one recipe."""
    root = tiny_plugin(tmp_path / "plugin")
    roles = {"inputRoles": [{"name": "in", **ROLE}], "outputRoles": [{"name": "out", **ROLE}]}
    write(root / "custom-recipes/test-r/recipe.json", {"meta": META, "kind": "PYTHON", "params": [], **roles})
    return root


@pytest.fixture
def store(tmp_path, postgres):
    """A table of two rows, and an output without a table."""
    made = Store(tmp_path / "store")
    with postgres.connect() as connection:
        connection.execute('DROP TABLE IF EXISTS "DEMO_source", "DEMO_out"')
    for name in ("source", "out"):
        made.set_columns(name, [{"name": "day", "type": "string"}, {"name": "n", "type": "int"}])
        made.set_table(name, Place.of(postgres, f"DEMO_{name}", dimensions=["day"] if name == "out" else []))
    made.replace("source", [[DAY, "1"], [DAY, ""]])
    return made


@pytest.fixture
def run(plugin, store):
    """Runs a recipe of this body; None, or what it fails with."""

    def ran(body, partition=DAY):
        code = "import dataiku\nfrom dataiku import SQLExecutor2\nout = dataiku.Dataset('out')\n"
        write(plugin / "custom-recipes/test-r/recipe.py", code + body)
        roles = {"inputs": {"in": ["source"]}, "outputs": {"out": ["out"]}}
        result = run_recipe(plugin, "test-r", store, partition=partition, reads={"source": ["NP"]}, **roles)
        return result.error and result.error["message"]

    return ran


def fragment(query, more="overwrite_output_schema=False"):
    return f"SQLExecutor2.exec_recipe_fragment(out, {query!r}, {more})"


def test_a_fragment_replaces_the_partition_that_is_written(run, store):
    assert run(fragment(GOOD)) is None
    assert run(fragment(GOOD.replace('"day" AS', f"'{LATER}' AS")), LATER) is None
    assert run(fragment(GOOD + ' WHERE "n" = 1')) is None
    assert store.partitions("out") == [DAY, LATER]
    assert [list(row.values()) for row in store.rows("out", DAY)] == [[DAY, "1"]]
    assert len(list(store.rows("out", LATER))) == 2


def test_a_fragment_sets_the_schema_unless_it_is_told_not_to(run, store):
    assert run(fragment(GOOD.replace('"n" AS "n"', '2.5::float8 AS "m"'), "pre_queries=[]")) is None
    assert store.columns("out") == [{"name": "day", "type": "string"}, {"name": "m", "type": "double"}]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (f"WITH x AS ({GOOD}) SELECT * FROM x", "not one SELECT"),
        (f"{GOOD}; COMMIT", "not one SELECT"),
        (GOOD.replace('AS "n"', 'AS "m"'), "('m', 'int'), ('n', 'int')"),
        (GOOD.replace('"n" AS', 'CAST("n" AS BIGINT) AS'), "('n', 'bigint'), ('n', 'int')"),
        (GOOD.replace('"day" AS', "'other' AS"), "rows that are not of partition 2026-03-28"),
        (GOOD.replace("DEMO_source", "source"), 'relation "public.source" does not exist'),
    ],
    ids=["with", "two statements", "names", "types", "partition", "table"],
)
def test_what_a_fragment_may_not_be_is_refused_and_nothing_is_written(query, told, run, store):
    assert told in run(fragment(query))
    assert store.partitions("out") == []


def test_what_a_query_changes_is_as_before_unless_it_is_committed(run, store):
    change = 'UPDATE "public"."DEMO_source" SET "n" = 5 RETURNING 1'
    ask = f"SQLExecutor2(connection='weblogs').query_to_df({change!r}"
    run(f"{ask})")
    assert [row["n"] for row in store.rows("source")] == ["1", ""]
    run(f"{ask}, post_queries=['COMMIT'])")
    assert [row["n"] for row in store.rows("source")] == ["5", "5"]


def test_what_leaves_the_database_is_counted(run, store):
    path = store.root / "left_the_database"
    run(fragment(GOOD))
    assert not path.exists()
    run("SQLExecutor2(connection='weblogs').query_to_df('SELECT 1')")
    assert path.read_text().split() == ["1"]
    run("dataiku.Dataset('source').get_dataframe()")
    assert len(path.read_text().split()) == 2


def test_an_executor_takes_a_connection_or_a_dataset(run):
    assert run("SQLExecutor2()") == "only one of connection or dataset should be given"
    assert run("SQLExecutor2(connection='else')") == "Connection else does not exist"
