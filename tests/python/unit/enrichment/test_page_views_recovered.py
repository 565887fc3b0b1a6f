"""What the generator knows of its requests is told again from its lines: a regression test, not a claim of accuracy."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ovh_weblogs.enrichment import resources, urls
from ovh_weblogs.schema import HITS, LOCATION_PARTS

BLOG, SHOP = "blog.example.com", "www.example.com"


@pytest.fixture(scope="module")
def hits(month):
    return [row for row in month.truth("lines") if row["kind"] == "hit"]


def told(rows, tracked=frozenset()):
    """Class and page view of each row, from what its line says and from whether its agent says that it is a bot."""
    schema = HITS.arrow.append(pa.field("is_bot", pa.bool_()))
    batch = pa.RecordBatch.from_pylist(rows, schema=schema)
    _, hosts, _, paths, queries, _ = urls.parts(batch.column("location"), LOCATION_PARTS)
    classes = resources.classes(paths, queries)
    return classes.to_pylist(), resources.pageviews(batch, classes, hosts, tracked).to_pylist()


def share(rows, column, values):
    known = [(row[column], value) for row, value in zip(rows, values, strict=True) if row[column] is not None]
    return sum(truth == value for truth, value in known) / len(known)


def test_classes_and_page_views_are_told_by_the_line(hits):
    classes, views = told(hits)
    assert {row["resource_class"] for row in hits} == {"page", "static", "download", "api", "feed", None}
    assert share(hits, "resource_class", classes) >= 0.999
    assert share(hits, "is_pageview", views) >= 0.999


def test_of_two_logs_of_a_site_the_trackers_views_alone_are_counted(hits):
    views = told(hits, frozenset({SHOP, BLOG}))[1]
    viewed = [row for row, view in zip(hits, views, strict=True) if view and row["vhost"] in (None, SHOP, BLOG)]
    assert viewed == [row for row in hits if row["log_family"] == "tracker" and row["is_pageview"]]
