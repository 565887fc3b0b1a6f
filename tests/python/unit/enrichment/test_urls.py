"""Parts of URLs: what is split, what is refused, and that nothing hostile gets through or raises."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import urls
from ovh_weblogs.schema import LOCATION_PARTS, REFERER_PARTS

# Each URL with its scheme, host, port, path, query and anchor.
VALID = [
    ("https://www.example.com/a/b.html?x=1&y=2#top", ("https", "www.example.com", None, "/a/b.html", "x=1&y=2", "top")),
    ("HTTPS://WWW.Example.COM/Case?Q#A", ("https", "www.example.com", None, "/Case", "Q", "A")),
    ("http://example.com:8080/", ("http", "example.com", 8080, "/", None, None)),
    ("https://example.com:443/", ("https", "example.com", 443, "/", None, None)),
    ("http://example.com:/", ("http", "example.com", None, "/", None, None)),
    ("http://example.com:0/", ("http", "example.com", 0, "/", None, None)),
    ("https://example.com", ("https", "example.com", None, None, None, None)),
    ("https://example.com?#", ("https", "example.com", None, None, None, None)),
    ("https://example.com?a=b", ("https", "example.com", None, None, "a=b", None)),
    ("https://example.com/a?b?c#d#e?f", ("https", "example.com", None, "/a", "b?c", "d#e?f")),
    ("https://example.com/with blank?and one", ("https", "example.com", None, "/with blank", "and one", None)),
    (r"https://example.com/a\b\x09", ("https", "example.com", None, r"/a\b\x09", None, None)),
    ("https://example.com//wp-login.php", ("https", "example.com", None, "//wp-login.php", None, None)),
    ("https://login:pass@example.com/", ("https", "example.com", None, "/", None, None)),
    ("https://[2001:DB8::1]:8443/", ("https", "[2001:db8::1]", 8443, "/", None, None)),
    ("https://192.0.2.7/", ("https", "192.0.2.7", None, "/", None, None)),
    ("https://xn--e1afmkfd.example/", ("https", "xn--e1afmkfd.example", None, "/", None, None)),
    ("https://café.example/", ("https", "café.example", None, "/", None, None)),
    ("https://my_host.example./", ("https", "my_host.example.", None, "/", None, None)),
    ("android-app://com.google.android.gm/", ("android-app", "com.google.android.gm", None, "/", None, None)),
    ("/index.php?id=3#c", (None, None, None, "/index.php", "id=3", "c")),
    ("//wp-login.php", (None, None, None, "//wp-login.php", None, None)),
    ("/https://example.net/?u", (None, None, None, "/https://example.net/", "u", None)),
]
INVALID = [
    *(
        "*",
        "-",
        "?a=b",
        "#top",
        "example.com",
        "example.com:443",
        "www.example.com/a",
        "about:blank",
        "mailto:a@b.example",
    ),
    *("javascript:alert(1)", "http://", "http:///path", "http:/path", "file:///etc/passwd", "1http://example.com/"),
    *(
        "http://example.com:65536/",
        "http://example.com:-1/",
        "http://example.com:8o/",
        "http://example.com:\N{FULLWIDTH DIGIT EIGHT}/",
    ),
    *("http://example.com:" + "9" * 5000 + "/", "http://[::1/", "http://::1/", "http://[v1.a]/", "http://[:::]/"),
    *("http://[192.0.2.1]/", "http://[::1]x/", "http://a b/", " http://example.com/", "\thttp://example.com/"),
    *("http://exa\tmple.com/", "http://example.com/\n", "/a\x00b", "/\x7f", "http://example.com/\r\nSet-Cookie: a"),
    *(r"http:\\example.com\a", r"http://good.example\@evil.example/", r"http://evil.example\.good.example/"),
    *("http://%65xample.com/", "http://<script>/", 'http://"/', "http://a|b/", "http://" + "a" * 300 + ".example/"),
]


@pytest.mark.parametrize(("url", "expected"), VALID, ids=[url for url, _ in VALID])
def test_a_url_is_split_into_its_parts(url, expected):
    assert urls.split(url) == expected


@pytest.mark.parametrize("url", INVALID, ids=lambda url: ascii(url)[:60])
def test_what_is_no_url_has_no_parts(url):
    assert urls.split(url) is None


@given(st.text() | st.from_regex(r"\A[a-z]{1,5}://.{0,40}[/?#].{0,40}\Z"))
def test_no_text_raises_and_no_part_is_empty(url):
    assert "" not in (urls.split(url) or ())


@given(
    st.sampled_from(["https://example.com", "http://[::1]:80", ""]),
    st.text(st.characters(exclude_characters="?#", exclude_categories=["Cc", "Cs"])),
    st.text(st.characters(exclude_characters="#", exclude_categories=["Cc", "Cs"]), min_size=1),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1),
)
def test_path_query_and_anchor_are_kept_exactly(origin, path, query, anchor):
    found = urls.split(f"{origin}/{path}?{query}#{anchor}")
    assert found is not None
    assert found[3:] == (f"/{path}", query, anchor)


@pytest.mark.parametrize("unit", ["@", "a:", "/?", "#", "http://", "[", "%", "\\", "é"], ids=ascii)
def test_the_time_for_a_hostile_text_grows_with_its_length_alone(unit):
    def seconds(times: int) -> float:
        text, best = "http://" + unit * times, float("inf")
        for _ in range(5):
            start = time.process_time()
            urls.split(text)
            best = min(best, time.process_time() - start)
        return best

    # Sixteen times the length: linear work takes up to 16 times as long, quadratic 256 times.
    assert seconds(160_000) < 80 * max(seconds(10_000), 2e-5)


def test_a_port_is_a_number_and_the_other_parts_are_text():
    columns = urls.parts(
        pa.array(["https://example.com:8443/a", None, "*", "https://example.com:8443/a"]), LOCATION_PARTS
    )
    assert [column.type for column in columns] == [column.arrow.type for column in LOCATION_PARTS]
    assert columns[2].to_pylist() == [8443, None, None, 8443]
    assert columns[3].to_pylist() == ["/a", None, None, "/a"]


URLS = (
    st.sampled_from([None, *(url for url, _ in VALID), *INVALID])
    | st.text()
    | st.text("ab:/?#@[]é\\ \x7f", max_size=12)
)


@given(st.lists(URLS, max_size=20), st.integers(0, 3))
def test_a_column_has_the_parts_of_each_of_its_texts_whatever_stands_beside_it(texts, start):
    columns = urls.parts(pa.array(texts, pa.string()).slice(start), LOCATION_PARTS)
    expected = [(text is not None and urls.split(text)) or (None,) * 6 for text in texts[start:]]
    assert list(zip(*(column.to_pylist() for column in columns), strict=True)) == expected


def test_location_and_referer_have_the_same_parts_in_the_same_order():
    location = [column.name.removeprefix("location_") for column in LOCATION_PARTS]
    referer = [column.name.removeprefix("referer_") for column in REFERER_PARTS]
    assert tuple(location) == tuple(referer) == urls.Parts._fields
