"""Files of a folder: which are read, in which order, and what is said of those that cannot be."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from tests.python.contract.parse_recipe.recipe import PACKED, line, manifest


@pytest.fixture(scope="module")
def mixed(new_recipe):
    """A run over files of every kind, each appended to another of its kind, beside what is no log."""
    recipe = new_recipe()
    raw = recipe.folder()
    for number, (kind, pack) in enumerate(PACKED.items(), 1):
        raw.put(
            f"/{9 - number}/{kind}.{'gz' if kind == 'plain' else 'txt'}", pack(line(number)) + pack(line(10 + number))
        )
    for path in ("/.hidden", "/.cache/day.log", "/tracker/___unfinished.tmp", "/old/manifest.json", "/empty/"):
        raw.put(path, b"no log\n")
    raw.put("/quiet.log", b"")
    recipe.good()
    return recipe


def test_files_are_told_by_content_read_to_the_end_and_in_the_order_of_paths(mixed):
    assert mixed.places() == [
        *(("4/zstd.txt", 1, 5), ("4/zstd.txt", 2, 15), ("5/xz.txt", 1, 4), ("5/xz.txt", 2, 14)),
        *(("6/bzip2.txt", 1, 3), ("6/bzip2.txt", 2, 13), ("7/gzip.txt", 1, 2), ("7/gzip.txt", 2, 12)),
        *(("8/plain.gz", 1, 1), ("8/plain.gz", 2, 11)),
    ]


def test_what_is_no_log_is_passed_over_and_named(mixed):
    assert (
        "5 files are passed over, which are no logs: "
        "/.cache/day.log, /.hidden, /empty, /old/manifest.json, /tracker/___unfinished.tmp"
    ) in mixed.result.log


def test_an_empty_file_is_a_log_without_lines(mixed):
    assert mixed.store.metrics("hits") == {"lines": 10, "hits": 10, "rejects": 0, "blanks": 0, "files": 6}


def test_a_packed_file_that_was_cut_is_named_and_nothing_is_written(recipe):
    recipe.folder({"a.log": line(1), "b.log": gzip.compress(line(2) * 100)[:-5]})
    assert recipe.error().startswith("b.log stops in the middle of its ")


def test_a_packed_file_that_is_damaged_is_named(recipe):
    packed = PACKED["xz"](b"".join(map(line, range(300))))
    recipe.folder({"b.log": packed[:40] + b"\xff" * 40 + packed[80:]})
    assert recipe.error().startswith("b.log is damaged (")


def test_a_file_that_unpacks_to_too_much_is_named(recipe):
    recipe.folder({"bomb": PACKED["zstd"](b"\n" * 1_500_000)})
    message = recipe.error(plugin_config={"max_day_gb": 0.001})
    assert message.startswith("bomb unpacks to more than 0.001 GB; ")


def test_a_file_that_was_packed_twice_is_refused(recipe):
    recipe.folder({"day.log.gz": PACKED["zstd"](gzip.compress(line(1)))})
    assert recipe.error() == "day.log.gz is packed twice; unpack it once."


def test_a_tar_archive_is_refused_by_name(recipe):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("day.log"))
    recipe.folder({"old/logs.tar.gz": made.getvalue()})
    assert recipe.error() == (
        "old/logs.tar.gz is a tar archive; unpack it, and put the files that are in it in its place."
    )


@pytest.mark.parametrize("kind", ["plain", "zstd"])
def test_a_storage_that_breaks_off_is_no_damage_of_the_file(recipe, kind):
    """Zstandard is unpacked by Arrow, which makes an error of its own of any."""
    recipe.folder({"day": PACKED[kind](b"".join(map(line, range(2_000))))}).disturb("/day", 3_000, "breaks")
    assert recipe.error() == ("The storage broke off while day was read (ConnectionResetError); start the build again.")


def test_a_plain_file_that_comes_cut_is_an_error(recipe):
    recipe.folder({"day.log": line(1) * 2}).disturb("/day.log", len(line(1)), "ends")
    assert recipe.error().startswith("day.log has 101 bytes in place of 202; ")


def test_a_folder_without_logs_is_an_error(recipe):
    recipe.folder({".hidden": line(1)})
    assert recipe.error() == "The folder raw holds no log; put files of logs into it."


# Manifest


def test_where_there_is_a_manifest_only_its_files_are_read_in_its_order(recipe):
    files = {"b.log": line(1), "sub/a.log": gzip.compress(line(2))}
    recipe.folder({**files, "c.log": line(3), "manifest.json": manifest(files)})
    assert recipe.good() == [("b.log", 1, 1), ("sub/a.log", 1, 2)]


def test_a_file_that_is_not_as_the_manifest_says_is_an_error(recipe):
    recipe.folder({"day.log": line(1), "manifest.json": manifest({"day.log": line(1)}, sha256="0" * 64)})
    assert recipe.error().startswith("day.log is not the file of which its SHA-256 was noted; ")


def test_a_file_of_the_manifest_that_is_not_there_is_named(recipe):
    recipe.folder({"manifest.json": manifest({"gone.log": line(1)})})
    assert recipe.error().startswith("The folder raw lacks gone.log, which its manifest.json names; ")


def test_a_manifest_of_another_shape_is_an_error(recipe):
    recipe.folder({"day.log": line(1), "manifest.json": b"[]"})
    assert recipe.error().startswith("manifest.json of the folder is none")


# Memory


def test_memory_does_not_grow_with_files_of_any_kind(recipe):
    """60 MB of text of each kind need as much as 10 MB do, but for some blocks that the allocator keeps."""
    part = {kind: pack((b"x" * 9_999 + b"\n") * 1_000) for kind, pack in PACKED.items()}
    peaks = []
    for name, parts in (("small", 1), ("large", 6)):
        recipe.folder({kind: data * parts for kind, data in part.items()}, name)
        recipe.good(name, rejects=False, config={"max_reject_share": 1})
        peaks.append(recipe.result.peak_bytes)
    if None not in peaks:
        assert peaks[1] - peaks[0] < 25e6
