"""The recipes that run on Spark, run as the host runs them: each in a process with a cluster of its own."""

from __future__ import annotations

import gzip
import re

import pytest

from dev import localspark
from dev.dsshost import Store, folder, run_recipe
from dev.dsshost.storage import WHOLE
from ovh_weblogs.schema import REJECTS, SESSIONS, VISITORS
from tests.python.contract.tiny_plugin import META, tiny_plugin, write

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(localspark.missing() is not None, reason=str(localspark.missing())),
]
SPARK = "ovh-logs-events-spark"
REJECT = b"no log line"
SESSION = "Setting default log level"  # what Spark says as a session starts


def lines(day, count):
    """Hits of ten visitors, one of them a robot; the fifth line is refused."""
    made = [
        f'198.51.100.{n % 10} www.example.com - [{day}/Mar/2026:10:{n % 60:02}:{n % 7:02} +0100] "GET /p{n % 13} '
        f'HTTP/1.1" {200 if n % 9 else 404} {n} "-" "{"Googlebot/2.1" if n % 10 == 3 else "Mozilla/5.0 Firefox/9"}"'
        for n in range(count)
    ]
    return b"\n".join([*(line.encode() for line in made[:4]), REJECT, *(line.encode() for line in made[4:])]) + b"\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A managed folder of two days, one of them packed."""
    made = Store(tmp_path_factory.mktemp("spark") / "store")
    raw = folder(made, "raw")
    raw.create()
    raw.put("/a/day-28.log", lines(28, 300))
    raw.put("/b/day-29.log.gz", gzip.compress(lines(29, 200)))
    return made


def good(repository, recipe, store, inputs, outputs, *, day=None, reads=(), **config):
    """Runs a recipe, which succeeds; of a day, with the partitions of all inputs that are read."""
    days = {"partition": day, "reads": {name: reads for names in inputs.values() for name in names}} if day else {}
    result = run_recipe(repository, recipe, store, inputs=inputs, outputs=outputs, config=config, **days)
    assert result.error is None, result.log
    return result


@pytest.fixture(scope="module")
def events(repository, store):
    """What the recipe of events makes of the folder, in the order of lines."""
    roles = {"events": ["events"], "rejects": ["rejects"]}
    result = good(repository, SPARK, store, {"logs": ["raw"]}, roles, add_geo=False)
    return result, by_line(store, "events")


def by_line(store, name):
    return sorted(store.rows(name), key=lambda row: (row["source_file"], int(row["line_number"])))


def test_events_are_those_of_the_recipes_of_one_machine(repository, store, events):
    good(repository, "ovh-logs-parse", store, {"logs": ["raw"]}, {"hits": ["hits"], "rejects": ["refused"]})
    good(repository, "ovh-logs-enrich", store, {"hits": ["hits"]}, {"events": ["enriched"]}, add_geo=False)
    assert events[1] == by_line(store, "enriched")
    assert store.columns("events") == store.columns("enriched")
    assert by_line(store, "rejects") == by_line(store, "refused")
    assert store.columns("rejects") == [column.dss for column in REJECTS.columns]


def test_counts_are_saved_as_metrics_and_told(store, events):
    wanted = {"files": 2, "lines": 502, "hits": 500, "rejects": 2, "blanks": 0, "events": 500}
    assert wanted.items() <= store.metrics("events").items()
    assert "2 files" in events[0].log
    assert "500 hits, 2 rejects, 0 blanks" in events[0].log


def test_visitors_and_visits_are_those_of_the_recipes_of_one_machine(repository, store, events):
    assert events[1]
    outputs = {"visitors": ["visitors"], "sessions": ["sessions"]}
    good(repository, "ovh-logs-visitors-spark", store, {"events": ["events"]}, outputs)
    good(repository, "ovh-logs-visitors", store, {"events": ["events"]}, {"visitors": ["people"]})
    good(repository, "ovh-logs-sessions", store, {"events": ["events"]}, {"sessions": ["visits"]})
    assert rounded(store, "visitors", "visitor_id") == rounded(store, "people", "visitor_id")
    assert rounded(store, "sessions", "session_id") == rounded(store, "visits", "session_id")
    for name, table in (("visitors", VISITORS), ("sessions", SESSIONS)):
        assert {column["comment"] for column in store.columns(name)} <= {column.meaning for column in table.columns}


