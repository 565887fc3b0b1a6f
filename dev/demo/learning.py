"""Three models of who converts, and how well they tell it of rows that they have not learnt from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from dev.demo.preparation import Numbers, Sample

SHUFFLES = 20
_SEED = 1
_REPEATS = 5  # shuffles of each feature


@dataclass(frozen=True)
class Score:
    """How well converts are told from others: ``roc`` is 0.5 by chance, ``pr`` the share of converts."""

    roc: float
    pr: float


@dataclass(frozen=True)
class Model:
    """What has learnt: its name, its probabilities for the rows of the trial, and how good they are."""

    name: str
    estimator: Any
    probabilities: Numbers
    score: Score


@dataclass(frozen=True)
class Chance:
    """The mean ROC AUC of models that were taught with shuffled labels, and the standard error of it."""

    mean: float
    error: float


@dataclass(frozen=True)
class Telling:
    """A feature by how much the ROC AUC falls when its values are shuffled, and whether more of it means likelier."""

    feature: str
    loss: float
    rises: bool | None  # None: of texts


def estimators() -> Mapping[str, Any]:
    """What is to learn, by name; the same rows give the same numbers.

    Held back strongly, since converts are few and many features tell much the same: weights that shrink, trees of few
    leaves, leaves of many rows.
    """
    linear = LogisticRegression(C=0.003, max_iter=1000)
    return {
        "Logistic regression": make_pipeline(
            FunctionTransformer(np.log1p), SimpleImputer(add_indicator=True), StandardScaler(), linear
        ),
        "Random forest": RandomForestClassifier(
            150, min_samples_leaf=10, max_features=0.15, max_samples=0.3, random_state=_SEED
        ),
        "Gradient boosting": HistGradientBoostingClassifier(
            learning_rate=0.1,
            max_iter=100,
            max_leaf_nodes=4,
            min_samples_leaf=40,
            l2_regularization=10.0,
            max_features=0.3,
            random_state=_SEED,
        ),
    }


def score(labels: Iterable[int], probabilities: Numbers) -> Score:
    """How well probabilities tell the labels, of which both have to be there."""
    found = list(labels)
    return Score(roc_auc_score(found, probabilities), average_precision_score(found, probabilities))


def taught(learnt: Sample, trial: Sample) -> list[Model]:
    """Each of the models, taught by some rows and tried on others, both with converts and others among them."""
    models = []
    for name, estimator in estimators().items():
        _teach(estimator, learnt, learnt.labels)
        found = _probabilities(estimator, trial.matrix.values)
        models.append(Model(name, estimator, found, score(trial.labels, found)))
    return models


def best(models: Iterable[Model]) -> Model:
    """The one with the greatest ROC AUC."""
    return max(models, key=lambda model: model.score.roc)


def by_chance(model: Model, learnt: Sample, trial: Sample, times: int = SHUFFLES) -> Chance:
    """ROC AUCs of the same model, each time taught with labels shuffled anew: about 0.5, unless something leaks."""
    draw, found = np.random.default_rng(_SEED), []
    for _ in range(times):
        estimator = clone(model.estimator)
        _teach(estimator, learnt, draw.permutation(learnt.labels))
        found.append(score(trial.labels, _probabilities(estimator, trial.matrix.values)).roc)
    return Chance(float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(times)))


def telling(model: Model, trial: Sample, count: int) -> list[Telling]:
    """The features without which the model would tell least, the most telling first.

    All columns that were made of a feature are shuffled together: each row gets the values of another.

    Args:
        model: Which.
        trial: The rows that it was tried on.
        count: How many features at most.
    """
    draw, owners = np.random.default_rng(_SEED), np.array(trial.matrix.features)
    orders = [draw.permutation(len(trial.labels)) for _ in range(_REPEATS)]
    losses = {name: model.score.roc - _without(model, trial, owners == name, orders) for name in dict.fromkeys(owners)}
    ranked = sorted((name for name in losses if losses[name] > 0), key=lambda name: -losses[name])
    return [Telling(str(name), losses[name], _rises(model, trial, owners == name)) for name in ranked[:count]]


def _without(model: Model, trial: Sample, columns: Numbers, orders: Sequence[Numbers]) -> float:
    values = np.tile(trial.matrix.values, (len(orders), 1))  # asked once of all: each asking takes its time
    values[:, columns] = trial.matrix.values[np.concatenate(orders)][:, columns]
    found = _probabilities(model.estimator, values).reshape(len(orders), -1)
    return float(np.mean([score(trial.labels, each).roc for each in found]))


def _rises(model: Model, trial: Sample, columns: Numbers) -> bool | None:
    """Whether the model finds those likelier who have more than the median, than others."""
    if columns.sum() != 1:
        return None
    values = trial.matrix.values[:, columns].ravel()
    more = values > np.nanmedian(values)
    known = ~np.isnan(values)
    if not more.any() or not (known & ~more).any():
        return None
    return bool(model.probabilities[more].mean() > model.probabilities[known & ~more].mean())


def _teach(estimator: Any, learnt: Sample, labels: Any) -> None:
    with threadpool_limits(limits=1):  # threads that wait for one another on a busy machine take ten times as long
        estimator.fit(learnt.matrix.values, labels)


def _probabilities(estimator: Any, values: Numbers) -> Numbers:
    with threadpool_limits(limits=1):
        found: Numbers = estimator.predict_proba(values)[:, 1]
    return found
