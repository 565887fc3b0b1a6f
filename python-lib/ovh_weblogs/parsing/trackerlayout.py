"""Layouts of the WT1 tracker's lines, and how a file tells which one it has.

Facts: dataiku/wt1, ``CSVFormatWriter``. Fields stand between tabs. Seven texts are in quotes, their own quotes escaped
by a backslash; backslashes and tabs are not escaped. The language is in quotes, and nothing of it is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ovh_weblogs.parsing.times import TimeShape

QUOTED = (
    *("location", "referer", "useragent", "type"),
    *("visitor_params", "session_params", "event_params"),
)
SIZES = ("br_width", "br_height", "sc_width", "sc_height")

_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}"
_OLD = r"[0-9]{4}/[0-9]{2}/[0-9]{2}-[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}"
_ADDRESS = "[0-9A-Fa-f:.]+(?:%[0-9A-Za-z._-]+)?|null"  # with the zone of a link-local IPv6 address
_GLOBAL_ID = "[0-9A-Fa-f]{32}|null|"
_HEADER = "#(?:server_ts|timestamp)\t"
_CLAIM = re.compile(f"{_HEADER}|{_ISO}\t{_ISO}\t|{_OLD}\t".encode())
_IS_HEADER = re.compile(_HEADER.encode())
_USER_AGENT = ("user-agent", "useragent")  # the latter in samples that people show


@dataclass(frozen=True)
class Layout:
    """How the tracker's server writes a line.

    Attributes:
        timestamps: Two, of the server and of the client; before April 2013 one.
        sessions: Whether there is a session_id (since July 2013).
        global_ids: Whether there is a global_visitor_id; None: each line tells.
        inlined: Whether columns of single parameters may follow.
    """

    timestamps: int = 2
    sessions: bool = True
    global_ids: bool | None = None
    inlined: bool = True

    @classmethod
    def of_header(cls, text: str) -> Layout | None:
        """The layout that a header names; None where its columns are none that the tracker ever wrote."""
        names = text.removeprefix("#").split("\t")
        timestamps = 2 if names[0] == "server_ts" else 1
        sessions = "session_id" in names
        head = ["server_ts", "client_ts"] if timestamps == 2 else ["timestamp"]  # noqa: PLR2004
        head += ["client_addr", "visitor_id", *(["session_id"] if sessions else [])]
        known = [*head, *QUOTED, *SIZES, "br_lang", "tz_off"]
        given = ["useragent" if name in _USER_AGENT else name for name in names[: len(known)]]
        if given != known:
            return None
        others = names[len(known) :]
        global_ids = others[:1] == ["global_visitor_id"]
        return cls(timestamps, sessions, global_ids, inlined=len(others) > global_ids)

    @property
    def heads(self) -> int:
        """Number of fields before the first in quotes."""
        return self.timestamps + 2 + self.sessions

    @property
    def time(self) -> TimeShape:
        """How its times are written, in UTC."""
        return _ISO_TIME if self.timestamps == 2 else _OLD_TIME  # noqa: PLR2004

    @cached_property
    def times(self) -> re.Pattern[str]:
        """The times and the address, with which a line begins."""
        times = f"({_ISO})\t({_ISO})" if self.timestamps == 2 else f"({_OLD})()"  # noqa: PLR2004
        return re.compile(f"{times}\t({_ADDRESS})\t")

    @cached_property
    def ids(self) -> re.Pattern[str]:
        """The ids, which follow, up to the first quote. Nothing of them is escaped: what holds a tab is not matched."""
        return re.compile('([^\t]*)\t([^\t]*)\t(?=")' if self.sessions else '([^\t]*)()\t(?=")')

    @cached_property
    def tail(self) -> re.Pattern[str]:
        """What follows the language, where the zone holds neither tab nor quote."""
        return re.compile('([^\t"]*)' + self._global_id + (r"(?:\t\".*)?" if self.inlined else ""), re.DOTALL)

    @cached_property
    def other_tail(self) -> re.Pattern[str]:
        """The same behind a quote, wherever it stands. Linear: what is passed over holds no quote to begin at."""
        return re.compile('"\t([^\t"]*)' + self._global_id + r"(?=\t\"|\Z)")

    @property
    def _global_id(self) -> str:
        if self.global_ids is None:
            return f"(?:\t({_GLOBAL_ID}))?"
        return f"\t({_GLOBAL_ID})" if self.global_ids else "()"


_ISO_TIME = TimeShape("%Y-%m-%dT%T%f")
_OLD_TIME = TimeShape("%Y/%m/%d-%T%f")
GLOBAL_ID = re.compile(_GLOBAL_ID)
# Without a header the head of a line tells: one timestamp in the old form; one id, or two, before the first quote.
# No line fits two of them: what is an id to one would be a location with a quote that is not escaped to the other.
HEADERLESS = (
    Layout(),
    Layout(sessions=False, global_ids=False),
    Layout(timestamps=1, sessions=False, global_ids=False),
)


def claims(data: bytes, at: int = 0) -> bool:
    """Whether the line that begins there is the tracker's: a header, or the timestamps with which all others begin."""
    return _CLAIM.match(data, at) is not None


def is_header(line: bytes) -> bool:
    """Whether a line begins as headers do."""
    return _IS_HEADER.match(line) is not None
