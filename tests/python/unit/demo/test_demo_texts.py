"""Texts for people, and what logs hold made harmless."""

from __future__ import annotations

import pytest

from dev.demo.parts import address
from dev.demo.texts import brief, counted, html, label, readable, share, visible


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0"), (9_999_999, "9,999,999"), (12_345_678, "12.3 million"), (1_234_567_890, "1.2 billion")],
)
def test_large_counts_are_written_short(count, expected):
    assert brief(count) == expected


def test_one_of_a_kind_is_no_plural():
    assert (counted(1, "file"), counted(2_000, "file")) == ("1 file", "2,000 files")


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, "0%"), (0, 9, "0%"), (1, 1000, "<1%"), (1, 3, "33%"), (999, 1000, ">99%"), (9, 9, "100%")],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(part, whole, expected):
    assert share(part, whole) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain café 茶", "plain café 茶"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u200bb", r"a\u200bb"),
        ("a\tb\x1b", r"a\tb\x1b"),
        ("a\u2028b", r"a\u2028b"),
        ("no\xa0break", r"no\xa0break"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text, expected):
    assert visible(text) == expected


def test_markup_and_quotes_become_text_in_the_page():
    assert html("<b a=\"1\" c='2'>&amp;") == "&lt;b a=&quot;1&quot; c=&#x27;2&#x27;&gt;&amp;amp;"


def test_quotes_in_a_plots_label_stay_as_they_are():
    """Plotly shows &quot; as it stands."""
    assert label('<i>"tea" & more') == '&lt;i&gt;"tea" &amp; more'


def test_a_long_label_is_cut_before_it_is_escaped():
    assert label("<" * 60) == "&lt;" * 27 + "…"


@pytest.mark.parametrize(
    ("logged", "expected"),
    [("/th%C3%A9", "/thé"), ("/%E2%80%AEx", "/%E2%80%AEx"), ("/%FF", "/%FF"), ("/100%", "/100%")],
)
def test_an_address_is_decoded_unless_that_hides_something(logged, expected):
    assert readable(logged) == expected


def test_an_address_breaks_behind_a_slash_and_its_host_is_no_markup():
    assert address("<b>/a/%3Ci%3E") == "<em>&lt;b&gt;</em>/<wbr>a/<wbr>&lt;i&gt;"
