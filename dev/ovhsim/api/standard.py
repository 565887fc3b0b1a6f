"""An account with a service of every kind."""

from __future__ import annotations

from dev.ovhsim.api.account import (
    Account,
    Application,
    AttachedDomain,
    Credential,
    OwnLog,
    Service,
    ServiceAccount,
)


def default_account(log_host: str = "") -> Account:
    """A service of every naming and state, and one key of each kind that may read all of them.

    Args:
        log_host: Base address of the log host, such as ``LogHost.url``.
    """
    application = Application("simApplication01", "simApplicationSecret000000000001")
    return Account(
        services=[_current(), _named_by_domain(), _blocked(), _canadian(), _without_logs()],
        applications=[application],
        credentials=[Credential("simConsumerKey000000000000000001", application.key)],
        service_accounts=[ServiceAccount("EU.simClient0000001", "simClientSecret00000000000000001")],
        log_host=log_host,
    )


def _current() -> Service:
    """Named as services are today; one domain has its own log, and that of another is being made."""
    name = "login.cluster021.hosting.ovh.net"
    return Service(
        name,
        display_name="Shop and blog",
        domains=[
            AttachedDomain("example.org"),
            AttachedDomain("www.example.org"),
            AttachedDomain("shop.example.org", own_log="shop.example.org", path="shop"),
            AttachedDomain("new.example.org", own_log="new.example.org", path="new"),
        ],
        own_logs=[
            OwnLog(101, name),
            OwnLog(102, "shop.example.org"),
            OwnLog(103, "new.example.org", status="creating", task_id=9001),
        ],
    )


def _named_by_domain() -> Service:
    """Named as services were at first; the address of its logs has no final slash."""
    return Service(
        "example.com",
        cluster="cluster020",
        datacenter="p19",
        primary_login="examplecom",
        offer="perso2014",
        domains=[AttachedDomain("example.com"), AttachedDomain("www.example.com")],
        own_logs=[OwnLog(201, "example.com", logs="{log_host}/example.com")],
    )


def _blocked() -> Service:
    name = "blocked.cluster003.hosting.ovh.net"
    return Service(
        name,
        cluster="cluster003",
        datacenter="p19",
        state="blocked",
        domains=[AttachedDomain("example.net")],
        own_logs=[OwnLog(301, name)],
    )


def _canadian() -> Service:
    """In the cluster whose days are those of Montreal."""
    name = "canada.cluster051.hosting.ovh.net"
    return Service(
        name,
        cluster="cluster051",
        datacenter="bhs1",
        domains=[AttachedDomain("example.ca"), AttachedDomain("www.example.ca")],
        own_logs=[OwnLog(401, name)],
    )


def _without_logs() -> Service:
    return Service(
        "nologs.cluster030.hosting.ovh.net",
        cluster="cluster030",
        datacenter="gra3",
        offer="hosting-free-100m",
        domains=[AttachedDomain("static.example.org")],
    )
