"""Every benchmark, declared: what is measured, against what, which ratio is looked at, and what it should be."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Ratio(enum.Enum):
    """What is compared: the measured one's figure divided by its baseline's. The value is how the report says it."""

    RATE = "rows per second, higher is better"
    SECONDS = "seconds, lower is better"
    PEAK_MB = "peak memory, lower is better"

    @property
    def higher_is_better(self) -> bool:
        """Whether a goal is a lower bound."""
        return self is Ratio.RATE


@dataclass(frozen=True)
class Contender:
    """One side of a comparison.

    ``target`` is ``module:function``; the function takes a ``Corpus`` and is a context manager that gives what is
    measured: a function without arguments that returns its number of rows. What the context manager does before is
    not measured. It is named rather than imported here, since every measurement has a process of its own.
    ``scale`` multiplies the lines of the run; ``at_most`` caps them, for a baseline too slow for all of them.
    ``corpus`` names what makes the file, ``module:function``; it takes the number of lines and a folder.
    """

    name: str
    target: str
    scale: float = 1.0
    at_most: int | None = None
    corpus: str = "dev.bench.data:corpus"

    def lines(self, asked: int) -> int:
        """How many lines it reads when that many are asked for."""
        count = max(1, round(asked * self.scale))
        return count if self.at_most is None else min(count, self.at_most)


@dataclass(frozen=True)
class Benchmark:
    """One comparison.

    ``limit`` and ``aim`` bound the ratio: a missed limit fails a strict run, an aim is only shown. ``peak_limit_mb``
    bounds the peak memory above imports, in megabytes of 10^6 bytes. Without the program that it ``needs``, it is
    skipped. One that is ``only_named`` takes minutes, and runs where it is asked for by its name.
    """

    name: str
    measured: Contender
    baseline: Contender
    ratio: Ratio
    limit: float | None = None
    aim: float | None = None
    peak_limit_mb: float | None = None
    needs: str | None = None
    only_named: bool = False


_PARSING = "dev.bench.contenders.parsing"
_GUNZIP = "dev.bench.contenders.gunzip"
_TWICE = "dev.bench.contenders.twice"
_CUSTOM = "dev.bench.contenders.custom"
_CHAIN = "dev.bench.contenders.chain"
_TRACKER = "dev.bench.contenders.tracker"
_TRACKED = "dev.bench.trackerdata:corpus"
_SOURCE = "dev.bench.contenders.source"
_PLACES = "dev.bench.contenders.places"
_AGENTS = "dev.bench.contenders.useragents"
_ENRICHED = "dev.bench.contenders.enriched"
_REFERRERS = "dev.bench.contenders.referrers"
_CONNECTOR = "dev.bench.contenders.connector"
_MONTH = "dev.bench.contenders.month"
_VISITORS = "dev.bench.contenders.visitors"
_RECIPE = "dev.bench.contenders.recipe"
_EVENTS = "dev.bench.visitordata:corpus"
_DATABASE = "dev.bench.contenders.database"
_SPARK = "dev.bench.contenders.sparked"
_EXECUTOR_MB = 939  # what its limits come to: 512 MiB of Java's heap and 384 MiB beyond it
_NOISE = "dev.bench.noise:corpus"
_ANALYSER = Contender("GoAccess, to its report as JSON", f"{_CHAIN}:goaccess")
_PARSED = Contender("the same lines parsed, one thread", f"{_PARSING}:library")
_FILE = 0.135  # of a million lines: 5 MB as gzip

BENCHMARKS = (
    Benchmark(
        "parse",
        Contender(".log.gz to typed columns, one thread", f"{_PARSING}:library"),
        Contender("regex per line, groupdict", f"{_PARSING}:regex_loop"),
        Ratio.RATE,
        aim=4.0,
        peak_limit_mb=120,
    ),
    Benchmark(
        "parse_gunzip",
        Contender(".log.gz to typed columns, unpacked ahead", f"{_PARSING}:library_ahead"),
        Contender("isal's gunzip alone, in reads of 2 MiB", f"{_GUNZIP}:streamed"),
        Ratio.SECONDS,
        aim=7.5,
    ),
    Benchmark(
        "parse_two_processes",
        Contender("two processes, a file each", f"{_TWICE}:two"),
        Contender("one process, one file", f"{_TWICE}:one"),
        Ratio.RATE,
        aim=1.6,
    ),
    Benchmark(
        "parse_custom",
        Contender("a custom LogFormat, and common", f"{_CUSTOM}:library", scale=0.5),
        Contender("a regex for each, line by line", f"{_CUSTOM}:regex_loop", scale=0.5),
        Ratio.RATE,
        aim=3.0,
    ),
    Benchmark(
        "goaccess",
        Contender(".log.gz to events and visitors, as Parquet", f"{_CHAIN}:library"),
        _ANALYSER,
        Ratio.RATE,
        aim=3.0,
        needs="goaccess",
    ),
    Benchmark(
        "goaccess_all",
        Contender("the same with every group of columns", f"{_CHAIN}:library_all"),
        _ANALYSER,
        Ratio.RATE,
        aim=2.0,
        needs="goaccess",
    ),
    Benchmark(
        "parse_wt1",
        Contender("tracker's .log.gz to columns, unpacked ahead", f"{_PARSING}:library_ahead", corpus=_TRACKED),
        Contender("regex per line, groupdict", f"{_TRACKER}:regex_loop", corpus=_TRACKED),
        Ratio.RATE,
        aim=3.0,
    ),
    Benchmark(
        "useragents",
        Contender("user agents of hits to columns, robots too", f"{_AGENTS}:library"),
        Contender("user_agents.parse for each row", f"{_AGENTS}:row_by_row", at_most=20_000),
        Ratio.RATE,
        limit=60.0,
        peak_limit_mb=130,
    ),
    Benchmark(
        "enrichment",
        Contender("agents, robots, URLs, resources, time, visitor", f"{_ENRICHED}:library"),
        _PARSED,
        Ratio.SECONDS,
        aim=2.5,
    ),
    Benchmark(
        "geo",
        Contender("addresses of hits to cities, by a file", f"{_PLACES}:library"),
        Contender("the same lines parsed, unpacked ahead", f"{_PARSING}:library_ahead"),
        Ratio.SECONDS,
        limit=1.3,
    ),
    Benchmark(
        "referrers",
        Contender("referrers, campaigns and channels of hits", f"{_REFERRERS}:library"),
        Contender(".log.gz to typed columns, one thread", f"{_PARSING}:library"),
        Ratio.SECONDS,
        limit=0.3,
        peak_limit_mb=120,
    ),
    Benchmark(
        "visitors",
        Contender("events to visitors of 51 columns, 1 GB at most", f"{_VISITORS}:library", scale=2.0, corpus=_EVENTS),
        Contender("the same columns by a lazy plan of polars", f"{_VISITORS}:polars", scale=2.0, corpus=_EVENTS),
        Ratio.SECONDS,
        limit=2.5,
    ),
    Benchmark(
        "visitors_memory",
        Contender("ten times as many events as asked for", f"{_VISITORS}:library", scale=10.0, corpus=_EVENTS),
        Contender("twice as many", f"{_VISITORS}:library", scale=2.0, corpus=_EVENTS),
        Ratio.PEAK_MB,
        peak_limit_mb=1400,
    ),
    Benchmark(
        "visitors_recipe",
        Contender("the recipe of visitors in the host", f"{_RECIPE}:library", corpus=_EVENTS),
        Contender("reading and writing the same rows there", f"{_RECIPE}:boundary", corpus=_EVENTS),
        Ratio.SECONDS,
        limit=1.8,
        aim=1.4,
    ),
    Benchmark(
        "connector_rows",
        Contender("connector through the host's row loop", f"{_CONNECTOR}:rows_to_host"),
        Contender("one constant row through the same loop", f"{_CONNECTOR}:constant_to_host"),
        Ratio.RATE,
        aim=0.65,
    ),
    Benchmark(
        "fetch_month",
        Contender("30 files of 5 MB, 50 ms late, four connections", f"{_MONTH}:four_at_a_time", scale=_FILE),
        Contender("one after another, one connection", f"{_MONTH}:one_by_one", scale=_FILE),
        Ratio.RATE,
        aim=2.5,
        peak_limit_mb=150,
    ),
    Benchmark(
        "fetch_month_two",
        Contender("the same, two connections (the default)", f"{_MONTH}:two_at_a_time", scale=_FILE),
        Contender("one after another, one connection", f"{_MONTH}:one_by_one", scale=_FILE),
        Ratio.RATE,
        aim=1.8,
        peak_limit_mb=150,
    ),
    Benchmark(
        "fetch_memory",
        Contender("a file of 500 MB", f"{_MONTH}:one_day", corpus=_NOISE),
        Contender("a file of 5 MB", f"{_MONTH}:one_day", scale=0.01, corpus=_NOISE),
        Ratio.PEAK_MB,
        peak_limit_mb=150,  # the ratio has no goal: some megabytes of buffers, which a small file does not fill
    ),
    Benchmark(
        "database",
        Contender("visitors of events in PostgreSQL, made there", f"{_DATABASE}:there", scale=2.0),
        Contender("the same, read out to DuckDB and written back", f"{_DATABASE}:through_the_host", scale=2.0),
        Ratio.SECONDS,
        needs="psql",
    ),
    Benchmark(
        "mariadb",
        Contender(
            "visitors of a fifth of the events in MariaDB, made there", f"{_DATABASE}:there_in_mariadb", scale=0.2
        ),
        Contender("the same out of PostgreSQL to DuckDB and back", f"{_DATABASE}:through_the_host", scale=0.2),
        Ratio.SECONDS,
        needs="mariadbd",
        only_named=True,
    ),
    Benchmark(
        "memory_growth",
        Contender("connector, twice the lines", f"{_SOURCE}:rows", scale=2.0),
        Contender("connector, the lines asked for", f"{_SOURCE}:rows"),
        Ratio.PEAK_MB,
        limit=1.05,
    ),
    Benchmark(
        "spark",
        Contender("5M lines to events on Spark, two executors of a core each", f"{_SPARK}:two", scale=5.0),
        Contender("the same, one executor", f"{_SPARK}:one", scale=5.0),
        Ratio.RATE,
        limit=1.3,
        aim=1.5,
        peak_limit_mb=_EXECUTOR_MB,
        needs="java",
        only_named=True,
    ),
    Benchmark(
        "spark_free",
        Contender("5M lines to events on Spark, two executors that share all cores", f"{_SPARK}:two_free", scale=5.0),
        Contender("the same, one executor", f"{_SPARK}:one_free", scale=5.0),
        Ratio.RATE,
        peak_limit_mb=_EXECUTOR_MB,
        needs="java",
        only_named=True,
    ),
    Benchmark(
        "spark_memory",
        Contender("an executor that reads 4 times its heap", f"{_SPARK}:one_free", scale=8.5),
        Contender("the same, a tenth of the lines", f"{_SPARK}:one_free", scale=0.85),
        Ratio.PEAK_MB,
        limit=1.3,
        peak_limit_mb=_EXECUTOR_MB,
        needs="java",
        only_named=True,
    ),
)
