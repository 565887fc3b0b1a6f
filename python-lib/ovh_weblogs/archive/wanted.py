"""Which days of which logs are to be archived, where the rows of a dataset say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ovh_weblogs.errors import InputError
from ovh_weblogs.settings import Kind

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_TRUE = frozenset({"true", "1", "yes"})
_DAY = 10  # characters of a day at the beginning of a date's text


@dataclass
class Wanted:
    """Days of one log tree and kind, and those known to be missing; ``service`` and ``fqdn`` may be empty."""

    service: str
    fqdn: str
    kind: Kind
    days: set[date] = field(default_factory=set)
    missing: set[date] = field(default_factory=set)


def wanted_rows(rows: Iterable[Mapping[str, str | None]], *, only: date | None = None) -> list[Wanted]:
    """What rows ask for, in the order of their first mention; files that are still written are passed over.

    Args:
        rows: Texts by column: ``day``, and where they are there ``service``, ``fqdn``, ``kind`` (web unless named),
            ``live`` and ``missing``.
        only: The day to which all is limited.

    Raises:
        InputError: A value is no day, no kind or no name; it is named.
    """
    found: dict[tuple[str, str, Kind], Wanted] = {}
    for row in rows:
        if (row.get("live") or "").strip().lower() in _TRUE:
            continue
        day = _day(row.get("day"))
        if only is not None and day != only:
            continue
        service, fqdn, kind = _name(row, "service"), _name(row, "fqdn"), _kind(row.get("kind"))
        wanted = found.setdefault((service, fqdn, kind), Wanted(service, fqdn, kind))
        absent = (row.get("missing") or "").strip().lower() in _TRUE
        (wanted.missing if absent else wanted.days).add(day)
    return list(found.values())


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat((text or "").strip()[:_DAY])
    except ValueError:
        raise _wrong("day", text, "a day such as 2026-01-31") from None


def _kind(text: str | None) -> Kind:
    try:
        return Kind((text or "").strip().lower() or Kind.WEB)
    except ValueError:
        raise _wrong("kind", text, f"one of {', '.join(kind.value for kind in Kind)}") from None


def _name(row: Mapping[str, str | None], column: str) -> str:
    text = (row.get(column) or "").strip()
    if text and (not _NAME.fullmatch(text) or ".." in text):
        raise _wrong(column, text, "a name of letters, digits, dots and hyphens")
    return text


def _wrong(column: str, text: str | None, right: str) -> InputError:
    return InputError(
        f"The dataset of files has '{(text or '')[:40]}' as {column}, which is not {right}",
        fix="give the recipe a dataset 'OVH log files', or one with columns like it",
    )
