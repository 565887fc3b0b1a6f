"""Texts for people: numbers, days, and what logs hold, made harmless and visible."""

from __future__ import annotations

from datetime import date
from html import escape
from urllib.parse import unquote

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LABEL = 28  # characters of a label in a plot: on a phone a number stands beside it


def long_day(day: date) -> str:
    """A day in English, whatever the machine's language."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def brief(count: int) -> str:
    """A count that fits where there is little room: 1,234,567 and 12.3 million."""
    if count < 10_000_000:
        return f"{count:,}"
    return f"{count / 1e6:,.1f} million" if count < 1e9 else f"{count / 1e9:,.1f} billion"


def counted(count: int, what: str) -> str:
    """A count with what is counted: 1 file, 2 files."""
    return f"{brief(count)} {plural(count, what)}"


def plural(count: int, what: str) -> str:
    """What is counted, as one or as many."""
    return what if count == 1 else f"{what}s"


def share(part: float, whole: float) -> str:
    """A part in percent; what would be rounded to nothing, or to all, says so."""
    percent = 100 * part / whole if whole else 0
    if 0 < percent < 0.5:
        return "<1%"
    return ">99%" if 99.5 <= percent < 100 else f"{percent:.0f}%"


def visible(text: str) -> str:
    """A text whose controls, odd blanks and marks of direction are written out as escapes: none turns a line around."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def html(text: str) -> str:
    """A text of logs as content of the page or of an attribute."""
    return escape(visible(text))


def readable(address: str) -> str:
    """An address with its %-escapes decoded, unless they hide what cannot be seen."""
    try:
        decoded = unquote(address, errors="strict")
    except UnicodeDecodeError:
        return address
    return decoded if decoded.isprintable() else address


def label(text: str) -> str:
    """A text of logs for Plotly, which reads markup and entities in labels but none for quotes; cut when long."""
    shown = visible(text)
    return escape(shown if len(shown) <= _LABEL else f"{shown[: _LABEL - 1]}…", quote=False)
