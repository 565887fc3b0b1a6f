"""The columns of useragents and robots: agents.tsv is the specification, an empty cell stands for null."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import useragent
from ovh_weblogs.schema import AGENT_COLUMNS, BOT_COLUMNS

TABLE = Path(__file__).with_name("agents.tsv")
NAMES = [column.name for column in (*AGENT_COLUMNS, *BOT_COLUMNS)]
TRUTHS = {"true": True, "false": False, "": None}
TYPES = {"bot", "library", "rss", "tablet", "phone", "mobile", "browser", "unknown"}
FIREFOX = "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:52.0) Gecko/20100101 Firefox/52.0"


def specified() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", specified(), ids=lambda row: row["useragent"][:80])
def test_an_agent_is_classified_as_the_table_says(row):
    assert tuple(TRUTHS.get(row[name], row[name]) for name in NAMES) == useragent.classify(row["useragent"])


def test_the_table_of_agents_holds_every_type():
    assert {row["useragent_type"] for row in specified()} == TYPES


def test_a_null_agent_has_no_type_either():
    columns = useragent.parts(pa.array([None, FIREFOX, None]))
    assert [column.to_pylist() for column in columns] == [
        [None, "browser", None],
        [None, "Firefox", None],
        [None, "Firefox", None],
        [None, "52.0", None],
        [None, "Windows", None],
        [None, "7", None],
        [None, "64 bits", None],
        [None, None, None],
        [None, None, None],
    ]


@pytest.mark.parametrize("rows", [[], [None]], ids=["no row", "nulls alone"])
def test_the_columns_are_text_even_without_an_agent(rows):
    columns = useragent.parts(pa.array(rows, pa.string()))
    assert [(column.type, column.to_pylist()) for column in columns] == [(pa.string(), rows)] * 9
    told = useragent.bot_parts(pa.array(rows, pa.string()))
    assert [(str(column.type), column.to_pylist()) for column in told] == [
        ("bool", rows),
        ("string", rows),
        ("string", rows),
    ]


def test_a_token_after_the_hundredth_character_still_shows_a_robot():
    """ua-parser's own Python rules stop there; its native engine does not."""
    agent = "Mozilla/5.0 (" + "x" * 120 + "; compatible; Googlebot/2.1)"
    assert useragent.classify(agent)[:2] == ("bot", "Googlebot")


def test_only_the_first_thousand_characters_of_an_agent_count():
    assert useragent.classify("curl/8.5.0 " + " " * 990 + "Googlebot/2.1")[0] == "library"


@given(st.lists(st.none() | st.sampled_from(["curl/8.5.0", FIREFOX, "é" * 1_200]) | st.text(max_size=20), max_size=9))
def test_a_column_has_the_classes_of_each_of_its_agents(agents):
    array = pa.array(agents, pa.string())
    columns = [*useragent.parts(array), *useragent.bot_parts(array)]
    expected = [(None,) * 12 if agent is None else useragent.classify(agent) for agent in agents]
    assert list(zip(*(column.to_pylist() for column in columns), strict=True)) == expected


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_has_a_type_and_no_empty_value(agent):
    kind, *others = useragent.classify(agent)
    assert kind in TYPES
    assert "" not in others


@given(st.lists(st.sampled_from(["Mac OS X ", "Version/", "Chrome/", "²", "٣", "9" * 400, ".0", "_", ";", " ", "bot"])))
def test_odd_numbers_do_not_stop_the_classes(pieces):
    assert useragent.classify("".join(pieces))[0] in TYPES


def test_without_the_native_engine_agents_are_classified_alike_and_the_log_says_so():
    script = (
        "import logging, sys, importlib.util\n"
        "sys.modules['ua_parser_rs'] = None\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'ua_parser_rs' else find(name, *rest)\n"
        "logging.basicConfig(format='%(message)s')\n"
        "from ovh_weblogs.enrichment.useragent import classify\n"
        f"print(classify({FIREFOX!r}))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(useragent.classify(FIREFOX))
    assert ran.stderr.startswith("The module ua_parser_rs is missing")
