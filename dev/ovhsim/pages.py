"""The pages that list a folder, as Apache's mod_autoindex writes them and in two plainer looks."""

from __future__ import annotations

from datetime import datetime, timezone
from html import escape
from urllib.parse import quote

from dev.ovhsim.options import Options
from dev.ovhsim.tree import Entry, Folder

_SHOWN = 23  # mod_autoindex's NameWidth: longer names are cut in the text of a link, never in its address
_COLUMNS = {"N": "Name", "M": "Last modified", "S": "Size", "D": "Description"}
_KILO = 1024


def page(path: str, query: str, folder: Folder, options: Options) -> str:
    """HTML of a folder.

    Args:
        path: Decoded path of the folder, with its final slash.
        query: The order asked for, such as ``C=M;O=D``; only Apache's look follows it.
        folder: What is there.
        options: The look.
    """
    if options.index == "apache":
        return _apache(path, query, folder, encoded=options.encoded_hrefs)
    targets = [
        (path + entry.name + kind, shown)
        for entry in folder.entries
        for kind, shown in _targets(entry, by_kind=options.index == "kinds")
    ]
    links = [f'<a href="{_href(to, encoded=options.encoded_hrefs)}">{escape(shown)}</a><br>' for to, shown in targets]
    return "<html><body>" + "\n".join(links) + "</body></html>"


def _targets(entry: Entry, *, by_kind: bool) -> list[tuple[str, str]]:
    """Addresses below an entry, and the texts of their links."""
    if not by_kind or not entry.name.startswith("logs-"):
        return [("", entry.name)]
    return [("", "web"), *((f"{kind}/", kind) for kind in entry.kinds)]


def _href(path: str, *, encoded: bool) -> str:
    return quote(path).replace("-", "%2D") if encoded else quote(path)


def _apache(path: str, query: str, folder: Folder, *, encoded: bool) -> str:
    order = dict(part.split("=", 1) for part in query.split(";") if "=" in part)
    column, downwards = order.get("C", "N"), order.get("O") == "D"
    heads = [_head(key, column, downwards=downwards) for key in _COLUMNS]
    parent = path.removesuffix("/").rpartition("/")[0] + "/"
    back = (
        f'<img src="/icons/back.gif" alt="[PARENTDIR]"> <a href="{_href(parent, encoded=encoded)}">Parent Directory</a>'
    )
    titles = f"{heads[0]}{' ' * 20}{heads[1]}      {heads[2]}  {heads[3]}"
    rows = [
        f'<img src="/icons/blank.gif" alt="Icon "> {titles}<hr>{back}',
        *(_row(entry, encoded=encoded) for entry in _ordered(folder, column, downwards=downwards)),
    ]
    title = f"Index of {escape(path.removesuffix('/'))}"
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n'
        f"  <title>{title}</title>\n </head>\n <body>\n<h1>{title}</h1>\n<pre>" + "\n".join(rows) + "\n"
        "<hr></pre>\n</body></html>\n"
    )


def _head(key: str, column: str, *, downwards: bool) -> str:
    """A column's title: its link turns the order round if the page is in the order of this column."""
    turned = key == column and not downwards
    return f'<a href="?C={key};O={"D" if turned else "A"}">{_COLUMNS[key]}</a>'


def _ordered(folder: Folder, column: str, *, downwards: bool) -> list[Entry]:
    keys = {"M": lambda entry: entry.modified, "S": lambda entry: -1 if entry.size is None else entry.size}
    return sorted(folder.entries, key=keys.get(column, lambda entry: entry.name), reverse=downwards)


def _row(entry: Entry, *, encoded: bool) -> str:
    shown = entry.name if len(entry.name) <= _SHOWN else entry.name[: _SHOWN - 3] + "..>"
    icon = ("folder", "DIR") if entry.size is None else ("compressed", "   ")
    when = datetime.fromtimestamp(entry.modified, timezone.utc)
    size = "  - " if entry.size is None else _size(entry.size)
    return (
        f'<img src="/icons/{icon[0]}.gif" alt="[{icon[1]}]"> '
        f'<a href="{_href(entry.name, encoded=encoded)}">{escape(shown)}</a>{" " * (_SHOWN - len(shown))} '
        f"{when:%Y-%m-%d %H:%M}  {size}  "
    )


def _size(number: int) -> str:
    """A size in four places, as Apache writes it: 999, 1.2K, 34M."""
    if number < _KILO:
        return f"{number:3d} "
    value = float(number)
    for unit in "KMGTP":
        value /= _KILO
        if value < 9.95:
            return f"{value:3.1f}{unit}"
        if value < 999.5:
            return f"{value:3.0f}{unit}"
    return f"{value:3.0f}P"
