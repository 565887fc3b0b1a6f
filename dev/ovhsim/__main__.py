"""``python -m dev.ovhsim --data DIR``: a log host until it is interrupted; one line of JSON names its address."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import threading
from pathlib import Path
from typing import Any

from dev.ovhsim import LogHost, Options, User
from dev.ovhsim.faults import WrongFault, read

_CHOICES = {
    "tree": ("current", "old", "both"),
    "index": ("apache", "bare", "kinds", "off"),
    "encoding": ("none", "gzip", "x-gzip", "plain"),
    "etag": ("strong", "weak", "none"),
}


def _user(text: str) -> tuple[str, User]:
    login, password, *fqdns = text.split(":", 2)
    return login, User(password, tuple(fqdns[0].split(",")) if fqdns else None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dev.ovhsim", description="A simulated OVH log host on loopback")
    parser.add_argument("--data", type=Path, required=True, help="one folder per fqdn, holding its day files")
    parser.add_argument(
        "--user",
        type=_user,
        action="append",
        default=[],
        metavar="LOGIN:PASSWORD[:FQDN,...]",
        help="who may read, and what if limited; without any, one is made up and printed",
    )
    parser.add_argument("--faults", type=Path, metavar="FILE", help="faults in JSON, with the attributes of Fault")
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--control", action="store_true", help="answer POST, DELETE /_sim/faults, GET /_sim/journal")
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"), help="serve https")
    parser.add_argument("--foreign", type=int, choices=(401, 403), default=403, help="for a user of another tree")
    parser.add_argument("--bare", action="store_true", help="no tag, no date, no parts, no length")
    for name, values in _CHOICES.items():
        parser.add_argument(f"--{name}", choices=values, default=values[0])
    return parser


def _options(arguments: argparse.Namespace, users: dict[str, User]) -> Options:
    chosen: dict[str, Any] = {name: getattr(arguments, name) for name in (*_CHOICES, "foreign", "control")}
    options = Options(users=users, **chosen)
    return options.bare() if arguments.bare else options


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = _parser()
    arguments = parser.parse_args()
    try:
        faults = read(arguments.faults.read_text(encoding="utf-8")) if arguments.faults else []
    except (OSError, WrongFault) as error:
        parser.error(str(error))
    users = dict(arguments.user) or {"reader": User(secrets.token_urlsafe(12))}
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with LogHost(
        arguments.data, options=_options(arguments, users), faults=faults, port=arguments.port, tls=arguments.tls
    ) as host:
        line = {"log_host": host.url, "control": f"{host.url}/_sim" if arguments.control else None, "pid": os.getpid()}
        made_up = {} if arguments.user else {"login": "reader", "password": users["reader"].password}
        print(json.dumps({**line, **made_up}), flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
