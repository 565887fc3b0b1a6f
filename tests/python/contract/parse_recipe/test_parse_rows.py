"""Rows of a dataset: each cell a line."""

from __future__ import annotations

import pytest

from ovh_weblogs.schema import SERVER_HITS
from tests.python.contract.parse_recipe.recipe import line


def text(number):
    return line(number).decode().rstrip("\n")


@pytest.fixture(scope="module")
def chosen(new_recipe):
    """A run over one of two columns."""
    recipe = new_recipe()
    cells = [text(1), text(2), "", f"{text(3)}\n{text(4)}\n", f"{text(5)}\r\nno log line"]
    recipe.table(["id", "message"], [[str(number), cell] for number, cell in enumerate(cells)])
    recipe.good("table", config={"line_column": "message", "max_reject_share": 1})
    return recipe


def test_rows_are_lines_numbered_by_row_and_other_columns_are_left(chosen):
    assert chosen.places()[:2] == [("table", 1, 1), ("table", 2, 2)]
    assert chosen.columns() == list(SERVER_HITS.names)


def test_line_feeds_cut_a_cell_into_lines_of_one_row_and_empty_cells_are_blanks(chosen):
    assert chosen.places()[2:] == [("table", 4, 3), ("table", 4, 4), ("table", 5, 5)]
    assert [(row["line_number"], row["line"]) for row in chosen.store.rows("rejects")] == [("5", "no log line")]
    assert chosen.store.metrics("hits") == {"lines": 7, "hits": 5, "rejects": 1, "blanks": 1, "files": 0}


def test_a_dataset_of_one_column_needs_no_choice(recipe):
    recipe.table(["message"], [[text(1)]])
    assert recipe.good("table") == [("table", 1, 1)]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("", "The dataset table has several columns; choose as 'Column of lines' one of id, message."),
        ("line", "The dataset table has no column line; choose as 'Column of lines' one of id, message."),
    ],
)
def test_a_column_that_is_missing_is_named_with_those_that_are_there(recipe, column, told):
    recipe.table(["id", "message"], [["1", text(1)]])
    assert recipe.error("table", config={"line_column": column}) == told


def test_a_dataset_without_rows_gives_hits_without_rows(recipe):
    recipe.table(["message"], [])
    assert recipe.good("table") == []
    assert recipe.columns()
