"""What agents say, on a whole month whose truth is known, and on the real agents of the samples."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ovh_weblogs.enrichment import useragent
from ovh_weblogs.parsing import parse
from ovh_weblogs.schema import AGENT_COLUMNS, BOT_COLUMNS

NAMES = [column.name for column in (*AGENT_COLUMNS, *BOT_COLUMNS)]
REAL = Path(__file__).with_name("sample_agents.tsv")
SHOWN = ("useragent_type", "useragent_brand", "useragent_os", "useragent_device_brand", "bot_name", "bot_category")


@cache
def told(agent: str) -> dict[str, str | bool | None]:
    return dict(zip(NAMES, useragent.classify(agent), strict=True))


@pytest.mark.parametrize(
    "column", ["useragent_type", "useragent_brand", "useragent_os", "is_bot", "bot_name", "bot_category"]
)
def test_the_truth_of_a_month_is_recovered_for_99_of_100_hits(month, column):
    """Where the truth has a device, a brand or a system at all; and for all agents where it has a robot or none."""
    hits = [row for row in month.truth("lines") if row["kind"] == "hit" and row["useragent"] is not None]
    known = [row for row in hits if column.startswith("bot_") or row[column] is not None]
    wrong = Counter((row["useragent"], row[column]) for row in known if told(row["useragent"])[column] != row[column])
    assert len(known) > 1_000
    assert sum(wrong.values()) <= 0.01 * len(known), wrong.most_common(5)


def test_the_real_agents_of_the_samples_are_told_as_reviewed(samples):
    """One row for each way in which agents are told: how many agents, and how many hits."""
    hits: Counter[str] = Counter()
    with (samples / "apache_logs.gz").open("rb") as file:
        for block in parse(file):
            hits.update(agent for agent in block.hits.column("useragent").to_pylist() if agent)
    agents: Counter[tuple[str, ...]] = Counter()
    lines: Counter[tuple[str, ...]] = Counter()
    for agent, count in hits.items():
        way = tuple(str(told(agent)[name] or "") for name in SHOWN)
        agents[way] += 1
        lines[way] += count
    assert sum(agents.values()) == len(hits)
    found = {(*way, str(agents[way]), str(lines[way])) for way in agents}
    with REAL.open(encoding="utf-8", newline="") as table:
        assert found == {tuple(row.values()) for row in csv.DictReader(table, delimiter="\t")}
