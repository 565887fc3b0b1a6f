"""Descriptors of a plugin, read strictly: what DSS would ignore in silence is an error here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_ID = re.compile(r"[A-Za-z0-9_-]+")
_MODEL = re.compile(r"model\.([A-Za-z0-9_]+)")
_META = {"label", "description", "icon", "iconColor", "author", "tags", "displayOrderRank", "licenseInfo", "url"}
_META |= {"category", "recipesCategory", "supportLevel"}
_COLORS = {"red", "pink", "purple", "blue", "green", "sky", "yellow", "orange", "brown", "gray"}
_KNOWN = {
    "plugin.json": {"id", "version", "meta", "params"},
    "connector.json": {
        "meta", "readable", "writable", "supportAppend", "params", "paramsPythonSetup", "strictSchema",
        "canCountRecords", "partitioningMode",
    },
    "recipe.json": {
        "meta", "kind", "inputRoles", "outputRoles", "selectableFromDataset", "selectableFromFolder", "params",
        "paramsPythonSetup", "resourceKeys",
    },
    "parameter-set.json": {"meta", "defaultDefinableInline", "defaultDefinableAtProjectLevel", "pluginParams",
                           "params"},
}  # fmt: skip
_VALUES: Mapping[str, type | tuple[type, ...]] = {
    "STRING": str, "TEXTAREA": str, "PASSWORD": str, "STRINGS": list, "INT": int, "DOUBLE": (int, float),
    "BOOLEAN": bool, "DATE": str, "SELECT": str, "MULTISELECT": list, "MAP": dict, "KEY_VALUE_LIST": list,
    "ARRAY": list, "OBJECT_LIST": list, "COLUMN": str, "COLUMNS": list, "PRESET": dict, "SEPARATOR": str,
}  # fmt: skip
_PARAM = {
    "name", "type", "label", "description", "defaultValue", "mandatory", "visibilityCondition", "allowDuplicates",
    "minI", "maxI", "minD", "maxD", "selectChoices", "getChoicesFromPython", "disableAutoReload", "triggerParameters",
    "subParams", "columnRole", "allowedColumnTypes", "parameterSetId",
}  # fmt: skip
_MODES = {"NOT_PARTITIONABLE", "CODE_DEFINED_LISTABLE", "CODE_DEFINED_UNLISTABLE", "USER_DEFINED_LISTABLE"}
_MODES |= {"USER_DEFINED_UNLISTABLE"}
_KINDS = {
    "python-connectors": ("connector.json", "connector.py"),
    "custom-recipes": ("recipe.json", "recipe.py"),
    "parameter-sets": ("parameter-set.json", None),
}
_PYTHONS = {f"PYTHON{version}" for version in (36, 37, 38, 39, 310, 311, 312, 313, 314)}


class BadPlugin(Exception):
    """A descriptor that DSS would refuse, or would take and ignore in part."""


def strict_json(path: Path) -> Any:
    """A file as strict JSON; a key twice is an error.

    Raises:
        BadPlugin: It is none.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise BadPlugin(f"{path}: a key stands twice among {keys}")
        return dict(pairs)

    try:
        return json.loads(path.read_text("utf-8"), object_pairs_hook=once)
    except (ValueError, OSError) as cause:
        raise BadPlugin(f"{path}: {cause}") from cause


def check_plugin(plugin: Path) -> list[str]:
    """Check every descriptor of a plugin's folder, and give the ids of its components.

    Raises:
        BadPlugin: With the file and the key.
    """
    root = strict_json(plugin / "plugin.json")
    _known(root, "plugin.json", "plugin.json")
    if not _ID.fullmatch(root.get("id", "")) or not re.fullmatch(r"\d+\.\d+\.\d+", root.get("version", "")):
        raise BadPlugin("plugin.json: id or version is missing or of the wrong shape")
    sets = {folder.name for folder in (plugin / "parameter-sets").glob("*") if folder.is_dir()}
    _params(root.get("params", []), "plugin.json", sets, ())
    found: list[str] = []
    for kind, (descriptor, code) in _KINDS.items():
        for folder in sorted(path for path in (plugin / kind).glob("*") if path.is_dir()):
            where = f"{kind}/{folder.name}/{descriptor}"
            if not _ID.fullmatch(folder.name) or not folder.name.startswith(root["id"]):
                raise BadPlugin(f"{where}: the component's id must begin with the plugin's")
            _component(strict_json(folder / descriptor), descriptor, where, sets)
            if code:
                compile((folder / code).read_text("utf-8"), code, "exec")
            found.append(f"{kind}/{folder.name}")
    _code_env(plugin)
    return found


