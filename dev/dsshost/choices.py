"""Choices of a form that a Python file gives, asked for as the host asks (DSS 9.0.5, dataiku/customui/server.py)."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dev.dsshost.components import ComponentFailed, use_plugin
from dev.dsshost.descriptors import component_descriptor
from dev.dsshost.loading import friendly_error
from dev.dsshost.presets import Presets, resolve_presets
from dev.dsshost.storage import BadData
from dev.dsshost.strictjson import BadPlugin

_ARGUMENTS = ("payload", "config", "plugin_config", "inputs")


def choices(
    plugin: Path,
    component: str,
    parameter: str,
    model: Mapping[str, Any],
    plugin_config: Mapping[str, Any] | None = None,
    *,
    inputs: Sequence[Mapping[str, Any]] = (),
    presets: Presets | None = None,
    merged: bool = True,
    wrapped: bool = False,
) -> list[dict[str, str]]:
    """Ask the plugin which choices a parameter has, while its form is filled in.

    Args:
        plugin: The plugin's folder.
        component: The component's folder in it, such as ``python-connectors/ovh-logs``.
        parameter: Name of the parameter.
        model: What the form holds, presets as they are stored.
        plugin_config: The plugin's settings.
        inputs: Inputs of the recipe; none for other components.
        presets: What presets hold, for a model that names one.
        merged: Whether ``config`` has the fields of presets, or what is stored of them: sources do not agree.
        wrapped: Whether ``config`` comes as ``{"config": ...}``: nor do they on this.

    Returns:
        ``value``, ``label`` and, if there is one, ``group`` of each choice.

    Raises:
        ComponentFailed: The file cannot be loaded, has no entry, raised or gave nothing.
        BadData: It gave something else than choices, or changed the form's model.
        BadPlugin: The component has no such parameter, or the entry takes other arguments than the host gives.
    """
    descriptor = component_descriptor(plugin, component)
    params = {param.get("name"): param for param in descriptor.get("params", []) + descriptor.get("adminParams", [])}
    if not params.get(parameter, {}).get("getChoicesFromPython"):
        raise BadPlugin(f"{component}: {parameter} is no parameter whose choices come from Python")
    config = resolve_presets(plugin, component, model, presets) if merged else copy.deepcopy(dict(model))
    request = {
        "payload": _payload(parameter, params[parameter]["type"], model),
        "config": {"config": config} if wrapped else config,
        "inputs": copy.deepcopy([dict(item) for item in inputs]),
    }
    given = (request["payload"], request["config"], copy.deepcopy(dict(plugin_config or {})), request["inputs"])
    before = copy.deepcopy(given)
    use_plugin(plugin)
    answer = _ask((plugin / "resource" / descriptor["paramsPythonSetup"]).read_text("utf-8"), given, request)
    if given != before:
        raise BadData(f"the choices of {parameter} changed what they were asked with")
    return _checked(answer)


def _payload(parameter: str, kind: str, model: Mapping[str, Any]) -> dict[str, Any]:
    root = copy.deepcopy(dict(model))
    return {"parameterName": parameter, "parameterType": kind, "customChoices": True, "rootModel": root}


def _ask(code: str, given: Sequence[Any], request: Mapping[str, Any]) -> Any:
    try:
        return json.loads(json.dumps(_answer(code, given, request)))
    except BadPlugin:
        raise
    except Exception as error:
        raise ComponentFailed(friendly_error(error)) from error


def _answer(code: str, given: Sequence[Any], request: Mapping[str, Any]) -> Any:
    entry, count = _entry(code)
    answer = entry(*given[:count])
    if answer is None:
        # The whole request, as in the host: passwords that stand in a form are in it.
        raise TypeError(f"Empty response to {json.dumps(request)}")
    return answer


def _entry(code: str) -> tuple[Callable[..., Any], int]:
    """The function to call and how many arguments it gets: the only one, imported ones counted, or ``do``."""
    names: dict[str, Any] = {}
    exec(compile(code, "<string>", "exec"), names)  # noqa: S102 - what the host does
    functions = [item for item in names.values() if inspect.isfunction(item)]
    entry = functions[0] if len(functions) == 1 else names.get("do")
    if entry is None:
        raise TypeError('No function "do" defined')
    arguments = inspect.getfullargspec(entry).args
    if len(arguments) > len(_ARGUMENTS):
        raise TypeError(f"Too many arguments for the do() function : {len(arguments)} args")
    if tuple(arguments) != _ARGUMENTS[: len(arguments)]:
        raise BadPlugin(f"do({', '.join(arguments)}): the host fills {_ARGUMENTS} in this order, whatever their names")
    return entry, len(arguments)


def _checked(answer: Any) -> list[dict[str, str]]:
    found = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(found, list) or set(answer) != {"choices"}:
        raise BadData('the answer must be {"choices": [...]} and nothing else')
    for choice in found:
        if not isinstance(choice, dict) or not {"value", "label"} <= set(choice) <= {"value", "label", "group"}:
            raise BadData(f"choice {choice!r} must have a value and a label, and at most a group")
        if not all(isinstance(text, str) for text in choice.values()) or not choice["label"]:
            raise BadData(f"choice {choice!r} must be of texts, with a label that is not empty")
    values = [choice["value"] for choice in found]
    if len(set(values)) != len(values):
        raise BadData(f"two choices have one value among {values}")
    return found
