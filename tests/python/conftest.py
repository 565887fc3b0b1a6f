"""What every test run says at its end, and what a complete run refuses."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

# A slow or busy machine must not fail a property; the examples are the same on each run.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

_KINDS = ("unit", "contract", "integration", "parity")


def _kind(nodeid: str) -> str:
    return next((kind for kind in _KINDS if f"/{kind}/" in nodeid), "other")


@pytest.fixture
def samples() -> Path:
    """The folder of real log lines that the environment variable SAMPLES names."""
    folder = os.environ.get("SAMPLES")
    if not folder:
        pytest.skip("SAMPLES is not set: real log lines are not read")
    return Path(folder)


@pytest.fixture
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).parents[2]


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