def _component(content: dict[str, Any], descriptor: str, where: str, sets: set[str]) -> None:
    _known(content, descriptor, where)
    roles = [role["name"] for key in ("inputRoles", "outputRoles") for role in content.get(key, [])]
    if descriptor == "connector.json":
        if content.get("partitioningMode", "NOT_PARTITIONABLE") not in _MODES:
            raise BadPlugin(f"{where}: partitioningMode {content['partitioningMode']} is not known")
        if not isinstance(content.get("readable"), bool) or not isinstance(content.get("writable"), bool):
            raise BadPlugin(f"{where}: readable and writable must be true or false")
    if descriptor == "recipe.json":
        _roles(content, where)
    _params(content.get("params", []) + content.get("pluginParams", []), where, sets, roles)


def _known(content: dict[str, Any], descriptor: str, where: str) -> None:
    unknown = set(content) - _KNOWN[descriptor]
    meta = content.get("meta", {})
    unknown |= {f"meta.{key}" for key in set(meta) - _META}
    if unknown:
        raise BadPlugin(f"{where}: unknown keys {sorted(unknown)}")
    if not meta.get("label") or not meta.get("description") or not str(meta.get("icon", "")).startswith("icon-"):
        raise BadPlugin(f"{where}: meta needs a label, a description and an icon")
    if meta.get("iconColor", "blue") not in _COLORS:
        raise BadPlugin(f"{where}: iconColor {meta['iconColor']} is not known")


def _roles(content: dict[str, Any], where: str) -> None:
    if content.get("kind") not in ("PYTHON", "R", "PYSPARK", "SPARK_SCALA"):
        raise BadPlugin(f"{where}: kind {content.get('kind')} is not known")
    known = {"name", "label", "description", "arity", "required", "acceptsDataset", "acceptsManagedFolder"}
    for key in ("inputRoles", "outputRoles"):
        for role in content.get(key) or [{}]:
            if set(role) - known or role.get("arity") not in ("UNARY", "NARY") or not role.get("name"):
                raise BadPlugin(f"{where}: role {role} of {key} is not well formed")
            if not role.get("label") or not role.get("description"):
                raise BadPlugin(f"{where}: role {role['name']} needs a label and a description")
    inputs = {role["name"] for role in content["inputRoles"]}
    for key in ("selectableFromDataset", "selectableFromFolder"):
        if key in content and content[key] not in inputs:
            raise BadPlugin(f"{where}: {key} names no input role")


def _params(params: Sequence[dict[str, Any]], where: str, sets: set[str], roles: Sequence[str]) -> None:
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


def _code_env(plugin: Path) -> None:
    env = strict_json(plugin / "code-env" / "python" / "desc.json")
    accepted = env.get("acceptedPythonInterpreters") or []
    if not accepted or set(accepted) - _PYTHONS:
        raise BadPlugin(f"code-env/python/desc.json: acceptedPythonInterpreters {accepted}")
    if env.get("corePackagesSet") != "AUTO":
        raise BadPlugin("code-env/python/desc.json: corePackagesSet must be AUTO")
    lines = (plugin / "code-env" / "python" / "spec" / "requirements.txt").read_text("utf-8").splitlines()
    core = {"pandas", "numpy", "python-dateutil"}
    pinned = [line for line in lines if re.split(r"[^A-Za-z0-9_-]", line, maxsplit=1)[0].lower() in core]
    if pinned:
        raise BadPlugin(f"code-env requirements name what the host's core packages bring: {pinned}")
