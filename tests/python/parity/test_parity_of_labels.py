"""Rows with labels are the same in every engine: of cutoffs, and of matched histories."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from ovh_weblogs import features
from ovh_weblogs.schema import EVENTS
from ovh_weblogs.visitored import Label, LabelKind, Shape
from tests.python.parity.test_parity import EVENTS_NOW, IDS, RULES, START, compared, declared

NAMES = tuple(name for name in EVENTS.names if name != "local_month")


def micros(seconds):
    return round((START + timedelta(seconds=seconds)).timestamp() * 1_000_000)


# Every second visitor never converts.
EVENTS_HERE = [
    {**event, "is_conversion": event["is_conversion"] and IDS.index(event["visitor_id"]) % 2 == 0}
    for event in EVENTS_NOW
]
CUTOFF, DAY, UNTIL = 3000, 86_400, micros(90_000)
LABELS = {
    "known": (Label(LabelKind.SNAPSHOT, (micros(CUTOFF),), horizon_days=1), {0, 1}),
    "not known yet": (Label(LabelKind.SNAPSHOT, (micros(CUTOFF),), horizon_days=7), {None, 1}),
    "looking back": (Label(LabelKind.SNAPSHOT, (micros(CUTOFF + DAY),), lookback_days=1), {None}),
    "history": (Label(LabelKind.HISTORY), {0, 1}),
}


@pytest.mark.parametrize("label", LABELS)
def test_labels_and_features_before_them_are_the_same(engine, embedded, label):
    wished, expected = LABELS[label]
    shape = Shape(label=wished)
    (cut,) = features.cuts_of(wished, UNTIL, timezone.utc)
    made = compared(
        *(engine, embedded, EVENTS_HERE, declared(NAMES)),
        lambda dialect: features.visitors(NAMES, RULES["long midnight"], shape, dialect, cut=cut, known_until=UNTIL),
        features.visitor_columns(NAMES, shape),
        ("visitor_id",),
    )
    assert len(made) > 3
    assert {row["label"] for row in made} == expected
