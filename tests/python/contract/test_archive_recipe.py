"""The recipe "Archive logs", run from its own folder as the host runs it, against a log host over real HTTP."""

from __future__ import annotations

import gzip
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from dev.dayfiles import day_name, write_day
from dev.dsshost import WarmHost, run_recipe
from dev.ovhsim import Fault, Options
from ovh_weblogs.schema import ARCHIVED
from ovh_weblogs.settings import EUROPE

FQDN = "example.com"
DAYS = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]
PATHS = [f"/{day:%Y/%m/%d}/web/{FQDN}-{day:%d-%m-%Y}.log.gz" for day in DAYS]


def line(number):
    return (
        f"198.51.100.{number % 250} www.example.com - [28/Mar/2026:10:00:{number % 60:02} +0100] "
        f'"GET /?n={number} HTTP/1.1" 200 {number} "-" "Agent"'
    ).encode()


def parsed_lines(parse, store, partition=None):
    """File, and n of each hit in it."""
    result = parse(partition)
    assert result.error is None, result.log
    found = {}
    for row in store.rows("hits", partition or "NP"):
        found.setdefault(row["source_file"], []).append(int(row["location"].partition("n=")[2]))
    return found


def test_every_published_day_is_kept_as_it_was_sent(archive, folder, data, config, host):
    archive(config(host))
    assert sorted(folder.paths()) == [*PATHS, "/manifest-copy.json", "/manifest.json"]
    for day, path in zip(DAYS, PATHS, strict=True):
        assert folder.file(path).read_bytes() == (data / FQDN / day_name(FQDN, day)).read_bytes()


def test_the_manifest_says_what_each_file_is(archive, folder, manifest, config, host):
    archive(config(host))
    assert list(manifest()) == [path.lstrip("/") for path in PATHS]
    entry = manifest()[PATHS[0].lstrip("/")]
    content = folder.file(PATHS[0]).read_bytes()
    assert datetime.fromisoformat(entry.pop("archived").replace("Z", "+00:00")) > datetime(
        2026, 4, 1, tzinfo=timezone.utc
    )
    assert (entry.pop("etag")[0], entry.pop("last_modified")[-3:]) == ('"', "GMT")
    assert entry.pop("stored") == folder.file(PATHS[0]).stat().st_mtime_ns // 1_000_000
    assert entry == {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "lines": 5,
        "fqdn": FQDN,
        "kind": "web",
        "day": "2026-03-28",
    }


def test_the_archive_parsed_gives_every_line_once(archive, parse, store, config, host):
    archive(config(host))
    assert parsed_lines(parse, store) == {
        path.lstrip("/"): list(range(size)) for path, size in zip(PATHS, (5, 6, 7), strict=True)
    }


def test_a_recipe_in_a_process_of_its_own_does_the_same(repository, store, folder, config, host):
    settings, plugin = config(host)
    result = run_recipe(
        repository,
        "ovh-logs-archive",
        store,
        inputs={},
        outputs={"archive": ["archive"], "manifest": ["files"]},
        config=settings,
        plugin_config=plugin,
    )
    assert result.error is None, result.log
    rows = list(store.rows("files"))
    assert [column["name"] for column in store.columns("files")] == list(ARCHIVED.names)
    assert [(row["path"], row["day"], row["lines"]) for row in rows] == [
        (path.lstrip("/"), str(day), str(size)) for path, day, size in zip(PATHS, DAYS, (5, 6, 7), strict=True)
    ]
    assert rows[0]["archived_ts"].endswith("Z")


# What is fetched again, and what is not


def cut(file):
    file.write_bytes(file.read_bytes()[:-1])


