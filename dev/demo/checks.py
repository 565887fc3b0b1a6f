"""What came out against what was written: sentences, each with whether it holds.

The counts on both sides do not come from one another: those of the truth are the generator's, the others the plugin's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dev.demo.month import Month
from dev.demo.ovh import tokens_given
from dev.demo.tables import Tables
from dev.demo.texts import counted, long_day
from dev.ovhsim.journal import Request
from ovh_weblogs.pipeline import Totals
from ovh_weblogs.schema import SERVER_HITS

Check = tuple[str, bool]
_PLACE = ("source_file", "line_number")
_VALUES = tuple(name for name in SERVER_HITS.names if name not in _PLACE)
_ROBOT = ("is_bot", "bot_name", "bot_category")
_DEVICE = ("useragent_type", "useragent_brand", "useragent_os")
_VISIT = {
    "visitor_id": "visitor_key",
    "landing_page": "landing",
    "exit_page": "exit",
    "entry_referer": "referer",
    **{name: name for name in ("session_index", "start_ts", "end_ts", "duration_s", "hits", "pageviews", "errors")},
    **{name: name for name in ("channel", "campaign", "conversions")},
}
_SOURCE = {name: name for name in ("referer_type", "channel", "page_category", "is_conversion")} | {
    "campaign_name": "campaign"
}
_RIGHT = 0.99  # share of hits whose device has to be told as it is
_TROUBLE = {"status": "was refused with {status}", "cut_body": "broke off"}


@dataclass(frozen=True)
class Evidence:
    """What a run left.

    What was written for it, what was asked of log host and API, totals as logged, tables as stored, visits as reported.
    """

    month: Month
    requests: Sequence[Request]
    calls: Sequence[Request]
    totals: Totals
    tables: Tables
    visits: int


def all_checks(run: Evidence) -> list[Check]:
    """Every check that the month allows: one without truth is only counted."""
    found = [_access(run), _lines(run), _files(run), _events(run)]
    with duckdb.connect() as base:
        base.read_parquet(str(run.tables.events)).create_view("events")
        base.read_parquet(str(run.tables.refused)).create_view("refused")
        base.read_parquet(str(run.tables.sessions)).create_view("sessions")
        base.read_parquet(str(run.tables.visitors)).create_view("visitors")
        if run.month.truth is None:
            return [*found, _visitors(run, base)]
        _view_truth(base, run.month.truth)
        found += [
            _places(base, run.month),
            _values(base),
            _visitor_rows(base),
            _visits(run, base),
            _session_rows(base),
            _devices(base),
            _robots(base),
            _pages(base),
            _sources(base),
        ]
    return [*found, *(_fault(run, day) for day in run.month.faults)]


def _access(run: Evidence) -> Check:
    """A token comes as a cookie, or in the address."""
    asked, tokens = len(run.requests), tokens_given(run.calls)
    opened = sum("cookie" in request.headers or "token=" in request.path for request in run.requests)
    passwords = sum(bool(request.authorization) for request in run.requests)
    sentence = f"OVH API keys opened the logs: {opened:,} of {asked:,} requests with a token, and no password"
    return f"{sentence}; {counted(tokens, 'token')} needed", opened == asked and tokens > 0 and not passwords


def _lines(run: Evidence) -> Check:
    tables, month, blanks = run.tables, run.month, run.totals.blanks
    found = tables.hits + tables.rejects + blanks
    parts = f"{tables.hits:,} hits + {tables.rejects:,} rejects + {blanks:,} blanks = {found:,}"
    written = f"{month.lines:,} lines were written, {month.blanks:,} of them blank"
    holds = found == month.lines and blanks == month.blanks
    return f"Every line is accounted for: {parts}; {written}", holds


def _files(run: Evidence) -> Check:
    files, days = run.totals.files, len(run.month.days)
    return f"Every day was read: {files:,} of {days:,} files", files == days


def _events(run: Evidence) -> Check:
    events, hits = run.tables.event_count, run.tables.hits
    return f"Every hit became an event: {events:,} of {hits:,}", events == hits


def _visitors(run: Evidence, base: duckdb.DuckDBPyConnection) -> Check:
    rows, distinct = run.tables.visitor_count, _number(base, "SELECT count(DISTINCT visitor_id) FROM events")
    return f"One row per visitor: {rows:,} rows for {distinct:,} visitor ids in the events", rows == distinct


def _view_truth(base: duckdb.DuckDBPyConnection, truth: Path) -> None:
    base.read_parquet(str(truth / "lines.parquet")).create_view("all_lines")
    base.read_parquet(str(truth / "sessions.parquet")).create_view("true_sessions")
    # The tracker's lines are of another family, which this flow does not read.
    base.execute("CREATE VIEW truth AS SELECT * FROM all_lines WHERE source_file NOT LIKE 'tracker/%'")


def _places(base: duckdb.DuckDBPyConnection, month: Month) -> Check:
    """File by file and line by line: what the plugin calls a hit, a reject or (by passing it over) a blank."""
    wrong = _number(
        base,
        """
        WITH found AS (
            SELECT source_file, line_number, 'hit' AS kind, NULL AS line FROM events
            UNION ALL SELECT source_file, line_number, 'reject', request FROM refused
        )
        SELECT count(DISTINCT coalesce(truth.source_file, found.source_file))
        FROM truth FULL JOIN found USING (source_file, line_number)
        WHERE coalesce(found.kind, 'blank') IS DISTINCT FROM truth.kind
           OR found.line IS DISTINCT FROM decode(truth.line)
        """,
    )
    files, lines = len(month.days), _number(base, "SELECT count(*) FROM truth")
    right = f"in {files - wrong:,} of {files:,} files"
    return f"All {lines:,} lines are hits, rejects and blanks where the truth has them {right}", wrong == 0


def _values(base: duckdb.DuckDBPyConnection) -> Check:
    differs = [f"events.{name} IS DISTINCT FROM truth.{name}" for name in _VALUES]
    wrong, hits = _differing(base, [*differs, "events.visitor_id IS DISTINCT FROM truth.visitor_key"])
    sentence = f"Every value read is the one that was written: {hits - wrong:,} of {hits:,} hits agree in all columns"
    return sentence, wrong == 0


def _visitor_rows(base: duckdb.DuckDBPyConnection) -> Check:
    """One row per key, with as many hits, visits, views and conversions, as deep and long, from first to last time.

    Visits of robots that never pause for a day are cut at midnight here, and in the truth they are not.
    """
    agreeing = """
        SELECT count(*) FROM visitors JOIN (
            SELECT visitor_key, count(*) AS hits, min(server_ts) AS first_ts, max(server_ts) AS last_ts
            FROM truth WHERE kind = 'hit' GROUP BY 1
        ) ON visitor_id = visitor_key AND visitors.count = hits AND server_ts_min = first_ts AND server_ts_max = last_ts
        JOIN (
            SELECT visitor_key, count(*) AS visits, sum(pageviews) AS views, max(pageviews) AS deepest,
                avg(duration_s) AS duration, max(duration_s) AS longest, sum(conversions) AS conversions
            FROM true_sessions WHERE log_family = 'server' GROUP BY 1
        ) AS by_session ON visitor_id = by_session.visitor_key
            AND visitors.pageviews = views AND visitors.conversions = by_session.conversions
            AND (longest > 22 * 3600 OR (
                session_id_count = visits AND session_pageviews_max = deepest
                AND abs(session_duration_mean - duration) < 1e-6
            ))
    """
    same, rows = _number(base, agreeing), _number(base, "SELECT count(*) FROM visitors")
    keys = _number(base, "SELECT count(DISTINCT visitor_key) FROM truth")
    sentence = f"One row per visitor: {rows:,} rows, and the truth has {keys:,} distinct visitors"
    return f"{sentence}, {same:,} of them with the same hits, visits, page views and conversions", rows == same == keys


def _visits(run: Evidence, base: duckdb.DuckDBPyConnection) -> Check:
    sessions = _number(base, "SELECT count(*) FROM true_sessions WHERE log_family = 'server'")
    sentence = f"Visits begin after half an hour of silence: {run.visits:,} in the report, {sessions:,} in the truth"
    return sentence, run.visits == sessions


def _session_rows(base: duckdb.DuckDBPyConnection) -> Check:
    """One row per visit, the same in every column that the truth has, too."""
    same = " AND ".join(f"sessions.{ours} IS NOT DISTINCT FROM truth.{theirs}" for ours, theirs in _VISIT.items())
    agreeing = f"""
        SELECT count(*) FROM sessions
        JOIN (SELECT * FROM true_sessions WHERE log_family = 'server') AS truth ON {same}
    """  # noqa: S608 - ours
    right, rows = _number(base, agreeing), _number(base, "SELECT count(*) FROM sessions")
    true = _number(base, "SELECT count(*) FROM true_sessions WHERE log_family = 'server'")
    return f"One row per visit: {rows:,} rows, {right:,} of them as the truth has its {true:,}", rows == right == true


def _devices(base: duckdb.DuckDBPyConnection) -> Check:
    differs = (f"truth.{name} IS NOT NULL AND events.{name} IS DISTINCT FROM truth.{name}" for name in _DEVICE)
    wrong, hits = _differing(base, differs)
    share = 1 - wrong / max(hits, 1)
    return f"Type, browser and system were told rightly for {share:.1%} of the hits", share >= _RIGHT


def _robots(base: duckdb.DuckDBPyConnection) -> Check:
    """Where an agent was sent at all; robots that hide behind a browser's agent are none by the truth, too."""
    differs = (f"events.useragent IS NOT NULL AND events.{name} IS DISTINCT FROM truth.{name}" for name in _ROBOT)
    wrong, hits = _differing(base, differs)
    share = 1 - wrong / max(hits, 1)
    return f"Robots were told by name and category, and people as none, for {share:.1%} of the hits", share >= _RIGHT


