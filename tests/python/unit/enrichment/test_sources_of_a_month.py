"""What the generator knows of where visits come from is told again from its lines, column by column."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dev.demo.rules import PAGE_RULES, SPAM_HOSTS
from ovh_weblogs.dss.recipe_forms import enrich_settings
from ovh_weblogs.enrichment import enrich_batch
from ovh_weblogs.schema import HITS

SETTINGS = enrich_settings({"spam_hosts": SPAM_HOSTS, "page_rules": PAGE_RULES})


@pytest.fixture(scope="module")
def told(month):
    """Pairs of the truth about a hit, and of its event."""
    hits = [row for row in month.truth("lines") if row["kind"] == "hit"]
    events = enrich_batch(pa.RecordBatch.from_pylist(hits, schema=HITS.arrow), SETTINGS)
    return list(zip(hits, events.to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("truth", "column"),
    [
        ("referer_type", "referer_type"),
        ("channel", "channel"),
        ("campaign", "campaign_name"),
        ("page_category", "page_category"),
        ("is_conversion", "is_conversion"),
    ],
)
def test_a_column_of_the_truth_is_recovered(told, truth, column):
    assert len({hit[truth] for hit, _ in told}) >= 2
    assert sum(hit[truth] == event[column] for hit, event in told) / len(told) >= 0.99


def test_every_channel_of_the_generator_is_recovered(told):
    channels = {hit["channel"] for hit, _ in told} - {None}
    assert len(channels) == 13
    for channel in channels:
        of_it = [event["channel"] for hit, event in told if hit["channel"] == channel]
        assert of_it.count(channel) / len(of_it) >= 0.99, channel
