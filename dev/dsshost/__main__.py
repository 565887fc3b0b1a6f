"""``python -m dev.dsshost run FLOW.json`` and ``python -m dev.dsshost check PLUGIN``."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

from dev.dsshost.components import ComponentFailed
from dev.dsshost.descriptors import check_plugin
from dev.dsshost.flow import run_flow
from dev.dsshost.package_check import check_zip
from dev.dsshost.storage import BadData
from dev.dsshost.strictjson import BadPlugin, strict_json


def main() -> int:
    """Run a flow, or check a plugin's folder or zip; 1 with one sentence when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m dev.dsshost", description="A stand-in of the DSS host")
    parser.add_argument("command", choices=["run", "check"])
    parser.add_argument("path", type=Path, help="a flow file, or a plugin's folder or zip")
    arguments = parser.parse_args()
    try:
        if arguments.command == "check":
            found = check_zip(arguments.path) if arguments.path.is_file() else check_plugin(arguments.path)
            print(f"{arguments.path}: {len(found)} components: {', '.join(found)}")
            return 0
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        result = run_flow(strict_json(arguments.path), lambda text: print(text, file=sys.stderr, flush=True))
        print(json.dumps({"rows": result.rows, "seconds": {k: round(v, 2) for k, v in result.seconds.items()}}))
    except (ComponentFailed, BadData, BadPlugin) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
