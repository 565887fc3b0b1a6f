"""manifest.json: read from whatever is left of it, written in one form."""

from __future__ import annotations

import json

import pytest

from ovh_weblogs import manifest
from ovh_weblogs.errors import InputError
from ovh_weblogs.manifest import Entry, Manifest

SHA = "0" * 64
A, B = Entry(1, SHA, day="2026-03-28"), Entry(2, SHA)


def loaded(texts, folder=""):
    return manifest.loaded(folder, texts, texts.__getitem__)


def text(**files):
    return Manifest({f"/{name}": entry for name, entry in files.items()}).text()


def test_what_is_written_is_what_is_read():
    given = Manifest(
        {"/a.log.gz": Entry(3, SHA, 4, "x.example", "web", "2026-03-28", '"t"', "date", "then", 5)}, ["/b"]
    )
    assert manifest.parsed(given.text()) == given


def test_the_order_in_which_files_came_does_not_show():
    assert Manifest({"/b": B, "/a": A}).text() == Manifest({"/a": A, "/b": B}).text()
    assert list(json.loads(Manifest({"/b": B, "/a": A}).text())["files"]) == ["a", "b"]


def test_files_keep_the_order_of_the_text_and_begin_with_a_slash():
    entry = {"size": 101, "sha256": "0aF" + 61 * "0"}
    text = json.dumps({"files": {"b.log": entry, "/sub/a.log": {**entry, "more": 1}}, "more": 1}).encode()
    assert list(manifest.parsed(text).files.items()) == [(path, Entry(**entry)) for path in ("/b.log", "/sub/a.log")]


@pytest.mark.parametrize("wrong", [{"size": "101"}, {"size": None}, {"size": True}, {"sha256": None}, {"sha256": "0"}])
def test_an_entry_without_size_or_hash_is_refused(wrong):
    with pytest.raises(InputError, match=r"^manifest\.json of the folder is none"):
        manifest.parsed(json.dumps({"files": {"day.log": {"size": 1, "sha256": SHA, **wrong}}}).encode())


def test_size_and_hash_are_enough_and_odd_values_of_the_rest_are_passed_over():
    odd = {"size": 1, "sha256": SHA, "lines": "many", "stored": True, "etag": None, "fqdn": 7, "more": {}}
    read = manifest.parsed(json.dumps({"files": {"a": odd, "/b": {"size": 2, "sha256": SHA}}}).encode())
    assert read.files == {"/a": Entry(1, SHA), "/b": B}


@pytest.mark.parametrize(
    "wrong",
    [
        *(b"", b"[]", b"{}", b'{"files": []}', b'{"files": {"a": 1}}', b"\xff", b"[" * 100_000),
        b'{"files": {"a": {"size": 1, "sha256": "%s", "day": "soon"}}}' % SHA.encode(),
        b'{"files": {}, "remove": 1}',
        text(a=A)[:-3],
    ],
)
def test_what_is_no_manifest_is_refused(wrong):
    with pytest.raises(InputError, match="is none"):
        manifest.parsed(wrong)


@pytest.mark.parametrize("length", range(0, len(text(a=A)) - 2, 7))
def test_a_manifest_cut_anywhere_is_no_manifest(length):
    with pytest.raises(InputError):
        manifest.parsed(text(a=A)[:length])


@pytest.mark.parametrize(
    ("name", "copy", "files", "from_copy"),
    [
        (text(a=A), text(b=B), {"/a"}, False),
        (text(a=A), b"{", {"/a"}, False),
        (b"{", text(b=B), {"/b"}, True),
        (None, text(b=B), {"/b"}, True),
        (None, b"{", set(), True),
    ],
    ids=["both whole", "copy cut", "cut", "copy alone", "first writing cut"],
)
def test_one_of_both_that_is_whole_is_enough(name, copy, files, from_copy):
    texts = {path: data for path, data in (("/manifest.json", name), ("/manifest-copy.json", copy)) if data is not None}
    found = loaded(texts)
    assert (set(found.files), found.from_copy) == (files, from_copy)


def test_two_that_are_cut_are_an_error_and_none_is_none():
    with pytest.raises(InputError):
        loaded({"/manifest.json": b"{", "/manifest-copy.json": b"{"})
    assert loaded({"/other": b""}) is None


def test_what_a_day_says_of_itself_replaces_what_is_said_of_it():
    day, other = "/2026/03/28", "/2026/03/29/a"
    whole = Manifest({f"{day}/a": A, other: A})
    assert set(manifest.merged(whole, {day: Manifest({f"{day}/b": B})}).files) == {f"{day}/b", other}
    assert set(manifest.merged(None, {day: Manifest({f"{day}/b": B})}).files) == {f"{day}/b"}


def test_only_folders_of_days_have_manifests_of_their_own():
    paths = ["/2026/03/28/manifest.json", "/2026/03/27/manifest-copy.json", "/old/manifest.json", "/manifest.json"]
    assert manifest.day_folders(paths) == ["/2026/03/27", "/2026/03/28"]
