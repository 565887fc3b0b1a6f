"""Browsers of people: user agents as they are sent in 2026, reduced, and what they say about the device."""

from __future__ import annotations

from dataclasses import dataclass

from dev.traffic.draw import Draw, Weighted

_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_WINDOWS = "Windows NT 10.0; Win64; x64"
_MAC = "Macintosh; Intel Mac OS X 10_15_7"
_ANDROID = "Linux; Android 10; K"
_IPHONE = "iPhone; CPU iPhone OS {os} like Mac OS X"


@dataclass(frozen=True)
class Browser:
    """A browser on a device: its user agent with places for versions, and the values that DSS's processor names.

    ``screen``: widths and heights in pixels, as JavaScript sees them.
    """

    agent: str
    type: str
    brand: str
    os: str
    versions: tuple[str, ...]
    screen: tuple[tuple[int, int], ...]
    systems: tuple[str, ...] = ("",)

    @property
    def mobile(self) -> bool:
        """Whether it is a phone or a tablet."""
        return self.type != "browser"

    def any(self, draw: Draw) -> str:
        """The user agent of one more device."""
        return self.agent.format(v=draw.skewed(self.versions), os=draw.one(self.systems))


_DESKTOP = ((1920, 1080), (1536, 864), (2560, 1440), (1440, 900), (1366, 768))
_PHONE = ((390, 844), (393, 873), (412, 915), (360, 800), (430, 932))
_TABLET = ((820, 1180), (800, 1280), (1024, 1366))
_CHROME = ("145", "144", "146", "143")
_FIREFOX = ("148", "147", "140")
_SAFARI = ("26.3", "26.2", "18.6")
_IOS = ("18_7", "18_6")

# fmt: off
_BROWSERS = {
    Browser(f"Mozilla/5.0 ({_WINDOWS}) {_BLINK} Safari/537.36",
            "browser", "Chrome", "Windows", _CHROME, _DESKTOP): 24,
    Browser(f"Mozilla/5.0 ({_WINDOWS}) {_BLINK} Safari/537.36 Edg/{{v}}.0.0.0",
            "browser", "Edge", "Windows", _CHROME, _DESKTOP): 8,
    Browser(f"Mozilla/5.0 ({_WINDOWS}) {_BLINK} Safari/537.36 OPR/128.0.0.0",
            "browser", "Opera", "Windows", _CHROME, _DESKTOP): 1,
    Browser(f"Mozilla/5.0 ({_MAC}) {_BLINK} Safari/537.36",
            "browser", "Chrome", "Mac OS X", _CHROME, _DESKTOP): 6,
    Browser(f"Mozilla/5.0 (X11; Linux x86_64) {_BLINK} Safari/537.36",
            "browser", "Chrome", "Linux", _CHROME, _DESKTOP): 1.5,
    Browser(f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_BLINK} Safari/537.36",
            "browser", "Chrome", "Chrome OS", _CHROME, ((1366, 768),)): 0.5,
    Browser(f"Mozilla/5.0 ({_MAC}) {_WEBKIT} Version/{{v}} Safari/605.1.15",
            "browser", "Safari", "Mac OS X", _SAFARI, _DESKTOP): 6,
    Browser(f"Mozilla/5.0 ({_WINDOWS}; rv:{{v}}.0) Gecko/20100101 Firefox/{{v}}.0",
            "browser", "Firefox", "Windows", _FIREFOX, _DESKTOP): 7,
    Browser("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
            "browser", "Firefox", "Linux", _FIREFOX, _DESKTOP): 2,
    Browser("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
            "browser", "Firefox", "Mac OS X", _FIREFOX, _DESKTOP): 1.5,
    Browser(f"Mozilla/5.0 ({_ANDROID}) {_BLINK} Mobile Safari/537.36",
            "phone", "Chrome", "Android", _CHROME, _PHONE): 18,
    Browser(f"Mozilla/5.0 ({_ANDROID}) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/{{v}} Chrome/136.0.0.0"
            " Mobile Safari/537.36",
            "phone", "Samsung Internet", "Android", ("29.0", "28.0"), _PHONE): 3.5,
    Browser("Mozilla/5.0 (Android 15; Mobile; rv:{v}.0) Gecko/{v}.0 Firefox/{v}.0",
            "phone", "Firefox", "Android", _FIREFOX, _PHONE): 1.5,
    Browser(f"Mozilla/5.0 ({_IPHONE}) {_WEBKIT} Version/{{v}} Mobile/15E148 Safari/604.1",
            "phone", "Safari", "iOS", _SAFARI, _PHONE, _IOS): 15,
    Browser(f"Mozilla/5.0 ({_IPHONE}) {_WEBKIT} CriOS/{{v}}.0.7632.55 Mobile/15E148 Safari/604.1",
            "phone", "Chrome", "iOS", _CHROME, _PHONE, _IOS): 2,
    Browser(f"Mozilla/5.0 ({_ANDROID}) {_BLINK} Safari/537.36",
            "tablet", "Chrome", "Android", _CHROME, _TABLET): 1.5,
    Browser(f"Mozilla/5.0 (iPad; CPU OS {{os}} like Mac OS X) {_WEBKIT} Version/{{v}} Mobile/15E148 Safari/604.1",
            "tablet", "Safari", "iOS", ("17.6", "16.6"), _TABLET, ("17_6", "16_6")): 1,
}
# fmt: on
BROWSERS = tuple(_BROWSERS)
_BY_SHARE = Weighted(_BROWSERS)


def any_browser(draw: Draw) -> Browser:
    """The browser of one more person."""
    return draw.of(_BY_SHARE)
