r"""Any line of the WT1 tracker, one at a time: what the vectorised scan does not take on.

What a line says is found from both ends. All of it is linear, and a line is read only where it can be read in one way:

- Before every quote inside a text stands a backslash. So tab and quote begin a text; they can also end one, of a text
  whose last character is a tab, and then the line may have more borders (``"\t"``) than it can have. A backslash at the
  end of a text is no trouble.
- Four whole numbers between a quote and a quote follow the seven texts; a line where they stand twice is refused.
- Ids, language and zone are not escaped at all. A tab in an id makes ids that nobody can tell apart: refused. The
  language ends at the first quote and tab; a second one is refused where it could be the end, too.
"""

from __future__ import annotations

import re
from datetime import timezone
from itertools import islice
from typing import NamedTuple

from ovh_weblogs.parsing import values
from ovh_weblogs.parsing.formats import Refusal
from ovh_weblogs.parsing.trackerlayout import GLOBAL_ID, QUOTED, Layout

_BORDER = '"\t"'
_INT = range(-(2**31), 2**31)
_INT_DIGITS = 10
_SIZES = re.compile('"\t(-?[0-9]+)\t(-?[0-9]+)\t(-?[0-9]+)\t(-?[0-9]+)(?=\t")')
_NO_SIZES = re.compile('"\t[^\t"]*\t[^\t"]*\t[^\t"]*\t[^\t"]*\t"')
_NOT_ESCAPED = re.compile(r'(?<!\\)"')
_ZONE = re.compile("-?[0-9]{1,9}")
_ZONE_AND_GLOBAL_ID = re.compile(f"(?:-?[0-9]+|null)\t(?:{GLOBAL_ID.pattern})")
_TOO_FEW = "too few fields"


class TrackerRow(NamedTuple):
    """A hit's values, named as its columns; times in microseconds since 1970."""

    server_ts: int
    client_ts: int | None
    client_addr: str | None
    visitor_id: str | None
    session_id: str | None
    location: str | None
    referer: str | None
    useragent: str | None
    type: str | None
    visitor_params: str | None
    session_params: str | None
    event_params: str | None
    br_width: int
    br_height: int
    sc_width: int
    sc_height: int
    br_lang: str | None
    tz_off: int | None
    global_visitor_id: str | None


def row(line: bytes, layouts: tuple[Layout, ...]) -> TrackerRow | str:
    """The row of a line (its bytes without line feed) in the layout that it fits; or why it is refused, in a few words.

    Args:
        line: The bytes.
        layouts: At least one; no line fits two of them.
    """
    text = values.decoded(line)
    refusals: list[Refusal] = []
    for layout in layouts:
        found = _row(text, layout)
        if isinstance(found, TrackerRow):
            return found
        refusals.append(found)
    return max(refusals, key=lambda refusal: refusal.stage).reason


def _row(text: str, layout: Layout) -> TrackerRow | Refusal:
    head = _head(text, layout)
    if isinstance(head, Refusal):
        return head
    times, address, ids, at = head
    middle = _middle(text, at)
    if isinstance(middle, Refusal):
        return middle
    texts, sizes, at = middle
    tail = _tail(text[at:], layout)
    if isinstance(tail, Refusal):
        return tail
    language, zone, global_id = tail
    quoted = [_text(value.replace('\\"', '"')) for value in texts]
    found = (*times, _text(address), *ids, *quoted, *sizes, _text(language), _zone(zone), _text(global_id))
    return TrackerRow._make(found)


def _head(
    text: str, layout: Layout
) -> tuple[tuple[int, int | None], str, tuple[str | None, str | None], int] | Refusal:
    """Times, address and ids; and where the first quote stands."""
    found = layout.times.match(text)
    if found is None:
        return Refusal("no times and address of the tracker")
    server, client = (layout.time.micros(time, timezone.utc) if time else None for time in found.groups()[:2])
    if server is None or (client is None and found[2]):
        return Refusal("the time does not exist", 1)
    ids = layout.ids.match(text, found.end())
    if ids is None:
        quoted = text.find('\t"', found.end())
        return Refusal(_TOO_FEW if quoted < 0 else "more or fewer ids than the layout has", 1)
    return (server, client), found[3], (_text(ids[1]), _text(ids[2])), ids.end()


def _middle(text: str, at: int) -> tuple[list[str], list[int], int] | Refusal:
    """The texts in quotes, quotes in them still escaped; the sizes; and where the language begins."""
    found = list(islice(_SIZES.finditer(text, at), 2))
    if not found:
        return Refusal("a size is no whole number" if _NO_SIZES.search(text, at) else _TOO_FEW, 2)
    if len(found) > 1:
        return Refusal("the sizes stand more than once", 3)
    texts = text[at + 1 : found[0].start()].split(_BORDER)
    # Two borders that share a quote cannot both be some, and splitting sees one of them.
    if len(texts) != len(QUOTED) or '"\t"\t"' in text[at : found[0].start() + 1]:
        return Refusal("more or fewer texts in quotes than the layout has", 3)
    if any(_NOT_ESCAPED.search(value) for value in texts):
        return Refusal("a quote is not escaped", 3)
    sizes = [int(size) if len(size) <= _INT_DIGITS + 1 else _INT.stop for size in found[0].groups()]
    if any(size not in _INT for size in sizes):
        return Refusal("a size is out of range", 4)
    return texts, sizes, found[0].end() + 2


def _tail(text: str, layout: Layout) -> tuple[str, str, str] | Refusal:
    """Language, zone and global id, from what follows the opening quote of the language."""
    language, end, rest = text.partition('"\t')
    if not end:
        return Refusal(_TOO_FEW, 4)
    again = '"\t' in rest
    if again and not layout.inlined:
        return Refusal("a quote and a tab in the language or in the zone", 4)
    found = layout.tail.fullmatch(rest)
    if found is None:
        if again or (layout.inlined and '\t"' in rest):
            return Refusal("the zone or the global visitor id is not in the tracker's form", 4)
        loose = _loose(rest, layout)
        return loose if isinstance(loose, Refusal) else (language, *loose)
    if again and len(list(islice(layout.other_tail.finditer(text), 2))) > 1:
        return Refusal("a quote and a tab in the language or in the zone", 4)
    return language, found[1], found[2] or ""


def _loose(rest: str, layout: Layout) -> tuple[str, str] | Refusal:
    """Zone and global id where the zone holds a tab or a quote and no other column follows."""
    zone, tab, last = rest.rpartition("\t")
    fits = GLOBAL_ID.fullmatch(last) is not None
    if layout.global_ids:
        return (zone, last) if tab and fits else Refusal("no global visitor id at the end", 4)
    if layout.global_ids is None and tab and fits:
        return Refusal("a tab in the zone", 4) if "\t" in zone else (zone, last)
    if _ZONE_AND_GLOBAL_ID.fullmatch(rest):
        return Refusal("more fields than the header names", 4)
    return rest, ""


def _zone(text: str) -> int | None:
    return int(text) if _ZONE.fullmatch(text) else None


def _text(text: str) -> str | None:
    return None if text in ("", "null") else values.without_nul(text)
