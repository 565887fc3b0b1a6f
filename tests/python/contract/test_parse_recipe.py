"""The recipe "Parse logs", run from its own folder as the host runs it."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dev.dsshost import Store, folder, run_recipe
from dev.traffic import generate
from ovh_weblogs.schema import HITS, REJECTS, SERVER_HITS


def line(number, path="/"):
    """One line of the OVH format, its number in the address."""
    return (
        f"198.51.100.{number % 250} www.example.com - [28/Mar/2026:10:00:{number % 60:02} +0100] "
        f'"GET {path}?n={number} HTTP/1.1" 200 {number} "-" "Agent {number}"\n'
    ).encode()


def zstd(data):
    return pa.Codec("zstd").compress(data, asbytes=True)


PACKED = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def raw(store):
    """An empty managed folder."""
    made = folder(store, "raw")
    made.create()
    return made


@pytest.fixture
def run(repository, store):
    """Runs the recipe; its outputs are hits and rejects unless told otherwise."""

    def once(source="raw", *, rejects=True, **settings):
        return run_recipe(
            repository,
            "ovh-logs-parse",
            store,
            inputs={"logs": [source]},
            outputs={"hits": ["hits"], **({"rejects": ["rejects"]} if rejects else {})},
            **settings,
        )

    return once


@pytest.fixture
def good(run, store):
    """Runs the recipe, which has to succeed; gives file, line number and n of the hits."""

    def once(*arguments, **settings):
        result = run(*arguments, **settings)
        assert result.error is None, result.log
        return places(store, settings.get("partition") or "NP")

    return once


def places(store, partition="NP"):
    """File, line number and n of each hit."""
    return [
        (row["source_file"], int(row["line_number"]), int(row["location"].partition("n=")[2]))
        for row in store.rows("hits", partition)
    ]


def error_of(result):
    """The one sentence of a failed run."""
    assert result.error is not None, result.log
    message = result.error["message"]
    assert message.endswith(".")
    assert "\n" not in message
    assert "ovh_weblogs.errors." in result.error["errorType"]
    return message


# Folders


@pytest.mark.parametrize("kind", PACKED)
def test_a_packed_file_is_told_by_its_content_whatever_its_name(good, raw, kind):
    raw.put("/day.txt", PACKED[kind](line(1) + line(2)))
    assert good() == [("day.txt", 1, 1), ("day.txt", 2, 2)]


@pytest.mark.parametrize("kind", PACKED)
def test_files_that_were_appended_to_one_another_are_read_to_the_end(good, raw, kind):
    raw.put("/day", PACKED[kind](line(1)) + PACKED[kind](line(2)))
    assert good() == [("day", 1, 1), ("day", 2, 2)]


def test_a_mixed_folder_is_read_in_the_order_of_paths(good, raw):
    for number, (kind, pack) in enumerate(PACKED.items(), 1):
        raw.put(f"/{9 - number}/{kind}", pack(line(number)))
    assert good() == [("4/zstd", 1, 5), ("5/xz", 1, 4), ("6/bzip2", 1, 3), ("7/gzip", 1, 2), ("8/plain", 1, 1)]


def test_what_is_no_log_is_passed_over_and_named(run, raw, store):
    raw.put("/day.log", line(1))
    for path in ("/.hidden", "/.cache/day.log", "/tracker/___unfinished.tmp", "/old/manifest.json", "/empty/"):
        raw.put(path, b"no log\n")
    result = run()
    assert places(store) == [("day.log", 1, 1)]
    assert (
        "5 files are passed over, which are no logs: "
        "/.cache/day.log, /.hidden, /empty, /old/manifest.json, /tracker/___unfinished.tmp"
    ) in result.log


def test_an_empty_file_is_a_log_without_lines(good, raw, store):
    raw.put("/quiet.log", b"")
    assert good() == []
    assert store.metrics("hits") == {"lines": 0, "hits": 0, "rejects": 0, "blanks": 0, "files": 1}


@pytest.mark.parametrize("kind", [kind for kind in PACKED if kind != "plain"])
def test_a_packed_file_that_was_cut_is_named_and_nothing_is_written(run, raw, store, kind):
    raw.put("/a.log", line(1))
    raw.put("/b.log", PACKED[kind](line(2) * 100)[:-5])
    assert "b.log stops in the middle of its " in error_of(run())
    assert store.partitions("hits") == []


@pytest.mark.parametrize("kind", [kind for kind in PACKED if kind != "plain"])
def test_a_packed_file_that_is_damaged_is_named(run, raw, kind):
    packed = PACKED[kind](b"".join(map(line, range(300))))
    raw.put("/b.log", packed[:40] + b"\xff" * 40 + packed[80:])
    assert error_of(run()).startswith("b.log is damaged (")


@pytest.mark.parametrize("kind", [kind for kind in PACKED if kind != "plain"])
def test_a_file_that_unpacks_to_too_much_is_named(run, raw, kind):
    raw.put("/bomb", PACKED[kind](b"\n" * 1_500_000))
    message = error_of(run(plugin_config={"max_day_gb": 0.001}))
    assert message.startswith("bomb unpacks to more than 0.001 GB; ")


def test_a_file_that_was_packed_twice_is_refused(run, raw):
    raw.put("/day.log.gz", zstd(gzip.compress(line(1))))
    assert error_of(run()) == "day.log.gz is packed twice; unpack it once."


@pytest.mark.parametrize("kind", PACKED)
def test_a_storage_that_breaks_off_is_no_damage_of_the_file(run, raw, kind):
    raw.put("/day", PACKED[kind](b"".join(map(line, range(2_000)))))
    raw.disturb("/day", 3_000, "breaks")
    assert error_of(run()) == (
        "The storage broke off while day was read (ConnectionResetError); start the build again."
    )


def test_a_plain_file_that_comes_cut_is_an_error(run, raw, store):
    raw.put("/day.log", line(1) * 2)
    raw.disturb("/day.log", len(line(1)), "ends")
    assert error_of(run()).startswith("day.log has 101 bytes in place of 202; ")
    assert store.partitions("hits") == []


def test_a_folder_without_logs_is_an_error(run, raw):
    raw.put("/.hidden", line(1))
    assert error_of(run()) == "The folder raw holds no log; put files of logs into it."


# Manifest


def manifest(files, **changes):
    entries = {path: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for path, data in files.items()}
    return json.dumps({"files": {path: {**entry, **changes} for path, entry in entries.items()}}).encode()


def test_where_there_is_a_manifest_only_its_files_are_read_in_its_order(good, raw):
    files = {"b.log": line(1), "sub/a.log": gzip.compress(line(2))}
    for path, data in {**files, "c.log": line(3)}.items():
        raw.put(f"/{path}", data)
    raw.put("/manifest.json", manifest(files))
    assert good() == [("b.log", 1, 1), ("sub/a.log", 1, 2)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"size": 5}, "day.log has 101 bytes in place of 5"),
        ({"sha256": "0" * 64}, "day.log is not the file of which its SHA-256 was noted"),
        ({"size": "101"}, "manifest.json of the folder is none"),
        ({"sha256": None}, "manifest.json of the folder is none"),
    ],
)
def test_a_file_that_is_not_as_the_manifest_says_is_an_error(run, raw, store, changes, told):
    raw.put("/day.log", line(1))
    raw.put("/manifest.json", manifest({"day.log": line(1)}, **changes))
    assert told in error_of(run())
    assert store.partitions("hits") == []


def test_a_file_of_the_manifest_that_is_not_there_is_named(run, raw):
    raw.put("/manifest.json", manifest({"gone.log": line(1)}))
    assert error_of(run()).startswith("The folder raw lacks gone.log, which its manifest.json names; ")


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"files": []}', b'{"files": {"a": 1}}', b"\xff"])
def test_a_manifest_of_another_shape_is_an_error(run, raw, text):
    raw.put("/day.log", line(1))
    raw.put("/manifest.json", text)
    assert error_of(run()).startswith("manifest.json of the folder is none")


# Datasets


def fill(store, columns, rows):
    store.set_columns("table", [{"name": column, "type": "string"} for column in columns])
    store.replace("table", rows)


def text(number):
    return line(number).decode().rstrip("\n")


def test_rows_of_a_dataset_are_lines_numbered_by_row_and_other_columns_are_left(good, store):
    fill(store, ["id", "message"], [["1", text(1)], ["2", text(2)]])
    assert good("table", config={"line_column": "message"}) == [("table", 1, 1), ("table", 2, 2)]
    assert [column["name"] for column in store.columns("hits")] == list(SERVER_HITS.names)


def test_a_dataset_of_one_column_needs_no_choice(good, store):
    fill(store, ["message"], [[text(1)]])
    assert good("table") == [("table", 1, 1)]


def test_line_feeds_cut_a_cell_into_lines_of_one_row_and_empty_cells_are_blanks(good, store):
    fill(store, ["message"], [[""], [f"{text(1)}\n{text(2)}\n"], [f"{text(3)}\r\nno log line"]])
    assert good("table", config={"max_reject_share": 1}) == [("table", 2, 1), ("table", 2, 2), ("table", 3, 3)]
    assert [(row["line_number"], row["line"]) for row in store.rows("rejects")] == [("3", "no log line")]
    assert store.metrics("hits") == {"lines": 5, "hits": 3, "rejects": 1, "blanks": 1, "files": 0}


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("", "The dataset table has several columns; choose as 'Column of lines' one of id, message."),
        ("line", "The dataset table has no column line; choose as 'Column of lines' one of id, message."),
    ],
)
def test_a_column_that_is_missing_is_named_with_those_that_are_there(run, store, column, told):
    fill(store, ["id", "message"], [["1", text(1)]])
    assert error_of(run("table", config={"line_column": column})) == told


def test_a_dataset_without_rows_gives_hits_without_rows(good, store):
    fill(store, ["message"], [])
    assert good("table") == []
    assert store.columns("hits")


# Partitions


@pytest.fixture
def days(store):
    """A folder partitioned by day: a line on the first day, two on the second, one of a file outside."""
    made = folder(store, "days")
    made.create("%Y/%M/%D/.*")
    made.put("/2026/03/28/a.log", line(1))
    made.put("/2026/03/29/b.log", gzip.compress(line(2)))
    made.put("/2026/03/29/c.log", line(3))
    made.put("/notes.txt", b"no log\n")
    return made


def test_a_day_of_a_partitioned_folder_becomes_that_day_of_the_hits_alone(run, days, store):
    assert run("days", partition="2026-03-29").error is None
    assert store.partitions("hits") == store.partitions("rejects") == ["2026-03-29"]
    assert [n for _, _, n in places(store, "2026-03-29")] == [2, 3]
    assert store.metrics("hits", "2026-03-29")["files"] == 2
    assert store.metrics("hits") == {}


def test_a_day_is_built_again_without_touching_the_others(run, days, store):
    for day in days.partitions():
        assert run("days", partition=day).error is None
    days.put("/2026/03/28/a.log", line(9))
    assert run("days", partition="2026-03-28").error is None
    assert [n for _, _, n in places(store, "2026-03-28")] == [9]
    assert [n for _, _, n in places(store, "2026-03-29")] == [2, 3]


def test_the_flow_may_map_several_days_to_one(good, days):
    found = good("days", partition="2026-03-29", reads={"days": ["2026-03-29", "2026-03-28"]})
    assert [n for _, _, n in found] == [1, 2, 3]


def test_hits_without_partitions_take_all_days_of_the_folder(good, days):
    assert [n for _, _, n in good("days")] == [1, 2, 3]


def test_a_day_without_files_is_an_error_that_names_it(run, days):
    assert "The folder days holds no log in partition 2026-04-01" in error_of(run("days", partition="2026-04-01"))


def test_a_manifest_outside_every_partition_governs_each(good, days):
    days.put("/manifest.json", manifest({"2026/03/29/c.log": line(3), "2026/03/28/a.log": line(1)}))
    assert [n for _, _, n in good("days", partition="2026-03-29")] == [3]


def test_a_day_of_a_partitioned_dataset_is_read_alone(good, store):
    store.set_columns("table", [{"name": "message", "type": "string"}])
    store.replace("table", [[text(1)]], "2026-03-28")
    store.replace("table", [[text(2)]], "2026-03-29")
    assert good("table", partition="2026-03-29") == [("table", 1, 2)]


# What comes out


def test_refused_lines_come_with_place_and_reason_as_text(good, raw, store):
    raw.put("/day.log", line(1) + b"\n" + b"caf\xe9 \x00\n" + "café\n".encode() + line(2))
    good(config={"max_reject_share": 0.5})
    assert list(store.rows("rejects")) == [
        {"source_file": "day.log", "line_number": "3", "reason": "no time in brackets", "line": "café \\x00"},
        {"source_file": "day.log", "line_number": "4", "reason": "no time in brackets", "line": "café"},
    ]
    assert [column["name"] for column in store.columns("rejects")] == list(REJECTS.names)


def test_counts_are_metrics_of_the_hits_and_stand_in_the_log(run, raw, store):
    raw.put("/a.log", line(1) + b"\n" + line(2))
    raw.put("/b.log", b"no log line\n" + line(3))
    result = run(config={"max_reject_share": 0.5})
    assert store.metrics("hits") == {"lines": 5, "hits": 3, "rejects": 1, "blanks": 1, "files": 2}
    assert "raw: 2 files, 316 bytes, 5 lines: 3 hits, 1 rejects, 1 blanks; 1 x no time in brackets" in result.log


def test_a_host_that_takes_no_metrics_builds_all_the_same(run, raw, store):
    raw.put("/day.log", line(1))
    result = run(without=["save_external_metric_values"])
    assert result.error is None
    assert "This version of DSS takes no metrics from a recipe" in result.log
    assert places(store) == [("day.log", 1, 1)]


def test_a_host_that_fails_to_keep_metrics_builds_all_the_same(run, raw, store):
    raw.put("/day.log", line(1))
    (store.root / "hits/metrics.json").mkdir(parents=True)
    result = run()
    assert result.error is None
    assert "Metrics of DEMO.hits are not saved: " in result.log
    assert places(store) == [("day.log", 1, 1)]


def test_without_an_output_for_rejects_they_are_counted_alone(run, raw, store):
    raw.put("/day.log", b"no log line\n" + line(1))
    assert run(rejects=False, config={"max_reject_share": 0.5}).error is None
    assert store.metrics("hits")["rejects"] == 1
    assert store.columns("rejects") == []


def test_too_many_refused_lines_fail_with_counts_and_reasons_and_keep_nothing(run, raw, store):
    raw.put("/day.log", b"no log line\n" * 3 + b"1.2.3.4 a.example - [28/Mar/2026:10:00:00 +0100]\n" + line(1) * 2)
    message = error_of(run())
    assert message.startswith(
        "4 of 6 lines of raw were refused "
        "(66.7%, allowed are 5.0%; mostly: 3 x no time in brackets, 1 x too few fields); choose another "
    )
    assert store.partitions("hits") == store.partitions("rejects") == []
    assert store.metrics("hits") == {}


@pytest.mark.parametrize(
    ("line_format", "written", "location"),
    [
        ("auto", '192.0.2.1 - - [28/Mar/2026:10:00:00 +0100] "GET /a HTTP/1.1" 200 1 "-" "-"', "https://b.example/a"),
        ("combined", '192.0.2.1 - - [28/Mar/2026:10:00:00 +0100] "GET /a HTTP/1.1" 200 1 "-" "-"', "https://b.example/a"),
        ("common", '192.0.2.1 - - [28/Mar/2026:10:00:00 +0100] "GET /a HTTP/1.1" 200 1', "https://b.example/a"),
        ("ovh", '192.0.2.1 c.example - [28/Mar/2026:10:00:00 +0100] "GET /a HTTP/1.1" 200 1 "-" "-"', "https://c.example/a"),
        (
            "vhost_combined",
            'c.example:80 192.0.2.1 - - [28/Mar/2026:10:00:00 +0100] "GET /a HTTP/1.1" 200 1 "-" "-"',
            "https://c.example/a",
        ),
    ],
)  # fmt: skip
def test_each_format_is_read_as_chosen(run, raw, store, line_format, written, location):
    raw.put("/day.log", written.encode())
    result = run(config={"line_format": line_format, "base_url": "https://b.example"})
    assert result.error is None, result.log
    assert [(row["location"], row["server_ts"]) for row in store.rows("hits")] == [
        (location, "2026-03-28T09:00:00.000Z")
    ]
    assert [column["name"] for column in store.columns("hits")] == list(SERVER_HITS.names)


def test_a_logformat_of_ones_own_is_read_in_the_zone_that_is_chosen(run, raw, store):
    raw.put("/day.log", b'192.0.2.1 [2026-07-14 10:00:00] "GET /a HTTP/1.1"\n')
    custom = {"line_format": "custom", "custom_format": '%h [%{%Y-%m-%d %H:%M:%S}t] "%r"', "timezone": "Europe/Paris"}
    result = run(config=custom)
    assert result.error is None, result.log
    assert [(row["location"], row["server_ts"]) for row in store.rows("hits")] == [("/a", "2026-07-14T08:00:00.000Z")]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (
            {"line_format": "nginx"},
            "line_format must be one of auto, ovh, combined, vhost_combined, common, wt1, custom",
        ),
        ({"line_format": "custom"}, "custom_format is missing"),
        ({"line_format": "custom", "custom_format": "%h"}, "The custom format has no time"),
        ({"base_url": "example"}, "base_url 'example' is no web address"),
        ({"timezone": "Paris"}, "timezone 'Paris' is not known"),
        ({"max_reject_share": 2}, "max_reject_share must be from 0 to 1"),
        ({"max_reject_share": "much"}, "max_reject_share must be a number"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_is_written(run, raw, store, config, told):
    raw.put("/day.log", line(1))
    assert told in error_of(run(config=config))
    assert store.columns("hits") == []


def test_a_wrong_setting_of_the_plugin_is_named(run, raw):
    raw.put("/day.log", line(1))
    assert "max_day_gb must be from 0.001" in error_of(run(plugin_config={"max_day_gb": 0}))


# A tracker's files


@pytest.fixture(scope="module")
def traffic(tmp_path_factory):
    """Three days of a site: its access logs, its tracker's files, and the truth of each line."""
    out = tmp_path_factory.mktemp("traffic")
    generate(out, start=date(2026, 3, 28), count=3, visitors=120, seed=7)
    return out


