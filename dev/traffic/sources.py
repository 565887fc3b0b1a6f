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


def _organic(share: float, channel: str, kind: str, *referrers: str) -> dict[Source, float]:
    """Sources that share a weight among them."""
    return {Source(channel, kind, referrer): share / len(referrers) for referrer in referrers}


def _campaign(
    share: float, channel: str, query: str, *referrers: str | None, warm: bool = False
) -> dict[Source, float]:
    """The same campaign with and without referrers: they share its weight."""
    names = dict(part.partition("=")[::2] for part in query.split("&"))
    name = names.get("utm_campaign") or names.get("mtm_campaign")
    return {Source(channel, "campaign", referrer, query, name, warm): share / len(referrers) for referrer in referrers}


_GOOGLE = "https://www.google.com/"
_FACEBOOK = ("https://l.facebook.com/", "https://m.facebook.com/")
_UTM = "utm_source={}&utm_medium={}&utm_campaign={}".format
_CLICK = "CjwKCAiA8bvKBhBpEiwAk3XYz"  # of the shape of a Google click id

_SEARCH = "https://www.bing.com/", "https://duckduckgo.com/", "https://www.qwant.com/", "https://www.ecosia.org/"
_SOCIAL = "https://l.instagram.com/", "https://www.pinterest.fr/", "https://t.co/", "https://www.linkedin.com/"
_ASSISTANTS = (
    *("https://chatgpt.com/", "https://www.perplexity.ai/", "https://gemini.google.com/"),
    *("https://copilot.microsoft.com/", "https://claude.ai/"),
)
_SITES = (
    *("https://www.cuisine-du-soir.example/", "https://annuaire-bio.example/"),
    *("https://www.maisons-de-the.example/adresses", "https://forum.infusions.example/t/1204"),
)
_WEBMAIL = "https://mail.google.com/", "https://outlook.live.com/", "https://webmail.example.org/"

# How often each brings somebody who was never there.
STRANGERS: dict[Source, float] = {
    Source("Organic Search", "search", _GOOGLE): 26.0,
    **_organic(15.0, "Organic Search", "search", "https://www.google.fr/", "https://fr.search.yahoo.com/", *_SEARCH),
    **_organic(8.0, "Organic Social", "social", *_SOCIAL, *_FACEBOOK),
    Source("Organic Social", "social", _FACEBOOK[0], "fbclid=IwY2xjawFrom_a_shared_link"): 2.0,
    Source("Organic Video", "social", "https://www.youtube.com/"): 1.0,
    **_organic(4.0, "AI Assistant", "ai-assistant", *_ASSISTANTS),
    **_organic(6.0, "Referral", "website", *_SITES),
    **_campaign(4.0, "Paid Search", _UTM("google", "cpc", "marque") + f"&gclid={_CLICK}", _GOOGLE),
    Source("Paid Search", "campaign", _GOOGLE, f"gclid={_CLICK}"): 1.0,
    **_campaign(2.0, "Paid Shopping", _UTM("google", "cpc", "shopping_thes"), _GOOGLE),
    **_campaign(3.0, "Paid Social", _UTM("facebook", "paid_social", "fete-des-meres") + "&fbclid=IwY2x_ad", *_FACEBOOK),
    **_campaign(1.0, "Display", _UTM("regie", "display", "notoriete"), "https://www.journal-du-matin.example/"),
    **_campaign(1.0, "Affiliates", _UTM("bons-plans", "affiliate", "code-the"), "https://bons-plans.example/"),
    **_campaign(0.5, "SMS", _UTM("boutique", "sms", "vente-privee"), None),
    DIRECT: 18.0,
}
NEWSLETTER = {
    **_campaign(9.0, "Email", _UTM("newsletter", "email", "nouveautes"), None, *_WEBMAIL, warm=True),
    **_campaign(1.0, "Email", "mtm_campaign=club&mtm_source=club-du-the&mtm_medium=email", None, warm=True),
}
RETURNING = {DIRECT: 55.0, Source("Organic Search", "search", _GOOGLE): 18.0, **NEWSLETTER}
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
