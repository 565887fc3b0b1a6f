"""Flags of hits that are none of a visitor's, and what is dropped for them."""

from __future__ import annotations

import time
from collections import Counter

import pyarrow as pa
import pytest

from ovh_weblogs.enrichment import filters, flags
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.settings import DROPPABLE, Cleaning

NETWORKS = ("192.0.2.0/24", "10.0.0.7", "2001:db8::/32", "fe80::/10")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("10.0.0.7", True),
        ("10.0.0.8", False),
        ("2001:db8:ffff::1", True),
        ("2001:DB9::1", False),
        ("::ffff:192.0.2.1", True),
        ("fe80::1%eth0", True),
        *((text, False) for text in ("192.0.2", "192.0.2.1:80", "www.example.com", "", "\x00", "1" * 8_192, None)),
    ],
)
def test_an_address_is_internal_where_a_network_holds_it(address, expected):
    assert flags.internal(pa.array([address], pa.string()), NETWORKS).to_pylist() == [expected]


def test_bits_beyond_the_prefix_do_not_count():
    assert flags.internal(pa.array(["192.0.2.1"]), ["192.0.2.99/24"]).to_pylist() == [True]


def test_every_text_that_is_no_network_is_named_in_one_sentence():
    with pytest.raises(SettingsError) as caught:
        flags.check_networks(("10.0.0.0/33", "192.0.2.1", "office", "::1/129"))
    assert str(caught.value) == (
        "Internal addresses cannot be '10.0.0.0/33' and 'office' and '::1/129'; write each as an address such as "
        "192.0.2.7, or as a network such as 10.0.0.0/8 or 2001:db8::/32."
    )


def test_an_agent_is_ones_own_where_a_pattern_is_found_in_it():
    agents = pa.array(["Our-Monitor/1.2", "our-monitor/2", "Mozilla/5.0", None, "curl/8 (office)"])
    assert flags.own_agents(agents, ["^our-monitor/1", r"\(office\)"]).to_pylist() == [True, False, False, False, True]


@pytest.mark.parametrize("pattern", ["(", "a)|(b", r"(a)\1", "(?=a)", "a{9999}", "[z-a]"])
def test_a_pattern_that_is_none_of_re2s_is_named(pattern):
    with pytest.raises(SettingsError, match=r"^The pattern of own agents .* cannot be used \(Invalid .*; correct it: "):
        flags.check_patterns(("fine", pattern))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*b", "a*a*a*a*c", "(.*)*x"])
def test_the_time_of_any_pattern_grows_with_the_length_of_the_agent_alone(pattern):
    def seconds(times):
        agents, best = pa.array(["a" * times + "!"]), float("inf")
        for _ in range(5):
            start = time.process_time()
            flags.own_agents(agents, [pattern])
            best = min(best, time.process_time() - start)
        return best

    # Sixteen times the length: linear work takes up to 16 times as long, quadratic 256 times.
    assert seconds(160_000) < 80 * max(seconds(10_000), 2e-5)


HITS = pa.RecordBatch.from_pydict(
    {
        "is_bot": [True, False, False, None, False, False],
        "is_static": [True, True, False, False, False, False],
        "is_internal": [False, False, True, False, False, False],
        "is_own_agent": [False, False, False, True, False, False],
        "status": pa.array([200, 200, 200, 404, 404, None], pa.int32()),
    }
)


def dropped(**cleaning):
    found = filters.reasons(HITS, Cleaning(**cleaning))
    return found if found is None else found.to_pylist()


def test_nothing_is_dropped_unless_it_is_asked_for():
    assert dropped() is None


@pytest.mark.parametrize(
    ("cleaning", "expected"),
    [
        ({"drop": ("bots",)}, ["bots", None, None, None, None, None]),
        ({"drop": ("static",)}, ["static", "static", None, None, None, None]),
        ({"drop": ("internal",)}, [None, None, "internal", None, None, None]),
        ({"drop": ("own_agents",)}, [None, None, None, "own_agents", None, None]),
        ({"drop_statuses": ("4xx",)}, [None, None, None, "statuses", "statuses", None]),
        (
            {"drop": DROPPABLE, "drop_statuses": ("404",)},
            ["bots", "static", "internal", "own_agents", "statuses", None],
        ),
    ],
)
def test_a_hit_is_dropped_for_the_first_reason_that_holds(cleaning, expected):
    assert dropped(**cleaning) == expected


def test_a_flag_that_is_absent_drops_nothing_and_a_sentence_says_so():
    cleaning = Cleaning(drop=("bots", "static"), drop_statuses=("404",))
    assert filters.reasons(HITS.select(["is_internal"]), cleaning) is None
    assert filters.idle(["is_static"], cleaning) == (
        "Nothing is dropped for the reason bots, since there is no column is_bot",
        "Nothing is dropped for the reason statuses, since there is no column status",
    )
    assert filters.idle(["is_bot", "is_static", "status"], cleaning) == ()


def test_every_hit_is_counted_as_an_event_or_by_its_reason():
    counts = Counter()
    for _ in range(2):
        filters.count(counts, 6, filters.reasons(HITS, Cleaning(drop=("bots", "own_agents"))))
    filters.count(counts, 3, None)
    assert filters.metrics(counts) == {
        "hits": 15,
        "events": 11,
        "dropped_bots": 2,
        "dropped_static": 0,
        "dropped_internal": 0,
        "dropped_own_agents": 2,
        "dropped_statuses": 0,
    }
    assert filters.told(counts) == "15 hits, 11 events; dropped: 2 bots, 2 own_agents"
    assert filters.told(Counter()) == "0 hits, 0 events; dropped: none"


def test_every_reason_but_the_status_is_one_that_can_be_chosen():
    assert (*DROPPABLE, "statuses") == filters.REASONS


@pytest.mark.parametrize(
    ("texts", "first", "last", "count"),
    [
        (("404",), 404, 404, 1),
        (("4XX",), 400, 499, 100),
        (("400-404", "500"), 400, 500, 6),
        (("499-400",), None, None, 0),
    ],
)
def test_statuses_are_written_alone_as_a_range_or_as_a_class(texts, first, last, count):
    found = filters.check_statuses(texts).to_pylist()
    assert (len(found), found[:1], found[-1:]) == (count, [first] * bool(count), [last] * bool(count))


def test_every_text_that_is_no_status_is_named():
    with pytest.raises(
        SettingsError, match=r"^Statuses to drop cannot be 'ok' and '6xx' and '4'; write each as 404, as "
    ):
        filters.check_statuses(("ok", "404", "6xx", "4"))
