"""Visitors told by cookie, identifier, address or hash; with a key, and with one that changes."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import enrich_batch, plan, visitor
from ovh_weblogs.errors import InputError
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import EnrichSettings, Policy, Rotation

KEY = "kV3t8Qm1Zx6Rb0Lw"
COOKIE, REFUSED = "b4743af1d1c5178", "Z0123456789abcdef0123456789abcdef"
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
FIELDS = {"client_addr": pa.string(), "useragent": pa.string(), "br_lang": pa.string(), "tz_off": pa.int32()}


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def mac(key, text):
    return hmac.new(key, text.encode(), "sha256").hexdigest()[:32]


def settings(policy=Policy.AUTO, key="", rotation=Rotation.NONE):
    return EnrichSettings(visitor_policy=policy, visitor_key=Secret(key), rotation=rotation)


def ids(chosen=None, **columns):
    return visitor.ids(pa.RecordBatch.from_pydict(columns), chosen).to_pylist()


def hits(cookies, identifiers=("ada", "ada", None)):
    return {
        "tracker_visitor_id": cookies,
        "identifier": list(identifiers),
        "client_addr": ["192.0.2.1", "192.0.2.2", "192.0.2.1"],
        "useragent": ["a", "a", "b"],
    }


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy.AUTO, [COOKIE, sha("192.0.2.2\na"), sha("192.0.2.1\nb")]),
        (Policy.COOKIE, [COOKIE, None, None]),
        (Policy.IDENTIFIER, ["ada", "ada", None]),
        (Policy.ADDRESS, [sha("192.0.2.1"), sha("192.0.2.2"), sha("192.0.2.1")]),
        (Policy.HASH, [sha("192.0.2.1\na"), sha("192.0.2.2\na"), sha("192.0.2.1\nb")]),
    ],
    ids=lambda value: value.value if isinstance(value, Policy) else "",
)
def test_a_policy_says_whose_a_hit_is(policy, expected):
    """The second cookie is one that WT1 makes for a browser that refuses cookies; the third hit has none."""
    assert ids(settings(policy), **hits([COOKIE, REFUSED, None])) == expected
    assert ids(settings(policy, KEY), **hits([COOKIE, REFUSED, None])) == [
        each and mac(KEY.encode(), text) for each, text in zip(expected, _texts(policy), strict=True)
    ]


def _texts(policy):
    hashed = ["192.0.2.1\na", "192.0.2.2\na", "192.0.2.1\nb"]
    return {
        Policy.AUTO: [COOKIE, *hashed[1:]],
        Policy.COOKIE: [COOKIE, "", ""],
        Policy.IDENTIFIER: ["ada", "ada", ""],
        Policy.ADDRESS: [text.partition("\n")[0] for text in hashed],
        Policy.HASH: hashed,
    }[policy]


@pytest.mark.parametrize("cookie", ["Z12ab", "Z" + "F" * 32])
def test_a_cookie_of_z_and_hexadecimal_digits_is_none_and_any_other_is_one(cookie):
    alone = {"client_addr": ["192.0.2.1"]}
    assert ids(tracker_visitor_id=[cookie], **alone) == ids(**alone)
    assert ids(tracker_visitor_id=["Zoe-7"], **alone) == ["Zoe-7"]


def test_language_and_offset_count_where_one_of_them_is_known():
    columns = {
        "client_addr": ["192.0.2.1"] * 4,
        "useragent": ["a"] * 4,
        "br_lang": ["fr", None, "fr", None],
        "tz_off": pa.array([-60, -60, None, None], pa.int32()),
    }
    assert ids(**columns) == [
        sha("192.0.2.1\\lfr\\z-60\na"),
        sha("192.0.2.1\\l\\z-60\na"),
        sha("192.0.2.1\\lfr\\z\na"),
        sha("192.0.2.1\na"),
    ]


CELL = st.none() | st.text(st.sampled_from("\\lnz\nf1"), min_size=1, max_size=4)


@given(st.lists(st.tuples(CELL, CELL, CELL, st.none() | st.integers(-2, 2)), max_size=12))
def test_two_hits_share_an_id_exactly_where_they_share_all_that_is_hashed(rows):
    """A null counts as empty text; language and offset as absent only where both are null."""
    columns = {name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(FIELDS.items())}
    made = ids(settings(Policy.HASH), **columns)
    known = [
        (row[0] or "", row[1] or "", None if row[2] is None and row[3] is None else (row[2] or "", row[3]))
        for row in rows
    ]
    assert [[a == b for b in made] for a in made] == [[a == b for b in known] for a in known]


# Keys that change


@pytest.mark.parametrize(
    ("rotation", "name", "same", "other"),
    [
        (Rotation.DAY, "day 2026-01-31", [(31, 0), (31, 23)], [(30, 23)]),
        (Rotation.WEEK, "week 2026-01-29", [(26, 0), (29, 5)], [(25, 23)]),
        (Rotation.MONTH, "month 2026-01", [(1, 0), (31, 23)], []),
    ],
)
def test_the_key_of_a_period_is_derived_from_its_name(rotation, name, same, other):
    """2026-01-26 is a Monday."""
    moments = [NOON, *(NOON.replace(day=day, hour=hour) for day, hour in (*same, *other)), NOON.replace(2025, 12, 31)]
    count = len(moments)
    made = ids(
        settings(Policy.ADDRESS, KEY, rotation),
        client_addr=["192.0.2.1"] * count,
        server_ts=pa.array(moments, pa.timestamp("us", tz="UTC")),
    )
    derived = hmac.new(KEY.encode(), name.encode(), "sha256").digest()
    within = 1 + len(same)
    assert set(made[:within]) == {mac(derived, "192.0.2.1")}
    assert mac(derived, "192.0.2.1") not in made[within:]


def test_ids_of_a_changing_key_do_not_hang_on_the_rows_around_them():
    moments = [NOON.replace(day=day) for day in (3, 1, 2, 3, 1)]
    columns = {
        "client_addr": [f"192.0.2.{number % 3}" for number in range(5)],
        "tracker_visitor_id": [None, COOKIE, COOKIE, None, COOKIE],
        "server_ts": pa.array(moments, pa.timestamp("us", tz="UTC")),
    }
    chosen = settings(key=KEY, rotation=Rotation.DAY)
    batch = pa.RecordBatch.from_pydict(columns)
    alone = [visitor.ids(batch.slice(at, 1), chosen)[0].as_py() for at in range(5)]
    assert visitor.ids(batch, chosen).to_pylist() == alone
    assert alone[1] == alone[4] != alone[2]


def test_hits_without_time_or_without_cookie_are_no_ones_error():
    columns = {
        "tracker_visitor_id": pa.array([COOKIE, None, COOKIE], pa.string()),
        "server_ts": pa.array([None, NOON, NOON], pa.timestamp("us", tz="UTC")),
    }
    first, second, third = ids(settings(Policy.COOKIE, KEY, Rotation.DAY), **columns)
    assert second is None
    assert len({first, third}) == 2
    assert ids(settings(Policy.COOKIE, KEY, Rotation.DAY), **{n: c[:0] for n, c in columns.items()}) == []


# What is needed and told


@pytest.mark.parametrize(
    ("policy", "lacking"),
    [(Policy.COOKIE, "visitor_id"), (Policy.ADDRESS, "client_addr"), (Policy.HASH, "client_addr")],
)
def test_a_policy_that_is_chosen_needs_its_column(policy, lacking):
    with pytest.raises(InputError, match=f"no column {lacking}, which visitor_id is made from"):
        plan(["useragent", "server_ts"], settings(policy))


def test_a_changing_key_needs_times():
    doing = plan(["client_addr"], settings(key=KEY, rotation=Rotation.DAY))
    assert doing.skipped[-1] == "Left out, since the input has no column server_ts: visitor_id"


def test_an_identifier_is_any_column_of_any_type():
    batch = pa.RecordBatch.from_pydict({"customer": [7, None, 7]})
    chosen = EnrichSettings(columns={"identifier": "customer"}, visitor_policy=Policy.IDENTIFIER)
    assert enrich_batch(batch, chosen).column("visitor_id").to_pylist() == ["7", None, "7"]


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (settings(), "without a key, so it can be reversed"),
        (settings(key=KEY), "HMAC-SHA-256 with a key over"),
        (settings(key=KEY, rotation=Rotation.WEEK), "with a key for each week in UTC over"),
        (settings(Policy.ADDRESS), "so it can be reversed, over the address."),
    ],
)
def test_the_meaning_of_the_column_says_how_it_is_made(chosen, told):
    (column,) = [each for each in plan(["client_addr", "server_ts"], chosen).added if each.name == "visitor_id"]
    assert told in column.meaning
    assert KEY not in column.meaning
    assert any("can be reversed" in each for each in plan(["client_addr"], settings()).told(settings()))
    assert not any("reversed" in each for each in plan(["client_addr"], settings(key=KEY)).told(settings(key=KEY)))
