"""What a client holds already, and which part it asks for: RFC 9110, sections 13 and 14."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime

_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*")
# Apache and RFC 7232, section 2.2.2: a file changed twice within a minute may keep its date.
_DATE_IS_STRONG = 60


@dataclass(frozen=True)
class Validators:
    """What tells one state of a file from another: its tag ("" for none) and when it was changed (None: not told)."""

    etag: str
    modified: float | None

    @property
    def headers(self) -> dict[str, str]:
        """The same as headers."""
        date = {} if self.modified is None else {"last-modified": self._date}
        return {**date, **({"etag": self.etag} if self.etag else {})}

    @property
    def _date(self) -> str:
        return formatdate(self.modified, usegmt=True)

    def held(self, asked: Mapping[str, str]) -> bool:
        """Whether the client holds this state already, so that 304 answers it."""
        if "if-none-match" in asked:
            tags = [tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")]
            return bool(self.etag) and (self.etag.removeprefix("W/") in tags or tags == ["*"])
        try:
            known = parsedate_to_datetime(asked.get("if-modified-since", "")).timestamp()
        except (TypeError, ValueError):
            return False
        return self.modified is not None and int(self.modified) <= known

    def part_of_same(self, asked: Mapping[str, str]) -> bool:
        """Whether a part may be served: without If-Range, or where that names this very state (strong comparison)."""
        condition = asked.get("if-range")
        if condition is None:
            return True
        if condition.startswith(('"', "W/")):
            return condition == self.etag and not condition.startswith("W/")
        return (
            self.modified is not None
            and condition == self._date
            and int(self.modified) + _DATE_IS_STRONG <= time.time()
        )


class NoSuchPart(Exception):
    """The part begins past the end."""


def part(text: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of a Range; None for none, several, or what is no range (whole file then).

    Raises:
        NoSuchPart: It asks for nothing that is there.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    if found[3] is not None:
        start, end = max(size - int(found[3]), 0), size
    else:
        start, last = int(found[1]), int(found[2] or size)
        if last < start and found[2]:
            return None
        end = min(last + 1, size)
    if start >= end:
        raise NoSuchPart
    return start, end
