"""Every day a partition: the plugin's own components in jobs of the stand-in, over real HTTP."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dev.dayfiles import day_name, day_path, write_day
from dev.dsshost import BadData, States, Store, build
from dev.ovhsim import Fault
from tests.python.contract.conftest import FIRST, FQDN, line

DAILY = {"dimensions": [{"name": "day", "type": "time", "params": {"period": "DAY"}}]}
SAT, SUN, MON = ("2026-03-28", "2026-03-29", "2026-03-30")


@pytest.fixture
def flow(host, config, tmp_path):
    """Days of the host to events and visitors, day by day."""
    settings, plugin = config(host, partitioned=True, from_date="2026-03-01", to_date="2026-04-30")
    return {
        "storage": str(tmp_path / "store"),
        "plugin_config": {**plugin, "attempts": 2},
        "datasets": {
            "logs": {"connector": "ovh-logs", "config": settings},
            "events": {"partitioning": DAILY},
            "visitors": {"partitioning": DAILY},
        },
        "recipes": [
            {"recipe": "ovh-logs-enrich", "inputs": {"hits": ["logs"]}, "outputs": {"events": ["events"]}},
            {"recipe": "ovh-logs-visitors", "inputs": {"events": ["events"]}, "outputs": {"visitors": ["visitors"]}},
        ],
    }


@pytest.fixture
def store(flow):
    return Store(flow["storage"])


def counts(store, name):
    """Rows of each partition."""
    return {day: sum(1 for _ in store.rows(name, day)) for day in store.partitions(name)}


def test_a_range_of_days_is_built_day_by_day_and_each_partition_holds_its_day_alone(flow, store):
    result = build(flow, ["visitors"], f"{SUN}/{MON}")
    assert result.failed == {}
    assert counts(store, "events") == {SUN: 6, MON: 7}
    assert {row["source_file"] for row in store.rows("events", SUN)} == {"example.com-29-03-2026.log.gz"}
    assert counts(store, "visitors") == {SUN: 6, MON: 7}  # each line is somebody else's


def test_one_call_builds_the_last_eight_days_that_are_published_and_not_built(flow, store, data):
    for back in range(1, 7):
        write_day(data, FQDN, FIRST - timedelta(days=back), [line(back)])
    published = [(FIRST + timedelta(days=n)).isoformat() for n in range(-6, 3)]
    assert build(flow, ["events"], "missing:8").days("events") == published[1:]
    assert counts(store, "events") == {**dict.fromkeys(published[1:6], 1), SAT: 5, SUN: 6, MON: 7}
    assert build(flow, ["events"], "missing:8").days("events") == published[:1]  # earlier ones follow
    assert build(flow, ["events"], "missing:8").built == []


def test_a_late_day_is_built_by_the_next_call_and_no_other_again(flow, store, data):
    (data / FQDN / day_name(FQDN, date(2026, 3, 29))).unlink()
    assert build(flow, ["events"], "missing:8").days("events") == [SAT, MON]
    times = States(store.root).built("events")
    write_day(data, FQDN, date(2026, 3, 29), [line(n) for n in range(3)])
    result = build(flow, ["events"], "missing:8")
    assert (result.read, result.built) == ([("logs", SUN)], [("events", SUN)])
    assert counts(store, "events") == {SAT: 5, SUN: 3, MON: 7}
    assert {day: time for day, time in States(store.root).built("events").items() if day != SUN} == times


def test_a_rewritten_day_is_seen_when_its_partition_is_built_again(flow, store, data):
    build(flow, ["visitors"], SUN)
    write_day(data, FQDN, date(2026, 3, 29), [line(n) for n in range(9)])
    assert build(flow, ["visitors"], SUN, job_type="RECURSIVE_MISSING_ONLY_BUILD").built == []
    assert build(flow, ["visitors"], SUN).built == [("events", SUN), ("visitors", SUN)]
    assert counts(store, "visitors") == {SUN: 9}


def test_a_day_that_fails_stops_no_other_and_is_built_by_the_next_call(flow, store, host):
    host.faults.add(Fault("reset", path=day_path(FQDN, date(2026, 3, 29)), times=0))
    result = build(flow, ["visitors"], "missing:8")
    assert list(result.failed) == [("logs", SUN)]
    assert "could not be read in 2 attempts" in result.failed["logs", SUN]
    assert result.left_out == [("events", SUN), ("visitors", SUN)]
    assert counts(store, "visitors") == {SAT: 5, MON: 7}
    host.faults.clear()
    assert build(flow, ["visitors"], "missing:8").built == [("events", SUN), ("visitors", SUN)]
    assert counts(store, "visitors") == {SAT: 5, SUN: 6, MON: 7}


def test_a_day_that_the_host_cut_leaves_the_partition_of_before(flow, store, host):
    build(flow, ["events"], SUN)
    host.faults.add(Fault("cut_gzip", path=day_path(FQDN, date(2026, 3, 29)), times=0))
    assert list(build(flow, ["events"], SUN).failed) == [("logs", SUN)]
    assert counts(store, "events") == {SUN: 6}


def test_a_day_without_a_line_is_a_partition_without_a_row(flow, store, data):
    write_day(data, FQDN, date(2026, 3, 29), [])
    assert build(flow, ["visitors"], SUN).days("visitors") == [SUN]
    assert counts(store, "events") == counts(store, "visitors") == {SUN: 0}


def test_a_day_that_is_not_published_is_refused_before_anything_is_built(flow, store, host):
    with pytest.raises(BadData, match="visitors has no partition 2026-03-31: its sources do not list it"):
        build(flow, ["visitors"], f"{MON}/2026-03-31")
    assert store.partitions("events") == []
    assert host.journal.count("*.log.gz") == 0


def test_visitors_of_all_days_together_need_no_partition(flow, store):
    flow["datasets"]["visitors"] = {}
    build(flow, ["events"], "missing:8")
    result = build(flow, ["visitors"], job_type="NON_RECURSIVE_FORCED_BUILD")
    assert result.built == [("visitors", "NP")]
    assert counts(store, "visitors") == {"NP": 7}
    assert sum(int(row["count"]) for row in store.rows("visitors")) == 5 + 6 + 7


@pytest.fixture
def files(flow, tmp_path):
    """The same from a managed folder, whose days are told by its paths."""
    for shift in range(2):
        day = FIRST + timedelta(days=shift)
        write_day(tmp_path / "files/2026/03", f"{day:%d}", day, [line(n) for n in range(2 + shift)])
    parse = {"recipe": "ovh-logs-parse", "inputs": {"logs": ["box"]}, "outputs": {"hits": ["hits"]}}
    enrich = {**flow["recipes"][0], "inputs": {"hits": ["hits"]}}
    return {
        **flow,
        "folders": {"box": {"files": str(tmp_path / "files"), "pattern": "%Y/%M/%D/.*"}},
        "datasets": {"hits": {"partitioning": DAILY}, "events": {"partitioning": DAILY}},
        "recipes": [parse, enrich],
    }


def test_days_of_a_folder_are_parsed_and_enriched_day_by_day(files, store):
    assert build(files, ["events"], "missing:1").built == [("hits", SUN), ("events", SUN)]
    assert build(files, ["events"], "missing:8").built == [("hits", SAT), ("events", SAT)]
    assert counts(store, "hits") == counts(store, "events") == {SAT: 2, SUN: 3}
    assert build(files, ["events"], "missing:8").built == []
