"""What the sample is made of: the pages of a small French tea shop and its blog, browsers, bots, addresses.

Addresses are those reserved for documentation (RFC 5737, RFC 3849); names are under example.com (RFC 2606).
"""

from __future__ import annotations

SHOP = "www.example.com"
BLOG = "blog.example.com"

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome"
_SAMSUNG = "AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version"
# User agents as current browsers send them, reduced, with how often each is met.
BROWSERS = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME}/145.0.0.0 Safari/537.36": 22,
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME}/144.0.0.0 Safari/537.36": 5,
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME}/145.0.0.0 Safari/537.36 Edg/145.0.0.0": 8,
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_CHROME}/145.0.0.0 Safari/537.36": 6,
    f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME}/145.0.0.0 Mobile Safari/537.36": 20,
    f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME}/143.0.0.0 Mobile Safari/537.36": 4,
    f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME}/145.0.0.0 Safari/537.36": 2,
    f"Mozilla/5.0 (Linux; Android 10; K) {_SAMSUNG}/136.0.0.0 Mobile Safari/537.36": 4,
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) {_SAFARI}/26.3 Mobile/15E148 Safari/604.1": 17,
    f"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) {_SAFARI}/17.6 Mobile/15E148 Safari/604.1": 2,
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI}/26.2 Safari/605.1.15": 6,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:148.0) Gecko/20100101 Firefox/148.0": 8,
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0": 3,
    "Mozilla/5.0 (Android 15; Mobile; rv:147.0) Gecko/147.0 Firefox/147.0": 2,
}

# Robots: user agent and address, with how many pages each takes a day.
ROBOTS = {
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "192.0.2.14"): 160,
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "192.0.2.77"): 70,
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "192.0.2.120"): 90,
    (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)",
        "192.0.2.201",
    ): 60,
    ("Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", "192.0.2.211"): 30,
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "2001:db8:f::face"): 8,
    ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "192.0.2.45"): 96,
    ("FreshRSS/1.27.1 (Linux; https://freshrss.org)", "2001:db8:7::55"): 24,
    ("python-requests/2.32.4", "192.0.2.250"): 12,
}
SCANNED = (
    "/wp-login.php",
    "/xmlrpc.php",
    "/.env",
    "/.git/config",
    "/phpmyadmin/index.php",
    "/wp-content/plugins/hellopress/wp_filemanager.php",
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
)

PRODUCTS = (
    "sencha-fukuyu",
    "gyokuro-imperial",
    "matcha-ceremonie",
    "darjeeling-first-flush",
    "assam-tgfop",
    "earl-grey-fleurs-bleues",
    "oolong-tie-guan-yin",
    "pu-erh-vieilli",
    "rooibos-vanille",
    "th%C3%A9-%C3%A0-la-menthe",
    "infusion-verveine",
    "coffret-d%C3%A9couverte",
)
COLLECTIONS = ("th%C3%A9s-verts", "th%C3%A9s-noirs", "infusions", "accessoires", "coffrets")
ARTICLES = (
    "bien-infuser-un-the-vert",
    "matcha-la-recette",
    "le-guide-des-theieres",
    "printemps-les-premieres-recoltes",
    "the-et-chocolat-les-accords",
)
SEARCHED = ("matcha", "th%C3%A9+vert", "th%C3%A9i%C3%A8re", "bio", "coffret+cadeau")
ASSETS = ("/assets/boutique.css", "/assets/boutique.js", "/assets/fonts/inter.woff2", "/images/logo.svg")

# Where visits come from ("-": typed, or from a mail client), with how often.
REFERRERS = {
    "-": 38,
    "https://www.google.com/": 30,
    "https://www.google.fr/": 5,
    "https://www.bing.com/": 4,
    "https://duckduckgo.com/": 4,
    "https://www.qwant.com/": 3,
    "https://l.instagram.com/": 5,
    "https://m.facebook.com/": 4,
    "https://www.pinterest.fr/": 3,
    "https://chatgpt.com/": 3,
    "android-app://com.google.android.googlequicksearchbox/": 2,
}
NEWSLETTER = "utm_source=newsletter&utm_medium=email&utm_campaign=printemps"

# How busy each local hour is, and each day of the week from Monday on.
HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 15, 14, 16, 15, 13, 13, 14, 15, 16, 18, 22, 22, 14, 6)
WEEKDAYS = (1.05, 1.0, 1.0, 0.95, 0.9, 1.1, 1.25)

# Lines that are awkward but in order; each is a hit. {t} is the time.
ODD_LINES = (
    rb'203.0.113.77 example.com - [{t}] "\x16\x03\x01\x02\x00\x01\x00\x01\xfc" 400 226 "-" "-"',
    rb'203.0.113.78 example.com - [{t}] "-" 408 - "-" "-"',
    rb'192.0.2.10 WWW.EXAMPLE.COM:443 - [{t}] "GET /a\"b.html HTTP/1.0" 404 196 "-" "Agent \"quoted\" \\ 1.0"',
    rb'2001:db8:4f::1a www.example.com marie dupont [{t}] "POST /admin/ HTTP/2.0" 302 - "-" "Mozilla/5.0 (X11)"',
    rb'203.0.113.80 www.example.com - [{t}] "CONNECT mail.example.net:25 HTTP/1.1" 405 231 "-" "-"',
    rb'203.0.113.81 www.example.com - [{t}] "GET http://www.example.com/ HTTP/1.1" 200 5120 "-" "Go-http-client/1.1"',
    rb'203.0.113.82 www.example.com - [{t}] "GET /recherche?q=<b> HTTP/1.1" 200 4210 "-" "<script>alert(1)</script>"',
    rb'203.0.113.83 www.example.com - [{t}] "GET /" 200 18342 "-" "-"',
    rb'198.51.100.9 www.example.com - [{t}] "GET /caf\xc3\xa9 HTTP/1.1" 404 196 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
    rb'203.0.113.84 www.example.com - [{t}] "GET /?' + b"a" * 8000 + rb' HTTP/1.1" 414 248 "-" "-"',
)
# Lines that are no access lines: cut short, quotes lost on the way through a CDN, markup in place of a time.
BROKEN_LINES = (
    rb'203.0.113.90 www.example.com - [{t}] "GET /produits/sencha-fukuyu HTTP/1.1" 200 18342 "https://www.goo',
    rb'192.0.2.5 www.example.com - [{t}] "GET /x.css HTTP/1.1 200 0" https://www.example.com/ Mozilla/5.0 (X11) "" ""',
    b'203.0.113.91 www.example.com - [<script>alert("line")</script>] "GET / HTTP/1.1" 200 1 "-" "-"',
)
