"""Four weeks of generated tracker files, of every layout: what is read is what is true."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dev.traffic import generate
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
def month(tmp_path_factory):
    """Hits, rejects and blank lines of the tracker's files, and the true rows of their lines."""
    out = tmp_path_factory.mktemp("tracked")
    generate(out, count=28, visitors=300, seed=11)
    truth = pq.read_table(out / "truth" / "lines.parquet").to_pylist()
    return out, [row for row in truth if row["source_file"].startswith("tracker/")]


def everything(out, line_format):
    hits, rejects, blanks = [], [], 0
    for path in sorted((out / "wt1").rglob("*.log.gz")):
        with path.open("rb") as file:
            name = path.relative_to(out / "wt1").as_posix()
            for block in parse(file, source_file=name, line_format=line_format):
                hits.append(block.hits)
                rejects.append(block.rejects)
                blanks += block.blanks
    return (
        pa.Table.from_batches(hits, schema=HITS.arrow).to_pylist(),
        pa.Table.from_batches(rejects, schema=REJECTS.arrow).to_pylist(),
        blanks,
    )


def place(row):
    return row["source_file"], row["line_number"]


@pytest.mark.parametrize("line_format", ["auto", "wt1"])
def test_every_usual_line_is_read_as_it_is_true_in_every_column(month, line_format):
    out, truth = month
    hits, _, _ = everything(out, line_format)
    found = {place(row): row for row in hits}
    usual = [row for row in truth if row["kind"] == "hit" and row["hard"] is None]
    assert len(usual) > 1_000
    for row in usual:
        assert found[place(row)] == {name: row[name] for name in HITS.names}


def test_hard_lines_are_read_as_they_are_true_or_are_refused(month):
    out, truth = month
    hits, rejects, _ = everything(out, "auto")
    found, refused = {place(row): row for row in hits}, {place(row) for row in rejects}
    hard = [row for row in truth if row["kind"] == "hit" and row["hard"] is not None]
    for row in hard:
        if row["hard"] in REFUSED:
            assert place(row) in refused
        else:
            assert found[place(row)] == {name: row[name] for name in HITS.names}
    assert {row["hard"] for row in hard} == REFUSED | READ


def test_every_line_is_a_hit_a_reject_or_a_header(month):
    out, truth = month
    hits, rejects, blanks = everything(out, "auto")
    kinds = Counter("reject" if row["hard"] in REFUSED else row["kind"] for row in truth)
    assert Counter({"hit": len(hits), "reject": len(rejects), "header": blanks}) == kinds
    lines = {place(row): row["line"] for row in truth if row["kind"] == "reject"}
    assert lines.items() <= {place(row): row["line"] for row in rejects}.items()
