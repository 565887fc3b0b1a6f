"""How near to the ceiling models of who converts come, on the snapshots of many visitors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from dev.bench.buyers import buyers
from dev.demo.ceiling import true_probabilities
from dev.demo.learning import SHUFFLES, best, by_chance, score, taught
from dev.demo.preparation import samples

PEOPLE = 70_000  # who come in a month, for more than 50,000 visitors to have rows
GAP = 0.03  # by which the best ROC AUC may be below that of the true probabilities
DRIFT = 0.02  # by which the mean ROC AUC of models with shuffled labels may be off 0.5


@dataclass(frozen=True)
class Study:
    """``visitors`` have rows, ``converts`` are those of the trial; ROC AUCs; ``ok``: whether both goals are met."""

    name: str
    visitors: int
    rows: int
    converts: int
    best: str
    roc: float
    pr: float
    ceiling_roc: float
    ceiling_pr: float
    gap: float
    shuffled: float
    shuffled_error: float
    ok: bool

    def sentence(self) -> str:
        """The figures for people."""
        return (
            f"{self.name}: {self.visitors:,} visitors, {self.rows:,} rows, {self.converts:,} converts in the trial; "
            f"{self.best} has ROC AUC {self.roc:.3f} (PR AUC {self.pr:.3f}), the true probabilities "
            f"{self.ceiling_roc:.3f} ({self.ceiling_pr:.3f}): {self.gap:.3f} below (goal {GAP}); mean of {SHUFFLES} "
            f"with shuffled labels {self.shuffled:.3f} (goal 0.5 within {DRIFT}; "
            f"standard error {self.shuffled_error:.3f}); ok: {'yes' if self.ok else 'NO'}"
        )


def study(folder: Path, people: int = PEOPLE) -> Study:
    """Teach models on a month of generated traffic, which is made where it is not kept yet: that takes minutes.

    Args:
        folder: Where corpora are kept.
        people: How many come in all.
    """
    made = buyers(people, folder)
    learnt, trial = samples(pq.read_table(made.snapshots))
    model = best(taught(learnt, trial))
    ceiling = score(trial.labels, true_probabilities(made.truth, trial))
    chance, gap = by_chance(model, learnt, trial), ceiling.roc - model.score.roc
    return Study(
        name="model",
        visitors=len({*learnt.visitors, *trial.visitors}),
        rows=len(learnt.labels) + len(trial.labels),
        converts=int(trial.labels.sum()),
        best=model.name,
        roc=model.score.roc,
        pr=model.score.pr,
        ceiling_roc=ceiling.roc,
        ceiling_pr=ceiling.pr,
        gap=gap,
        shuffled=chance.mean,
        shuffled_error=chance.error,
        ok=gap <= GAP and abs(chance.mean - 0.5) <= DRIFT,
    )