@pytest.mark.parametrize(
    "wished", [{"label": "snapshot", "cutoffs": ["2026-03-02", "2026-03-20"]}, {"label": "history"}], ids=str
)
def test_labels_are_those_of_the_recipe_of_one_machine(repository, store, wished):
    kinds = {"server_ts": "date", "visitor_id": "string", "is_conversion": "boolean", "location": "string"}
    # Ten visitors on 25 days; every third of them converts, on a day of his own.
    rows = [
        [f"2026-03-{day:02}T1{number}:00:00.000Z", f"v{number}", str(number % 3 == 0 and day == 3 + number), f"/{day}"]
        for number in range(10)
        for day in range(1, 26)
    ]
    store.set_columns("converting", [{"name": name, "type": kind} for name, kind in kinds.items()])
    store.replace("converting", rows)
    inputs = {"events": ["converting"]}
    there = good(repository, "ovh-logs-visitors-spark", store, inputs, {"visitors": ["labelled"]}, **wished)
    here = good(repository, "ovh-logs-visitors", store, inputs, {"visitors": ["people_labelled"]}, **wished)
    made, expected = (rounded(store, name, "visitor_id", by="cutoff_ts") for name in ("labelled", "people_labelled"))
    assert made == expected
    assert {"0", "1"} <= {row["label"] for row in made.values()}
    (told,) = re.findall(r"\d+ rows convert, .*", here.log)
    assert told in there.log
    assert store.columns("labelled") == store.columns("people_labelled")


SAT, SUN = "2026-03-28", "2026-03-29"


def test_visitors_of_a_day_count_its_hits_alone_where_the_day_before_is_read_for_whole_visits(
    repository, store, events
):
    store.set_columns("daily", store.columns("events"))
    for day in (SAT, SUN):
        store.replace("daily", [list(row.values()) for row in events[1] if row["server_ts"][:10] == day], day)
    inputs, around = {"events": ["daily"]}, {"day": SUN, "reads": [SAT, SUN]}
    outputs = {"visitors": ["day_visitors"], "sessions": ["day_sessions"]}
    result = good(repository, "ovh-logs-visitors-spark", store, inputs, outputs, **around)
    good(repository, "ovh-logs-visitors", store, inputs, {"visitors": ["day_people"]}, day=SUN, reads=[SUN])
    good(repository, "ovh-logs-sessions", store, inputs, {"sessions": ["day_visits"]}, **around)
    assert rounded(store, "day_visitors", "visitor_id", SUN) == rounded(store, "day_people", "visitor_id", SUN)
    assert rounded(store, "day_sessions", "session_id", SUN) == rounded(store, "day_visits", "session_id", SUN)
    assert sum(int(row["count"]) for row in store.rows("day_visitors", SUN)) == 200
    assert f"day_visitors counts hits of {SUN} alone" in result.log


def rounded(store, name, key, day=WHOLE, by=""):
    """Rows by their key, or by it and one more; of doubles so many digits as engines agree on."""
    doubles = [column["name"] for column in store.columns(name) if column["type"] == "double"]
    rows = {(row[key], row.get(by)): row for row in store.rows(name, day)}
    for row in rows.values():
        row.update({column: f"{float(row[column]):.9g}" for column in doubles if row[column]})
    return rows


def test_rows_of_a_dataset_of_lines_are_events_with_the_number_of_their_row(repository, store):
    texts = [line.decode() for line in lines(28, 60).splitlines()]
    store.set_columns("table", [{"name": "at", "type": "bigint"}, {"name": "text", "type": "string"}])
    store.replace("table", [[str(number), text] for number, text in enumerate(texts)])
    good(repository, SPARK, store, {"logs": ["table"]}, {"events": ["of_rows"]}, line_column="text")
    rows = by_line(store, "of_rows")
    assert [int(row["line_number"]) for row in rows] == [*range(1, 5), *range(6, 62)]
    assert {row["source_file"] for row in rows} == {"table"}


