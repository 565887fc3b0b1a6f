"""Day files for the simulated log host: from the sample, or from a folder of real logs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from dev.dayfiles import write_day
from dev.demo import sample
from dev.demo.errors import DemoFailed
from dev.demo.logs import Router, log_files

DOMAIN = "example.com"  # root of the log tree
Progress = Callable[[str], None]


def _silent(_text: str) -> None:
    return


@dataclass
class Month:
    """What was written for the log host: every line of it has to be found again.

    ``size`` is in bytes of the compressed files; ``passed_over`` names files that hold no access line.
    """

    folder: Path
    origin: str
    days: list[date] = field(default_factory=list)
    size: int = 0
    lines: int = 0
    blanks: int = 0
    passed_over: list[str] = field(default_factory=list)

    @property
    def has_gaps(self) -> bool:
        """Whether a day between the first and the last has no file."""
        return bool(self.days) and (self.days[-1] - self.days[0]).days + 1 > len(self.days)

    def add(self, day: date, lines: Iterable[bytes]) -> None:
        """Write one day's file; days are given in order."""
        path = write_day(self.folder, DOMAIN, day, self._counted(lines))
        self.days.append(day)
        self.size += path.stat().st_size

    def _counted(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.lines += 1
            self.blanks += not line or line.isspace()
            yield line


def from_sample(folder: Path, progress: Progress = _silent, *, count: int = sample.DAYS) -> Month:
    """The generated month.

    Args:
        folder: The log host's data folder.
        progress: Told what was written.
        count: How many days of it.
    """
    month = Month(folder, "a generated sample of a shop and its blog")
    for day, lines in sample.days(count=count):
        month.add(day, lines)
        progress(f"{day:%d %B}")
    return month


def from_logs(logs: Path, folder: Path, progress: Progress = _silent, *, today: date | None = None) -> Month:
    """The days that a folder of access logs holds, in little memory however large the logs are.

    Args:
        logs: A folder (searched through) of access logs in OVH's or the combined format, plain or gzip; or one file.
        folder: The log host's data folder.
        progress: Told which file is read.
        today: The first day that is not over.

    Raises:
        DemoFailed: There is no access line in it, or a file cannot be read.
    """
    today = today or datetime.now(sample.ZONE).date()
    month = Month(folder, f"the access logs in {logs.name or logs}")
    with TemporaryDirectory(dir=folder.parent if folder.parent.is_dir() else None) as spool:
        router = Router(Path(spool), today)
        for path in log_files(logs):
            progress(path.name)
            if not router.read(path):
                month.passed_over.append(path.name)
        for day in router.days():
            progress(f"{day:%d %B %Y}")
            month.add(day, router.lines(day))
    if not month.days:
        raise DemoFailed(
            f"{logs} holds no access log: give a folder of .log, .txt or .gz files in OVH's or the combined format."
        )
    return month
