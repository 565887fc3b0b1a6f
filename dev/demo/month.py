"""Day files for the simulated log host: generated ones whose truth is known, or those of a folder of real logs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from dev.dayfiles import day_name, write_day
from dev.demo.errors import DemoFailed
from dev.demo.logs import Router, log_files
from dev.ovhsim import Fault
from dev.traffic import generate
from dev.traffic.clock import ZONE
from dev.traffic.site import ROOT

DOMAIN = ROOT  # of the log tree
DAYS, _VISITORS, _SEED = 30, 2000, 1
_CUT = 20_000  # bytes of a file after which its connection breaks
Progress = Callable[[str], None]


def _silent(_text: str) -> None:
    return


@dataclass
class Month:
    """What was written for the log host: every line of it has to be found again.

    ``folder`` is the log host's; ``size`` is in bytes of the compressed files; ``passed_over`` names files that hold no
    access line; ``truth`` is the folder of what is true of the lines, where that is known; ``faults`` happen to the
    files of their days.
    """

    folder: Path
    origin: str
    days: list[date] = field(default_factory=list)
    size: int = 0
    lines: int = 0
    blanks: int = 0
    passed_over: list[str] = field(default_factory=list)
    truth: Path | None = None
    faults: dict[date, Fault] = field(default_factory=dict)

    @property
    def has_gaps(self) -> bool:
        """Whether a day between the first and the last has no file."""
        return bool(self.days) and (self.days[-1] - self.days[0]).days + 1 > len(self.days)

    def file_name(self, day: date) -> str:
        """Name of a day's file."""
        return day_name(DOMAIN, day)

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


def from_traffic(
    folder: Path, progress: Progress = _silent, *, count: int = DAYS, visitors: int | None = None
) -> Month:
    """Generated days, two of which come badly: one is refused once, one is cut once.

    Args:
        folder: Where logs and truth go.
        progress: Told what was written.
        count: How many days.
        visitors: How many people come in all; as many a day as in the whole month unless told.
    """
    written = generate(
        folder,
        count=count,
        visitors=visitors or max(_VISITORS * count // DAYS, 1),
        seed=_SEED,
        progress=lambda day, so_far: progress(f"{day:%d %B}, {so_far.lines['server']:,} lines"),
    )
    month = Month(folder / "ovh", "generated traffic of a shop and its blog", written.days, truth=folder / "truth")
    month.lines = written.lines["server"]
    month.blanks = written.blanks
    month.size = sum(path.stat().st_size for path in month.folder.rglob("*.gz"))
    refused, cut = written.days[len(written.days) // 3], written.days[-1]
    month.faults[refused] = Fault("status", f"*{month.file_name(refused)}", times=1, status=503)
    month.faults[cut] = Fault("cut_body", f"*{month.file_name(cut)}", times=1, at=_CUT)
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
    today = today or datetime.now(ZONE).date()
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
