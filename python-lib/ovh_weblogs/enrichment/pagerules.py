"""What a hit is to the owner of the site: the first rule that matches gives its category, and says if it converts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment import urls
from ovh_weblogs.enrichment.distinct import rows
from ovh_weblogs.enrichment.filters import check_statuses
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.schema import LOCATION_PARTS
from ovh_weblogs.sources import RULE_MATCHES, PageRule

_MOST = 1000  # rules
_GLOB = re.compile(r"\*\*|\*|\?|[^*?]+")
_PARTS = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Compiled:
    """A rule as it is asked; None for what holds for every hit. Patterns are those of RE2, in linear time."""

    rule: PageRule
    path: str | None
    host: str | None
    methods: pa.Array | None
    statuses: pa.Array | None


def of_hits(batch: pa.RecordBatch, rules: tuple[PageRule, ...]) -> list[pa.Array]:
    """``schema.PAGE_RULE_COLUMNS`` of hits.

    Args:
        batch: Hits with ``location``, or its parts; method, status and type may be there.
        rules: As ``check_rules`` takes them. What a rule states of a column that is absent does not hold.
    """
    compiled = check_rules(rules)
    asked = _asked(batch)
    distinct, places = rows(list(asked.values()))
    chosen = _first(dict(zip(asked, distinct, strict=True)), compiled).take(places)
    categories = pa.array([rule.category or None for rule in rules], pa.string()).take(chosen)
    converts = pa.array([rule.conversion for rule in rules], pa.bool_()).take(chosen)
    return [categories, pc.fill_null(converts, fill_value=False)]


def _asked(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """The columns that rules look at; nulls for those that are absent."""
    names = set(batch.schema.names)
    if {"location_host", "location_path"} <= names:
        hosts, paths = batch.column("location_host"), batch.column("location_path")
    else:
        _, hosts, _, paths, _, _ = urls.parts(batch.column("location"), LOCATION_PARTS)
    paths = pc.if_else(pc.and_(paths.is_null(), hosts.is_valid()), "/", paths)  # a host alone is the page at its root
    hosts = pc.coalesce(hosts, batch.column("vhost")) if "vhost" in names else hosts
    kinds = {"method": pa.string(), "status": pa.int32(), "type": pa.string()}
    others = {
        name: batch.column(name) if name in names else pa.nulls(batch.num_rows, kind) for name, kind in kinds.items()
    }
    return {"path": paths, "host": hosts, **others}


def _first(asked: dict[str, pa.Array], rules: tuple[Compiled, ...]) -> pa.Array:
    """The place of the first rule that matches each row; null where none does."""
    count = len(asked["path"])
    found, left = np.zeros(count, np.int32), np.ones(count, np.bool_)
    for place, rule in enumerate(rules):
        matched = left & _matched(asked, rule)
        found[matched] = place
        left &= ~matched
    return pa.array(found, mask=left)


def _matched(asked: dict[str, pa.Array], rule: Compiled) -> Flags:
    matched = np.ones(len(asked["path"]), np.bool_)
    if rule.path is not None:
        matched &= _flags(pc.match_substring_regex(asked["path"], rule.path))
    if rule.host is not None:
        matched &= _flags(pc.match_substring_regex(asked["host"], rule.host))
    if rule.methods is not None:
        matched &= _flags(pc.is_in(asked["method"], value_set=rule.methods))
    if rule.statuses is not None:
        matched &= _flags(pc.is_in(asked["status"], value_set=rule.statuses))
    if rule.rule.type:
        matched &= _flags(pc.equal(asked["type"], rule.rule.type))
    return matched


def _flags(array: pa.Array) -> Flags:
    flags: Flags = pc.fill_null(array, fill_value=False).to_numpy(zero_copy_only=False)
    return flags


@lru_cache(maxsize=4)
def check_rules(rules: tuple[PageRule, ...]) -> tuple[Compiled, ...]:
    """Rules, compiled.

    Raises:
        SettingsError: One cannot be used; it is named, and where it stands.
    """
    if len(rules) > _MOST:
        raise SettingsError(
            f"There are {len(rules)} page rules, and {_MOST} at most are taken", fix="join some of them by patterns"
        )
    return tuple(_compiled(rule) for rule in rules)


def _compiled(rule: PageRule) -> Compiled:
    if not rule.category and not rule.conversion:
        raise _refused(rule, "has neither a category nor a conversion", "name its category")
    if rule.match not in RULE_MATCHES:
        raise _refused(rule, f"compares its path by '{rule.match[:40]}'", f"write one of {', '.join(RULE_MATCHES)}")
    if rule.path and rule.match != "pattern" and rule.path[0] not in "/*?":
        raise _refused(rule, f"has the path '{rule.path[:60]}'", "begin it with a slash")
    methods, statuses = _listed(rule.method.upper()), _listed(rule.status)
    try:
        numbers = check_statuses(statuses) if statuses else None
    except SettingsError as cause:
        raise _refused(rule, f"has the status '{rule.status[:40]}'", "write it as 404, as 400-499 or as 4xx") from cause
    return Compiled(
        rule,
        path=_path(rule),
        host=f"(?i)^{_globbed(rule.host.replace('*', '**'))}$" if rule.host else None,
        methods=pa.array(methods) if methods else None,
        statuses=numbers,
    )


def _path(rule: PageRule) -> str | None:
    if not rule.path:
        return None
    if rule.match == "prefix":
        return f"^{_quoted(rule.path)}"
    if rule.match == "glob":
        return f"^{_globbed(rule.path)}$"
    try:
        pc.match_substring_regex(pa.array([""]), rule.path)
    except pa.ArrowInvalid as cause:
        raise _refused(
            rule,
            f"has the pattern '{rule.path[:100]}', which cannot be used ({cause})",
            "correct it: RE2's syntax has neither references nor looks ahead or behind",
        ) from cause
    return rule.path


def _globbed(text: str) -> str:
    """A pattern for a glob: ``*`` and ``?`` stand for what is within a folder, ``**`` for anything."""
    return "".join(_PARTS.get(part) or _quoted(part) for part in _GLOB.findall(text))


def _quoted(text: str) -> str:
    return re.sub(r"([\x00-\x7f])", lambda sign: sign[0] if sign[0].isalnum() else f"\\x{ord(sign[0]):02x}", text)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _refused(rule: PageRule, what: str, fix: str) -> SettingsError:
    name = f" '{rule.category[:60]}'" if rule.category else ""
    return SettingsError(f"The page rule{name} ({rule.place or 'without a place'}) {what}", fix=fix)
