"""Four weeks of generated tracker files, of every layout: what is read is what is true."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from ovh_weblogs.parsing import parse
from ovh_weblogs.schema import HITS, REJECTS

# Nobody can tell where one id ends and the next begins.
REFUSED = {"a tab in the session's id", "tabs in the visitor's id"}
READ = {
    "a backslash in the referrer",
    "a key that is repeated",
    "a line feed in a parameter that has a column",
    "a quote in the language",
    "a tab in a parameter that has a column",
    "a tab in the agent",
    "a zone that is no number",
    "an agent that ends in a backslash",
    "an event of the iOS app",
    "no visitor's id",
    "parameters without a value, with two, and twice",
}


@pytest.fixture(scope="module")
def truth(month):
    """The true rows of the lines of the tracker's files."""
    return list(month.lines("wt1"))


@pytest.fixture(scope="module")
def everything(month):
    """Hits, rejects and blank lines of the tracker's files, as a format reads them."""
    found = {}
    for line_format in ("auto", "wt1"):
        hits, rejects, blanks = [], [], 0
        for path in sorted((month.folder / "wt1").rglob("*.log.gz")):
            with path.open("rb") as file:
                name = path.relative_to(month.folder / "wt1").as_posix()
                for block in parse(file, source_file=name, line_format=line_format):
                    hits.append(block.hits)
                    rejects.append(block.rejects)
                    blanks += block.blanks
        tables = pa.Table.from_batches(hits, schema=HITS.arrow), pa.Table.from_batches(rejects, schema=REJECTS.arrow)
        found[line_format] = (*tables, blanks)
    return found


def place(row):
    return row["source_file"], row["line_number"]


def test_the_tracker_is_told_by_itself(everything):
    """A tracker's file is read alike with its name and without."""
    assert everything["auto"] == everything["wt1"]


def test_every_usual_line_is_read_as_it_is_true_in_every_column(everything, truth):
    found = {place(row): row for row in everything["auto"][0].to_pylist()}
    usual = [row for row in truth if row["kind"] == "hit" and row["hard"] is None]
    assert len(usual) > 1_000
    for row in usual:
        assert found[place(row)] == {name: row[name] for name in HITS.names}


def test_hard_lines_are_read_as_they_are_true_or_are_refused(everything, truth):
    hits, rejects, _ = everything["auto"]
    found, refused = {place(row): row for row in hits.to_pylist()}, set(map(place, rejects.to_pylist()))
    hard = [row for row in truth if row["kind"] == "hit" and row["hard"] is not None]
    for row in hard:
        if row["hard"] in REFUSED:
            assert place(row) in refused
        else:
            assert found[place(row)] == {name: row[name] for name in HITS.names}
    assert {row["hard"] for row in hard} == REFUSED | READ


def test_every_line_is_a_hit_a_reject_or_a_header(everything, truth):
    hits, rejects, blanks = everything["auto"]
    kinds = Counter("reject" if row["hard"] in REFUSED else row["kind"] for row in truth)
    assert Counter({"hit": hits.num_rows, "reject": rejects.num_rows, "header": blanks}) == kinds
    lines = {place(row): row["line"] for row in truth if row["kind"] == "reject"}
    assert lines.items() <= {place(row): row["line"] for row in rejects.to_pylist()}.items()
