"""Before columns are added, secrets leave the URLs; after that, hits are dropped and addresses and logins hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.casting import cast
from ovh_weblogs.enrichment import filters, flags, pagerules, privacy, referrersites, urlsecrets
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.schema import Type
from ovh_weblogs.settings import EnrichSettings, Privacy

_URLS = ("location", "path", "referer", "request")
_QUERIES = ("visitor_params", "session_params", "event_params")
GUESSABLE = (
    "user is hashed without a key, so that whoever guesses a login can tell that it is this one: a preset of privacy "
    "with a visitor key prevents it"
)
CLEANED = "URLs and queries had parameters or logins removed"
Change = Callable[[pa.Array], pa.Array]


def check(settings: EnrichSettings) -> None:
    """Refuse what cannot be used of cleaning and privacy.

    Raises:
        SettingsError: An address, pattern, status, host, page rule or key of queries; it is named.
    """
    flags.check_networks(settings.cleaning.internal_addresses)
    flags.check_patterns(settings.cleaning.own_agents)
    filters.check_statuses(settings.cleaning.drop_statuses)
    referrersites.check_sources(settings.sources)
    pagerules.check_rules(settings.page_rules)
    both = [
        key for key in settings.query_keys if settings.privacy.clean_urls and key.lower() in _keys(settings.privacy)
    ]
    if both:
        raise SettingsError(
            f"The parameters {' and '.join(both)} cannot become columns, since they are removed from URLs",
            fix="take them out of one of the lists 'Parameters as columns' and 'Parameters removed'",
        )


def clean(hits: Mapping[str, pa.Array], settings: EnrichSettings, counts: Counter[str] | None) -> dict[str, pa.Array]:
    """Hits by our names, without secrets in their URLs and parameters, so that no column is made from one.

    Args:
        hits: Columns by our names.
        settings: Whether and of what they are cleaned.
        counts: Values that were changed are counted in it, under ``CLEANED``.
    """
    cleaned = dict(hits)
    for name, change in _of_urls(settings.privacy).items():
        if name in cleaned:
            cleaned[name] = change(hits[name])
            if counts is not None and cleaned[name] is not hits[name]:
                same = pc.fill_null(pc.equal(cleaned[name], hits[name]), fill_value=False)
                counts[CLEANED] += same.false_count - hits[name].null_count
    return cleaned


def _of_urls(wanted: Privacy) -> dict[str, Change]:
    if not wanted.clean_urls:
        return {}
    keys = _keys(wanted)
    urls: dict[str, Change] = dict.fromkeys(_URLS, lambda array: urlsecrets.without(array, keys))
    return urls | dict.fromkeys(_QUERIES, lambda array: urlsecrets.queries_without(array, keys))


def _keys(wanted: Privacy) -> frozenset[str]:
    return frozenset(key.strip().lower() for key in wanted.removed_keys if key.strip())


def finish(
    batch: pa.RecordBatch,
    known: Mapping[str, pa.Array],
    columns: Mapping[str, str],
    settings: EnrichSettings,
    counts: Counter[str] | None,
) -> pa.RecordBatch:
    """The events without those that are to be dropped, and without what is to be hidden, whatever its column is called.

    Args:
        batch: The events, every column added.
        known: Columns by our names.
        columns: The input's columns by our names.
        settings: What is dropped and hidden.
        counts: Hits, events and those that are dropped are counted in it.
    """
    flagged = pa.RecordBatch.from_arrays(list(known.values()), names=list(known))
    reasons = filters.reasons(flagged, settings.cleaning)
    if counts is not None:
        filters.count(counts, batch.num_rows, reasons)
    if reasons is not None:
        batch = batch.filter(reasons.is_null())
    for ours, change in _hidden(settings).items():
        name = columns.get(ours, ours)
        if name in batch.schema.names and (name != ours or ours not in _URLS):  # ours are clean
            place = batch.schema.names.index(name)
            batch = batch.set_column(place, name, change(cast(batch.column(place), Type.STRING, name)))
    return batch


def _hidden(settings: EnrichSettings) -> dict[str, Change]:
    """How a column is changed at the end, by our name of it."""
    changes = {name: change for name, change in _of_urls(settings.privacy).items() if name in _URLS}
    if settings.privacy.truncate_addresses:
        changes["client_addr"] = privacy.truncated
    if settings.privacy.hash_user:
        changes["user"] = lambda logins: privacy.hashed(logins, settings.visitor_key)
    return changes
