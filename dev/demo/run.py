"""The demo from end to end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.demo import flow, in_postgres, on_spark
from dev.demo.access import check_access
from dev.demo.aggregates import aggregate
from dev.demo.archive import Archived, archive
from dev.demo.checks import Check, Evidence, all_checks
from dev.demo.console import Board
from dev.demo.elsewhere import Elsewhere
from dev.demo.errors import DemoFailed
from dev.demo.insights import Insights, insights
from dev.demo.month import Month, from_logs, from_traffic
from dev.demo.ovh import Ovh, served, tokens_given
from dev.demo.report import Summary, write_report
from dev.demo.tables import Tables, export
from dev.demo.texts import counted
from dev.ovhsim.journal import Journal

MAKE, CHECK = "Make the day files", "Check access (macro)"
ARCHIVE = "Archive (Archive logs), killed once"
TABLES, LEARN, REPORT = "Write Parquet", "Learn (scikit-learn)", "Draw the report"
REPORT_FILE = "report.html"
# What else than the engine in the recipe can be tried: what it is called, whether it is there, and the flow on it.
_ELSEWHERE: Mapping[str, tuple[str, Callable[[], None], Callable[[Month, Path], Elsewhere]]] = {
    "spark": (on_spark.TITLE, on_spark.check_there, on_spark.once_more),
    "postgres": (in_postgres.TITLE, in_postgres.check_there, in_postgres.once_more),
}
ENGINES = ("embedded", *_ELSEWHERE)
_STEPS = {
    flow.READ: "Read and parse (OVH logs)",
    flow.ENRICH: "Enrich (Enrich hits)",
    flow.VISITS: "Visits (Group to sessions)",
    flow.GROUP: "Group (Group to visitors)",
}


@dataclass(frozen=True)
class Written:
    """What a run leaves behind."""

    summary: Summary
    found: Insights
    files: Mapping[Path, str]
    passed_over: tuple[str, ...]


def run(
    out: Path, board: Board, *, logs: Path | None = None, days: int | None = None, engine: str = ENGINES[0]
) -> Written:
    """Make the month, run the flow and the check of access, write tables and report.

    Args:
        out: The folder that all of it goes to; what an earlier run left there is replaced.
        board: Shows progress.
        logs: Real logs in place of generated ones.
        days: How many days are generated.
        engine: One of ``ENGINES``; on another than the first the flow runs once more, and is compared.

    Raises:
        DemoFailed: With one sentence.
    """
    elsewhere = _ELSEWHERE.get(engine)
    if elsewhere:
        elsewhere[1]()
    storage, stages = out / "datasets", []
    begun = time.monotonic()
    board.begin(MAKE)
    _emptied(out)
    month = _month(out, board, logs, days)
    stages.append((MAKE, time.monotonic() - begun))
    with served(month) as ovh:
        outcome = flow.run(month, storage, ovh, _watching(board, month, ovh))
        stages += [(title, outcome.result.seconds[step]) for step, title in _STEPS.items()]
        stages.append((CHECK, _checked(out / "access.html", board, ovh)))
        begun = time.monotonic()
        archived = _archived(month, storage, board, ovh)
        stages.append((ARCHIVE, time.monotonic() - begun))
    others = [archived.check, *(_elsewhere(engine, month, storage, board, stages) if elsewhere else [])]

    tables = _exported(storage, out, board, stages)
    found = _learnt(month, tables, board, stages)
    summary = _reported(month, outcome, tables, found, others, out / REPORT_FILE, board, stages)
    files = {
        out / REPORT_FILE: "the report: open it in a browser",
        out / "access.html": "what the macro says of the keys",
        tables.events: "one row per hit",
        tables.sessions: "one row per visit",
        tables.visitors: "one row per visitor",
        **({tables.snapshots: "one row per visitor and cutoff, with labels"} if tables.snapshots else {}),
        tables.refused: "lines that are no access lines, with reasons",
        storage: "the datasets as the host stores them",
        archived.folder: "the archive of the day files, with its manifest",
        month.folder: "the day files that were served",
        **({month.truth: "what is true of each line, session and visitor"} if month.truth else {}),
    }
    return Written(summary, found, files, tuple(month.passed_over))


def _exported(storage: Path, out: Path, board: Board, stages: list[tuple[str, float]]) -> Tables:
    begun = time.monotonic()
    board.begin(TABLES)
    tables = export(storage, out)
    board.tell(f"{tables.event_count:,} events, {tables.session_count:,} visits, {tables.visitor_count:,} visitors")
    stages.append((TABLES, time.monotonic() - begun))
    return tables


def _learnt(month: Month, tables: Tables, board: Board, stages: list[tuple[str, float]]) -> Insights:
    begun = time.monotonic()
    board.begin(LEARN)
    found = insights(tables.visitors, tables.snapshots, month.days, month.truth)
    models = len(found.lesson.models) if found.lesson else 0
    board.tell(f"{counted(models, 'model')}, {counted(len(found.segments), 'segment')}")
    stages.append((LEARN, time.monotonic() - begun))
    return found


def _reported(
    month: Month,
    outcome: flow.Outcome,
    tables: Tables,
    found: Insights,
    others: Sequence[Check],
    report: Path,
    board: Board,
    stages: list[tuple[str, float]],
) -> Summary:
    begun = time.monotonic()
    board.begin(REPORT)
    numbers = aggregate(tables, month.days)
    stages.append((REPORT, time.monotonic() - begun))
    visits = sum(numbers.overall["visits"].values())
    evidence = Evidence(month, outcome.requests, outcome.calls, outcome.totals, tables, visits)
    checks = [*all_checks(evidence), *others]
    summary = _summary(month, outcome, tables, stages, checks)
    write_report(report, summary, numbers, found)
    board.tell(report.name)
    return summary


def _emptied(out: Path) -> None:
    try:
        for name in ("month", "traffic", "datasets"):
            shutil.rmtree(out / name, ignore_errors=True)
            (out / name).mkdir(parents=True)
    except OSError as error:
        raise DemoFailed(f"{out} cannot be written ({error.strerror}): name another folder with --out.") from None


def _month(out: Path, board: Board, logs: Path | None, days: int | None) -> Month:
    if logs is not None:
        month = from_logs(logs, out / "month", board.tell)
    else:
        month = from_traffic(out / "traffic", board.tell, **({"count": days} if days else {}))
    board.tell(f"{len(month.days):,} days, {month.lines:,} lines")
    return month


def _checked(target: Path, board: Board, ovh: Ovh) -> float:
    begun = time.monotonic()
    board.begin(CHECK)
    board.tell(check_access(ovh, target))
    return time.monotonic() - begun


def _archived(month: Month, storage: Path, board: Board, ovh: Ovh) -> Archived:
    board.begin(ARCHIVE)
    found = archive(month, storage, ovh)
    board.tell(found.note)
    return found


def _elsewhere(
    engine: str, month: Month, storage: Path, board: Board, stages: list[tuple[str, float]]
) -> Sequence[Check]:
    title, _, once_more = _ELSEWHERE[engine]
    begun = time.monotonic()
    board.begin(title)
    found = once_more(month, storage)
    board.tell(found.note)
    stages.append((title, time.monotonic() - begun))
    return found.checks


def _watching(board: Board, month: Month, ovh: Ovh) -> Callable[[str], None]:
    """What the flow tells, to the board; the journals show how far the reading is, and what it needed."""
    current = [""]

    def read() -> int:
        return len({path for path in ovh.host.journal.paths if path.endswith(".gz")})

    def on_progress(text: str) -> None:
        step, _, note = text.partition(": ")
        if step in _STEPS and step != current[0]:
            current[0] = step
            if step == flow.READ:
                board.begin(_STEPS[step], total=len(month.days), count=read)
            else:
                board.begin(_STEPS[step])
        needed = f", {_needed(ovh.api.journal)}" if step == flow.READ else ""
        board.tell(f"{note or text}{needed}")

    return on_progress


def _needed(journal: Journal) -> str:
    calls = list(journal.requests)
    return f"{counted(len(calls), 'call')} of the API, {counted(tokens_given(calls), 'token')}"


def _summary(
    month: Month, outcome: flow.Outcome, tables: Tables, stages: list[tuple[str, float]], checks: list[Check]
) -> Summary:
    totals = outcome.totals
    return Summary(
        origin=month.origin,
        days=month.days,
        files=totals.files,
        bytes=totals.bytes,
        lines=month.lines,
        hits=tables.hits,
        rejects=tables.rejects,
        blanks=totals.blanks,
        events=tables.event_count,
        visits=tables.session_count,
        visitors=tables.visitor_count,
        calls=[f"{call.method} {call.path}" for call in outcome.calls],
        tokens=tokens_given(outcome.calls),
        stages=stages,
        checks=checks,
    )
