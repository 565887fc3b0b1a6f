"""What format strings declare, made into a format: each column once, and every field with an end that can be found."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.parsing.formats import LOOSE, QUOTED, Field, Format
from ovh_weblogs.parsing.times import TimeShape
from ovh_weblogs.parsing.values import Escapes

_WORDY = ("request", "referer", "useragent")  # these hold blanks
_PARTS = ("method", "target", "protocol")


class Pieces:
    """Fields, texts and the time in the order of the format string.

    Args:
        fix: How the format is to be written, for messages.
    """

    def __init__(self, fix: str) -> None:
        self._fix = fix
        self._items: list[Field | str | None] = []  # None: the time
        self._forms: list[str] = []
        self._brackets = ("", "")

    def text(self, text: str) -> None:
        """Add characters that stand in every line."""
        if not text:
            return
        if self._items and isinstance(self._items[-1], str):
            self._items[-1] += text
        else:
            self._items.append(text)

    def field(self, column: str, label: str) -> None:
        """Add a field: the column that it fills, or "", and what the format string calls it."""
        self._items.append(Field(column, "", label))

    def time(self, form: str, brackets: tuple[str, str] = ("", "")) -> None:
        """Add the time, or (with nothing but text since the last one) another part of it.

        Raises:
            SettingsError: The line has a time already.
        """
        if None not in self._items:
            self._items.append(None)
            self._forms, self._brackets = [form], brackets
            return
        last = self._items[-1]
        adjacent = last is None or (self._items[-2:-1] == [None] and isinstance(last, str))
        if not adjacent or brackets[0] or self._brackets[0]:
            raise SettingsError("The custom format has more than one time", fix=self._fix)
        if isinstance(last, str):
            self._forms.append(last.replace("%", "%%"))
            self._items.pop()
        self._forms.append(form)

    def format(self, ranks: dict[str, int], escapes: Escapes, zone: ZoneInfo | None) -> Format:
        """The format.

        Args:
            ranks: Of two sources of a column, by label: the lower is the better.
            escapes: How the server writes what would end a field.
            zone: Of a time that is written without offset.

        Raises:
            SettingsError: The time is missing or incomplete, or a field has no end that can be found.
        """
        if None not in self._items:
            raise SettingsError("The custom format has no time", fix=self._fix)
        shape = TimeShape("".join(self._forms))
        if not shape.dated:
            raise SettingsError(f"The custom format's time '{shape.form}' has no full date and time", fix=self._fix)
        if not shape.zoned and zone is None:
            raise SettingsError("The custom format's time names no zone", fix="set timezone, such as Europe/Paris")
        items = _bounded(_unique(_quoted(self._items), ranks))
        split = items.index(None)
        head = tuple(item for item in items[:split] if item is not None)
        tail = tuple(item for item in items[split + 1 :] if item is not None)
        return Format("custom", head, tail, shape, self._brackets, escapes)


_Items = list["Field | str | None"]


def _quoted(items: _Items) -> _Items:
    """Fields between two quotes take them as their own."""
    found = list(items)
    for position, item in enumerate(found):
        before, after = (found[at] if 0 <= at < len(found) else "" for at in (position - 1, position + 1))
        between = isinstance(before, str) and before.endswith('"') and isinstance(after, str) and after.startswith('"')
        if isinstance(item, Field) and between:
            found[position - 1 : position + 2] = [str(before)[:-1], replace(item, pattern=QUOTED), str(after)[1:]]
    return [item for item in found if item != ""]


def _unique(items: _Items, ranks: dict[str, int]) -> _Items:
    """Each column once, filled by the best of its sources: %>s, not %s, where both are logged."""
    best: dict[str, int] = {}
    for position, item in enumerate(items):
        if isinstance(item, Field) and item.column:
            kept = items[best[item.column]] if item.column in best else None
            if not isinstance(kept, Field) or ranks.get(item.label, 0) < ranks.get(kept.label, 0):
                best[item.column] = position
    if "request" in best:  # the whole of it says more than its parts
        best = {column: position for column, position in best.items() if column not in _PARTS}
    return [
        replace(item, column="") if isinstance(item, Field) and best.get(item.column) != position else item
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
            if item.column == "client_addr" and following[0][0] == ":":
                problem = f"The custom format has a colon after {item.label}, and IPv6 addresses hold colons"
                raise SettingsError(problem, fix="put a blank after it")
            # A login may hold blanks; before the time, which is found first, they do no harm.
            if item.column in _WORDY and following[0][0] == " ":
                raise SettingsError(f"The custom format has {item.label} without quotes", fix="put it in quotes")
            loose = item.column == "user" and following[1:] == [None]
            bounded.append(replace(item, pattern=LOOSE if loose else f"([^{_in_set(following[0][0])}]+)"))
        else:
            raise SettingsError(f"The custom format has no text after {item.label}", fix="put a blank after it")
    return bounded


def _in_set(character: str) -> str:
    return "\\" + character if character in "\\]^-" else character
