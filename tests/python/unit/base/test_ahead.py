"""Items made in a thread of their own: the same ones, not too many, and nothing left behind."""

from __future__ import annotations

import threading

import pytest

from ovh_weblogs.ahead import ahead


class Made:
    """Numbers from 0, with what became of their making."""

    def __init__(self, count=10, failing=None):
        self.count, self.failing = count, failing
        self.most_ahead = self.made = self.used = 0
        self.threads = []
        self.closed = False

    def items(self):
        """The numbers, one after the other."""
        try:
            for number in range(self.count):
                self.threads.append(threading.current_thread())
                self.made += 1
                self.most_ahead = max(self.most_ahead, self.made - self.used)
                if number == self.failing:
                    raise ValueError(number)
                yield number
        finally:
            self.closed = True


def test_the_items_come_in_their_order_from_one_other_thread():
    made = Made()
    assert list(ahead(made.items())) == list(range(10))
    assert threading.current_thread() not in made.threads
    assert len(set(made.threads)) == 1


def test_no_items_are_none():
    assert list(ahead(Made(0).items())) == []


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_are_made_than_one_in_hand_and_those_that_may_be_ahead(most):
    made = Made(100)
    for _ in ahead(made.items(), most):
        made.used += 1
    assert made.most_ahead <= 1 + most


def test_nothing_is_made_before_the_first_is_asked_for():
    made = Made()
    ahead(made.items())
    assert made.made == 0


def test_an_error_is_raised_itself_after_the_items_before_it():
    made = Made(failing=2)
    items = ahead(made.items())
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(ValueError, match="2") as raised:
        next(items)
    assert raised.value.args == (2,)
    assert not made.threads[0].is_alive()


def test_who_stops_early_leaves_neither_thread_nor_open_items():
    made = Made(1_000)
    items = ahead(made.items())
    next(items)
    items.close()
    assert made.closed
    assert made.made <= 3
    assert not made.threads[0].is_alive()


def test_an_error_of_the_user_ends_the_making_too():
    made = Made(1_000)

    def use():
        for number in ahead(made.items()):
            raise KeyError(number)

    with pytest.raises(KeyError):
        use()
    assert made.closed
    assert not made.threads[0].is_alive()
