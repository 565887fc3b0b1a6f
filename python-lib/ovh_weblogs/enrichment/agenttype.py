"""What kind of device a browser's agent stands for: the rules of ``useragent_type`` after those of ``bots``.

Words are looked for in lower case, as plain texts where that will do: a search for each of a dozen texts takes a tenth
of the time of one pattern that names them all.
"""

from __future__ import annotations

import re

from user_agents.parsers import UserAgent

# Televisions and consoles browse, but DSS has no type for them. Fire TV's models begin with AFT.
_SCREEN = (
    *("smart-tv", "smarttv", "hbbtv", "googletv", "android tv", "appletv", "apple tv", "tv safari", "bravia"),
    *("web0s", "crkey", "roku", "; aft", "playstation", "xbox", "nintendo"),
)
_TABLETS = ("tablet", "ipad")
_TABLET = re.compile(r"\btablet\b(?! pc)|\bipad\b")
_PHONE = ("wpdesktop", "kaios")
# The system's own way to fetch for an app: it says no more than that a mobile device asked.
_APP = ("dalvik/", "cfnetwork/")
_DESKTOP = ("windows nt", "windows 9", "macintosh", "x11", "cros ", "konqueror", "lynx/", "links (")


def device(agent: UserAgent, text: str) -> str:
    """The first that holds of tablet, phone, mobile (either of them) and browser (desktop); else unknown."""
    text = text.lower()
    if _any(_SCREEN, text):
        return "unknown"
    if _any(_PHONE, text):
        return "phone"
    if _any(_APP, text) and not agent.is_pc:
        return "mobile"
    if agent.is_tablet or (_any(_TABLETS, text) and _TABLET.search(text)):
        return "tablet"
    if agent.is_mobile:
        return "phone"
    return "browser" if agent.is_pc or _any(_DESKTOP, text) else "unknown"


def _any(words: tuple[str, ...], text: str) -> bool:
    return any(map(text.__contains__, words))
