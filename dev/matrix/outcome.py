"""What a run of pytest came to, read from its last lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLOSING = re.compile(r"^=*\s*((?:\d+ [a-z]+, )*\d+ [a-z]+) in \d+\.\d+s\b", re.MULTILINE)
_COUNT = re.compile(r"(\d+) ([a-z]+)")
_SUMMARY = "short test summary info"


@dataclass(frozen=True)
class Outcome:
    """A run's numbers.

    Attributes:
        passed: Tests that passed.
        failed: Tests that failed, and errors around tests. A run that broke off counts as one more.
        skipped: Tests that were skipped.
        seconds: How long it took.
        trouble: What is wrong with the run, None after success.
        named: pytest's own lines on what failed (or was skipped, where nothing may be).
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    trouble: str | None = None
    named: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Everything ran and passed."""
        return self.trouble is None


def read(output: str, status: int | None, seconds: float) -> Outcome:
    """The outcome of a run.

    Args:
        output: All that pytest printed.
        status: How it ended; None when it was stopped because it took too long.
        seconds: How long it took.
    """
    closing = _CLOSING.findall(output)
    counts = {kind: int(number) for number, kind in _COUNT.findall(closing[-1])} if closing else {}
    passed, skipped = counts.get("passed", 0), counts.get("skipped", 0)
    failed = counts.get("failed", 0) + counts.get("error", 0) + counts.get("errors", 0)
    if status == 0 and passed and not failed:
        return Outcome(passed, failed, skipped, seconds)
    if status is None:
        return Outcome(passed, failed + 1, skipped, seconds, "was stopped: it took too long", _named(output, "FAILED"))
    if failed:
        return Outcome(passed, failed, skipped, seconds, f"{failed} failed", _named(output, "FAILED", "ERROR"))
    if status == 1 and passed and skipped:
        return Outcome(passed, 0, skipped, seconds, f"{skipped} skipped, and none may be", _named(output, "SKIPPED"))
    ending = f"passed no test (status {status})" if closing or status in (0, 5) else f"broke off with status {status}"
    return Outcome(passed, 1, skipped, seconds, ending)


def _named(output: str, *kinds: str) -> tuple[str, ...]:
    summary = output.rpartition(_SUMMARY)[2] if _SUMMARY in output else ""
    return tuple(line for line in summary.splitlines() if line.startswith(tuple(f"{kind} " for kind in kinds)))
