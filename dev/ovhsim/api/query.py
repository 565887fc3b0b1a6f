"""Targets and their parameters, read without repairing anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from dev.ovhsim.api import refusals

# RFC 3986, sections 3.3 and 3.4.
_TARGET = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*")

Reader = Callable[[str], Any]


def segments(raw: str) -> list[str]:
    """The parts of a path, each decoded, so that an encoded slash separates nothing.

    Raises:
        Refused: They are not encoded as RFC 3986 says, or no UTF-8.
    """
    if not _TARGET.fullmatch(raw):
        raise refusals.bad_request("The URL is not encoded")
    try:
        return [unquote(part, errors="strict") for part in raw.removeprefix("/").split("/")]
    except UnicodeDecodeError as error:
        raise refusals.bad_request("The URL is no UTF-8") from error


def parameters(query: str, known: Mapping[str, Reader], required: Collection[str]) -> dict[str, Any]:
    """The values of a query, by name.

    Args:
        query: As it was sent.
        known: How values are read; a ValueError says what they should be.
        required: Names without which there is no answer.

    Raises:
        Refused: A name is unknown, missing or given twice, or a value is not of its type.
    """
    if not _TARGET.fullmatch(f"/{query}"):
        raise refusals.bad_request("The URL is not encoded")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict") if query else []
    except ValueError as error:
        raise refusals.bad_request("The query is not readable") from error
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in known or name in found:
            raise refusals.bad_request(f"[{name}] This parameter is unknown or given twice")
        try:
            found[name] = known[name](value)
        except ValueError as error:
            raise refusals.bad_request(f"[{name}] Given data ({value}) is not valid: {error}") from error
    for name in sorted(set(required) - set(found)):
        raise refusals.bad_request(f"[{name}] This parameter is required")
    return found


def text(value: str) -> str:
    """Some text.

    Raises:
        ValueError: It is empty.
    """
    if not value:
        raise ValueError("a text is expected")
    return value


def boolean(value: str) -> bool:
    """A boolean.

    Raises:
        ValueError: It is neither true nor false.
    """
    if value not in ("true", "false"):
        raise ValueError("true or false is expected")
    return value == "true"


def number(value: str) -> int:
    """A whole number.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch("[0-9]{1,18}", value):
        raise ValueError("a number is expected")
    return int(value)
