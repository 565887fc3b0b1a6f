"""Descriptors of a plugin, read strictly: what DSS would ignore in silence is an error here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dev.dsshost.parameters import check_params
from dev.dsshost.strictjson import BadPlugin, strict_json

_ID = re.compile(r"[A-Za-z0-9_-]+")
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
    "runnable.json": {
        "meta", "impersonate", "permissions", "requiresGlobalAdmin", "resultType", "resultLabel", "extension",
        "mimeType", "macroRoles", "params", "adminParams", "paramsPythonSetup",
    },
    "parameter-set.json": {"meta", "defaultDefinableInline", "defaultDefinableAtProjectLevel", "pluginParams",
                           "params"},
}  # fmt: skip
_MODES = {"NOT_PARTITIONABLE", "CODE_DEFINED_LISTABLE", "CODE_DEFINED_UNLISTABLE", "USER_DEFINED_LISTABLE"}
_MODES |= {"USER_DEFINED_UNLISTABLE"}
_PERMISSIONS = {"ADMIN", "READ_CONF", "WRITE_CONF"}
_RESULTS = {"NONE", "HTML", "URL", "FILE", "FOLDER_FILE", "RESULT_TABLE", "JSON_OBJECT"}
_OBJECT_ROLES = {
    "DATASET",
    "DATASETS",
    "API_SERVICE",
    "API_SERVICE_VERSION",
    "BUNDLE",
    "VISUAL_ANALYSIS",
    "SAVED_MODEL",
}
_OBJECT_ROLES |= {"MANAGED_FOLDER"}
_KINDS = {
    "python-connectors": ("connector.json", "connector.py"),
    "custom-recipes": ("recipe.json", "recipe.py"),
    "python-runnables": ("runnable.json", "runnable.py"),
    "parameter-sets": ("parameter-set.json", None),
}
_PYTHONS = {f"PYTHON{version}" for version in (36, 37, 38, 39, 310, 311, 312, 313, 314)}


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
    check_params(root.get("params", []), "plugin.json", sets, ())
    found: list[str] = []
    for kind, (descriptor, code) in _KINDS.items():
        for folder in sorted(path for path in (plugin / kind).glob("*") if path.is_dir()):
            where = f"{kind}/{folder.name}/{descriptor}"
            if not _ID.fullmatch(folder.name) or not folder.name.startswith(root["id"]):
                raise BadPlugin(f"{where}: the component's id must begin with the plugin's")
            content = strict_json(folder / descriptor)
            _component(content, descriptor, where, sets)
            _choices_file(content, where, plugin)
            if code:
                _compiles(folder / code)
            if kind == "python-runnables":
                _macro_folder(folder, where)
            found.append(f"{kind}/{folder.name}")
    _code_env(plugin)
    return found


def component_descriptor(plugin: Path, component: str) -> dict[str, Any]:
    """The descriptor of a component, which its folder in the plugin names.

    Raises:
        BadPlugin: There is none.
    """
    kind = component.partition("/")[0]
    if kind not in _KINDS:
        raise BadPlugin(f"{component}: components of this kind are not known")
    return strict_json(plugin / component / _KINDS[kind][0])


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
    params = content.get("params", []) + content.get("pluginParams", []) + content.get("adminParams", [])
    check_params(params, where, sets, roles)
    if descriptor == "runnable.json":
        _macro(content, where)
        _macro_roles(content, where, {param.get("name"): param["type"] for param in params})
    if descriptor == "parameter-set.json" and any(param.get("name") == "mode" for param in params):
        raise BadPlugin(f"{where}: a field of the name mode makes values look like a stored preset")


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


def _macro(content: dict[str, Any], where: str) -> None:
    for key, default in (("impersonate", None), ("requiresGlobalAdmin", False)):
        if not isinstance(content.get(key, default), bool):
            raise BadPlugin(f"{where}: {key} must be true or false")
    permissions = content.get("permissions")
    if not isinstance(permissions, list) or sorted(permissions) != sorted({*permissions} & _PERMISSIONS):
        raise BadPlugin(f"{where}: permissions {permissions!r} are not a list of {sorted(_PERMISSIONS)}")
    kind = content.get("resultType")
    if kind not in _RESULTS:
        raise BadPlugin(f"{where}: resultType {kind} is not known")
    if bool(content.get("resultLabel")) != (kind != "NONE"):
        raise BadPlugin(f"{where}: a result needs a resultLabel, and NONE has none")
    for key in ("extension", "mimeType"):
        if bool(content.get(key)) != (kind == "FILE"):
            raise BadPlugin(f"{where}: {key} belongs to the resultType FILE, and to no other")


def _macro_roles(content: dict[str, Any], where: str, kinds: Mapping[Any, str]) -> None:
    for role in content.get("macroRoles", []):
        kind, label = role.get("type"), f"{where}: macro role {role.get('type')}"
        if set(role) - {"type", "targetParamsKey", "targetParamsKeys", "applicableToForeign"}:
            raise BadPlugin(f"{label} has unknown keys in {sorted(role)}")
        if not isinstance(role.get("applicableToForeign", False), bool):
            raise BadPlugin(f"{label}: applicableToForeign must be true or false")
        # Only a version of a service fills two parameters, itself and its service; a project's menus fill none.
        wanted = ["API_SERVICE", kind] if kind == "API_SERVICE_VERSION" else [kind] if kind in _OBJECT_ROLES else []
        if not wanted and kind not in ("PROJECT_MACROS", "PROJECT_CREATOR"):
            raise BadPlugin(f"{label} is not known")
        key = {0: None, 1: "targetParamsKey", 2: "targetParamsKeys"}[len(wanted)]
        given = {name: role[name] for name in ("targetParamsKey", "targetParamsKeys") if name in role}
        names = given.get(key, []) if len(wanted) != 1 else [given.get(key)]
        if set(given) != ({key} if key else set()) or [kinds.get(name) for name in names] != wanted:
            raise BadPlugin(f"{label} must name parameters of the types {wanted} in {key}, and names {given}")
        if kind == "PROJECT_CREATOR" and (content["impersonate"], content["resultType"]) != (False, "JSON_OBJECT"):
            raise BadPlugin(f"{label} needs impersonate false and the resultType JSON_OBJECT")


def _macro_folder(folder: Path, where: str) -> None:
    foreign = {path.name for path in folder.iterdir()} - {"runnable.json", "runnable.py", "long-description.md"}
    if foreign - {"__pycache__"}:
        raise BadPlugin(f"{where}: the host reads none of {sorted(foreign)} beside it")
    text = folder / "long-description.md"
    if text.exists() and not text.read_text("utf-8").strip():
        raise BadPlugin(f"{where}: long-description.md is empty")


def _choices_file(content: dict[str, Any], where: str, plugin: Path) -> None:
    asked = [param["name"] for param in content.get("params", []) if param.get("getChoicesFromPython")]
    asked += [param["name"] for param in content.get("adminParams", []) if param.get("getChoicesFromPython")]
    name = content.get("paramsPythonSetup")
    if bool(asked) != bool(name):
        raise BadPlugin(
            f"{where}: paramsPythonSetup {name} and parameters whose choices it gives, {asked}, go together"
        )
    if name:
        path = (plugin / "resource" / name).resolve()
        if (plugin / "resource").resolve() not in path.parents or not path.is_file():
            raise BadPlugin(f"{where}: paramsPythonSetup {name} is no file in resource/")
        _compiles(path)


def _compiles(path: Path) -> None:
    try:
        compile(path.read_text("utf-8"), path.name, "exec")
    except (SyntaxError, ValueError, OSError) as cause:
        raise BadPlugin(f"{path}: {cause}") from cause


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
