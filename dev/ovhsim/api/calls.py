"""What each call answers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, get_args

from dev.ovhsim.api import documents, refusals
from dev.ovhsim.api.account import Account, Application, AttachedDomain, Credential, Method, OwnLog, Rule, Service
from dev.ovhsim.api.checks import Caller
from dev.ovhsim.api.matching import like
from dev.ovhsim.api.options import ApiOptions
from dev.ovhsim.tokens import Tokens


@dataclass(frozen=True)
class Call:
    """A call that has passed all checks but one: whether what it names is there.

    Attributes:
        account: What is served.
        options: How.
        tokens: Tokens of the log host.
        caller: Who calls; nobody where a call needs no login.
        application: The program that calls, where that is all that is asked.
        names: Variable parts of the path.
        query: Parameters.
        body: The body, and ``media`` its type.
        client: Address of who calls.
        origin: Scheme, host and port of the API.
        now: Its time, seconds since 1970.
    """

    account: Account
    options: ApiOptions
    tokens: Tokens
    caller: Caller
    application: Application | None
    names: Mapping[str, str]
    query: Mapping[str, Any]
    body: bytes
    media: str
    client: str
    origin: str
    now: float

    @property
    def service(self) -> Service:
        """The service that the path names.

        Raises:
            Refused: There is none.
        """
        found = self.account.service(self.names["service"])
        if found is None:
            raise refusals.no_service()
        return found


def time(call: Call) -> int:
    """The API's time."""
    return int(call.now)


def current_credential(call: Call) -> dict[str, Any]:
    """The consumer key; a service account has none."""
    credential = call.caller.credential
    application = call.account.application(credential.application) if credential else None
    if credential is None or application is None:
        raise refusals.not_granted()
    return documents.credential(credential, application.number)


def details(call: Call) -> dict[str, Any]:
    """Who calls."""
    who = call.caller.credential or call.caller.service_account
    if who is None:
        raise refusals.no_login()
    return documents.details(call.account, who)


def ask_credential(call: Call) -> dict[str, Any]:
    """A new consumer key, to be validated by the account's owner in his browser."""
    if call.application is None:
        raise refusals.no_login()
    wanted = _wanted(call)
    number = 1 + max((credential.number for credential in call.account.credentials), default=0)
    credential = Credential(
        secrets.token_hex(16),
        call.application.key,
        rules=tuple(_rule(rule) for rule in wanted["accessRules"]),
        status="pendingValidation",
        allowed_ips=tuple(wanted.get("allowedIPs") or ()),
        number=number,
        creation=datetime.fromtimestamp(call.now, timezone.utc),
    )
    call.account.credentials.append(credential)
    return {
        "consumerKey": credential.consumer_key,
        "state": credential.status,
        "validationUrl": f"{call.origin}/auth/?credentialToken={secrets.token_hex(32)}",
    }


def _wanted(call: Call) -> dict[str, Any]:
    try:
        wanted = json.loads(call.body)
    except ValueError as error:
        raise refusals.bad_request("The body is no JSON") from error
    known = {"accessRules", "allowedIPs", "redirection"}
    if call.media != "application/json" or not isinstance(wanted, dict) or set(wanted) - known:
        raise refusals.bad_request("The body is not what this call takes")
    if not isinstance(wanted.get("accessRules"), list) or not wanted["accessRules"]:
        raise refusals.bad_request("[accessRules] This parameter is required")
    return wanted


def _rule(given: Any) -> Rule:
    if not isinstance(given, dict) or set(given) != {"method", "path"} or given["method"] not in get_args(Method):
        raise refusals.bad_request("[accessRules] A rule has a method and a path")
    if not isinstance(given["path"], str) or not given["path"].startswith("/"):
        raise refusals.bad_request("[accessRules] A path begins with a slash")
    return Rule(given["method"], given["path"])


def services(call: Call) -> list[str]:
    """Names of the services; of those that IAM lets a service account see."""
    names = [service.name for service in call.account.services]
    return [name for name in names if call.caller.has("webHosting:apiovh:get", name)]


def services_of_domain(call: Call) -> list[str]:
    """Names of the services that a domain is attached to."""
    wanted = call.query["domain"]
    return [one.name for one in call.account.services if any(has.domain == wanted for has in one.domains)]


def service(call: Call) -> dict[str, Any]:
    """A service."""
    return documents.service(call.service)


def domains(call: Call) -> list[str]:
    """Domains of a service that fit the filters."""
    return [
        one.domain
        for one in call.service.domains
        if _fits(call, "domain", one.domain) and _fits(call, "path", one.path)
    ]


def domain(call: Call) -> dict[str, Any]:
    """A domain of a service."""
    return documents.attached_domain(_domain(call.service, call.names["domain"]))


def own_logs(call: Call) -> list[int]:
    """Ids of a service's own logs that fit the filter."""
    return [one.id for one in call.service.own_logs if _fits(call, "fqdn", one.fqdn)]


def own_log(call: Call) -> dict[str, Any]:
    """One of a service's own logs."""
    of, name = call.service, call.names["id"]
    found: OwnLog | None = next((one for one in of.own_logs if str(one.id) == name), None)
    if found is None:
        raise refusals.no_object("id", name)
    return documents.own_log(found, of, call.account)


def user_logs_token(call: Call) -> str:
    """A token for the tree of the main log, or for that which the lines of a domain are in."""
    of = call.service
    ttl = call.query.get("ttl", call.options.default_ttl)
    if ttl < call.options.minimum_ttl:
        raise refusals.bad_request(f"[ttl] Given data ({ttl}) is less than {call.options.minimum_ttl}")
    fqdn = of.name
    if "attachedDomain" in call.query:
        attached = _domain(of, call.query["attachedDomain"])
        fqdn = attached.own_log or attached.domain
    return call.tokens.issue([fqdn], ttl=ttl, address=call.client if call.query.get("remoteCheck") else None)


def _domain(of: Service, name: str) -> AttachedDomain:
    found = next((one for one in of.domains if one.domain == name), None)
    if found is None:
        raise refusals.no_object("domain", name)
    return found


def _fits(call: Call, name: str, value: str) -> bool:
    return name not in call.query or like(call.query[name], value, call.options.like)
