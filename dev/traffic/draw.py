"""Random draws that are the same on every machine and in every Python.

Only ``Random.random`` is called: its numbers are promised to stay (docs of the module ``random``), those of its other
methods are not.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values with weights, ready to be drawn from."""

    __slots__ = ("_sums", "_values", "total")

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._values = tuple(weights)
        self._sums = tuple(accumulate(weights.values()))
        self.total = self._sums[-1]

    def at(self, share: float) -> T:
        """The value at a share (from 0 up to but without 1) of the total weight."""
        return self._values[bisect(self._sums, share * self.total, 0, len(self._values) - 1)]


class Draw:
    """A source of draws with a seed of its own.

    ``share`` is a number from 0 up to but without 1.
    """

    __slots__ = ("share",)

    def __init__(self, seed: str) -> None:
        self.share = Random(seed).random

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.share() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.share() * (high - low + 1))

    def one(self, choices: Sequence[T]) -> T:
        """One of some, each as likely."""
        return choices[int(self.share() * len(choices))]

    def skewed(self, choices: Sequence[T]) -> T:
        """One of some, the first ones the most likely."""
        return choices[int(self.share() * self.share() * len(choices))]

    def of(self, weighted: Weighted[T]) -> T:
        """One of some, as likely as its weight says."""
        return weighted.at(self.share())

    def digits(self, count: int) -> str:
        """Hexadecimal digits."""
        return "".join(["0123456789abcdef"[int(self.share() * 16)] for _ in range(count)])
