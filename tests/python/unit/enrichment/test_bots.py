"""Robots by name and category: what is found, what is not, and that hostile agents cost nothing."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st

from dev.traffic.robots import ROBOTS
from ovh_weblogs.enrichment import botrules, bots, useragent
from tests.python.unit.enrichment.test_useragent import specified

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
)
TYPES = {"library": "library", "feed": "rss"}
HOSTILE = {
    "empty": "",
    "blank": " ",
    "controls": "\x00\x1b[31m\r\n\t\x7f",
    "8 KB of a letter": "a" * 8_192,
    "8 KB of a robot's word": "bot" * 2_730,
    "8 KB of an address": "a@" * 4_096,
    "8 KB of brackets": "(" * 8_192,
    "8 KB of references": "${" * 4_096,
    "8 KB of feeds": "feedb" * 1_638,
    "punycode": "Mozilla/5.0 (compatible; xn--bcher-kva.example)",
    "letters of other scripts": "Mozilla/5.0 (compatible; Бот; ボット)",
    "letters whose other case is ASCII": "google\u212abot \u017fpider \u0130bot",
}


def test_the_reviewed_table_has_every_category():
    assert {row["bot_category"] for row in specified()} == {"", *bots.CATEGORIES}


@pytest.mark.parametrize("row", specified(), ids=lambda row: row["useragent"][:60])
def test_type_and_category_agree(row):
    """is_bot goes with the types bot, library and rss; library and feed are the categories of the latter two."""
    category = row["bot_category"]
    assert (row["is_bot"] == "true") == bool(category) == (row["useragent_type"] in ("bot", "library", "rss"))
    if category:
        assert row["useragent_type"] == TYPES.get(category, "bot")


@pytest.mark.parametrize("entry", CRAWLER_USER_AGENTS_DATA[::5], ids=lambda entry: entry["pattern"])
def test_an_agent_of_the_list_is_a_robot_with_a_known_category(entry):
    for agent in entry["instances"]:
        *_, is_bot, name, category = useragent.classify(agent)
        assert is_bot == (entry["pattern"] not in ("Fluid", r"Trae\/", r"mail\.ru"))
        assert not is_bot or (name and category in bots.CATEGORIES)


@pytest.mark.parametrize(
    ("tags", "pattern", "category"),
    [
        (["seo"], "Some", "seo"),
        (["search-engine"], "Some", "search"),
        (["feed-reader", "seo"], "Some", "feed"),
        (["ai-crawler"], "SomeBot", "ai-training"),
        (["ai-crawler"], "Some-SearchBot", "ai-search"),
        (["search-engine", "ai-crawler"], "Some", "ai-search"),
        (["ai-crawler", "search-engine"], "Some-User", "ai-user-fetch"),
        (["academic"], "Some", "other"),
        (["a tag of next year"], "Some", "other"),
        ([], "Some", "other"),
    ],
)
def test_a_tag_of_the_list_gives_the_category(tags, pattern, category):
    assert bots.listed_category(pattern, tags) == category


def test_words_of_robots_txt_are_no_agents_of_ours():
    names = {rule.name for rule in botrules.NAMED}
    assert not names & {"Google-Extended", "Applebot-Extended"}


def test_each_rule_with_a_name_finds_that_name():
    by_name = [rule for rule in botrules.NAMED if rule.name and rule.pattern == botrules.literal(rule.name)]
    assert len(by_name) > 100
    assert [bots.told(f"{rule.name}/1.0") for rule in by_name] == [
        bots.Robot(TYPES.get(rule.category, "bot"), rule.name, rule.category) for rule in by_name
    ]


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        ("TelegramBot (like TwitterBot)", "TelegramBot"),
        ("FreshRSS/1.11 (Linux; https://freshrss.org) like Googlebot", "FreshRSS"),
        ("Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)", "Feedly"),
        ("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", "LinkedInBot"),
        (f"{CHROME} GPTBot/1.3", "GPTBot"),
        (f"{CHROME} gptbot", "GPTBot"),
    ],
)
def test_of_two_names_the_own_one_counts(agent, robot):
    assert bots.told(agent).name == robot


@pytest.mark.parametrize(
    "agent",
    [
        f"{CHROME} Code/1.88 Electron/28.2",
        f"{CHROME} Vivaldi/6.6",
        "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108 Safari",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36 WhatsApp",
        "Mozilla/5.0 (Windows NT 6.1; Feedback) Gecko/20100101 Firefox/30.0",
        "iOS app 'shop' 2.3",
    ],
)
def test_who_shows_pages_to_people_is_no_robot(agent):
    assert bots.told(agent) is None


def test_a_spider_of_ua_parser_is_one_without_any_pattern():
    assert bots.told("Unheard/1.0", spider="Unheard") == bots.Robot("bot", "Unheard", "other")
    assert bots.told("Mozilla/5.0 (Linux)", spider="Family") == bots.Robot("bot", "Family", "other")


@pytest.mark.parametrize("agent", HOSTILE.values(), ids=HOSTILE)
def test_hostile_agents_have_classes_and_no_empty_name(agent):
    *_, is_bot, name, category = useragent.classify(agent)
    assert is_bot == (category is not None)
    assert name is None or 0 < len(name) <= 80


@pytest.mark.parametrize("unit", ["bot", "a@", "(", "feedb", "${", "compatible; ", "www-", "crawl.", "\x00", "http://"])
def test_an_agent_of_twice_the_length_takes_at_most_three_times_as_long(unit):
    """Of 64 and 128 thousand characters: ``classify`` would look at a thousand, here only the patterns count."""
    bots.told("warm")

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        taken = []
        for _ in range(5):
            begun = time.process_time()
            bots.told(text)
            taken.append(time.process_time() - begun)
        return min(taken)

    assert seconds(128_000) < 3 * seconds(64_000) + 0.01


@given(
    st.lists(
        st.sampled_from(["bot", "Bot/", "(", "+http://x.y", "a@b.c", " ", "Cubot", "feed", "rss", "curl/", "é", "\n"])
    )
)
def test_any_text_is_told_once_and_for_all(pieces):
    agent = "".join(pieces)
    robot = bots.told(agent)
    assert robot == bots.told(agent)
    assert robot is None or (robot.category in bots.CATEGORIES and robot.type == TYPES.get(robot.category, "bot"))


def test_without_re2_the_same_robots_are_found_and_the_log_says_what_is_missing():
    script = (
        "import logging, sys\n"
        "sys.modules['re2'] = None\n"
        "logging.basicConfig(format='%(message)s')\n"
        "from ovh_weblogs.enrichment import bots\n"
        "print([bots.told(agent) for agent in sys.stdin.read().split('\\x1f')])\n"
    )
    agents = [row["useragent"] for row in specified()]
    agents += [entry["instances"][0] for entry in CRAWLER_USER_AGENTS_DATA if entry["instances"]]
    agents += [agent[:1_000] for agent in HOSTILE.values() if "\r" not in agent]
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        input="\x1f".join(agents),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert ran.stdout.strip() == str([bots.told(agent) for agent in agents])
    assert ran.stderr.startswith("The module re2 is missing: robots are looked for more slowly; install google-re2")


@pytest.mark.parametrize("robot", ROBOTS, ids=lambda robot: robot.name)
def test_a_robot_of_the_traffic_is_told_by_its_agent_unless_it_hides(robot):
    kind, *_, is_bot, name, category = useragent.classify(robot.agent)
    assert kind == robot.type
    assert (is_bot, name, category) == ((True, robot.name, robot.category) if robot.declared else (False, None, None))
