"""Robots, libraries and feed readers by name: who they are and what they come for.

By category: names as they stand in the agent, whatever their case, with bars between them; or, on a line of its own, a
name, a colon and the pattern that tells it. A dash for the name stands for what the pattern finds. The first that is
found counts, from the top. Patterns are those of RE2 and of Python's ``re`` alike. What is missing here, the package
``crawler-user-agents`` may know.

Google-Extended and Applebot-Extended are words for robots.txt, no agents: nobody sends them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Somebody who is told by the agent: category, name (None for what the pattern finds) and pattern."""

    category: str
    name: str | None
    pattern: str


# Somebody asked an assistant, which fetches the page for him. Sources, here and below: platform.openai.com/docs/bots,
# support.claude.com 8896518, docs.perplexity.ai/guides/bots, docs.mistral.ai/robots, developer.amazon.com/amazonbot,
# developers.facebook.com/docs/sharing/webmasters/web-crawlers, duckduckgo.com help "DuckAssistBot".
_AI_USER_FETCH = """
ChatGPT-User | Claude-User
Perplexity-User: (?i)\\bPerplexity-?User\\b
MistralAI-User | meta-externalfetcher | Amzn-User | Google-NotebookLM | Gemini-Deep-Research | kagi-fetcher
"""

# Fills the index from which an assistant answers, with links to the pages.
_AI_SEARCH = """
OAI-SearchBot | Claude-SearchBot | PerplexityBot | meta-webindexer | Amzn-SearchBot | DuckAssistBot
AzureAI-SearchBot | Google-CloudVertexBot | YouBot | PhindBot | LinkupBot | TavilyBot | MistralAI-Index
"""

# Collects texts and pictures that models are trained on. commoncrawl.org/ccbot, docs.cohere.com, allenai.org/crawler,
# docs.diffbot.com, webz.io/bot.html; Amazon says of Amazonbot that it may be used so.
_AI_TRAINING = """
GPTBot | ClaudeBot | anthropic-ai | Claude-Web | CCBot | Bytespider | TikTokSpider | meta-externalagent
FacebookBot: (?i)\\bFacebookBot/
Amazonbot | cohere-training-data-crawler | cohere-ai
AI2Bot: (?i)\\bAI2Bot
Diffbot | img2dataset
omgili: (?i)\\bomgili(?:bot)?\\b
Webzio-Extended | PanguBot | DeepSeekBot | SBIntuitionsBot | laion-huggingface-processor
"""

# Looks for open doors, with leave or without. cortex.paloaltonetworks.com (Xpanse), about.censys.io, shodan.io,
# github.com/zmap/zgrab2, github.com/projectdiscovery, internet-measurement.com, leakix.net, shadowserver.org.
# CVE-2014-6271 and CVE-2021-44228 came as agents.
_SCANNER = """
Shellshock: ^\\(\\) ?\\{
Log4Shell: (?i)\\$\\{(?:jndi|\\$\\{|lower:|upper:|env:)
Expanse: (?i)\\bX?Expanse\\b|\\bXpanse\\b|Palo Alto Networks
CensysInspect | Shodan | zgrab | masscan | Nmap | Nikto | Nuclei | sqlmap | WPScan | l9explore | l9tcpid
LeakIX | InternetMeasurement | Shadowserver | NetSystemsResearch
Netcraft: (?i)\\bNetcraft
Nessus | OpenVAS | Qualys | Acunetix
OWASP ZAP: \\bOWASP[ _-]?ZAP\\b
DirBuster | gobuster
ffuf: (?i)\\bfuzz faster u fool\\b|\\bffuf\\b
feroxbuster | wfuzz | dirsearch
httpx: ^httpx - Open-source project
Hello World scanner: (?i)^hello,? ?world
SSL Labs
"""

