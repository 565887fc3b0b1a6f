"""Claims about any reader of blocks: that of access logs and that of the tracker."""

from __future__ import annotations

import io

from ovh_weblogs.parsing.blocks import read_lines_in_blocks


def rows(reader, data, **sizes):
    """Hits, rejects, lines and blanks of a file that is cut into blocks of these sizes."""
    parts = [part for block in read_lines_in_blocks(io.BytesIO(data), "f", **sizes) for part in reader.read(block)]
    return (
        [row for part in parts for row in part.hits.to_pylist()],
        [row for part in parts for row in part.rejects.to_pylist()],
        sum(part.lines for part in parts),
        sum(part.blanks for part in parts),
    )


def assert_blocks_may_end_anywhere(make_reader, data):
    """The rows are the same wherever the first block ends: between two line feeds, all its sizes cut alike."""
    whole = rows(make_reader(), data)
    feeds = [at for at, byte in enumerate(data) if byte == ord("\n")]
    for size in sorted({1, len(data), len(data) + 1, *(at + shift for at in feeds for shift in (0, 1, 2) if at)}):
        assert rows(make_reader(), data, first=size, size=len(data)) == whole, size
    return whole


def assert_no_line_is_lost(data, hits, rejects, blanks):
    """Every line is a hit, a reject with its own bytes, or blank (a tracker's header counts as blank)."""
    lines = data.split(b"\n")
    numbers = [row["line_number"] for row in hits + rejects]
    assert len(set(numbers)) == len(numbers)
    for row in rejects:
        assert row["line"] == lines[row["line_number"] - 1].removesuffix(b"\r")
    left = set(range(1, len(lines) + 1)) - set(numbers)
    assert all(not lines[number - 1].strip() or lines[number - 1].startswith(b"#") for number in left)
    assert blanks == len(left) - (not lines[-1])
