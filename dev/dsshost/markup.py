"""HTML that a macro gives: shown within DSS's own page, with the rights of who looks at it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from dev.dsshost.storage import BadData

# Elements without content and without an end tag: HTML Living Standard, 13.1.2 "Void elements".
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_ACTIVE = frozenset(("script", "iframe", "frame", "object", "embed", "applet", "base", "meta", "link", "form"))
_BLANK = re.compile(r"[\x00-\x20]+")  # browsers skip it within the scheme of an address
_SCHEMES = ("javascript:", "vbscript:", "data:text/html")


def check_html(text: str) -> None:
    """Refuse HTML that is not well formed, or that runs, loads or sends something.

    Every element is closed, in order, also where HTML would let it be; a ``<`` in text is written ``&lt;``.

    Raises:
        BadData: With the line and what is wrong.
    """
    if text.rfind("<") > text.rfind(">"):
        raise BadData("the HTML ends within a tag")
    checker = _Checker()
    checker.feed(text)
    checker.close()
    if checker.open:
        raise BadData(f"the HTML does not close <{checker.open[-1]}>")


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._check(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._check(tag, attrs)
        if tag not in _VOID:
            self._refuse(f"<{tag}/> is not closed by its slash: HTML takes it for a start tag")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self._refuse(f"</{tag}> closes what is not open, or not last")

    def handle_data(self, data: str) -> None:
        if "<" in data:
            self._refuse("a < stands in the text unescaped")

    def handle_comment(self, _data: str) -> None:
        self._refuse("there is a comment, or what HTML takes for one")

    def unknown_decl(self, _data: str) -> None:
        self._refuse("there is a declaration")

    handle_decl = handle_pi = unknown_decl

    def _check(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE:
            self._refuse(f"<{tag}> runs, loads or sends something")
        if len({name for name, _ in attrs}) != len(attrs):
            self._refuse(f"<{tag}> has an attribute twice")
        for name, value in attrs:
            squeezed = _BLANK.sub("", value or "").lower()
            if name.startswith("on") or name == "srcdoc" or any(scheme in squeezed for scheme in _SCHEMES):
                self._refuse(f"the attribute {name} of <{tag}> runs a script")

    def _refuse(self, what: str) -> None:
        raise BadData(f"the HTML's line {self.getpos()[0]}: {what}")
