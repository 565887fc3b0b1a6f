"""What an OVH account has: services, their domains and logs, and the tokens that open these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ovh_weblogs.errors import TryAgain
from ovh_weblogs.hosting.calls import Calls
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import ApiKeys, Network

TOKEN_SECONDS = 3600  # the lifetime that OVH's panel asks for (ovh/manager)


@dataclass(frozen=True)
class Credential:
    """The consumer key as OVH sees it."""

    status: str
    expires: datetime | None  # None: never
    rules: tuple[tuple[str, str], ...]  # method and path, as the owner granted them


@dataclass(frozen=True)
class Service:
    """A web hosting."""

    name: str
    cluster: str = ""
    state: str = ""
    display_name: str = ""
    default_domain: str = ""


@dataclass(frozen=True)
class OwnLog:
    """A log tree of a service: the main one, or that of a site whose logs are kept apart."""

    fqdn: str
    url: str
    status: str = "created"


class Account:
    """One account, asked with one set of keys. Not thread-safe.

    Every method raises what ``Calls.get`` raises: ``ApiRefused``, ``NotThere``, ``UntrustedHost`` or ``TryAgain``.

    Args:
        keys: Of the account.
        network: Timeouts, attempts and waiting.
    """

    def __init__(self, keys: ApiKeys, network: Network) -> None:
        self._calls = Calls(keys, network)

    def close(self) -> None:
        """Give the connection back."""
        self._calls.close()

    def clock(self) -> int:
        """Seconds that OVH's clock is ahead of this machine's; needs no keys."""
        return self._calls.clock()

    def credential(self) -> Credential:
        """The consumer key; service accounts have none."""
        answer = self._object("/auth/currentCredential")
        rules = tuple((_text(rule, "method"), _text(rule, "path")) for rule in _objects(answer.get("rules")))
        return Credential(_text(answer, "status"), _moment(_text(answer, "expiration")), rules)

    def services(self) -> list[str]:
        """Names of the hostings, sorted."""
        return sorted(self._texts("/hosting/web"))

    def services_of(self, domain: str) -> list[str]:
        """Names of the hostings that a domain is attached to, sorted."""
        return sorted(self._texts("/hosting/web/attachedDomain", {"domain": domain}))

    def service(self, name: str) -> Service:
        """One hosting."""
        answer = self._object(_path(name))
        return Service(
            name=name,
            cluster=_text(answer, "cluster"),
            state=_text(answer, "state"),
            display_name=_text(answer, "displayName"),
            default_domain=_text(answer, "defaultAttachedDomain"),
        )

    def domains(self, service: str) -> list[str]:
        """Domains attached to a hosting, sorted."""
        return sorted(self._texts(f"{_path(service)}/attachedDomain"))

    def log_of_domain(self, service: str, domain: str) -> str:
        """The name under which a domain's logs are kept apart; empty where they go to the main log."""
        return _text(self._object(f"{_path(service)}/attachedDomain/{quote(domain, safe='')}"), "ownLog")

    def own_logs(self, service: str, fqdn: str = "") -> list[OwnLog]:
        """Log trees of a hosting: all, or that of one name."""
        path = f"{_path(service)}/ownLogs"
        found = [self._object(f"{path}/{number}") for number in self._numbers(path, {"fqdn": fqdn} if fqdn else None)]
        logs = [OwnLog(_text(log, "fqdn"), _text(log, "logs"), _text(log, "status")) for log in found]
        return [log for log in logs if not fqdn or log.fqdn.lower() == fqdn.lower()]  # the API's filter is a "like"

    def token(self, service: str, domain: str = "") -> Secret:
        """What opens the log tree of a hosting, or of a site whose logs are kept apart, for ``TOKEN_SECONDS``.

        Not bound to our address: a server's way to the API and to the log host may differ.
        """
        query = {"remoteCheck": "false", "ttl": str(TOKEN_SECONDS)}
        path = f"{_path(service)}/userLogsToken"
        answer = self._calls.get(path, {**query, "attachedDomain": domain} if domain else query)
        if not isinstance(answer, str) or not answer or not answer.isascii() or not answer.isprintable():
            raise _unexpected(path)
        return Secret(answer)

    def _object(self, path: str) -> Mapping[str, Any]:
        answer = self._calls.get(path)
        if not isinstance(answer, Mapping):
            raise _unexpected(path)
        return answer

    def _texts(self, path: str, query: Mapping[str, str] | None = None) -> list[str]:
        answer = self._calls.get(path, query)
        if not isinstance(answer, list) or not all(isinstance(item, str) for item in answer):
            raise _unexpected(path)
        return answer

    def _numbers(self, path: str, query: Mapping[str, str] | None) -> list[int]:
        answer = self._calls.get(path, query)
        if not isinstance(answer, list) or not all(type(item) is int for item in answer):
            raise _unexpected(path)
        return answer


def _path(service: str) -> str:
    return f"/hosting/web/{quote(service, safe='')}"


def _text(answer: Mapping[str, Any], key: str) -> str:
    value = answer.get(key)
    return value if isinstance(value, str) else ""


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def _unexpected(path: str) -> TryAgain:
    return TryAgain(
        f"The OVH API answered {path} with something else than its documentation says",
        fix="start again later; if it stays so, show OVH's support this message",
    )
