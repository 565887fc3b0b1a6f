"""The manifest of a folder: which of its files are logs, and of which bytes each is."""

from __future__ import annotations

import json
import re
from typing import Any

from ovh_weblogs.errors import InputError
from ovh_weblogs.gunzip import Readable

MANIFEST = "/manifest.json"
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def rooted(path: str) -> str:
    """The path as the host writes it: from the folder's top, which is a slash."""
    return "/" + path.lstrip("/")


def manifest_entries(stream: Readable) -> dict[str, dict[str, Any]]:
    """Size and sha256 of the manifest's files, by path, in its order.

    Raises:
        InputError: It is no manifest.
    """
    data = b""
    while more := stream.read(1 << 20):
        data += more
    try:
        entries = {rooted(path): entry for path, entry in json.loads(data)["files"].items()}
        right = all(type(each["size"]) is int and _SHA256.fullmatch(each["sha256"]) for each in entries.values())
    except (ValueError, KeyError, TypeError, AttributeError):
        right, entries = False, {}
    if not right:
        raise InputError(
            "manifest.json of the folder is none: for each path under files it must have size and sha256",
            fix="build the folder again, or take manifest.json away, so that every file is read",
        )
    return entries