def flip(file):
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("options", [{}, {"etag": "weak"}, {"etag": "none"}], ids=["tag", "weak tag", "date"])
def test_what_is_unchanged_is_asked_for_and_not_sent(archive, folder, make_host, config, options):
    host = make_host(options=Options(**options))
    archive(config(host))
    before = {path: folder.file(path).stat().st_mtime_ns for path in folder.paths()}
    host.journal.requests.clear()
    assert archive(config(host))["unchanged"] == 3
    asked = [request for request in host.journal.requests if request.path.endswith(".gz")]
    assert [(request.status, request.sent) for request in asked] == [(304, 0)] * 3
    assert {path: folder.file(path).stat().st_mtime_ns for path in folder.paths()} == before
    assert host.journal.connections == 1


def test_a_host_that_tells_no_state_is_read_again_and_nothing_is_stored_twice(archive, folder, make_host, config):
    host = make_host(options=Options().bare())
    archive(config(host))
    before = {path: folder.file(path).stat().st_mtime_ns for path in folder.paths()}
    counts = archive(config(host))
    assert (counts["fetched"], counts["unchanged"]) == (0, 3)
    assert {path: folder.file(path).stat().st_mtime_ns for path in folder.paths()} == before


def test_a_late_day_is_fetched_alone(archive, folder, data, config, host):
    late = data / FQDN / day_name(FQDN, DAYS[1])
    late.rename(data / "later")
    assert archive(config(host))["missing"] == 1
    (data / "later").rename(late)
    counts = archive(config(host))
    assert (counts["fetched"], counts["unchanged"], counts["missing"], counts["files"]) == (1, 2, 0, 3)


def test_a_rewritten_day_stands_beside_the_old_one_until_it_replaces_it(
    archive, folder, parse, store, data, config, host
):
    archive(config(host))
    second = PATHS[0].replace(".log.gz", ".2.log.gz")
    for size, path in ((8, second), (9, PATHS[0])):
        write_day(data, FQDN, DAYS[0], [line(n) for n in range(size)])
        assert archive(config(host))["fetched"] == 1
        assert sorted(each for each in folder.paths() if "03-2026" in each) == sorted([path, *PATHS[1:]])
        assert parsed_lines(parse, store)[path.lstrip("/")] == list(range(size))


def test_lines_that_the_host_has_lost_stay_in_the_archive(archive, folder, data, config, host):
    archive(config(host))
    before = folder.file(PATHS[0]).read_bytes()
    write_day(data, FQDN, DAYS[0], [line(0)])
    counts = archive(config(host), told="has only 1 lines now: its 5 archived ones are kept")
    assert (counts["unchanged"], counts["lines"]) == (3, 18)
    assert folder.file(PATHS[0]).read_bytes() == before
    host.journal.requests.clear()
    archive(config(host))
    assert host.journal.count("*.gz", status=304) == 3


def test_a_day_that_the_host_gives_up_is_kept_and_is_not_missing(archive, folder, data, config, host):
    archive(config(host))
    (data / FQDN / day_name(FQDN, DAYS[0])).unlink()
    counts = archive(config(host))
    assert (counts["missing"], counts["files"], counts["lines"]) == (0, 3, 18)
    assert folder.file(PATHS[0]).exists()


@pytest.mark.parametrize(
    "damage",
    [cut, Path.unlink, flip],
)
def test_a_file_that_is_not_the_archived_one_is_replaced(archive, folder, data, config, host, damage):
    archive(config(host))
    damage(folder.file(PATHS[1]))
    counts = archive(config(host))
    assert (counts["fetched"], counts["unchanged"]) == (1, 2)
    assert folder.file(PATHS[1]).read_bytes() == (data / FQDN / day_name(FQDN, DAYS[1])).read_bytes()
    assert sorted(folder.paths()) == [*PATHS, "/manifest-copy.json", "/manifest.json"]


def test_a_copied_folder_is_read_once_to_see_that_it_is_the_same(archive, folder, manifest, config, host):
    archive(config(host))
    content = folder.file(PATHS[0]).read_bytes()
    folder.file(PATHS[0]).unlink()
    folder.put(PATHS[0], content)
    assert archive(config(host))["unchanged"] == 3
    assert manifest()[PATHS[0].lstrip("/")]["stored"] == folder.file(PATHS[0]).stat().st_mtime_ns // 1_000_000


