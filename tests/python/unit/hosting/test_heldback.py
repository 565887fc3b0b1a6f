"""Chunks held back while who takes them is busy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ovh_weblogs.errors import TryAgain
from ovh_weblogs.hosting.heldback import held_back


class Network:
    """Ten chunks of one byte, and how many of them have come."""

    def __init__(self, ends_with: Exception | None = None) -> None:
        self.come = 0
        self._error = ends_with

    def chunks(self) -> Iterator[bytes]:
        """As they come."""
        for number in range(10):
            self.come += 1
            yield b"%d" % number
        if self._error:
            raise self._error


def test_who_is_not_busy_gets_each_chunk_as_it_comes():
    network = Network()
    assert [(chunk, network.come) for chunk in held_back(network.chunks(), lambda: False)][:3] == [
        (b"0", 1),
        (b"1", 2),
        (b"2", 3),
    ]


def test_all_may_come_while_who_takes_them_is_busy_and_none_is_lost():
    network = Network()
    taken = held_back(network.chunks(), lambda: True)
    assert (next(taken), network.come) == (b"0", 10)
    assert b"".join(taken) == b"123456789"


@pytest.mark.parametrize("most", [0, 3])
def test_no_more_is_held_back_than_may_be(most):
    network = Network()
    taken = held_back(network.chunks(), lambda: True, most=most)
    assert [(next(taken), network.come) for _ in range(2)] == [(b"0", most + 1), (b"1", most + 2)]


def test_what_was_held_back_comes_once_who_takes_it_is_idle_again():
    network = Network()
    taken = held_back(network.chunks(), lambda: network.come < 4)
    assert [(next(taken), network.come) for _ in range(5)] == [(b"0", 4), (b"1", 4), (b"2", 4), (b"3", 4), (b"4", 5)]


def test_trouble_is_told_after_all_that_came_before_it():
    taken = held_back(Network(TryAgain("It broke off", fix="start again")).chunks(), lambda: True)
    assert b"".join(next(taken) for _ in range(10)) == b"0123456789"
    with pytest.raises(TryAgain, match="broke off"):
        next(taken)
