"""The benchmark on Spark does the whole work."""

from __future__ import annotations

import gzip

import pytest

from dev.bench import data
from dev.bench.contenders import sparked

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]


def test_every_line_of_the_corpus_becomes_an_event_or_is_refused(spark_session, tmp_path):
    corpus = data.corpus(2800, tmp_path)
    path = tmp_path / "day.log"
    path.write_bytes(gzip.decompress(corpus.path.read_bytes()))
    assert sparked.events(spark_session, path, part=200_000) == corpus.lines
