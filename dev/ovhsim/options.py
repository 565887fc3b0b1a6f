"""How a simulated log host behaves when nothing goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import Any, Literal

TreeName = Literal["current", "old", "both"]


@dataclass(frozen=True)
class User:
    """A log user: his password, and the trees that he may read (all unless named)."""

    password: str
    fqdns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Options:
    """Behaviour of the host; its defaults are those of Apache over a folder of static files.

    Attributes:
        users: Who may read, by login; nobody unless named.
        tree: The tree that every fqdn is served under: ``current`` has /logs/, ``old`` has not.
        trees: The same for single fqdns.
        index: Look of the pages that list a folder: Apache's own, ``bare`` links with absolute paths, ``kinds`` (bare,
            and a list of months links each kind of each month), or ``off`` for 403.
        encoded_hrefs: Links write "-" as "%2D": the same address by RFC 3986, section 6.2.2.2.
        encoding: How a .gz is sent: its bytes without Content-Encoding or with one of two, or its content as plain
            text under the same name.
        etag: Whether answers carry an entity tag, and whether it may be used for parts.
        last_modified: Whether answers say when the file was changed.
        ranges: Whether parts are served.
        length: Whether the length is announced; chunks otherwise.
        foreign: Status for a known user on the tree of another: 401 or 403.
        token_by: Where a token is taken from: ``query`` for ?token= in the address, ``cookie``, or ``both``.
        token_refused: Status for a token that has ended, or serves another client or tree: 401 or 403.
        token_redirect: A good token in an address becomes a cookie, and the client is led to the address without it.
        zone: Where the days of the host begin and end.
        published: Local hour of the next day from which a daily file is shown; None: as soon as it is on disk.
        rewritten: Local hour of the next day from which a daily file is shown as it is on disk; before, as
            ``write_day(..., first=True)`` wrote it. None: always as it is.
        live_delay: Time after which a planned line stands in the live file.
        live_block: Planned lines come in blocks of so many bytes, which may end within a line, until their day is over.
        live_kept: Time after local midnight for which a live file stays; None: for ever.
        live_end: What becomes of it then: it ``vanishes``, or its name ``restarts`` with the lines of the next day.
        keep_alive: Seconds that an idle connection stays open.
        control: Whether /_sim/ answers.
    """

    users: Mapping[str, User] = field(default_factory=dict)
    tree: TreeName = "current"
    trees: Mapping[str, TreeName] = field(default_factory=dict)
    index: Literal["apache", "bare", "kinds", "off"] = "apache"
    encoded_hrefs: bool = False
    encoding: Literal["none", "gzip", "x-gzip", "plain"] = "none"
    etag: Literal["strong", "weak", "none"] = "strong"
    last_modified: bool = True
    ranges: bool = True
    length: bool = True
    foreign: Literal[401, 403] = 403
    token_by: Literal["both", "cookie", "query"] = "both"  # noqa: S105 - no password
    token_refused: Literal[401, 403] = 403
    token_redirect: bool = False
    zone: str = "Europe/Paris"
    published: time | None = None
    rewritten: time | None = None
    live_delay: timedelta = timedelta(minutes=5)
    live_block: int = 1
    live_kept: timedelta | None = None
    live_end: Literal["vanishes", "restarts"] = "vanishes"
    keep_alive: float = 5.0
    control: bool = False

    def __post_init__(self) -> None:
        if self.token_redirect and self.token_by in ("cookie", "query"):
            raise ValueError(f"A token cannot go from the address to a cookie where it is taken from {self.token_by}.")

    def tree_of(self, fqdn: str) -> TreeName:
        """The tree that a fqdn is served under."""
        return self.trees.get(fqdn, self.tree)

    def bare(self, **changes: Any) -> Options:
        """The same host without anything that a client could resume by: no tag, no date, no parts, no length."""
        return replace(self, etag="none", last_modified=False, ranges=False, length=False, **changes)
