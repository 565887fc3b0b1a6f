"""How a simulated log host behaves when nothing goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class User:
    """A log user: his password, and the trees that he may read (all unless named)."""

    password: str
    fqdns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Options:
    """Behaviour of the host.

    ``trees``: which tree a fqdn is served under (``current`` has /logs/, ``old`` has not); ``index``: look of the pages
    that list a folder, or ``off`` for 403; ``encoding``: how a .gz is sent, ``plain`` being its content under the same
    name; ``foreign``: the answer to a user of another tree; ``ranges``: whether parts are served; ``length``: whether
    the length is announced, chunks otherwise.
    """

    users: Mapping[str, User] = field(default_factory=dict)
    trees: Mapping[str, Literal["current", "old", "both"]] = field(default_factory=dict)
    index: Literal["apache", "bare", "off"] = "apache"
    encoding: Literal["none", "gzip", "x-gzip", "plain"] = "none"
    etag: Literal["strong", "weak", "none"] = "strong"
    ranges: bool = True
    length: bool = True
    foreign: int = 403
    control: bool = False
