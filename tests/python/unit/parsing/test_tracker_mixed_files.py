"""Which reader a file's lines go to, by their shape and by name."""

from __future__ import annotations

import gzip
import io

import pytest

from ovh_weblogs import pipeline
from ovh_weblogs.errors import SettingsError
from tests.python.unit.parsing.tracker_lines import ACCESS, AT, CURRENT, GLOBAL, OLD, OLDEST, WITH_GLOBAL, line, read

OTHER_ACCESS = ACCESS.replace("GET /", "GET /other")
TRACKED = line(more=[GLOBAL])


def families(text):
    hits, rejects, blanks = read(text, line_format="auto")
    return [(row["line_number"], row["log_family"]) for row in hits], [row["reason"] for row in rejects], blanks


@pytest.mark.parametrize(
    ("first", "family"),
    [
        (line(), "tracker"),
        (line(server=OLD, client=None, session=None), "tracker"),
        (f"{CURRENT}\n{line()}", "tracker"),
        (f"{OLDEST}\n{line(server=OLD, client=None, session=None)}", "tracker"),
        (f"\n \r\n\t\n{line()}", "tracker"),
        (ACCESS, "server"),
        (f"\n{ACCESS}", "server"),
    ],
)
def test_the_first_line_that_is_not_blank_tells_the_file(first, family):
    """Whose file it is, is whose reason a broken line has."""
    found, reasons, _ = families(f"{first}\nx")
    assert [name for _, name in found] == [family]
    assert reasons == ["no times and address of the tracker" if family == "tracker" else "no time in brackets"]


def test_lines_of_the_other_kind_are_read_in_either_file_in_the_order_of_lines():
    tracker = [WITH_GLOBAL, TRACKED, ACCESS, TRACKED, OTHER_ACCESS, ""]
    assert families("\n".join(tracker)) == ([(2, "tracker"), (3, "server"), (4, "tracker"), (5, "server")], [], 1)
    server = [ACCESS, WITH_GLOBAL, TRACKED, OTHER_ACCESS, "", TRACKED]
    assert families("\n".join(server)) == ([(1, "server"), (3, "tracker"), (4, "server"), (6, "tracker")], [], 2)


def test_a_header_in_an_access_log_holds_for_the_trackers_lines_after_it():
    lines = [ACCESS, WITH_GLOBAL, line(), TRACKED, CURRENT, line(), TRACKED]
    found, reasons, blanks = families("\n".join(lines))
    assert ([number for number, _ in found], len(reasons), blanks) == ([1, 4, 6], 2, 2)


def test_a_refused_line_that_begins_with_the_trackers_times_is_no_access_line():
    """The language can hold what looks like one."""
    forged = line(
        visitor="a\tb", agent="a b c", language='x [05/Mar/2024:08:14:02 +0100] "GET / HTTP/1.1" 200 5 "-" ', zone='"'
    )
    assert read(forged, line_format="combined")[0]
    assert families(f"{line()}\n{forged}")[1] == ["more or fewer ids than the layout has"]


def test_reasons_are_those_of_the_files_own_format():
    broken = line(visitor="a\tb")
    assert families(f"{ACCESS}\n{broken}")[1] == ["no time in brackets"]
    assert families(f"{line()}\n{ACCESS[:-8]}")[1] == ["no times and address of the tracker"]


def test_many_lines_of_the_other_kind_keep_their_numbers():
    """More than a block holds, so that some parts of the file are all of one kind and some of both."""
    lines = [ACCESS] * 30_000 + [TRACKED] * 20_000 + [ACCESS, TRACKED, "x"] * 100
    hits, rejects, _ = read("\n".join(lines), line_format="auto")
    expected = [
        (number, "server" if text == ACCESS else "tracker") for number, text in enumerate(lines, 1) if text != "x"
    ]
    assert [(row["line_number"], row["log_family"]) for row in hits] == expected
    assert [row["line_number"] for row in rejects] == [number for number, text in enumerate(lines, 1) if text == "x"]


def test_a_packed_file_is_read_as_the_plain_one():
    data = f"{CURRENT}\n{line()}\n".encode()
    assert read(data)[0] == [
        row for block in pipeline.parse(io.BytesIO(gzip.compress(data))) for row in block.hits.to_pylist()
    ]


def test_by_name_only_the_trackers_lines_are_read_and_only_access_lines_by_another():
    assert len(read(f"{ACCESS}\n{line()}", line_format="wt1")[0]) == 1
    assert [row["log_family"] for row in read(f"{line()}\n{ACCESS}", line_format="ovh")[0]] == ["server"]


def test_an_unknown_format_is_answered_with_the_known_ones():
    with pytest.raises(SettingsError, match=r"auto, ovh, combined, common, vhost_combined, wt1"):
        pipeline.parse(io.BytesIO(), line_format="wt2")


def test_the_trackers_hits_are_enriched_and_its_ids_kept_under_other_names():
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
    blocks = pipeline.parse(io.BytesIO(line(agent=agent, more=[GLOBAL]).encode()))
    (batch,) = pipeline.enrich(block.hits for block in blocks)
    (row,) = batch.to_pylist()
    assert (row["tracker_visitor_id"], row["tracker_session_id"]) == ("b4743af1d1c5178", "0123456189abcde")
    assert (row["server_ts"], row["location_host"], row["useragent_brand"]) == (AT, "www.example.com", "Firefox")
    assert row["visitor_id"] == row["tracker_visitor_id"]
