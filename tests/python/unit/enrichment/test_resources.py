"""What was asked for, and which requests are views of a page."""

from __future__ import annotations

import time

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import resources

PATHS = {
    "page": [
        *(
            "/",
            "/a",
            "/index.php",
            "/produits/th%C3%A9.html",
            "/contact.aspx",
            "/.env",
            "/.git/config",
            "//wp-login.php",
        ),
        *(
            "/v1.2/notes",
            "/docs/api/intro",
            "/apis",
            "/feedback",
            "/feed-me",
            "/rss-guide/",
            "/a.b.c/",
            "/name.",
            "/css",
        ),
        *(
            "/http://example.com/x.css/y",
            "/robots.txt/x",
            "/caf\u00e9",
            "/%2e%2e/x",
            "/a;jsessionid=1.css/b",
            "/x.jsp;a=1",
        ),
    ],
    "static": [
        *(
            "/a.css",
            "/A/B.PNG",
            "/x.min.js",
            "/fonts/i.woff2",
            "/favicon.ico",
            "/robots.txt",
            "/sitemap.xml",
            "/a.js;v=1",
        ),
        *("/sitemap_index.xml", "/sitemap-1.xml.gz", "/.well-known/acme-challenge/x", "/m.webmanifest", "/film.mp4"),
        *("/data/places.json", "/pic.avif", "/a.map"),
    ],
    "download": ["/guide.pdf", "/backup.ZIP", "/dump.sql", "/a/b.tar.gz", "/setup.exe", "/prices.csv"],
    "api": [
        *("/api", "/api/stock", "/api/a.json", "/xmlrpc.php", "/blog/xmlrpc.php", "/wp-json/wp/v2/posts", "/graphql"),
        *("/blog/wp-json", "/wp-admin/admin-ajax.php", "/wp-cron.php", "/index.php/api/x", "/API/v1"),
    ],
    "feed": ["/feed", "/feed/", "/blog/feed/", "/comments/feed/", "/rss.xml", "/atom.xml", "/news.rss", "/feed/atom/"],
}
CASES = [(path, kind) for kind, paths in PATHS.items() for path in paths]


def classes(paths, queries=None):
    texts = pa.array(paths, pa.string())
    return resources.classes(texts, pa.array(queries or [None] * len(paths), pa.string())).to_pylist()


@pytest.mark.parametrize(("path", "kind"), CASES)
def test_a_path_tells_what_was_asked_for(path, kind):
    assert classes([path]) == [kind]


def test_a_query_asks_wordpress_for_a_feed():
    asked = ["feed=rss2", "a=1&feed=atom", "feed=me", "xfeed=rss2", None]
    assert classes(["/"] * 5, asked) == ["feed", "feed", "page", "page", "page"]


def test_what_has_no_path_has_no_class():
    assert classes([None, "/", None], ["feed=rss2", None, None]) == [None, "page", None]


@pytest.mark.parametrize("unit", ["/", ".a", ";", "/feed", "a.", "/.well-known"])
def test_the_time_for_a_hostile_path_grows_with_its_length_alone(unit):
    def seconds(times):
        text, best = pa.array(["/" + unit * times]), float("inf")
        nothing = pa.nulls(1, pa.string())
        for _ in range(5):
            start = time.process_time()
            resources.classes(text, nothing)
            best = min(best, time.process_time() - start)
        return best

    # Sixteen times the length: linear work takes up to 16 times as long, quadratic 256 times.
    assert seconds(160_000) < 80 * max(seconds(10_000), 2e-5)


def viewed(tracked=(), kind="page", host="www.example.com", **columns):
    batch = pa.RecordBatch.from_pydict({name: [value] for name, value in columns.items()})
    found = resources.pageviews(batch, pa.array([kind], pa.string()), pa.array([host], pa.string()), frozenset(tracked))
    return found.to_pylist()[0]


SEEN = {"log_family": "server", "method": "GET", "status": 200, "is_bot": False}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"status": 304}, True),
        ({"is_bot": None}, True),
        *(({"status": status}, False) for status in (206, 301, 404, 500, None)),
        *(({"method": method}, False) for method in ("POST", "HEAD", "OPTIONS", "get", None)),
        ({"is_bot": True}, False),
        *(({"kind": kind}, False) for kind in ("static", "download", "api", "feed", None)),
    ],
    ids=str,
)
def test_a_servers_hit_is_a_page_view_by_method_status_kind_and_agent(changes, expected):
    given = {**SEEN, **changes}
    given["status"] = pa.scalar(given["status"], pa.int32())
    given["is_bot"] = pa.scalar(given["is_bot"], pa.bool_())
    assert viewed(**given) is expected


def test_a_trackers_hit_is_a_page_view_by_its_type_alone():
    events = {"log_family": "tracker", "method": None, "status": pa.scalar(None, pa.int32())}
    assert [viewed(type=kind, **events) for kind in ("page", "event", "Page", None)] == [True, False, False, False]
    assert viewed(type="page", kind=None, **events) is True


def test_of_a_site_with_a_tracker_only_the_trackers_hits_count():
    given = {**SEEN, "status": pa.scalar(200, pa.int32()), "type": pa.scalar(None, pa.string())}
    assert viewed(["www.example.com"], **given) is False
    assert viewed(["blog.example.com"], **given) is True
    assert viewed(["www.example.com"], host=None, **given) is True
    assert viewed(["www.example.com"], log_family="tracker", type="page") is True


def test_a_column_that_is_absent_hinders_no_page_view():
    assert viewed(log_family="server") is True
    assert viewed(other=1) is True


def test_without_log_family_a_hit_with_a_type_is_a_trackers():
    assert [viewed(kind=None, type=pa.scalar(kind, pa.string())) for kind in ("page", "event", None)] == [
        *(True, False, False)
    ]


PIECES = [
    "/",
    ".",
    "feed",
    "rss",
    "api",
    "wp-json",
    "xmlrpc.php",
    "sitemap",
    ".xml",
    "index",
    ".well-known",
    ";a",
    "rest",
]


@given(st.lists(st.sampled_from([*PIECES, "a", "admin-ajax.php", "rdf", "index.php", ".gz"]), max_size=6))
def test_every_path_that_its_name_tells_of_is_looked_at(pieces):
    path = pa.array(["/" + "".join(pieces)])
    for pattern in (resources._FEED, resources._API, resources._FOR_PROGRAMS):
        if pc.match_substring_regex(path, pattern).to_pylist() == [True]:
            assert pc.match_substring_regex(path, resources._NAMED).to_pylist() == [True]
