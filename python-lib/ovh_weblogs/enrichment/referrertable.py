"""Sites that send visitors, as facts: who runs which host, and what kind of site it is.

Which engines, networks and assistants there are follows Matomo's "searchengine-and-social-list" (public domain), and
which sites are for video and shopping, what Google Analytics 4 calls so; hosts are the addresses that the services
themselves give out. An app sends ``android-app://`` and its package (Google Play). A final ``.*`` is any public suffix.
"""

from __future__ import annotations

from typing import NamedTuple


class Site(NamedTuple):
    """Who a host belongs to: ``kind`` is one of ``settings.SITE_KINDS``; ``key`` the parameter of what was searched."""

    kind: str
    name: str
    key: str = "q"


# Name, then hosts. The most specific host counts, so that gemini.google.com is no search.
_AI_ASSISTANTS = """
ChatGPT: chatgpt.com chat.openai.com com.openai.chatgpt
Claude: claude.ai com.anthropic.claude
Gemini: gemini.google.com bard.google.com com.google.android.apps.bard
NotebookLM: notebooklm.google.com notebooklm.google
Copilot: copilot.microsoft.com copilot.cloud.microsoft m365.cloud.microsoft com.microsoft.copilot
Perplexity: perplexity.ai ai.perplexity.app.android
Le Chat: chat.mistral.ai
DeepSeek: chat.deepseek.com com.deepseek.chat
Grok: grok.com grok.x.ai
Meta AI: meta.ai
You.com: you.com
Duck.ai: duck.ai
Qwen: chat.qwen.ai qwen.ai
Kimi: kimi.com kimi.moonshot.cn
Doubao: doubao.com
Poe: poe.com
Phind: phind.com
Character.AI: character.ai
Euria: euria.infomaniak.com
Pi: pi.ai
Lumo: lumo.proton.me
"""

# After a question mark: the parameter of what was searched, where it is not q.
_SEARCH = """
Google: google.* com.google.android.googlequicksearchbox
Bing: bing.com
DuckDuckGo: duckduckgo.com com.duckduckgo.mobile.android
Yahoo! ?p: search.yahoo.* yahoo.*
Qwant: qwant.com
Ecosia: ecosia.org
Brave: search.brave.com
Startpage ?query: startpage.com
Lilo: search.lilo.org lilo.org
Yandex ?text: yandex.* ya.ru
Baidu ?wd: baidu.com
Naver ?query: search.naver.com naver.com
Seznam: search.seznam.cz seznam.cz
Sogou ?query: sogou.com
360 Search: so.com
Daum: search.daum.net
Swisscows ?query: swisscows.com
Mojeek: mojeek.com
MetaGer ?eingabe: metager.org metager.de
AOL: search.aol.com search.aol.fr
Ask: ask.com
Orange ?kw: lemoteur.orange.fr rechercher.orange.fr
Free: recherche.free.fr
SFR: recherche.sfr.fr
T-Online: suche.t-online.de
GMX Suche: suche.gmx.net search.gmx.com
WEB.DE Suche ?su: suche.web.de
Libero ?qs: ricerca.libero.it
Virgilio ?qs: ricerca.virgilio.it
Kagi: kagi.com
Dogpile: dogpile.com
Presearch: presearch.com
Karma Search: karmasearch.org
Ekoru: ekoru.org
OceanHero: oceanhero.today
Gibiru: gibiru.com
Coc Coc ?query: coccoc.com
Rambler ?query: nova.rambler.ru
Mail.ru Search: go.mail.ru
Yep: yep.com
"""

_SOCIAL = """
Facebook: facebook.com fb.com fb.me com.facebook.katana com.facebook.lite
Messenger: messenger.com m.me com.facebook.orca
Instagram: instagram.com ig.me com.instagram.android
Threads: threads.net threads.com
X: x.com twitter.com t.co com.twitter.android
LinkedIn: linkedin.com lnkd.in com.linkedin.android
Pinterest: pinterest.* pin.it com.pinterest
Reddit: reddit.com redd.it com.reddit.frontpage
Snapchat: snapchat.com
WhatsApp: whatsapp.com wa.me com.whatsapp
Telegram: telegram.org t.me telegram.me org.telegram.messenger
Discord: discord.com discord.gg discordapp.com com.discord
Slack: slack.com com.slack
Bluesky: bsky.app
Mastodon: mastodon.social mastodon.online mstdn.social piaille.fr framapiaf.org mamot.fr
Tumblr: tumblr.com
VKontakte: vk.com vk.ru vkontakte.ru
Odnoklassniki: ok.ru odnoklassniki.ru
Weibo: weibo.com weibo.cn
Douban: douban.com
Quora: quora.com
Hacker News: news.ycombinator.com
Stack Overflow: stackoverflow.com
GitHub: github.com
XING: xing.com
Viadeo: viadeo.com
Nextdoor: nextdoor.com nextdoor.fr
Flickr: flickr.com
Medium: medium.com
Substack: substack.com
Teams: teams.microsoft.com teams.live.com teams.cloud.microsoft
LINE: line.me
Moi Mir: my.mail.ru
Mixi: mixi.jp
Hatena: hatena.ne.jp
Goodreads: goodreads.com
Foursquare: foursquare.com
Meetup: meetup.com
Behance: behance.net
Dribbble: dribbble.com
Linktree: linktr.ee
"""

