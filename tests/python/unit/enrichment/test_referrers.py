"""Referrers, campaigns and channels: referrers.tsv is the specification, an empty cell stands for null."""

from __future__ import annotations

import csv
import resource
import socket
from pathlib import Path

import pyarrow as pa
import pytest

from ovh_weblogs.enrichment import enrich_batch, referrersites
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.settings import EnrichSettings
from ovh_weblogs.sources import SITE_KINDS, KnownSite, Sources

TABLE = Path(__file__).with_name("referrers.tsv")
PAGE = "https://www.example.com/page"
SPAM = Sources(spam_hosts=("spam.example",))


def table():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def told(referer, query="", sources=SPAM, page=PAGE, **more):
    batch = pa.RecordBatch.from_pydict(
        {"referer": pa.array([referer], pa.string()), "location": [f"{page}?{query}" if query else page]}
    )
    (event,) = enrich_batch(batch, EnrichSettings(sources=sources, **more)).to_pylist()
    return event


def test_the_table_has_referrers_of_all_kinds():
    rows = table()
    assert len(rows) >= 200
    types = {"direct", "internal", "search", "social", "ai-assistant", "email", "campaign", "website", "spam", ""}
    assert {row["referer_type"] for row in rows} == types
    assert len({row["channel"] for row in rows} - {""}) == 20


@pytest.mark.parametrize("case", table(), ids=lambda case: f"{case['referer']} {case['query']}".strip() or "none")
def test_type_name_and_channel_are_those_of_the_table(case):
    event = told(case["referer"] or None, case["query"])
    columns = ("referer_type", "referer_name", "channel")
    assert {column: event[column] for column in columns} == {column: case[column] or None for column in columns}


def test_a_batch_of_all_gives_each_what_it_gets_alone():
    rows = table()
    batch = pa.RecordBatch.from_pydict(
        {
            "referer": pa.array([row["referer"] or None for row in rows]),
            "location": [f"{PAGE}?{row['query']}" if row["query"] else PAGE for row in rows],
        }
    )
    for url in (True, False):
        events = enrich_batch(batch, EnrichSettings(sources=SPAM, url=url)).to_pylist()
        assert [(e["referer_type"] or "", e["channel"] or "") for e in events] == [
            (row["referer_type"], row["channel"]) for row in rows
        ]


@pytest.mark.parametrize(
    ("referer", "terms"),
    [
        ("https://www.google.fr/search?client=x&q=th%C3%A9+vert", "thé vert"),
        ("https://fr.search.yahoo.com/search?p=matcha", "matcha"),
        ("https://yandex.ru/search/?text=%D1%87%D0%B0%D0%B9", "чай"),
        ("https://www.baidu.com/s?wd=%E8%8C%B6", "茶"),
        ("https://www.startpage.com/do/search?query=sencha", "sencha"),
        ("https://www.google.com/search?q=%00%0aforged", "%00%0Aforged"),
        ("https://www.google.com/", None),
        ("https://www.google.com/search?q=", None),
        ("https://www.google.com/search?q=+", None),
        ("https://gemini.google.com/app?q=thé", None),
        ("https://blog.example.net/?q=thé", None),
    ],
)
def test_what_was_searched_is_told_where_a_search_engine_says_it(referer, terms):
    assert told(referer)["search_terms"] == terms


def test_internal_goes_by_the_registrable_domain():
    assert told("https://shop.example.co.uk/", page="https://www.example.co.uk/")["referer_type"] == "internal"
    assert told("https://other.co.uk/", page="https://www.example.co.uk/")["referer_type"] == "website"
    assert told("https://a.github.io/", page="https://b.github.io/")["referer_type"] == "website"
    assert told("http://localhost:8080/", page="http://localhost/")["referer_type"] == "internal"
    assert told("http://192.0.2.1/", page="http://192.0.2.2/")["referer_type"] == "website"


def test_declared_hosts_are_internal_and_ignored_ones_are_what_the_list_says():
    own = Sources(own_hosts=("ma-boutique.example", "Example.NET."), ignored_hosts=())
    assert told("https://www.ma-boutique.example/", sources=own)["referer_type"] == "internal"
    assert told("https://example.net/", sources=own)["referer_type"] == "internal"
    assert told("https://pas-ma-boutique.example/", sources=own)["referer_type"] == "website"
    assert told("https://www.paypal.com/", sources=own)["referer_type"] == "website"


def test_sites_that_the_user_knows_come_before_the_tables():
    known = Sources(
        known_sites=(
            KnownSite("forum-du-the.example", "social", "Forum du thé"),
            KnownSite("moteur.*", "search"),
            KnownSite("github.com", "website", "GitHub"),
        )
    )
    forum = told("https://www.forum-du-the.example/t/1", sources=known)
    assert (forum["referer_type"], forum["referer_name"], forum["channel"]) == (
        "social",
        "Forum du thé",
        "Organic Social",
    )
    engine = told("https://moteur.co.uk/?q=oolong", sources=known)
    assert (engine["referer_type"], engine["referer_name"], engine["search_terms"]) == ("search", "moteur.*", "oolong")
    assert told("https://github.com/a", sources=known)["channel"] == "Referral"
    campaign = told(None, "utm_source=forum+du+th%C3%A9&utm_medium=cpc", sources=known)
    assert campaign["channel"] == "Paid Social"


