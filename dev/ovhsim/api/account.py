"""What an OVH account holds, as far as logs of web hosting go: services, keys, and what these may do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal, get_args

Method = Literal["GET", "POST", "PUT", "DELETE"]
ApplicationStatus = Literal["active", "blocked", "inactive", "trusted"]
CredentialStatus = Literal["expired", "pendingValidation", "refused", "validated"]
ServiceState = Literal["active", "blocked", "bloqued", "hardBlocked", "hardBloqued", "maintenance"]
LogStatus = Literal["created", "creating", "deleting"]

_CREATED = datetime(2024, 1, 15, 9, 30, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Rule:
    """Calls that a consumer key may make: a method, and a path in which "*" stands for anything."""

    method: Method
    path: str


def rules(*texts: str) -> tuple[Rule, ...]:
    """Rules from texts such as ``GET /hosting/web*``; everything after the first blank is the path."""
    return tuple(Rule(*text.split(" ", 1)) for text in texts)  # type: ignore[arg-type]


READ_ONLY = rules("GET /auth/currentCredential", "GET /auth/details", "GET /hosting/web*")
READ_ACTIONS = (
    "webHosting:apiovh:get",
    "webHosting:apiovh:attachedDomain/get",
    "webHosting:apiovh:ownLogs/get",
    "webHosting:apiovh:userLogsToken/get",
    "account:apiovh:webHosting/attachedDomain/get",
)


@dataclass(frozen=True)
class Application:
    """A program that calls: its application key and secret."""

    key: str
    secret: str
    status: ApplicationStatus = "active"
    number: int = 1


@dataclass
class Credential:
    """A consumer key.

    Attributes:
        consumer_key: The key.
        application: Key of the application that it was made for.
        rules: What it may call.
        status: ``validated`` serves; it may be set at any time.
        expiration: When it ends; None for never.
        allowed_ips: Blocks of addresses that it serves; all unless there are any.
        number: Its id.
        creation: When it was made.
        last_use: When it was last used; None for never.
    """

    consumer_key: str
    application: str
    rules: tuple[Rule, ...] = READ_ONLY
    status: CredentialStatus = "validated"
    expiration: datetime | None = None
    allowed_ips: tuple[str, ...] = ()
    number: int = 1
    creation: datetime = _CREATED
    last_use: datetime | None = None

    def status_at(self, moment: datetime) -> CredentialStatus:
        """Its status, its end counted in."""
        return "expired" if self.expiration and self.expiration <= moment else self.status


@dataclass(frozen=True)
class ServiceAccount:
    """An OAuth2 client, and the actions that IAM grants it.

    Attributes:
        client_id: Its id.
        client_secret: Its secret.
        granted: Actions ("*" stands for anything in them) by the name of the service they are granted on; ``account``
            stands for the account itself, "*" for everything.
    """

    client_id: str
    client_secret: str
    granted: Mapping[str, Collection[str]] = field(default_factory=lambda: {"*": READ_ACTIONS})


@dataclass(frozen=True)
class AttachedDomain:
    """A domain of a service; ``own_log`` is the fqdn under which its logs are kept apart, None for the main log."""

    domain: str
    own_log: str | None = None
    path: str = "www"
    status: Literal["created", "creating", "deleting", "updating"] = "created"


@dataclass
class OwnLog:
    """A tree of logs and its addresses, in which ``{log_host}`` stands for the account's log host."""

    id: int
    fqdn: str
    logs: str = ""
    stats: str = ""
    status: LogStatus = "created"
    task_id: int | None = None


@dataclass
class Service:
    """A web hosting.

    Attributes:
        name: The service's name, of either kind.
        cluster: Its cluster.
        datacenter: Its data centre.
        display_name: The name that its owner gave it.
        state: Its state.
        primary_login: Its main login; the first label of its name unless given.
        offer: What was bought.
        domains: Domains attached to it.
        own_logs: Trees of logs.
        default_domain: The first of its domains unless given.
        more: Fields of the API's answer that are to be other than usual.
    """

    name: str
    cluster: str = "cluster021"
    datacenter: str = "gra1"
    display_name: str | None = None
    state: ServiceState = "active"
    primary_login: str = ""
    offer: str = "PERSO"
    domains: list[AttachedDomain] = field(default_factory=list)
    own_logs: list[OwnLog] = field(default_factory=list)
    default_domain: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Account:
    """All of it; may be changed while it is served.

    Attributes:
        services: Its web hostings.
        applications: Programs that may call.
        credentials: Consumer keys.
        service_accounts: OAuth2 clients.
        log_host: Base address of the log host; empty for that of the service's cluster.
        nichandle: The account's name.
    """

    services: list[Service] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    credentials: list[Credential] = field(default_factory=list)
    service_accounts: list[ServiceAccount] = field(default_factory=list)
    log_host: str = ""
    nichandle: str = "ab12345-ovh"

    def service(self, name: str) -> Service | None:
        """The service of a name."""
        return next((service for service in self.services if service.name == name), None)

    def application(self, key: str) -> Application | None:
        """The application of a key."""
        return next((application for application in self.applications if application.key == key), None)

    def credential(self, consumer_key: str) -> Credential | None:
        """The credential of a consumer key."""
        return next((found for found in self.credentials if found.consumer_key == consumer_key), None)

    def set_status(self, consumer_key: str, status: str) -> None:
        """What its owner does with a consumer key in his browser, or time.

        Raises:
            ValueError: There is no such key or no such status.
        """
        credential = self.credential(consumer_key)
        if credential is None or status not in get_args(CredentialStatus):
            raise ValueError(f"No consumer key of this account can become {status!r}.")
        credential.status = status  # type: ignore[assignment]
