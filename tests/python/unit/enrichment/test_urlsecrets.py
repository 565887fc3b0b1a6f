"""Parameters that open a door or name a person are removed from URLs; everything else stays as it is."""

from __future__ import annotations

import re
import time

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import urlsecrets
from ovh_weblogs.enrichment.urlscan import holding
from ovh_weblogs.removedkeys import REMOVED_KEYS

KEYS = frozenset(REMOVED_KEYS)
SITE = "https://www.example.com"
REMOVED = [
    ("/?sid=1", "/"),
    ("/a?sid=1&b=2", "/a?b=2"),
    ("/a?b=2&sid=1", "/a?b=2"),
    ("/a?b=2&PHPSESSID=1&c=3#top", "/a?b=2&c=3#top"),
    ("/a?sid=1&token=2#top", "/a#top"),
    ("/a?token", "/a"),
    ("/a?%73id=1", "/a"),
    ("/a?user%5Bemail%5D=x&b", "/a?b"),
    ("/a?filter[mail][]=x", "/a"),
    ("/a?b=1&amp;sid=2&c", "/a?b=1&c"),
    ("/a;jsessionid=1F2E?b=1", "/a?b=1"),
    ("/a;jsessionid=1F2E/b;v=2", "/a/b;v=2"),
    ("/a#access_token=1&state=2", "/a#state=2"),
    ("/a?u=marie@example.com&b", "/a?b"),
    ("/a?u=marie%40mail.example.com", "/a"),
    ("/a?u=marie%2540example.com", "/a"),
    ("/wp-login.php?action=rp&key=aB3&login=marie", "/wp-login.php?action=rp"),
    ("/login?to=https%3A%2F%2Fexample.com%2F%3Ftoken%3D1", "/login"),
    ("/login?to=%252Fa%253Fsid%253D1&b", "/login?b"),
    ("/a?b=1?sid=2", "/a"),
    ("/a?token=%", "/a"),
    ("/a?token=\x01\x02", "/a"),
    ("/a?token=" + "x" * 8_192 + "&b=1", "/a?b=1"),
]
KEPT = [
    *("/", "/a?", "/a?#", "/a?b=1&c=2#d", "/a?keyword=x&monkey=1&tokens=2&sidebar=3", "/a?b=sid", "/sid=1", "/a/token"),
    *(
        "/a?b=%zz%",
        "/a?b&&c",
        "/logo@2x.png",
        "/a?src=logo@2x.png",
        "/a?ll=@48.85,2.35",
        "/@marie",
        "/a;v=1",
        "/a?q=a@b",
    ),
    *("/a?b=1%26c%3D2", "/a#top", "/a?q=key", "/a?\x00=\x01", "/a?" + "b" * 8_192, "/a?q=mon+token", "//x@y.example/"),
]


def cleaned(url):
    return urlsecrets.without(pa.array([url]), KEYS).to_pylist()[0]


@pytest.mark.parametrize(("url", "left"), REMOVED, ids=lambda text: ascii(text)[:60])
def test_a_secret_parameter_is_removed_and_the_others_stay(url, left):
    assert cleaned(SITE + url) == SITE + left
    assert cleaned(url) == left


@pytest.mark.parametrize("url", KEPT, ids=lambda text: ascii(text)[:60])
def test_what_holds_no_secret_stays_exactly_as_it_is(url):
    assert cleaned(url) == url
    assert cleaned(SITE + url) == SITE + url


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://marie:secret@example.com/a", "https://example.com/a"),
        ("ftp://marie@example.com", "ftp://example.com"),
        ("https://a@b:c@example.com/", "https://example.com/"),
        ("https://example.com/a@b", "https://example.com/a@b"),
        ("https://example.com?u@v", "https://example.com?u@v"),
        ("http://[fe80::1%25eth0]/?sid=1", "http://[fe80::1%25eth0]/"),
        ("https://xn--e1afmkfd.example/?sid=1", "https://xn--e1afmkfd.example/"),
    ],
)
def test_a_login_before_the_host_is_removed(url, left):
    assert cleaned(url) == left


def test_without_keys_logins_and_addresses_of_mail_go_all_the_same():
    urls = pa.array(["https://a:b@example.com/?sid=1&u=marie@example.com", None])
    assert urlsecrets.without(urls, frozenset()).to_pylist() == ["https://example.com/?sid=1", None]


def test_a_key_that_somebody_adds_may_have_accents():
    urls = pa.array(["/?cl%C3%A9=1&b", "/?CLÉ=1"])
    assert urlsecrets.without(urls, frozenset({"clé"})).to_pylist() == ["/?b", "/"]


def test_a_query_alone_that_has_nothing_left_is_null():
    texts = pa.array(["email=x&a=1", "email=x", "a=1", None])
    assert urlsecrets.queries_without(texts, KEYS).to_pylist() == ["a=1", None, "a=1", None]


PIECES = st.lists(
    st.sampled_from(
        [
            *"/?&=#;@%[]+ .:aZé1",
            "%40",
            "%3F",
            "%26",
            "%73",
            "%25",
            "%5b",
            "sid",
            "Token",
            "&sid=",
            "K",
            "https://",
            ".example",
        ]
    )
)


@given(PIECES.map("".join) | st.text())
def test_every_url_that_is_changed_was_suspected(url):
    if urlsecrets.cleaned(url, KEYS) != url:
        assert holding(pa.array([url]), urlsecrets._POSSIBLE).to_pylist() == [True]
        assert pa.compute.match_substring_regex(pa.array([url]), urlsecrets.suspicion(KEYS)).to_pylist() == [True]


@given(st.lists(st.none() | st.text("a?#é", max_size=3)), st.integers(0, 3))
def test_texts_that_hold_a_sign_are_found_wherever_their_bytes_lie(texts, skipped):
    expected = [text is not None and ("?" in text or "#" in text) for text in texts]
    assert holding(pa.array(texts, pa.string()).slice(skipped), b"?#").to_pylist() == expected[skipped:]


def test_a_url_that_is_often_asked_for_is_cleaned_wherever_it_stands():
    rows = pa.array([f"{SITE}/?sid=1", None, f"{SITE}/a"] * 1_000)
    assert urlsecrets.without(rows, KEYS).to_pylist() == [f"{SITE}/", None, f"{SITE}/a"] * 1_000


@given(PIECES.map("".join) | st.text())
def test_what_is_clean_stays_clean_and_no_text_raises(url):
    once = urlsecrets.cleaned(url, KEYS)
    assert urlsecrets.cleaned(once, KEYS) == once
    assert len(once) <= len(url)
    query = once.partition("#")[0].partition("?")[2]
    assert not re.search(r"(?:^|&)(?:sid|token)=", query, re.IGNORECASE)


@pytest.mark.parametrize(
    "unit", ["&", "@", "a@a.", "%40", "%25", ";sid=", "[", "token=&", "x@a-", "?sid=", "#", "://@"]
)
def test_the_time_for_a_hostile_url_grows_with_its_length_alone(unit):
    def seconds(times):
        text, best = pa.array(["http://a/?u=" + unit * times]), float("inf")
        for _ in range(3):
            start = time.process_time()
            urlsecrets.without(text, KEYS)
            best = min(best, time.process_time() - start)
        return best

    # Sixteen times the length: linear work takes up to 16 times as long, quadratic 256 times.
    assert seconds(48_000) < 80 * max(seconds(3_000), 5e-5)


def test_the_default_keys_are_in_lower_case_and_named_once():
    assert len(KEYS) == len(REMOVED_KEYS)
    assert all(key == key.lower().strip() and key for key in REMOVED_KEYS)
