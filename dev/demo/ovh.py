"""OVH as the demo has it: a log host that serves the month, and the API whose keys lead to it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from dev.demo.month import DOMAIN, Month
from dev.ovhsim import Account, Api, Application, AttachedDomain, Credential, LogHost, OwnLog, Rule, Service, Tokens
from dev.ovhsim.journal import Request
from dev.traffic.site import BLOG, SHOP
from ovh_weblogs.hosting import needed_paths

_SET, _PRESET = "ovh-logs-api", "demo"


@dataclass(frozen=True)
class Ovh:
    """Both of them, serving.

    Attributes:
        host: The log host.
        api: The API.
        presets: The keys as the host of the plugin holds them: by parameter set, preset and field.
    """

    host: LogHost
    api: Api
    presets: Mapping[str, Mapping[str, Mapping[str, str]]] = field(repr=False)

    @property
    def access(self) -> dict[str, Any]:
        """The part of a form that says whose logs are read: by a preset, all sites of the hosting."""
        return {"api": {"mode": "PRESET", "name": _PRESET}, "service": DOMAIN, "domain": ""}

    @property
    def plugin_config(self) -> dict[str, Any]:
        """The plugin's settings: these two in place of OVH's own."""
        return {"allowed_log_hosts": [self.host.url], "api_url": self.api.url}


@contextmanager
def served(month: Month) -> Iterator[Ovh]:
    """An account with one hosting, whose main log is the month; its keys may do what reading needs, and are random."""
    tokens = Tokens()
    application = Application(secrets.token_hex(8), secrets.token_hex(16))
    rights = tuple(Rule("GET", path) for path in needed_paths(DOMAIN))
    credential = Credential(secrets.token_hex(16), application.key, rights)
    sites = [AttachedDomain(name) for name in (DOMAIN, SHOP, BLOG)]
    service = Service(DOMAIN, display_name="Shop and blog", domains=sites, own_logs=[OwnLog(1, DOMAIN)])
    keys = {
        "auth": "application_key",
        "endpoint": "ovh-eu",
        "application_key": application.key,
        "application_secret": application.secret,
        "consumer_key": credential.consumer_key,
    }
    with LogHost(month.folder, tokens=tokens, faults=month.faults.values()) as host:
        account = Account([service], [application], [credential], log_host=host.url)
        with Api(account, tokens=tokens) as api:
            yield Ovh(host, api, {_SET: {_PRESET: keys}})


def tokens_given(calls: Iterable[Request]) -> int:
    """How many of the calls of the API gave a token for the log host."""
    return sum("/userLogsToken?" in call.path and call.status == 200 for call in calls)
