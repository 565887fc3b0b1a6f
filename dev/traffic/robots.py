"""Robots of every kind, with what their user agents say and how they behave.

User agents are those that their operators publish, or that the programs send by default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Manner = Literal[
    "crawl",  # pages all over the day, robots.txt first
    "fetch",  # single pages, as somebody asks for them
    "preview",  # the head of a page that somebody shared
    "poll",  # the same address again and again
    "call",  # a program that uses the API
    "mirror",  # the whole site at midnight, slowly: answers that begin before it end after it
    "scan",  # a burst of paths that would give a hold
    "brute",  # password after password
    "spam",  # a page, for the sake of the referrer
]


@dataclass(frozen=True)
class Robot:
    """A robot: what it is truly, what its agent says, how it behaves.

    Attributes:
        name: What people call it.
        category: search, ai-training, ai-search, ai-user-fetch, seo, monitoring, social-preview, feed, library,
            scanner or other.
        agent: Its user agent.
        network: Where it comes from.
        country: Where the registries say that is.
        requests: How many a day on a site with 70 visitors a day; of a burst, how many at once.
        manner: How it behaves.
        type: useragent_type: bot, library or rss; browser for one that hides.
        addresses: How many it uses.
        declared: Whether its agent says that it is no person's browser.
    """

    name: str
    category: str
    agent: str
    network: str
    country: str
    requests: float
    manner: Manner = "crawl"
    type: str = "bot"
    addresses: int = 4
    declared: bool = True


_COMPATIBLE = "Mozilla/5.0 (compatible; {})".format
_FETCHER = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; {})".format
_HIDDEN = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36".format
)
_NEXUS = (
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/145.0.7632.45 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
)
_PREVIEW = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"

# fmt: off
ROBOTS: tuple[Robot, ...] = (
    Robot("Googlebot", "search", _COMPATIBLE("Googlebot/2.1; +http://www.google.com/bot.html"), "66.249.64.0/19", "US", 90),
    Robot("Googlebot", "search", _NEXUS, "66.249.64.0/19", "US", 120),
    Robot("bingbot", "search", _FETCHER("bingbot/2.0; +http://www.bing.com/bingbot.htm") + " Chrome/136.0.0.0 Safari/537.36",
          "40.77.167.0/24", "US", 70),
    Robot("YandexBot", "search", _COMPATIBLE("YandexBot/3.0; +http://yandex.com/bots"), "5.255.231.0/24", "RU", 20),
    Robot("Baiduspider", "search", _COMPATIBLE("Baiduspider/2.0; +http://www.baidu.com/search/spider.html"),
          "220.181.108.0/24", "CN", 8),
    Robot("Qwantbot", "search", _COMPATIBLE("Qwantbot/1.0_1234567; +https://help.qwant.com/bot/"), "194.187.168.0/22", "FR", 12),
    Robot("DuckDuckBot", "search", "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", "52.167.144.0/24", "US", 6),
    Robot("GPTBot", "ai-training", _FETCHER("GPTBot/1.3; +https://openai.com/gptbot"), "20.171.206.0/24", "US", 60),
    Robot("ClaudeBot", "ai-training", _FETCHER("ClaudeBot/1.0; +claudebot@anthropic.com"), "216.73.216.0/22", "US", 45),
    Robot("CCBot", "ai-training", "CCBot/2.0 (https://commoncrawl.org/faq/)", "18.97.9.0/24", "US", 12),
    Robot("Bytespider", "ai-training", "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile "
          "Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)", "110.249.201.0/24", "CN", 25),
    Robot("meta-externalagent", "ai-training",
          "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)", "57.141.0.0/24", "IE", 30),
    Robot("OAI-SearchBot", "ai-search", _FETCHER("OAI-SearchBot/1.0; +https://openai.com/searchbot"), "20.42.10.0/24", "US", 14),
    Robot("PerplexityBot", "ai-search", _FETCHER("PerplexityBot/1.0; +https://perplexity.ai/perplexitybot"),
          "44.208.0.0/13", "US", 9),
    Robot("Claude-SearchBot", "ai-search", _FETCHER("Claude-SearchBot/1.0; +https://www.anthropic.com"),
          "216.73.216.0/22", "US", 6),
    Robot("ChatGPT-User", "ai-user-fetch", _FETCHER("ChatGPT-User/1.0; +https://openai.com/bot"),
          "23.98.142.0/24", "US", 12, "fetch"),
    Robot("Claude-User", "ai-user-fetch", _FETCHER("Claude-User/1.0; +Claude-User@anthropic.com"),
          "216.73.216.0/22", "US", 4, "fetch"),
    Robot("Perplexity-User", "ai-user-fetch", _FETCHER("Perplexity-User/1.0; +https://perplexity.ai/perplexity-user"),
          "44.208.0.0/13", "US", 4, "fetch"),
    Robot("MistralAI-User", "ai-user-fetch", _FETCHER("MistralAI-User/1.0; +https://docs.mistral.ai/robots"),
          "51.158.0.0/16", "FR", 3, "fetch"),
    Robot("AhrefsBot", "seo", _COMPATIBLE("AhrefsBot/7.0; +http://ahrefs.com/robot/"), "54.36.148.0/23", "FR", 70),
    Robot("SemrushBot", "seo", _COMPATIBLE("SemrushBot/7~bl; +http://www.semrush.com/bot.html"), "185.191.171.0/24", "GB", 55),
    Robot("MJ12bot", "seo", _COMPATIBLE("MJ12bot/v2.0.4; http://mj12bot.com/"), "5.9.0.0/16", "DE", 20),
    Robot("DotBot", "seo", _COMPATIBLE("DotBot/1.2; +https://opensiteexplorer.org/dotbot; help@moz.com"),
          "216.244.66.0/24", "US", 15),
    Robot("UptimeRobot", "monitoring", "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
          "216.144.248.0/24", "US", 96, "poll", addresses=2),
    Robot("Pingdom", "monitoring", "Mozilla/5.0 (compatible; Pingdom.com_bot_version_1.4_(http://www.pingdom.com/))",
          "178.255.152.0/24", "AT", 24, "poll"),
    Robot("facebookexternalhit", "social-preview", _PREVIEW, "173.252.64.0/18", "US", 8, "preview"),
    Robot("Twitterbot", "social-preview", "Twitterbot/1.0", "199.16.156.0/22", "US", 3, "preview"),
    Robot("LinkedInBot", "social-preview", "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient "
          "+http://www.linkedin.com)", "144.2.9.0/24", "US", 2, "preview"),
    Robot("WhatsApp", "social-preview", "WhatsApp/2.23.20.0", "31.13.96.0/19", "IE", 4, "preview"),
    Robot("FreshRSS", "feed", "FreshRSS/1.27.1 (Linux; https://freshrss.org)", "51.68.0.0/16", "FR", 24, "poll", "rss", 1),
    Robot("Feedly", "feed", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 14 subscribers; like FeedFetcher-Google)",
          "104.131.0.0/16", "US", 12, "poll", "rss", 2),
    Robot("Tiny Tiny RSS", "feed", "Tiny Tiny RSS/24.06 (https://tt-rss.org/)", "88.198.0.0/16", "DE", 24, "poll", "rss", 1),
    Robot("python-requests", "library", "python-requests/2.32.4", "195.154.0.0/16", "FR", 14, "call", "library"),
    Robot("curl", "library", "curl/8.14.1", "51.15.0.0/16", "FR", 6, "call", "library", 2),
    Robot("Go-http-client", "library", "Go-http-client/1.1", "46.101.0.0/16", "US", 6, "call", "library"),
    Robot("okhttp", "library", "okhttp/4.12.0", "62.210.0.0/16", "FR", 10, "call", "library", 2),
    Robot("Wget", "library", "Wget/1.25.0", "5.9.0.0/16", "DE", 12, "mirror", "library", 1),
    Robot("zgrab", "scanner", "Mozilla/5.0 zgrab/0.x", "104.236.0.0/16", "US", 40, "scan", addresses=1),
    Robot("Expanse", "scanner", "Hello from Palo Alto Networks, find out more about our scans in "
          "https://docs-cortex.paloaltonetworks.com/r/1/Cortex-Xpanse/Scanning-activity", "205.210.31.0/24", "US", 4, "fetch"),
    Robot("CensysInspect", "scanner", _COMPATIBLE("CensysInspect/1.1; +https://about.censys.io/"), "162.142.125.0/24", "US", 4,
          "fetch"),
    Robot("hidden scanner", "scanner", _HIDDEN("108.0.0.0"), "193.32.162.0/24", "RO", 30, "scan", "browser", 1, declared=False),
    Robot("hidden brute force", "scanner", _HIDDEN("102.0.0.0"), "185.220.101.0/24", "DE", 60, "brute", "browser", 1, declared=False),
    Robot("python-requests", "library", "python-requests/2.27.1", "114.224.0.0/12", "CN", 40, "brute", "library", 1),
    Robot("archive.org_bot", "other", "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
          "207.241.224.0/20", "US", 10),
    Robot("HeadlessChrome", "other", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
          "HeadlessChrome/140.0.0.0 Safari/537.36", "142.93.0.0/16", "US", 6, "fetch"),
    Robot("hidden visits for sale", "other", _HIDDEN("120.0.0.0"), "91.240.118.0/24", "HK", 1.5, "spam", "browser", 2, declared=False),
)
# fmt: on
SCANNED = (
    "/wp-login.php",
    "/xmlrpc.php",
    "/.env",
    "/.git/config",
    "/phpmyadmin/index.php",
    "/wp-content/plugins/hellopress/wp_filemanager.php",
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
    "/cgi-bin/luci/;stok=/locale",
    "/?q=%24%7Bjndi%3Aldap%3A%2F%2Fx.invalid%2Fa%7D",
    "/boaform/admin/formLogin",
    "/produits/sencha-fukuyu?id=1%27%20UNION%20SELECT%20NULL--",
    "/../../etc/passwd",
)
