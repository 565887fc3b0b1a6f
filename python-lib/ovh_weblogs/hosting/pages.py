"""Pages that list a folder of the log host, and requests to it that are made with patience."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import requests

from ovh_weblogs.errors import AccessDenied
from ovh_weblogs.hosting.patience import NETWORK_ERRORS, Interrupted, Patience, spoken
from ovh_weblogs.hosting.transport import NOT_FOUND, Transport
from ovh_weblogs.settings import Source

# Current tree first; the old one, without /logs/, was seen until about 2018 and is still found on some services.
TREES = ("logs/", "")
_Answer = TypeVar("_Answer")
_MONTH = re.compile(r"(?P<tree>(?:^|/)logs/)?logs-(?P<month>0[1-9]|1[0-2])-(?P<year>[12]\d{3})(?:/|$)")
_LOGIN_FORM = re.compile(r"<input[^>]+type\s*=\s*[\"']?password", re.IGNORECASE)
_MAX_INDEX = 5 << 20  # bytes of an index page; a month has at most 31 links


def patiently(
    transport: Transport, source: Source, method: str, path: str, use: Callable[[requests.Response], _Answer]
) -> _Answer:
    """What is made of one answer; repeated where trouble may pass.

    Raises:
        OvhLogsError: The host refuses, or cannot be reached.
    """
    patience = Patience(source.network)
    while True:
        try:
            with transport.get(path, method=method) as response:
                if method == "HEAD":
                    response.raw.drain_conn()  # of nothing: so that the connection can be used again
                return use(response)
        except NETWORK_ERRORS as cause:
            trouble = Interrupted(f"the log host {spoken(cause)}")
        except Interrupted as caught:
            trouble = caught
        patience.wait(f"The list of logs of {source.domain}", trouble)


def linked_paths(transport: Transport, source: Source, path: str) -> list[str] | None:
    """Decoded paths of the links of a page that lists a folder; None for 404.

    Raises:
        Forbidden: The host refuses, or shows no list of this folder.
        OvhLogsError: As ``patiently``; also for a form to log in that comes in the list's place.
    """

    def fetch(response: requests.Response) -> str | None:
        if response.status_code == NOT_FOUND:
            return None
        return _whole(response).decode("utf-8", "replace")

    page = patiently(transport, source, "GET", path, fetch)
    if page is None:
        return None
    if _LOGIN_FORM.search(page):
        raise AccessDenied(
            f"{source.host} sent a login form in place of the list of logs of {source.domain}",
            fix="check domain, log_host and the access",
        )
    links = _Links()
    links.feed(page)
    return [unquote(urlsplit(href).path) for href in links.hrefs]


def names(paths: list[str]) -> set[str]:
    """Names of the files among linked paths."""
    return {path.rpartition("/")[2] for path in paths}


def months(paths: list[str], tree: str) -> dict[tuple[int, int], str]:
    """Year and month of every folder of a month among linked paths, and the tree that it is in; the current one first.

    Args:
        paths: From the tree's own page.
        tree: Where a path does not tell.
    """
    found = sorted(filter(None, map(_MONTH.search, paths)), key=lambda match: match["tree"] is not None)
    return {(int(each["year"]), int(each["month"])): TREES[0] if each["tree"] else tree for each in found}


def _whole(response: requests.Response) -> bytes:
    """The content of a page: of a part of it, days would seem to be missing.

    Raises:
        Interrupted: It is cut, or too large. (urllib3 before 2.0 says nothing of a cut.)
    """
    content = b""
    while piece := response.raw.read(_MAX_INDEX, decode_content=True):
        content += piece
        if len(content) > _MAX_INDEX:
            raise Interrupted("the host sent a page larger than 5 MB")
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and response.raw.tell() < int(announced):
        raise Interrupted(f"only {response.raw.tell()} of {announced} bytes of a page came")
    return content


class _Links(HTMLParser):
    """Addresses of the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of each link."""
        if tag == "a":
            self.hrefs.extend(value for name, value in attrs if name == "href" and value)
