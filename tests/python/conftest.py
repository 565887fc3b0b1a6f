"""What every test run says at its end, and what a complete run refuses."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings

from dev import databases, localspark
from dev.databases import MissingProgram, Server
from dev.demo.tables import Tables
from dev.traffic import generate
from ovh_weblogs.schema import EVENTS, REJECT_REASON
from tests.python.generated import Traffic

# A slow or busy machine must not fail a property; the examples are the same on each run. Few find nearly all that many
# do: those are for ``pytest --hypothesis-profile=deep``.
settings.register_profile("project", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("deep", settings.get_profile("project"), max_examples=200)
settings.load_profile("project")

_KINDS = ("unit", "contract", "integration", "parity")


def _kind(nodeid: str) -> str:
    return next((kind for kind in _KINDS if f"/{kind}/" in nodeid), "other")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real log lines that the environment variable SAMPLES names."""
    folder = os.environ.get("SAMPLES")
    if not folder:
        pytest.skip("SAMPLES is not set: real log lines are not read")
    return Path(folder)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Traffic:
    """Three days of traffic around the short night of spring."""
    out = tmp_path_factory.mktemp("spring")
    generate(out, start=date(2026, 3, 28), count=3, visitors=120, seed=7)
    return Traffic(out)


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Traffic:
    """Four weeks: every layout of the tracker, every hard line, an outage, people who come again."""
    out = tmp_path_factory.mktemp("month")
    generate(out, count=28, visitors=500, seed=7)
    return Traffic(out)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A private PostgreSQL whose database orders texts as French does."""
    yield from _running(databases.postgres())


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """A private MariaDB whose texts ignore case, accents and spaces at the end."""
    yield from _running(databases.mariadb())


def _running(starting: AbstractContextManager[Server]) -> Iterator[Server]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(starting)
        except MissingProgram as missing:
            pytest.skip(str(missing))
        yield server


@pytest.fixture(scope="session")
def spark_session() -> Iterator[Any]:
    """Spark with two executors, processes of their own, that have the library from a zip.

    One for all tests: to start and warm it takes longer than they do.
    """
    why = localspark.missing()
    if why:
        pytest.skip(why)
    from ovh_weblogs.engines import spark  # noqa: PLC0415 - Spark may not be there

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark's own, of pandas and of Python's next versions
        with localspark.session() as made, spark.library(made):
            spark.ready(made)
            yield made


@pytest.fixture(scope="session")
def demo_tables() -> Callable[..., Tables]:
    """Stores events and refused lines in a folder, as the demo does.

    An event says at what time of UTC it was; it is the view of a page by a person's browser unless it says otherwise.
    """
    schema = EVENTS.arrow.append(REJECT_REASON.arrow)

    def stored(folder: Path, events: list[dict[str, Any]], lines: list[dict[str, Any]] | tuple[()] = ()) -> Tables:
        paths = [
            folder / name for name in ("events.parquet", "refused.parquet", "sessions.parquet", "visitors.parquet")
        ]
        for path, rows in zip(paths, (list(map(_event, events)), list(map(_refused, lines)), [], []), strict=True):
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        return Tables(*paths, None, len(events), len(lines), len(events), 1, 1)

    return stored


def _event(given: dict[str, Any]) -> dict[str, Any]:
    values = dict(given)
    moment = datetime.fromisoformat(values.pop("at")).replace(tzinfo=timezone.utc)
    usual = {
        "server_ts": moment,
        "visitor_id": "v1",
        "source_file": f"example.com-{moment:%d-%m-%Y}.log.gz",
        "vhost": "www.example.com",
        "method": "GET",
        "status": 200,
        "location_host": "www.example.com",
        "location_path": "/",
        "useragent_type": "browser",
        "useragent_brand": "Firefox",
        "useragent_os": "Linux",
    }
    return {**usual, **values}


def _refused(given: dict[str, Any]) -> dict[str, Any]:
    usual = {"source_file": "day.log.gz", "line_number": 7, "reject_reason": "no time in brackets"}
    return {**usual, **given}


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("REQUIRE_ALL_TESTS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ran = Counter(_kind(report.nodeid) for report in terminalreporter.stats.get("passed", []))
    skipped = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []))
    parts = ", ".join(f"{count} {kind}" for kind, count in sorted(ran.items())) or "nothing"
    terminalreporter.write_line(f"Ran: {parts}. " + _why(skipped))


def _why(skipped: Counter[str]) -> str:
    if not skipped:
        return "Nothing was skipped."
    refused = " A complete run was asked for: this one fails." if os.environ.get("REQUIRE_ALL_TESTS") else ""
    return "Skipped: " + "; ".join(f"{count} ({why})" for why, count in skipped.items()) + "." + refused
