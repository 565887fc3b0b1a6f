"""Raw lines become on Spark the events and rejects of one machine, wherever files are cut."""

from __future__ import annotations

import gzip
import os
import shutil
from dataclasses import replace

import pyarrow as pa
import pytest

from dev import geofiles
from ovh_weblogs import logfiles, pipeline
from ovh_weblogs.errors import InputError, LogDamaged, OvhLogsError, SettingsError
from ovh_weblogs.schema import REJECTS
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import EnrichSettings, ParseSettings, Rotation

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

KEYED = EnrichSettings(visitor_key=Secret("a key of 16 letters or more"), rotation=Rotation.DAY)
CITY = {"country": {"iso_code": "FR"}, "city": {"names": {"en": "Lille"}}}


@pytest.fixture(scope="module")
def folder(spring, tmp_path_factory):
    """A day's file plain, one packed, a tracker's, and lines that are none; names sort as they are read."""
    made = tmp_path_factory.mktemp("logs")
    (first, lines), (second, others), *_ = sorted(spring.files("ovh").items())
    tracked = next(iter(spring.files("wt1").values()))
    (made / "a.log").write_bytes(b"\n".join([*lines[:500], b"no log line", b"", *lines[500:]]))
    (made / "b.log.gz").write_bytes(gzip.compress(b"\n".join(others)))
    (made / "c.wt1").write_bytes(b"\n".join(tracked))
    assert first != second
    return made


@pytest.fixture(scope="module")
def build(spark_session):
    """Surveys files that are cut into parts of so many bytes."""
    from ovh_weblogs.distributed import events, lines, splits
    from ovh_weblogs.engines import spark

    def made(paths, size=150_000, enrich=KEYED, *, travel=False):
        places = [splits.Place(path.name, str(path)) for path in paths]
        settings = ParseSettings()
        parts = splits.parts(places, settings, size=size)
        if travel:
            for path in paths:
                spark_session.sparkContext.addFile(str(path))
            parts = [part.there(part.file.name) for part in parts]
        files = lines.Files(tuple(parts))
        with spark.explained():
            return events.Build(files.frame(spark_session), files, settings, enrich)

    return made


def by_place(rows):
    return sorted(rows, key=lambda row: (row["source_file"], row["line_number"]))


def collected(frame):
    """Rows as Arrow has them: instants in UTC."""
    return by_place(pa.Table.from_batches(frame._collect_as_arrow()).to_pylist())


def on_one_machine(folder, enrich=KEYED):
    """Events and rejects of the files."""
    totals, hits, rejects = pipeline.Totals(), [], []
    files = [logfiles.LogFile(path.name, lambda path=path: path.open("rb")) for path in sorted(folder.iterdir())]
    for parsed in pipeline.parse_files(files, ParseSettings(), totals):
        hits.append(parsed.hits)
        rejects += parsed.rejects.to_pylist()
    return by_place(row for batch in pipeline.enrich(hits, enrich) for row in batch.to_pylist()), rejects, totals


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """A geo file in which every address of IPv4 is of one city."""
    return str(geofiles.write(tmp_path_factory.mktemp("geo") / "city.mmdb", "GeoLite2-City", [("0.0.0.0/1", CITY)]))


def test_events_rejects_and_counts_are_those_of_one_machine(build, folder, places):
    found = build(sorted(folder.iterdir()), enrich=replace(KEYED, geo_files=(places,)))
    events, rejects, totals = on_one_machine(folder, found.enrich)
    assert collected(found.events()) == events
    assert {event["client_addr_city"] for event in events} == {"Lille", None}
    assert [column.name for column in found.columns] == list(events[0])
    assert collected(found.rejects()) == by_place(rejects)
    assert found.totals == totals
    assert found.counts["events"] == len(events)


def test_a_file_without_lines_is_counted_and_a_task_that_is_read_again_counts_once(build, folder, tmp_path):
    shutil.copy(folder / "a.log", tmp_path)
    (tmp_path / "empty.log").touch()
    found = build(sorted(tmp_path.iterdir()))
    *_, totals = on_one_machine(tmp_path)
    assert str(found.totals) == str(totals)
    events = found.events()
    assert events.count() == events.coalesce(1).count() == found.counts["events"] == totals.hits


def test_short_files_share_tasks_and_have_each_its_own_numbers(spark_session, build, folder, tmp_path):
    lines = (folder / "a.log").read_bytes().splitlines(keepends=True)[490:530]
    for number in range(20):
        (tmp_path / f"{number:02}.log").write_bytes(b"".join(lines[: number + 20]))
    found = build(sorted(tmp_path.iterdir()))
    events, rejects, totals = on_one_machine(tmp_path)
    frame = found.events()
    assert frame.rdd.getNumPartitions() == 4 * spark_session.sparkContext.defaultParallelism == 8
    assert collected(frame) == [{name: event[name] for name in frame.columns} for event in events]
    assert collected(found.rejects()) == by_place(rejects)
    assert found.totals == totals
    assert totals.rejects == 20


def test_files_that_travel_with_the_job_are_read_as_those_in_their_place(build, folder):
    found = build([folder / "b.log.gz"], travel=True)
    assert found.totals.hits == found.events().count() > 500
    assert not found.has_tracker


def test_two_geo_files_of_one_name_are_refused_since_executors_would_have_one(build, folder, places, tmp_path):
    other = shutil.copy(places, tmp_path / "city.mmdb")
    with pytest.raises(InputError, match=r"Several geo files are called city\.mmdb"):
        build([folder / "b.log.gz"], enrich=replace(KEYED, geo_files=(places, other)))


