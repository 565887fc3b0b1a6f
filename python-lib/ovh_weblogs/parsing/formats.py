"""Formats of access logs, each a declared list of fields; Apache's LogFormat strings become such lists too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ovh_weblogs.errors import SettingsError

# Unrolled, so that it is linear on any text: no two parts can match the same character.
_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_BARE = r"(\S+)"
_LOOSE = r"(.*)"  # may hold blanks; only where what follows is found first
_TIME = r"\[(\d\d/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]"


@dataclass(frozen=True)
class Field:
    """One field of a line: the column that it fills ("" for none) and how it is written."""

    column: str
    pattern: str = _BARE


TIME = Field("time", _TIME)


@dataclass(frozen=True)
class Format:
    """A format: fields with the text between them; ``tail`` follows the time.

    The time in brackets is searched for first, and splits the line: that keeps matching linear whatever the login
    before it or the texts after it hold.
    """

    name: str
    head: tuple[Field | str, ...]
    tail: tuple[Field | str, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns in the order of the fields, time left out."""
        return tuple(item.column for item in (*self.head, *self.tail) if isinstance(item, Field))

    @cached_property
    def head_pattern(self) -> re.Pattern[str]:
        """What stands before the time."""
        return _compiled(self.head)

    @cached_property
    def tail_pattern(self) -> re.Pattern[str]:
        """What stands after the time."""
        return _compiled(self.tail)

    def match(self, line: str) -> dict[str, str] | str:
        """The line's fields by column, "time" among them; or why it does not fit, in a few words."""
        time = _TIME_SEARCH.search(line)
        if time is None:
            return "no time in brackets"
        head = self.head_pattern.fullmatch(line, 0, time.start())
        if head is None:
            return "fields before the time do not fit"
        tail = self.tail_pattern.fullmatch(line, time.end())
        if tail is None:
            return _why(line[time.end() :])
        found = dict(zip(self.columns, (*head.groups(), *tail.groups()), strict=True))
        found["time"] = time[1]
        return found


_TIME_SEARCH = re.compile(_TIME)


def _compiled(items: tuple[Field | str, ...]) -> re.Pattern[str]:
    # DOTALL: a raw carriage return or another odd separator inside a line is a character like any other.
    text = "".join(item.pattern if isinstance(item, Field) else re.escape(item) for item in items)
    return re.compile(text, re.DOTALL)


def _why(rest: str) -> str:
    quotes = len(re.findall(r'(?<!\\)"', rest))
    return "a quote is not closed" if quotes % 2 else "fields after the time do not fit"


_ADDRESS = Field("client_addr")
_USER = Field("user", _LOOSE)
_REQUEST = Field("request", _QUOTED)
_RESULT = (" ", _REQUEST, " ", Field("status"), " ", Field("bytes"))
_AGENTS = (" ", Field("referer", _QUOTED), " ", Field("useragent", _QUOTED))

OVH = Format("ovh", (_ADDRESS, " ", Field("vhost"), " ", _USER, " "), (*_RESULT, *_AGENTS))
COMBINED = Format("combined", (_ADDRESS, " ", Field(""), " ", _USER, " "), (*_RESULT, *_AGENTS))
COMMON = Format("common", (_ADDRESS, " ", Field(""), " ", _USER, " "), _RESULT)
VHOST_COMBINED = Format(
    "vhost_combined", (Field("vhost"), " ", _ADDRESS, " ", Field(""), " ", _USER, " "), (*_RESULT, *_AGENTS)
)
FORMATS = {form.name: form for form in (OVH, COMBINED, COMMON, VHOST_COMBINED)}

# Apache 2.4, mod_log_config: the directives whose values have a column of ours; {} before the letter is the argument.
_DIRECTIVES = {
    "h": "client_addr",
    "a": "client_addr",
    "v": "vhost",
    "V": "vhost",
    "u": "user",
    "r": "request",
    "s": "status",
    "b": "bytes",
    "B": "bytes",
    "O": "bytes",
    "l": "",
    "D": "",
    "T": "",
    "p": "",
    "I": "",
    "m": "",
    "k": "",
    "X": "",
}
_HEADERS = {"referer": "referer", "user-agent": "useragent"}
_DIRECTIVE = re.compile(r"%[<>!,0-9]*(?:\{([^}]*)\})?([A-Za-z%])")


def compile_log_format(text: str) -> Format:
    """An Apache ``LogFormat`` string as a format.

    Raises:
        SettingsError: It has a directive that we do not know, or no time.
    """
    items: list[Field | str] = []
    at = 0
    text = text.replace('\\"', '"')
    while at < len(text):
        found = _DIRECTIVE.match(text, at)
        quoted = found is not None and text[at - 1 : at] == '"' and text[found.end() : found.end() + 1] == '"'
        if found is None:
            items.append(text[at])
            at += 1
            continue
        if quoted:
            items.pop()
        items.append(_field(found, quoted=quoted))
        at = found.end() + (1 if quoted else 0)
    if TIME not in items:
        raise SettingsError("The custom format has no time (%t)", fix="write the format with %t in it")
    split = items.index(TIME)
    return Format("custom", tuple(items[:split]), tuple(items[split + 1 :]))


def _field(found: re.Match[str], *, quoted: bool) -> Field | str:
    argument, letter = found[1], found[2]
    if letter == "%":
        return "%"
    if letter == "t" and argument is None:
        return TIME
    column = _HEADERS.get(argument.lower(), "") if letter == "i" and argument else _DIRECTIVES.get(letter)
    if letter in "ioneC" and argument:
        column = column or ""
    if column is None or (letter == "t"):
        raise SettingsError(
            f"The custom format holds {found[0]}, which is not known",
            fix="use directives of Apache's LogFormat such as %h %v %u %t %r %>s %b %{Referer}i %{User-Agent}i",
        )
    return Field(column, _QUOTED if quoted else _BARE)
