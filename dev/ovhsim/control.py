"""Calls that steer a running host: they exist where its options say so, and only under a loopback name."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from dev.ovhsim import faults as descriptions
from dev.ovhsim.answers import Answer, text
from dev.ovhsim.asked import Asked
from dev.ovhsim.faults import Faults
from dev.ovhsim.journal import Journal

PREFIX = "/_sim/"
# By method and by name below /_sim/; a ValueError says what is wrong with the body, which is None unless there is one.
Calls = Mapping[tuple[str, str], Callable[[Any], object]]


def answer(asked: Asked, body: bytes, faults: Faults, journal: Journal, calls: Calls) -> Answer:
    """POST and DELETE /_sim/faults, GET /_sim/journal, and what else there is."""
    if not _loopback(asked.headers.get("host", "")):
        # Another name that leads here is a page in somebody's browser.
        return text(403, "Only under a loopback name.", media="text/plain")
    key = asked.method, asked.path.removeprefix(PREFIX)
    try:
        if key == ("POST", "faults"):
            added = descriptions.read(body)
            faults.add(*added)
            return _json(201, {"added": len(added)})
        if key in calls:
            calls[key](json.loads(body) if body else None)
            return Answer(204)
    except ValueError as error:
        return _json(400, {"error": str(error)})
    if key == ("DELETE", "faults"):
        faults.clear()
        return Answer(204)
    if key == ("GET", "journal"):
        return _json(200, [request.document() for request in list(journal.requests)])
    return _json(404, {"error": f"There is no {asked.method} {asked.path}."})


def _json(status: int, document: object) -> Answer:
    return text(status, json.dumps(document), media="application/json")


def _loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
