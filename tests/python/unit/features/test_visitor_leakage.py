"""Nothing that comes after a row's cutoff changes any of its features, bit by bit, whatever rows are of and tell."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from ovh_weblogs import pipeline
from ovh_weblogs.crm import Crm
from ovh_weblogs.schema import EVENTS, Type
from ovh_weblogs.settings import VisitorSettings
from ovh_weblogs.visitored import AGGREGATES, Aggregate, CrmSettings, Label, LabelKind, Shape
from tests.python.unit.features.visitorkit import DAY, HOUR, at, place, view

CUTOFF = at(20 * DAY)
END = view(60 * DAY, visitor_id="the end", line_number=0, basket=None)  # the events go on as long in both inputs
COLUMNS = [*EVENTS.names, "basket"]
SCHEMA = pa.schema([*(column.arrow for column in EVENTS.columns), pa.field("basket", pa.string())])
CRM = CrmSettings(key="id", identifier="user", date="since")
WISHES = (
    *(Aggregate("basket", how, Type.DOUBLE) for how in AGGREGATES),
    *(Aggregate("br_width", how, Type.BIGINT) for how in ("distinct", "sum", "mean", "first", "last")),
    *(Aggregate("request", how) for how in ("distinct", "min", "max", "first", "last")),
    *(Aggregate("client_ts", how, Type.INSTANT) for how in ("min", "max", "first", "last")),
)
SHAPES = {
    "visitors": Shape(("blog",)),
    "visitors and hosts": Shape(group_columns=("visitor_id", "vhost")),
    "addresses": Shape(group_columns=("client_addr",)),
    "aggregates": Shape(aggregates=WISHES),
    "CRM": Shape(),
}
VALUES = {
    "location_path": (None, "/", "/robots.txt"),
    "page_category": (None, "blog", "shop"),
    "status": (None, 200, 404),
    "bytes": (None, 5, 2**40),
    "br_width": (None, 320, 1920),
    "local_hour": (None, 3, 12),
    "local_weekday": (None, 1, 7),
    "local_month": (None, 2, 3),
    "vhost": (None, "one", "other"),
    "client_addr": ("192.0.2.1", "192.0.2.2", "192.0.2.3"),
    "user": (None, "a", "b"),
    "log_family": ("server", "server", "server", "tracker"),
    **dict.fromkeys(("is_pageview", "is_static", "is_bot"), (True, False, None)),
}


def drawn(chance, begin, end, count, **fixed):
    """So many hits of twelve visitors between two seconds; no two of them have the same place in the order."""
    texts = [column.name for column in EVENTS.columns if column.type is Type.STRING and column.name not in VALUES]
    made = []
    for _ in range(count):
        event = {name: chance.choice((None, "x", "y", "é")) for name in texts}
        event |= {name: chance.choice(values) for name, values in VALUES.items()}
        event |= {"visitor_id": f"v{chance.randrange(12):02}", "basket": f"{chance.random() * 100:.4f}"}
        event |= {"server_ts": at(chance.randrange(begin, end)), "line_number": chance.randrange(2**40)}
        buys = event["visitor_id"] < "v06" and event["client_addr"] != "192.0.2.3" and chance.random() < 0.2
        event |= {"client_ts": at(chance.randrange(10**6)), "is_conversion": buys}
        made.append({**event, **fixed})
    return made


def rows(events, shape, label, customers):
    """Each row's features and its cutoff, as text that shows every bit, by what it is of; and the labels."""
    chosen = SHAPES[shape]
    shape = Shape(chosen.categories, chosen.group_columns, chosen.aggregates, label)
    crm = Crm([pa.RecordBatch.from_pylist(customers)], list(customers[0]), CRM) if customers else None
    given = [{**dict.fromkeys(COLUMNS), **event} for event in events]
    batch = pa.RecordBatch.from_pylist(given, schema=SCHEMA)
    settings = VisitorSettings(shape=shape, crm=CRM if crm else None)
    made = [row for each in pipeline.visitors([batch], COLUMNS, settings, crm) for row in each.to_pylist()]
    keys = shape.group_columns or ("visitor_id",)
    labels = {tuple(row[key] for key in keys): row.pop("label") for row in made}
    return {tuple(row[key] for key in keys): row for row in made}, labels


def shown(found):
    return {key: repr(row) for key, row in found.items() if "the end" not in key}


def customers(shape, *days):
    """Rows of a CRM that are entered on these days."""
    known = [{"id": user, "since": at(day * DAY), "size": f"{user}{day}"} for user in "ab" for day in days]
    return known if shape == "CRM" else []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lookback", [0, 6], ids=["all before", "six days before"])
def test_whatever_comes_after_the_cutoff_no_feature_of_a_snapshot_changes(shape, lookback):
    chance = random.Random(5)
    label = Label(LabelKind.SNAPSHOT, (round(CUTOFF.timestamp()) * 10**6,), lookback_days=lookback)
    before = drawn(chance, 0, 20 * DAY, 150)
    after = [
        *drawn(chance, 20 * DAY, 20 * DAY + HOUR, 30),
        *drawn(chance, 20 * DAY, 60 * DAY, 60),
        *drawn(chance, 0, 1, 10, server_ts=None),
    ]
    both = [*before, *after, {**before[0], "server_ts": CUTOFF, "is_conversion": True, "line_number": 1}]
    one, labels = rows([*before, END], shape, label, customers(shape, 1, 19))
    other, others = rows(chance.sample([*both, END], len(both) + 1), shape, label, customers(shape, 1, 19, 20, 21))
    assert len(one) > 2
    assert shown(one) == shown(other)
    assert labels != others


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_comes_after_the_cutoff_no_feature_of_a_history_changes(shape):
    """Hits from the cutoffs on get other values, and who has converted comes again."""
    label, far, chance = Label(LabelKind.HISTORY), 10_000, random.Random(7)
    events = drawn(chance, 0, 60 * DAY, 200)
    one, labels = rows(events, shape, label, customers(shape, 1, 19))
    keys, hits = SHAPES[shape].group_columns or ("visitor_id",), {}
    for event in sorted(events, key=place):
        hits.setdefault(tuple(event[key] for key in keys), []).append(event)
    told = {*keys, "visitor_id", "server_ts", "source_file", "line_number", "is_conversion"}
    changed = []
    for key, theirs in hits.items():
        known = one[key]["count"] if key in one else len(theirs)
        assert key not in one or theirs[known]["server_ts"] == one[key]["cutoff_ts"]
        changed += theirs[:known]
        for event in theirs[known:]:
            (values,) = drawn(chance, 0, 1, 1)
            changed.append(values | {name: event[name] for name in told})
        if labels.get(key) == 1:
            changed += drawn(chance, 60 * DAY, 90 * DAY, 5, **{name: theirs[0][name] for name in (*keys, "visitor_id")})
    other, others = rows(chance.sample(changed, len(changed)), shape, label, customers(shape, 1, 19, far))
    assert set(labels.values()) == {0, 1}
    assert (shown(one), labels) == (shown(other), others)
