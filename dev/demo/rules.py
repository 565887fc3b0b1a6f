"""What the owner of the generated site would write into the forms of "Enrich hits" and "Group to visitors"."""

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

KNOWN: dict[str, Any] = {"page_rules": PAGE_RULES, "spam_hosts": SPAM_HOSTS}
# Of which visitors' page views are counted apart.
CATEGORIES = [*dict.fromkeys(str(rule["category"]) for rule in PAGE_RULES if rule["category"] != "admin")]