_VIDEO = """
YouTube: youtube.com youtu.be youtube-nocookie.com com.google.android.youtube
TikTok: tiktok.com com.zhiliaoapp.musically
Vimeo: vimeo.com
Dailymotion: dailymotion.com dai.ly
Twitch: twitch.tv
Bilibili: bilibili.com
Niconico: nicovideo.jp
PeerTube: peertube.tv framatube.org
Rumble: rumble.com
Netflix: netflix.com
Disney+: disneyplus.com
Hulu: hulu.com
Youku: youku.com
Wistia: wistia.com
TED: ted.com
Arte: arte.tv
"""

_SHOPPING = """
Amazon: amazon.* amzn.to amzn.eu
eBay: ebay.*
Etsy: etsy.com
AliExpress: aliexpress.* fr.aliexpress.com
Alibaba: alibaba.com
Walmart: walmart.com
Google Shopping: shopping.google.com
Cdiscount: cdiscount.com
Fnac: fnac.com
Darty: darty.com
Rakuten: rakuten.*
leboncoin: leboncoin.fr
Vinted: vinted.*
ManoMano: manomano.*
La Redoute: laredoute.fr
Zalando: zalando.*
Veepee: veepee.fr
Back Market: backmarket.*
idealo: idealo.*
Kelkoo: kelkoo.*
LeDénicheur: ledenicheur.fr
Le Guide: leguide.com
PriceRunner: pricerunner.com
Bol: bol.com
Otto: otto.de
Temu: temu.com
Shein: shein.com fr.shein.com
Shopify: shop.app
Mercado Libre: mercadolibre.* mercadolivre.com.br
Allegro: allegro.pl
Leclerc: e.leclerc
Ankorstore: ankorstore.com
Faire: faire.com
"""

_EMAIL = """
Gmail: mail.google.com inbox.google.com com.google.android.gm
Outlook: outlook.live.com outlook.office.com outlook.office365.com outlook.com outlook.cloud.microsoft hotmail.com
Outlook: com.microsoft.office.outlook
Yahoo! Mail: mail.yahoo.* com.yahoo.mobile.client.android.mail
Proton Mail: mail.proton.me protonmail.com
iCloud Mail: icloud.com
AOL Mail: mail.aol.com
GMX: gmx.net gmx.com gmx.fr gmx.de
WEB.DE: web.de
Mail.ru: e.mail.ru mail.ru
Yandex Mail: mail.yandex.* mail.ya.ru
Zoho Mail: mail.zoho.com mail.zoho.eu
Fastmail: fastmail.com
Tuta: app.tuta.com tutanota.com
Orange Mail: messagerie.orange.fr mail01.orange.fr mail02.orange.fr
SFR Mail: webmail.sfr.fr messagerie.sfr.fr
Free Mail: webmail.free.fr zimbra.free.fr
La Poste: webmail.laposte.net laposte.net
Bouygues Mail: webmail.bbox.fr messagerie.bbox.fr
OVH Mail: ssl0.ovh.net mail.ovh.net
IONOS Mail: email.ionos.fr email.ionos.com
Infomaniak Mail: mail.infomaniak.com
QQ Mail: mail.qq.com
NetEase Mail: mail.163.com
T-Online Mail: email.t-online.de
Libero Mail: mail.libero.it mail1.libero.it
Seznam Email: email.seznam.cz
Mailo: mailo.com
Hey: app.hey.com
"""

# Sites of the hosts above that are none of their kind.
_WEBSITES = """
Google Docs: docs.google.com drive.google.com sites.google.com script.google.com
Google Workspace: classroom.google.com calendar.google.com meet.google.com groups.google.com chat.google.com
Google Translate: translate.google.com
Google Ads: ads.google.com adssettings.google.com
Google Accounts: accounts.google.com myaccount.google.com
Google Analytics: analytics.google.com tagassistant.google.com search.google.com
Yandex Metrica: metrika.yandex.ru metrica.yandex.com
Baidu Baike: baike.baidu.com
AWS: aws.amazon.com console.aws.amazon.com
"""


def _sites(kind: str, text: str) -> dict[str, Site]:
    sites = {}
    for line in text.strip().splitlines():
        name, _, hosts = line.partition(": ")
        name, _, key = name.partition(" ?")
        sites.update(dict.fromkeys(hosts.split(), Site(kind, name, key or "q")))
    return sites


SITES = {
    **_sites("search", _SEARCH),
    **_sites("social", _SOCIAL),
    **_sites("video", _VIDEO),
    **_sites("shopping", _SHOPPING),
    **_sites("email", _EMAIL),
    **_sites("website", _WEBSITES),
    **_sites("ai-assistant", _AI_ASSISTANTS),
}
# What campaigns call a source, where it is neither its host nor its name.
ALIASES = {
    **dict.fromkeys(("fb", "meta", "an", "audience_network", "msg"), "facebook"),
    **dict.fromkeys(("ig", "insta"), "instagram"),
    **dict.fromkeys(("twitter",), "x"),
    **dict.fromkeys(("yt",), "youtube"),
    **dict.fromkeys(("adwords", "googleads", "google_ads", "google-ads"), "google"),
    **dict.fromkeys(("bingads", "microsoft-ads", "microsoft_ads", "microsoft"), "bing"),
    **dict.fromkeys(("yahoo",), "yahoo!"),
    **dict.fromkeys(("openai",), "chatgpt"),
    **dict.fromkeys(("google_shopping", "google-shopping"), "google shopping"),
}
# Webmail of whoever runs it: the first label of a host, digits at its end left out.
MAIL_LABELS = frozenset(
    (
        "mail",
        "webmail",
        "email",
        "messagerie",
        "courriel",
        "courrier",
        "roundcube",
        "zimbra",
        "owa",
        "horde",
        "squirrelmail",
    )
)
