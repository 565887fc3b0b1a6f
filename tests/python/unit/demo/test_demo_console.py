"""What the person at the terminal sees, with a terminal and without."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from rich.console import Console

from dev.demo.console import Board, name_files, show
from dev.demo.flow import definition
from dev.demo.month import Month
from dev.demo.ovh import served
from dev.demo.report import Summary


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def run_two_stages(console: Console) -> str:
    with Board(console) as board:
        board.begin("Read [all]", total=3, count=lambda: 2)
        board.tell("2 of 3")
        board.begin("Draw")
        board.tell("a [page]")
    return shown(console)


def test_without_a_terminal_each_stage_is_a_line_once_it_is_over():
    text = run_two_stages(Console(file=io.StringIO(), width=120))
    assert [line.rpartition(" (")[0] for line in text.splitlines()] == ["Read [all]: 2 of 3", "Draw: a [page]"]


def test_at_a_terminal_each_stage_has_a_bar():
    text = run_two_stages(Console(file=io.StringIO(), width=120, force_terminal=True, color_system=None))
    assert "Read [all]" in text
    assert "a [page]" in text
    assert "━" in text


def test_a_failure_does_not_report_the_stage_as_over():
    console = Console(file=io.StringIO(), width=120)
    board = Board(console)
    board.begin("Read")
    board.__exit__(ValueError, ValueError(), None)
    assert shown(console) == ""


def test_the_summary_shows_numbers_stages_and_checks():
    summary = Summary(
        origin="logs in [folder]",
        days=[date(2026, 3, 1)],
        files=1,
        bytes=2_500,
        lines=1_003,
        hits=1_000,
        rejects=2,
        blanks=1,
        events=1_000,
        visits=88,
        visitors=77,
        calls=["GET /auth/time", "GET /hosting/web"],
        tokens=1,
        stages=[("Read", 1.25), ("Draw", 0.5)],
        checks=[("All there", True), ("Nothing twice", False)],
    )
    console = Console(file=io.StringIO(), width=120)
    show(console, summary)
    rows = [" ".join(line.replace("│", " ").split()) for line in shown(console).splitlines()]
    assert "1 March 2026, logs in [folder]" in rows
    for row in (
        "Bytes, compressed 2.5 kB",
        "Lines 1,003",
        "Hits 1,000",
        "Visits 88",
        "Visitors 77",
        "Read 1.2 s",
        "In all 1.8 s",
    ):
        assert row in rows
    for row in ("Calls of the OVH API 2", "Tokens for the log host 1"):
        assert row in rows
    assert ("✓ All there" in rows, "✗ Nothing twice" in rows) == (True, True)


def test_the_end_names_each_file_with_what_it_is_and_its_size(tmp_path):
    (tmp_path / "page.html").write_bytes(b"x" * 1_200)
    console = Console(file=io.StringIO(), width=300)
    name_files(console, {tmp_path / "page.html": "the page", tmp_path: "everything"})
    assert f"{tmp_path / 'page.html'}  the page, 1.2 kB" in shown(console)


@pytest.mark.parametrize(
    ("last", "expected"), [(date(2026, 3, 2), "fail"), (date(2026, 3, 3), "skip")], ids=["whole", "gap"]
)
def test_missing_days_are_skipped_only_where_there_are_gaps(tmp_path, last, expected):
    month = Month(tmp_path, "logs", days=[date(2026, 3, 1), last])
    with served(month) as ovh:
        config = definition(month, tmp_path, ovh)["datasets"]["logs"]["config"]
    assert (config["missing_days"], config["from_date"], config["to_date"]) == (expected, "2026-03-01", f"{last}")


@pytest.mark.parametrize(("count", "made"), [(28, True), (27, False)], ids=["four weeks", "a day less"])
def test_snapshots_are_made_where_the_days_suffice_for_a_model(tmp_path, count, made):
    days = [date(2026, 3, 1) + timedelta(days=number) for number in range(count)]
    month = Month(tmp_path, "generated", days=days, truth=tmp_path)
    with served(month) as ovh:
        flow = definition(month, tmp_path, ovh)
    assert ("snapshots" in flow["datasets"]) is made
    assert [recipe["config"].get("label") for recipe in flow["recipes"]][3:] == ["snapshot"] * made


def test_logs_without_rules_of_pages_have_no_snapshots(tmp_path):
    month = Month(tmp_path, "logs", days=[date(2026, 3, 1) + timedelta(days=number) for number in range(30)])
    with served(month) as ovh:
        assert "snapshots" not in definition(month, tmp_path, ovh)["datasets"]
