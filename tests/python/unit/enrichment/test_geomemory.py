"""Networks that are remembered give each address what it would have been given alone."""

from __future__ import annotations

import ipaddress

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment.addresses import is_assignable, special_length
from ovh_weblogs.enrichment.geomemory import Memory
from ovh_weblogs.schema import Column, Type

COLUMNS = (Column("network", Type.STRING, "Its network."), Column("length", Type.INT, "Its length."))
LENGTHS = {"1": 8, "2": 16, "3": 24, "4": 32, "5": 30}  # by the first octet


def network(address):
    """Nulls for addresses of 6.0.0.0/8, and the network of any other."""
    if ":" in address:
        return (address, 128), 128
    first = address.partition(".")[0]
    if first == "6":
        return None, 32
    length = LENGTHS.get(first, 32)
    return (str(ipaddress.ip_network(f"{address}/{length}", strict=False)), length), length


def remembered(batches):
    asked = []
    memory = Memory(COLUMNS, lambda address: [asked.append(address), network(address)][1])
    rows = [
        list(zip(*(array.to_pylist() for array in memory.of(pa.array(batch, pa.string()))), strict=True))
        for batch in batches
    ]
    return rows, asked


def test_a_network_is_looked_up_once_in_all_batches():
    rows, asked = remembered([["2.0.0.9", "2.0.0.1", "2.1.0.0"], ["2.0.255.255", None, "4.0.0.1"], ["4.0.0.1"]])
    assert asked == ["2.0.0.1", "2.1.0.0", "4.0.0.1"]
    assert rows[1] == [("2.0.0.0/16", 16), (None, None), ("4.0.0.1/32", 32)]


def test_addresses_of_ipv6_are_looked_up_once_each_in_their_usual_notation():
    rows, asked = remembered([["2a01:CB00::1", "::ffff:4.0.0.1"], ["2a01:CB00::1", "x"]])
    assert asked == ["2a01:cb00::1", "4.0.0.1"]
    assert rows[1] == [("2a01:cb00::1", 128), (None, None)]


@given(
    st.lists(
        st.lists(st.none() | st.builds("{}.{}.{}.{}".format, *(st.sampled_from((0, 1, n, 255)) for n in (2, 3, 4, 5)))),
        max_size=5,
    )
)
def test_each_address_has_what_it_would_have_been_given_alone(batches):
    rows, _ = remembered(batches)
    expected = [[(network(address)[0] if address else None) or (None, None) for address in batch] for batch in batches]
    assert rows == expected


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        ("9.0.0.0/8", True),
        ("8.0.0.0/6", False),
        ("10.1.2.0/24", False),
        ("11.0.0.0/32", True),
        ("192.0.0.0/16", False),
        ("192.0.1.0/24", True),
        ("192.0.2.255/32", False),
        ("0.0.0.0/0", False),
        ("223.0.0.0/8", True),
        ("224.0.0.0/8", False),
        ("2a01:cb00::/32", False),
    ],
)
def test_a_network_with_a_special_address_in_it_is_not_assignable(cidr, expected):
    address, _, length = cidr.partition("/")
    assert is_assignable(address, int(length)) is expected


@pytest.mark.parametrize(
    ("address", "length"),
    [
        *(("0.0.0.0", 8), ("10.255.255.255", 8), ("100.64.0.1", 10), ("192.168.1.1", 16), ("255.255.255.255", 3)),
        *((public, None) for public in ("9.255.255.255", "11.0.0.0", "192.0.0.9", "192.88.99.1", "2001:db8::1")),
    ],
)
def test_a_special_address_tells_the_network_of_which_none_is_public(address, length):
    assert special_length(address) == length
