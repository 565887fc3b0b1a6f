"""Snapshots of visitors at several cutoffs: models learn from the earlier ones and are tried on the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

HORIZON = 7  # days after a cutoff in which a conversion counts
LOOKBACK = 14  # days before a cutoff of which features tell: the same for all, so that rows of all are alike
_APART = 1  # days from one cutoff to the next
_MOST = 14  # cutoffs to learn from
NEEDED = LOOKBACK + 2 * HORIZON  # days


@dataclass(frozen=True)
class Split:
    """Days whose begins are cutoffs. The labels of all to ``learn`` from are known when that of the ``trial`` comes."""

    learn: tuple[date, ...]
    trial: date

    def config(self, categories: Sequence[str]) -> dict[str, Any]:
        """What a user would choose in the form of "Group to visitors".

        Args:
            categories: Of pages, which are counted apart.
        """
        return {
            "categories": list(categories),
            "label": "snapshot",
            "cutoffs": [day.isoformat() for day in (*self.learn, self.trial)],
            "horizon_days": HORIZON,
            "lookback_days": LOOKBACK,
        }


def split(days: Sequence[date]) -> Split | None:
    """The cutoffs of a period of logs; None where it is too short for two.

    Args:
        days: Its days, in order.
    """
    if not days:
        return None
    trial = days[-1] + timedelta(days=1 - HORIZON)
    newest, oldest = trial - timedelta(days=HORIZON), days[0] + timedelta(days=LOOKBACK)
    count = (newest - oldest).days // _APART + 1
    learn = [newest - timedelta(days=_APART * number) for number in range(max(min(count, _MOST), 0))]
    return Split(tuple(reversed(learn)), trial) if learn else None
