"""One page that shows what came out: self-contained, for any browser, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import unquote

from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs

from dev.demo.aggregates import Aggregates, Ranking, Refused, size
from dev.demo.plots import figures

_TEMPLATE = Path(__file__).parent / "report_template.html"


@dataclass(frozen=True)
class Summary:
    """The demo's numbers: what was written for the log host, what the flow made of it, and how long each stage took.

    ``checks``: sentences, each with whether it holds.
    """

    origin: str
    days: Sequence[date]
    files: int
    bytes: int
    lines: int
    hits: int
    rejects: int
    blanks: int
    events: int
    visitors: int
    stages: Sequence[tuple[str, float]]
    checks: Sequence[tuple[str, bool]]

    @property
    def seconds(self) -> float:
        """Seconds of all stages."""
        return sum(seconds for _, seconds in self.stages)

    @property
    def period(self) -> str:
        """The days in words."""
        first, last = self.days[0], self.days[-1]
        if first == last:
            return long_day(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {long_day(last)}"
        return f"{long_day(first)} to {long_day(last)}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def long_day(day: date) -> str:
    """A day in English, whatever the machine's language."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def write_report(target: Path, summary: Summary, numbers: Aggregates) -> None:
    """Write the page.

    Args:
        target: The file.
        summary: Numbers of the run.
        numbers: What the plots show.
    """
    plots = {name: figure.to_plotly_json() for name, figure in figures(numbers, summary.stages).items()}
    page = Template(_TEMPLATE.read_text("utf-8")).substitute(
        period=escape(summary.period),
        origin=escape(summary.origin),
        tiles=_tiles(summary),
        checks=_checks(summary.checks),
        pages=_ranking(numbers.pages, "No page was viewed."),
        missed=_ranking(numbers.missed, "No page was missed."),
        referrers=_ranking(numbers.referrers, "No visitor came from another site."),
        reasons=_ranking(numbers.reasons, "No line was refused."),
        refused=_refused(numbers.refused, summary.rejects),
        plots=to_json_plotly(plots),  # escapes < > and /, so that no text can end the script that holds it
        plotly=get_plotlyjs().replace("</script", "<\\/script"),
    )
    target.write_text(page, "utf-8")


def _tiles(summary: Summary) -> str:
    tiles = (
        (f"{summary.visitors:,}", "visitors", "one row each"),
        (f"{summary.hits:,}", "hits", f"of {summary.lines:,} lines"),
        (f"{len(summary.days):,}", "days", f"{summary.files:,} files, {size(summary.bytes)}"),
        (f"{summary.rejects:,}", "refused lines", f"and {summary.blanks:,} blank"),
        (f"{summary.seconds:,.1f} s", "in all", f"{summary.lines / max(summary.seconds, 0.001):,.0f} lines a second"),
    )
    return "\n".join(
        f'<div class="tile"><b>{escape(value)}</b><span>{escape(name)}</span><small>{escape(note)}</small></div>'
        for value, name, note in tiles
    )


def _checks(checks: Sequence[tuple[str, bool]]) -> str:
    return "\n".join(f'<li class="{"good" if holds else "bad"}">{escape(sentence)}</li>' for sentence, holds in checks)


def _ranking(ranking: Ranking, nothing: str) -> str:
    if not ranking:
        return f'<p class="none">{escape(nothing)}</p>'
    most = max(count for _, count in ranking)
    rows = "\n".join(
        f'<li style="--share:{count / most:.3f}"><span>{escape(_readable(name))}</span><b>{count:,}</b></li>'
        for name, count in ranking
    )
    return f'<ol class="ranking">\n{rows}\n</ol>'


def _readable(address: str) -> str:
    """An address with its %-escapes decoded, unless they hide what cannot be seen."""
    try:
        decoded = unquote(address, errors="strict")
    except UnicodeDecodeError:
        return address
    return decoded if decoded.isprintable() else address


def _refused(lines: Sequence[Refused], total: int) -> str:
    if not lines:
        return ""
    rows = "\n".join(
        f"<li><p>{escape(line.file)}, line {line.number:,}: {escape(line.reason)}</p>"
        f"<code>{escape(line.line)}</code></li>"
        for line in lines
    )
    shown = f"The first {len(lines)} of {total:,} refused lines" if total > len(lines) else "Every refused line"
    return f"<details open><summary>{shown}, as read</summary>\n<ul>\n{rows}\n</ul></details>"
