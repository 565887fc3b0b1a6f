"""Batches that are kept in a file and read again."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from ovh_weblogs.engines.spool import Spool, spools
from ovh_weblogs.errors import SettingsError

BATCHES = [pa.record_batch({"a": [1, 2], "b": ["x", None]}), pa.record_batch({"a": [3], "b": ["y"]})]


def test_what_goes_through_comes_out_again_in_its_order_as_often_as_wanted(tmp_path):
    with spools(str(tmp_path), "one") as (spool,):
        assert list(spool.through(BATCHES)) == BATCHES
        assert list(spool) == list(spool) == BATCHES


def test_some_columns_are_kept_and_all_go_through(tmp_path):
    with spools(str(tmp_path), "one") as (spool,):
        assert list(spool.through(BATCHES, ["b"])) == BATCHES
        assert list(spool) == [batch.select(["b"]) for batch in BATCHES]


def test_of_no_batch_nothing_comes_out(tmp_path):
    with spools(str(tmp_path), "one") as (spool,):
        assert list(spool.through([])) == list(spool) == []


def test_the_files_are_gone_at_the_end_after_an_error_too(tmp_path):
    def failing():
        with spools(str(tmp_path), "one", "two") as (one, two):
            list(two.through(one.through(BATCHES)))
            assert len(list(tmp_path.glob("*/*"))) == 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_named_with_what_to_do(tmp_path):
    gone = tmp_path / "gone"
    with (
        pytest.raises(SettingsError, match=rf"^The folder {gone}, .*; name another one, .* temp_folder"),
        spools(str(gone), "one"),
    ):
        pass


def test_a_disk_that_is_full_is_told_as_an_error_of_ours():
    with pytest.raises(SettingsError, match=r"cannot be written to \(No space left on device\); name another one"):
        list(Spool(Path("/dev/full")).through(BATCHES))


def test_an_error_of_the_reading_stays_itself(tmp_path):
    def broken():
        yield BATCHES[0]
        raise PermissionError("the source")

    with spools(str(tmp_path), "one") as (spool,), pytest.raises(PermissionError, match="the source"):
        list(spool.through(broken()))
