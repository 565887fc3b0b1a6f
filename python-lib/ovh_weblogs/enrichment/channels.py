"""Channels: GA4's default channel group, its conditions in their order (Google Analytics help, answer 9756891).

Its AI Assistant, of May 2026, has no published place; it stands before the organic channels and Referral, after those
that are paid. Which site is of which kind is told by our tables, since Google's list has no licence. Webmail counts
as Email, which Google sees only where a campaign says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa

from ovh_weblogs.enrichment.distinct import rows
from ovh_weblogs.enrichment.referrersites import TYPES, Lookup, lookup
from ovh_weblogs.sources import Sources

_SHOP = re.compile(r"(?:^|[^a-df-z])shop|shopping")
_DISPLAY = ("display", "banner", "expandable", "interstitial", "cpm")
_SOCIAL = ("social", "social-network", "social-media", "sm", "social network", "social media")
_EMAIL = ("email", "e-mail", "e_mail", "e mail")
_MEDIA = {"search": "organic", "email": "email", "ai-assistant": "ai-assistant"}  # of referrers without a campaign


class Told(NamedTuple):
    """What a channel follows from; all in lower case, empty where not stated."""

    kind: str  # of the source's site
    source: str
    medium: str
    campaign: str

    @property
    def paid(self) -> bool:
        """``^(.*cp.*|ppc|retargeting|paid.*)$``."""
        return "cp" in self.medium or self.medium in ("ppc", "retargeting") or self.medium.startswith("paid")

    @property
    def shops(self) -> bool:
        """A shopping site, or a campaign of one: ``^(.*(([^a-df-z]|^)shop|shopping).*)$``."""
        return self.kind == "shopping" or bool(_SHOP.search(self.campaign))


def _assisted(told: Told) -> bool:
    return told.medium == "ai-assistant" or (told.kind == "ai-assistant" and told.medium in ("", "referral", "organic"))


_CHANNELS: tuple[tuple[str, Callable[[Told], bool]], ...] = (
    ("Direct", lambda t: t.source in ("", "(direct)") and t.medium in ("(none)", "(not set)")),
    ("Cross-network", lambda t: "cross-network" in t.campaign),
    ("Paid Shopping", lambda t: t.shops and t.paid),
    ("Paid Search", lambda t: t.kind == "search" and t.paid),
    ("Paid Social", lambda t: t.kind == "social" and t.paid),
    ("Paid Video", lambda t: t.kind == "video" and t.paid),
    ("Display", lambda t: t.medium in _DISPLAY),
    ("Paid Other", lambda t: t.paid),
    ("AI Assistant", _assisted),
    ("Organic Shopping", lambda t: t.shops),
    ("Organic Social", lambda t: t.kind == "social" or t.medium in _SOCIAL),
    ("Organic Video", lambda t: t.kind == "video" or "video" in t.medium),
    ("Organic Search", lambda t: t.kind == "search" or t.medium == "organic"),
    ("Referral", lambda t: t.medium in ("referral", "app", "link")),
    ("Email", lambda t: t.source in _EMAIL or t.medium in _EMAIL),
    ("Affiliates", lambda t: t.medium == "affiliate"),
    ("Audio", lambda t: t.medium == "audio"),
    ("SMS", lambda t: "sms" in (t.source, t.medium)),
    (
        "Mobile Push Notifications",
        lambda t: (
            t.medium.endswith("push")
            or any(word in t.medium for word in ("mobile", "notification"))
            or t.source == "firebase"
        ),
    ),
)


def of_hits(batch: pa.RecordBatch, sources: Sources) -> pa.Array:
    """``channel`` of hits.

    Args:
        batch: Hits with ``referer_type`` and ``referer_name``, ``campaign_source``, ``_medium`` and ``_name``.
        sources: What is known beside the tables.
    """
    names = ("referer_type", "referer_name", "campaign_source", "campaign_medium", "campaign_name")
    distinct, places = rows([batch.column(name) for name in names])
    sites = lookup(sources)
    found = [_channel(sites, *row) for row in zip(*(array.to_pylist() for array in distinct), strict=True)]
    return pa.array(found, pa.string()).take(places)


def _channel(
    sites: Lookup, kind: str | None, name: str | None, source: str | None, medium: str | None, campaign: str | None
) -> str | None:
    if kind == "internal":
        return None
    if kind in ("direct", "spam"):
        return "Direct" if kind == "direct" else "Referral"
    site = sites.stated(source or name or "")
    if kind == "campaign":
        told = Told(site.kind if site else "", *((text or "").strip().lower() for text in (source, medium, campaign)))
    elif kind is None:
        return "Unassigned"
    else:
        known = site is not None and TYPES.get(site.kind, site.kind) == kind  # names of two services may be the same
        told = Told(site.kind if site and known else kind, (name or "").lower(), _MEDIA.get(kind, "referral"), "")
    return next((channel for channel, holds in _CHANNELS if holds(told)), "Unassigned")
