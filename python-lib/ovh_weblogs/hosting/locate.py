"""From a service and a domain to the log tree that holds their lines, as the OVH API tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urlsplit

from ovh_weblogs.errors import AccessDenied, LogMissing, SettingsError
from ovh_weblogs.hosting.api import Account, OwnLog
from ovh_weblogs.hosting.hosts import cluster_zone, derived_log_host, permitted_log_host
from ovh_weblogs.hosting.refusals import NotThere
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import ApiAccess, Source

logger = guarded_logger(__name__)

_ROOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_NAMED = 12  # names that a message lists


@dataclass(frozen=True)
class Tree:
    """A log tree.

    Attributes:
        host: Base URL, permitted.
        root: The tree's first folder.
        service: The hosting.
        domain: What the token must name; empty for the hosting's main log.
        cluster: The hosting's cluster where it was asked for; else empty.
    """

    host: str
    root: str
    service: str
    domain: str = ""
    cluster: str = ""


def located(source: Source, account: Account) -> Source:
    """The source with host, root and zone of its tree; asks the API.

    Raises:
        SettingsError: Service or domain is missing, unknown, or of another service.
        HostNotAllowed: The API names a host that no token may be sent to.
        OvhLogsError: The API refuses, or cannot be reached.
    """
    access = source.access
    if not isinstance(access, ApiAccess) or source.host:
        return source
    return _at(source, access, find_tree(account, access))


def located_log(source: Source, account: Account, service: str, log: OwnLog, domain: str = "") -> Source:
    """The same for a log that the API has named.

    Args:
        source: With API access.
        account: Its account.
        service: The hosting.
        log: One of its logs.
        domain: What the token must name; empty for the hosting's main log.

    Raises:
        OvhLogsError: As ``located``.
    """
    access = source.access
    if not isinstance(access, ApiAccess):
        return source
    return _at(source, access, _tree(account, access, log, service, domain))


def _at(source: Source, access: ApiAccess, tree: Tree) -> Source:
    zone = access.zone or cluster_zone(tree.host, tree.service, f"{tree.cluster}.")
    known = replace(access, service=tree.service, domain=tree.domain)
    return replace(source, access=known, host=tree.host, domain=tree.root, zone=zone)


def find_tree(account: Account, access: ApiAccess) -> Tree:
    """The tree of the access's service and domain.

    Raises:
        OvhLogsError: As ``located``.
    """
    service = access.service or service_of(account, access.domain)
    domain = "" if access.domain.lower() == service.lower() else access.domain
    own = _own_log(account, service, domain) if domain else None
    if own is not None:
        return _tree(account, access, own, service, domain)
    if domain:
        logger.info("%s has no log of its own: read is the main log of %s, with all its sites", domain, service)
    main = _main_log(account, service)
    return _tree(account, access, main or OwnLog(service, ""), service, "")


def service_of(account: Account, domain: str = "") -> str:
    """The one service that has the domain; without a domain, the account's one service.

    Raises:
        SettingsError: There are several, or none has the domain.
        AccessDenied: The keys see none.
    """
    services = account.services()
    if domain in services:
        return domain
    found = account.services_of(domain) if domain else services
    if len(found) == 1:
        return found[0]
    if domain:
        raise SettingsError(
            f"The domain {domain} is attached to {'no' if not found else 'more than one'} hosting of this account",
            fix=f"choose the service, one of {_listed(found or services)}",
        )
    if found:
        raise SettingsError("The account has several hostings", fix=f"choose the service, one of {_listed(found)}")
    raise AccessDenied(
        "The keys see no web hosting",
        fix="make them with the account that has the hosting, in its region (endpoint)",
    )


def _own_log(account: Account, service: str, domain: str) -> OwnLog | None:
    """The tree of a site whose logs are kept apart; None where they go to the main log.

    Raises:
        SettingsError: The domain is not the service's.
    """
    own = account.own_logs(service, domain)
    if own:
        return own[0]
    try:
        name = account.log_of_domain(service, domain)
    except NotThere:
        raise _foreign(account, service, domain) from None
    named = account.own_logs(service, name) if name else []
    return named[0] if named else None


def _foreign(account: Account, service: str, domain: str) -> SettingsError:
    others = [name for name in account.services_of(domain) if name != service]
    fix = f"choose the service {others[0]}" if others else f"choose one of {_listed(account.domains(service))}"
    owner = f"; it belongs to {others[0]}" if others else ""
    return SettingsError(f"The domain {domain} is not attached to {service}{owner}", fix=fix)


def _main_log(account: Account, service: str) -> OwnLog | None:
    try:
        named = account.own_logs(service, service)  # the usual case, told in two calls
        return named[0] if named else main_and_others(account, service)[0]
    except NotThere:
        raise SettingsError(
            f"The account has no hosting {service}",
            fix=f"choose the service, one of {_listed(account.services())}",
        ) from None


def main_and_others(account: Account, service: str) -> tuple[OwnLog | None, list[OwnLog]]:
    """A hosting's main log, if the API tells which it is, and those of the sites whose logs are kept apart.

    The main one is named like the service, as OVH's panel takes it; or like its main domain; or it is the only one.

    Raises:
        OvhLogsError: As ``Account``.
    """
    logs = account.own_logs(service)
    by_name = {log.fqdn.lower(): log for log in logs}
    main = by_name.get(service.lower())
    if main is None and logs:
        main = by_name.get(account.service(service).default_domain.lower()) or (logs[0] if len(logs) == 1 else None)
    return main, [log for log in logs if log is not main]


def _tree(account: Account, access: ApiAccess, log: OwnLog, service: str, domain: str) -> Tree:
    """Host and root as the API names them; where it names none, as OVH's guides build them."""
    if log.status == "creating":
        raise LogMissing(f"OVH is still setting up the logs of {log.fqdn}", fix="start the build again in an hour")
    address = _split(log.url)
    root = address.path.strip("/").partition("/")[0] or log.fqdn
    if not _ROOT.fullmatch(root) or ".." in root:
        raise SettingsError(
            f"The OVH API names no folder as the root of the logs of {service}",
            fix="read these logs with a log user",
        )
    cluster = ""
    host = access.log_host or (f"{address.scheme}://{address.netloc}" if address.netloc else derived_log_host(service))
    if not host:
        cluster = account.service(service).cluster
        host = f"https://logs.{cluster}.hosting.ovh.net"
    return Tree(permitted_log_host(host, access.allowed_log_hosts), root, service, domain, cluster)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # its text quotes the address
        return SplitResult("", "", "?", "", "")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
