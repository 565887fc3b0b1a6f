"""``python -m dev.ovhsim --data DIR``: a log host until it is interrupted; one line of JSON names its address."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from pathlib import Path

from dev.ovhsim import Fault, LogHost, Options, User


def _user(text: str) -> tuple[str, User]:
    login, password, *fqdns = text.split(":", 2)
    return login, User(password, tuple(fqdns[0].split(",")) if fqdns else None)


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m dev.ovhsim", description="A simulated OVH log host on loopback")
    parser.add_argument("--data", type=Path, required=True, help="one folder per fqdn, holding its day files")
    parser.add_argument(
        "--user", type=_user, action="append", default=[], help="login:password, then :fqdn,fqdn if limited"
    )
    parser.add_argument("--faults", type=Path, help="a JSON list of faults")
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--control", action="store_true", help="answer to /_sim/journal and DELETE /_sim/faults")
    arguments = parser.parse_args()
    faults = [Fault(**entry) for entry in json.loads(arguments.faults.read_text())] if arguments.faults else []
    options = Options(users=dict(arguments.user), control=arguments.control)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with LogHost(arguments.data, options=options, faults=faults, port=arguments.port) as host:
        print(json.dumps({"log_host": host.url, "pid": os.getpid()}), flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
