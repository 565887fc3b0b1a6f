"""Page rules: the first that matches gives the category and says whether it is a conversion."""

from __future__ import annotations

import resource

import pyarrow as pa
import pytest

from ovh_weblogs.enrichment import enrich_batch
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.settings import EnrichSettings
from ovh_weblogs.sources import PageRule

SITE = "https://www.example.com"


def told(rules, location=f"{SITE}/", **columns):
    """Category and conversion of one hit."""
    batch = pa.RecordBatch.from_pydict({"location": [location], **{name: [value] for name, value in columns.items()}})
    (event,) = enrich_batch(batch, EnrichSettings(page_rules=tuple(rules))).to_pylist()
    return event["page_category"], event["is_conversion"]


def matches(rule, location=f"{SITE}/", **columns):
    return told([rule], location, **columns)[0] == rule.category


@pytest.mark.parametrize(
    ("match", "path", "location", "expected"),
    [
        ("prefix", "/produits", "/produits/sencha", True),
        ("prefix", "/produits", "/produits-derives", True),
        ("prefix", "/produits/", "/produits", False),
        ("prefix", "/a.b", "/axb", False),
        ("prefix", "/th%C3%A9", "/th%C3%A9-vert", True),
        ("prefix", "/Produits", "/produits", False),
        ("prefix", "/(a|b)*+?", "/(a|b)*+", False),
        ("prefix", "/(a|b)*+[", "/(a|b)*+[c", True),
        ("prefix", "/thé", "/thé", True),
        ("prefix", "", "/anything", True),
        ("glob", "/", "/", True),
        ("glob", "/", "/a", False),
        ("glob", "/*/", "/blog/", True),
        ("glob", "/*/", "/blog/a/", False),
        ("glob", "/**/a", "/x/y/z/a", True),
        ("glob", "/**", "/", True),
        ("glob", "/*.html", "/page.html", True),
        ("glob", "/*.html", "/pagexhtml", False),
        ("glob", "/p?", "/p1", True),
        ("glob", "/p?", "/p/", False),
        ("glob", "*/merci", "/merci", True),
        ("pattern", "^/20[0-9]{2}/", "/2026/article", True),
        ("pattern", "merci", "/commande/merci/", True),
        ("pattern", "(?i)MERCI$", "/merci", True),
        ("pattern", "^merci", "/merci", False),
        ("pattern", r"\.pdf$", "/guide.pdf?x=1", True),
    ],
)
def test_paths_are_compared_as_the_rule_says(match, path, location, expected):
    assert matches(PageRule("c", path, match), SITE + location) is expected


@pytest.mark.parametrize(
    ("host", "location", "expected"),
    [
        ("www.example.com", SITE, True),
        ("WWW.Example.com", SITE, True),
        ("example.com", SITE, False),
        ("*.example.com", "https://a.b.example.com/", True),
        ("*.example.com", "https://example.com/", False),
        ("www.example.co?", SITE, True),
        ("wwwxexample.com", SITE, False),
        ("www.example.com", "/relative", False),
    ],
)
def test_hosts_are_globs_whose_star_may_hold_points(host, location, expected):
    assert matches(PageRule("c", host=host), location) is expected


def test_the_host_of_a_page_without_one_is_the_logs():
    assert matches(PageRule("c", host="www.example.com"), "/a", vhost="www.example.com")


@pytest.mark.parametrize(
    ("rule", "columns", "expected"),
    [
        (PageRule("c", method="POST"), {"method": "POST"}, True),
        (PageRule("c", method="get, head"), {"method": "HEAD"}, True),
        (PageRule("c", method="POST"), {"method": "GET"}, False),
        (PageRule("c", method="POST"), {}, False),
        (PageRule("c", status="200, 304"), {"status": 304}, True),
        (PageRule("c", status="4xx"), {"status": 404}, True),
        (PageRule("c", status="200-299"), {"status": 301}, False),
        (PageRule("c", status="200"), {"status": None}, False),
        (PageRule("c", type="page"), {"type": "page"}, True),
        (PageRule("c", type="page"), {"type": "event"}, False),
        (PageRule("c", "/", method="GET", status="2xx"), {"method": "GET", "status": 204}, True),
        (PageRule("c", "/", method="GET", status="2xx"), {"method": "GET", "status": 500}, False),
    ],
)
def test_everything_that_is_stated_has_to_hold(rule, columns, expected):
    assert matches(rule, **columns) is expected


def test_the_first_rule_that_matches_wins_with_all_that_it_says():
    thanks, order = PageRule("thanks", "/order/thanks", conversion=True), PageRule("order", "/order")
    assert told([thanks, order], f"{SITE}/order/thanks") == ("thanks", True)
    assert told([order, thanks], f"{SITE}/order/thanks") == ("order", False)
    assert told([thanks, order], f"{SITE}/cart") == (None, False)


def test_a_conversion_needs_no_category():
    assert told([PageRule(path="/order", conversion=True)], f"{SITE}/order") == (None, True)


def test_without_rules_there_are_no_columns():
    batch = pa.RecordBatch.from_pydict({"location": [SITE]})
    assert not {"page_category", "is_conversion"} & set(enrich_batch(batch, EnrichSettings()).schema.names)


def test_the_parts_of_the_page_need_not_be_columns():
    rules = (PageRule("blog", "/blog"), PageRule("home", "/", "glob"))
    batch = pa.RecordBatch.from_pydict({"location": [f"{SITE}/blog/a", SITE, None, "*"]})
    for url in (True, False):
        events = enrich_batch(batch, EnrichSettings(page_rules=rules, url=url)).to_pydict()
        assert events["page_category"] == ["blog", "home", None, None]
        assert events["is_conversion"] == [False] * 4


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (PageRule(path="/a", place="rule 2 of the form"), r"rule \(rule 2 of the form\) has neither a category nor"),
        (PageRule("c", "a", place="row 7 of rules"), r"rule 'c' \(row 7 of rules\) has the path 'a'.*begin it with a"),
        (PageRule("c", "/a", "exact"), "compares its path by 'exact'.*prefix, glob, pattern"),
        (PageRule("c", "(a", "pattern", place="row 1 of rules"), r"'c' \(row 1 of rules\) has the pattern '\(a'.*RE2"),
        (PageRule("c", r"(a)\1", "pattern"), r"has the pattern '\(a\)\\1'.*neither references"),
        (PageRule("c", "a(?=b)", "pattern"), r"has the pattern 'a\(\?=b\)'"),
        (PageRule("c", status="20x"), "has the status '20x'.*400-499"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_by_name_and_place(rule, message):
    with pytest.raises(SettingsError, match=message):
        told([PageRule("first", "/"), rule])


def test_more_than_a_thousand_rules_are_refused():
    with pytest.raises(SettingsError, match="There are 1001 page rules"):
        told([PageRule("c", "/")] * 1001)


def test_a_pattern_takes_time_that_grows_with_the_path():
    rules = [PageRule("c", "^/(a+)+$", "pattern"), PageRule("d", "/**a**a**a**b", "glob")]

    def seconds(length):
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        assert told(rules, f"{SITE}/{'a' * length}!") == (None, False)
        return resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun

    seconds(1000)
    assert seconds(1_600_000) < 8 * max(seconds(400_000), 0.05)
