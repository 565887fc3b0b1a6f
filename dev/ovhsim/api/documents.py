"""Objects of the account, in the words of the API."""

from __future__ import annotations

from typing import Any

from dev.ovhsim.api.account import Account, AttachedDomain, Credential, OwnLog, Rule, Service, ServiceAccount


def service(one: Service) -> dict[str, Any]:
    """hosting.web.ServiceWithIAM."""
    login = one.primary_login or one.name.partition(".")[0]
    first = one.domains[0].domain if one.domains else None
    return {
        "serviceName": one.name,
        "displayName": one.display_name,
        "cluster": one.cluster,
        "datacenter": one.datacenter,
        "home": f"/homez.{100 + _number(one)}/{login}",
        "filer": str(100 + _number(one)),
        "primaryLogin": login,
        "defaultAttachedDomain": one.default_domain or first,
        "state": one.state,
        "offer": one.offer,
        "resourceType": "shared",
        "operatingSystem": "linux",
        **_addresses(one),
        **_offers(),
        "serviceManagementAccess": {
            kind: {"url": f"{kind}.{one.cluster}.hosting.ovh.net", "port": port}
            for kind, port in (("ftp", 21), ("http", 80), ("ssh", 22))
        },
        "lastOvhConfigScan": "2026-03-01T04:12:00+01:00",
        "iam": _iam(one),
        "token": None,
        **one.more,
    }


def _addresses(one: Service) -> dict[str, Any]:
    """Of ranges kept for documentation."""
    last = _number(one)
    v4, v6 = f"203.0.113.{last}", f"2001:db8::{last:x}"
    return {
        "clusterIp": v4,
        "clusterIpv6": v6,
        "hostingIp": v4,
        "hostingIpv6": v6,
        "countriesIp": [{"country": "FR", "ip": v4, "ipv6": v6}],
    }


def _number(one: Service) -> int:
    """Number of the cluster."""
    return int("".join(filter(str.isdecimal, one.cluster)) or 0) % 256


def _offers() -> dict[str, Any]:
    return {
        "boostOffer": None,
        "availableBoostOffer": [],
        "recommendedOffer": None,
        "updates": [],
        "hasCdn": False,
        "hasHostedSsl": True,
        "multipleSSL": False,
        "phpVersions": [{"version": "8.2", "support": "SUPPORTED"}],
        "quotaSize": {"unit": "GB", "value": 100},
        "quotaUsed": {"unit": "MB", "value": 512.4},
        "trafficQuotaSize": None,
        "trafficQuotaUsed": None,
    }


def _iam(one: Service) -> dict[str, Any]:
    return {
        "id": "00000000-0000-4000-8000-000000000000",
        "urn": f"urn:v1:eu:resource:webHosting:{one.name}",
        "displayName": one.display_name or one.name,
        "state": "OK",
        "tags": {},
    }


def attached_domain(one: AttachedDomain) -> dict[str, Any]:
    """hosting.web.PublicAttachedDomain."""
    return {
        "domain": one.domain,
        "path": one.path,
        "ownLog": one.own_log,
        "cdn": "none",
        "firewall": "none",
        "ipLocation": None,
        "ssl": True,
        "runtimeId": None,
        "isFlushable": False,
        "capabilities": [],
        "status": one.status,
        "taskId": None,
        "vcsStatus": "disabled",
    }


def own_log(one: OwnLog, of: Service, account: Account) -> dict[str, Any]:
    """hosting.web.OwnLogs."""
    host = account.log_host or f"https://logs.{of.cluster}.hosting.ovh.net"
    return {
        "id": one.id,
        "fqdn": one.fqdn,
        "logs": (one.logs or f"{{log_host}}/{one.fqdn}/").replace("{log_host}", host),
        "stats": (one.stats or f"{{log_host}}/{one.fqdn}/owstats").replace("{log_host}", host),
        "status": one.status,
        "taskId": one.task_id,
    }


def credential(one: Credential, application_id: int) -> dict[str, Any]:
    """api.Credential."""
    return {
        "credentialId": one.number,
        "applicationId": application_id,
        "status": one.status,
        "creation": one.creation.isoformat(),
        "expiration": one.expiration and one.expiration.isoformat(),
        "lastUse": one.last_use and one.last_use.isoformat(),
        "allowedIPs": list(one.allowed_ips) or None,
        "ovhSupport": False,
        "rules": [_rule(rule) for rule in one.rules],
    }


def details(account: Account, who: Credential | ServiceAccount) -> dict[str, Any]:
    """auth.Details."""
    if isinstance(who, ServiceAccount):
        urn = f"urn:v1:eu:identity:credential:{account.nichandle}/oauth2-{who.client_id}"
        return _details(account, "oauth2_client_credentials", None, urn)
    routes = [_rule(rule) for rule in who.rules]
    return _details(account, "account", routes, f"urn:v1:eu:identity:account:{account.nichandle}")


def _details(account: Account, method: str, routes: list[dict[str, str]] | None, urn: str) -> dict[str, Any]:
    return {
        "account": account.nichandle,
        "method": method,
        "allowedRoutes": routes,
        "description": None,
        "identities": [urn],
        "roles": [],
        "user": None,
    }


def _rule(rule: Rule) -> dict[str, str]:
    return {"method": rule.method, "path": rule.path}
