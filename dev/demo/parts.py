"""The report's parts that are HTML: tiles, rankings, shares, the table of days, refused lines with their filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from http import HTTPStatus

from dev.demo.aggregates import Aggregates, Refused, size
from dev.demo.counting import Ranking, Series
from dev.demo.origins import Rates
from dev.demo.plots import KINDS, WEEKDAYS
from dev.demo.texts import brief, html, readable, share

_BEGINNINGS = {"other": "Another site", "none": "No referrer", "own": "The site itself"}
_MEASURES = {"visits": "Visits", "visitors": "Visitors", "hits": "Hits", "bytes": "Bytes sent"}


def tile(value: str, name: str, note: str) -> str:
    """A number that stands out."""
    return f'<div class="tile"><b>{escape(value)}</b> <span>{escape(name)}</span> <small>{escape(note)}</small></div>'


def none(sentence: str) -> str:
    """What stands where there is nothing to show."""
    return f'<p class="none">{escape(sentence)}</p>'


def place(name: str, title: str, height: int) -> str:
    """Where a plot goes; its height is kept free, so that nothing moves when it comes."""
    style = f"height:{height}px"
    return f'<div class="plot" data-plot="{name}" role="group" aria-label="{escape(title)}" style="{style}"></div>'


def badge(checks: Sequence[tuple[str, bool]]) -> str:
    """In a few words whether the checks hold, leading to them."""
    failed = sum(not holds for _, holds in checks)
    if not checks:
        return ""
    text = f"{failed} of {len(checks)} checks failed" if failed else f"All {len(checks)} checks hold"
    return f'<a class="badge {"bad" if failed else "good"}" href="#run">{text}</a>'


def check_list(checks: Sequence[tuple[str, bool]]) -> str:
    """The checks as sentences, each marked."""
    return "\n".join(f'<li class="{"good" if holds else "bad"}">{html(sentence)}</li>' for sentence, holds in checks)


def calls(made: Sequence[str]) -> str:
    """Calls of the API in order."""
    items = "\n".join(f"<li><code>{html(call)}</code></li>" for call in made)
    return f'<ol class="calls">\n{items}\n</ol>' if made else none("No call was made.")


def ranking(
    ranked: Ranking,
    heads: tuple[str, str],
    nothing: str,
    *,
    whole: int | None = None,
    name: Callable[[str], str] = html,
) -> str:
    """Names and numbers, most first.

    Args:
        ranked: Names as the logs have them.
        heads: What names and numbers are.
        nothing: The sentence for an empty ranking.
        whole: What the numbers are parts of, where their shares are to be shown.
        name: Makes a name HTML.
    """
    if not ranked:
        return none(nothing)
    most = max(count for _, count in ranked) or 1
    rows = "\n".join(
        f'<li class="row" style="--share:{count / most:.3f}">{_cells(name(text), count, whole)}</li>'
        for text, count in ranked
    )
    return _ranked(heads, rows)


def _ranked(heads: tuple[str, str], rows: str) -> str:
    return (
        f'<div class="head"><span>{heads[0]}</span><span>{heads[1]}</span></div>\n<ol class="ranking">\n{rows}\n</ol>'
    )


def rates(found: Rates, heads: tuple[str, str], nothing: str) -> str:
    """Names with their visits and the share of them that had a conversion; the longest bar is the greatest share."""
    if not found:
        return none(nothing)
    most = max(converted / visits for _, visits, converted in found) or 1
    rows = "\n".join(
        f'<li class="row" style="--share:{converted / visits / most:.3f}"><span>{html(name)}</span> '
        f"<b>{brief(converted)} of {brief(visits)} <small>{100 * converted / visits:.1f}%</small></b></li>"
        for name, visits, converted in found
    )
    return _ranked(heads, rows)


def _cells(name: str, count: int, whole: int | None = None) -> str:
    part = f" <small>{escape(share(count, whole))}</small>" if whole is not None else ""
    return f"<span>{name}</span> <b>{brief(count)}{part}</b>"


def address(text: str) -> str:
    """Host and path as people read them, the host soft; lines break behind a slash rather than in a word."""
    host, slash, path = text.partition("/")
    return f"<em>{html(host)}</em>" + html(slash + readable(path)).replace("/", "/<wbr>")


def status(code: str) -> str:
    """A code with what it stands for."""
    try:
        return f"{code} {HTTPStatus(int(code)).phrase}"
    except ValueError:  # none sent, or a code of the server's own, such as nginx's 499
        return "No status" if code == "none" else html(code)


def beginnings(found: dict[str, int]) -> Ranking:
    """How visits began, in words."""
    return [(_BEGINNINGS[name], found[name]) for name in sorted(found, key=lambda name: -found[name])]


def overall(shares: dict[str, dict[str, int]]) -> str:
    """A bar for each measure, divided between people and robots."""
    if not any(shares["hits"].values()):
        return none("No hit was read.")
    return "\n".join(_split(title, shares[measure], as_size=measure == "bytes") for measure, title in _MEASURES.items())


def _split(title: str, parts: dict[str, int], *, as_size: bool) -> str:
    total = sum(parts.values())
    found = {kind: count for kind, count in parts.items() if count}
    bars = "".join(f'<i class="{kind}" style="--part:{count / total:.4f}"></i>' for kind, count in found.items())
    keys = "".join(
        f'<li class="{kind}">{KINDS[kind][0]} {escape(share(count, total))}</li>' for kind, count in found.items()
    )
    value = size(total) if as_size else brief(total)
    return (
        f'<div class="split"><p><span>{title}</span> <span>{value}</span></p>'
        f'<div class="stack" aria-hidden="true">{bars}</div><ul>{keys}</ul></div>'
    )


def busiest(week: Sequence[Sequence[int]]) -> str:
    """What the strongest colour of the week stands for."""
    count, weekday, hour = max(
        (count, -day, -hour) for day, hours in enumerate(week) for hour, count in enumerate(hours)
    )
    if not count:
        return ""
    return f'<p class="note">Most hits: {WEEKDAYS[-weekday]}, {-hour}:00 to {-hour}:59, with {brief(count)}.</p>'


def day_table(numbers: Aggregates) -> str:
    """The numbers of each day, for who would rather read than look."""
    columns = {
        "Visits": _sums(numbers.visits),
        "of people": numbers.visits.get("people", []),
        "Visitors": _sums(numbers.visitors),
        "Hits": _sums(numbers.hits),
    }
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Day", *columns))
    rows = "\n".join(
        _day_row(day, [column[index] if column else 0 for column in columns.values()])
        for index, day in enumerate(numbers.days)
    )
    return (
        "<details><summary>The numbers of each day</summary>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="The numbers of each day">'
        f"<table><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div></details>"
    )


def _sums(series: Series) -> list[int]:
    return [sum(counts) for counts in zip(*series.values(), strict=True)]


def _day_row(day: date, counts: Sequence[int]) -> str:
    return f'<tr><th scope="row">{day}</th>' + "".join(f"<td>{count:,}</td>" for count in counts) + "</tr>"


def refused(reasons: Ranking, lines: Sequence[Refused], total: int) -> str:
    """The reasons, which filter the lines when they are clicked, and the first lines of each."""
    if not reasons:
        return none("No line was refused.")
    places = {reason: str(index) for index, (reason, _) in enumerate(reasons)}
    most = max(count for _, count in reasons)
    everything = f"Shown: {len(lines):,} of {total:,} refused lines" + (
        ", the first of each reason" if len(lines) < total else ""
    )
    buttons = [_reason("", "All reasons", total, 0, everything, pressed=True)]
    for reason, count in reasons:
        shown = sum(line.reason == reason for line in lines)
        says = f"Shown: {shown:,} of {count:,} lines that were refused for: {reason}"
        buttons.append(_reason(places[reason], reason, count, count / most, says))
    items = "\n".join(
        f'<li data-reason="{places[line.reason]}"><p>{html(line.file)}, line {line.number:,}: {html(line.reason)}</p>'
        f"<code>{html(line.line)}</code></li>"
        for line in lines
    )
    return (
        "<p>Choose a reason to see its lines only.</p>\n"
        '<div class="head"><span>Reason</span><span>Lines</span></div>\n'
        f'<ul class="ranking" aria-label="Reasons">\n{"".join(buttons)}</ul>\n'
        f'<p class="note" id="shown" role="status">{html(everything)}</p>\n'
        "<details open><summary>The lines, as read</summary>\n"
        f'<ul class="scroll lines" tabindex="0" aria-label="Refused lines">\n{items}\n</ul></details>'
    )


def _reason(place: str, reason: str, count: int, part: float, says: str, *, pressed: bool = False) -> str:
    return (
        f'<li><button type="button" class="row" data-reason="{place}" aria-pressed="{str(pressed).lower()}" '
        f'data-says="{html(says)}" style="--share:{part:.3f}">{_cells(html(reason), count)}</button></li>\n'
    )
