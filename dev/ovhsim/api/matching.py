"""Texts with wildcards: rules, actions of IAM, filters."""

from __future__ import annotations

import re
from typing import Literal

from dev.ovhsim.api.account import Rule


def covers(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern in which "*" stands for anything, slashes and nothing included.

    So ``/x/*`` covers what is below /x but not /x itself, ``/x*`` covers both, and a stray blank fits nothing.
    """
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def granted(rules: tuple[Rule, ...], method: str, path: str) -> bool:
    """Whether a rule covers a call; its path is the one below the version."""
    return any(rule.method == method and covers(rule.path, path) for rule in rules)


def like(pattern: str, text: str, extent: Literal["whole", "part"]) -> bool:
    """SQL's LIKE, whatever the case: "%" stands for any characters and "_" for one; of the whole text or a part."""
    names = {"%": ".*", "_": "."}
    fitting = re.compile("".join(names.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL | re.IGNORECASE)
    return bool(fitting.fullmatch(text) if extent == "whole" else fitting.search(text))