@pytest.mark.parametrize("host", ["https://example.org/", "example.org/a", "a b.example", "", " ", "."])
def test_what_is_no_host_is_refused_by_name(host):
    with pytest.raises(SettingsError, match="A list of hosts cannot hold") as refused:
        told(None, sources=Sources(own_hosts=(host,)))
    assert repr(host) in str(refused.value)


def test_a_kind_that_is_none_is_refused_with_its_place():
    with pytest.raises(SettingsError, match=r"known site 2 \(b.example\) cannot be 'forum'"):
        told(None, sources=Sources(known_sites=(KnownSite("a.example", "social"), KnownSite("b.example", "forum"))))


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        (
            "utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e&utm_id=f",
            {"source": "a", "medium": "b", "name": "c", "term": "d", "content": "e", "id": "f"},
        ),
        (
            "mtm_source=a&mtm_medium=b&mtm_campaign=c&mtm_kwd=d&mtm_content=e&mtm_cid=f",
            {"source": "a", "medium": "b", "name": "c", "term": "d", "content": "e", "id": "f"},
        ),
        ("pk_cpn=c&piwik_keyword=d", {"name": "c", "term": "d"}),
        ("matomo_campaign=c&utm_campaign=g", {"name": "g"}),
        ("UTM_Campaign=%C3%A9t%C3%A9+2026", {"name": "été 2026"}),
        ("utm_campaign=&utm_campaign=second", {"name": "second"}),
        ("utm_campaign=a&utm_campaign=b", {"name": "a"}),
        ("utm_campaign=+%20", {}),
        ("utm_campaign=a%0Ab", {"name": "a%0Ab"}),
        ("gclid=1", {"source": "google", "medium": "cpc", "click_id": "gclid"}),
        ("gclid=1&utm_source=g&utm_medium=m", {"source": "g", "medium": "m", "click_id": "gclid"}),
        ("msclkid=1", {"source": "bing", "medium": "cpc", "click_id": "msclkid"}),
        ("fbclid=1", {"click_id": "fbclid"}),
        ("gclid=", {}),
        ("article=utm_campaign", {}),
        ("x=1&y=2", {}),
    ],
)
def test_campaigns_are_read_from_the_query(query, columns):
    event = told(None, query)
    found = {name.removeprefix("campaign_"): value for name, value in event.items() if name.startswith("campaign_")}
    assert {name: value for name, value in found.items() if value is not None} == columns


def test_without_referrers_campaigns_are_told_and_without_pages_referrers():
    campaign = pa.RecordBatch.from_pydict({"location": [f"{PAGE}?utm_source=a"]})
    names = enrich_batch(campaign, EnrichSettings()).schema.names
    assert "campaign_source" in names
    assert "channel" not in names
    referrer = pa.RecordBatch.from_pydict({"referer": ["https://www.google.com/"], "vhost": ["www.google.com"]})
    assert enrich_batch(referrer, EnrichSettings()).to_pylist()[0]["referer_type"] == "internal"


def test_unticked_nothing_is_added():
    assert not {"channel", "referer_type", "campaign_name"} & set(told(None, traffic_sources=False))


@pytest.mark.parametrize(
    ("referer", "kind"),
    [
        ("https://" + "a." * 5000 + "example/", None),
        ("https://" + "mail" * 60 + ".example/", "website"),
        ("https://www.google.com/search?q=" + "%" * 100_000, "search"),
        ("https://www.google.com/search?" + "&" * 100_000, "search"),
        ("https://www.google.com/search?" + "q" * 100_000, "search"),
        ("https://%00.example/", None),
        ("https://www.google.com\\@evil.example/", "website"),  # of evil.example
        ("https://google@evil.example/", "website"),
        ("https://google.github.io/", "website"),
        ("https://....../", "website"),
        ("https://-/", "website"),
        ("\ud7ff\x00\x7f", None),
        ("//", None),
        ("https://", None),
    ],
)
def test_hostile_referrers_get_a_type_or_none(referer, kind):
    assert told(referer)["referer_type"] == kind


def test_time_grows_with_the_length_of_what_is_hostile():
    def seconds(length):
        hostile = (
            "&".join(f"utm_campaign{place}=shop" for place in range(length // 16)) + "&utm_campaign=" + "s" * length
        )
        hostile += "&utm_source=" + "a." * (length // 2) + "&utm_medium=" + "c" * length
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        for _ in range(5):
            told(f"https://www.google.com/search?{hostile}", hostile)
        return resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun

    seconds(1_000)
    assert seconds(400_000) < 8 * max(seconds(100_000), 0.05)


def test_the_public_suffix_list_is_read_without_any_network():
    def refuse(*_):
        raise AssertionError

    real, socket.socket.connect = socket.socket.connect, refuse
    try:
        assert referrersites.registrable("a.b.never-seen-before.co.uk") == "never-seen-before.co.uk"
    finally:
        socket.socket.connect = real


def test_every_host_of_the_tables_is_of_a_known_kind_and_written_as_it_is_compared():
    for host, site in referrersites.SITES.items():
        assert site.kind in SITE_KINDS
        assert host == referrersites.host_of(host)
        assert referrersites.lookup(Sources()).site(host.replace(".*", ".com")) == site, host
