"""The ledger on storages that tell little, are slow, or fail: which file counts, what is removed, in which order."""

from __future__ import annotations

import hashlib
import io
from datetime import date

import pytest

from ovh_weblogs.archive.ledger import Ledger
from ovh_weblogs.archive.report import Report, spans
from ovh_weblogs.archive.run import _months_before
from ovh_weblogs.archive.wanted import wanted_rows
from ovh_weblogs.errors import LogDamaged, TryAgain
from ovh_weblogs.manifest import Entry
from ovh_weblogs.settings import Kind
from tests.python.unit.archive.memory import MemoryStorage

DAY = date(2026, 3, 28)
PATH, SECOND = (f"/2026/03/28/web/a.example-28-03-2026{end}" for end in (".log.gz", ".2.log.gz"))


def entry(content, day=DAY):
    return Entry(len(content), hashlib.sha256(content).hexdigest(), fqdn="a.example", kind="web", day=str(day))


def refuse(path):
    raise TryAgain(f"{path} stays", fix="wait")


@pytest.fixture
def put(tmp_path):
    """Puts a day's content into a ledger."""

    def into(ledger, content, day=DAY):
        (tmp_path / "day").write_bytes(content)
        ledger.put(tmp_path / "day", entry(content, day))

    return into


def test_a_manifest_stands_before_the_first_file_and_is_written_again_after_it(put):
    storage = MemoryStorage()
    put(Ledger(storage), b"one")
    both = ["put /manifest-copy.json", "put /manifest.json"]
    assert storage.done == [*both, f"put {PATH}", *both]


def test_the_old_file_goes_when_no_manifest_names_it_any_more(put):
    storage = MemoryStorage()
    put(Ledger(storage), b"one")
    storage.done.clear()
    put(Ledger(storage), b"two")
    both = ["put /manifest-copy.json", "put /manifest.json"]
    assert [each for each in storage.done if not each.startswith("read /manifest")] == [
        f"put {SECOND}",
        *both,
        f"delete {PATH}",
        *both,
    ]


def test_what_is_to_be_removed_is_removed_by_the_next_run(put):
    storage = MemoryStorage()
    put(Ledger(storage), b"one")
    storage.delete = refuse
    with pytest.raises(TryAgain):
        put(Ledger(storage), b"two")
    del storage.delete
    assert Ledger(storage).entry("a.example", "web", DAY) is not None
    assert {path for path in storage.files if path.endswith(".gz")} == {SECOND}


def test_a_cut_manifest_is_mended_before_its_copy_is_touched(put):
    storage = MemoryStorage()
    put(Ledger(storage), b"one")
    storage.files["/manifest.json"] = b"{"
    storage.done.clear()
    Ledger(storage)
    assert [each for each in storage.done if each.startswith("put")] == [
        "put /manifest.json",
        "put /manifest-copy.json",
    ]


def test_a_file_that_counts_again_is_not_removed(put):
    storage = MemoryStorage()
    put(Ledger(storage), b"one")
    text = storage.files["/manifest.json"].replace(b'"files"', b'"remove": ["%s"], "files"' % PATH.encode())
    storage.files["/manifest.json"] = text
    assert Ledger(storage).entry("a.example", "web", DAY) is not None
    assert b"remove" not in storage.files["/manifest.json"]


@pytest.mark.parametrize("times", [True, False])
@pytest.mark.parametrize("sizes", [True, False])
def test_a_storage_may_tell_neither_size_nor_time(put, sizes, times):
    storage = MemoryStorage(sizes=sizes, times=times)
    put(Ledger(storage), b"one")
    storage.done.clear()
    assert Ledger(storage).entry("a.example", "web", DAY) is not None
    assert (f"read {PATH}" in storage.done) == (not (sizes and times))
    storage.files[PATH] = b"on"
    assert Ledger(storage).entry("a.example", "web", DAY) is None


def test_a_storage_that_keeps_less_than_it_was_sent_is_named(put):
    for storage in (MemoryStorage(), MemoryStorage(sizes=False)):
        keep = storage.upload
        storage.upload = lambda path, file, keep=keep: keep(
            path, io.BytesIO(file.read()[:-1]) if path.endswith(".gz") else file
        )
        ledger = Ledger(storage)
        with pytest.raises(TryAgain, match=r"did not keep 2026/03/28/web/a.example-28-03-2026.log.gz as it was sent"):
            put(ledger, b"one")
        assert ledger.entries == {}


def test_a_slow_storage_is_not_given_the_manifest_with_every_file(put):
    storage, clock = MemoryStorage(), iter(range(0, 10_000, 1))
    ledger = Ledger(storage, clock=lambda: float(next(clock)))
    for number in range(1, 20):
        put(ledger, b"one", date(2026, 3, number))
    assert 1 < storage.done.count("put /manifest.json") < 6
    ledger.flush()
    assert len(Ledger(storage).entries) == 19


def test_entries_of_others_are_kept_and_never_too_old(put):
    storage = MemoryStorage()
    storage.files = {
        "/mine.log": b"x",
        "/manifest.json": b'{"files": {"mine.log": {"size": 1, "sha256": "%s"}}}' % (b"0" * 64),
    }
    ledger = Ledger(storage)
    put(ledger, b"one")
    assert ledger.remove_before(date(2030, 1, 1)) == 1
    assert sorted(storage.files) == ["/manifest-copy.json", "/manifest.json", "/mine.log"]
    assert set(Ledger(storage).entries) == {"/mine.log"}


def test_days_are_told_in_few_words():
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 3), date(2026, 3, 1)]
    assert spans(days) == "2026-02-28 to 2026-03-01, 2026-03-03"
    assert spans([]) == ""


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 1, 15), 25, date(2023, 12, 15)),
        (date(1, 2, 1), 2, date.min),
    ],
)
def test_months_are_those_of_the_calendar(day, months, expected):
    assert _months_before(day, months) == expected


def test_failures_are_one_sentence_of_the_first_ones_class():
    report = Report(
        failed=[(f"day {number}", LogDamaged(f"Day {number} is damaged", fix="wait")) for number in range(12)]
    )
    with pytest.raises(LogDamaged) as caught:
        report.check()
    assert str(caught.value) == (
        "12 parts could not be archived: day 0, day 1, day 2, day 3, day 4, day 5, day 6, day 7, day 8, day 9 "
        "and 2 more (first: Day 0 is damaged); wait."
    )


def test_rows_are_brought_together_by_log():
    rows = [
        {"fqdn": "a.example", "kind": "WEB", "day": "2026-03-28"},
        {"fqdn": "a.example", "kind": "web", "day": "2026-03-29T00:00:00.000Z", "missing": "True"},
        {"fqdn": "a.example", "kind": None, "day": "2026-03-30", "live": "true"},
        {"fqdn": "b.example", "kind": "ftp", "day": "2026-03-28", "missing": None, "live": "false"},
    ]
    found = [(each.fqdn, each.kind, each.days, each.missing) for each in wanted_rows(rows)]
    assert found == [
        ("a.example", Kind.WEB, {DAY}, {date(2026, 3, 29)}),
        ("b.example", Kind.FTP, {DAY}, set()),
    ]
    assert [each.days for each in wanted_rows(rows, only=DAY)] == [{DAY}, {DAY}]
