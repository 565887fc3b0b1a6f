"""Formats of access logs: each a declared list of fields with the text between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ovh_weblogs.parsing.times import CLF, TimeShape
from ovh_weblogs.parsing.values import Escapes, is_host

# Unrolled, so that it is linear on any text: no two parts can match the same character.
QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
BARE = "([^ ]+)"
LOOSE = "(.*)"  # may hold blanks; stands last before the time, which is found first
_NAME_AND_PORT = re.compile("[^:]+:[0-9]+")  # an IPv6 address has more colons


@dataclass(frozen=True)
class Field:
    """One field of a line: what it fills, how it is written, what people call it.

    ``column`` is a column of hits, ``request`` for a whole request line, ``target`` for its second part alone, or ""
    for what fills none. It says, too, how the text becomes a value: ``slow`` and ``scan`` have one way for each.
    """

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


Items = tuple["Field | str", ...]


@dataclass(frozen=True)
class Claim:
    """How a line speaks for a format where several compete for it.

    Args:
        field: Which of the head's fields tells, from 0.
        speaks: Whether its text speaks for the format.
        why: The same for people.
        vhost_first: Whether a name with a port may begin the line; where it may not, such a line is another format's
            if it has a field more, which the user before the time took in.
    """

    field: int
    speaks: Callable[[str], bool]
    why: str
    vhost_first: bool = False

    def holds(self, fields: Sequence[str]) -> bool:
        """Whether the fields before the time speak for the format."""
        if not self.speaks(fields[self.field]):
            return False
        return self.vhost_first or " " not in fields[-1] or not _is_name_and_port(fields[0])


@dataclass(frozen=True)
class Format:
    """A format: the fields before the time, the time, and what follows it.

    A login before the time may hold anything, blanks and brackets, too. So the time is searched for, after the fields
    before the login: it is the first that what has to follow follows. A client can put a time into its login or
    request, but no quote after it: web servers escape those.

    ``escapes`` says how the server writes quotes; ``claim`` is for formats that compete.
    """

    name: str
    head: Items
    tail: Items
    time: TimeShape = CLF
    brackets: tuple[str, str] = ("[", "]")
    escapes: Escapes = Escapes.APACHE
    claim: Claim | None = None

    def match(self, line: str, *, competing: bool = False) -> dict[str, str] | Refusal:
        """The line's fields by column, its time as "time"; or why it does not fit.

        Args:
            line: The line without its end.
            competing: Whether the line may be of another format, too: then the claim has to hold.
        """
        head = self._head.match(line)
        time = self._time_before_tail.search(line, head.end()) if head else None
        # Without a loose field the time stands right where the head ends.
        if head is None or time is None or (not self._loose and time.start() != head.end()):
            found = time or self._time.search(line)
            return Refusal("too few fields", 1) if found else Refusal("no time in brackets")
        fields = [*head.groups(), line[head.end() : time.start()]] if self._loose else list(head.groups())
        if competing and self.claim is not None and not self.claim.holds(fields):
            return Refusal("too few fields", 1)
        tail = self._tail.fullmatch(line, time.end())
        if tail is None:
            return Refusal(self._explained(line, time.end()), 2)
        values = dict(zip(self._columns, (*fields, *tail.groups()), strict=True))
        values["time"] = time[1]
        return values

    @cached_property
    def _loose(self) -> bool:
        return any(isinstance(item, Field) and item.pattern == LOOSE for item in self.head)

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        return tuple(item.column for item in (*self.head, *self.tail) if isinstance(item, Field))

    @cached_property
    def _head(self) -> re.Pattern[str]:
        """The head up to its loose field, if it has one."""
        return _compiled(self.head[:-2] if self._loose else self.head)

    @cached_property
    def _tail(self) -> re.Pattern[str]:
        return _compiled(self.tail)

    @cached_property
    def _steps(self) -> tuple[tuple[Field | str, re.Pattern[str]], ...]:
        return tuple((item, _compiled((item,))) for item in self.tail)

    @cached_property
    def _time_text(self) -> str:
        before, after = (re.escape(bracket) for bracket in self.brackets)
        return f"{before}({_unnamed(self.time.pattern)}){after}"

    @cached_property
    def _time(self) -> re.Pattern[str]:
        return re.compile(self._time_text)

    @cached_property
    def _time_before_tail(self) -> re.Pattern[str]:
        before = re.escape(str(self.head[-1])) if self._loose else ""
        follows = ""
        for item in self.tail:
            follows += re.escape(item) if isinstance(item, str) else '"' if item.quoted else ""
            if isinstance(item, Field):
                break
        return re.compile(before + self._time_text + (f"(?={follows})" if self.tail else "\\Z"))

    def _explained(self, line: str, at: int) -> str:
        """Which item of the tail does not fit the line from there on."""
        last = ""
        for item, pattern in self._steps:
            found = pattern.match(line, at)
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


def _unnamed(pattern: str) -> str:
    return re.sub(r"\?P<\w+>", "?:", pattern)


def _compiled(items: Items) -> re.Pattern[str]:
    # DOTALL: a carriage return inside a line is a character like any other.
    text = "".join(item.pattern if isinstance(item, Field) else re.escape(item) for item in items)
    return re.compile(text, re.DOTALL)


def _is_name_and_port(text: str) -> bool:
    """Whether the text is ``name:port``, as Apache's vhost_combined begins its lines."""
    return _NAME_AND_PORT.fullmatch(text) is not None


def _is_no_host(text: str) -> bool:
    """An identity, mostly "-", stands where OVH has the host."""
    return not is_host(text)


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
_HOST_SECOND = Claim(1, is_host, "the second field names a host")
_NO_HOST_SECOND = Claim(1, _is_no_host, "the second field names no host")
_HOST_FIRST = Claim(0, _is_name_and_port, "the first field is a host with a port", vhost_first=True)

OVH = Format("ovh", (_ADDRESS, " ", _VHOST, " ", _USER, " "), (*_RESULT, *_AGENTS), claim=_HOST_SECOND)
COMBINED = Format("combined", (_ADDRESS, " ", _IDENTITY, " ", _USER, " "), (*_RESULT, *_AGENTS), claim=_NO_HOST_SECOND)
COMMON = Format("common", (_ADDRESS, " ", _IDENTITY, " ", _USER, " "), _RESULT, claim=_NO_HOST_SECOND)
VHOST_COMBINED = Format(
    "vhost_combined",
    (_VHOST, " ", _ADDRESS, " ", _IDENTITY, " ", _USER, " "),
    (*_RESULT, *_AGENTS),
    claim=_HOST_FIRST,
)
FORMATS = {form.name: form for form in (OVH, COMBINED, COMMON, VHOST_COMBINED)}
# No line can fit two of these with their claims: which one is tried first changes nothing but the speed.
AUTO = (OVH, COMBINED, VHOST_COMBINED, COMMON)
