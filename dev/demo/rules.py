"""What the owner of the generated site would write into the form of "Enrich hits"."""

from __future__ import annotations

from typing import Any

from dev.traffic.site import BLOG, SHOP
from dev.traffic.sources import SPAM

SPAM_HOSTS = [str(SPAM.referrer).split("/")[2]]

PAGE_RULES: list[dict[str, Any]] = [
    {"category": "order", "path": "/commande/merci", "status": "200, 304", "method": "GET", "conversion": True},
    {"category": "order", "path": "/commande/merci", "type": "page", "conversion": True},
    {"category": "order", "path": "/commande/merci"},
    {"category": "checkout", "path": "/commande", "match": "glob", "host": SHOP},
    {"category": "home", "path": "/", "match": "glob", "host": SHOP},
    {"category": "product", "path": "/produits/", "host": SHOP},
    {"category": "collection", "path": "/collections/", "host": SHOP},
    {"category": "search", "path": "/recherche", "host": SHOP},
    {"category": "help", "path": "^/(?:livraison|contact|retours|questions)$", "match": "pattern", "host": SHOP},
    {"category": "account", "path": "/compte", "host": SHOP},
    {"category": "cart", "path": "/panier", "host": SHOP},
    {"category": "admin", "path": "/admin/", "host": SHOP},
    {"category": "blog", "path": "/", "match": "glob", "host": BLOG},
    {"category": "blog", "path": "/*-*/", "match": "glob", "host": BLOG},
]
