"""The law behind purchases: what it promises is what happens."""

from __future__ import annotations

from datetime import date

import pytest

from dev.traffic import clock, interest
from dev.traffic.draw import Draw
from dev.traffic.interest import KINDS, SEGMENTS, Segment
from dev.traffic.people import People

COLD = Segment(phone=False, warm=False)


def auc(scores: list[float], labels: list[bool]) -> float:
    """Probability that a purchase has the higher score, ties counting half."""
    ranked = sorted(range(len(scores)), key=scores.__getitem__)
    total, at = 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and scores[ranked[end]] == scores[ranked[at]]:
            end += 1
        total += (at + end + 1) / 2 * sum(labels[place] for place in ranked[at:end])
        at = end
    positive = sum(labels)
    return (total - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))


@pytest.fixture(scope="module")
def visits():
    """Every visit of 12,000 people in 30 days."""
    period = list(clock.days(date(2026, 3, 1), 30))
    people = People(period, 12_000, 3)
    return [visit for day in period for visit in people.visits(day, Draw(f"3 {day.date}"))]


def test_purchases_are_as_many_as_their_probabilities_say(visits):
    expected = sum(visit.probability for visit in visits)
    assert sum(visit.bought for visit in visits) == pytest.approx(expected, rel=0.1)
    assert expected > 300


def test_the_true_probability_tells_buyers_from_others_with_an_auc_of_about_0_9(visits):
    found = auc([visit.probability for visit in visits], [visit.bought for visit in visits])
    assert found == pytest.approx(0.9, abs=0.03)


def test_people_come_again_and_some_look_in_twice_a_day(visits):
    people = {visit.person.number for visit in visits}
    assert len(people) == 12_000
    assert 1.5 < len(visits) / len(people) < 2.5
    assert len({(visit.person.number, visit.day) for visit in visits}) < len(visits)


def test_a_purchase_is_the_likelier_the_higher_the_interest():
    kind = KINDS[2]
    chances = [interest.purchase(level, kind, COLD) for level in range(interest.HIGHEST + 1)]
    assert chances == sorted(chances)
    assert 0 < chances[0] < chances[-1] < 1


@pytest.mark.parametrize(("absence", "left"), [(6, 8), (7, 4), (14, 2), (28, 0), (400, 0)])
def test_every_week_of_absence_halves_the_interest(absence, left):
    assert interest.cooled(8, absence) == left


def test_nobody_buys_within_no_days():
    assert set(interest.outlook([]).values()) == {0.0}


def test_the_outlook_on_one_day_is_that_of_coming_and_buying_on_it():
    coming = interest.returning(3, 1, 1.0)
    weights = {kind: kind.weights[interest.band(3)] for kind in KINDS}
    buying = sum(
        weight * interest.purchase(interest.after(3, kind), kind, COLD) for kind, weight in weights.items()
    ) / sum(weights.values())
    assert interest.outlook([1.0])[COLD, 3, 0] == pytest.approx(coming * buying)


def test_the_outlook_is_what_happens_within_the_days_that_follow():
    """After day 15, buyers among those known by then are as many as the outlook says."""
    period = list(clock.days(date(2026, 3, 1), 22))
    people, states, bought = People(period, 20_000, 1), {}, set()
    for day in period:
        for visit in people.visits(day, Draw(f"1 {day.date}")):
            if day.number < 15:
                states[visit.person.number] = (visit.person.segment, visit.person.interest, visit.person.last_day)
            elif visit.bought and visit.person.number in states:
                bought.add(visit.person.number)
    outlook = interest.outlook([clock.weight(day.date) for day in period[15:]])
    chances = {number: outlook[segment, level, 14 - last] for number, (segment, level, last) in states.items()}
    assert len(bought) == pytest.approx(sum(chances.values()), rel=0.15)
    assert len(bought) > 50
    assert auc(list(chances.values()), [number in bought for number in chances]) == pytest.approx(0.84, abs=0.04)


def test_the_outlook_covers_every_state():
    states = interest.outlook([1.0])
    assert len(states) == len(SEGMENTS) * (interest.HIGHEST + 1) * (interest.LONGEST_ABSENCE + 1)
    assert all(0 < chance < 1 for chance in states.values())