def test_a_file_without_an_entry_does_not_count_and_is_named(archive, folder, parse, store, config, host):
    folder.put("/2026/03/01/web/example.com-01-03-2026.log.gz", gzip.compress(line(1) + b"\n"))
    folder.put(PATHS[0], b"half of it")
    counts = archive(config(host), told="1 files are not in the manifest and do not count: 2026/03/01/web/")
    assert counts["files"] == 3
    assert len(parsed_lines(parse, store)) == 3


# What is stored


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_a_file_is_stored_packed_as_it_is_whatever_its_header_says(archive, folder, data, make_host, config, encoding):
    archive(config(make_host(options=Options(encoding=encoding))))
    assert folder.file(PATHS[0]).read_bytes() == (data / FQDN / day_name(FQDN, DAYS[0])).read_bytes()


def test_a_file_that_comes_as_plain_text_is_packed(archive, folder, parse, store, make_host, config):
    host = make_host(options=Options(encoding="plain"))
    archive(config(host))
    assert gzip.decompress(folder.file(PATHS[0]).read_bytes()) == b"".join(line_of(n) for n in range(5))
    assert len(parsed_lines(parse, store)) == 3
    assert archive(config(host))["unchanged"] == 3


def line_of(number):
    """As the fixture ``data`` has it."""
    return line(number).replace(b'"Agent"', b'"Agent %d"' % number) + b"\n"


def test_a_day_of_several_members_is_counted_to_its_end(archive, data, config, host):
    write_day(data, FQDN, DAYS[0], [line(n) for n in range(9)], members=3)
    assert archive(config(host))["lines"] == 9 + 6 + 7


def test_a_day_without_lines_is_a_day(archive, folder, data, config, host):
    (data / FQDN / day_name(FQDN, DAYS[0])).write_bytes(b"")
    counts = archive(config(host))
    assert (counts["missing"], counts["files"], counts["lines"]) == (0, 3, 13)
    assert gzip.decompress(folder.file(PATHS[0]).read_bytes()) == b""


def test_each_kind_has_its_folder(archive, folder, data, config, host):
    write_day(data, FQDN, DAYS[0], [b"[error] x"], kind="error")
    counts = archive(config(host, kinds=["error", "web"], to_date="2026-03-28"))
    assert (counts["files"], counts["lines"]) == (2, 6)
    assert sorted(path.split("/")[4] for path in folder.paths() if path.endswith(".gz")) == ["error", "web"]


def test_days_missing_are_counted_and_named_and_no_failure(archive, config, host):
    counts = archive(
        config(host, from_date="2026-03-25", to_date="2026-04-01"),
        told="The web log of example.com is missing for 2026-03-25 to 2026-03-27, 2026-03-31 to 2026-04-01",
    )
    assert (counts["missing"], counts["fetched"]) == (5, 3)


def test_the_newest_day_may_be_late(archive, data, config, host):
    today = datetime.now(EUROPE).date()
    for ago in (2, 3):
        write_day(data, FQDN, today - timedelta(days=ago), [line(1)])
    counts = archive(config(host, period="last_days", last_days=3))
    assert (counts["fetched"], counts["missing"]) == (2, 0)


def test_nothing_is_left_among_the_temporary_files(archive, tmp_path, config, host):
    settings, plugin = config(host)
    (tmp_path / "temporary").mkdir()
    archive((settings, {**plugin, "temp_folder": str(tmp_path / "temporary")}))
    assert list((tmp_path / "temporary").iterdir()) == []


# How long it is kept


