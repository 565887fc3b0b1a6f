"""Which log hosts may be asked: a dataset's author must not be able to send a preset's password elsewhere."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ovh_weblogs.errors import HostNotAllowed, SettingsError
from ovh_weblogs.secret import masked
from ovh_weblogs.settings import EUROPE

# Every cluster's log host since 2022-01-31, and the one host before (OVH guide "logs and statistics").
_OVH_HOST = re.compile(r"https://(?:logs\.[a-z0-9-]+\.hosting\.ovh\.net|logs\.ovh\.net)(?::443)?")
_SERVICE_NAME = re.compile(r"[a-z0-9-]+\.(?P<cluster>cluster[0-9]+[a-z0-9-]*)\.hosting\.ovh\.net", re.IGNORECASE)
_BASE_URL = re.compile(r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?")
_START = re.compile(r"(https?://[a-z0-9.-]{1,80}(?::[0-9]{1,5})?)(?=[/?#]|\Z)", re.IGNORECASE)
_API_VERSIONS = ("1.0", "v1")
_DEFAULT_PORTS = {"http": 80, "https": 443}

# OVH's own statistics page hard-codes Montreal for this cluster (ovh/owstats-ui, src/store/app.js). Montreal keeps
# Toronto's time; its own name is a link that newer Debian and Ubuntu releases leave out (package tzdata-legacy).
_CANADA = {"cluster051": "America/Toronto"}


def derived_log_host(domain: str) -> str | None:
    """The log host of a service name such as ``login.cluster021.hosting.ovh.net``; None for any other domain."""
    service = _SERVICE_NAME.fullmatch(domain)
    return f"https://logs.{service['cluster'].lower()}.hosting.ovh.net" if service else None


def cluster_zone(*names: str) -> ZoneInfo:
    """The zone in which the cluster cuts its days, told from the names of the service or of its log host."""
    for cluster, zone in _CANADA.items():
        if any(cluster in name.lower().split("//")[-1].split(".") for name in names):
            return ZoneInfo(zone)
    return EUROPE


def parse_allowed(entries: Iterable[str]) -> frozenset[str]:
    """The administrator's list of further log hosts, each as a base URL.

    Raises:
        HostNotAllowed: An entry is no base URL, or is plain http to another machine.
    """
    allowed = set()
    for entry in entries:
        base = _normal(entry)
        if base is None or (base.startswith("http://") and not _is_loopback(base)):
            raise HostNotAllowed(
                f"The plugin setting allowed_log_hosts holds {_shown(entry)}, which is no address of a log host",
                fix="ask an administrator to write https://logs.example.net, or http://127.0.0.1:8080 for this machine",
            )
        allowed.add(base)
    return frozenset(allowed)


def permitted_api_url(url: str) -> str:
    """The address that an administrator set for the OVH API, such as ``http://127.0.0.1:8080/1.0``.

    Raises:
        HostNotAllowed: It is no such address, or plain http to another machine.
    """
    base, slash, version = url.strip().removesuffix("/").rpartition("/")
    normal = _normal(base) if slash and version in _API_VERSIONS else None
    if normal is None or (normal.startswith("http://") and not _is_loopback(normal)):
        raise HostNotAllowed(
            f"The plugin setting api_url holds {_shown(url)}, which is no address of the OVH API",
            fix="ask an administrator to empty it, or to write an address such as https://api.example.net/1.0",
        )
    return f"{normal}/{version}"


def permitted_log_host(url: str, allowed: frozenset[str]) -> str:
    """The base URL, normalised: lower case, no final slash, no default port.

    Args:
        url: As typed in the form, or as another host gave it.
        allowed: The administrator's list, from ``parse_allowed``.

    Raises:
        SettingsError: The text is no base URL.
        HostNotAllowed: The host is none of OVH's and not on the list.
    """
    base = _normal(url)
    if base is None:
        raise SettingsError(
            f"log_host holds {_shown(url)}, which is no address of a log host",
            fix="write only scheme and host, such as https://logs.cluster021.hosting.ovh.net",
        )
    if base not in allowed and not _OVH_HOST.fullmatch(base):
        raise HostNotAllowed(
            f"The log host {base} is not allowed: passwords are sent only to https://logs.*.hosting.ovh.net",
            fix="correct log_host, or ask an administrator to add it to the plugin setting allowed_log_hosts",
        )
    return base


def _normal(url: str) -> str | None:
    # fullmatch on a narrow pattern, rather than a URL parser: what parsers disagree about is simply not accepted.
    parts = _BASE_URL.fullmatch(url.strip().lower().removesuffix("/"))
    if parts is None:
        return None
    scheme, host, port = parts["scheme"], parts["host"], int(parts["port"] or 0)
    if port in (0, _DEFAULT_PORTS[scheme]):
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def _is_loopback(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown_host(address: str) -> str:
    """Scheme and host of an address; empty where these are not plain, since a password may stand in their place."""
    address = masked(address)  # whole, before it is cut
    found = _START.match(address)
    return found[1] if found and "@" not in address else ""


def _shown(text: str) -> str:
    """What was typed, by its beginning: a password or a token may stand in the rest, or be all that was typed."""
    host = shown_host(text.strip())
    return f"'{host}' and more" if host else "another text"
