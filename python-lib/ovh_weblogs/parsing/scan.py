"""The usual lines of a block, all at once: a structural scan with numpy.

It takes only lines whose every byte it has checked: printable ASCII without backslash, quotes and separators as many
and where the format's shape has them, a time of the usual form, a usual method and protocol. All others are for the
patterns of ``slow``, which give the same rows for these, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ovh_weblogs.parsing import arrays, values, words
from ovh_weblogs.parsing.formats import Format
from ovh_weblogs.parsing.marks import Flags, Ints, Lines
from ovh_weblogs.parsing.shape import Joint, Shape
from ovh_weblogs.parsing.words import METHODS, PROTOCOLS, Span

_TEXTS = ("client_addr", "user", "referer", "useragent")
_NUMBERS = ("status", "bytes")
_PARTS = {"method": values.is_method, "protocol": values.is_protocol}  # of a request that is logged in parts
_SLASH = ord("/")


@dataclass(frozen=True)
class Choice:
    """Few different texts, and which of them each line has."""

    texts: tuple[str | None, ...]
    codes: Ints

    def only(self, wanted: Flags) -> Choice:
        """The choices of these lines."""
        return Choice(self.texts, self.codes[wanted])


@dataclass(frozen=True)
class Scanned:
    """The values of the lines that the scan takes; ``lines`` are their positions in the block, in order.

    What a format has no field for is not there. A number is ABSENT for "-". The page's address is the choice ``prefix``
    with the span ``target`` after it.
    """

    lines: Ints
    server_ts: Ints
    spans: dict[str, Span]
    numbers: dict[str, Ints]
    choices: dict[str, Choice]

    def only(self, wanted: Flags) -> Scanned:
        """These lines without those not wanted."""
        if wanted.all():
            return self
        return Scanned(
            self.lines[wanted],
            self.server_ts[wanted],
            {name: Span(span.starts[wanted], span.ends[wanted]) for name, span in self.spans.items()},
            {name: numbers[wanted] for name, numbers in self.numbers.items()},
            {name: choice.only(wanted) for name, choice in self.choices.items()},
        )


def scan(
    lines: Lines, form: Format, shape: Shape, site: values.Site, left: Flags, *, competing: bool
) -> Scanned | None:
    """The lines that have the usual shape of a format; None when there are none.

    Args:
        lines: The block, its marks found with the shape's separators.
        form: The format.
        shape: Its shape.
        site: What is known of the site beside the lines.
        left: Which lines of the block to look at.
        competing: Whether a line may be of another format, too: then the format's claim has to hold.
    """
    # The last line is left to the patterns where words could reach beyond the block.
    usable = left & (lines.strongs == shape.quotes) & (lines.ends <= len(lines.data) - words.WORD)
    taken = np.flatnonzero(usable & (lines.ends - lines.starts >= shape.shortest))
    if not len(taken):
        return None
    walk = _Walk(lines, shape, taken)
    found = Scanned(taken, walk.server_ts, walk.spans, {}, {}).only(walk.usable)
    if not len(found.lines):
        return None
    reader = _Reader(lines, found)
    reader.read(shape, site)
    if competing and form.claim is not None:
        reader.claim(form.claim.field, form.claim.speaks)
    found = reader.found.only(reader.usable)
    return found if len(found.lines) else None


class _Walk:
    """Goes through all lines from joint to joint: where fields begin and end, and whether the joints are right.

    ``spans`` has one for each of the shape's fields, by number; ``server_ts`` the times; ``usable`` says which lines
    passed every check. A line that did not may have led anywhere, but never out of the block.
    """

    def __init__(self, lines: Lines, shape: Shape, taken: Ints) -> None:
        self.spans: dict[str, Span] = {}
        self.server_ts = np.zeros(0, np.int64)
        self._lines = lines
        self._words = words.words_of(lines.data)
        self._first_strong = lines.first_strong[taken]
        self.usable = np.ones(len(taken), np.bool_)
        # A joint of one character is told by counting, unless several kinds of separators have to be told apart.
        self._told = 1 if len(shape.separators) <= 1 else 0
        ends = lines.ends[taken]
        begins, marks, quotes = lines.starts[taken], lines.first_mark[taken], 0
        if shape.joints[0].length == 1:
            self.usable &= lines.text[begins] == shape.joints[0].before[0]
        for number, (joint, count, field) in enumerate(zip(shape.joints, shape.marks, shape.fields, strict=False)):
            self._check(joint, begins)
            starts = begins + joint.length
            quotes += joint.quotes
            if field.quoted:
                # Counting: no mark but the joint's own stands before the quote that opens the field.
                self.usable &= self._quote(quotes - 1) == marks + (count - 1)
                marks = self._quote(quotes)
            else:
                marks = marks + count
            last = number == len(shape.fields) - 1 and not shape.joints[-1].length
            begins = ends if last else lines.marks.take(marks, mode="clip").astype(np.int64)
            self.usable &= (begins >= starts) if field.quoted else (begins > starts)
            self.spans[str(number)] = Span(starts, begins)
        self._check(shape.joints[-1], begins)
        self.usable &= begins + shape.joints[-1].length == ends
        self.usable &= marks + shape.marks[-1] == lines.last_mark[taken]

    def _quote(self, number: int) -> Ints:
        """The number among the marks of each line's quote of that number, from 0."""
        at = self._first_strong + number
        self.usable &= self._lines.quoted[at]
        return self._lines.strong[at]

    def _check(self, joint: Joint, begins: Ints) -> None:
        if joint.time is not None:
            self.server_ts, fits = words.instants(self._lines.data, self._words, begins, joint)
            self.usable &= fits
        elif joint.length > self._told:
            self.usable &= words.spells(self._words, begins, joint.before)


