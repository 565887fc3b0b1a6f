"""What a run of an archive came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from ovh_weblogs.errors import OvhLogsError

_NAMED = 10  # days that an error names


def spans(days: Iterable[date]) -> str:
    """Days in few words: ``2026-03-01 to 2026-03-09, 2026-03-11``."""
    runs: list[list[date]] = []
    for day in sorted(set(days)):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


@dataclass
class Report:
    """Counts of a run, and what it could not do.

    Attributes:
        fetched: Days put into the archive, new ones and rewritten ones.
        unchanged: Days that were there already.
        missing: Days that are neither on the log host nor in the archive.
        removed: Files removed since they were older than asked for.
        failed: Days that are not in the archive, or not as they are now on the host; by name, with the reason.
        fetched_bytes: Bytes of the fetched files.
        files: Files that count at the end, of the whole archive or of the partition.
        bytes: Bytes of those.
        lines: Lines of those.
    """

    fetched: int = 0
    unchanged: int = 0
    missing: int = 0
    removed: int = 0
    failed: list[tuple[str, OvhLogsError]] = field(default_factory=list)
    fetched_bytes: int = 0
    files: int = 0
    bytes: int = 0
    lines: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The numbers by name, as metrics have them."""
        names = ("fetched", "unchanged", "missing", "removed", "files", "bytes", "lines")
        return {**{name: getattr(self, name) for name in names}, "failed": len(self.failed)}

    def __str__(self) -> str:
        return (
            f"{self.fetched} days fetched ({self.fetched_bytes} bytes), {self.unchanged} unchanged, "
            f"{self.missing} missing, {len(self.failed)} failed, {self.removed} files removed; "
            f"the archive holds {self.files} files, {self.bytes} bytes, {self.lines} lines"
        )

    def check(self) -> None:
        """Say what could not be archived.

        Raises:
            OvhLogsError: Of the class of the first failure, with its fix.
        """
        if not self.failed:
            return
        names = [name for name, _ in self.failed]
        first = self.failed[0][1]
        rest = "; all else is archived" if self.fetched or self.unchanged else ""
        if len(names) == 1:
            raise type(first)(f"{first.problem}{rest}", fix=first.fix)
        named = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        raise type(first)(
            f"{len(names)} parts could not be archived: {named} (first: {first.problem}){rest}", fix=first.fix
        )
