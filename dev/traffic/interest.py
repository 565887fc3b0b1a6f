"""Why people buy: the law behind visits and purchases, so that the true probability of each is known.

Somebody who knows the shop has a level of interest. What he does at a visit raises it, weeks of absence lower it; the
higher it is, the sooner he comes again and the likelier he buys at the end of a visit. All of it shows in the logs: the
law uses nothing that a reader of the logs could not see. Since each step depends on the level, the days since the last
visit and the day alone, the probability of a purchase within some days can be reckoned exactly: see ``outlook``.

At a visit, its probability tells buyers from others with an AUC of about 0.9. A week ahead, before the visit, no more
than about 0.84 is possible; it takes some 20,000 people for such a week to hold enough buyers to tell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dev.traffic.draw import Draw, Weighted

HIGHEST = 12
LONGEST_ABSENCE = 28  # days; who has been away longer counts as away that long
HORIZON = 7  # days that ``outlook`` looks ahead
_COOLING = 7  # days of absence that halve the interest
_AFTER_PURCHASE = 1  # the level that a purchase leaves


@dataclass(frozen=True)
class Kind:
    """A kind of visit: what it adds to the interest, how often it is chosen at low, middle and high interest.

    ``readiness`` is what it adds to the log odds of a purchase at its end.
    """

    name: str
    gain: int
    weights: tuple[float, float, float]
    readiness: float


KINDS = (
    Kind("glance", 0, (44, 30, 16), -2.0),
    Kind("read", 0, (20, 13, 8), -1.6),
    Kind("browse", 1, (22, 25, 24), -0.8),
    Kind("compare", 2, (8, 17, 24), -0.2),
    Kind("basket", 4, (3, 10, 22), 0.9),
    Kind("service", 0, (3, 5, 6), -1.2),
)
_CHOICES = tuple(Weighted({kind: kind.weights[band] for kind in KINDS}) for band in range(3))


@dataclass(frozen=True)
class Segment:
    """What does not change about somebody: whether he shops on a phone, and whether he first came knowing the shop."""

    phone: bool
    warm: bool


SEGMENTS = tuple(Segment(phone, warm) for phone in (False, True) for warm in (False, True))


def band(level: int) -> int:
    """0, 1 or 2: low, middle or high interest."""
    return (level >= 2) + (level >= 5)


def cooled(level: int, absence: int) -> int:
    """The interest that so many days of absence leave."""
    return level >> min(absence, LONGEST_ABSENCE) // _COOLING


def returning(level: int, absence: int, weight: float) -> float:
    """Probability that somebody comes on a day of that weight, so many days after his last visit."""
    recent = 1.0 if absence <= _COOLING else 0.45
    return min((0.05 + 0.02 * level) * recent * weight, 0.6)


def choose(level: int, draw: Draw) -> Kind:
    """The kind of the next visit, at the interest with which it begins."""
    return draw.of(_CHOICES[band(level)])


def after(level: int, kind: Kind) -> int:
    """The interest after a visit without a purchase."""
    return min(level + kind.gain, HIGHEST)


def purchase(level: int, kind: Kind, segment: Segment) -> float:
    """Probability of a purchase at the end of a visit, at the interest after it.

    Rounded, so that it is the same number on every machine.
    """
    odds = -3.9 + 0.38 * level + kind.readiness - 0.6 * segment.phone + 0.7 * segment.warm
    return round(1.0 / (1.0 + math.exp(-odds)), 9)


def bought() -> int:
    """The interest after a purchase."""
    return _AFTER_PURCHASE


Outlook = dict[tuple[Segment, int, int], float]


def outlook(weights: Sequence[float]) -> Outlook:
    """Probability of at least one purchase within the next days, by segment, interest and days since the last visit.

    Args:
        weights: How busy each of the days is; as many as it is to look ahead.
    """
    return dict(_outlook(tuple(weights)))


@lru_cache(maxsize=64)
def _outlook(weights: tuple[float, ...]) -> Outlook:
    if not weights:
        absences = range(LONGEST_ABSENCE + 1)
        return {(s, level, days): 0.0 for s in SEGMENTS for level in range(HIGHEST + 1) for days in absences}
    later = _outlook(weights[1:])
    return {state: _looking_ahead(state, weights[0], later) for state in later}


def _looking_ahead(state: tuple[Segment, int, int], weight: float, later: Outlook) -> float:
    """From one day to the next: he stays away, or comes, and buys or does not."""
    segment, level, days = state
    absence = min(days + 1, LONGEST_ABSENCE)
    coming = returning(level, absence, weight)
    begun = cooled(level, absence)
    choice, buying = _CHOICES[band(begun)], 0.0
    for kind in KINDS:
        reached = after(begun, kind)
        now = purchase(reached, kind, segment)
        share = kind.weights[band(begun)] / choice.total
        buying += share * (now + (1.0 - now) * later[segment, reached, 0])
    return (1.0 - coming) * later[segment, level, absence] + coming * buying
