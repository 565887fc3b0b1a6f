"""The truth beyond the lines can be told from the lines, by the rules that are usual in web analytics."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dev.traffic.robots import ROBOTS

KNOWN = {  # hosts, what their referrers are and the channel that they stand for
    r"(?:google|bing|duckduckgo|qwant|ecosia|search\.yahoo)\.\w+": ("search", "Organic Search"),
    r"(?:instagram|facebook|pinterest|linkedin)\.\w+|t\.co": ("social", "Organic Social"),
    r"youtube\.com": ("social", "Organic Video"),
    r"(?:chatgpt|claude|perplexity)\.\w+|gemini\.google\.com|copilot\.microsoft\.com": ("ai-assistant", "AI Assistant"),
    r"plus-de-visites\.example": ("spam", "Referral"),
    r".*": ("website", "Referral"),
}
STATIC = re.compile(r"\.(?:css|js|woff2|svg|webp|avif|mp4|ico|txt|xml)$")
CATEGORIES = {
    "/": "home",
    "/recherche": "search",
    "/compte": "account",
    "/panier": "cart",
    "/commande": "checkout",
    "/commande/merci": "order",
    **dict.fromkeys(("/livraison", "/contact", "/retours", "/questions"), "help"),
}
PREFIXES = {"/produits/": "product", "/collections/": "collection", "/admin": "admin"}


def source(row: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Type of referrer, channel and campaign, from referrer and location."""
    host = urlsplit(row["referer"] or "").hostname or ""
    query = {name: values[0] for name, values in parse_qs(urlsplit(row["location"] or "").query).items()}
    campaign = query.get("utm_campaign") or query.get("mtm_campaign")
    if host.removesuffix("example.com").rstrip(".") in ("www", "blog") or host == "example.com":
        return "internal", None, None
    medium = query.get("utm_medium") or query.get("mtm_medium")
    if medium or "gclid" in query:
        return "campaign", by_medium(medium or "cpc", campaign or "", host), campaign
    if not host:
        return "direct", "Direct", None
    bare = re.sub(r"^(?:www|fr|l|m)\.", "", host)
    kind, channel = next(known for pattern, known in KNOWN.items() if re.fullmatch(pattern, bare))
    return kind, channel, None


def by_medium(medium: str, campaign: str, host: str) -> str:
    if "cp" in medium or "paid" in medium:
        if "shop" in campaign:
            return "Paid Shopping"
        return "Paid Social" if "facebook" in host else "Paid Search"
    return {"email": "Email", "display": "Display", "affiliate": "Affiliates", "sms": "SMS"}[medium]


def resource(row: dict[str, Any]) -> str:
    path = urlsplit(row["location"]).path
    if path.startswith("/api/") or path == "/xmlrpc.php":
        return "api"
    if path.endswith(".pdf"):
        return "download"
    return "static" if STATIC.search(path) else "feed" if path == "/feed/" else "page"


def category(row: dict[str, Any]) -> str | None:
    parts = urlsplit(row["location"])
    if resource(row) != "page":
        return None
    if parts.hostname == "blog.example.com":
        return "blog"
    prefixed = (name for prefix, name in PREFIXES.items() if parts.path.startswith(prefix))
    return CATEGORIES.get(parts.path) or next(prefixed, None)


@pytest.fixture(scope="module")
def hits(month) -> list[dict[str, Any]]:
    """Hits of both families that name a page, but the app's."""
    return [row for row in month.truth("lines") if str(row["location"]).startswith("http")]


def share_right(rows: list[dict[str, Any]], column: str, told: Any) -> float:
    """Share of the rows whose truth is known and told; the kinds that are not are shown by the assertion."""
    wrong = Counter((row["hard"], row[column], told(row)) for row in rows if row[column] != told(row))
    return 1 - sum(wrong.values()) / len(rows)


@pytest.mark.parametrize(("column", "place"), [("referer_type", 0), ("channel", 1), ("campaign", 2)])
def test_where_a_hit_came_from_is_told_by_referrer_and_parameters(hits, column, place):
    known = [row for row in hits if row["referer_type"] is not None]
    assert share_right(known, column, lambda row: source(row)[place]) == 1.0


@pytest.mark.parametrize(("column", "told"), [("page_category", category), ("resource_class", resource)])
def test_what_was_asked_for_is_told_by_its_address(hits, column, told):
    known = [row for row in hits if row["resource_class"] is not None and row["method"] != "POST"]
    assert share_right(known, column, told) == 1.0


def test_only_trimmed_addresses_leave_open_what_the_page_was(hits):
    unknown = [row for row in hits if row["resource_class"] is None and row["log_family"] == "tracker"]
    assert unknown
    assert {urlsplit(row["location"]).path for row in unknown} == {"/"}


def test_page_views_are_told_by_method_status_address_and_agent(hits):
    server = [row for row in hits if row["log_family"] == "server"]

    def told(row: dict[str, Any]) -> bool:
        return row["method"] == "GET" and row["status"] in (200, 304) and resource(row) == "page" and not row["is_bot"]

    assert share_right(server, "is_pageview", told) == 1.0


def test_conversions_are_views_of_the_page_that_says_thank_you(hits):
    thanked = [row for row in hits if urlsplit(row["location"]).path == "/commande/merci" and row["is_pageview"]]
    assert thanked == [row for row in hits if row["is_conversion"]]
    assert {row["log_family"] for row in thanked} == {"server", "tracker"}


def test_robots_that_say_so_are_told_by_their_agents_and_hidden_ones_are_not(hits):
    declared = {robot.agent: robot for robot in ROBOTS if robot.declared}
    server = [row for row in hits if row["log_family"] == "server"]
    for row in server:
        robot = declared.get(row["useragent"])
        assert (row["bot_name"], row["bot_category"]) == ((robot.name, robot.category) if robot else (None, None))
        assert row["is_bot"] == (robot is not None)
    assert {row["robot"] for row in server if row["robot"] and not row["is_bot"]} == {
        *("hidden scanner", "hidden brute force", "hidden visits for sale")
    }


def test_one_agent_stands_for_one_robot():
    agents = [robot.agent for robot in ROBOTS]
    assert len(set(agents)) == len(agents)
