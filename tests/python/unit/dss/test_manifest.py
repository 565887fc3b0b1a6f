"""What is taken for the manifest of a folder."""

from __future__ import annotations

import io
import json

import pytest

from ovh_weblogs.dss.manifest import manifest_entries
from ovh_weblogs.errors import InputError

ENTRY = {"size": 101, "sha256": "0aF" + 61 * "0"}


def entries(data):
    return manifest_entries(io.BytesIO(data))


def test_files_keep_their_order_and_begin_with_a_slash():
    given = {"files": {"b.log": ENTRY, "/sub/a.log": {**ENTRY, "more": 1}}, "more": 1}
    assert list(entries(json.dumps(given).encode()).items()) == [
        ("/b.log", ENTRY),
        ("/sub/a.log", {**ENTRY, "more": 1}),
    ]


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"files": []}', b'{"files": {"a": 1}}', b"\xff"])
def test_a_manifest_of_another_shape_is_an_error(data):
    with pytest.raises(InputError, match=r"^manifest\.json of the folder is none"):
        entries(data)


@pytest.mark.parametrize("wrong", [{"size": "101"}, {"size": None}, {"size": True}, {"sha256": None}, {"sha256": "0"}])
def test_an_entry_without_size_or_hash_is_an_error(wrong):
    with pytest.raises(InputError, match=r"^manifest\.json of the folder is none"):
        entries(json.dumps({"files": {"day.log": {**ENTRY, **wrong}}}).encode())
