"""What there is to say of where visitors come from and of what they look at: for ``settings``."""

from __future__ import annotations

from dataclasses import dataclass

SITE_KINDS = ("search", "social", "video", "shopping", "ai-assistant", "email", "website")
RULE_MATCHES = ("prefix", "glob", "pattern")
# A visit goes on when somebody comes back from paying or signing on there.
IGNORED_HOSTS = (
    *("paypal.com", "checkout.stripe.com", "hooks.stripe.com", "pay.stripe.com", "secure.payplug.com"),
    *("payment-webinit.sips-services.com", "tpeweb.paybox.com", "p.monetico-services.com", "secure.payzen.eu"),
    *("pay.google.com", "accounts.google.com", "appleid.apple.com", "login.microsoftonline.com", "login.live.com"),
    "app.franceconnect.gouv.fr",
)


@dataclass(frozen=True)
class KnownSite:
    """A site that the tables do not have, or have otherwise; ``kind`` is one of ``SITE_KINDS``.

    ``host`` stands for its subdomains, too; a final ``.*`` for any public suffix.
    """

    host: str
    kind: str
    name: str = ""  # empty: the host


@dataclass(frozen=True)
class Sources:
    """What is to be known of referrers; a host stands for its subdomains, too."""

    own_hosts: tuple[str, ...] = ()  # internal beside those of the page's registrable domain
    ignored_hosts: tuple[str, ...] = IGNORED_HOSTS  # where a visit goes through: internal, too
    spam_hosts: tuple[str, ...] = ()
    known_sites: tuple[KnownSite, ...] = ()


@dataclass(frozen=True)
class PageRule:
    """What a hit is, where all that is stated holds; what is empty holds for every hit.

    Statuses are as in ``Cleaning``, statuses and methods separated by commas; the host is a glob; ``place`` is where
    the rule stands, for errors.
    """

    category: str = ""
    path: str = ""
    match: str = "prefix"  # one of RULE_MATCHES: how the path is compared
    host: str = ""
    method: str = ""
    status: str = ""
    type: str = ""
    conversion: bool = False
    place: str = ""
