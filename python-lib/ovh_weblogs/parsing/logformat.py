"""Apache's LogFormat strings as formats of ours (facts: Apache 2.4, mod_log_config)."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.parsing.formats import LOOSE, QUOTED, Field, Format
from ovh_weblogs.parsing.times import CLF, TimeShape

# Directives whose values have a column of ours, the better source of a column first; "" for those passed over.
_DIRECTIVES = {
    "%h": "client_addr",
    "%a": "client_addr",
    "%v": "vhost",
    "%V": "vhost",
    "%u": "user",
    "%r": "request",
    "%>s": "status",
    "%s": "status",
    "%b": "bytes",
    "%B": "bytes",
    "%O": "bytes",
    "%{referer}i": "referer",
    "%{user-agent}i": "useragent",
    **dict.fromkeys(("%l", "%D", "%T", "%p", "%I", "%k", "%X", "%P", "%L"), ""),
}
_RANKS = {directive: rank for rank, directive in enumerate(_DIRECTIVES)}
_DIRECTIVE = re.compile(r"%([!,0-9]*)([<>]?)(?:\{([^}]*)\})?([A-Za-z])|%%")
_OTHER_VALUES = "ioneCpTP"  # headers, notes, environment, cookies, ports, durations: known, passed over
_WORDY = ("request", "referer", "useragent")  # these hold blanks
_HELP = 'write it as Apache\'s LogFormat, such as %h %v %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'


def compile_log_format(text: str, zone: ZoneInfo | None = None) -> Format:
    r"""An Apache ``LogFormat`` string as a format; nginx's strings, which name variables by ``$``, are not read.

    Args:
        text: The string as it stands in Apache's configuration, ``\"`` for a quote or the quote itself.
        zone: The zone of a time that is written without offset, as ``%{%Y-%m-%d %H:%M:%S}t``.

    Raises:
        SettingsError: A directive is not known, the time is missing or incomplete, or two fields touch each other.
    """
    if "$" in text and "%" not in text:
        raise SettingsError("The custom format is one of nginx, which is not read yet", fix=_HELP)
    items, shape, brackets = _items(text.replace('\\"', '"'))
    times = [position for position, item in enumerate(items) if item is None]
    if len(times) != 1 or shape is None:
        problem = "no time (%t)" if not times else "more than one time (%t)"
        raise SettingsError(f"The custom format has {problem}", fix=_HELP)
    if not shape.dated:
        raise SettingsError(f"The custom format's time '{shape.form}' has no full date and time", fix=_HELP)
    if not shape.zoned and zone is None:
        raise SettingsError("The custom format's time names no zone", fix="set timezone, such as Europe/Paris")
    fields = _bounded(_unique(items))
    split = times[0]
    head = tuple(item for item in fields[:split] if item is not None)
    tail = tuple(item for item in fields[split + 1 :] if item is not None)
    return Format("custom", head, tail, shape, brackets)


_Items = list["Field | str | None"]


def _items(text: str) -> tuple[_Items, TimeShape | None, tuple[str, str]]:
    """Fields, the texts between them, and None in the place of the time; the time's shape and its brackets."""
    items: _Items = []
    shape, brackets, at = None, ("[", "]"), 0
    while at < len(text):
        found = _DIRECTIVE.match(text, at)
        if found is None or found[0] == "%%":
            if found is None and text[at] == "%":
                raise SettingsError(f"The custom format holds '{text[at : at + 12]}', which is not known", fix=_HELP)
            _add_text(items, text[at])
            at += len(found[0]) if found else 1
            continue
        at = found.end()
        if found[4] == "t":
            shape = TimeShape(found[3]) if found[3] is not None else CLF
            brackets = ("", "") if found[3] is not None else brackets
            items.append(None)
            continue
        quoted = text[found.start() - 1 : found.start()] == '"' and text[at : at + 1] == '"'
        if quoted:
            _drop_quote(items)
            at += 1
        items.append(_field(found, quoted=quoted))
    return items, shape, brackets


def _add_text(items: _Items, text: str) -> None:
    if items and isinstance(items[-1], str):
        items[-1] += text
    else:
        items.append(text)


def _drop_quote(items: _Items) -> None:
    last = items.pop()
    if isinstance(last, str) and last != '"':
        items.append(last[:-1])


def _field(found: re.Match[str], *, quoted: bool) -> Field:
    argument, letter = found[3], found[4]
    directive = f"%{found[2]}{letter}" if argument is None else f"%{{{argument.lower()}}}{letter}"
    column = _DIRECTIVES.get(directive, _DIRECTIVES.get(f"%{letter}"))
    if argument is not None and directive not in _DIRECTIVES:
        column = "" if letter in _OTHER_VALUES else None
    if column is None:
        raise SettingsError(f"The custom format holds {found[0]}, which is not known", fix=_HELP)
    return Field(column, QUOTED if quoted else "", directive)


def _unique(items: _Items) -> _Items:
    """Each column once, filled by the best of its sources: %>s, not %s, where both are logged."""
    best: dict[str, int] = {}
    for position, item in enumerate(items):
        if isinstance(item, Field) and item.column:
            kept = items[best[item.column]] if item.column in best else None
            if not isinstance(kept, Field) or _RANKS.get(item.label, 0) < _RANKS.get(kept.label, 0):
                best[item.column] = position
    return [
        replace(item, column="") if isinstance(item, Field) and item.column and best[item.column] != position else item
        for position, item in enumerate(items)
    ]


def _bounded(items: _Items) -> _Items:
    """Each field without quotes ends before the first character of what follows: only so is matching linear."""
    bounded: _Items = []
    for position, item in enumerate(items):
        following = items[position + 1 : position + 3]
        if not isinstance(item, Field) or item.pattern:
            bounded.append(item)
        elif not following:
            bounded.append(replace(item, pattern=LOOSE))
        elif isinstance(following[0], str):
            # A login may hold blanks; before the time, which is found first, they do no harm.
            if item.column in _WORDY and following[0][0] == " ":
                raise SettingsError(f"The custom format has {item.label} without quotes", fix="put it in quotes")
            loose = item.column == "user" and following == [" ", None]
            bounded.append(replace(item, pattern=LOOSE if loose else f"([^{re.escape(following[0][0])}]+)"))
        else:
            raise SettingsError(f"The custom format has no text after {item.label}", fix="put a blank after it")
    return bounded
