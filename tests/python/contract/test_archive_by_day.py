"""Archive, parse and enrich, day by day, in jobs of the stand-in, over real HTTP."""

from __future__ import annotations

from datetime import date

import pytest

from dev.dayfiles import day_name, day_path, write_day
from dev.dsshost import Store, build, folder
from dev.ovhsim import Fault
from tests.python.contract.conftest import FQDN, line

DAILY = {"dimensions": [{"name": "day", "type": "time", "params": {"period": "DAY"}}]}
SAT, SUN, MON = ("2026-03-28", "2026-03-29", "2026-03-30")
ACCESS = ("access", "domain", "log_host", "log_user")


@pytest.fixture
def flow(host, config, tmp_path):
    """An archive of days, and what is made of each; the dataset of logs only tells which days there are."""
    settings, plugin = config(host, partitioned=True, from_date="2026-03-01", to_date="2026-04-30")
    access = {key: settings[key] for key in ACCESS}
    archive = {"recipe": "ovh-logs-archive", "outputs": {"archive": ["archive"]}, "published": "logs"}
    return {
        "storage": str(tmp_path / "store"),
        "plugin_config": {**plugin, "attempts": 2},
        "folders": {"archive": {"pattern": "%Y/%M/%D/.*"}},
        "datasets": {
            "logs": {"connector": "ovh-logs", "config": settings},
            "files": {"connector": "ovh-logs-files", "config": access},
            "hits": {"partitioning": DAILY},
            "events": {"partitioning": DAILY},
        },
        "recipes": [
            {**archive, "inputs": {"files": ["files"]}, "config": access},
            {"recipe": "ovh-logs-parse", "inputs": {"logs": ["archive"]}, "outputs": {"hits": ["hits"]}},
            {"recipe": "ovh-logs-enrich", "inputs": {"hits": ["hits"]}, "outputs": {"events": ["events"]}},
        ],
    }


@pytest.fixture
def store(flow):
    return Store(flow["storage"])


def counts(store):
    """Events of each day."""
    return {day: sum(1 for _ in store.rows("events", day)) for day in store.partitions("events")}


def fetched(host, day):
    return host.journal.count(f"*{day_name(FQDN, date.fromisoformat(day))}", method="GET")


def built(day):
    return [("archive", day), ("hits", day), ("events", day)]


def test_a_late_day_is_archived_parsed_and_enriched_by_the_next_call_and_no_day_is_fetched_twice(
    flow, store, host, data
):
    (data / FQDN / day_name(FQDN, date(2026, 3, 29))).unlink()
    assert build(flow, ["events"], "missing:8").built == [*built(SAT), *built(MON)]
    write_day(data, FQDN, date(2026, 3, 29), [line(n) for n in range(3)])
    assert build(flow, ["events"], "missing:8").built == built(SUN)
    assert build(flow, ["events"], "missing:8").built == []
    assert counts(store) == {SAT: 5, SUN: 3, MON: 7}
    assert [fetched(host, day) for day in (SAT, SUN, MON)] == [1, 1, 1]


def test_a_rewritten_day_replaces_the_archived_one_when_its_partition_is_built_again(flow, store, data):
    build(flow, ["events"], SUN)
    write_day(data, FQDN, date(2026, 3, 29), [line(n) for n in range(9)])
    assert build(flow, ["events"], SUN).built == built(SUN)
    assert counts(store) == {SUN: 9}


def test_without_a_list_of_files_the_day_of_the_partition_is_archived(flow, store):
    flow["recipes"][0]["inputs"] = {}
    build(flow, ["events"], SUN)
    assert counts(store) == {SUN: 6}
    assert folder(store, "archive").partitions() == [SUN]


def test_a_day_that_cannot_be_archived_stops_no_other_and_is_built_by_the_next_call(flow, store, host):
    host.faults.add(Fault("cut_gzip", path=day_path(FQDN, date(2026, 3, 29)), times=0))
    result = build(flow, ["events"], "missing:8")
    assert list(result.failed) == [("archive", SUN)]
    assert result.left_out == [("hits", SUN), ("events", SUN)]
    host.faults.clear()
    assert build(flow, ["events"], "missing:8").built == built(SUN)
    assert counts(store) == {SAT: 5, SUN: 6, MON: 7}
