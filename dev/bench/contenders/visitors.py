"""Events grouped to visitors: the engine's definition against the same features as one lazy plan of polars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import polars as pl
import pyarrow.parquet as pq

from dev.bench.corpus import Corpus
from dev.bench.visitordata import FILE
from ovh_weblogs import pipeline
from ovh_weblogs.settings import VisitorSettings

_PAUSE = 30 * 60_000_000  # microseconds
_DAY = 86_400_000_000


class Unlike(Exception):
    """The rows are not those that must come out: a figure would be worth nothing."""


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The recipe's use case on the file, read in batches, with the recipe's limit of 1 GB."""
    with pq.ParquetFile(corpus.path) as file:
        names = [name for name in file.schema_arrow.names if name != "row_index"]

        def work() -> int:
            rows = pipeline.visitors(file.iter_batches(20_000, columns=names), names, VisitorSettings())
            _check(corpus, sum(batch.num_rows for batch in rows))
            return corpus.lines

        yield work


@contextmanager
def polars(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The same columns of a lazy plan over the file."""

    def work() -> int:
        _check(corpus, lazy_plan(pl.scan_parquet(corpus.path)).collect().height)
        return corpus.lines

    yield work


def _check(corpus: Corpus, rows: int) -> None:
    if rows != _visitors(str(corpus.path)):
        raise Unlike(f"{rows} visitors came of {_visitors(str(corpus.path))} in {FILE}")


@cache
def _visitors(path: str) -> int:
    return pl.scan_parquet(path).select(pl.col("visitor_id").n_unique()).collect().item()


def lazy_plan(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per visitor; visits end with a pause of half an hour alone, which suffices for these events."""
    hits = events.sort("visitor_id", "server_ts", "source_file", "line_number").with_columns(
        ts=pl.col("server_ts").dt.epoch("us"),
        day=pl.col("server_ts").dt.convert_time_zone("Europe/Paris").dt.date(),
        view=pl.when("is_pageview").then("location"),
    )
    pause = pl.col("ts").diff().over("visitor_id")
    hits = hits.with_columns(visit=(pause.is_null() | (pause > _PAUSE)).cum_sum().over("visitor_id"))
    visits = _of_visits(hits)
    rows = _of_hits(hits).join(visits, on="visitor_id").join(_of_views(hits), on="visitor_id", how="left")
    return rows.with_columns(pl.col("repeated_pageviews").fill_null(0))


def _of_hits(hits: pl.LazyFrame) -> pl.LazyFrame:
    texts = ("location", "referer", "useragent_type", "client_addr", "channel")
    viewed = pl.col("page_category").filter(pl.col("is_pageview")).drop_nulls()
    return hits.group_by("visitor_id").agg(
        count=pl.len(),
        server_ts_min=pl.col("server_ts").min(),
        server_ts_max=pl.col("server_ts").max(),
        pageviews=pl.col("is_pageview").sum(),
        page_distinct=pl.col("view").drop_nulls().n_unique(),
        active_days=pl.col("day").n_unique(),
        client_addr_count=pl.col("client_addr").n_unique(),
        location_distinct=pl.col("location").n_unique(),
        bytes_min=pl.col("bytes").min(),
        bytes_max=pl.col("bytes").max(),
        bytes_sum=pl.col("bytes").sum(),
        status_max=pl.col("status").max(),
        conversions=pl.col("is_conversion").sum(),
        channel_distinct=pl.col("channel").drop_nulls().n_unique(),
        night_share=(pl.col("local_hour") < 6).mean(),
        error_share=(pl.col("status") >= 400).mean(),
        count_404=(pl.col("status") == 404).sum(),
        landing_page_first=pl.col("view").drop_nulls().first(),
        page_category_first=viewed.first(),
        page_category_last=viewed.last(),
        page_category_distinct=viewed.n_unique(),
        page_category_entropy=pl.when(viewed.len() > 0).then(viewed.unique_counts().entropy().abs()),
        useragent_last=pl.col("useragent").drop_nulls().last(),
        useragent_os_last=pl.col("useragent_os").drop_nulls().last(),
        **{f"{name}_first": pl.col(name).drop_nulls().first() for name in texts},
        **{f"{name}_last": pl.col(name).drop_nulls().last() for name in texts},
    )


def _of_visits(hits: pl.LazyFrame) -> pl.LazyFrame:
    stays = pl.col("ts").filter(pl.col("is_pageview"))
    visits = hits.group_by("visitor_id", "visit").agg(
        start=pl.col("ts").min(),
        end=pl.col("ts").max(),
        views=pl.col("is_pageview").sum(),
        stay=stays.max() - stays.min(),
    )
    latest = pl.col("end").max()
    visits = visits.with_columns(latest=latest).sort("visitor_id", "visit")
    gap = pl.col("start") - pl.col("end").shift().over("visitor_id")
    long = pl.col("end") - pl.col("start")
    return (
        visits.with_columns(gap=gap, long=long)
        .group_by("visitor_id", maintain_order=False)
        .agg(
            session_id_count=pl.len(),
            days_since_first=(pl.col("latest").max() - pl.col("start").min()) / _DAY,
            days_since_last=(pl.col("latest").max() - pl.col("end").max()) / _DAY,
            days_active_span=(pl.col("end").max() - pl.col("start").min()) / _DAY,
            session_gap_hours_mean=pl.col("gap").mean() / 3.6e9,
            session_gap_hours_std=(pl.col("gap") // 1000).cast(pl.Float64).std() / 3.6e6,
            session_count_7d=(pl.col("latest") - pl.col("start") < 7 * _DAY).sum(),
            session_count_30d=(pl.col("latest") - pl.col("start") < 30 * _DAY).sum(),
            session_pageviews_mean=pl.col("views").mean(),
            session_pageviews_max=pl.col("views").max(),
            session_pageviews_last=pl.col("views").last(),
            session_duration_mean=pl.col("long").mean() / 1e6,
            session_duration_last=pl.col("long").last() / 1e6,
            bounce_share=(pl.col("views") == 1).mean(),
            time_on_page_mean=pl.col("stay").sum() / pl.col("views").filter(pl.col("views") > 0).sub(1).sum() / 1e6,
        )
        .with_columns(pl.col("time_on_page_mean").fill_nan(None))
    )


def _of_views(hits: pl.LazyFrame) -> pl.LazyFrame:
    views = hits.filter("is_pageview").select("visitor_id", "ts", "location")
    same = pl.col("location") == pl.col("location").shift().over("visitor_id")
    soon = pl.col("ts").diff().over("visitor_id") <= 10_000_000
    again = views.with_columns(again=(same & soon).fill_null(value=False))
    return again.group_by("visitor_id").agg(repeated_pageviews=pl.col("again").sum())
