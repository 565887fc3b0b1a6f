"""Files of the WT1 tracker of any size, for benchmarks: the same lines for the same arguments, on every machine.

A third of the lines have columns of their parameters; 0.5 % are hard, as the tracker's quirks make them.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dev.bench import pools
from dev.bench.corpus import HARD_SHARE, SEED, Corpus, kept, of_kind, recipe
from dev.traffic import wt1
from dev.traffic.requests import Client
from dev.traffic.wt1 import Event, Layout

_FILE = "tracker/2025/03/12/23/59-59.log.gz"
_LAYOUT = Layout(0, global_ids=True, inlined=(("client",), (), ("action", "produit")))
_START = 1_741_734_000_000  # 2025-03-12, in milliseconds
_DAY = 86_400_000
_BLOCK = 10_000  # lines made at a time
_SIZES = ((1920, 1080), (1366, 768), (390, 844), (412, 915), (1536, 864))
_PARAMS = ("", "", "", "", "action=ajout&produit=Th%C3%A9+vert%20bio", "recherche=sencha")

REFUSED = "a tab in an id"
HARD: dict[str, dict[str, Any]] = {
    "a backslash at the end": {"referrer": "https://example.net/a\\"},
    "a tab in a text": {"type": "pa\tge"},
    "a quote in the language": {"language": 'fr"FR'},
    "a quote in a text": {"location": 'https://www.example.com/"a"'},
    "UTF-8": {"location": "https://www.example.com/thé"},
    "a zone that is no number": {"timezone_offset": "x"},
    REFUSED: {"visitor_id": "0\t0"},
}


def content(lines: int, seed: int = SEED) -> Iterator[bytes]:
    """The uncompressed file, some lines at a time; the first is its header."""
    rng = random.Random(seed)
    site = pools.site(seed)
    visitors = pools.visitors(lines, site.agents, rng)
    yield f"{_LAYOUT.header}\n".encode()
    hard = dict(zip(sorted(rng.sample(range(1, lines), hard_lines(lines))), range(lines), strict=False))
    for start in range(1, lines, _BLOCK):
        events = (_event(site, visitors, position, lines, rng) for position in range(start, min(start + _BLOCK, lines)))
        changed = (
            event._replace(**list(HARD.values())[hard[position] % len(HARD)]) if position in hard else event
            for position, event in enumerate(events, start)
        )
        yield "".join(f"{event.line(_LAYOUT)}\n" for event in changed).encode()


def hard_lines(lines: int) -> int:
    """How many hard lines a file of that many lines holds."""
    return round((lines - 1) * HARD_SHARE)


def refused_lines(lines: int) -> int:
    """How many of the hard lines are refused."""
    return of_kind(list(HARD).index(REFUSED), len(HARD), hard_lines(lines))


def _event(site: pools.Site, visitors: list[tuple[str, str]], position: int, lines: int, rng: random.Random) -> Event:
    number = rng.randrange(len(visitors))
    address, agent = visitors[number]
    visitor = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    moment = _START + position * _DAY // lines
    path = rng.choice(site.requests).split(" ")[1]
    return Event(
        moment,
        moment + number % 1_800 - 900,
        Client(address, agent, "FR", "browser"),
        visitor[:15],
        visitor[-15:],
        f"https://www.example.com{path}",
        rng.choice(site.referers).replace("-", ""),
        "page",
        "client=oui" if number % 4 == 0 else None,
        None,
        rng.choice(_PARAMS),
        _SIZES[number % len(_SIZES)],
        _SIZES[number % len(_SIZES)],
        "fr",
        "-60",
        visitor if number % 40 else "",
    )


def corpus(lines: int, folder: Path, seed: int = SEED) -> Corpus:
    """The corpus of that many lines, its header counted, made unless it is in the folder already.

    Args:
        lines: How many.
        folder: Where corpora are kept; each has a folder of its own.
        seed: Of the random draws.
    """
    root = folder / f"tracker-{lines}-seed-{seed}-{recipe(__file__, pools.__file__, wt1.__file__)}"
    kept(root, _FILE, content(lines, seed))
    return Corpus(str(root), _FILE, lines, hard_lines(lines), 1 + refused_lines(lines))
