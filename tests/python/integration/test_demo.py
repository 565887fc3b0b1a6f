"""The demo from end to end, on a tiny month."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dev.macrohtml import table


def demo(repository: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["python-lib", "."]), "COLUMNS": "200", **variables}
    command = [sys.executable, "-m", "dev.demo", *arguments]
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture(scope="module")
def two_days(tmp_path_factory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Two generated days, run once for all tests here."""
    out = tmp_path_factory.mktemp("demo") / "out"
    return demo(Path(__file__).parents[3], "--days", "2", "--out", str(out)), out


def test_it_ends_well_and_accounts_for_every_line(two_days):
    result, _ = two_days
    assert result.returncode == 0, result.stderr
    for sentence in (
        "Every line is accounted for",
        "Every value read is the one that was written",
        "One row per visit",
        "One row per visitor",
    ):
        assert f"✓ {sentence}" in result.stdout
    assert "✗" not in result.stdout


def test_a_day_that_is_refused_and_a_day_that_is_cut_arrive_whole(two_days):
    result, _ = two_days
    assert "✓ The file of 1 March 2026 was refused with 503 once, and arrived whole all the same" in result.stdout
    assert "✓ The file of 2 March 2026 broke off once, and arrived whole all the same" in result.stdout


def test_it_shows_each_stage_and_names_the_files(two_days):
    result, out = two_days
    for stage in ("Make the day files: 2 days", "Read and parse", "Enrich", "Visits", "Group", "Draw the report"):
        assert stage in result.stdout
    assert f"{out / 'report.html'}" in result.stdout


def test_it_leaves_datasets_parquet_and_a_report(two_days):
    _, out = two_days
    events = pq.read_table(out / "events.parquet")
    visitors = pq.read_table(out / "visitors.parquet")
    assert events.num_rows > 2_000
    assert visitors.num_rows == len(set(events.column("visitor_id").to_pylist()))
    assert events.column("server_ts").null_count == 0
    assert json.loads((out / "datasets" / "visitors" / "schema.json").read_text())["columns"]
    assert (out / "report.html").stat().st_size > 1_000_000


def test_two_days_teach_no_model_and_segments_are_shown_all_the_same(two_days):
    result, out = two_days
    assert "A model needs 28 days of logs" in result.stdout
    assert "Profile" in result.stdout
    assert "A model needs 28 days of logs" in (out / "report.html").read_text("utf-8")


def test_refused_lines_are_kept_with_their_reasons(two_days):
    _, out = two_days
    (line,) = pq.read_table(out / "refused.parquet").to_pylist()
    assert line["request"].endswith('"https://w')
    assert line["reject_reason"] == "a quote is not closed"


def test_the_settings_that_hold_the_keys_are_not_left_behind(two_days):
    _, out = two_days
    left = [path for path in out.rglob("*") if path.is_file()]
    assert len(left) > 8
    secret = re.compile(rb"application_secret|consumer_key|token=(?:%2B|\+)")
    assert not [path.name for path in left if secret.search(path.read_bytes())]


def test_the_logs_are_reached_by_api_keys_with_one_token(two_days):
    result, out = two_days
    assert re.search(
        r"✓ OVH API keys opened the logs: (\d) of \1 requests with a token, and no password; 1 token", result.stdout
    )
    report = (out / "report.html").read_text("utf-8")
    assert "Access: OVH API keys; 5 calls of the API, 1 token." in report
    assert "<code>GET /1.0/hosting/web/example.com/userLogsToken?" in report


def test_the_archive_is_killed_once_and_whole_in_the_end(two_days):
    result, out = two_days
    assert (
        "✓ The archive was killed with 1,000 bytes of the file of 2 March 2026 stored, and went on: " in result.stdout
    )
    assert "2 of 2 files are byte for byte OVH's; the second run found 1 unchanged and fetched 1" in result.stdout
    assert (out / "datasets/folders/archive/manifest.json").exists()


def test_the_check_of_access_says_that_all_of_it_works(two_days):
    """Its one warning: the generated logs are of March."""
    _, out = two_days
    found = table((out / "access.html").read_text("utf-8").partition("</h1>")[2])
    assert Counter(found.outcomes[1:]) == {"good": 18, "warning": 1}
    assert [name for sign, name, *_ in found.rows if sign == "!"] == ["Newest day"]
    assert found.told.strip() == "All of it works; the last column says what to look at."


def test_real_lines_go_the_same_way(repository, tmp_path, samples):
    result = demo(repository, "--logs", str(samples), "--out", str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    assert "9,999 hits + 1 rejects + 0 blanks = 10,000" in result.stdout


def test_in_postgres_it_makes_the_same_visits_and_visitors_and_no_row_leaves(repository, tmp_path, postgres):
    assert postgres  # is there; the demo starts one of its own
    result = demo(repository, "--days", "2", "--engine", "postgres", "--out", str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    same = r"✓ PostgreSQL makes the same rows in every value: [\d,]{3,} visits, [\d,]{3,} visitors\n"
    assert re.search(same, result.stdout)
    assert "✓ No row of events, visits or visitors left PostgreSQL while they were made" in result.stdout


def test_an_engine_that_is_not_there_is_told_before_anything_is_made(repository, tmp_path):
    out = tmp_path / "out"
    result = demo(repository, "--engine", "spark", "--out", str(out), PATH="")
    assert (result.returncode, out.exists()) == (1, False)
    assert re.match(
        r"The demo stopped: Spark is not run: [^\n]+ \((?:Debian: apt-get|pip) install [^\n]+\)\.\n$", result.stderr
    )


def test_a_folder_without_logs_ends_it_with_one_sentence(repository, tmp_path):
    result = demo(repository, "--logs", str(tmp_path), "--out", str(tmp_path / "out"))
    assert result.returncode == 1
    assert result.stderr.startswith("The demo stopped: ")
    assert result.stderr.count("\n") == 1
