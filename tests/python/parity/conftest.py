"""Every engine, for tests that compare it with the embedded one."""

from __future__ import annotations

import pytest

from tests.python.parity.engines import SPARK, Database, Embedded


@pytest.fixture(scope="session", params=["postgres", "mariadb", SPARK])
def engine(request):
    """An engine that is compared."""
    if request.param == "spark":
        session = request.getfixturevalue("spark_session")
        from tests.python.parity.sparkengine import Spark  # noqa: PLC0415 - Spark may not be there

        yield Spark(session)
        return
    made = Database(request.getfixturevalue(request.param))
    yield made
    made.close()


@pytest.fixture(scope="session")
def embedded():
    """The engine that the others are compared with."""
    return Embedded()