def test_what_executors_raise_is_told_as_on_one_machine(build, tmp_path):
    cut = tmp_path / "cut.log.gz"
    cut.write_bytes(gzip.compress(b"line\n" * 1000)[:-9])
    with pytest.raises(LogDamaged) as here:
        on_one_machine(cut.parent)
    with pytest.raises(LogDamaged) as there:
        build([cut])
    assert (str(there.value), there.value.fix) == (str(here.value), here.value.fix)


def test_a_file_that_an_executor_does_not_find_is_named(spark_session, tmp_path):
    gone = tmp_path / "gone.log"
    gone.write_bytes(b"line\n")
    from ovh_weblogs.distributed import events, lines, splits
    from ovh_weblogs.engines import spark

    files = lines.Files(tuple(splits.parts([splits.Place("gone.log", str(gone))], ParseSettings())))
    gone.unlink()
    with pytest.raises(InputError, match=r"gone\.log cannot be read at"), spark.explained():
        events.Build(files.frame(spark_session), files, ParseSettings(), EnrichSettings())


LEAVES = "spark.sql.leafNodeDefaultParallelism"  # in how many tasks rows are cut that Spark makes itself


@pytest.fixture
def leaves(spark_session):
    """Sets that, for a test."""
    yield lambda tasks: spark_session.conf.set(LEAVES, tasks)
    spark_session.conf.unset(LEAVES)


@pytest.fixture
def texts(spring):
    """Lines of a log, the fourth of which is none."""
    made = [line.decode("utf-8", "replace") for line in next(iter(spring.files("ovh").values()))[:500]]
    return [*made[:3], "no log line", *made[3:]]


def in_rows(session, cells):
    """Cells that Spark cuts anew each time that it reads them."""

    def taken(batches):
        for batch in batches:
            yield pa.RecordBatch.from_arrays([pa.array(cells, pa.string()).take(batch.column("id"))], ["line"])

    return session.sql(f"SELECT id FROM range({len(cells)})").mapInArrow(taken, "line string")


def of_driver(session, cells):
    """Cells that the driver holds itself."""
    return session.createDataFrame(pa.table({"line": cells}).to_pandas(), "line string")


ONLY_ID = EnrichSettings.only("visitor_id")


def test_rows_of_a_dataset_have_the_numbers_of_their_places_however_spark_cuts_them(spark_session, leaves, texts):
    from ovh_weblogs.distributed import events

    leaves(3)
    with events.of_rows(in_rows(spark_session, texts), "raw", ParseSettings(), ONLY_ID) as found:
        leaves(2)
        numbers = [row["line_number"] for row in collected(found.events())]
        assert [row["line_number"] for row in collected(found.events().coalesce(1))] == numbers
        leaves(5)
        (reject,) = collected(found.rejects())
    assert reject["line_number"] == 4
    assert numbers == [1, 2, 3, *range(5, len(texts) + 1)]


def test_rows_are_counted_where_a_cell_holds_several_lines_or_none(spark_session, leaves, texts):
    from ovh_weblogs.distributed import events

    leaves(3)
    cells = [f"{texts[0]}\n{texts[1]}\n", None, "", None, *texts[2:4]]
    with events.of_rows(of_driver(spark_session, cells), "raw", ParseSettings(), ONLY_ID) as found:
        assert [row["line_number"] for row in collected(found.events())] == [1, 1, 5]
        assert [row["line_number"] for row in collected(found.rejects())] == [6]
        assert str(found.totals).startswith("0 files, 0 bytes, 7 lines: 3 hits, 1 rejects, 3 blanks")


def test_rows_that_spark_cut_otherwise_are_not_numbered_but_refused(spark_session, leaves, texts):
    from ovh_weblogs.distributed import events, lines
    from ovh_weblogs.engines import spark

    leaves(2)
    rows = lines.Rows("raw")
    found = events.Build(rows.frame(in_rows(spark_session, texts)), rows, ParseSettings(), ONLY_ID)
    leaves(3)
    with pytest.raises(OvhLogsError, match="Spark read raw in other parts"), spark.explained():
        found.events().collect()


def test_executors_are_two_processes_that_have_the_library_from_the_zip(spark_session):
    from ovh_weblogs.engines import spark
    from ovh_weblogs.schema import Column, Type

    def where(batches):
        import ovh_weblogs

        for batch in batches:
            yield pa.RecordBatch.from_pylist([{"process": os.getppid(), "file": ovh_weblogs.__file__}] * batch.num_rows)

    columns = (Column("process", Type.BIGINT, ""), Column("file", Type.STRING, ""))
    both = spark_session.range(0, 2, 1, 2)  # tasks that have to run at the same time, each on an executor
    rows = both.mapInArrow(where, spark.schema_of(columns), barrier=True).collect()
    assert len({row["process"] for row in rows}) == 2
    assert all("ovh_weblogs.zip/ovh_weblogs" in row["file"] for row in rows)


def test_a_module_that_executors_lack_is_named(spark_session):
    from ovh_weblogs.engines import spark

    def needy(batches):
        import isal_of_tomorrow

        yield from isal_of_tomorrow.all(batches)

    with pytest.raises(SettingsError, match="no module isal_of_tomorrow"), spark.explained():
        spark.mapped(spark_session.range(1), needy, REJECTS.columns).collect()
