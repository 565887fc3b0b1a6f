"""Real logs to day files: every line finds its day."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from dev.demo.errors import DemoFailed
from dev.demo.month import Month, from_logs, from_traffic

TODAY = date(2026, 6, 1)
COMBINED = b'192.0.2.1 - - [%s] "GET / HTTP/1.1" 200 12 "-" "Mozilla/5.0"\n'
OVH = b'192.0.2.1 shop.example.net - [%s] "GET / HTTP/1.1" 200 12 "-" "Mozilla/5.0"\n'


@pytest.fixture
def logs(tmp_path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


def served(month: Month) -> dict[str, bytes]:
    """Content by day of every file that the log host would serve."""
    files = sorted((month.folder / "example.com").glob("*.gz"))
    return {file.name[12:22]: gzip.decompress(file.read_bytes()) for file in files}


def routed(tmp_path: Path, logs: Path) -> Month:
    return from_logs(logs, tmp_path / "month", today=TODAY)


def test_ovh_lines_go_unchanged_to_the_day_of_their_own_local_time(tmp_path, logs):
    """23:30 -0500 is the next day in Paris; the file of a day is that of the time as logged."""
    lines = [OVH % b"02/May/2026:23:30:00 -0500", OVH % b"03/May/2026:00:10:00 +0200"]
    (logs / "access.log").write_bytes(b"".join(lines))
    assert served(routed(tmp_path, logs)) == {"02-05-2026": lines[0], "03-05-2026": lines[1]}


def test_a_combined_line_gets_a_host_where_ovh_has_it(tmp_path, logs):
    (logs / "access.log").write_bytes(COMBINED % b"02/May/2026:10:00:00 +0200")
    (content,) = served(routed(tmp_path, logs)).values()
    assert content.startswith(b"192.0.2.1 www.example.com - [02/May/2026:10:00:00 +0200] ")


@pytest.mark.parametrize(
    "odd",
    [b"no log line\n", b"\n", b"\xff\xfe\x00\n", b"x" * 3_000_000 + b"\n", b"[31/Feb/2026:00:00:00 +0000]\n"],
    ids=["text", "blank", "bytes", "3 MB", "day that does not exist"],
)
def test_a_line_that_fits_nothing_stays_with_the_line_before(tmp_path, logs, odd):
    first, second = OVH % b"02/May/2026:10:00:00 +0200", OVH % b"03/May/2026:10:00:00 +0200"
    (logs / "access.log").write_bytes(first + odd + second)
    assert served(routed(tmp_path, logs)) == {"02-05-2026": first + odd, "03-05-2026": second}


def test_lines_before_the_first_time_go_with_it(tmp_path, logs):
    dated = OVH % b"02/May/2026:10:00:00 +0200"
    (logs / "access.log").write_bytes(b"#Fields: none\n\n" + dated)
    month = routed(tmp_path, logs)
    assert list(served(month)) == ["02-05-2026"]
    assert sorted(served(month)["02-05-2026"].splitlines()) == sorted([b"#Fields: none", b"", dated.rstrip()])


def test_a_last_line_without_newline_is_a_line_of_its_own(tmp_path, logs):
    line = OVH % b"02/May/2026:10:00:00 +0200"
    (logs / "a.log").write_bytes(line.rstrip())
    (logs / "b.log").write_bytes(line)
    month = routed(tmp_path, logs)
    assert served(month) == {"02-05-2026": line * 2}
    assert month.lines == 2


def test_lines_of_a_day_that_is_not_over_go_with_yesterday(tmp_path, logs):
    (logs / "access.log").write_bytes(OVH % b"01/Jun/2026:10:00:00 +0200")
    assert list(served(routed(tmp_path, logs))) == ["31-05-2026"]


def test_lines_and_blanks_and_days_are_counted(tmp_path, logs):
    (logs / "access.log").write_bytes(
        OVH % b"02/May/2026:10:00:00 +0200" + b"\n \nodd\n" + OVH % b"05/May/2026:10:00:00 +0200"
    )
    month = routed(tmp_path, logs)
    assert (month.lines, month.blanks, month.days, month.has_gaps) == (
        5,
        2,
        [date(2026, 5, 2), date(2026, 5, 5)],
        True,
    )


def test_generated_days_have_no_gap_and_are_counted_as_they_are(tmp_path):
    month = from_traffic(tmp_path, count=2, visitors=20)
    contents = [gzip.decompress(path.read_bytes()).split(b"\n")[:-1] for path in sorted(month.folder.rglob("*.gz"))]
    assert month.days == [date(2026, 3, 1), date(2026, 3, 2)]
    assert not month.has_gaps
    assert month.lines == sum(map(len, contents))
    assert month.blanks == sum(not line.strip() for lines in contents for line in lines)


def test_two_generated_days_come_badly_once(tmp_path):
    month = from_traffic(tmp_path, count=3, visitors=20)
    assert {day.day: (fault.kind, fault.times) for day, fault in month.faults.items()} == {
        2: ("status", 1),
        3: ("cut_body", 1),
    }


@pytest.mark.parametrize("name", ["access.log", "access_log", "access.log.1", "ACCESS.TXT", "ssl.access.log"])
def test_plain_and_packed_logs_below_the_folder_are_read(tmp_path, logs, name):
    line = OVH % b"02/May/2026:10:00:00 +0200"
    (logs / "2026").mkdir()
    (logs / "2026" / name).write_bytes(line)
    (logs / "2026" / "packed.gz").write_bytes(gzip.compress(line))
    assert served(routed(tmp_path, logs)) == {"02-05-2026": line * 2}


@pytest.mark.parametrize("name", ["README.md", "site.tar.gz", "data.csv", ".hidden.log", "blog.html"])
def test_files_that_are_not_named_like_logs_are_not_read(tmp_path, logs, name):
    line = OVH % b"02/May/2026:10:00:00 +0200"
    (logs / name).write_bytes(line)
    (logs / "access.log").write_bytes(line)
    assert routed(tmp_path, logs).lines == 1


def test_a_file_without_any_access_line_is_named_and_passed_over(tmp_path, logs):
    (logs / "access.log").write_bytes(OVH % b"02/May/2026:10:00:00 +0200")
    (logs / "notes.txt").write_bytes(b"remember the milk\n")
    month = routed(tmp_path, logs)
    assert (month.lines, month.passed_over) == (1, ["notes.txt"])


def test_a_folder_without_access_logs_is_refused_in_one_sentence(tmp_path, logs):
    (logs / "notes.txt").write_bytes(b"remember the milk\n")
    with pytest.raises(DemoFailed, match=r"logs holds no access log: give a folder of .*\.$"):
        routed(tmp_path, logs)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DemoFailed, match=r"There is no folder .*nowhere: name one"):
        routed(tmp_path, tmp_path / "nowhere")


def test_a_cut_gzip_file_is_refused_by_name(tmp_path, logs):
    (logs / "access.log.gz").write_bytes(gzip.compress(OVH % b"02/May/2026:10:00:00 +0200")[:-9])
    with pytest.raises(DemoFailed, match=r"access\.log\.gz is a damaged gzip file"):
        routed(tmp_path, logs)


def test_10_000_real_lines_make_4_days_and_none_is_dropped(tmp_path, samples):
    month = routed(tmp_path, samples)
    contents = served(month)
    assert month.lines == 10_000
    assert [len(content.splitlines()) for content in contents.values()] == [1632, 2893, 2896, 2579]
    assert all(b" www.example.com - [" in line for content in contents.values() for line in content.splitlines())
