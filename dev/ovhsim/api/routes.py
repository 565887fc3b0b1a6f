"""The calls that there are: those that a reader of logs makes, and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dev.ovhsim.api import calls, query, refusals
from dev.ovhsim.api.calls import Call
from dev.ovhsim.api.query import Reader

_READ = "webHosting:apiovh:"


@dataclass(frozen=True)
class Route:
    """A call.

    Attributes:
        method: Its method.
        path: Its path; parts in braces are variable.
        answer: What makes its answer.
        action: IAM's name of it; empty where IAM does not govern it as a whole.
        parameters: What its query may hold.
        required: What its query has to hold.
        login: Whether it needs a caller, only the application's key, or nothing.
    """

    method: str
    path: str
    answer: Callable[[Call], Any]
    action: str = ""
    parameters: Mapping[str, Reader] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    login: Literal["caller", "application", "none"] = "caller"

    def names(self, parts: list[str]) -> dict[str, str] | None:
        """The variable parts of a path; None if it is another call's."""
        own = self.path.removeprefix("/").split("/")
        if len(own) != len(parts):
            return None
        found = {}
        for name, part in zip(own, parts, strict=True):
            if name.startswith("{") and part:
                found[name.strip("{}")] = part
            elif name != part:
                return None
        return found


# A fixed path stands before a variable one that it would fit.
ROUTES = (
    Route("GET", "/auth/time", calls.time, login="none"),
    Route("POST", "/auth/credential", calls.ask_credential, login="application"),
    Route("GET", "/auth/currentCredential", calls.current_credential),
    Route("GET", "/auth/details", calls.details),
    Route("GET", "/hosting/web", calls.services),
    Route(
        "GET",
        "/hosting/web/attachedDomain",
        calls.services_of_domain,
        "account:apiovh:webHosting/attachedDomain/get",
        {"domain": query.text},
        ("domain",),
    ),
    Route("GET", "/hosting/web/{service}", calls.service, f"{_READ}get"),
    Route(
        "GET",
        "/hosting/web/{service}/attachedDomain",
        calls.domains,
        f"{_READ}attachedDomain/get",
        {"domain": query.text, "path": query.text},
    ),
    Route("GET", "/hosting/web/{service}/attachedDomain/{domain}", calls.domain, f"{_READ}attachedDomain/get"),
    Route("GET", "/hosting/web/{service}/ownLogs", calls.own_logs, f"{_READ}ownLogs/get", {"fqdn": query.text}),
    Route("GET", "/hosting/web/{service}/ownLogs/{id}", calls.own_log, f"{_READ}ownLogs/get"),
    Route(
        "GET",
        "/hosting/web/{service}/userLogsToken",
        calls.user_logs_token,
        f"{_READ}userLogsToken/get",
        {"attachedDomain": query.text, "remoteCheck": query.boolean, "ttl": query.number},
    ),
)


def find(method: str, parts: list[str]) -> tuple[Route, dict[str, str]]:
    """The call of a method and a path, and the variable parts of that.

    Raises:
        Refused: There is no such path, or it has no such method.
    """
    others = set()
    for route in ROUTES:
        names = route.names(parts)
        if names is not None and route.method == method:
            return route, names
        if names is not None:
            others.add(route.method)
    raise refusals.no_method(", ".join(sorted(others))) if others else refusals.no_call()
