"""What the log host holds: files of one log tree, of all of a hosting, or of all of an account."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timezone

from ovh_weblogs.errors import AccessDenied, LogMissing, OvhLogsError, SettingsError
from ovh_weblogs.hosting import Account, Offer, Offers, OwnLog, located, located_log, main_and_others, service_of
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import ApiAccess, OfferSettings, Scope, Source

__all__ = ["Offer", "files"]

logger = guarded_logger(__name__)

_REFUSALS = (AccessDenied, LogMissing, SettingsError)  # of one tree; others may be open


def files(
    settings: OfferSettings, *, preview: bool = False, now: datetime | None = None
) -> Generator[Offer, None, None]:
    """Files and missing days, in the order of log trees, kinds and days.

    Where there are several trees, one that refuses is left out with a warning; files that were given are all of a tree.

    Args:
        settings: What is listed.
        preview: Whether only a few rows are wanted: nothing is asked for ahead.
        now: The moment that tells the last day; the clock's unless given.

    Raises:
        AccessDenied: The only tree refuses, or every one does.
        SettingsError: The host or the API does not know it.
        LogMissing: OVH is still setting it up.
        OvhLogsError: Of other kinds: the host or the API cannot be reached.
    """
    now = now or datetime.now(timezone.utc)
    trees, refusals = _trees(settings)
    alone, opened = len(trees) + len(refusals) == 1, False
    for refusal in refusals:
        logger.warning("Left out: %s", refusal)
    for source in trees:
        offers = Offers(replace(settings, source=source), now.astimezone(source.zone).date(), preview=preview)
        given = False
        try:
            with closing(offers.rows()) as rows:
                for offer in rows:
                    given = True
                    yield offer
            opened = True
        except _REFUSALS as refusal:
            if given or alone:
                raise
            logger.warning("The files of %s are left out: %s", source.domain, refusal)
            refusals.append(refusal)
    if refusals and not opened:
        raise refusals[-1]


def _trees(settings: OfferSettings) -> tuple[list[Source], list[OvhLogsError]]:
    """Located sources in the order of their roots, and what was said of those that have none."""
    source, access = settings.source, settings.source.access
    if not isinstance(access, ApiAccess):
        return [source], []
    with closing(Account(access.keys, source.network)) as account:
        if settings.scope is Scope.TREE:
            return [located(source, account)], []
        whole = settings.scope is Scope.ACCOUNT
        return _all_trees(source, account, account.services() if whole else [access.service or service_of(account)])


def _all_trees(source: Source, account: Account, services: list[str]) -> tuple[list[Source], list[OvhLogsError]]:
    found: list[Source] = []
    refusals: list[OvhLogsError] = []
    for service in services:
        try:
            logs = _logs(account, service)
        except _REFUSALS as refusal:
            refusals.append(refusal)
            continue
        for log, domain in logs:
            try:
                found.append(located_log(source, account, service, log, domain))
            except _REFUSALS as refusal:
                refusals.append(refusal)
    return sorted(found, key=lambda each: each.domain), refusals


def _logs(account: Account, service: str) -> list[tuple[OwnLog, str]]:
    """The logs of a hosting, each with the domain that its token must name.

    Where the API does not tell the main one, it is looked for where OVH's guides say.
    """
    main, others = main_and_others(account, service)
    return [(main or OwnLog(service, ""), ""), *((log, log.fqdn) for log in others)]