def _pages(base: duckdb.DuckDBPyConnection) -> Check:
    """What was asked for, where the truth knows it, and whether a page was seen."""
    unknown = "truth.resource_class IS NOT NULL AND events.resource_class IS DISTINCT FROM truth.resource_class"
    wrong, hits = _differing(base, [unknown, "events.is_pageview IS DISTINCT FROM truth.is_pageview"])
    share = 1 - wrong / max(hits, 1)
    return f"Pages, files and page views were told rightly for {share:.1%} of the hits", share >= _RIGHT


def _sources(base: duckdb.DuckDBPyConnection) -> Check:
    """Where a hit's visit comes from, what its page is by the owner's rules, and where its address is, if known."""
    differs = [f"events.{name} IS DISTINCT FROM truth.{truth}" for name, truth in _SOURCE.items()]
    country = "truth.country IS NOT NULL AND events.client_addr_country_code IS DISTINCT FROM truth.country"
    wrong, hits = _differing(base, [*differs, country])
    share = 1 - wrong / max(hits, 1)
    what = "Countries, referrers, channels, campaigns, categories and conversions"
    return f"{what} are right for {share:.1%} of the hits", share >= _RIGHT


def _differing(base: duckdb.DuckDBPyConnection, conditions: Iterable[str]) -> tuple[int, int]:
    """How many hits differ from the truth in any of some ways, of how many."""
    joined = "FROM events JOIN truth USING (source_file, line_number)"
    wrong = _number(base, f"SELECT count(*) {joined} WHERE {' OR '.join(conditions)}")
    return wrong, _number(base, f"SELECT count(*) {joined}")


def _fault(run: Evidence, day: date) -> Check:
    """A day that came badly once, and then whole: the lines themselves are checked with all others."""
    fault = run.month.faults[day]
    asked = [request for request in run.requests if request.path.endswith(run.month.file_name(day))]
    met = [request for request in asked if request.fault]
    well = [request for request in asked if not request.fault and request.status in (200, 206)]
    what = _TROUBLE[fault.kind].format(status=fault.status)
    return f"The file of {long_day(day)} {what} once, and arrived whole all the same", len(met) == len(well) == 1


def _number(base: duckdb.DuckDBPyConnection, query: str) -> Any:
    return base.execute(query).fetchall()[0][0]