class _Reader:
    """Reads the values of fields; ``found`` are the lines with them, ``usable`` says which of these have usual ones."""

    def __init__(self, lines: Lines, walked: Scanned) -> None:
        self._lines = lines
        self._words = words.words_of(lines.data)
        self._walked = walked
        self._choices: dict[int, Choice] = {}
        self.usable = np.ones(len(walked.lines), np.bool_)
        self.found = Scanned(walked.lines, walked.server_ts, {}, {}, {})

    def read(self, shape: Shape, site: values.Site) -> None:
        """The values of every field that fills a column."""
        found = self.found
        hosts = Choice((None,), np.zeros(len(found.lines), np.int64))
        for number, field in enumerate(shape.fields):
            span, name = self._walked.spans[str(number)], field.column
            if name in _TEXTS:
                found.spans[name] = span
            elif name in _NUMBERS:
                found.numbers[name], fits = words.numbers(self._words, span)
                self.usable &= fits
            elif name == "request":
                self._request(span)
            elif name == "target":
                found.spans["target"] = span
                self.usable &= self._lines.text[span.starts] == _SLASH
            elif name in _PARTS:
                found.choices[name] = self._choice(number)
                self._let(found.choices[name], _PARTS[name])
            elif name == "vhost":
                hosts = self._choice(number)
        names = [values.virtual_host(text) or site.host for text in hosts.texts]
        found.choices["vhost"] = Choice(tuple(names), hosts.codes)
        if "target" in found.spans:
            found.choices["prefix"] = Choice(tuple(site.prefix(host) for host in names), hosts.codes)

    def claim(self, number: int, speaks: Callable[[str], bool]) -> None:
        """Let only lines stand whose field of that number speaks for the format."""
        self._let(self._choice(number), speaks)

    def _request(self, span: Span) -> None:
        method, protocol, target, fits = words.requests(self._lines.text, self._words, span)
        self.found.choices["method"] = Choice(METHODS, method)
        self.found.choices["protocol"] = Choice(PROTOCOLS, protocol)
        self.found.spans["target"] = target
        self.usable &= fits

    def _let(self, choice: Choice, speaks: Callable[[str], bool]) -> None:
        usual = np.array([text is not None and speaks(text) for text in choice.texts], np.bool_)
        if not usual.all():
            self.usable &= usual[choice.codes]

    def _choice(self, number: int) -> Choice:
        if number not in self._choices:
            self._choices[number] = Choice(*_distinct(self._lines.data, self._walked.spans[str(number)]))
        return self._choices[number]


def _distinct(data: bytes, span: Span) -> tuple[tuple[str, ...], Ints]:
    """The distinct texts of a span, and for each line the index of its own among them."""
    count = len(span.starts)
    offsets = np.empty(2 * count + 1, np.int32)  # every other text is what lies between two of the span's
    offsets[0:-1:2], offsets[1::2], offsets[-1] = span.starts, span.ends, span.ends[-1]
    texts = pa.StringArray.from_buffers(2 * count, pa.py_buffer(offsets), pa.py_buffer(data))
    encoded = texts.take(arrays.integers(np.arange(0, 2 * count, 2))).dictionary_encode()
    return tuple(encoded.dictionary.to_pylist()), np.frombuffer(
        encoded.indices.buffers()[1], np.int32, len(encoded)
    ).astype(np.int64)