# uptimerobot.com, pingdom.com, statuscake.com and so on: each names itself so in its help pages.
_MONITORING = """
UptimeRobot | Pingdom | StatusCake | Site24x7 | GTmetrix
Uptime-Kuma: (?i)\\bUptime-?Kuma\\b
Better Uptime Bot: (?i)\\bBetter ?(?:Uptime|Stack)
Uptimebot | HetrixTools | Checkly
Datadog: (?i)\\bDatadog
NewRelic: (?i)\\bNewRelic
NodePing | updown.io | Zabbix | check_http
Blackbox Exporter: (?i)\\bBlackbox[ -]Exporter
Catchpoint | GoogleStackdriverMonitoring | changedetection
Jetmon: (?i)\\bjetmon\\b
Chrome-Lighthouse
WebPageTest: \\bPTST/
"""

# Shows what a link leads to, where somebody shared it.
_SOCIAL_PREVIEW = """
facebookexternalhit | facebookcatalog | Facebot | TelegramBot | Twitterbot | LinkedInBot
WhatsApp: (?i)^WhatsApp/
Slackbot-LinkExpanding | Slack-ImgProxy | Slackbot | Discordbot | SkypeUriPreview
Pinterestbot: (?i)\\bPinterestbot\\b|^Pinterest/0
redditbot
Tumblr: ^Tumblr/
Mastodon: \\bMastodon/
Bluesky Cardyb | Iframely | Embedly | FlipboardProxy | BingPreview | Google Web Preview
GoogleImageProxy: (?i)\\bGoogleImageProxy\\b
Snap URL Preview Service | vkShare
Viber: ^Viber/
XING-contenttabreceiver | Quora Link Preview
"""

# Sells what it knows about sites: links, ranks, brands. ahrefs.com/robot, semrush.com/bot, mj12bot.com, moz.com/help,
# dataforseo.com, babbar.tech/crawler, serpstatbot.com.
_SEO = """
AhrefsBot | AhrefsSiteAudit
SemrushBot: (?i)\\bSemrush\\w*\\b
SiteAuditBot | MJ12bot | DotBot | rogerbot | SearchmetricsBot | Ezooms | BLEXBot | DataForSeoBot | Barkrowler
serpstatbot | SEOkicks
SISTRIX: (?i)\\bSISTRIX
Screaming Frog SEO Spider | OnCrawl
Botify: (?i)\\bBotify
Seobility: (?i)\\bSeobility
MegaIndex: (?i)\\bMegaIndex
LinkpadBot
AwarioBot: (?i)\\bAwario
magpie-crawler | SiteExplorer | Xenu Link Sleuth
Majestic: (?i)\\bMajestic-?SEO
"""

# Fetches a feed, for one reader or for many; some say that they are like Googlebot.
_FEED = """
Feedly | Feedfetcher-Google | Tiny Tiny RSS | FreshRSS | Miniflux | NewsBlur
Inoreader: (?i)\\binoreader
NetNewsWire | Newsboat | Newsbeuter | Liferea | Akregator | Netvibes | Bloglines | NewsGator
theoldreader.com: (?i)\\btheoldreader
Reeder: (?i)\\bReeder/
Vienna: (?i)\\bVienna/
CommaFeed | selfoss | Feedbin | FeedBurner | FlipboardRSS | UniversalFeedParser | SimplePie | MagpieRSS | BazQux
Feedspot: (?i)\\bFeedspot
Superfeedr: (?i)\\bSuperfeedr
Feeder.co | Nextcloud-News | Newsify
LiveJournal.com: ^LiveJournal\\.com
"""

# Fills the index of a search engine. developers.google.com/search/docs/crawling-indexing, bing.com/webmasters,
# yandex.com/support/webmaster, support.apple.com 119829, help.qwant.com/bot, aspiegel.com/petalbot.
_SEARCH = """
-: (?i)\\bGooglebot(?:-(?:Image|News|Video|Mobile))?\\b
Storebot-Google | Google-InspectionTool | Applebot | bingbot
-: (?i)\\bmsnbot(?:-media)?\\b
adidxbot
DuckDuckBot: (?i)\\bDuckDuckBot
-: \\bYandex[A-Z]\\w+
-: (?i)\\bBaiduspider(?:-[a-z]+)?
Yahoo! Slurp: (?i)\\bYahoo!? ?Slurp\\b
Qwantbot: (?i)\\bQwant(?:ify|bot)
PetalBot | SeznamBot
Sogou: (?i)\\bSogou\\b
360Spider: (?i)\\b360Spider|\\bHaoSouSpider
YisouSpider
Yeti: \\bYeti/|naver\\.me/
Daum: (?i)\\bDaum(?:oa)?\\b
Mail.RU_Bot: (?i)\\bMail\\.RU_Bot
coccocbot: (?i)\\bcoccocbot
Exabot
MojeekBot: (?i)\\bMojeek
Swisscows | Bravebot | EasouSpider | VoilaBot | psbot
"""

