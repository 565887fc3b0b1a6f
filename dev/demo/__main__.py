"""``python -m dev.demo [--logs FOLDER] [--out out]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from dev.demo.console import Board, name_files, show, show_found
from dev.demo.errors import DemoFailed
from dev.demo.run import ENGINES, run


def _days(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 366:
        raise argparse.ArgumentTypeError("must be from 1 to 366")
    return number


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; 1 with one sentence when something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.demo",
        description="The main job on a month of logs: served, read, enriched, grouped to visitors, learnt from, shown.",
    )
    parser.add_argument("--logs", type=Path, help="a folder of access logs of your own, in OVH's or combined format")
    parser.add_argument("--out", type=Path, default=Path("out"), help="where everything goes (default: out)")
    parser.add_argument("--days", type=_days, help="days of generated logs (default: 30)")
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="where the flow runs once more")
    given = parser.parse_args(arguments)
    console = Console()
    try:
        with Board(console) as board:
            written = run(given.out, board, logs=given.logs, days=given.days, engine=given.engine)
    except DemoFailed as error:
        print(f"The demo stopped: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The demo stopped: {error}; see to the disk or name another folder with --out.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    show(console, written.summary)
    show_found(console, written.found)
    if written.passed_over:
        console.print(f"No access line in: {', '.join(written.passed_over)}", markup=False, soft_wrap=True)
    name_files(console, written.files)
    failed = [sentence for sentence, holds in written.summary.checks if not holds]
    if failed:
        print(f"The demo's numbers do not agree: {failed[0]}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
