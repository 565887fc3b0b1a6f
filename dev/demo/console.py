"""What the person at the terminal sees: progress while it runs, a table at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from dev.demo.aggregates import file_size, size
from dev.demo.insights import Insights
from dev.demo.modelparts import FEW, rows
from dev.demo.report import Summary
from dev.demo.texts import counted

_REFRESH = 8  # times a second


class _Live(Progress):
    """Asks how far the stage is whenever it is drawn."""

    def __init__(self, console: Console, poll: Callable[[], None]) -> None:
        self._poll = poll
        super().__init__(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(24),
            TextColumn("[dim]{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
            refresh_per_second=_REFRESH,
        )

    def get_renderables(self) -> Iterable[RenderableType]:
        self._poll()
        return super().get_renderables()


class Board:
    """The stages of the demo, one after the other; without a terminal, a line for each that is over."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: _Live | None = None
        self._task: TaskID | None = None
        self._title, self._note, self._begun = "", "", 0.0
        self._count: Callable[[], int] | None = None
        if console.is_terminal:
            self._live = _Live(console, self._poll)

    def __enter__(self) -> Board:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._end()
        if self._live:
            self._live.stop()

    def begin(self, title: str, *, total: int | None = None, count: Callable[[], int] | None = None) -> None:
        """Begin a stage; the one before is over.

        Args:
            title: Its name.
            total: How many steps it has, where that is known.
            count: Tells how many of them are done.
        """
        self._end()
        self._title, self._note, self._begun, self._count = title, "", time.monotonic(), count
        if self._live:
            self._task = self._live.add_task(escape(title), total=total, note="")

    def tell(self, note: str) -> None:
        """Say what the stage is at, or came to."""
        self._note = note
        if self._live and self._task is not None:
            self._live.update(self._task, note=escape(note))

    def _poll(self) -> None:
        if self._live and self._task is not None and self._count:
            self._live.update(self._task, completed=self._count())

    def _end(self) -> None:
        if not self._title:
            return
        seconds = time.monotonic() - self._begun
        if self._live and self._task is not None:
            self._count = None
            self._live.update(self._task, total=1, completed=1)
        else:
            self.console.print(
                f"{self._title}: {self._note} ({seconds:.1f} s)", markup=False, highlight=False, soft_wrap=True
            )
        self._title, self._task = "", None


def show(console: Console, summary: Summary) -> None:
    """Print the numbers, the checks and the seconds of each stage."""
    table = Table(show_header=False)
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    numbers = (
        ("Calls of the OVH API", f"{len(summary.calls):,}"),
        ("Tokens for the log host", f"{summary.tokens:,}"),
        ("Days", f"{len(summary.days):,}"),
        ("Files", f"{summary.files:,}"),
        ("Bytes, compressed", size(summary.bytes)),
        ("Lines", f"{summary.lines:,}"),
        ("  Hits", f"{summary.hits:,}"),
        ("  Rejects", f"{summary.rejects:,}"),
        ("  Blanks", f"{summary.blanks:,}"),
        ("Events", f"{summary.events:,}"),
        ("Visits", f"{summary.visits:,}"),
        ("Visitors", f"{summary.visitors:,}"),
    )
    for name, value in numbers:
        table.add_row(name, value)
    table.add_section()
    for stage, seconds in summary.stages:
        table.add_row(escape(stage), f"{seconds:.1f} s")
    table.add_row("[bold]In all", f"[bold]{summary.seconds:.1f} s")
    console.print(f"\n[bold]{escape(summary.period)}[/], {escape(summary.origin)}", soft_wrap=True, highlight=False)
    console.print(table)
    for sentence, holds in summary.checks:
        mark = "[green]✓[/]" if holds else "[red]✗[/]"
        console.print(f"{mark} {escape(sentence)}", soft_wrap=True, highlight=False)


def show_found(console: Console, found: Insights) -> None:
    """Print models beside what they can reach, and segments."""
    console.print()
    if found.lesson is None:
        console.print(found.why, markup=False, highlight=False, soft_wrap=True)
    else:
        table = Table("Model", "ROC AUC", "PR AUC", caption=f"{counted(found.lesson.converts, 'convert')} in the trial")
        for name, roc, pr in rows(found.lesson):
            table.add_row(escape(name), f"{roc:.3f}", f"{pr:.3f}")
        console.print(table)
    if not found.segments:
        console.print(FEW, markup=False, highlight=False, soft_wrap=True)
        return
    table = Table("Segment", "People", "Profile")
    for segment in found.segments:
        table.add_row(escape(segment.name), f"{segment.people:,}", escape(segment.profile))
    console.print(table)


def name_files(console: Console, files: Mapping[Path, str]) -> None:
    """End with where everything is, and what it is."""
    console.print("\nWritten:")
    width = max(len(str(path)) for path in files)
    for path, what in files.items():
        note = f", {file_size(path)}" if path.is_file() else ""
        console.print(f"  {path!s:{width}}  {what}{note}", markup=False, highlight=False, soft_wrap=True)
