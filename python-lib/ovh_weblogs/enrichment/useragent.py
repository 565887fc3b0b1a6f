"""Browser, system, device and type of a user agent, in the columns and values of DSS's processor "Classify User-Agent".

The classes are those of ``user-agents``, fed by ua-parser's native engine: about 25 times as fast as its own parser.

What agents say whatever the machine is (Chromium's user agent reduction, Safari's frozen systems) is not passed on as a
fact: ``Chrome/124.0.0.0`` has version 124; ``Android 10; K``, ``Mac OS X 10_15_7`` (Firefox: ``10.15``), the build
14541.0.0 of Chrome OS and the iOS that Safari 26 names have no system version; ``K`` is no model. ``Windows NT 10.0``
stays 10, since it tells these systems from older ones: it stands for Windows 10 and 11, which no agent tells apart.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import ua_parser
from ua_parser import loaders
from user_agents.parsers import UserAgent, parse_browser, parse_device, parse_operating_system

from ovh_weblogs.enrichment import agenttype, bots
from ovh_weblogs.enrichment.distinct import Remembered
from ovh_weblogs.schema import AGENT_COLUMNS, BOT_COLUMNS

logger = logging.getLogger(__name__)

_REMEMBERED = 8 << 20  # bytes of distinct agents that are remembered between batches: some 60,000 usual ones
_LONGEST = 1_000  # characters looked at: real agents are shorter, hostile ones reach the server's limit of 8 KB

# Editions for one device, folded into the brand: the device is told by the type.
_BRANDS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "IE Mobile": "IE",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera Mobile": "Opera",
}
# Families that ua-parser gives to programs that it does not know by name: Other, or a piece of an address.
_VAGUE = re.compile(r"^(?:Other|crawler|spider|bot)$|/")
# What ua-parser writes where the agent names no maker, and no model. Chromium's "K" stands for every model.
_NO_MAKER = re.compile(r"Generic|Spider")
_NO_MODEL = re.compile(
    r"K|Smartphone|Feature Phone|Tablet|Android(?: [\d.]+)?|Desktop|iOS-Device|SMART-TV|Touch|Surface RT"
)
# Systems that ua-parser names by distribution (its families of Linux).
_DISTRIBUTION = re.compile(
    r"Arch Linux|CentOS|Debian|Fedora|Gentoo|Kubuntu|Linux Mint|Lubuntu|Mageia|Mandriva|Mint|Oracle Linux|PCLinuxOS|"
    r"Puppy|Red Hat|SUSE|Slackware|Ubuntu|Xubuntu"
)
_BITS = (
    (re.compile(r"x86_64|x86-64|Win64|WOW64|\bx64\b|amd64|aarch64|arm64|ppc64", re.IGNORECASE), "64 bits"),
    (re.compile(r"\bi[3-6]86\b|armv[67]l|\bWin32\b", re.IGNORECASE), "32 bits"),
)
_BITS_OF = ("Windows", "Linux", "Chrome OS", "FreeBSD", "OpenBSD", "NetBSD")

# Chromium: chromium.org, user agent reduction. Firefox: bugzilla 1679929. Safari 26: webkit.org/blog/17333. Firefox on
# iOS: mozilla-mobile/firefox-ios 29548. CFNetwork names its own version, from which that of the system is only guessed.
_FROZEN = re.compile(
    r"Android 10; K[);]"
    r"|Mac OS X 10(?:_15_7|\.15)(?![._\d])"
    r"|CrOS \w+ 14541\.0\.0"
    r"|OS 18_\d(?:_\d)? like Mac OS X.* (?:Version/(?:2[6-9]|[3-9]\d)|FxiOS/)"
    r"|CFNetwork/"
)


class _Agent(UserAgent):  # type: ignore[misc]  # the base comes without types
    """``user_agents``' classes over the native engine's result."""

    def __init__(self, text: str) -> None:
        browser, system, device = _engine()(text)
        self.ua_string = text
        self.browser = parse_browser(browser.family, browser.major, browser.minor, browser.patch, browser.patch_minor)
        self.os = _os(system.family, system.major, system.minor, system.patch, system.patch_minor)
        self.device = parse_device(device.family, device.brand, device.model)


_os = lru_cache(maxsize=1_000)(parse_operating_system)  # systems are few


@lru_cache(maxsize=1)
def _engine() -> Callable[[str], tuple[Any, Any, Any]]:
    """What finds browser, system and device of a text, without ua-parser's cache: agents are remembered here."""
    rules = loaders.load_lazy_builtins()
    if ua_parser.RegexResolver is None:
        logger.warning(
            "The module ua_parser_rs is missing: user agents are parsed more slowly; install ua-parser[regex]"
        )
        parser = ua_parser.Parser(ua_parser.BestAvailableResolver(rules))
        return lambda text: attrgetter("user_agent", "os", "device")(parser.parse(text).with_defaults())
    # Its three searches themselves: what is put around their results takes as long as they do.
    native = ua_parser.RegexResolver(rules)
    browser, system, device = native.ua.extract, native.os.extract, native.de.extract
    others = ua_parser.UserAgent(), ua_parser.OS(), ua_parser.Device()
    return lambda text: (browser(text) or others[0], system(text) or others[1], device(text) or others[2])


