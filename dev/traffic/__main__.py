"""``python -m dev.traffic --days 30 --visitors 2000 --seed 1 --out DIR``."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

from dev.traffic import FIRST_DAY, Written, generate


def _many(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def main(arguments: list[str] | None = None) -> int:
    """Write the traffic; 1 with one sentence when that fails."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.traffic",
        description="Access and tracker logs of a made-up shop, and what is true of each line, session and visitor.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where ovh/, wt1/ and truth/ go")
    parser.add_argument("--days", type=_many, default=30, help="how many days (default: 30)")
    parser.add_argument("--visitors", type=_many, default=2000, help="how many people come in all (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other lines (default: 1)")
    parser.add_argument(
        "--start", type=date.fromisoformat, default=FIRST_DAY, metavar="DAY", help=f"first day (default: {FIRST_DAY})"
    )
    given = parser.parse_args(arguments)
    begun = time.monotonic()
    try:
        written = generate(
            given.out, start=given.start, count=given.days, visitors=given.visitors, seed=given.seed, progress=_tell
        )
    except OSError as error:
        print(f"\nThe traffic cannot be written: {error}; see to the disk or name another folder.", file=sys.stderr)
        return 1
    if sys.stderr.isatty():
        print(file=sys.stderr)
    lines = ", ".join(
        f"{count:,} {family} lines in {written.files[family]} files" for family, count in written.lines.items()
    )
    print(f"{lines}; truth beside them in {given.out / 'truth'} ({time.monotonic() - begun:.1f} s)")
    return 0


def _tell(day: date, written: Written) -> None:
    if sys.stderr.isatty():
        print(f"\r{day}: {written.lines['server']:,} lines", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