# Archives, automated browsers, crawlers that anybody may run, advertising, and what serves several ends.
_OTHER = """
archive.org_bot | ia_archiver | heritrix | special_archiver | HeadlessChrome | PhantomJS
Playwright: (?i)\\bPlaywright\\b
Puppeteer: (?i)\\bPuppeteer\\b
Selenium: (?i)\\bSelenium\\b
-: (?i)\\bGoogleOther(?:-(?:Image|Video))?\\b
-: \\bAdsBot-Google(?:-Mobile)?\\b
Mediapartners-Google | APIs-Google | Google-Safety | Google-Site-Verification | Google-Read-Aloud
Google favicon | AppEngine-Google | Spinn3r | portscout
Criteo: (?i)\\bCriteoBot
proximic
GrapeshotCrawler: (?i)\\bGrapeshot
ias_crawler: (?i)\\bias[-_](?:crawler|[a-z]{2}\\b)
TurnitinBot: (?i)\\bTurnitin
Scrapy | HTTrack
Nutch: (?i)\\bNutch
WordPress: ^WordPress/
W3C_Validator: (?i)\\bW3C[_-](?:CSS_)?Validator
Cloudflare: (?i)\\bCloudflare-
BeetleBot | LumiBot
"""

# Sent by programs whose author left the agent as it was. Those behind the dash name themselves at the beginning.
_LIBRARY = """
aiohttp | libfetch
PowerShell: (?i)\\b(?:Windows)?PowerShell/
Indy Library | WinHttpRequest
-: (?i)^(?:(?:lib)?curl|wget|axel|httpie|resty|jersey|jetty|unirest|got|mechanize|ruby|php)\\b
-: (?i)^(?:aria2|postmanruntime|insomnia|lavf|winhttp|microsoft (?:bits|winhttp))\\b
-: (?i)^(?:python(?:-\\w+(?:-\\w+)?)?|httpx|urllib\\d?|pycurl)\\b
-: (?i)^(?:go-http-client|fasthttp|go .{0,20}package http)\\b
-: (?i)^(?:java(?:-http-client)?(?:[/ _-]|$)|okhttp|apache-http\\w+|jakarta commons-?\\w*|reactornetty)
-: (?i)^(?:libwww(?:-perl)?|lwp(?:-\\w+|::\\w+)|www-mechanize)\\b
-: (?i)^(?:axios|node(?:-fetch|-superagent)?(?:/|$)|undici|superagent|deno/|bun/)
-: (?i)^(?:guzzle(?:http)?|symfony httpclient|zend_http\\w*|http_request2|pecl)\\b
-: (?i)^(?:faraday|rest-client|httparty|typhoeus|reqwest|hyper/|ureq|dart/|restsharp)
"""

_TABLE = {
    "ai-user-fetch": _AI_USER_FETCH,
    "ai-search": _AI_SEARCH,
    "ai-training": _AI_TRAINING,
    "scanner": _SCANNER,
    "monitoring": _MONITORING,
    "social-preview": _SOCIAL_PREVIEW,
    "seo": _SEO,
    "feed": _FEED,
    "search": _SEARCH,
    "other": _OTHER,
}


def literal(name: str) -> str:
    """The pattern that finds a name as a word of its own, in any case."""
    return rf"(?i)\b{re.escape(name)}\b"


def _read(category: str, lines: str) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for line in lines.strip().splitlines():
        name, colon, pattern = line.partition(": ")
        if colon:
            rules.append(Rule(category, None if name == "-" else name, pattern))
        else:
            rules.extend(Rule(category, name, literal(name)) for name in line.split(" | "))
    return tuple(rules)


NAMED = tuple(rule for category, lines in _TABLE.items() for rule in _read(category, lines))
LIBRARIES = _read("library", _LIBRARY)
