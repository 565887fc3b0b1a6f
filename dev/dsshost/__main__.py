"""``python -m dev.dsshost run FLOW.json``, ``... build FLOW.json --target NAME`` and ``... check PLUGIN``."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path
from typing import Any, get_args

from dev.dsshost.components import ComponentFailed
from dev.dsshost.descriptors import check_plugin
from dev.dsshost.flow import run_flow
from dev.dsshost.graph import objects
from dev.dsshost.jobs import JobType, build, told
from dev.dsshost.package_check import check_zip
from dev.dsshost.storage import BadData
from dev.dsshost.strictjson import BadPlugin, strict_json


def main() -> int:
    """Run a flow, build parts of it, or check a plugin's folder or zip; 1 and what is wrong when something is."""
    parser = argparse.ArgumentParser(prog="python -m dev.dsshost", description="A stand-in of the DSS host")
    parser.add_argument("command", choices=["run", "build", "check"])
    parser.add_argument("path", type=Path, help="a flow file, or a plugin's folder or zip")
    parser.add_argument("--target", action="append", help="build: a dataset or folder; the last one unless given")
    parser.add_argument("--partitions", help="build: such as 2026-03-28/2026-03-30, PREVIOUS_DAY or missing:8")
    parser.add_argument("--job-type", choices=get_args(JobType), help="build: as the host names it")
    arguments = parser.parse_args()
    try:
        if arguments.command == "check":
            found = check_zip(arguments.path) if arguments.path.is_file() else check_plugin(arguments.path)
            print(f"{arguments.path}: {len(found)} components: {', '.join(found)}")
            return 0
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        if arguments.command == "build":
            return _build(strict_json(arguments.path), arguments)
        result = run_flow(strict_json(arguments.path), lambda text: print(text, file=sys.stderr, flush=True))
        print(json.dumps({"rows": result.rows, "seconds": {k: round(v, 2) for k, v in result.seconds.items()}}))
    except (ComponentFailed, BadData, BadPlugin) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _build(flow: dict[str, Any], arguments: argparse.Namespace) -> int:
    last = flow["recipes"][-1]
    targets = arguments.target or list(objects(last, "outputs"))
    result = build(flow, targets, arguments.partitions, job_type=arguments.job_type, on_progress=print)
    print("\n".join(told(result)) or "nothing is missing")
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