def parts(array: pa.Array) -> list[pa.Array]:
    """The columns of ``schema.AGENT_COLUMNS`` for each user agent; nulls for a null."""
    return _KNOWN.of(_shortened(array), slice(len(AGENT_COLUMNS)))


def bot_parts(array: pa.Array) -> list[pa.Array]:
    """The columns of ``schema.BOT_COLUMNS`` for each user agent; nulls for a null."""
    return _KNOWN.of(_shortened(array), slice(len(AGENT_COLUMNS), None))


def _shortened(array: pa.Array) -> pa.Array:
    longest = pc.max(pc.binary_length(array)).as_py() or 0
    return array if longest <= _LONGEST else pc.utf8_slice_codeunits(array, 0, _LONGEST)


def classify(text: str) -> tuple[str | bool | None, ...]:
    """The values of ``AGENT_COLUMNS`` and of ``BOT_COLUMNS`` for one user agent.

    Only type and ``is_bot`` are never null; of a long agent the first 1,000 characters count.
    """
    text = text[:_LONGEST]
    agent = _Agent(text)
    robot = bots.told(text, agent.browser.family if agent.is_bot else None)
    brand, version = _browser(agent, text, robot)
    system, distribution = _system(agent)
    return (
        robot.type if robot else agenttype.device(agent, text),
        f"IE{agent.browser.version[0]}" if brand == "IE" and agent.browser.version else brand,
        brand,
        version,
        system,
        None if _FROZEN.search(text) else _known(agent.os.version_string),
        distribution or _bits(text, system),
        *((None, None) if robot else _device(agent)),
        *((True, robot.name, robot.category) if robot else (False, None, None)),
    )


_KNOWN = Remembered((*AGENT_COLUMNS, *BOT_COLUMNS), classify, _REMEMBERED)


def _browser(agent: _Agent, text: str, robot: bots.Robot | None) -> tuple[str | None, str | None]:
    family, version = agent.browser.family, _known(agent.browser.version_string)
    if robot and _VAGUE.search(family):
        return bots.product(text) or (_known(family), version)
    major = str(agent.browser.version[0]) if agent.browser.version else ""
    if version == f"{major}.0.0" and re.search(rf"/{re.escape(major)}\.0\.0\.0(?![.\d])", text):
        version = major
    return _known(_BRANDS.get(family, family)), version


def _system(agent: _Agent) -> tuple[str | None, str | None]:
    family = _known(agent.os.family)
    return ("Linux", family) if _DISTRIBUTION.fullmatch(agent.os.family) else (family, None)


def _device(agent: _Agent) -> tuple[str | None, str | None]:
    """Brand and model. A robot's is none: what it says of a device is a disguise."""
    brand, model = _known(agent.device.brand), _known(agent.device.model)
    return (
        None if brand is None or _NO_MAKER.match(brand) else brand,
        None if model is None or _NO_MODEL.fullmatch(model) else model,
    )


def _bits(text: str, system: str | None) -> str | None:
    if system not in _BITS_OF:
        return None
    return next((bits for pattern, bits in _BITS if pattern.search(text)), None)


def _known(text: str | None) -> str | None:
    return None if text in (None, "", "Other") else text
