"""How OVH is asked for logs: the access part of a form to checked settings."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from ovh_weblogs.dss.form import Form
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.hosting import (
    REGIONS,
    cluster_zone,
    derived_log_host,
    parse_allowed,
    permitted_api_url,
    permitted_log_host,
)
from ovh_weblogs.parsing.times import zone_of
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import EUROPE, ApiAccess, ApiKeys, Auth, LogUser

API, LOG_USER = "api", "log_user"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_KEY = re.compile(r"[\x21-\x7e]+")
_KEY_FIELDS = {
    Auth.APPLICATION_KEY: ("application_key", "application_secret", "consumer_key"),
    Auth.OAUTH2: ("client_id", "client_secret"),
}


def access_of(form: Form, plugin: Form) -> LogUser | ApiAccess:
    """Who reads which logs; what is missing or wrong is noted in the form's faults.

    Raises:
        HostNotAllowed: An administrator's list of hosts or address of the API is wrong.
    """
    if form.choice("access", (API, LOG_USER), API) == LOG_USER:
        _root(form)
        return _log_user(form.group(LOG_USER))
    return api_access(form, plugin)


def api_access(form: Form, plugin: Form) -> ApiAccess:
    """Keys, service and domain; what is missing or wrong is noted in the form's faults.

    Raises:
        HostNotAllowed: An administrator's list of hosts or address of the API is wrong.
    """
    return ApiAccess(
        keys=api_keys(form.group(API), plugin),
        service=_name(form, "service", form.text("service")).lower(),
        domain=_name(form, "domain", form.text("domain")).lower(),
        zone=_zone(form),
        allowed_log_hosts=parse_allowed(plugin.texts("allowed_log_hosts")),
    )


def api_keys(preset: Form, plugin: Form) -> ApiKeys:
    """The keys of a preset ``ovh-logs-api``; what is missing or wrong is noted in its faults.

    Raises:
        HostNotAllowed: The plugin setting api_url is no address of the API.
    """
    auth = Auth(preset.choice("auth", tuple(auth.value for auth in Auth), ApiKeys.auth.value))
    fields = _KEY_FIELDS[auth]
    values = [preset.secret(field).reveal().strip() for field in fields]
    missing = [field for field, value in zip(fields, values, strict=True) if not value]
    if missing:
        preset.faults.append(f"{' and '.join(missing)} missing (choose a preset of OVH API keys, or write them inline)")
    for field, value in zip(fields, values, strict=True):
        if value and not _KEY.fullmatch(value):
            preset.faults.append(f"{field} must be the key alone, without blanks or accents")
    api_url = plugin.text("api_url")
    return ApiKeys(
        endpoint=preset.choice("endpoint", tuple(REGIONS), ApiKeys.endpoint),
        auth=auth,
        identity=values[0],
        secret=Secret(values[1]),
        consumer_key=Secret(values[2] if auth is Auth.APPLICATION_KEY else ""),
        api_url=permitted_api_url(api_url) if api_url else None,
    )


def log_tree(access: LogUser | ApiAccess, form: Form, plugin: Form) -> tuple[LogUser | ApiAccess, str, str, ZoneInfo]:
    """Access, log host, root and zone, as ``Source`` has them; host and root are empty where the API tells them.

    Raises:
        SettingsError: The log host is missing or is none.
        HostNotAllowed: It is none that a secret may be sent to.
    """
    typed, allowed = form.text("log_host"), parse_allowed(plugin.texts("allowed_log_hosts"))
    if isinstance(access, ApiAccess):
        host = permitted_log_host(typed, allowed) if typed else ""
        return replace(access, log_host=host), "", "", access.zone or EUROPE
    root = _root(form)
    host = permitted_log_host(typed or derived_log_host(root) or _no_host(root), allowed)
    return access, host, root, _zone(form) or cluster_zone(host, root)


def _zone(form: Form) -> ZoneInfo | None:
    try:
        return zone_of(form.text("timezone"))
    except SettingsError:
        form.faults.append("timezone is not known (write an IANA name such as Europe/Paris)")
        return None


def _log_user(preset: Form) -> LogUser:
    login, password = preset.text("login"), preset.secret("password")
    if not login or not password:
        preset.faults.append("login and password of a log user are missing (choose a preset, or write them inline)")
    if ":" in login:  # RFC 7617, section 2
        preset.faults.append("login must not hold a colon")
    return LogUser(login, password)


def _root(form: Form) -> str:
    """The root of a log user's tree; ``domain`` names it where the form has no field for it."""
    root = form.text("log_root") or form.text("domain")
    if not root:
        form.faults.append(
            "log_root (or domain) is missing (the first folder in the address of the logs, as the OVH panel shows it)"
        )
    return _name(form, "log_root" if form.text("log_root") else "domain", root)


def _name(form: Form, key: str, name: str) -> str:
    if name and (not _NAME.fullmatch(name) or ".." in name):
        form.faults.append(f"{key} may hold only letters, digits, dots and hyphens, without https:// or a path")
    return name


def _no_host(root: str) -> str:
    raise SettingsError(
        f"log_host is missing, and cannot be told from {root}",
        fix="copy the start of the address, such as https://logs.cluster021.hosting.ovh.net, "
        "from the OVH panel: Web Cloud, Hosting plans, your hosting, Statistics and logs, See logs",
    )
