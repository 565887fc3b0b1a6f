"""Hosts looked up: whose a host is, whether it is one of ours, and which site a campaign means by its source."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import tldextract

from ovh_weblogs.enrichment.referrertable import ALIASES, MAIL_LABELS, SITES, Site
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.sources import SITE_KINDS, Sources

TYPES = {"video": "social", "shopping": "website"}  # of referrers, by kinds of sites that are no types of their own
_REMEMBERED = 20_000  # hosts
_LONGEST = 253  # characters of a host (RFC 1035)
_DIGITS = "0123456789"
_EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list that it brings along, and no network


class Lookup:
    """The tables, and what the user says beside them.

    Raises:
        SettingsError: As ``check_sources`` does.
    """

    def __init__(self, sources: Sources) -> None:
        check_sources(sources)
        own = {host_of(each.host): Site(each.kind, each.name or each.host) for each in sources.known_sites}
        self._sites = SITES | own
        self._named = {site.name.lower(): site for site in self._sites.values()}
        self._inside = _hosts((*sources.own_hosts, *sources.ignored_hosts))
        self._spam = _hosts(sources.spam_hosts)
        self.site = lru_cache(_REMEMBERED)(self._site)

    def _site(self, host: str) -> Site:
        """Whose a host is: the most specific entry counts; a host without any is a website by its own name."""
        suffix = _suffix_labels(host)
        for place, tail in enumerate(_tails(host)):
            found = self._sites.get(tail) or self._sites.get(_starred(tail, suffix))
            if found:
                return found
            if place == 0 and tail.partition(".")[0].rstrip(_DIGITS) in MAIL_LABELS and "." in tail:
                return Site("email", host)
        return Site("website", host)

    def is_internal(self, host: str, page: str | None) -> bool:
        """Whether a host belongs to the page's site, to our sites, or to those where a visit goes through."""
        if page is not None and registrable(host) == registrable(page):
            return True
        return any(tail in self._inside for tail in _tails(host))

    def is_spam(self, host: str) -> bool:
        """Whether a host is on the list of spam."""
        return bool(self._spam) and any(tail in self._spam for tail in _tails(host))

    def stated(self, source: str) -> Site | None:
        """The site that a campaign's source means: by a name, or by a host; None for one that is not known."""
        source = source.strip().lower()
        if "." in source:
            if len(source) > _LONGEST:
                return None
            found = self.site(source)
            return found if found.kind != "website" else None
        return self._named.get(ALIASES.get(source, source))


@lru_cache(maxsize=4)
def lookup(sources: Sources) -> Lookup:
    """A lookup, made once for the same sources."""
    return Lookup(sources)


@lru_cache(maxsize=_REMEMBERED)
def registrable(host: str) -> str:
    """The registrable domain (``example.co.uk``), by the public suffix list; the host itself where it has none.

    Hosters whose customers have subdomains of theirs (the list's private part) count as suffixes: ``a.github.io``.
    """
    return _EXTRACT(host, include_psl_private_domains=True).top_domain_under_public_suffix or host


def host_of(text: str) -> str:
    """A host as it is compared."""
    return text.strip().lower().strip(".")


def check_sources(sources: Sources) -> None:
    """Refuse what cannot be a host or a kind of site.

    Raises:
        SettingsError: Some are none; they are named.
    """
    hosts = (*sources.own_hosts, *sources.ignored_hosts, *sources.spam_hosts, *(s.host for s in sources.known_sites))
    wrong = [f"'{host[:60]}'" for host in hosts if not host_of(host) or set(host) & set("/:?#@ ")]
    if wrong:
        raise SettingsError(
            f"A list of hosts cannot hold {' and '.join(wrong)}",
            fix="write hosts alone, such as example.com, without scheme, port and path",
        )
    for place, site in enumerate(sources.known_sites, 1):
        if site.kind not in SITE_KINDS:
            raise SettingsError(
                f"The kind of known site {place} ({site.host[:60]}) cannot be '{site.kind[:40]}'",
                fix=f"choose one of {', '.join(SITE_KINDS)}",
            )


def _hosts(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(host_of(text) for text in texts)


@lru_cache(maxsize=_REMEMBERED)
def _suffix_labels(host: str) -> int:
    suffix = _EXTRACT(host).suffix
    return suffix.count(".") + 1 if suffix else 0


def _tails(host: str) -> Iterator[str]:
    """The host, and what is left of it without its first labels."""
    tail = host.rstrip(".")
    while tail:
        yield tail
        _, _, tail = tail.partition(".")


def _starred(tail: str, suffix: int) -> str:
    """A tail with a star for its public suffix of so many labels; empty where nothing stands before that."""
    labels = tail.split(".")
    return ".".join([*labels[:-suffix], "*"]) if 0 < suffix < len(labels) else ""
