"""An input of any origin read as hits: columns by what they stand for, under our names and of our types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.casting import cast
from ovh_weblogs.enrichment.instants import instants
from ovh_weblogs.errors import InputError
from ovh_weblogs.roles import ROLES, Role, column_of
from ovh_weblogs.schema import HITS, Column, Type

UNREADABLE = "times that could not be read"
TRACKER = {"visitor_id": "tracker_visitor_id", "session_id": "tracker_session_id"}
_TIME = "server_ts"
_COOKIES = ("visitor_id", "session_id", "br_lang", "tz_off")  # a tracker writes nulls of these as the word
_TARGETS = ("location", "path")
_ROLES = {role.column: role for role in ROLES}
_METHOD = r"^([A-Z]{1,20}) "
_REQUEST_LINE = r"^[A-Z]{1,20} +(.+?)(?: +HTTP/[0-9.]{1,5})?$"


def found(names: Sequence[str], chosen: Mapping[str, str], roles: Sequence[Role] = ROLES) -> dict[str, str]:
    """The input's columns by our names of their roles; those that it lacks are not in it.

    Args:
        names: Columns of the input.
        chosen: Columns by the names of their roles, where they are not called by our names.
        roles: Those that are looked for.

    Raises:
        InputError: A column that was chosen is not there.
    """
    columns = {role.column: column_of(chosen, role) for role in roles}
    absent = [f"{columns[role.column]} ({role.parameter})" for role in roles if _is_absent(role, names, chosen)]
    if absent:
        raise InputError(
            f"The input has no column {' and no column '.join(absent)}", fix="choose one that it has in the recipe"
        )
    return {ours: column for ours, column in columns.items() if column in names}


def of_hits(names: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """As ``found``, for what is to be enriched.

    Raises:
        InputError: A column that was chosen is not there.
    """
    columns = found(names, chosen)
    for ours, kept in TRACKER.items():
        if kept in names and columns.get(ours) == ours:
            columns[ours] = kept  # enriched before: what is called visitor_id is no cookie any more
    return columns


def _is_absent(role: Role, names: Sequence[str], chosen: Mapping[str, str]) -> bool:
    name = chosen.get(role.name)
    return bool(name) and name != role.input and name not in names


def is_ours(name: str, columns: Mapping[str, str]) -> bool:
    """Whether a column of the input is that of ``schema.HITS``: not chosen as another, not beside the chosen one."""
    chosen = [ours for ours, column in columns.items() if column == name]
    return HITS.get(name) is not None and (name in chosen if name in _ROLES else not chosen)


def read(
    batch: pa.RecordBatch, columns: Mapping[str, str], zone: tzinfo, counts: Counter[str] | None = None
) -> dict[str, pa.Array]:
    """Columns of ``schema.HITS`` by their names, of their types, besides ``path`` and ``identifier`` where chosen.

    Columns that are not called by our names come from elsewhere: "-" is null in them, quotes around a text are left
    out as Grok's patterns keep them, and a URL may stand in a request line.

    Args:
        batch: The input's.
        columns: As ``found`` gives them.
        zone: Of times that are texts without one.
        counts: Times that cannot be read are counted in it, under ``UNREADABLE``.

    Raises:
        InputError: A value cannot be read as its column's type; times become null instead.
    """
    given = {ours: _given(batch.column(name), ours, name) for ours, name in columns.items()}
    read = {ours: _read(array, ours, columns[ours], zone) for ours, array in given.items()}
    if counts is not None and _TIME in read:
        counts[UNREADABLE] += read[_TIME].null_count - given[_TIME].null_count
    line = _request_lines(columns)
    if line:
        read["method"] = _method(given[line])
    if "path" in read:
        read["location"] = _joined(read.get("vhost"), read["path"])
    for column in _others(batch.schema.names):
        read[column.name] = cast(batch.column(column.name), column.type, column.name)
    return read


def readable(names: Sequence[str], columns: Mapping[str, str]) -> set[str]:
    """Names of what ``read`` gives for an input of these columns."""
    derived = [*(["method"] if _request_lines(columns) else []), *(["location"] if "path" in columns else [])]
    return {*columns, *derived, *(column.name for column in _others(names))}


def _others(names: Sequence[str]) -> list[Column]:
    """Columns of hits that stand for nothing else under another name."""
    return [column for column in HITS.columns if column.name in names and column.name not in _ROLES]


def _request_lines(columns: Mapping[str, str]) -> str:
    """Our name of the column that may hold request lines, where they alone tell the method; empty for none."""
    foreign = [ours for ours in _TARGETS if ours in columns and _is_foreign(ours, columns[ours])]
    return foreign[-1] if foreign and "method" not in columns else ""


def _given(array: pa.Array, ours: str, name: str) -> pa.Array:
    """The column as it comes, but for texts that stand for nothing."""
    if not _is_text(array) or array.null_count == len(array):
        return array
    text = _text(array, name) if _is_foreign(ours, name) else cast(array, Type.STRING, name)
    return _nulled(text, "null") if ours in _COOKIES else text


def _read(array: pa.Array, ours: str, name: str, zone: tzinfo) -> pa.Array:
    if ours == _TIME:
        return instants(array, zone)
    column = HITS.get(ours)
    array = cast(array, column.type if column else Type.STRING, name)
    return _target(array) if _is_foreign(ours, name) and ours in _TARGETS else array


def _is_foreign(ours: str, name: str) -> bool:
    """Whether a column comes from elsewhere than hits, which have no path of its own."""
    return name != ours or HITS.get(ours) is None


def _text(array: pa.Array, name: str) -> pa.Array:
    text = cast(array, Type.STRING, name)
    if pc.any(pc.starts_with(text, '"')).as_py():
        text = cast(pc.replace_substring_regex(text, r'(?s)^"(.*)"$', r"\1"), Type.STRING, name)
    return _nulled(text, "-")


def _nulled(text: pa.Array, word: str) -> pa.Array:
    hit = pc.fill_null(pc.equal(text, word), fill_value=False)
    return pc.replace_with_mask(text, hit, pa.scalar(None, pa.string())) if hit.true_count else text


def _is_text(array: pa.Array) -> bool:
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _target(text: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(text, _METHOD)).as_py():
        return text
    return pc.replace_substring_regex(text, _REQUEST_LINE, r"\1")


def _method(text: pa.Array) -> pa.Array:
    return pc.struct_field(pc.extract_regex(text, r"^(?P<method>[A-Z]{1,20}) "), "method")


def _joined(hosts: pa.Array | None, paths: pa.Array) -> pa.Array:
    """The pages' addresses, https as that of hits; a path without host stays one."""
    if hosts is None:
        return paths
    urls = pc.binary_join_element_wise("https://", pc.utf8_lower(hosts), paths, "")
    bare = pc.fill_null(pc.and_(pc.starts_with(paths, "/"), hosts.is_valid()), fill_value=False)
    return pc.replace_with_mask(paths, bare, urls.filter(bare))
