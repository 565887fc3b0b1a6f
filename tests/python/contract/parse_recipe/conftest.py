"""The recipe, with nothing to read yet."""

from __future__ import annotations

import pytest

from tests.python.contract.parse_recipe.recipe import Recipe


@pytest.fixture(scope="session")
def new_recipe(repository, tmp_path_factory):
    """Makes the recipe over a new store: for runs that serve several tests."""
    return lambda: Recipe(repository, tmp_path_factory.mktemp("parse"))


@pytest.fixture
def recipe(repository, tmp_path):
    """The recipe over a new store."""
    return Recipe(repository, tmp_path)
