"""Every engine, for tests that compare it with the embedded one."""

from __future__ import annotations

import pytest

from tests.python.parity.engines import Database, Embedded


@pytest.fixture(scope="session", params=["postgres", "mariadb"])
def engine(request):
    """An engine that is compared."""
    made = Database(request.getfixturevalue(request.param))
    yield made
    made.close()


@pytest.fixture(scope="session")
def embedded():
    """The engine that the others are compared with."""
    return Embedded()
