"""One page that shows what came out: self-contained, for any browser, without a network."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs

from dev.demo import modelparts, parts
from dev.demo.aggregates import Aggregates, size
from dev.demo.insights import Insights
from dev.demo.modelplots import correlated
from dev.demo.origins import Origins
from dev.demo.plots import figures
from dev.demo.texts import brief, counted, html, long_day, plural, share

_HERE = Path(__file__).parent
# Plots by their places in the template: what they are called, and the sentence where there is nothing to draw.
_PLOTS = {
    "visits": ("Visits per day", "No visit was seen."),
    "hits": ("Hits per day, by type of user agent", "No hit was read."),
    "week": ("Hits by day of the week and hour", "No hit was read."),
    "shares": ("Share of people and robots in each day's hits", "No hit was read."),
    "visitors": ("Visitors per day", "No visitor was seen."),
    "browsers": ("Browsers of people", "No person's browser was seen."),
    "systems": ("Operating systems of people", "No person's system was seen."),
    "converted": ("Visits with a conversion per day, by channel", "No visit had a conversion."),
    "correlation": ("Correlation of features", modelparts.SAME),
    "statuses": ("Answers per day, by class of HTTP status", "No hit was read."),
    "stages": ("Seconds per stage", "No stage was measured."),
}


@dataclass(frozen=True)
class Summary:
    """The demo's numbers: what was written for the log host, what the flow made of it, and how long each stage took.

    ``calls``: of the OVH API, as they were made until the logs were read; ``tokens``: how many of them gave one for the
    log host. ``checks``: sentences, each with whether it holds.
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
    visits: int
    visitors: int
    calls: Sequence[str]
    tokens: int
    stages: Sequence[tuple[str, float]]
    checks: Sequence[tuple[str, bool]]

    @property
    def seconds(self) -> float:
        """Seconds of all stages."""
        return sum(seconds for _, seconds in self.stages)

    @property
    def access(self) -> str:
        """How the logs were reached."""
        return f"OVH API keys; {counted(len(self.calls), 'call')} of the API, {counted(self.tokens, 'token')}"

    @property
    def period(self) -> str:
        """The days in words."""
        first, last = self.days[0], self.days[-1]
        if first == last:
            return long_day(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {long_day(last)}"
        return f"{long_day(first)} to {long_day(last)}"


def write_report(target: Path, summary: Summary, numbers: Aggregates, found: Insights) -> None:
    """Write the page.

    Args:
        target: The file.
        summary: Numbers of the run.
        numbers: What the plots show.
        found: What was learnt.
    """
    script = (_HERE / "report_script.js").read_text("utf-8")
    plotly = get_plotlyjs().replace("</script", "<\\/script")
    page = Template((_HERE / "report_template.html").read_text("utf-8")).substitute(
        period=escape(summary.period),
        policy=_policy(script, plotly),
        style=(_HERE / "report_style.css").read_text("utf-8"),
        script=script,
        plotly=plotly,
        **_head(summary, numbers),
        **_plots(summary, numbers, found),
        **_sections(summary, numbers),
        **modelparts.texts(found),
    )
    with target.open("w", encoding="utf-8", newline="\n") as file:  # other line ends would change the scripts' hashes
        file.write(page)


def _policy(*scripts: str) -> str:
    """Nothing is loaded, and no script runs but these: not even one that would have got into the page."""
    hashes = " ".join(f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    # Plotly writes styles as it draws.
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _head(summary: Summary, numbers: Aggregates) -> dict[str, str]:
    visits, hits = numbers.overall["visits"], numbers.overall["hits"]
    read = ", ".join((counted(len(summary.days), "day"), counted(summary.files, "file"), size(summary.bytes)))
    tiles = (
        (
            brief(visits["people"]),
            f"{plural(visits['people'], 'visit')} of people",
            f"of {brief(sum(visits.values()))} in all",
        ),
        (brief(summary.visitors), plural(summary.visitors, "visitor"), "one row each"),
        (brief(summary.hits), plural(summary.hits, "hit"), f"of {counted(summary.lines, 'line')}"),
        (share(hits["robots"], sum(hits.values())), "robots", "share of the hits"),
        (brief(summary.rejects), plural(summary.rejects, "refused line"), f"and {brief(summary.blanks)} blank"),
        (f"{summary.seconds:,.1f} s", "in all", f"{brief(round(summary.lines / max(summary.seconds, 0.001)))} lines/s"),
    )
    return {
        "lead": (
            "Read day by day from a log host, enriched and grouped to visitors by the OVH logs plugin. "
            f"Source: {html(summary.origin)}; {read} packed. Access: {summary.access}."
        ),
        "badge": parts.badge(summary.checks),
        "tiles": "\n".join(parts.tile(*tile) for tile in tiles),
    }


def _plots(summary: Summary, numbers: Aggregates, found: Insights) -> dict[str, str]:
    drawn = figures(numbers, summary.stages)
    if (figure := correlated(found.correlation)) is not None:
        drawn["correlation"] = figure
    places = {f"plot_{name}": _place(drawn.get(name), name, *texts) for name, texts in _PLOTS.items()}
    # Escapes < > and /, so that no text can end the script that holds it.
    return {**places, "plots": to_json_plotly({name: figure.to_plotly_json() for name, figure in drawn.items()})}


def _place(figure: Any, name: str, title: str, nothing: str) -> str:
    return parts.none(nothing) if figure is None else parts.place(name, title, figure.layout.height)


def _sections(summary: Summary, numbers: Aggregates) -> dict[str, str]:
    begun = sum(numbers.beginnings.values())
    beginnings = parts.beginnings(numbers.beginnings)
    hits = sum(numbers.overall["hits"].values())
    no_page, rank = "No page was viewed.", parts.ranking
    return {
        "table": parts.day_table(numbers),
        "busiest": parts.busiest(numbers.week),
        "depths": rank(numbers.depths, ("Pages", "Visits"), no_page, whole=begun),
        "overall": parts.overall(numbers.overall),
        "pages": rank(numbers.pages, ("Page", "Views"), no_page, name=parts.address),
        "entries": rank(numbers.entries, ("Page", "Visits"), no_page, whole=begun, name=parts.address),
        "beginnings": rank(beginnings, ("Came by", "Visits"), no_page, whole=begun),
        "referrers": rank(numbers.referrers, ("Site", "Visits"), "No visitor came from another site.", whole=begun),
        **_origins(numbers.origins, begun, numbers.overall["visitors"]["people"]),
        "codes": rank(numbers.codes, ("Status", "Hits"), "No hit was read.", whole=hits, name=parts.status),
        "missed": rank(numbers.missed, ("Page", "Hits"), "No page was missed.", name=parts.address),
        "refused": parts.refused(numbers.reasons, numbers.refused, summary.rejects),
        "access": f"{summary.access}. Each token opens the log host for an hour.",
        "calls": parts.calls(summary.calls),
        "speed": f"{summary.seconds:,.1f} seconds for {counted(summary.lines, 'line')}.",
        "checks": parts.check_list(summary.checks),
    }


_NO_CITY = "No city is known: cities need a database, from the plugin's settings or the role geo of Enrich hits."
_NO_RULE = "No page has a category: Enrich hits takes rules of pages in its form, or the role rules."


def _origins(found: Origins, begun: int, people: int) -> dict[str, str]:
    head = "With a conversion"
    none_converted = "No visit was seen." if found.is_ruled else _NO_RULE
    return {
        "countries": parts.ranking(found.countries, ("Country", "Visitors"), "No country is known.", whole=people),
        "cities": parts.ranking(found.cities, ("City", "Visitors"), _NO_CITY, whole=people),
        "categories": parts.ranking(found.categories, ("Category", "Views"), _NO_RULE, whole=found.views),
        "channels": parts.ranking(
            [(name, visits) for name, visits, _ in found.by_channel],
            ("Channel", "Visits"),
            "No visit was seen.",
            whole=begun,
        ),
        "campaigns": parts.ranking(found.campaigns, ("Campaign", "Visits"), "No campaign was seen.", whole=begun),
        "by_channel": parts.rates(found.by_channel if found.is_ruled else [], ("Channel", head), none_converted),
        "by_landing": parts.rates(found.by_landing, ("Category", head), none_converted),
    }
