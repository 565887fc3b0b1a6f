"""Campaigns, as the query of a page's address names them: Google Analytics' parameters, Matomo's, and click ids.

Names: Google Analytics help, "URL builders"; Matomo's ``campaign_var_name`` and ``campaign_keyword_var_name``
(config/global.ini.php) and its plugin MarketingCampaignsReporting.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment import urls
from ovh_weblogs.enrichment.distinct import derived, taken
from ovh_weblogs.enrichment.queries import decoded
from ovh_weblogs.schema import CAMPAIGN_COLUMNS, LOCATION_PARTS

_MATOMO = ("mtm", "matomo", "piwik", "pk")


def _names(google: str, *matomo: str) -> tuple[str, ...]:
    return (google, *(f"{prefix}_{name}" for prefix in _MATOMO for name in matomo))


# By column, in the order of CAMPAIGN_COLUMNS; the first that is there counts.
_PARAMETERS = (
    _names("utm_campaign", "campaign", "cpn"),
    _names("utm_source", "source"),
    _names("utm_medium", "medium"),
    _names("utm_term", "kwd", "keyword"),
    _names("utm_content", "content"),
    _names("utm_id", "cid"),
)
# Google Ads and Microsoft Advertising put theirs on paid clicks alone. Meta puts fbclid on every link; of the others it
# is not known.
_PAID = {**dict.fromkeys(("gclid", "wbraid", "gbraid"), ("google", "cpc")), "msclkid": ("bing", "cpc")}
_CLICK_IDS = (*_PAID, "dclid", "fbclid", "twclid", "ttclid", "yclid", "li_fat_id", "epik")
_TELLING = r"(?i)(?:utm_|mtm_|matomo_|piwik_|pk_|clid=|clkid=|braid=|li_fat_id=|epik=)"  # else nothing is looked for
_SOURCE, _MEDIUM = 1, 2
_COLUMNS = {name: (column, rank) for column, names in enumerate(_PARAMETERS) for rank, name in enumerate(names)}


_REMEMBERED = 1000  # queries: a campaign brings many visitors by one
_LAST = max(len(names) for names in _PARAMETERS)  # no rank
_NOWHERE = 0, _LAST


def of_pages(batch: pa.RecordBatch) -> list[pa.Array]:
    """``schema.CAMPAIGN_COLUMNS`` of hits, by their ``location``, or by its query where that is there already."""
    if "location_querystring" in batch.schema.names:
        found = batch.column("location_querystring")
    else:
        found = urls.parts(batch.column("location"), LOCATION_PARTS)[4]
    distinct = found.dictionary_encode()
    telling = pc.match_substring_regex(distinct.dictionary, _TELLING)
    values = derived(distinct.dictionary.filter(telling), CAMPAIGN_COLUMNS, read)
    ranks = np.cumsum(telling.to_numpy(zero_copy_only=False)) - 1
    places = pa.array(ranks, mask=pc.invert(telling).to_numpy(zero_copy_only=False)).take(distinct.indices)
    return [taken(array, places) for array in values]


@lru_cache(_REMEMBERED)
def read(query: str) -> tuple[str | None, ...] | None:
    """Values of ``schema.CAMPAIGN_COLUMNS`` in one query; None where it tells nothing of a campaign."""
    ranks, values = [_LAST] * len(_PARAMETERS), [""] * len(_PARAMETERS)
    clicks: set[str] = set()
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        name = key.lower()
        column, rank = _COLUMNS.get(name, _NOWHERE)
        if rank < ranks[column] and (text := decoded(value).strip()):
            ranks[column], values[column] = rank, text
        elif value and name in _CLICK_IDS:
            clicks.add(name)
    click = next((name for name in _CLICK_IDS if name in clicks), None)
    if click in _PAID:
        source, medium = _PAID[click]
        values[_SOURCE], values[_MEDIUM] = values[_SOURCE] or source, values[_MEDIUM] or medium
    return (*(value or None for value in values), click) if click or any(values) else None
