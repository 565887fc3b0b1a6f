"""Where visits come from: referrers and campaign parameters, and the channel that each pair stands for.

Channels are those of GA4's default channel group (Google Analytics help, answer 9756891), with its AI Assistant.
"""

from __future__ import annotations

from dataclasses import dataclass

from dev.traffic.draw import Draw, Weighted


@dataclass(frozen=True)
class Source:
    """How a visit begins: referrer and query of its first request, and what they mean.

    Attributes:
        channel: GA4's default channel group.
        type: What the referrer is: direct, internal, search, social, ai-assistant, email, campaign, website or spam.
        referrer: As the browser sends it; None when it sends none.
        query: Campaign parameters on the first page's address.
        campaign: Name of the campaign, where the query has one.
        warm: Whether those who come so know the shop already: they buy more readily.
    """

    channel: str
    type: str
    referrer: str | None = None
    query: str = ""
    campaign: str | None = None
    warm: bool = False


DIRECT = Source("Direct", "direct", warm=True)


def _organic(channel: str, kind: str, *referrers: str) -> dict[Source, float]:
    return {Source(channel, kind, referrer): 1.0 / len(referrers) for referrer in referrers}


def _scaled(share: float, sources: dict[Source, float]) -> dict[Source, float]:
    total = sum(sources.values())
    return {source: share * weight / total for source, weight in sources.items()}


def _campaign(channel: str, query: str, *referrers: str | None, warm: bool = False) -> dict[Source, float]:
    names = dict(part.partition("=")[::2] for part in query.split("&"))
    name = names.get("utm_campaign") or names.get("mtm_campaign")
    return {Source(channel, "campaign", referrer, query, name, warm): 1.0 for referrer in referrers}


_GOOGLE = "https://www.google.com/"
_FACEBOOK = ("https://l.facebook.com/", "https://m.facebook.com/")
_UTM = "utm_source={}&utm_medium={}&utm_campaign={}".format
_CLICK = "CjwKCAiA8bvKBhBpEiwAk3XYz"  # of the shape of a Google click id

STRANGERS: dict[Source, float] = {
    Source("Organic Search", "search", _GOOGLE): 26.0,
    Source("Organic Search", "search", "https://www.google.fr/"): 5.0,
    **_scaled(
        10.0,
        _organic(
            "Organic Search",
            "search",
            "https://www.bing.com/",
            "https://duckduckgo.com/",
            "https://www.qwant.com/",
            "https://www.ecosia.org/",
            "https://fr.search.yahoo.com/",
        ),
    ),
    **_scaled(
        8.0,
        _organic(
            "Organic Social",
            "social",
            "https://l.instagram.com/",
            "https://www.pinterest.fr/",
            "https://t.co/",
            "https://www.linkedin.com/",
            *_FACEBOOK,
        ),
    ),
    Source("Organic Social", "social", _FACEBOOK[0], "fbclid=IwY2xjawFrom_a_shared_link"): 2.0,
    Source("Organic Video", "social", "https://www.youtube.com/"): 1.0,
    **_scaled(
        4.0,
        _organic(
            "AI Assistant",
            "ai-assistant",
            "https://chatgpt.com/",
            "https://www.perplexity.ai/",
            "https://gemini.google.com/",
            "https://copilot.microsoft.com/",
            "https://claude.ai/",
        ),
    ),
    **_scaled(
        6.0,
        _organic(
            "Referral",
            "website",
            "https://www.cuisine-du-soir.example/",
            "https://annuaire-bio.example/",
            "https://www.maisons-de-the.example/adresses",
            "https://forum.infusions.example/t/1204",
        ),
    ),
    **_scaled(4.0, _campaign("Paid Search", _UTM("google", "cpc", "marque") + f"&gclid={_CLICK}", _GOOGLE)),
    Source("Paid Search", "campaign", _GOOGLE, f"gclid={_CLICK}"): 1.0,
    **_scaled(2.0, _campaign("Paid Shopping", _UTM("google", "cpc", "shopping_thes"), _GOOGLE)),
    **_scaled(
        3.0,
        _campaign("Paid Social", _UTM("facebook", "paid_social", "fete-des-meres") + "&fbclid=IwY2x_ad", *_FACEBOOK),
    ),
    **_scaled(
        1.0, _campaign("Display", _UTM("regie", "display", "notoriete"), "https://www.journal-du-matin.example/")
    ),
    **_scaled(1.0, _campaign("Affiliates", _UTM("bons-plans", "affiliate", "code-the"), "https://bons-plans.example/")),
    **_scaled(0.5, _campaign("SMS", _UTM("boutique", "sms", "vente-privee"), None)),
    DIRECT: 18.0,
}
NEWSLETTER = {
    **_scaled(
        9.0,
        _campaign(
            "Email",
            _UTM("newsletter", "email", "nouveautes"),
            None,
            None,
            "https://mail.google.com/",
            "https://outlook.live.com/",
            "https://webmail.example.org/",
            warm=True,
        ),
    ),
    **_scaled(1.0, _campaign("Email", "mtm_campaign=club&mtm_source=club-du-the&mtm_medium=email", None, warm=True)),
}
RETURNING = {DIRECT: 55.0, Source("Organic Search", "search", _GOOGLE): 18.0, **_scaled(12.0, NEWSLETTER)}
SPAM = Source("Referral", "spam", "https://plus-de-visites.example/")

_STRANGERS, _NEWSLETTER, _RETURNING = Weighted(STRANGERS), Weighted(NEWSLETTER), Weighted(RETURNING)


def first(draw: Draw) -> Source:
    """How somebody comes for the first time."""
    return draw.of(_STRANGERS)


def later(draw: Draw, *, mailed: bool) -> Source:
    """How somebody comes again; many by the newsletter on the day that it goes out."""
    if mailed and draw.chance(0.4):
        return draw.of(_NEWSLETTER)
    return draw.of(_RETURNING)
