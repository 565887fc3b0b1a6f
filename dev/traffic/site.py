"""The site: a French tea shop and its blog, their pages, files and what each of them is.

Names are under example.com (RFC 2606).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ROOT = "example.com"  # of the log tree
SHOP = "www.example.com"
BLOG = "blog.example.com"

ResourceClass = Literal["page", "static", "download", "api", "feed"]


@dataclass(frozen=True)
class Resource:
    """Something that the site serves.

    Attributes:
        host: The host that serves it.
        path: Its path, as it is requested.
        kind: What it is to an analyst.
        category: Of a page, its part of the site; empty for anything else.
        size: Bytes of the answer, about.
        converts: Whether seeing it means that something was bought.
    """

    host: str
    path: str
    kind: ResourceClass = "page"
    category: str = ""
    size: int = 20_000
    converts: bool = False

    @property
    def url(self) -> str:
        """Its absolute address."""
        return f"https://{self.host}{self.path}"


def _pages(host: str, category: str, size: int, *paths: str) -> tuple[Resource, ...]:
    return tuple(Resource(host, path, "page", category, size + 731 * place) for place, path in enumerate(paths))


def _static(host: str, *files: tuple[str, int]) -> tuple[Resource, ...]:
    return tuple(Resource(host, path, "static", "", size) for path, size in files)


_PRODUCTS = (
    *("sencha-fukuyu", "gyokuro-imperial", "matcha-ceremonie", "darjeeling-first-flush", "assam-tgfop"),
    *("earl-grey-fleurs-bleues", "oolong-tie-guan-yin", "pu-erh-vieilli", "rooibos-vanille", "hojicha"),
    *("th%C3%A9-%C3%A0-la-menthe", "infusion-verveine", "coffret-d%C3%A9couverte", "th%C3%A9i%C3%A8re-en-fonte"),
    *("bancha", "genmaicha", "lapsang-souchong", "ceylan-op", "yunnan-dor%C3%A9", "jasmin-perles"),
    *("mat%C3%A9-torr%C3%A9fi%C3%A9", "fouet-%C3%A0-matcha", "tasses-en-porcelaine", "bo%C3%AEte-washi"),
)
_ARTICLES = (
    *("bien-infuser-un-the-vert", "matcha-la-recette", "le-guide-des-theieres", "the-et-chocolat-les-accords"),
    *("printemps-les-premieres-recoltes", "choisir-son-eau", "cold-brew-le-the-glace", "les-ceremonies-du-the"),
    *("conserver-son-the", "the-et-sommeil", "visite-chez-un-producteur", "le-the-en-cuisine"),
)

HOME = Resource(SHOP, "/", "page", "home", 31_400)
PRODUCTS = _pages(SHOP, "product", 22_000, *(f"/produits/{name}" for name in _PRODUCTS))
COLLECTIONS = _pages(
    SHOP,
    "collection",
    35_000,
    *(
        f"/collections/{name}"
        for name in ("th%C3%A9s-verts", "th%C3%A9s-noirs", "infusions", "accessoires", "coffrets")
    ),
)
SEARCH = Resource(SHOP, "/recherche", "page", "search", 26_000)
SEARCHED = ("matcha", "th%C3%A9+vert", "th%C3%A9i%C3%A8re", "bio", "coffret+cadeau", "sencha", "sans+th%C3%A9ine")
HELP = _pages(SHOP, "help", 12_000, "/livraison", "/contact", "/retours", "/questions")
ACCOUNT = Resource(SHOP, "/compte", "page", "account", 14_000)
CART = Resource(SHOP, "/panier", "page", "cart", 17_000)
CHECKOUT = Resource(SHOP, "/commande", "page", "checkout", 19_000)
ORDERED = Resource(SHOP, "/commande/merci", "page", "order", 11_000, converts=True)
ADMIN = Resource(SHOP, "/admin/commandes", "page", "admin", 42_000)
BLOG_HOME = Resource(BLOG, "/", "page", "blog", 24_000)
ARTICLES = _pages(BLOG, "blog", 28_000, *(f"/{name}/" for name in _ARTICLES))

GUIDE = Resource(BLOG, "/documents/guide-du-the.pdf", "download", "", 2_413_000)
FILM = Resource(BLOG, "/medias/une-journee-de-recolte.mp4", "static", "", 18_700_000)
FEED = Resource(BLOG, "/feed/", "feed", "", 48_000)
STOCK = Resource(SHOP, "/api/stock", "api", "", 310)
ADD_TO_CART = Resource(SHOP, "/api/panier", "api", "", 180)
ROBOTS_TXT = {host: Resource(host, "/robots.txt", "static", "", 212) for host in (SHOP, BLOG)}
FAVICON = {host: Resource(host, "/favicon.ico", "static", "", 4_286) for host in (SHOP, BLOG)}
SITEMAP = Resource(SHOP, "/sitemap.xml", "static", "", 18_400)
ASSETS = {
    SHOP: _static(
        SHOP,
        ("/assets/boutique.css?v=9f3c", 58_200),
        ("/assets/boutique.js?v=9f3c", 143_900),
        ("/assets/fonts/inter.woff2", 98_300),
        ("/images/logo.svg", 6_100),
    ),
    BLOG: _static(
        BLOG,
        ("/theme/style.css?ver=6.8", 41_700),
        ("/theme/blog.js?ver=6.8", 22_800),
        ("/theme/fonts/serif.woff2", 71_000),
    ),
}
IMAGES = {
    page: _static(SHOP, (f"/images{page.path.removeprefix('/produits')}.webp", 64_000 + 1_709 * place))[0]
    for place, page in enumerate(PRODUCTS)
}
PICTURES = {
    page: _static(BLOG, (f"/medias{page.path.rstrip('/')}.avif", 120_000 + 3_307 * place))[0]
    for place, page in enumerate(ARTICLES)
}
# Pages of the shop as it was before: links to them are still about.
GONE = tuple(f"/boutique/{name}.html" for name in _PRODUCTS[:14])


def landing_choices() -> dict[Resource, float]:
    """Pages of the shop that strangers land on, with how often."""
    return {HOME: 40.0, **dict.fromkeys(COLLECTIONS, 4.0), **dict.fromkeys(PRODUCTS[:12], 2.5)}
