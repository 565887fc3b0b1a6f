"""What can be learnt from visitors: models of who converts, segments of people, and what goes together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dev.demo.ceiling import true_probabilities
from dev.demo.learning import Chance, Model, Score, Telling, best, by_chance, score, taught, telling
from dev.demo.preparation import numbers, people, samples
from dev.demo.segments import Segment, segments
from dev.demo.snapshots import HORIZON, LOOKBACK, NEEDED, split

_TOLD = 10  # features
# Features of the heatmap, each from another group, and how it calls them.
_SHOWN = {
    "label": "Converts later",
    "conversions": "Converted",
    "session_id_count": "Visits",
    "pageviews": "Page views",
    "session_pageviews_mean": "Pages a visit",
    "session_duration_mean": "Time a visit",
    "bounce_share": "One-page visits",
    "days_since_first": "Days since first",
    "days_since_last": "Days since last",
    "page_category_entropy": "Variety of pages",
    "share_product_pages": "Products",
    "share_cart_pages": "Basket",
    "share_blog_pages": "Blog",
    "error_share": "Errors",
}


@dataclass(frozen=True)
class Lesson:
    """Models, taught at earlier cutoffs and tried at the last one.

    ``ceiling`` is the score of the true probabilities on the rows of the trial, where they are known; ``chance`` is of
    the best model with shuffled labels; ``error`` the standard error of its ROC AUC with the true ones. ``learnt`` and
    ``tried`` are rows, ``learnt_converts`` and ``converts`` those of them that convert.
    """

    models: Sequence[Model]
    ceiling: Score | None
    chance: Chance
    error: float
    tellings: Sequence[Telling]
    learnt: int
    learnt_converts: int
    tried: int
    converts: int
    trial: date

    @property
    def best(self) -> Model:
        """The model with the greatest ROC AUC."""
        return best(self.models)


@dataclass(frozen=True)
class Correlation:
    """Spearman's, between features by name; NaN where one never changes."""

    names: Sequence[str]
    values: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Insights:
    """What was learnt; without a lesson, ``why`` says in a sentence what it would need."""

    lesson: Lesson | None
    why: str
    segments: Sequence[Segment]
    correlation: Correlation | None


def insights(visitors: Path, snapshots: Path | None, days: Sequence[date], truth: Path | None) -> Insights:
    """Learn from the tables of a run.

    Args:
        visitors: One row per visitor.
        snapshots: One row per visitor and cutoff, with labels; None where they were not made.
        days: Those of the logs, in order.
        truth: The generator's folder of that name, where there is one.
    """
    everybody = pq.read_table(visitors)
    rows = pq.read_table(snapshots) if snapshots else None
    lesson, why = (None, _missing(days)) if rows is None else _learnt(rows, days, truth)
    return Insights(lesson, why, segments(everybody), correlation(everybody if rows is None else rows))


def _missing(days: Sequence[date]) -> str:
    if split(days) is None:
        return (
            f"A model needs {NEEDED} days of logs: {LOOKBACK} to tell features of, {HORIZON} to see who converts, "
            f"and {HORIZON} more to try it on."
        )
    return 'No page is known as a conversion: rules of pages in "Enrich hits" name it, and then there is what to learn.'


def _learnt(rows: pa.Table, days: Sequence[date], truth: Path | None) -> tuple[Lesson | None, str]:
    learnt, trial = samples(rows)
    chosen = split(days)
    assert chosen is not None
    for sample, when in ((learnt, "cutoffs to learn from"), (trial, "cutoff of the trial")):
        if len(set(sample.labels)) < 2:
            return (
                None,
                f"Of the rows at the {when}, none or all convert within {HORIZON} days: nothing tells them apart.",
            )
    models = taught(learnt, trial)
    first, converts = best(models), int(trial.labels.sum())
    lesson = Lesson(
        models=models,
        ceiling=score(trial.labels, true_probabilities(truth, trial)) if truth else None,
        chance=by_chance(first, learnt, trial),
        error=standard_error(first.score.roc, converts, len(trial.labels) - converts),
        tellings=telling(first, trial, _TOLD),
        learnt=len(learnt.labels),
        learnt_converts=int(learnt.labels.sum()),
        tried=len(trial.labels),
        converts=converts,
        trial=chosen.trial,
    )
    return lesson, ""


def standard_error(roc: float, converts: int, others: int) -> float:
    """The standard error of a ROC AUC, by Hanley and McNeil (Radiology 143, 1982)."""
    one, two = roc / (2 - roc), 2 * roc * roc / (1 + roc)
    spread = roc * (1 - roc) + (converts - 1) * (one - roc * roc) + (others - 1) * (two - roc * roc)
    return math.sqrt(max(spread, 0.0) / (converts * others))


def correlation(table: pa.Table) -> Correlation | None:
    """How features of people go together, by rank; None where fewer than two rows or features are known."""
    found = people(table)
    if "label" in found.schema.names:
        found = found.filter(pc.is_valid(found.column("label")))
    there = [
        name for name in _SHOWN if name in found.schema.names and pc.count_distinct(found.column(name)).as_py() > 1
    ]
    if found.num_rows < 2 or len(there) < 2:
        return None
    values = np.round(pd.DataFrame(numbers(found, there)).corr(method="spearman").to_numpy(), 3)
    return Correlation([_SHOWN[name] for name in there], [[float(value) for value in row] for row in values])
