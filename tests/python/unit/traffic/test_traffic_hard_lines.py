"""Hard lines: the values beside them are those that the parser finds."""

from __future__ import annotations

import io

import pytest

from dev.traffic import hardlines
from ovh_weblogs.pipeline import parse

STAMP = "12/Mar/2026:10:00:00 +0100"


def parsed(line: hardlines.HardLine):
    """The only block of a file that holds the line."""
    (block,) = parse(io.BytesIO(line.content(STAMP) + b"\n"), source_file="f")
    return block


@pytest.mark.parametrize("line", hardlines.HITS, ids=lambda line: line.name)
def test_a_hard_line_is_a_hit_with_the_values_beside_it(line):
    (hit,) = parsed(line).hits.to_pylist()
    assert {name: hit[name] for name in line.values} == line.values


@pytest.mark.parametrize("line", hardlines.REFUSED, ids=lambda line: line.name)
def test_a_line_without_values_is_refused_and_kept(line):
    (reject,) = parsed(line).rejects.to_pylist()
    assert reject["line"] == line.content(STAMP)


@pytest.mark.parametrize("line", hardlines.BLANK, ids=lambda line: line.name)
def test_a_blank_line_is_neither(line):
    block = parsed(line)
    assert (block.blanks, block.hits.num_rows, block.rejects.num_rows) == (1, 0, 0)


def test_names_tell_hard_lines_apart():
    names = [line.name for line in (*hardlines.HITS, *hardlines.REFUSED, *hardlines.BLANK)]
    assert len(set(names)) == len(names)
