"""Formats of access logs: each a declared list of fields with the text between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ovh_weblogs.parsing.times import CLF, TimeShape
from ovh_weblogs.parsing.values import is_host

# Unrolled, so that it is linear on any text: no two parts can match the same character.
QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
BARE = "([^ ]+)"
LOOSE = "(.*)"  # may hold blanks; stands last before the time, which is found first
_NAME_AND_PORT = re.compile("[^:]+:[0-9]+")  # an IPv6 address has more colons


@dataclass(frozen=True)
class Field:
    """One field of a line: the column that it fills ("" for none), how it is written, what people call it."""

    column: str
    pattern: str = BARE
    label: str = ""

    @property
    def quoted(self) -> bool:
        """Whether quotes surround the field."""
        return self.pattern == QUOTED


@dataclass(frozen=True)
class Refusal:
    """Why a line does not fit a format, in a few words. The higher the stage, the more of the line did fit."""

    reason: str
    stage: int = 0


def _any(_: Mapping[str, str]) -> bool:
    return True


@dataclass(frozen=True)
class Format:
    """A format: the fields before the time, the time, and what follows it.

    The time is searched for first and splits the line: that keeps matching linear whatever the login before it or the
    texts after it hold. A client can put a time into its login or request, but no quote after it: web servers escape
    those. So the line's own time is the first that what follows the time follows.

    ``claims`` tells, where formats compete for a line, whether the fields found speak for this one.
    """

    name: str
    head: tuple[Field | str, ...]
    tail: tuple[Field | str, ...]
    time: TimeShape = CLF
    brackets: tuple[str, str] = ("[", "]")
    claims: Callable[[Mapping[str, str]], bool] = _any

    def match(self, line: str) -> dict[str, str] | Refusal:
        """The line's fields by column, its time as "time"; or why it does not fit."""
        time = self._time_before_tail.search(line)
        if time is None:
            # A line that is cut after its time ends there, or goes on in another way.
            return Refusal("too few fields", 1) if self._time.search(line) else Refusal("no time in brackets")
        head = self._head.fullmatch(line, 0, time.start())
        if head is None:
            return Refusal("too few fields", 1)
        tail = self._tail.fullmatch(line, time.end())
        if tail is None:
            return Refusal(_explained(self.tail, line, time.end()), 2)
        found = dict(zip(self._columns, (*head.groups(), *tail.groups()), strict=True))
        found["time"] = time[0][len(self.brackets[0]) : len(time[0]) - len(self.brackets[1])]
        return found

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        return tuple(item.column for item in (*self.head, *self.tail) if isinstance(item, Field))

    @cached_property
    def _head(self) -> re.Pattern[str]:
        return _compiled(self.head)

    @cached_property
    def _tail(self) -> re.Pattern[str]:
        return _compiled(self.tail)

    @cached_property
    def _time(self) -> re.Pattern[str]:
        before, after = (re.escape(bracket) for bracket in self.brackets)
        return re.compile(before + _unnamed(self.time.pattern) + after)

    @cached_property
    def _time_before_tail(self) -> re.Pattern[str]:
        follows = ""
        for item in self.tail:
            follows += re.escape(item) if isinstance(item, str) else '"' if item.quoted else ""
            if isinstance(item, Field):
                break
        return re.compile(f"{self._time.pattern}(?={follows})" if self.tail else f"{self._time.pattern}\\Z")


def _unnamed(pattern: str) -> str:
    return re.sub(r"\?P<\w+>", "?:", pattern)


def _compiled(items: tuple[Field | str, ...]) -> re.Pattern[str]:
    # DOTALL: a carriage return inside a line is a character like any other.
    text = "".join(item.pattern if isinstance(item, Field) else re.escape(item) for item in items)
    return re.compile(text, re.DOTALL)


def _explained(items: tuple[Field | str, ...], line: str, at: int) -> str:
    """Which of the items does not fit the line from there on."""
    last = ""
    for item in items:
        found = _compiled((item,)).match(line, at)
        if found is None:
            if at == len(line):
                return "too few fields"
            if isinstance(item, Field) and item.quoted:
                return "a quote is not closed" if line[at] == '"' else "a field is not in quotes"
            return f"text after {last}"
        at = found.end()
        if isinstance(item, Field):
            last = item.label or item.column or "a field"
    return f"text after {last}"


def _vhost_first(found: Mapping[str, str]) -> bool:
    """Whether ``name:port`` of Apache's vhost_combined begins the line, which then has a field more."""
    return _NAME_AND_PORT.fullmatch(found["client_addr"]) is not None and " " in found["user"]


def names_host(second: str) -> bool:
    """Whether the second field speaks for a line of OVH: other formats have an identity there, mostly "-"."""
    return is_host(second)


def _is_ovh(found: Mapping[str, str]) -> bool:
    return names_host(found["vhost"]) and not _vhost_first(found)


def _is_combined(found: Mapping[str, str]) -> bool:
    return not names_host(found[""]) and not _vhost_first(found)


def _is_vhost_combined(found: Mapping[str, str]) -> bool:
    return _NAME_AND_PORT.fullmatch(found["vhost"]) is not None


_ADDRESS = Field("client_addr", label="the address")
_VHOST = Field("vhost", label="the host")
_IDENTITY = Field("", label="the identity")
_USER = Field("user", LOOSE, "the user")
_RESULT = (
    " ",
    Field("request", QUOTED, "the request"),
    " ",
    Field("status", label="the status"),
    " ",
    Field("bytes", label="the size"),
)
_AGENTS = (" ", Field("referer", QUOTED, "the referrer"), " ", Field("useragent", QUOTED, "the user agent"))

OVH = Format("ovh", (_ADDRESS, " ", _VHOST, " ", _USER, " "), (*_RESULT, *_AGENTS), claims=_is_ovh)
COMBINED = Format("combined", (_ADDRESS, " ", _IDENTITY, " ", _USER, " "), (*_RESULT, *_AGENTS), claims=_is_combined)
COMMON = Format("common", (_ADDRESS, " ", _IDENTITY, " ", _USER, " "), _RESULT, claims=_is_combined)
VHOST_COMBINED = Format(
    "vhost_combined",
    (_VHOST, " ", _ADDRESS, " ", _IDENTITY, " ", _USER, " "),
    (*_RESULT, *_AGENTS),
    claims=_is_vhost_combined,
)
FORMATS = {form.name: form for form in (OVH, COMBINED, COMMON, VHOST_COMBINED)}
# No line can fit two of these with their claims: which one is tried first changes nothing but the speed.
AUTO = (OVH, COMBINED, VHOST_COMBINED, COMMON)
