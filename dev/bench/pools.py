"""Texts that benchmark lines are put together from, made once: drawing is cheaper than making."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

USER_AGENTS = 25_000
PATHS = 80_000
REFERERS = 630
ADDRESSES_PER_LINE = 0.115  # distinct addresses: 115,000 in a million lines
VISITORS_PER_LINE = 0.124  # distinct pairs of address and user agent
_IPV6_SHARE = 0.06

_SYSTEMS = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "Linux; Android 14; SM-S918B",
    "Linux; Android 13; Pixel 7 Pro",
)
_VOCABULARY = (
    "archive article assets basket blog brand catalogue category checkout collection comments contact content delivery "
    "events features files gallery guide help images index journal library manual media member news offers order page "
    "photos plugin press products profile projects reader review search season services shop stories style support "
    "tags team themes topics uploads video weekly wishlist"
)
_WORDS = _VOCABULARY.split()
_ENDINGS = ("", "/", ".html", ".php", ".css", ".js", ".png", ".jpg", "/?page={n}", "/?utm_source=letter&utm_id={n}")
_METHODS = ("GET",) * 18 + ("POST", "HEAD")
_STATUSES = (200,) * 16 + (304, 304, 302, 404)
_SEARCH = ("https://www.google.com/", "https://www.bing.com/", "https://duckduckgo.com/", "-", "-", "-", "-", "-")


@dataclass(frozen=True)
class Site:
    """What a line is drawn from, whoever asked."""

    agents: tuple[str, ...]
    requests: tuple[str, ...]
    answers: tuple[str, ...]
    referers: tuple[str, ...]
    vhosts: tuple[str, ...] = ("www.example.com", "www.example.com", "shop.example.com", "example.com")


@cache
def site(seed: int) -> Site:
    """One busy site: the same for files of any size."""
    rng = random.Random(seed)
    return Site(_agents(rng), _requests(rng), _answers(rng), _referers(rng))


def visitors(lines: int, agents: Sequence[str], rng: random.Random) -> list[tuple[str, str]]:
    """Pairs of address and user agent; their number grows with the lines."""
    addresses = _addresses(max(1, round(lines * ADDRESSES_PER_LINE)), rng)
    pairs = max(len(addresses), round(lines * VISITORS_PER_LINE))
    return [(addresses[n % len(addresses)], agents[n % len(agents)]) for n in range(pairs)]


def _addresses(count: int, rng: random.Random) -> list[str]:
    # Private (RFC 1918) and for documentation (RFC 3849): nobody's address.
    ipv6 = round(count * _IPV6_SHARE)
    ipv4 = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in rng.sample(range(1 << 24), count - ipv6)]
    return ipv4 + [f"2001:db8:{rng.randrange(1 << 16):x}:{n:x}::1" for n in range(ipv6)]


def _agents(rng: random.Random) -> tuple[str, ...]:
    agents = []
    for n in range(USER_AGENTS):
        system, major = _SYSTEMS[n % len(_SYSTEMS)], rng.randrange(90, 140)
        build = f"{major}.0.{rng.randrange(1000)}.{n}"
        mobile = "Mobile " if "Android" in system else ""
        agents.append(
            f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{build} {mobile}Safari/537.36"
        )
    rng.shuffle(agents)
    return tuple(agents)


def _requests(rng: random.Random) -> tuple[str, ...]:
    requests = []
    for n in range(PATHS):
        folders = "/".join(rng.choices(_WORDS, k=2))
        path = f"/{folders}/{n}{_ENDINGS[n % len(_ENDINGS)].format(n=n % 97)}"
        requests.append(f"{rng.choice(_METHODS)} {path} HTTP/{'2.0' if n % 3 else '1.1'}")
    return tuple(requests)


def _answers(rng: random.Random) -> tuple[str, ...]:
    return tuple(f"{rng.choice(_STATUSES)} {rng.randrange(90, 250_000)}" for _ in range(20_000))


def _referers(rng: random.Random) -> tuple[str, ...]:
    own = [f"https://www.example.com/{rng.choice(_WORDS)}/{n}.html" for n in range(REFERERS - len(set(_SEARCH)))]
    return tuple(own + list(_SEARCH) * (2 * REFERERS // len(_SEARCH)))