@pytest.fixture
def put(raw, traffic):
    """Puts the files of a family into the folder: ``ovh`` or ``wt1``; gives the truth of their lines."""

    def once(family):
        root = traffic / family / ("example.com" if family == "ovh" else "")
        for path in root.rglob("*.*"):
            raw.put(f"/{path.relative_to(root).as_posix()}", path.read_bytes())
        start = "example.com-" if family == "ovh" else "tracker/"
        rows = pq.read_table(traffic / "truth/lines.parquet").to_pylist()
        return [row for row in rows if row["source_file"].startswith(start)]

    return once


@pytest.mark.parametrize("line_format", ["auto", "wt1"])
def test_a_trackers_hits_are_those_of_the_truth_in_all_columns(run, put, store, line_format):
    told = put("wt1")
    result = run(config={"line_format": line_format})
    assert result.error is None, result.log
    assert [column["name"] for column in store.columns("hits")] == list(HITS.names)
    assert written(store, "hits") == values_of(told, HITS.names)
    assert {place for place, _ in placed(store.rows("rejects"))} == {place for place, _ in placed(told, "reject")}
    assert "1 files are passed over, which are no logs: /tracker/___unfinished.tmp" in result.log


def test_access_logs_beside_a_trackers_files_come_with_its_columns_empty(run, put, store):
    told = put("ovh") + put("wt1")
    assert run().error is None
    assert written(store, "hits") == values_of(told, HITS.names)
    assert {row["log_family"] for row in store.rows("hits")} == {"server", "tracker"}


