"""The HTML of a macro outside DSS: its table taken apart, as Markdown, and as a page of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

_CELLS = ("td", "th")
_MARKS = re.compile(r"([\\|*<\[])")  # what Markdown would take for markup in the midst of a word
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
html {{ background: Canvas; color: CanvasText; font: 15px/1.5 system-ui, "Liberation Sans", sans-serif; }}
body {{ margin: 24px auto; max-width: 1160px; padding: 0 20px; }}
h1 {{ font-size: 1.4rem; }}
td, th {{ overflow-wrap: anywhere; }}
@media (min-width: 900px) {{ td:nth-child(2) {{ overflow-wrap: normal; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
{html}
</body>
</html>
"""


@dataclass
class Table:
    """A macro's table and the sentence above it.

    ``rows`` are cells as Markdown, the heads first; ``outcomes`` are the titles of the rows' first cells, empty without
    one.
    """

    told: str = ""
    rows: list[list[str]] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        """The same as Markdown."""
        heads, *rows = self.rows
        lines = [_line(heads), "|" + "---|" * len(heads), *map(_line, rows)]
        return f"{self.told}\n\n" + "\n".join(lines)


def table(html: str) -> Table:
    """The table that a macro gave."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.table


def page(title: str, html: str) -> str:
    """A page that shows what a macro gave, in the colours that the system prefers, without any script."""
    return _PAGE.format(title=escape(title), html=html)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row, a cell or a link."""
        given = dict(attrs)
        if tag == "tr":
            self.table.rows.append([])
        elif tag in _CELLS:
            if not self.table.rows[-1]:
                self.table.outcomes.append(given.get("title") or "")
            self.table.rows[-1].append("")
        elif tag == "a":
            self._link = given.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        """What follows is outside of the link."""
        if tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        """Add text to the cell, or to the sentence before the table."""
        text = _MARKS.sub(r"\\\1", data)
        text = f"[{text}]({self._link})" if self._link else text
        if self.table.rows:
            self.table.rows[-1][-1] += text
        else:
            self.table.told += text
