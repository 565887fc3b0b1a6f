"""Who is no person's browser: robots, libraries and feed readers, told by their agents.

Three sources are put together: our own rules (``botrules``, and the words below), which come first; the patterns of the
package ``crawler-user-agents``, whose tags give the category; and ua-parser's device "Spider". All patterns are looked
for at once. An agent is a claim: whoever hides behind a browser's is not found, and any robot can say Googlebot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from ovh_weblogs.enrichment import botrules
from ovh_weblogs.enrichment.botrules import Rule
from ovh_weblogs.enrichment.patternset import PatternSet, compiled, usable

CATEGORIES = (
    *("search", "ai-training", "ai-search", "ai-user-fetch", "seo", "monitoring", "social-preview"),
    *("feed", "library", "scanner", "other"),
)
_TYPES = {"library": "library", "feed": "rss"}  # any other category is a bot's

# Robots by their own words; Cubot is a brand of phones.
_WORDS = (
    "(?i)crawl|spider|slurp|archiver|headless|lighthouse|validator|link-?check|uptime",
    r"(?i)(?:^|[^u]|(?:^|[^c])u|[a-z0-9]cu)bot(?:[^a-z]|$)",
)
_READERS = (
    r"(?i)feed(?:[^b]|b[^a]|b?$)",  # not feedback
    "(?i)rss(?:[^a-z]|$)",
    r"(?i)[0-9] subscribers?\b",
    "(?i)podcast",
)
# A robot leaves an address for complaints; browsers do not. Libraries and feed readers do it, too.
_CONTACT = (r"(?:\+ ?|\()https?://", r"[\w.-]@[\w-]+\.\w")

# The package's tags. Its "ai-crawler" holds all three ends of such robots.
_TAGS = {
    "search-engine": "search",
    "seo": "seo",
    "monitoring": "monitoring",
    "scanner": "scanner",
    "social-preview": "social-preview",
    "feed-reader": "feed",
    "http-library": "library",
}
# Patterns of the package that also find people: in browsers, editors and apps that show pages.
_PEOPLE = {"Fluid", "Code/1.", "Trae/", "mail.ru", "^Silk/", "WhatsApp"}
# A pattern of the package that finds one of these is left out, whatever it is meant for.
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_ORDINARY = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK} Safari/537.36 Edg/124.0.0.0",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Version/17.4 Safari/605.1.15",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) {_WEBKIT} CriOS/124.0.6367.88 Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 13; SM-S918B; wv) {_BLINK} Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/446.0.0.0;]",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; WOW64; Trident/6.0)",
)

_PRODUCT = re.compile(
    r"(?:compatible; *|^)(?!Mozilla)([\w.!][\w .!&+-]{0,60}?)(?:[/ ]v?(\d[\d.]{0,20}))?(?=[ ;,/()]|$)"
)
_NO_PRODUCT = {"MSIE", "U", "Linux", "Windows", "X11", "http"}
_TOKEN = re.compile(r"(?i)(?<![\w/.-])[\w.-]{0,40}(?:bot|crawl|spider|slurp|archiver)[\w-]{0,20}")
_EDGES = re.compile(r"^[^\w(]+|[^\w)!+]+$")
_ESCAPED = re.compile(r"\\(.)")
_LONGEST_NAME = 60  # characters


@dataclass(frozen=True)
class Robot:
    """What an agent stands for: ``useragent_type`` (bot, library or rss), ``bot_name`` and ``bot_category``."""

    type: str
    name: str | None
    category: str


def told(text: str, spider: str | None = None) -> Robot | None:
    """The robot, library or feed reader that an agent stands for; None for a browser, or for what cannot be told.

    Args:
        text: The agent.
        spider: The family's name where ua-parser takes the agent for a spider's.
    """
    plain = _plain(text)
    rules, patterns, misleading = _rules()
    found = [rules[place] for place in patterns.found(plain) if place not in misleading]
    if not found:
        return _robot("other", _called(plain) or spider) if spider else None
    return _judged(found, plain, spider)


def product(text: str) -> tuple[str, str | None] | None:
    """Name and version by which a robot, library or feed reader calls itself, where they stand in a usual place."""
    found = _PRODUCT.search(text)
    return (found[1].strip(), found[2]) if found else None


@dataclass(frozen=True)
class _Found(Rule):
    """A rule with the step at which it counts."""

    step: str


def _judged(found: Sequence[_Found], plain: str, spider: str | None) -> Robot:
    if found[0].step == "named":
        return _robot(found[0].category, found[0].name or _matched(found[0], plain))
    steps = {rule.step: rule for rule in reversed(found)}
    listed = max(
        (rule for rule in found if rule.step == "listed"), key=lambda rule: len(_span(rule, plain)), default=None
    )
    if listed and listed.category != "library" and ("word" in steps or "library" not in steps):
        return _robot(listed.category, _matched(listed, plain))
    if "word" in steps:
        token = _TOKEN.search(plain)
        return _robot("other", _called(plain) or spider or (token and token[0]))
    if "library" in steps:
        return _robot("library", steps["library"].name or _matched(steps["library"], plain))
    if "reader" in steps:
        return _robot("feed", _called(plain))
    return _robot("library", _matched(listed, plain)) if listed else _robot("other", _called(plain) or spider)


def _called(plain: str) -> str | None:
    name, _ = product(plain) or (None, None)
    return None if name in _NO_PRODUCT else name


def _robot(category: str, name: str | None) -> Robot:
    return Robot(_TYPES.get(category, "bot"), name or None, category)


def _span(rule: Rule, plain: str) -> str:
    found = compiled(rule.pattern).search(plain)
    return found[0] if found else ""


def _matched(rule: Rule, plain: str) -> str | None:
    name = _EDGES.sub("", _span(rule, plain))
    return name if 0 < len(name) <= _LONGEST_NAME else _called(plain)


def _plain(text: str) -> str:
    """The text in printable ASCII, in which all engines read patterns alike; other characters become marks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if " " <= character <= "~" else " " if character < " " else "?" for character in text)


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[_Found, ...], PatternSet, frozenset[int]]:
    """All rules in the order in which they count, their patterns as a set, and the places of those to leave out."""
    rules = (
        *(_Found(rule.category, rule.name, rule.pattern, "named") for rule in botrules.NAMED),
        *_of_step("word", "other", _WORDS),
        *(_Found(rule.category, rule.name, rule.pattern, "library") for rule in botrules.LIBRARIES),
        *_of_step("reader", "feed", _READERS),
        *_listed(),
        *_of_step("contact", "other", _CONTACT),
    )
    patterns = PatternSet([rule.pattern for rule in rules])
    misleading = (place for agent in _ORDINARY for place in patterns.found(agent) if rules[place].step == "listed")
    return rules, patterns, frozenset(misleading)


def _of_step(step: str, category: str, patterns: Iterable[str]) -> Iterable[_Found]:
    return (_Found(category, None, pattern, step) for pattern in patterns)


def _listed() -> Iterable[_Found]:
    for entry in CRAWLER_USER_AGENTS_DATA:
        pattern = entry["pattern"]
        if _ESCAPED.sub(r"\1", pattern) not in _PEOPLE and usable(pattern):
            yield _Found(listed_category(pattern, entry["tags"]), None, pattern, "listed")


def listed_category(pattern: str, tags: Sequence[str]) -> str:
    """The category of an entry of the package, by its tags; of its AI crawlers, by their names."""
    if "ai-crawler" in tags:
        word = pattern.lower()
        if "user" in word:
            return "ai-user-fetch"
        return "ai-search" if "search" in word or "search-engine" in tags else "ai-training"
    return next((_TAGS[tag] for tag in tags if tag in _TAGS), "other")
