"""Descriptors as strict JSON, and the error that names what is wrong with a plugin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class BadPlugin(Exception):
    """A descriptor that DSS would refuse, or would take and ignore in part."""


def strict_json(path: Path) -> Any:
    """A file as strict JSON; a key twice is an error.

    Raises:
        BadPlugin: It is none.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise BadPlugin(f"{path}: a key stands twice among {keys}")
        return dict(pairs)

    try:
        return json.loads(path.read_text("utf-8"), object_pairs_hook=once)
    except (ValueError, OSError) as cause:
        raise BadPlugin(f"{path}: {cause}") from cause
