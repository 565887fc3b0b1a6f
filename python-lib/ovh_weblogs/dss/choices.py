"""What a form offers to choose from: hostings and sites of the account whose keys it holds."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from ovh_weblogs.dss.access import API, api_keys
from ovh_weblogs.dss.form import Config, Form
from ovh_weblogs.errors import OvhLogsError
from ovh_weblogs.hosting import Account, main_and_others, service_of
from ovh_weblogs.settings import Network

# Somebody waits before the form: two attempts, and no longer than that.
_NETWORK = Network(connect_timeout=5.0, read_timeout=15.0, attempts=2, max_wait=1.0)
_NAMED = 6  # hostings whose own names are asked for, and sites that a label lists
_STATES = {"created": "logs kept apart", "creating": "OVH is setting up its logs"}
Choice = dict[str, str]


def choices(payload: Config | None, config: Config | None, plugin_config: Config | None) -> dict[str, list[Choice]]:
    """The choices of the parameter that the payload names; trouble of any kind becomes a choice that states it.

    Args:
        payload: The host's, with ``parameterName``.
        config: The form as it stands; some places of the host wrap it once more.
        plugin_config: The plugin's settings.
    """
    name = str((payload or {}).get("parameterName", ""))
    form = _unwrapped(config)
    chosen = Form(form).text(name)
    try:
        preset, plugin = Form(_preset(form)), Form(plugin_config)
        keys = api_keys(preset, plugin)
        preset.check("The OVH API keys")
        with closing(Account(keys, _NETWORK)) as account:
            offered = _services(account) if name == "service" else _sites(account, Form(form).text("service"))
    except OvhLogsError as error:
        offered = [{"value": "", "label": f"Not known: {error}"}]
    if chosen and all(choice["value"] != chosen for choice in offered):
        offered.append({"value": chosen, "label": chosen})  # what was chosen before is not lost
    return {"choices": offered}


def _services(account: Account) -> list[Choice]:
    names = account.services()
    default = "The account's only hosting" if len(names) == 1 else "The hosting of the site below"
    labels = {name: _label(account, name) if len(names) <= _NAMED else name for name in names}
    return [{"value": "", "label": default}, *({"value": name, "label": labels[name]} for name in names)]


def _label(account: Account, name: str) -> str:
    shown = account.service(name).display_name
    return f"{shown} ({name})" if shown and shown != name else name


def _sites(account: Account, service: str) -> list[Choice]:
    service = service or service_of(account)
    domains = account.domains(service)
    more = ", ..." if len(domains) > _NAMED else ""
    sites = f": {', '.join(domains[:_NAMED])}{more}" if domains else ""
    _, apart = main_and_others(account, service)
    return [
        {"value": "", "label": f"All sites in the main log{sites}"},
        *({"value": log.fqdn, "label": f"{log.fqdn} ({_STATES.get(log.status, log.status)})"} for log in apart),
    ]


def _unwrapped(config: Config | None) -> Config:
    inner = (config or {}).get("config")
    return inner if isinstance(inner, Mapping) else config or {}


def _preset(form: Config) -> Mapping[str, Any]:
    """The preset's fields; as the form stores them where the host has not put them together."""
    preset = form.get(API)
    if not isinstance(preset, Mapping):
        return {}
    inline = preset.get("inlinedConfig")
    return inline if preset.get("mode") == "INLINE" and isinstance(inline, Mapping) else preset
