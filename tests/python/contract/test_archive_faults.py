"""The recipe "Archive logs" in trouble: nothing is lost, nothing half counts, a run without trouble sets all right."""

from __future__ import annotations

import contextlib
import json
import random
import resource
import threading
from datetime import date, timedelta

import pytest

from dev.dayfiles import day_name, write_day
from dev.dsshost import kill
from dev.ovhsim import Fault, LogHost, Options

FQDN, PASSWORD = "example.com", "correct horse"
DAYS = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]
PATHS = [f"/{day:%Y/%m/%d}/web/{FQDN}-{day:%d-%m-%Y}.log.gz" for day in DAYS]
SECOND = f"*{day_name(FQDN, DAYS[1])}"


def line(number):
    return (
        f"198.51.100.{number % 250} www.example.com - [28/Mar/2026:10:00:{number % 60:02} +0100] "
        f'"GET /?n={number} HTTP/1.1" 200 {number} "-" "Agent"'
    ).encode()


def state(folder):
    """Paths, bytes and manifest, apart from times."""
    files = {path: folder.file(path).read_bytes() for path in folder.paths() if "manifest" not in path}
    manifests = [json.loads(folder.file(path).read_text()) for path in ("/manifest.json", "/manifest-copy.json")]
    for document in manifests:
        for entry in document["files"].values():
            assert entry.pop("archived")
            assert entry.pop("stored")
    assert manifests[0] == manifests[1]
    return files, manifests[0], sorted(folder.paths())


@pytest.fixture
def undisturbed(archive, folder, config, host):
    """The state of an archive whose run nothing disturbs; the folder is empty again afterwards."""
    archive(config(host))
    found = state(folder)
    folder.clear()
    return found


def complete(paths, manifest):
    """Those of the paths that the manifest names."""
    return [path for path in paths if path.lstrip("/") in manifest()]


# The log host


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", times=2, status=503),
        Fault("status", times=2, status=429, retry_after="3600"),
        Fault("reset", times=2),
        Fault("close", times=2),
        Fault("cut_body", times=2, at=50, path="*.gz"),
        Fault("reset_body", times=2, at=50, path="*.gz"),
        Fault("stall_body", times=1, at=50, seconds=0.05, path="*.gz"),
        Fault("cut_gzip", times=1, at=50),
        Fault("bad_crc", times=1),
        Fault("garbage", times=1),
        Fault("drip", times=1, at=20, seconds=0.0),
    ],
    ids=lambda fault: fault.kind,
)
def test_passing_trouble_leaves_no_trace(archive, folder, undisturbed, host, config, fault):
    host.faults.add(fault)
    archive(config(host))
    assert state(folder) == undisturbed


def test_what_came_before_a_break_is_not_stored_twice_where_the_host_has_no_tags(
    archive, folder, data, make_host, config
):
    host = make_host(options=Options(etag="none"), faults=[Fault("cut_body", path="*.gz", times=2, at=50)])
    archive(config(host))
    assert [folder.file(path).read_bytes() for path in PATHS] == [
        (data / FQDN / day_name(FQDN, day)).read_bytes() for day in DAYS
    ]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("bad_crc", path=SECOND), "is damaged"),
        (Fault("garbage", path=SECOND), "bytes that are no gzip after the end"),
        (Fault("cut_gzip", path=SECOND, at=50), "stops before its end"),
        (Fault("cut_body", path=SECOND, at=50), "could not be read in 5 attempts"),
        (Fault("status", path=SECOND, status=503), "answered 503"),
    ],
    ids=["bad crc", "garbage", "cut gzip", "cut body", "503"],
)
def test_a_day_that_cannot_be_had_is_named_when_the_others_are_archived(
    archive, refused, folder, undisturbed, host, config, fault, told
):
    host.faults.add(fault)
    message = refused(config(host))
    assert message.startswith("The web log of example.com for 2026-03-29 ")
    assert told in message
    assert "; all else is archived; " in message
    assert folder.metrics["failed"] == 1
    assert {path for path in folder.paths() if path.endswith(".gz")} == {PATHS[0], PATHS[2]}
    host.faults.clear()
    host.journal.requests.clear()
    archive(config(host))
    assert state(folder) == undisturbed
    assert host.journal.count("*.gz", status=200) == 1


def test_a_page_in_place_of_a_day_ends_the_reading_of_that_log(refused, folder, host, config):
    host.faults.add(Fault("login_page", path=SECOND))
    assert "sent a web page in place of the log" in refused(config(host))
    assert [path for path in PATHS if folder.file(path).exists()] == PATHS[:1]


def test_a_damaged_rewriting_does_not_harm_the_archived_day(archive, refused, folder, data, host, config):
    archive(config(host))
    before = folder.file(PATHS[1]).read_bytes()
    write_day(data, FQDN, DAYS[1], [line(n) for n in range(20)])
    host.faults.add(Fault("bad_crc", path=SECOND))
    assert "is damaged" in refused(config(host))
    assert folder.file(PATHS[1]).read_bytes() == before
    assert (folder.metrics["files"], folder.metrics["lines"]) == (3, 18)