def test_months_to_keep_remove_what_is_older_and_in_the_manifest(archive, folder, data, config, host):
    today = datetime.now(timezone.utc).date()
    old, new = today - timedelta(days=100), today - timedelta(days=40)
    for day in (old, new):
        write_day(data, FQDN, day, [line(1)])
    period = {"from_date": str(old), "to_date": str(new)}
    assert archive(config(host, **period))["files"] == 2
    foreign = f"/{old:%Y/%m/%d}/notes.txt"
    folder.put(foreign, b"mine")
    counts = archive(config(host, **period, keep_months=2))
    assert (counts["removed"], counts["files"]) == (1, 1)
    left = [path for path in folder.paths() if "manifest" not in path]
    assert sorted(left) == sorted([foreign, f"/{new:%Y/%m/%d}/web/{day_name(FQDN, new)}"])
    host.journal.requests.clear()
    assert archive(config(host, **period, keep_months=2))["removed"] == 0
    assert host.journal.count(f"*{day_name(FQDN, old)}") == 0


# Partitions


@pytest.fixture
def by_day(folder):
    """The folder with a partition per day."""
    folder.remove()
    folder.create("%Y/%M/%D/.*")
    return folder


def test_a_partition_archives_its_day_alone(archive, by_day, parse, store, config, host):
    assert archive(config(host), partition="2026-03-29")["fetched"] == 1
    assert by_day.partitions() == ["2026-03-29"]
    assert archive(config(host), partition="2026-03-28")["files"] == 1
    assert by_day.partitions() == ["2026-03-28", "2026-03-29"]
    assert parsed_lines(parse, store, "2026-03-29") == {PATHS[1].lstrip("/"): list(range(6))}
    assert archive(config(host), partition="2026-03-29")["unchanged"] == 1


def test_partitions_may_be_built_at_the_same_time(repository, by_day, store, config, make_host):
    """The host is slow, so that each is under way while the others are."""
    host = make_host(faults=[Fault("drip", path="*.gz", at=50, seconds=0.1)])
    settings, plugin = config(host)
    roles = {"inputs": {}, "outputs": {"archive": ["archive"]}}

    def build(day):
        with WarmHost(repository) as warm:
            return warm.run(
                "ovh-logs-archive", store, config=settings, plugin_config=plugin, partition=str(day), **roles
            )

    with ThreadPoolExecutor(3) as pool:
        assert [result.error for result in pool.map(build, DAYS)] == [None] * 3
    for day, path in zip(DAYS, PATHS, strict=True):
        text = by_day.file(f"/{day:%Y/%m/%d}/manifest.json").read_text()
        assert list(json.loads(text)["files"]) == [path.lstrip("/")]


def test_a_partition_whose_day_is_missing_stays_empty(archive, by_day, config, host):
    assert archive(config(host), partition="2026-03-27")["missing"] == 1
    assert by_day.paths() == []


def test_months_to_keep_empty_old_partitions(archive, by_day, data, config, host):
    today = datetime.now(timezone.utc).date()
    old, new = today - timedelta(days=100), today - timedelta(days=40)
    for day in (old, new):
        write_day(data, FQDN, day, [line(1)])
        archive(config(host), partition=str(day))
    assert archive(config(host, keep_months=2), partition=str(new))["removed"] == 1
    assert by_day.partitions() == [str(new)]


def test_a_folder_may_get_partitions_and_lose_them(archive, folder, parse, store, data, config, host):
    archive(config(host))
    write_day(data, FQDN, DAYS[1], [line(n) for n in range(10)])
    folder._pattern.write_text("%Y/%M/%D/.*", "utf-8")
    assert archive(config(host), partition="2026-03-29")["fetched"] == 1
    folder._pattern.unlink()
    for expected in ({"fetched": 0, "unchanged": 3, "files": 3, "lines": 22},) * 2:
        assert {name: count for name, count in archive(config(host)).items() if name in expected} == expected
    assert sorted(path for path in folder.paths() if "manifest" in path) == ["/manifest-copy.json", "/manifest.json"]
    assert sorted(map(len, parsed_lines(parse, store).values())) == [5, 7, 10]


# What rows of a dataset ask for


def files(store, *rows, columns=("service", "fqdn", "kind", "day", "live", "missing")):
    store.set_columns("offers", [{"name": name, "type": "string"} for name in columns])
    store.replace("offers", rows)


