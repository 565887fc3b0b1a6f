"""Calls that steer a running host: they exist where its options say so, and only under a loopback name."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from dev.ovhsim import faults as descriptions
from dev.ovhsim.answers import Answer, text
from dev.ovhsim.faults import Faults, WrongFault
from dev.ovhsim.journal import Journal

PREFIX = "/_sim/"


def answer(method: str, path: str, headers: Mapping[str, str], body: bytes, faults: Faults, journal: Journal) -> Answer:
    """POST and DELETE /_sim/faults, GET /_sim/journal."""
    if not _loopback(headers.get("host", "")):
        # Another name that leads here is a page in somebody's browser.
        return text(403, "Only under a loopback name.", media="text/plain")
    if (method, path) == ("POST", f"{PREFIX}faults"):
        try:
            added = descriptions.read(body)
        except WrongFault as error:
            return _json(400, {"error": str(error)})
        faults.add(*added)
        return _json(201, {"added": len(added)})
    if (method, path) == ("DELETE", f"{PREFIX}faults"):
        faults.clear()
        return Answer(204)
    if (method, path) == ("GET", f"{PREFIX}journal"):
        return _json(200, [request.document() for request in list(journal.requests)])
    return _json(404, {"error": f"There is no {method} {path}."})


def _json(status: int, document: object) -> Answer:
    return text(status, json.dumps(document), media="application/json")


def _loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
