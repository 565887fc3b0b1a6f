"""Files of any size that gzip cannot make smaller: for what grows with the bytes that are fetched."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from dev.bench.corpus import SEED, Corpus, kept, recipe
from dev.bench.data import DAY, DOMAIN
from dev.dayfiles import day_name

_LINE = 500  # bytes: a million lines are a file of 500 MB
_BLOCK = 2_000  # lines made at a time


def content(lines: int, seed: int = SEED) -> Iterator[bytes]:
    """The uncompressed file, some lines at a time; the same bytes for the same arguments."""
    rng = random.Random(seed)
    for start in range(0, lines, _BLOCK):
        yield b"".join(rng.randbytes(_LINE - 1) + b"\n" for _ in range(min(_BLOCK, lines - start)))


def corpus(lines: int, folder: Path, seed: int = SEED) -> Corpus:
    """The corpus of that many lines, made unless it is in the folder already; arguments as ``data.corpus``."""
    root, file = folder / f"noise-{lines}-seed-{seed}-{recipe(__file__)}", f"{DOMAIN}/{day_name(DOMAIN, DAY)}"
    kept(root, file, content(lines, seed))
    return Corpus(str(root), file, lines, 0, 0)
