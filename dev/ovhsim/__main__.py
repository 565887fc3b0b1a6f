"""``python -m dev.ovhsim``: a log host, an API, or both, until it is interrupted; one line of JSON names them.

``--data DIR`` starts the log host alone, ``--account [FILE]`` the API beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import signal
import tempfile
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from dev.dayfiles import write_day
from dev.ovhsim import Account, Api, ApiOptions, Fault, LogHost, Options, Tokens, User, default_account
from dev.ovhsim.api.files import read as read_account
from dev.ovhsim.faults import read as read_faults

_CHOICES = {
    "tree": ("current", "old", "both"),
    "index": ("apache", "bare", "kinds", "off"),
    "encoding": ("none", "gzip", "x-gzip", "plain"),
    "etag": ("strong", "weak", "none"),
    "token_by": ("both", "cookie", "query"),
}
_STANDARD = Path()  # --account without a file


def _user(text: str) -> tuple[str, User]:
    login, password, *fqdns = text.split(":", 2)
    return login, User(password, tuple(fqdns[0].split(",")) if fqdns else None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dev.ovhsim", description="A simulated OVH on loopback")
    parser.add_argument("--data", type=Path, help="one folder per fqdn, holding its day files")
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
    parser.add_argument("--token-refused", type=int, choices=(401, 403), default=403, help="for a token that has ended")
    parser.add_argument("--token-redirect", action="store_true", help="a token in an address becomes a cookie")
    parser.add_argument("--bare", action="store_true", help="no tag, no date, no parts, no length")
    for name, values in _CHOICES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", choices=values, default=values[0])
    _add_api(parser.add_argument_group("the API"))
    return parser


def _add_api(group: Any) -> None:
    group.add_argument(
        "--account",
        type=Path,
        nargs="?",
        const=_STANDARD,
        metavar="FILE",
        help="start it too, for an account in JSON, with the attributes of Account; without FILE for one with a service"
        " of every kind, whose keys are printed. Without --data, each own log holds one line of yesterday",
    )
    group.add_argument("--errors", choices=("class", "code"), default="class", help="shape of its errors")
    group.add_argument("--api-faults", type=Path, metavar="FILE", help="as --faults")
    group.add_argument("--api-port", type=int, default=0, help="0 for any that is free")


def _options(arguments: argparse.Namespace, users: dict[str, User]) -> Options:
    names = (*_CHOICES, "foreign", "token_refused", "token_redirect", "control")
    chosen: dict[str, Any] = {name: getattr(arguments, name) for name in names}
    options = Options(users=users, **chosen)
    return options.bare() if arguments.bare else options


def _faults(path: Path | None) -> list[Fault]:
    return read_faults(path.read_text(encoding="utf-8")) if path else []


def _account(path: Path | None) -> Account | None:
    if path is None:
        return None
    return default_account() if path == _STANDARD else read_account(path.read_text(encoding="utf-8"))


def _write_yesterday(folder: Path, account: Account) -> None:
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    for service in account.services:
        for log in service.own_logs:
            line = f'198.51.100.1 {log.fqdn} - [{yesterday:%d/%b/%Y}:12:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'
            if log.status == "created":
                write_day(folder, log.fqdn, yesterday.date(), [line.encode()])


def _keys(account: Account) -> dict[str, str]:
    """Of the account that is not in a file."""
    application, credential, client = account.applications[0], account.credentials[0], account.service_accounts[0]
    return {
        "application_key": application.key,
        "application_secret": application.secret,
        "consumer_key": credential.consumer_key,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }


def _started(
    arguments: argparse.Namespace, options: Options, account: Account | None, stack: contextlib.ExitStack
) -> dict[str, Any]:
    """Start what is asked for; addresses and keys, to be printed."""
    data, tokens = arguments.data, Tokens()
    if account and not data:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _write_yesterday(data, account)
    faults, shared = _faults(arguments.faults), {"tokens": tokens, "tls": arguments.tls}
    host = stack.enter_context(LogHost(data, options=options, faults=faults, port=arguments.port, **shared))
    line = {"log_host": host.url, "control": f"{host.url}/_sim" if options.control else None, "pid": os.getpid()}
    if account is None:
        return line
    account.log_host = account.log_host or host.url
    behaviour = ApiOptions(errors=arguments.errors, control=options.control)
    faults = _faults(arguments.api_faults)
    api = stack.enter_context(Api(account, options=behaviour, faults=faults, port=arguments.api_port, **shared))
    control = f"{api.origin}/_sim" if options.control else None
    keys = _keys(account) if arguments.account == _STANDARD else {}
    return {**line, "api_url": api.url, "token_url": api.token_url, "api_control": control, **keys}


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = _parser()
    arguments = parser.parse_args()
    if not arguments.data and not arguments.account:
        parser.error("--data or --account is needed")
    users = dict(arguments.user) or {"reader": User(secrets.token_urlsafe(12))}
    made_up = {} if arguments.user else {"login": "reader", "password": users["reader"].password}
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with contextlib.ExitStack() as stack:
        try:
            options, account = _options(arguments, users), _account(arguments.account)
            line = _started(arguments, options, account, stack)
        except (OSError, ValueError) as error:
            parser.error(str(error))
        print(json.dumps({**line, **made_up}), flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
