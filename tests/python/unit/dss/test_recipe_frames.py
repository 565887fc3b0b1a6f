"""Recipes read and write frames of the host's pandas, whichever version it has."""

from __future__ import annotations

import pytest

from dev.dsshost import Store, run_recipe

TIME = "2026-03-28T09:00:00.000Z"
BEYOND_FLOATS = "9007199254740993"  # 2**53 + 1, the first whole number that a float does not hold
OF_EACH_TYPE = {
    "string": "007",
    "int": "-2147483648",
    "bigint": BEYOND_FLOATS,
    "double": "0.1",
    "boolean": "true",
    "date": "1969-07-20T20:17:40.123Z",
}


@pytest.fixture
def run(repository, tmp_path, monkeypatch):
    """Runs a recipe over one dataset and gives the rows of the other; a warning fails, as in any test."""
    monkeypatch.setenv("PYTHONWARNINGS", "default::DeprecationWarning")

    def once(recipe, source, target, columns, rows):
        store = Store(tmp_path / "store")
        store.set_columns(source, [{"name": name, "type": kind} for name, kind in columns.items()])
        store.replace(source, rows)
        roles = {"inputs": {source: [source]}, "outputs": {target: [target]}}
        result = run_recipe(repository, recipe, store, **roles)
        assert result.error is None, result.log
        assert [line for line in result.log.splitlines() if "Warning:" in line] == []
        return list(store.rows(target))

    return once


def test_a_column_of_any_type_passes_enrichment_unchanged_and_so_do_its_nulls(run):
    columns = {**{f"my_{kind}": kind for kind in OF_EACH_TYPE}, "server_ts": "date", "client_addr": "string"}
    full = [*OF_EACH_TYPE.values(), TIME, "198.51.100.1"]
    empty = [*("" for _ in OF_EACH_TYPE), TIME, "198.51.100.1"]

    rows = run("ovh-logs-enrich", "hits", "events", columns, [full, empty])

    assert [[row[f"my_{kind}"] for kind in OF_EACH_TYPE] for row in rows] == [full[:-2], empty[:-2]]


def test_grouping_writes_whole_numbers_and_times_as_declared_where_others_are_null(run):
    """A column of whole numbers with a null in it becomes one of floats, unless pandas is told otherwise."""
    columns = {"visitor_id": "string", "server_ts": "date", "client_addr": "string", "bytes": "bigint", "status": "int"}
    full, empty = ["a", TIME, "198.51.100.1", BEYOND_FLOATS, "200"], ["b", "", "198.51.100.2", "", ""]

    rows = run("ovh-logs-visitors", "events", "visitors", columns, [full, empty])

    shown = ("visitor_id", "count", "server_ts_max", "bytes_max", "status_max")
    assert sorted(tuple(row[name] for name in shown) for row in rows) == [
        ("a", "1", TIME, BEYOND_FLOATS, "200"),
        ("b", "1", "", "", ""),
    ]
