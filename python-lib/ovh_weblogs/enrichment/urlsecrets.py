"""What opens a door or names a person, removed from URLs and from queries.

A server logs what stands in a URL, and a browser passes it on as the referrer: ids of sessions, tokens, passwords,
addresses of mail. Only parameters and logins are looked at: a path is part of what was asked for, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment.distinct import repeats
from ovh_weblogs.enrichment.queries import decoded
from ovh_weblogs.enrichment.urlscan import holding

Keys = frozenset[str]
_DEEPEST = 4  # as it is, and decoded up to three times: an address within an address within an address
_LOGIN = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/]*@")
_PATH_PARAMETER = re.compile(r";([^/;=]*)=[^/;]*")  # Java's: /a;jsessionid=1F2E
_MAIL = re.compile(r"[^\s@<>()&=?/]@(?!\dx\.)[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2}")  # but for logo@2x.png
_NESTED = re.compile(r"[^\[]*\[([^\[\]]*)\](?:\[\])?")  # user[email], filter[mail][]
_POSSIBLE = b"?;#@"  # what begins a parameter, or ends a login
# An escape of a letter, a digit or of - . _ is never needed, so that whoever writes one hides something.
_HIDDEN = r"%(?:25|2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])"
_BEFORE = r"(?:^|[?&;#\[]|%(?:3f|26|3b|23|5b))"
_AFTER = r"(?:$|[\]=?&;#]|%(?:5d|3d|3f|26|3b|23))"  # a key


def without(array: pa.Array, keys: Keys) -> pa.Array:
    """Each URL without the parameters of these keys, without those that hold an address of mail, and without a login.

    Args:
        array: URLs, absolute or as logged. Those that have nothing to remove stay exactly as they are.
        keys: In lower case; capitals do not count.
    """
    if array.null_count == len(array):
        return array
    distinct = repeats(array)
    if distinct is None:
        return _without(array, keys)
    clean = _without(distinct.dictionary, keys)
    return array if clean is distinct.dictionary else pc.take(clean, distinct.indices)


def _without(array: pa.Array, keys: Keys) -> pa.Array:
    possible = holding(array, _POSSIBLE)
    if possible.true_count == 0:
        return array
    urls = array.filter(possible)
    changed = _changed(urls, keys, lambda url: cleaned(url, keys))
    return array if changed is urls else pc.replace_with_mask(array, possible, changed)


def queries_without(array: pa.Array, keys: Keys) -> pa.Array:
    """As ``without`` has it, each text being a query alone; null where nothing is left."""
    return _changed(array, keys, lambda query: _kept(query, keys, _key_pattern(keys)))


def _changed(array: pa.Array, keys: Keys, change: Callable[[str], str]) -> pa.Array:
    distinct = array.dictionary_encode()
    suspects = pc.match_substring_regex(distinct.dictionary, suspicion(keys))
    if suspects.true_count == 0:  # mostly: nothing is copied, and no text is made
        return array
    changed = [change(url) or None for url in distinct.dictionary.filter(suspects).to_pylist()]
    values = pc.replace_with_mask(distinct.dictionary, suspects, pa.array(changed, pa.string()))
    return pc.take(values, distinct.indices)


@lru_cache(maxsize=8)
def suspicion(keys: Keys) -> str:
    """What every URL has that ``cleaned`` changes, as a pattern of RE2; others may have it, too."""
    accents = "" if "".join(keys).isascii() else "|%[89a-f]"
    return f"(?i)@|%40|{_HIDDEN}{accents}" + (f"|{_BEFORE}{_any(keys)}{_AFTER}" if keys else "")


@lru_cache(maxsize=8)
def _key_pattern(keys: Keys) -> re.Pattern[str]:
    """A key with its sign of equality in a text that was decoded: an address in a parameter's value has some."""
    return re.compile(rf"[?&;#\[]{_any(keys)}\]?=" if keys else r"(?!)", re.IGNORECASE)


def _any(keys: Iterable[str]) -> str:
    return f"(?:{'|'.join(re.escape(key) for key in sorted(keys))})"


def cleaned(url: str, keys: Keys) -> str:
    """One URL as ``without`` has it; empty if nothing is left."""
    inside = _key_pattern(keys)
    head, _, anchor = url.partition("#")
    path, _, query = head.partition("?")
    bare = _PATH_PARAMETER.sub(lambda found: "" if _is_key(found[1], keys) else found[0], _LOGIN.sub(r"\1", path))
    left, rest = _kept(query, keys, inside), _kept(anchor, keys, inside) if "=" in anchor else anchor
    if (bare, left, rest) == (path, query, anchor):
        return url
    return bare + (f"?{left}" if left else "") + (f"#{rest}" if rest else "")


def _kept(query: str, keys: Keys, inside: re.Pattern[str]) -> str:
    return "&".join(pair for pair in query.split("&") if not _is_secret(pair, keys, inside))


def _is_secret(pair: str, keys: Keys, inside: re.Pattern[str]) -> bool:
    key, _, value = pair.partition("=")
    if _is_key(key, keys):
        return True
    for _ in range(_DEEPEST):
        if inside.search(value) or ("@" in value and _MAIL.search(value)):
            return True
        value = decoded(value)
    return False


def _is_key(text: str, keys: Keys) -> bool:
    key = re.split("[?;]", decoded(text).lower())[-1]  # "amp;sid" of a page that escapes its links twice
    nested = _NESTED.fullmatch(key)
    return key in keys or bool(nested and nested[1] in keys)
