"""Addresses cut to their networks, logins hashed."""

from __future__ import annotations

import hashlib
import hmac

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import privacy
from ovh_weblogs.secret import Secret


def truncated(*addresses):
    return privacy.truncated(pa.array(addresses, pa.string())).to_pylist()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("255.255.255.255", "255.255.255.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("2001:DB8:1::", "2001:db8:1::"),
        ("::1", "::"),
        ("::ffff:192.0.2.77", "192.0.2.0"),
        ("fe80::1:2%eth0", "fe80::"),
        ("fe80::1%" + "x" * 8_192, "fe80::"),
        *(
            (text, None)
            for text in ("client-77.isp.example", "192.0.2.77:8080", "192.0.2.1, 10.0.0.1", "192.0.2", "\x00")
        ),
        (None, None),
    ],
)
def test_an_address_keeps_24_bits_or_48_and_what_is_none_is_not_kept(address, expected):
    assert truncated(address) == [expected]


@given(st.ip_addresses().map(str) | st.text())
def test_cutting_twice_is_cutting_once(address):
    once = truncated(address)
    assert truncated(*once) == once


def test_a_login_is_hashed_with_the_key():
    expected = hmac.new(b"a long key", b"user\nmarie", hashlib.sha256).hexdigest()[:32]
    found = privacy.hashed(pa.array(["marie", None, "marie", "é"]), Secret("a long key")).to_pylist()
    assert found[:3] == [expected, None, expected]
    assert len(set(found)) == 3


@pytest.mark.parametrize("key", [None, Secret("")])
def test_without_a_key_a_login_is_hashed_as_a_shell_would(key):
    """Reckoned by printf, then sha256sum, then cut -c 1-32."""
    expected = hashlib.sha256(b"marie").hexdigest()[:32]
    assert privacy.hashed(pa.array(["marie"]), key).to_pylist() == [expected]
