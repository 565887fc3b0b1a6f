"""One session of Spark for all tests that run on it: to start it takes longer than they do."""

from __future__ import annotations

import warnings

import pytest

from dev import localspark


@pytest.fixture(scope="session")
def session():
    """Two executors, processes of their own, that have the library from a zip."""
    why = localspark.missing()
    if why:
        pytest.skip(why)
    from ovh_weblogs.engines import spark

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark's own, of pandas and of Python's next versions
        with localspark.session() as made, spark.library(made):
            spark.ready(made)
            yield made
