"""Access logs of any size in OVH's format, for benchmarks: the same lines for the same arguments, on every machine.

A million lines hold 115,000 addresses, 25,000 user agents, 80,000 paths, and 0.5 % hard lines.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from dev.bench import pools
from dev.bench.corpus import HARD_SHARE, SEED, Corpus, kept, of_kind, recipe

DOMAIN = "example.com"
DAY = date(2025, 3, 12)
_LOGGED_DAY = "12/Mar/2025"
_BLOCK = 50_000  # lines made at a time, so that making a file needs little memory

CUT = "cut"
_ADDRESS = "198.51.100.7"
_HEAD = "{address} www.example.com - [{time}] "
_PLAIN = _HEAD + '"GET /index.html HTTP/1.1" 200 5120 "https://www.example.com/" "Mozilla/5.0 (X11; Linux x86_64)"'

# One kind after another, so that any 14 hard lines hold every kind. Raw bytes stand as surrogates (PEP 383).
HARD_KINDS = {
    "quote in the agent": _HEAD + r'"GET /a HTTP/1.1" 200 512 "-" "Agent \"quoted\" 1.0"',
    "quote in the request": _HEAD + r'"GET /a\"b.html HTTP/1.0" 404 196 "-" "Mozilla/5.0"',
    "quote in the referrer": _HEAD + r'"GET /a HTTP/1.1" 200 512 "https://example.net/?q=\"x\"" "Mozilla/5.0"',
    "TLS greeting": _HEAD + r'"\x16\x03\x01\x02" 400 226 "-" "-"',
    "no size": _HEAD + '"GET /a HTTP/1.1" 304 - "-" "Mozilla/5.0"',
    "IPv6": _PLAIN.replace("{address}", "2001:db8:4f::1a"),
    "empty request": _HEAD + '"-" 408 - "-" "-"',
    "blanks in the target": _HEAD + '"GET /a b c.html HTTP/1.1" 404 196 "-" "Mozilla/5.0"',
    "Latin-1 byte": _HEAD + '"GET /caf\udce9 HTTP/1.1" 404 196 "-" "Mozilla/5.0"',
    "UTF-8": _HEAD + '"GET /café HTTP/1.1" 404 196 "-" "Mozilla/5.0 — été"',
    "final backslash": _HEAD + r'"GET /a HTTP/1.1" 200 512 "-" "Agent\\"',
    "empty fields": _HEAD + '"GET /a HTTP/1.1" 200 512 "" ""',
    "separators": _HEAD + '"GET /a;b\'c HTTP/1.1" 200 512 "-" "Agent\t;\'x\'"',
    CUT: _PLAIN[:-12],
}


def content(lines: int, seed: int = SEED) -> Iterator[bytes]:
    """The uncompressed file, some lines at a time; the same bytes for the same arguments."""
    rng = random.Random(seed)
    site = pools.site(seed)
    visitors = pools.visitors(lines, site.agents, rng)
    visitors += rng.choices(visitors, k=lines - len(visitors))  # each of them once, then any
    rng.shuffle(visitors)
    hard = dict(zip(sorted(rng.sample(range(lines), hard_lines(lines))), range(lines), strict=False))
    for start in range(0, lines, _BLOCK):
        stop = min(start + _BLOCK, lines)
        drawn = _easy(site, visitors[start:stop], start, lines, rng)
        for position in range(start, stop):
            if position in hard:
                drawn[position - start] = _hard(hard[position], position, lines)
        yield ("\n".join(drawn) + "\n").encode("utf-8", "surrogateescape")


def hard_lines(lines: int) -> int:
    """How many hard lines a file of that many lines holds."""
    return round(lines * HARD_SHARE)


def cut_lines(lines: int) -> int:
    """How many of the hard lines are cut."""
    return of_kind(list(HARD_KINDS).index(CUT), len(HARD_KINDS), hard_lines(lines))


def _easy(site: pools.Site, visitors: list[tuple[str, str]], start: int, lines: int, rng: random.Random) -> list[str]:
    count = len(visitors)
    drawn = zip(
        visitors,
        rng.choices(site.vhosts, k=count),
        rng.choices(site.requests, k=count),
        rng.choices(site.answers, k=count),
        rng.choices(site.referers, k=count),
        strict=True,
    )
    texts = []
    last, time = -1, ""
    for position, ((address, agent), vhost, request, answer, referer) in enumerate(drawn, start):
        second = position * 86_400 // lines
        if second != last:
            last, time = second, _time(second)
        texts.append(f'{address} {vhost} - [{time}] "{request}" {answer} "{referer}" "{agent}"')
    return texts


def _hard(number: int, position: int, lines: int) -> str:
    kinds = tuple(HARD_KINDS.values())
    time = _time(position * 86_400 // lines)
    return kinds[number % len(kinds)].replace("{address}", _ADDRESS).replace("{time}", time)


def _time(second: int) -> str:
    return f"{_LOGGED_DAY}:{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} +0100"


def corpus(lines: int, folder: Path, seed: int = SEED) -> Corpus:
    """The corpus of that many lines, made unless it is in the folder already.

    Args:
        lines: How many.
        folder: Where corpora are kept; each has a folder of its own.
        seed: Of the random draws.
    """
    root = folder / f"lines-{lines}-seed-{seed}-{recipe(__file__, pools.__file__)}"
    file = f"{DOMAIN}/{DOMAIN}-{DAY:%d-%m-%Y}.log.gz"  # as the simulated log host has it
    kept(root, file, content(lines, seed))
    return Corpus(str(root), file, lines, hard_lines(lines), cut_lines(lines))
