"""The use cases, as plain functions on Arrow batches: read days, parse, enrich, group to visitors."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timezone
from itertools import chain

import numpy as np
import pyarrow as pa

from ovh_weblogs import enrichment, features, parsing
from ovh_weblogs.casting import cast, conform
from ovh_weblogs.cells import parse_cells
from ovh_weblogs.engines import embedded
from ovh_weblogs.errors import InputError, LogMissing, SettingsError
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.hosting import Account, LogHost, located
from ovh_weblogs.logfiles import LogFile, Totals, parse_files
from ovh_weblogs.parsing import parse
from ovh_weblogs.schema import EVENTS, REJECT_REASON, Column
from ovh_weblogs.settings import ApiAccess, EnrichSettings, Kind, ParseSettings, Source, VisitorSettings
from ovh_weblogs.unpack import Unpacked

__all__ = [
    "Block",
    "EnrichSettings",
    "LogFile",
    "ParseSettings",
    "Totals",
    "enrich",
    "enrichment_plan",
    "is_published",
    "parse",
    "parse_cells",
    "parse_files",
    "published_days",
    "read_days",
    "visitor_columns",
    "visitors",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Block:
    """Some lines of one day: hits and rejects, or (kinds other than web) rows of ``schema.LINES``."""

    rows: pa.RecordBatch
    rejects: pa.RecordBatch | None = None


def published_days(source: Source, *, only: Sequence[date] | None = None, now: datetime | None = None) -> list[date]:
    """The days that the log host has a file for, in order: of the period, or of those given.

    Raises:
        OvhLogsError: The host refuses, cannot be reached, or knows no such domain.
    """
    now = now or datetime.now(timezone.utc)
    source = _located(source)
    with closing(LogHost(source)) as host:
        return list(host.published(only or source.period.days(now.astimezone(source.zone).date())))


def is_published(source: Source, day: date, *, now: datetime | None = None) -> bool:
    """Whether a day is of the period, and the log host has a file for it.

    Raises:
        OvhLogsError: As ``published_days``.
    """
    now = now or datetime.now(timezone.utc)
    source = _located(source)
    in_period = day in source.period.days(now.astimezone(source.zone).date())
    return in_period and day in published_days(source, only=[day], now=now)


def _located(source: Source) -> Source:
    if source.host or not isinstance(source.access, ApiAccess):
        return source
    with closing(Account(source.access.keys, source.network)) as account:
        return located(source, account)


def read_days(
    source: Source, totals: Totals, *, only: date | None = None, preview: bool = False, now: datetime | None = None
) -> Generator[Block, None, None]:
    """Every line of the period's days, in the order of days and lines, in blocks of bounded size.

    Args:
        source: What to read, from where.
        totals: Counted up while reading.
        only: This one day instead of the period; that it is missing is always an error.
        preview: Whether only a few rows are wanted: little is fetched ahead.
        now: The moment from which days are counted; the clock's unless given.

    Raises:
        LogMissing: A day is not there and may not be skipped.
        OvhLogsError: Of other kinds: the host refuses, cannot be reached, or sends files that are damaged or unpack to
            more than they may.
    """
    now = now or datetime.now(timezone.utc)
    source = _located(source)
    days = [only] if only else source.period.days(now.astimezone(source.zone).date())
    if not days:
        raise SettingsError(
            f"No day of the period is over yet in {source.zone}",
            fix="let it begin before today; a day's log appears on the next day",
        )
    with closing(LogHost(source, preview=preview)) as host:
        wanted = _skipping(host, source, days, now) if source.skip_missing and only is None else days
        late: LogMissing | None = None
        for day in wanted:
            try:
                with host.day(day) as file:
                    if late is not None:
                        raise late
                    # The host's file is inflated already; what is packed once more stays within the bound, too.
                    content = Unpacked(file, file.name, max_bytes=source.max_day_bytes)
                    yield from _day_blocks(source, content, host.file_name(day), totals, preview=preview)
                    totals.files += 1
                    totals.bytes += file.raw_bytes
            except LogMissing as missing:
                if only is not None:
                    host.check_domain()
                    raise LogMissing(
                        missing.problem,
                        fix="build this partition later, or leave it out: a day appears on the next one",
                    ) from None
                if missing is late or not host.ended_within(day, source.grace_hours, now):
                    host.check_domain()
                    raise
                # The newest days may not be published yet; a later day that is there shows that this one is missing.
                late = late or missing
                logger.info("%s: not published yet, left out of this build", missing.problem)
        if days and not totals.files and source.skip_missing is False:
            host.check_domain()


def _skipping(host: LogHost, source: Source, days: list[date], now: datetime) -> Iterator[date]:
    """The days that are published, as they are asked for; the others are named in the log."""
    remaining = iter(days)
    for published in chain(host.published(days), [None]):
        for day in remaining:
            if day == published:
                yield day
                break
            if not host.ended_within(day, source.grace_hours, now):
                logger.warning("The %s log of %s for %s is missing and skipped", source.kind.value, source.domain, day)


def _day_blocks(
    source: Source, file: Readable, name: str, totals: Totals, *, preview: bool
) -> Generator[Block, None, None]:
    if source.kind is not Kind.WEB:
        for found in parsing.read_lines(file, source_file=name, zone=source.zone):
            totals.lines += found.rows.num_rows + found.blanks
            totals.hits += found.rows.num_rows
            totals.blanks += found.blanks
            yield Block(found.rows)
        return
    with closing(parse(file, source_file=name, line_format="auto", read_ahead=not preview)) as parts:
        for parsed in parts:
            totals.add(parsed)
            yield Block(parsed.hits, parsed.rejects)


def enrich(batches: Iterable[pa.RecordBatch], settings: EnrichSettings | None = None) -> Iterator[pa.RecordBatch]:
    """Hits to events: each batch with its columns, cast to the declared types, and those that enrichment adds.

    Args:
        batches: Hits; any of the declared columns may be absent but server_ts and client_addr, others pass unchanged.
        settings: Which groups of columns are added.

    Raises:
        InputError: A needed column is absent, is in the way, or holds what cannot be read.
    """
    settings = settings or EnrichSettings()
    for batch in batches:
        check_needed(batch.schema.names)
        yield enrichment.enrich_batch(batch, settings)


def visitors(
    batches: Iterable[pa.RecordBatch], names: Sequence[str], settings: VisitorSettings | None = None
) -> Iterator[pa.RecordBatch]:
    """Events to one row per visitor, in no particular order.

    Args:
        batches: Events; any of the declared columns may be absent but server_ts and client_addr.
        names: Column names of the batches (there may be no batch at all).
        settings: Memory limit and spilling.

    Raises:
        InputError: A needed column is absent or holds what cannot be read.
    """
    check_needed(names)
    present = [name for name in EVENTS.names if name in names]
    if "visitor_id" not in present:
        logger.info("The input has no visitor_id: made from address and user agent, as the enrich recipe does")
        present.append("visitor_id")
    for sentence in features.left_out(present):
        logger.info("%s", sentence)
    schema = pa.schema(
        [*(column.arrow for column in EVENTS.columns if column.name in present), ("row_index", pa.int64())]
    )
    yield from embedded.run(
        features.visitors(present),
        _numbered(batches, schema),
        schema,
        output=features.visitor_columns(present),
        settings=settings or VisitorSettings(),
    )


def _numbered(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    row = refused = 0
    for whole in batches:
        batch = _without_refused(whole)
        refused += whole.num_rows - batch.num_rows
        typed = conform(batch, EVENTS)
        if "visitor_id" not in batch.schema.names:
            identify = EnrichSettings(useragent=False, bots=False, url=False)
            typed = enrichment.enrich_batch(typed, identify)
        index = pa.array(np.arange(row, row + batch.num_rows, dtype=np.int64))
        row += batch.num_rows
        arrays = [index if name == "row_index" else typed.column(name) for name in schema.names]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    if refused:
        logger.info("%d refused lines are no hits of any visitor: left out", refused)


def _without_refused(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows that are hits, where the dataset was read with its refused lines as rows."""
    if REJECT_REASON.name not in batch.schema.names:
        return batch
    reason = cast(batch.column(REJECT_REASON.name), REJECT_REASON.type, REJECT_REASON.name)
    return batch.filter(reason.is_null())


def check_needed(names: Iterable[str]) -> None:
    """Refuse an input without the columns that everything else hangs on.

    Raises:
        InputError: server_ts or client_addr is absent.
    """
    absent = [name for name in ("server_ts", "client_addr") if name not in set(names)]
    if absent:
        raise InputError(
            f"The input has no column {' and no column '.join(absent)}",
            fix="rename the columns of time and address so in a Prepare recipe before this one",
        )


def enrichment_plan(names: Sequence[str], settings: EnrichSettings) -> enrichment.Plan:
    """What ``enrich`` will add to, rename in and leave out for hits of these columns.

    Raises:
        InputError: A column that enrichment adds is there already.
    """
    return enrichment.plan(names, settings)


def visitor_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns that ``visitors`` gives for events of these columns."""
    present = {*names, "visitor_id"}
    return features.visitor_columns([name for name in EVENTS.names if name in present])
