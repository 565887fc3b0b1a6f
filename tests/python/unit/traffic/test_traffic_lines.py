"""The access log: the same on every machine, plausible, and all of it told by the truth."""

from __future__ import annotations

import gzip
import hashlib
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from dev.traffic import generate
from dev.traffic.robots import ROBOTS
from ovh_weblogs.pipeline import enrich, parse
from ovh_weblogs.schema import SERVER_HITS

PARIS = ZoneInfo("Europe/Paris")
FIRST, SHORT, LAST = (f"example.com-{day}-03-2026.log.gz" for day in (28, 29, 30))


def digest(folder: Path) -> str:
    """SHA-256 over names and unpacked lines of all line files."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.log.gz")):
        found.update(path.relative_to(folder).as_posix().encode() + b"\n" + gzip.decompress(path.read_bytes()))
    return found.hexdigest()


def test_a_seed_gives_the_same_lines_on_every_machine_and_python(spring):
    assert digest(spring.folder) == "a3be4589c51fcc576d0c077c168ddf10445fcd826ccf3ec64d8c445e8861df01"


def test_files_packed_twice_are_the_same_bytes(spring, tmp_path):
    generate(tmp_path, start=date(2026, 3, 28), count=3, visitors=120, seed=7)
    for path in spring.folder.rglob("*.log.gz"):
        assert path.read_bytes() == (tmp_path / path.relative_to(spring.folder)).read_bytes()


def test_another_seed_gives_other_lines(spring, tmp_path):
    generate(tmp_path, start=date(2026, 3, 28), count=3, visitors=120, seed=8)
    assert digest(tmp_path) != digest(spring.folder)


def test_every_line_of_every_file_is_told_by_the_truth_with_its_kind(spring):
    told = {(row["source_file"], row["line_number"]): row["kind"] for row in spring.lines("ovh")}
    written = {
        (name, number): "blank" if not line.strip() else told.get((name, number))
        for name, lines in spring.files("ovh").items()
        for number, line in enumerate(lines, 1)
    }
    assert told == written


def test_hits_and_rejects_of_the_parser_are_those_of_the_truth_value_by_value(spring):
    told = {(row["source_file"], row["line_number"]): row for row in spring.lines("ovh")}
    found = {}
    for path in sorted((spring.folder / "ovh").rglob("*.gz")):
        with path.open("rb") as file:
            for block in parse(file, source_file=path.name):
                found.update({(row["source_file"], row["line_number"]): row for row in block.hits.to_pylist()})
                found.update({(row["source_file"], row["line_number"]): row for row in block.rejects.to_pylist()})
    expected = {place: row for place, row in told.items() if row["kind"] != "blank"}
    assert found.keys() == expected.keys()
    for place, row in found.items():
        names = SERVER_HITS.names if expected[place]["kind"] == "hit" else ("line",)
        assert {name: row[name] for name in names} == {name: expected[place][name] for name in names}


def test_enrichment_finds_visitors_and_devices_of_the_truth(spring):
    told = {(row["source_file"], row["line_number"]): row for row in spring.lines("ovh") if row["kind"] == "hit"}
    wrong: Counter[str] = Counter()
    for path in sorted((spring.folder / "ovh").rglob("*.gz")):
        with path.open("rb") as file:
            for event in enrich(block.hits for block in parse(file, source_file=path.name)):
                for row in event.to_pylist():
                    true = told[row["source_file"], row["line_number"]]
                    wrong["visitor_id"] += row["visitor_id"] != true["visitor_key"]
                    for name in ("useragent_type", "useragent_brand", "useragent_os"):
                        wrong[name] += true[name] not in (None, row[name])
    assert wrong["visitor_id"] == 0
    assert max(wrong.values()) < 0.01 * len(told), wrong


def test_enrichment_finds_the_visitors_of_the_trackers_truth(spring):
    told = {(row["source_file"], row["line_number"]): row for row in spring.lines("wt1") if row["kind"] == "hit"}
    found = {}
    for path in sorted((spring.folder / "wt1").rglob("*.gz")):
        name = path.relative_to(spring.folder / "wt1").as_posix()
        with path.open("rb") as file:
            for event in enrich(block.hits for block in parse(file, line_format="wt1", source_file=name)):
                rows = event.select(["source_file", "line_number", "visitor_id"]).to_pylist()
                found.update({(row["source_file"], row["line_number"]): row["visitor_id"] for row in rows})
    assert found == {place: row["visitor_key"] for place, row in told.items()}
    assert {len(key) for key in found.values()} >= {15, 32}


def test_the_short_night_of_spring_has_no_hour_from_2_to_3(spring):
    hours = Counter(
        re.findall(rb"\[29/Mar/2026:(\d\d):\d\d:\d\d ([+-]\d{4})\]", b"\n".join(spring.files("ovh")[SHORT]))
    )
    assert hours[b"01", b"+0100"]
    assert hours[b"03", b"+0200"]
    assert not [hour for hour, _ in hours if hour == b"02"]


def test_the_long_night_of_autumn_has_the_hour_from_2_to_3_twice(autumn):
    (lines,) = autumn.files("ovh").values()
    hours = Counter(re.findall(rb"\[26/Oct/2025:(\d\d):\d\d:\d\d ([+-]\d{4})\]", b"\n".join(lines)))
    assert hours[b"02", b"+0200"]
    assert hours[b"02", b"+0100"]


def test_a_file_begins_with_requests_of_the_evening_before(spring):
    early = [row for row in spring.lines("ovh") if row["source_file"] == SHORT and row["kind"] == "hit"]
    days = Counter(row["server_ts"].astimezone(PARIS).date() for row in early)
    assert set(days) == {date(2026, 3, 28), date(2026, 3, 29)}
    assert 1 <= days[date(2026, 3, 28)] < 20


def test_lines_stand_in_the_order_in_which_answers_ended(spring):
    times = [row["server_ts"] for row in spring.lines("ovh") if row["source_file"] == LAST and row["server_ts"]]
    assert 0 < sum(later < earlier for earlier, later in pairwise(times)) < len(times) / 10


def test_robots_of_every_kind_come(month):
    kinds = {row["bot_category"] for row in month.lines("ovh")} - {None}
    assert (
        kinds
        == {robot.category for robot in ROBOTS}
        == {
            *("search", "ai-training", "ai-search", "ai-user-fetch", "seo", "monitoring"),
            *("social-preview", "feed", "library", "scanner", "other"),
        }
    )


def test_several_hosts_logins_methods_and_statuses_occur(month):
    lines = [row for row in month.lines("ovh") if row["kind"] == "hit"]
    assert {"www.example.com", "blog.example.com", "example.com"} <= {row["vhost"] for row in lines}
    assert "marie.dupont" in {row["user"] for row in lines}
    assert {"GET", "POST", "HEAD"} <= {row["method"] for row in lines}
    assert {200, 206, 301, 304, 403, 404} <= {row["status"] for row in lines}
    assert {True, False} == {":" in row["client_addr"] for row in lines}


def test_one_afternoon_the_database_is_down(month):
    failed = [row for row in month.lines("ovh") if row["status"] in (500, 503)]
    assert {row["server_ts"].astimezone(PARIS).date() for row in failed} == {date(2026, 3, 18)}
    assert {row["server_ts"].astimezone(PARIS).hour for row in failed} == {13, 14, 15, 16, 17}


def test_pages_follow_one_another_by_their_referrers(spring):
    """The whole address on the same host, its root on the other."""
    visits: dict[int, list[dict]] = {}
    for row in spring.lines("ovh"):
        if row["visit"] is not None and row["is_pageview"]:
            visits.setdefault(row["visit"], []).append(row)
    for pages in visits.values():
        pages.sort(key=lambda row: row["server_ts"])  # an answer that waits has its line after later ones
        for before, page in pairwise(pages):
            same_host = before["vhost"] == page["vhost"]
            assert page["referer"] == (before["location"] if same_host else f"https://{before['vhost']}/")


def test_a_purchase_ends_with_the_page_that_says_so(month):
    text = b"\n".join(line for lines in month.files("ovh").values() for line in lines)
    posts = text.count(b'"POST /commande HTTP')
    assert posts == text.count(b'"GET /commande/merci HTTP') > 3


def test_what_an_earlier_run_left_is_removed(tmp_path):
    generate(tmp_path, count=2, visitors=5)
    generate(tmp_path, count=1, visitors=5, seed=2)
    written = {path.name for path in tmp_path.rglob("*.gz")}
    told = pq.read_table(tmp_path / "truth" / "lines.parquet").column("source_file").unique().to_pylist()
    assert written == {name.rpartition("/")[2] for name in told}
    assert len([name for name in written if name.startswith("example.com")]) == 1


@pytest.mark.parametrize(("visitors", "days"), [(1, 1), (1, 40), (3, 2)])
def test_the_smallest_sites_work(tmp_path, visitors, days):
    written = generate(tmp_path, count=days, visitors=visitors)
    assert len(written.days) == written.files["server"] == days


def test_the_command_needs_only_what_the_plugin_needs(repository, tmp_path):
    code = (
        "import sys; from dev.traffic.__main__ import main; status = main(sys.argv[1:]); "
        "loaded = {'rich', 'plotly', 'uvicorn', 'duckdb', 'requests'} & set(sys.modules); "
        "sys.exit(f'loaded: {loaded}' if loaded else status)"
    )
    command = [sys.executable, "-c", code, "--days", "2", "--visitors", "20", "--seed", "3", "--out", str(tmp_path)]
    environment = {"PYTHONPATH": f"{repository / 'python-lib'}:{repository}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.match(r"[\d,]+ server lines in 2 files, [\d,]+ tracker lines in \d+ files; truth", done.stdout)
    assert {path.name for path in tmp_path.iterdir()} == {"ovh", "wt1", "truth"}


def test_without_a_start_the_period_is_always_the_same(tmp_path):
    assert generate(tmp_path, count=1, visitors=1).days == [date(2026, 3, 1)]
