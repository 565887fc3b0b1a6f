"""Visitor ids: never null, one for each pair of address and agent, and made so that others can make them."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import visitor

CELL = st.none() | st.text(st.sampled_from("a\n\\n1:.é"), min_size=1, max_size=6)


def ids(addresses, agents=None):
    columns = {"client_addr": pa.array(addresses, pa.string())}
    if agents is not None:
        columns["useragent"] = pa.array(agents, pa.string())
    return visitor.ids(pa.RecordBatch.from_pydict(columns)).to_pylist()


def test_an_id_is_what_the_shell_makes_of_address_and_agent():
    """Reckoned by printf, then sha256sum, then cut -c 1-32."""
    expected = hashlib.sha256(b"192.0.2.1\ncurl/8.5.0").hexdigest()[:32]
    assert ids(["192.0.2.1"], ["curl/8.5.0"]) == [expected] == ["3f5dc30e325aeae2a46ca27cdada46ce"]


@pytest.mark.parametrize(
    ("address", "agent", "hashed"),
    [(None, "curl", b"\ncurl"), ("192.0.2.1", None, b"192.0.2.1\n"), (None, None, b"\n")],
    ids=["no address", "no agent", "neither"],
)
def test_a_null_counts_as_empty(address, agent, hashed):
    assert ids([address], [agent]) == [hashlib.sha256(hashed).hexdigest()[:32]]


def test_an_absent_agent_column_counts_as_null():
    assert ids(["192.0.2.1", None]) == ids(["192.0.2.1", None], [None, None])


def test_no_rows_give_no_ids():
    assert ids([], []) == []


@given(st.lists(st.tuples(CELL, CELL), max_size=20))
def test_two_hits_share_an_id_exactly_where_they_share_address_and_agent(pairs):
    made = ids([address for address, _ in pairs], [agent for _, agent in pairs])
    assert all(len(one) == 32 for one in made)
    texts = [(address or "", agent or "") for address, agent in pairs]
    assert [[a == b for b in made] for a in made] == [[a == b for b in texts] for a in texts]


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_no_two_pairs_of_any_texts_share_an_id(left, right):
    assert (ids(*zip(left)) == ids(*zip(right))) == (left == right)
