"""``python -m dev.fuzz --seconds 300``: search for bytes that break a property, until the time is over."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ovh_weblogs"]):
    from ovh_weblogs import pipeline  # noqa: F401 - imported here so that it is instrumented

from dev.fuzz import properties, seeds

_LONGEST = 8_192  # bytes of an input: some lines


def one_input(data: bytes) -> None:
    """The first byte chooses the format, the rest is read by it, and as a file.

    Raises:
        PropertyBroken: A property does not hold.
    """
    if data:
        properties.check(data[1:], properties.Choice.of(data[0]))
        properties.check_stream(data[1:])


def main() -> None:
    """Search; the status tells whether something was found, and the input is left in the folder."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.fuzz", description="Search for lines that the parser cannot stand"
    )
    parser.add_argument("--seconds", type=int, default=300, help="how long to search (default: 300)")
    parser.add_argument(
        "--out", type=Path, default=Path("out/fuzz"), help="inputs, and what breaks (default: out/fuzz)"
    )
    parser.add_argument("--again", type=Path, metavar="FILE", help="read this one input again, and nothing else")
    given = parser.parse_args()
    if given.again:
        one_input(given.again.read_bytes())
        print(f"{given.again} breaks nothing.")
        return
    corpus, dictionary = given.out / "corpus", given.out / "words.txt"
    seeds.write(corpus, dictionary)
    limits = [f"-max_total_time={given.seconds}", f"-max_len={_LONGEST}", "-timeout=20", "-rss_limit_mb=2048"]
    places = [f"-dict={dictionary}", f"-artifact_prefix={given.out}/", str(corpus)]
    atheris.Setup([sys.argv[0], *limits, "-print_final_stats=1", *places], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
