"""Presets: what a form stores of them, and the values that a component gets instead."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dev.dsshost.descriptors import component_descriptor
from dev.dsshost.storage import BadData
from dev.dsshost.strictjson import strict_json

Presets = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Values by field, by the name of the preset, by the id of its parameter set; passwords in clear, as code gets them."""

_STORED = {"mode", "name", "inlinedConfig", "inlinedPluginConfig"}


def resolve_presets(
    plugin: Path, component: str, config: Mapping[str, Any], presets: Presets | None = None
) -> dict[str, Any]:
    """A configuration as the component gets it: what is stored of a preset gives way to the preset's fields.

    Values without a ``mode`` are fields already, and stay as they are: those of a preset that was stored before its set
    changed may be others than the set declares.

    Args:
        plugin: The plugin's folder.
        component: The component's folder in it, such as ``python-connectors/ovh-logs``.
        config: The configuration as it is stored; it is not changed.
        presets: What presets hold.

    Raises:
        BadData: There is no such preset, or what is stored is not what the form stores, or a field is none of the set.
    """
    resolved = copy.deepcopy(dict(config))
    content = component_descriptor(plugin, component)
    for param in content.get("params", []) + content.get("adminParams", []):
        stored = resolved.get(param.get("name"))
        if param["type"] == "PRESET" and isinstance(stored, dict) and "mode" in stored:
            resolved[param["name"]] = _fields(plugin, param["parameterSetId"], stored, presets or {})
    return resolved


def _fields(plugin: Path, set_id: str, stored: Mapping[str, Any], presets: Presets) -> dict[str, Any]:
    parameter_set = strict_json(plugin / "parameter-sets" / set_id / "parameter-set.json")
    mode = stored["mode"]
    if mode not in ("NONE", "INLINE", "PRESET") or set(stored) - _STORED:
        raise BadData(
            f"a preset of {set_id} is stored with mode {mode!r} and the keys {sorted(stored)}: not the form's"
        )
    if mode == "NONE":
        return {}
    if mode == "PRESET":
        if stored.get("name") not in presets.get(set_id, {}):
            raise BadData(f"there is no preset {stored.get('name')!r} of {set_id}")
        return _declared(parameter_set, set_id, ("pluginParams", "params"), presets[set_id][stored["name"]])
    if parameter_set.get("defaultDefinableInline") is not True:
        raise BadData(f"the fields of {set_id} stand in a form, but the set does not let them be defined inline")
    return {
        **_declared(parameter_set, set_id, ("pluginParams",), stored.get("inlinedPluginConfig") or {}),
        **_declared(parameter_set, set_id, ("params",), stored.get("inlinedConfig") or {}),
    }


def _declared(
    parameter_set: Mapping[str, Any], set_id: str, keys: tuple[str, ...], values: Mapping[str, Any]
) -> dict[str, Any]:
    names = {param["name"] for key in keys for param in parameter_set.get(key, []) if param.get("name")}
    if set(values) - names:
        raise BadData(f"{set_id} declares no field {sorted(set(values) - names)}")
    return copy.deepcopy(dict(values))
