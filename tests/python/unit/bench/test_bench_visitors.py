"""Both ways of grouping events to visitors give the same rows: else their times could not be compared."""

from __future__ import annotations

import polars as pl
import pyarrow.parquet as pq
import pytest

from dev.bench import visitordata
from dev.bench.contenders import recipe, visitors
from ovh_weblogs import pipeline

EVENTS = 3000


@pytest.fixture
def corpus(tmp_path):
    return visitordata.corpus(EVENTS, tmp_path)


def test_the_plan_of_polars_gives_the_rows_that_the_recipe_gives(corpus):
    theirs = visitors.lazy_plan(pl.scan_parquet(corpus.path)).collect().sort("visitor_id").to_dicts()
    with pq.ParquetFile(corpus.path) as file:
        names = [name for name in file.schema_arrow.names if name != "row_index"]
        made = pipeline.visitors(file.iter_batches(500, columns=names), names)
        ours = sorted((row for batch in made for row in batch.to_pylist()), key=lambda row: row["visitor_id"])
    assert len(ours) == len(theirs) > EVENTS / 15
    for our, their in zip(ours, theirs, strict=True):
        assert their.keys() == our.keys()
        assert our == {
            name: pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for name, value in their.items()
        }


@pytest.mark.parametrize("contender", [visitors.library, visitors.polars, recipe.library, recipe.boundary])
def test_all_events_are_grouped(contender, corpus):
    with contender(corpus) as work:
        assert work() == EVENTS


def test_a_corpus_is_made_once_and_holds_the_same_for_the_same_number(corpus, tmp_path):
    before = corpus.path.stat().st_mtime_ns
    assert visitordata.corpus(EVENTS, tmp_path) == corpus
    assert corpus.path.stat().st_mtime_ns == before
    other = visitordata.corpus(EVENTS, tmp_path / "other")
    assert pq.read_table(other.path).equals(pq.read_table(corpus.path))