def test_a_host_that_is_silent_is_not_asked_for_every_day(refused, data, host, config):
    for shift in range(3, 10):
        write_day(data, FQDN, DAYS[0] + timedelta(days=shift), [line(1)])
    host.faults.add(Fault("close", path="*.gz"))
    message = refused(config(host, to_date="2026-04-06"))
    assert message.startswith(
        "2 parts could not be archived: the web log of example.com for 2026-03-28, the web log of"
    )
    assert len({request.path for request in host.journal.requests if request.path.endswith(".gz")}) == 2


def test_one_log_that_is_refused_does_not_keep_others_from_being_archived(refused, folder, data, host, config):
    write_day(data, FQDN, DAYS[0], [b"x"], kind="error")
    host.faults.add(Fault("status", path="*/error/*", status=403))
    assert "(403)" in refused(config(host, kinds=["error", "web"]))
    assert [path for path in PATHS if folder.file(path).exists()] == PATHS


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("status", status=401), "refused the log user's login or password (401)"),
        (Fault("redirect", location="http://127.0.0.2:9/"), "redirects to http://127.0.0.2:9, where no password"),
        (Fault("login_page"), "sent a login form in place of the list of logs"),
    ],
    ids=["401", "foreign redirect", "login form"],
)
def test_a_host_that_refuses_leaves_the_archive_as_it_was(archive, refused, folder, host, config, fault, told):
    archive(config(host))
    before = state(folder)
    host.faults.add(fault)
    assert told in refused(config(host))
    assert state(folder) == before


# This machine


