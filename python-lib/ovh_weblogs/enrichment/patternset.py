"""Many patterns looked for in a text at once, in time that grows with the text and not with the number of patterns."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

try:
    import re2
except ImportError:
    re2 = None

logger = logging.getLogger(__name__)

_BUDGET = 32 << 20  # bytes that RE2 may use for its automaton, which it begins anew when they are full
# RE2 has neither lookaround nor references to groups; possessive and atomic parts came with Python 3.11.
_NOT_COMMON = re.compile(r"\(\?(?:[=!>(P]|<[=!])|\\[1-9gkpPQCXzZA]|[*+?}]\+")
_REFUSALS = (re.error, re2.error) if re2 else (re.error,)
_AROUND = re.compile(r"^(?:\(\?i\))?(?:\^|\\b)?|(?<!\\)\\b$")
_LITERAL = re.compile(r"(?:[^\\.^$*+?{}\[\]|()]|\\[^A-Za-z0-9])*")


class PatternSet:
    r"""Patterns in the syntax that RE2 and Python's ``re`` share, and which of them are found in a text.

    Texts are of printable ASCII, where both engines mean the same by ``\b``, ``\s``, ``$`` and ``(?i)``. Without the
    module ``re2``, the log says so, and the result is the same in a hundred times the time.

    Args:
        patterns: Those that a text is searched for.

    Raises:
        ValueError: RE2 does not take a pattern: see ``usable``.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = _automaton(patterns) if re2 else None
        self._slow = () if re2 else tuple(_slowly(pattern) for pattern in patterns)
        if re2 is None:
            logger.warning("The module re2 is missing: robots are looked for more slowly; install google-re2")

    def found(self, text: str) -> list[int]:
        """Places of the patterns that are found in a text of printable ASCII, in order."""
        if self._set is not None:
            return sorted(self._set.Match(text) or ())
        lower = text.lower()
        return [
            place
            for place, (needed, pattern) in enumerate(self._slow)
            if needed in lower and compiled(pattern).search(text)
        ]


def usable(pattern: str) -> bool:
    """Whether a pattern that others wrote is one for both engines."""
    if _LITERAL.fullmatch(pattern):
        return True
    if _NOT_COMMON.search(pattern):
        return False
    try:
        compiled(pattern)
        if re2:
            re2.compile(pattern, _options())
    except _REFUSALS:
        return False
    return True


@lru_cache(maxsize=4_096)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern for Python's own engine, as a set takes it."""
    return re.compile(pattern, re.ASCII)


def _automaton(patterns: Sequence[str]) -> Any:
    automaton = re2.Set.SearchSet(_options())
    for pattern in patterns:
        try:
            automaton.Add(pattern)
        except re2.error as error:
            raise ValueError(f"RE2 does not take the pattern {pattern!r}") from error
    automaton.Compile()
    return automaton


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _BUDGET
    options.log_errors = False
    return options


def _slowly(pattern: str) -> tuple[str, str]:
    """A text without which the pattern is not found (in lower case), and the pattern."""
    bare = _AROUND.sub("", pattern)
    return (re.sub(r"\\(.)", r"\1", bare).lower() if _LITERAL.fullmatch(bare) else "", pattern)