def test_a_trackers_line_far_inside_an_access_log_is_an_error(run, raw, put, store):
    put("wt1")
    event = next(
        line for line in gzip.decompress(raw.file(raw.paths()[-1]).read_bytes()).split(b"\n") if line[:2] == b"20"
    )
    raw.clear()
    raw.put("/mixed.log", line(1) * 1_000 + event + b"\n")
    message = "mixed.log begins as an access log and has a tracker's line as number 1001; "
    assert error_of(run()).startswith(message)
    assert store.partitions("hits") == []


def test_a_partitioned_output_that_has_the_trackers_columns_keeps_them(good, days, store):
    store.set_columns("hits", [column.dss for column in HITS.columns])
    good("days", partition="2026-03-28")
    assert [column["name"] for column in store.columns("hits")] == list(HITS.names)


# The whole of it


def test_hits_and_rejects_of_generated_traffic_are_those_of_the_truth_value_by_value(run, put, store):
    told = put("ovh")
    assert run().error is None
    assert written(store, "hits") == values_of(told, SERVER_HITS.names)
    rejects = {place: row["line"] for place, row in placed(told, "reject")}
    assert {place: row["line"].encode() for place, row in placed(store.rows("rejects"))} == rejects
    assert len(told) > 4_000
    assert rejects


