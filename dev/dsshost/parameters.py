"""Parameters of a form, checked strictly: what the form would show otherwise, or not at all, is an error here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dev.dsshost.strictjson import BadPlugin

_MODEL = re.compile(r"model\.([A-Za-z0-9_]+)")
_VALUES: Mapping[str, type | tuple[type, ...]] = {
    "STRING": str, "TEXTAREA": str, "PASSWORD": str, "STRINGS": list, "INT": int, "DOUBLE": (int, float),
    "BOOLEAN": bool, "DATE": str, "SELECT": str, "MULTISELECT": list, "MAP": dict, "KEY_VALUE_LIST": list,
    "ARRAY": list, "OBJECT_LIST": list, "COLUMN": str, "COLUMNS": list, "PRESET": dict, "SEPARATOR": str,
    "DATASET": str, "DATASETS": list, "MANAGED_FOLDER": str, "SAVED_MODEL": str, "VISUAL_ANALYSIS": str,
    "API_SERVICE": str, "API_SERVICE_VERSION": str, "BUNDLE": str, "PROJECT": str, "SCENARIO": str,
    "CONNECTION": str, "CONNECTIONS": list,
}  # fmt: skip
_PARAM = {
    "name", "type", "label", "description", "defaultValue", "mandatory", "visibilityCondition", "allowDuplicates",
    "minI", "maxI", "minD", "maxD", "selectChoices", "getChoicesFromPython", "disableAutoReload", "triggerParameters",
    "subParams", "columnRole", "allowedColumnTypes", "parameterSetId", "canSelectForeign", "apiServiceParamName",
}  # fmt: skip
_DYNAMIC = ("disableAutoReload", "triggerParameters")  # of parameters whose choices a Python file gives


def check_params(params: Sequence[dict[str, Any]], where: str, sets: set[str], roles: Sequence[str]) -> None:
    """Check the parameters of one form.

    Args:
        params: As they are declared.
        where: The descriptor, for messages.
        sets: Ids of the plugin's parameter sets.
        roles: Names of the component's roles.

    Raises:
        BadPlugin: With the parameter.
    """
    names = [param.get("name") for param in params if param.get("name")]
    if len(set(names)) != len(names):
        raise BadPlugin(f"{where}: two parameters have one name")
    for param in params:
        label = f"{where}: parameter {param.get('name')}"
        if set(param) - _PARAM or param.get("type") not in _VALUES:
            raise BadPlugin(f"{label} has an unknown type or unknown keys {sorted(set(param) - _PARAM)}")
        if not param.get("label") or not param.get("description"):
            raise BadPlugin(f"{label} needs a label and a description")
        if not param.get("name") and param["type"] != "SEPARATOR":
            raise BadPlugin(f"{label} needs a name")
        _value(param, label, sets, roles)
        _choices(param, label, names)
        if param["type"] == "API_SERVICE_VERSION" and param.get("apiServiceParamName") not in names:
            raise BadPlugin(f"{label}: apiServiceParamName {param.get('apiServiceParamName')} is no parameter")
        for other in _MODEL.findall(param.get("visibilityCondition", "")):
            if other not in names:
                raise BadPlugin(f"{label}: visibilityCondition names {other}, which is no parameter")


def _value(param: dict[str, Any], label: str, sets: set[str], roles: Sequence[str]) -> None:
    kind, default = param["type"], param.get("defaultValue")
    wrong = default is not None and (not isinstance(default, _VALUES[kind]) or (kind != "BOOLEAN" and default is True))
    if wrong or (kind in ("INT", "DOUBLE", "SELECT") and default is None):
        raise BadPlugin(f"{label}: defaultValue {default!r} does not suit {kind} (the form would write its own)")
    if kind == "SELECT" and not param.get("getChoicesFromPython"):
        choices = [choice.get("value") for choice in param.get("selectChoices", []) if choice.get("label")]
        if default not in choices:
            raise BadPlugin(f"{label}: defaultValue {default!r} is none of {choices}")
    if kind == "PRESET" and param.get("parameterSetId") not in sets:
        raise BadPlugin(f"{label}: there is no parameter set {param.get('parameterSetId')}")
    if kind in ("COLUMN", "COLUMNS") and param.get("columnRole") not in roles:
        raise BadPlugin(f"{label}: columnRole {param.get('columnRole')} is no role")


def _choices(param: Mapping[str, Any], label: str, names: Sequence[Any]) -> None:
    """What the reference documentation says of choices that Python gives; the form ignores the rest in silence."""
    if "getChoicesFromPython" not in param:
        given = [key for key in _DYNAMIC if key in param]
        if given:
            raise BadPlugin(f"{label}: {given} mean nothing without getChoicesFromPython")
        if param["type"] == "MULTISELECT" and not param.get("selectChoices"):
            raise BadPlugin(f"{label} has neither selectChoices nor getChoicesFromPython")
        return
    if param["getChoicesFromPython"] is not True or param["type"] not in ("SELECT", "MULTISELECT"):
        raise BadPlugin(f"{label}: getChoicesFromPython is true, and of a SELECT or MULTISELECT, or is not there")
    if "selectChoices" in param:
        raise BadPlugin(f"{label}: choices come from selectChoices or from Python, not from both")
    if not isinstance(param.get("disableAutoReload", False), bool):
        raise BadPlugin(f"{label}: disableAutoReload must be true or false")
    triggers = param.get("triggerParameters", [])
    if not isinstance(triggers, list) or not set(triggers) <= set(names) - {param.get("name")}:
        raise BadPlugin(f"{label}: triggerParameters {triggers!r} are not all names of other parameters")