@contextlib.contextmanager
def files_of_at_most(size):
    """No process started now can write a longer file: the nearest to a full disk that needs no rights."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("encoding", ["none", "plain"])
def test_a_full_disk_is_told_with_what_to_do(run_cold, folder, manifest, data, make_host, config, tmp_path, encoding):
    rand = random.Random(1)
    write_day(data, FQDN, DAYS[2], [b"%0200x" % rand.getrandbits(800) for _ in range(2_000)])
    settings, plugin = config(make_host(options=Options(encoding=encoding)))
    (tmp_path / "temporary").mkdir()
    with files_of_at_most(100_000):
        result = run_cold((settings, {**plugin, "temp_folder": str(tmp_path / "temporary")}))
    assert result.error["message"] == (
        f"A day's file does not fit into {tmp_path / 'temporary'}, the place for temporary files (File too large); "
        "make room there for the largest day, or have another temp_folder named in the plugin's settings."
    )
    assert list((tmp_path / "temporary").iterdir()) == []
    assert complete(PATHS, manifest) == PATHS[:2]


def test_a_place_for_temporary_files_that_cannot_be_used_is_named(refused, host, config):
    settings, plugin = config(host)
    message = refused((settings, {**plugin, "temp_folder": "/nowhere"}))
    assert message.startswith("The folder /nowhere, meant for temporary files, cannot be written to (No such file")


def test_memory_does_not_grow_with_a_file(run_cold, data, host, config):
    small = run_cold(config(host)).peak_bytes
    lines = (b"%0400x" % number for number in range(120_000))
    write_day(data, FQDN, DAYS[2], lines)
    large = run_cold(config(host)).peak_bytes
    assert large - small < 16 << 20  # of 48 MB of lines


# The folder


@pytest.mark.parametrize("how", ["breaks", "ends"])
@pytest.mark.parametrize("after", [0, 50])
def test_an_upload_that_fails_half_way_does_not_count(
    archive, refused, folder, parse, store, manifest, undisturbed, host, config, how, after
):
    folder.disturb(PATHS[1], after, how, upload=True)
    message = refused(config(host))
    assert PATHS[1].lstrip("/") in message
    assert "start the build again" in message
    assert complete(PATHS, manifest) == PATHS[:1]
    assert folder.file(PATHS[1]).stat().st_size == after
    assert parse().error is None
    assert {row["source_file"] for row in store.rows("hits")} == {PATHS[0].lstrip("/")}
    folder.heal()
    archive(config(host))
    assert state(folder) == undisturbed


@pytest.mark.parametrize("name", ["/manifest.json", "/manifest-copy.json"])
@pytest.mark.parametrize("after", [0, 300, 800])
def test_a_manifest_whose_upload_fails_loses_nothing(
    archive, refused, folder, parse, undisturbed, host, config, name, after
):
    folder.disturb(name, after, "breaks", upload=True)
    assert f"could not take {name[1:]} (Exception: None: b'Failed to write file" in refused(config(host))
    folder.heal()
    archive(config(host))
    assert state(folder) == undisturbed


def test_a_rewritten_day_whose_upload_fails_leaves_the_old_one(
    archive, refused, folder, parse, store, data, host, config
):
    archive(config(host))
    before = folder.file(PATHS[0]).read_bytes()
    write_day(data, FQDN, DAYS[0], [line(n) for n in range(20)])
    second = PATHS[0].replace(".log.gz", ".2.log.gz")
    folder.disturb(second, 50, "breaks", upload=True)
    refused(config(host))
    assert folder.file(PATHS[0]).read_bytes() == before
    assert parse().error is None
    assert len(list(store.rows("hits"))) == 18


def test_a_manifest_that_was_cut_is_read_from_its_copy_and_mended(
    archive, folder, parse, store, undisturbed, host, config
):
    archive(config(host))
    text = folder.file("/manifest.json").read_bytes()
    folder.put("/manifest.json", text[: len(text) // 2])
    assert parse().error is None
    assert len(list(store.rows("hits"))) == 18
    assert archive(config(host))["unchanged"] == 3
    assert state(folder) == undisturbed


def test_two_damaged_manifests_are_an_error_and_nothing_is_touched(archive, refused, folder, host, config):
    archive(config(host))
    for name in ("/manifest.json", "/manifest-copy.json"):
        folder.put(name, b"{")
    message = refused(config(host))
    assert message.startswith("manifest.json and manifest-copy.json of the folder archive are damaged, both; put one")
    assert [path for path in PATHS if folder.file(path).exists()] == PATHS


# Kill -9


MOMENTS = [
    *((path, after) for path in (PATHS[0], PATHS[2]) for after in (0, 50)),
    *((f"/{name}", after) for name in ("manifest.json", "manifest-copy.json") for after in (0, 10, 300, 800)),
]


@pytest.mark.parametrize(("path", "after"), MOMENTS)
def test_a_kill_within_an_upload_loses_nothing(archive, run_archive, folder, undisturbed, host, config, path, after):
    folder.disturb(path, after, "kills", upload=True)
    result = run_archive(config(host))
    assert result.error == {"errorType": "killed", "message": "the process ended with -9"}
    folder.heal()
    archive(config(host))
    assert state(folder) == undisturbed


@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_random_moments_and_a_run_without_one_give_the_same_archive(
    run_archive, archive, folder, undisturbed, host, config, seed
):
    """Ten in a row, each on what the one before has left; the third and the seventh on an empty folder."""
    rand = random.Random(seed)
    host.faults.add(Fault("drip", path="*.gz", at=60))
    killed = 0
    for number in range(10):
        if number in (3, 7):
            folder.clear()
        killed += killed_at_random(run_archive, config(host), host, rand)
        assert_sound(folder)
    assert killed >= 5
    host.faults.clear()
    archive(config(host))
    assert state(folder) == undisturbed


@pytest.mark.parametrize("seed", [3, 4])
def test_kills_while_the_host_writes_days_anew_lose_none_of_them(
    run_archive, archive, folder, parse, store, tmp_path, config, seed
):
    rand, sizes, killed = random.Random(seed), {}, 0
    with LogHost(tmp_path / "days", {"reader": PASSWORD}, faults=[Fault("drip", path="*.gz", at=60)]) as host:
        made = config(host, to_date="2026-04-01")
        for _ in range(10):
            for shift in rand.sample(range(5), 2):
                sizes[shift] = sizes.get(shift, 4) + 1
                day = DAYS[0] + timedelta(days=shift)
                write_day(tmp_path / "days", FQDN, day, [line(n) for n in range(sizes[shift])])
            killed += killed_at_random(run_archive, made, host, rand)
            assert_sound(folder)
        assert killed >= 5
        host.faults.clear()
        archive(made)
        found = archived(folder)
        folder.clear()
        archive(made)
    assert found == archived(folder)
    assert parse().error is None
    assert len(list(store.rows("hits"))) == sum(sizes.values())


def killed_at_random(run_archive, made, host, rand):
    """Run, and kill after so many requests and a moment; whether that was before the end."""
    requests, moment, done = rand.randrange(1, 5), rand.uniform(0, 0.04), threading.Event()
    host.journal.requests.clear()

    def end(pid):
        while len(host.journal.requests) < requests and not done.wait(0.001):
            pass
        if not done.wait(moment):
            kill(pid)

    killers = []

    def start(pid):
        killers.append(threading.Thread(target=end, args=(pid,)))
        killers[0].start()

    result = run_archive(made, on_start=start)
    done.set()
    killers[0].join()
    return result.error is not None


def archived(folder):
    """What is known of every file that counts, and its bytes; whichever of its two names it has."""
    entries = json.loads(folder.file("/manifest.json").read_text())["files"]
    names = {path: path.replace(".2.log.gz", ".log.gz") for path in entries}
    assert sorted(f"/{path}" for path in entries) == sorted(path for path in folder.paths() if "manifest" not in path)
    kept = ("size", "sha256", "lines", "day", "fqdn", "kind", "etag", "last_modified")
    return {
        names[path]: ({name: entry[name] for name in kept}, folder.file(f"/{path}").read_bytes())
        for path, entry in entries.items()
    }


def assert_sound(folder):
    """One of both manifests is whole, and each file that it names is there as it says."""
    documents = []
    for name in ("/manifest.json", "/manifest-copy.json"):
        with contextlib.suppress(ValueError, FileNotFoundError):
            documents.append(json.loads(folder.file(name).read_bytes()))
    assert documents or not [path for path in folder.paths() if path.endswith(".gz")]
    for path, entry in documents[0]["files"].items() if documents else ():
        assert folder.file(f"/{path}").stat().st_size == entry["size"]
