"""What a macro tells and gives, checked against what the host can show of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from dev.dsshost.markup import check_html
from dev.dsshost.storage import BadData

_UNITS = ("SIZE", "FILES", "RECORDS", "NONE")


def check_progress(target: Any, progress: Sequence[Any]) -> None:
    """Refuse a target or a progress that the host's bar cannot show.

    Args:
        target: A list of a number and a unit, as JSON has it; None without a bar.
        progress: The values told, in order.

    Raises:
        BadData: The target is none, or a value is no number, falls, is below 0 or above the target.
    """
    if target is not None:
        if not isinstance(target, list) or len(target) != 2 or target[1] not in _UNITS:
            raise BadData(f"get_progress_target gave {target!r}, not None or a number and one of {_UNITS}")
        if not _is_number(target[0]) or target[0] <= 0:
            raise BadData(f"get_progress_target gave the target {target[0]!r}, not a number above 0")
    wrong = [value for value in progress if not _is_number(value)]
    if wrong:
        raise BadData(f"the progress {wrong[0]!r} is no number")
    falling = [(one, other) for one, other in itertools.pairwise(progress) if other < one]
    if falling:
        raise BadData("the progress falls from {} to {}".format(*falling[0]))
    if progress and (progress[0] < 0 or (target is not None and progress[-1] > target[0])):
        raise BadData(f"the progress goes from {progress[0]} to {progress[-1]}, not from 0 to the target {target}")


def check_result(kind: str, result: str | None, made: str) -> None:
    """Refuse a result that is not of the declared kind.

    Args:
        kind: The descriptor's ``resultType``.
        result: What the host got.
        made: How it was made: ``to_json`` by this method, else the name of the type that the macro gave.

    Raises:
        BadData: With what it should be.
    """
    _CHECKS[kind](result, made)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")


def _nothing(result: str | None, made: str) -> None:
    if result is not None:
        raise BadData(f"resultType NONE shows nothing, and the macro gave {made}")


def _text(result: str | None, made: str) -> str:
    if made != "str" or not result:
        raise BadData(f"the result must be a text that is not empty, and the macro gave {made}")
    return result


def _html(result: str | None, made: str) -> None:
    check_html(_text(result, made))


def _url(result: str | None, made: str) -> None:
    parts = urlsplit(_text(result, made))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadData("the result must be the address of a page: http or https, and a host")


def _object(result: str | None, made: str) -> dict[str, Any]:
    try:
        content = json.loads(result or "null")
    except ValueError as cause:
        raise BadData(f"the result is no JSON: {cause}") from cause
    if not isinstance(content, dict):
        raise BadData(f"the result must be a JSON object, and the macro gave {made}")
    return content


def _table(result: str | None, made: str) -> None:
    if made != "to_json":
        raise BadData(f"the result must be a ResultTable, and the macro gave {made}")
    content = _object(result, made)
    if set(content) != {"header", "columns", "records", "name"}:
        raise BadData(f"a table has a header, columns, records and a name, and this one {sorted(content)}")
    columns = content["columns"]
    for column in columns:
        shown = isinstance(column, dict) and column.get("name") and column.get("displayName")
        if not shown or column.get("type") not in ("STRING", "STRING_LIST"):
            raise BadData(f"column {column} needs a name, a name to show, and the type STRING or STRING_LIST")
    if not columns or len({column["name"] for column in columns}) != len(columns):
        raise BadData("a table needs columns, each of its own name")
    for number, record in enumerate(content["records"], 1):
        if not isinstance(record, list) or len(record) != len(columns):
            raise BadData(f"record {number} of the table is no list of {len(columns)} cells")
        for column, cell in zip(columns, record, strict=True):
            texts = cell if column["type"] == "STRING_LIST" else [cell]
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise BadData(f"record {number} of the table, column {column['name']}: {cell!r} is no {column['type']}")


_CHECKS: Mapping[str, Callable[[str | None, str], Any]] = {
    "NONE": _nothing,
    "HTML": _html,
    "URL": _url,
    "FILE": _text,
    "JSON_OBJECT": _object,
    "RESULT_TABLE": _table,
}
