"""What the search checks: it holds for its first inputs, in every format."""

from __future__ import annotations

import pytest

from dev.fuzz import properties, seeds
from dev.fuzz.properties import Choice


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("fuzz")
    seeds.write(folder / "corpus", folder / "words.txt")
    return [path.read_bytes() for path in sorted((folder / "corpus").iterdir())]


@pytest.mark.parametrize("number", range(len(properties.FORMATS) + len(properties.CUSTOM)))
def test_the_first_inputs_break_nothing_in_any_format(inputs, number):
    assert len(inputs) > 40
    for data in inputs:
        properties.check(data[1:], Choice.of(number))
        properties.check_stream(data[1:])


def test_every_number_is_a_choice():
    choices = {Choice.of(number) for number in range(256)}
    assert len(choices) == len(properties.FORMATS) + len(properties.CUSTOM)


def test_words_are_written_as_the_search_reads_them(tmp_path):
    seeds.write(tmp_path / "corpus", tmp_path / "words.txt")
    words = (tmp_path / "words.txt").read_text().splitlines()
    assert r'"\x20\x5b"' in words
    assert all(word.startswith('"\\x') and word.endswith('"') for word in words)
