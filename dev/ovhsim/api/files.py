"""Accounts written in JSON, with the attributes of ``Account`` and of what it holds."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dev.ovhsim.api import account as kinds
from dev.ovhsim.api.account import Account


class WrongAccount(ValueError):
    """An account that cannot be: what is wrong with its description."""


def read(text: str | bytes) -> Account:
    """An account from JSON. A rule may be short, as in ``"GET /hosting/web*"``; moments are those of ISO 8601.

    Raises:
        WrongAccount: The text is no JSON, or an attribute is unknown, missing or of the wrong type.
    """
    try:
        found: Account = _made(Account, json.loads(text), "account")
    except json.JSONDecodeError as error:
        raise WrongAccount(f"The account is not written in JSON: {error}.") from error
    return found


def _made(kind: Any, given: Any, where: str) -> Any:
    """A value of a type.

    Args:
        kind: The type, as annotations have it.
        given: What JSON holds.
        where: Its place, for the error.
    """
    if kind is kinds.Rule and isinstance(given, str) and " " in given:
        return kinds.rules(given)[0]
    if is_dataclass(kind):
        return _object(kind, given, where)
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if given is None else _made(inside[0], given, where)
    if origin is Literal and given in inside:
        return given
    if origin in (list, tuple) and isinstance(given, list):
        return origin(_made(inside[0], one, f"{where}[{number}]") for number, one in enumerate(given))
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(given, dict):
        return given
    if kind is datetime and isinstance(given, str):
        return _moment(given, where)
    if kind in (str, int) and type(given) is kind:
        return given
    raise WrongAccount(f"{where} cannot be {given!r}.")


def _object(kind: Any, given: Any, where: str) -> Any:
    if not isinstance(given, dict):
        raise WrongAccount(f"{where} cannot be {given!r}.")
    hints = get_type_hints(kind)
    unknown = set(given) - {one.name for one in fields(kind)}
    if unknown:
        raise WrongAccount(f"{where} has no {min(unknown)}.")
    try:
        return kind(**{name: _made(hints[name], value, f"{where}.{name}") for name, value in given.items()})
    except TypeError as error:
        raise WrongAccount(f"{where} is not complete: {error}.") from error


def _moment(given: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError as error:
        raise WrongAccount(f"{where} is no moment: {given!r}.") from error
    if moment.tzinfo is None:
        raise WrongAccount(f"{where} needs an offset from UTC: {given!r}.")
    return moment
