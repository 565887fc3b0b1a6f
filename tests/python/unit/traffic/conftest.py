"""A day of traffic for the tests here; longer periods are in the fixtures of all tests."""

from __future__ import annotations

from datetime import date

import pytest

from dev.traffic import generate
from tests.python.generated import Traffic


@pytest.fixture(scope="session")
def autumn(tmp_path_factory) -> Traffic:
    """The long day of autumn."""
    out = tmp_path_factory.mktemp("autumn")
    generate(out, start=date(2025, 10, 26), count=1, visitors=80, seed=7)
    return Traffic(out)
