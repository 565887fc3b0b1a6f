"""How hostile lines are proved to take linear time."""

from __future__ import annotations

import time

import pytest


@pytest.fixture
def growth():
    """Gives how many times as long eight times the input takes: about 8 where time is linear, 64 where quadratic.

    The smallest of up to five tries: another process may be busy during one.
    """

    def seconds(work, count):
        begun = time.process_time()
        work(count)
        return time.process_time() - begun

    def smallest(work):
        ratios = []
        for _ in range(5):
            small, large = seconds(work, 20_000), seconds(work, 160_000)
            ratios.append(large / max(small, 2e-3))
            if ratios[-1] < 24:
                break
        return min(ratios)

    return smallest