def written(store, name):
    """Rows of a dataset by file and line, as texts."""
    return {place: tuple(row.values()) for place, row in placed(store.rows(name))}


def values_of(told, names):
    """Hits of the truth by file and line, as the host keeps them."""
    return {place: tuple(shown(row[name]) for name in names) for place, row in placed(told, "hit")}


def placed(rows, kind=None):
    return [((row["source_file"], int(row["line_number"])), row) for row in rows if kind in (None, row.get("kind"))]


def shown(value):
    """A value as the host keeps it."""
    if value is None:
        return ""
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z" if hasattr(value, "strftime") else str(value)


@pytest.mark.parametrize("kind", PACKED)
def test_memory_does_not_grow_with_a_file(run, store, kind):
    """200 MB of text need as much as 10 MB do, but for some blocks that the allocator keeps."""
    part = PACKED[kind]((b"x" * 9_999 + b"\n") * 1_000)
    peaks = []
    for name, parts in (("small", 1), ("large", 20)):
        made = folder(store, name)
        made.create()
        made.put("/day.log", part * parts)
        result = run(name, rejects=False, config={"max_reject_share": 1})
        assert result.error is None, result.log
        peaks.append(result.peak_bytes)
    if None not in peaks:
        assert peaks[1] - peaks[0] < 25e6