def test_rows_say_what_is_archived_in_place_of_the_period(archive, folder, store, data, config, host):
    write_day(data, "other.example", DAYS[2], [b"x"], kind="ftp")
    files(
        store,
        ["", FQDN, "web", "2026-03-28T00:00:00.000Z", "false", "false"],
        ["", FQDN, "web", "2026-03-27", "false", "true"],
        ["", FQDN, "web", "2026-03-31", "true", "false"],
        ["", FQDN, "", "2026-04-01", "", ""],
        ["", "other.example", "ftp", "2026-03-30", "", ""],
    )
    counts = archive(config(host), files="offers")
    assert (counts["files"], counts["missing"], counts["failed"]) == (2, 2, 0)
    assert {path for path in folder.paths() if path.endswith(".gz")} == {
        PATHS[0],
        "/2026/03/30/ftp/other.example-30-03-2026.log.gz",
    }
    assert host.journal.count("*/") == 0


def test_a_column_of_days_is_enough(archive, store, config, host):
    files(store, ["2026-03-28"], columns=["day"])
    assert archive(config(host), files="offers")["lines"] == 5


@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        (["day"], ["soon"], "The dataset of files has 'soon' as day, which is not a day such as 2026-01-31; "),
        (["day", "kind"], ["2026-03-28", "all"], "has 'all' as kind, which is not one of web, error"),
        (["day", "fqdn"], ["2026-03-28", "../x"], "has '../x' as fqdn, which is not a name"),
        (["fqdn"], [FQDN], "The dataset DEMO.offers has no column day; "),
    ],
)
def test_rows_that_say_something_else_are_named(refused, folder, store, config, host, columns, row, told):
    files(store, row, columns=columns)
    assert told.replace("DEMO.", "") in refused(config(host), files="offers").replace("DEMO.", "")
    assert folder.paths() == []


def test_a_log_that_nobody_knows_is_no_row_of_missing_days(refused, store, config, host):
    files(store, ["unknown.example", "2026-03-28"], columns=["fqdn", "day"])
    assert "has no logs of unknown.example (404)" in refused(config(host), files="offers")


def test_api_keys_open_the_tree_of_each_row(archive, folder, store, ovh):
    service = "login.cluster021.hosting.ovh.net"
    files(
        store,
        [service, service, "web", "2026-03-28", "", ""],
        [service, "shop.example.org", "web", "2026-03-29", "", ""],
    )
    settings, plugin = ovh.config()
    assert archive((settings, plugin), files="offers")["lines"] == 5 + 3
    assert {path.rpartition("/")[2] for path in folder.paths() if path.endswith(".gz")} == {
        f"{service}-28-03-2026.log.gz",
        "shop.example.org-29-03-2026.log.gz",
    }


def test_api_keys_alone_archive_the_main_log(archive, ovh):
    assert archive(ovh.config())["lines"] == 18


# The form


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kinds": ["web", "cdn"]}, "kinds must be some of web, error, ftp, cgi, out, ssh, cron, not 'cdn'"),
        ({"keep_months": -1}, "keep_months must be from 0 to 1200"),
        ({"keep_months": 1.5}, "keep_months must be a whole number"),
        ({"log_user": {}}, "login and password of a log user are missing"),
        ({"from_date": ""}, "from_date is missing"),
    ],
)
def test_a_wrong_setting_is_named(refused, config, host, changes, told):
    assert told in refused(config(host, **changes))


def test_without_a_choice_it_is_the_web_log(archive, folder, config, host):
    archive(config(host, kinds=[]))
    assert sorted(path for path in folder.paths() if path.endswith(".gz")) == PATHS


def test_the_manifest_is_whole_json_on_both_its_places(archive, folder, config, host):
    archive(config(host))
    texts = {folder.file(f"/{name}").read_text() for name in ("manifest.json", "manifest-copy.json")}
    assert len(texts) == 1
    assert len(json.loads(texts.pop())["files"]) == 3
