"""What can be made to go wrong, for which requests, how often."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Kind = Literal[
    # in place of the answer, whoever asks
    "status",  # ``status``, ``retry_after``, ``body`` of ``content_type``
    "login_page",  # an HTML form with status 200
    "redirect",  # to ``location``
    # on the connection, before the header
    "reset",  # RST
    "close",  # closed without an answer; with TLS, without its farewell
    "stall",  # nothing for ``seconds`` (until the client leaves unless said), then the answer
    # on the connection, in the body
    "stall_body",  # the same after ``at`` bytes
    "reset_body",  # RST after ``at`` bytes
    "cut_body",  # closed after ``at`` bytes of those announced; of a chunked body, without its last chunk
    "drip",  # ``at`` bytes a time, with ``seconds`` between
    # in a day file that is served as if it were whole
    "cut_gzip",  # its first ``at`` bytes, half of it unless said
    "bad_crc",  # the checksum in the gzip trailer is wrong
    "garbage",  # bytes after the end of the gzip content
    "changed",  # one line more at its beginning, and another tag and date
    # in a live file, with another tag and date
    "grown",  # one line more at its end
    "restarted",  # nothing but another line: the log of a new day under the same name
    # in the answer to a Range
    "wrong_range",  # another part than asked for: ``at`` bytes (1 unless said) further on, and announced so
    "ignored_range",  # the whole file
]

FILE_KINDS = frozenset({"cut_gzip", "bad_crc", "garbage", "changed"})
LIVE_KINDS = frozenset({"grown", "restarted"})
RANGE_KINDS = frozenset({"wrong_range", "ignored_range"})
BODY_KINDS = frozenset({"stall_body", "reset_body", "cut_body"})


class WrongFault(ValueError):
    """A fault that cannot be made: what is wrong with its description."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, and which requests it meets.

    It meets requests whose path fits: not the first ``after``, then ``times`` of them (0: all). Faults of a file
    and of parts count only requests that could show them: a GET of such a file, a GET with Range. A position in a body
    beyond its end means before its last byte, so that no fault passes unseen.

    Attributes:
        kind: See ``Kind``.
        path: Pattern of the decoded path; "*" stands for slashes too.
        times: How many requests it meets; 0 for all.
        after: How many pass before.
        per_path: Whether ``after`` and ``times`` count for each path by itself.
        ranged: Only requests with a Range, or only those without.
        status: Of ``status``; of ``redirect``, 302 unless it is a redirection.
        retry_after: Seconds or an HTTP date, as it is to be sent.
        body: Of ``status``.
        content_type: Of ``status``, where there is a body.
        at: A position or number of bytes.
        seconds: Of a pause; None for ever, and a twentieth of a second when dripping.
        location: Of ``redirect``.
        same_etag: A damaged file keeps its tag and date, as if the damage had come on the way.
        chunked: A damaged file comes in chunks, its length not announced.
    """

    kind: Kind
    path: str = "*"
    times: int = 0
    after: int = 0
    per_path: bool = False
    ranged: bool | None = None
    status: int = 503
    retry_after: str = ""
    body: str = ""
    content_type: str = "text/html; charset=utf-8"
    at: int = 0
    seconds: float | None = None
    location: str = ""
    same_etag: bool = False
    chunked: bool = False

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise WrongFault(f"No kind of fault is called {self.kind!r}; there are {', '.join(get_args(Kind))}.")
        if self.kind == "redirect" and not self.location:
            raise WrongFault("A redirect needs its location.")
        if min(self.times, self.after, self.at, self.seconds or 0) < 0:
            raise WrongFault(f"A fault of kind {self.kind} has a negative number.")

    def fits(self, method: str, path: str, *, ranged: bool) -> bool:
        """Whether a request is one of those that the fault counts."""
        if not fnmatchcase(path, self.path) or self.ranged not in (None, ranged):
            return False
        if self.kind in RANGE_KINDS:
            return ranged and method == "GET"
        if self.kind in LIVE_KINDS:
            return method == "GET" and path.endswith(".log")
        return self.kind not in FILE_KINDS or (method == "GET" and path.endswith(".log.gz"))


def read(text: str | bytes) -> list[Fault]:
    """Faults from JSON: an object, or a list of objects, with the attributes of ``Fault``.

    Raises:
        WrongFault: The text is no JSON, or an attribute is unknown or of the wrong type.
    """
    try:
        found = json.loads(text)
        return [_fault(entry) for entry in (found if isinstance(found, list) else [found])]
    except json.JSONDecodeError as error:
        raise WrongFault(f"Faults are not written in JSON: {error}.") from error
    except TypeError as error:
        raise WrongFault(f"A fault is not described rightly: {error}.") from error


def _fault(entry: Any) -> Fault:
    if not isinstance(entry, dict):
        raise WrongFault(f"A fault is a JSON object, not {entry!r}.")
    for name, value in entry.items():
        known = type(getattr(Fault, name, None))
        allowed = {"kind": (str,), "seconds": (int, float), "ranged": (bool,)}.get(name, (known,))
        if type(value) not in allowed and value is not getattr(Fault, name, ...):
            raise WrongFault(f"{name} of a fault cannot be {value!r}.")
    return Fault(**entry)


class Faults:
    """The faults of a host, in order: the first that meets a request is the one that happens, the rest do not count it.

    Safe to change while the host answers.
    """

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = list(faults)
        self._seen: dict[tuple[int, str], int] = {}

    def add(self, *faults: Fault) -> None:
        """Further faults, after those before."""
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()
            self._seen.clear()

    def next(self, method: str, path: str, *, ranged: bool) -> Fault | None:
        """The fault of this request, counted as happened."""
        with self._lock:
            for number, fault in enumerate(self._faults):
                if not fault.fits(method, path, ranged=ranged):
                    continue
                key = (number, path if fault.per_path else "")
                seen = self._seen.get(key, 0)
                self._seen[key] = seen + 1
                if seen >= fault.after and (not fault.times or seen < fault.after + fault.times):
                    return fault
        return None
