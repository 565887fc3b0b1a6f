"""Rebuilding gives the same rows to the bit, whatever threads and parts add up first."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from ovh_weblogs import pipeline
from ovh_weblogs.schema import EVENTS, Type
from ovh_weblogs.settings import VisitorSettings
from ovh_weblogs.visitored import Aggregate, Label, LabelKind, Shape

DAY = 86_400_000_000
FIRST = 1_772_319_600_000_000  # the midnight that March 2026 begins with in Paris
EVENTS_IN_ALL, VISITORS_IN_ALL = 300_000, 1500
CATEGORIES = pa.array(["blog", "shop", "press", "jobs", "help", "docs", None])
SNAPSHOT = Label(LabelKind.SNAPSHOT, (FIRST + 15 * DAY,))


@pytest.fixture(scope="module")
def table():
    """A month of many visits of each visitor, with numbers that binary fractions only come near to."""
    random = np.random.default_rng(1)
    visitors = random.integers(0, VISITORS_IN_ALL, EVENTS_IN_ALL)
    times = FIRST + random.integers(0, 30 * DAY, EVENTS_IN_ALL)
    baskets = random.random(EVENTS_IN_ALL) * 100
    return pa.table(
        {
            "visitor_id": pa.array([f"{number:04}" for number in visitors]),
            "server_ts": pa.array(times).cast(EVENTS.get("server_ts").arrow.type),
            "is_pageview": pa.array(random.random(EVENTS_IN_ALL) < 0.5),
            "is_conversion": pa.array(random.random(EVENTS_IN_ALL) < 0.001),
            "page_category": CATEGORIES.take(pa.array(random.integers(0, len(CATEGORIES), EVENTS_IN_ALL))),
            "basket": pa.array([f"{basket:.4f}" for basket in baskets]),
        }
    )


def rows(table, label, memory):
    aggregates = tuple(Aggregate("basket", how, Type.DOUBLE) for how in ("sum", "mean"))
    settings = VisitorSettings(memory_limit_mb=memory, shape=Shape(aggregates=aggregates, label=label))
    made = pipeline.visitors(table.to_batches(20_000), table.schema.names, settings)
    return pa.Table.from_batches(list(made)).sort_by("visitor_id").combine_chunks()


@pytest.mark.parametrize("label", [Label(), SNAPSHOT, Label(LabelKind.HISTORY)], ids=lambda label: label.kind.value)
def test_two_builds_and_one_in_less_memory_give_identical_rows(table, label, caplog):
    caplog.set_level("INFO")
    one, again, narrow = (rows(table, label, memory) for memory in (1024, 1024, 64))
    assert caplog.text.count("more than fit into the memory at once: grouped in") == 1
    assert one.num_rows > VISITORS_IN_ALL // 2
    for other in (again, narrow):
        differing = [name for name in one.schema.names if not one.column(name).equals(other.column(name))]
        assert (other.num_rows, differing) == (one.num_rows, [])
