"""Parts of the flow once more on another engine: the same rows have to come out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.demo.checks import Check
from dev.demo.errors import DemoFailed
from dev.dsshost import Store, run_recipe

_ROOT = Path(__file__).parents[2]
_DIGITS = 1e-9  # of doubles, which engines add up in orders of their own


@dataclass(frozen=True)
class Elsewhere:
    """What came of it, in a few words, and whether it is what came of the flow."""

    note: str
    checks: Sequence[Check]


def build(
    recipe: str,
    store: Store,
    inputs: Mapping[str, list[str]],
    outputs: Mapping[str, list[str]],
    config: Mapping[str, object],
) -> None:
    """Run a recipe.

    Raises:
        DemoFailed: It failed.
    """
    result = run_recipe(_ROOT, recipe, store, inputs=inputs, outputs=outputs, config=config)
    if result.error is not None:
        raise DemoFailed(f"{recipe}: {result.error['message']}")


@dataclass(frozen=True)
class Compared:
    """How many rows a dataset has, and how many keys have other rows in the one that it is compared with."""

    rows: int
    others: int


def compared(store: Store, ours: str, theirs: str, keys: Sequence[str]) -> Compared:
    """Compare two datasets row by row, doubles within 1e-9.

    Args:
        store: Of both.
        ours: The dataset that is looked at.
        theirs: What it should be.
        keys: Columns that tell rows from one another.
    """
    made, expected = (_rows(store, name, keys) for name in (ours, theirs))
    doubles = {column["name"] for column in store.columns(theirs) if column["type"] == "double"}
    others = [key for key in made.keys() | expected.keys() if not _same(made.get(key), expected.get(key), doubles)]
    return Compared(len(made), len(others))


def _rows(store: Store, name: str, keys: Sequence[str]) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row[key] for key in keys): row for row in store.rows(name)}


def _same(one: Mapping[str, str] | None, other: Mapping[str, str] | None, doubles: set[str]) -> bool:
    if one is None or other is None or one.keys() != other.keys():
        return False
    return all(
        value == other[name]
        or (name in doubles and bool(value and other[name]) and _near(float(value), float(other[name])))
        for name, value in one.items()
    )


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_DIGITS, abs_tol=_DIGITS)
