"""What benchmarks measure does the whole work: a figure of half of it would be worth nothing."""

from __future__ import annotations

import gzip
import shutil

import pytest

from dev.bench import data, noise, trackerdata
from dev.bench.contenders import (
    chain,
    connector,
    custom,
    database,
    enriched,
    gunzip,
    month,
    parsing,
    places,
    referrers,
    source,
    tracker,
    twice,
    useragents,
)

LINES = 2800  # one of them cut


@pytest.fixture
def corpus(tmp_path):
    return data.corpus(LINES, tmp_path)


@pytest.mark.parametrize(
    "contender",
    [
        connector.rows_to_host,
        connector.constant_to_host,
        source.rows,
        useragents.library,
        useragents.row_by_row,
        places.library,
        referrers.library,
        enriched.library,
    ],
    ids=[
        "connector to the host",
        "constant row to the host",
        "connector alone",
        "agents",
        "agents row by row",
        "places",
        "referrers",
        "all groups",
    ],
)
def test_rows_are_as_many_as_the_file_has_hits(contender, corpus):
    with contender(corpus) as work:
        assert work() == LINES - 1


@pytest.mark.parametrize(
    ("contender", "files"),
    [
        (parsing.library, 1),
        (parsing.regex_loop, 1),
        (gunzip.streamed, 1),
        (chain.library, 1),
        (chain.library_all, 1),
        (twice.one, 1),
        (twice.two, 2),
        (custom.library, 2),
        (custom.regex_loop, 2),
        (month.one_day, 1),
    ],
    ids=lambda value: getattr(value, "__qualname__", f"{value} files"),
)
def test_both_ways_are_timed_for_the_same_lines(contender, files, corpus):
    with contender(corpus) as work:
        assert work() == files * LINES


@pytest.mark.parametrize("contender", [month.one_by_one, month.two_at_a_time, month.four_at_a_time])
def test_a_month_is_fetched_whole_in_each_way(contender, tmp_path, monkeypatch):
    monkeypatch.setattr(month, "LATENCY", 0.0)
    with contender(noise.corpus(100, tmp_path)) as work:
        assert work() == 30 * 100


@pytest.mark.skipif(shutil.which("goaccess") is None, reason="goaccess is not installed")
def test_goaccess_is_timed_for_the_same_lines(corpus):
    with chain.goaccess(corpus) as work:
        assert work() == LINES


def test_a_reader_that_loses_a_line_gets_no_figure(corpus):
    shorter = b"".join(gzip.decompress(corpus.path.read_bytes()).splitlines(keepends=True)[1:])
    corpus.path.write_bytes(gzip.compress(shorter))

    with parsing.library(corpus) as work, pytest.raises(parsing.LinesLost, match="2799 lines and 2798 hits were read"):
        work()


@pytest.mark.parametrize("contender", [parsing.library, tracker.regex_loop], ids=["library", "regex loop"])
def test_both_ways_of_reading_a_trackers_file_are_timed_for_the_same_lines(contender, tmp_path):
    with contender(trackerdata.corpus(LINES, tmp_path)) as work:
        assert work() == LINES


def test_a_trackers_corpus_has_a_header_and_hard_lines_of_every_kind_one_of_which_is_refused(tmp_path):
    made = trackerdata.corpus(LINES, tmp_path)
    lines = gzip.decompress(made.path.read_bytes()).split(b"\n")
    assert lines[0].startswith(b"#server_ts\t")
    assert (len(lines) - 1, made.hard, made.cut, made.hits) == (LINES, 14, 1 + 2, LINES - 3)
    assert trackerdata.corpus(LINES, tmp_path) == made


def test_a_connector_that_loses_a_row_gets_no_figure(corpus):
    with pytest.raises(source.RowsLost, match="1 rows were read; 2799 lines of the file are whole"):
        list(source.whole([{}], corpus))


def test_a_hosts_loop_that_breaks_down_leaves_no_process_waiting():
    """The reader at the other end of the socket ends with the loop."""

    class Broken(Exception):
        pass

    with pytest.raises(Broken), connector.drained_sink():
        raise Broken


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("contender", [database.there, database.through_the_host], ids=["there", "through the host"])
def test_visitors_of_a_database_have_all_events(contender, corpus):
    """Without a PostgreSQL, the fixture says so."""
    with contender(corpus) as work:
        assert work() == LINES - 1
