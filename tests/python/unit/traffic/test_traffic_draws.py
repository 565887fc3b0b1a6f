"""Draws: the same everywhere, as likely as they say."""

from __future__ import annotations

import pytest

from dev.traffic.draw import Draw, Weighted


def test_a_seed_gives_the_same_draws_on_every_machine_and_python():
    draw = Draw("1 person 0")
    found = (draw.whole(1, 1000), draw.one("abcdefgh"), draw.digits(8), draw.skewed(range(100)), draw.chance(0.5))
    assert found == (689, "b", "d8be8f14", 16, False)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "a"), (0.2499, "a"), (0.25, "b"), (0.999999, "b")],
    ids=["first", "under", "at", "last"],
)
def test_a_weighted_value_takes_its_share(share, expected):
    assert Weighted({"a": 1, "b": 3}).at(share) == expected


def test_a_value_without_weight_is_never_drawn():
    weighted, draw = Weighted({"a": 1.0, "never": 0.0, "b": 1.0}), Draw("x")
    assert {draw.of(weighted) for _ in range(500)} == {"a", "b"}


def test_whole_numbers_reach_both_ends():
    draw = Draw("x")
    assert {draw.whole(3, 5) for _ in range(200)} == {3, 4, 5}