def refused(repository, store, recipe, inputs, outputs, *, plugin=None, **config):
    result = run_recipe(
        repository, recipe, store, inputs=inputs, outputs=outputs, config=config, plugin_config=plugin or {}
    )
    assert result.error is not None, result.log
    assert "ovh_weblogs.errors." in result.error["errorType"]
    return result


def test_wrong_settings_are_told_before_a_session_starts(repository, store, events):
    outputs = {"events": ["never"]}
    result = refused(repository, store, SPARK, {"logs": ["raw"]}, outputs, line_format="x", add_geo=False)
    assert "line_format must be one of" in result.error["message"]
    assert (SESSION in events[0].log, SESSION in result.log) == (True, False)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"crm_key": "customer"}, "Rows with a CRM are made by the recipe 'Group to visitors' alone"),
        ({"engine": "database"}, "engine is database, and Spark is the only one of this recipe"),
    ],
    ids=str,
)
def test_what_only_the_recipe_of_one_machine_does_is_refused(repository, store, events, config, said):
    assert events[1]
    outputs = {"visitors": ["never"]}
    result = refused(repository, store, "ovh-logs-visitors-spark", {"events": ["events"]}, outputs, **config)
    assert result.error["message"].startswith(said)
    assert SESSION not in result.log


def test_a_broken_geo_file_is_told_before_a_session_starts(repository, store):
    geo = folder(store, "geo")
    geo.create()
    geo.put("/city.mmdb", b"no such file")
    result = refused(repository, store, SPARK, {"logs": ["raw"], "geo": ["geo"]}, {"events": ["never"]})
    assert "The geo file city.mmdb is cut or damaged" in result.error["message"]
    assert SESSION not in result.log


def test_a_temporary_folder_that_is_not_there_is_told_before_a_session_starts(repository, store, tmp_path):
    plugin = {"temp_folder": str(tmp_path / "gone")}
    result = refused(repository, store, SPARK, {"logs": ["raw"]}, {"events": ["never"]}, plugin=plugin, add_geo=False)
    assert f"The folder {tmp_path / 'gone'}, meant for temporary files, cannot be written to" in result.error["message"]
    assert SESSION not in result.log


WHAT_EXECUTORS_HAVE = """
import importlib.util

import dataiku
import mine  # the driver has the library, and the host's package
import pyarrow
from dataiku import spark as host
from pyspark import SparkContext
from pyspark.sql import SparkSession


def found(batches):
    there = [name for name in ("dataiku", "mine", "pyarrow") if importlib.util.find_spec(name)]
    for batch in batches:
        yield pyarrow.RecordBatch.from_pylist([{"there": " ".join(there)}])


frame = SparkSession(SparkContext.getOrCreate()).range(1).mapInArrow(found, "there string")
host.write_with_schema(dataiku.Dataset("out"), frame)
"""


def test_executors_have_no_library_but_what_a_recipe_sends_them(tmp_path):
    plugin, store = tiny_plugin(tmp_path / "plugin"), Store(tmp_path / "store")
    write(plugin / "python-lib/mine.py", "")
    role = {"name": "out", "label": "Out", "description": "Of it", "arity": "UNARY", "required": True}
    descriptor = {"meta": META, "kind": "PYSPARK", "inputRoles": [], "outputRoles": [role], "params": []}
    write(plugin / "custom-recipes/test-r/recipe.json", descriptor)
    write(plugin / "custom-recipes/test-r/recipe.py", WHAT_EXECUTORS_HAVE)
    good(plugin, "test-r", store, {}, {"out": ["out"]})
    assert list(store.rows("out")) == [{"there": "pyarrow"}]


def test_a_folder_with_too_many_refused_lines_leaves_no_events(repository, store):
    bad = folder(store, "bad")
    bad.create()
    bad.put("/x.log", REJECT + b"\n")
    result = refused(repository, store, SPARK, {"logs": ["bad"]}, {"events": ["never"]}, add_geo=False)
    assert "1 of 1 lines of bad were refused" in result.error["message"]
    assert store.partitions("never") == []
