"""Chosen keys of queries as columns: what they hold, and that nothing hostile gets out of its escapes."""

from __future__ import annotations

import time
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import queries
from ovh_weblogs.schema import query_columns


def values(query, *keys):
    return [
        column.to_pylist()[0] for column in queries.params(pa.array([query], pa.string()), keys, query_columns(keys))
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=matcha", "matcha"),
        ("page=2&q=th%C3%A9+vert", "thé vert"),
        ("q=th%E9", "thé"),
        ("q=a%20b%2Bc", "a b+c"),
        ("q=a=b", "a=b"),
        ("q=1&q=2", "1"),
        ("q=&q=2", "2"),
        ("%71=hidden", "hidden"),
        ("q=50%", "50%"),
        ("q=%zz%4", "%zz%4"),
        ("q=%0D%0ASet-Cookie:%00%1b[2J", "%0D%0ASet-Cookie:%00%1B[2J"),
        ("q=%C2%85", "%C2%85"),
        ("q=%26b%3D", "&b="),
        ("q", None),
        ("q=", None),
        ("Q=capital", None),
        ("aq=1", None),
        ("&&&", None),
        (None, None),
    ],
    ids=str,
)
def test_a_parameter_is_decoded_as_its_form_meant_it(query, expected):
    assert values(query, "q") == [expected]


def test_each_key_has_its_column_in_the_order_given():
    columns = queries.params(pa.array(["b=2&a=1", None, "a=3", "b=2&a=1"]), ("a", "b"), query_columns(("a", "b")))
    assert [column.to_pylist() for column in columns] == [["1", None, "3", "1"], ["2", None, None, "2"]]
    assert [column.name for column in query_columns(("a", "utm_source"))] == [
        "location_param_a",
        "location_param_utm_source",
    ]


@given(st.text(max_size=20), st.text(st.sampled_from("%0123abcdef+&=é"), max_size=20))
def test_no_query_raises_and_no_control_character_comes_out_of_its_escape(plain, escaped):
    value = values(f"a=x{plain}{escaped}", "a")[0]
    assert value.startswith("x")
    assert {sign for sign in value if unicodedata.category(sign) == "Cc"} <= set(plain)


@pytest.mark.parametrize("unit", ["&", "q=", "%", "%C3", "q=%0A&", "+"])
def test_the_time_for_a_hostile_query_grows_with_its_length_alone(unit):
    def seconds(times):
        text, best = pa.array([unit * times]), float("inf")
        for _ in range(5):
            start = time.process_time()
            queries.params(text, ("q",), query_columns(("q",)))
            best = min(best, time.process_time() - start)
        return best

    # Sixteen times the length: linear work takes up to 16 times as long, quadratic 256 times.
    assert seconds(160_000) < 80 * max(seconds(10_000), 2e-5)
