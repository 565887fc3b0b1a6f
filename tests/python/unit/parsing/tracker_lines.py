"""Lines of the WT1 tracker for tests, written as its server writes them: quotes escaped, backslashes and tabs not."""

from __future__ import annotations

import io
from datetime import datetime, timezone

from ovh_weblogs.parsing import parse
from ovh_weblogs.schema import HITS, REJECTS

SERVER, CLIENT = "2015-06-02T11:29:50.675", "2015-06-02T11:29:50.001"
OLD = "2013/03/01-23:59:59.007"
AT = datetime(2015, 6, 2, 11, 29, 50, 675_000, tzinfo=timezone.utc)
GLOBAL = "1873fb5b5e053323bcd75e841ae3eaf0"
TIMES = "#server_ts\tclient_ts\t"
REST = (
    "location\treferer\tuser-agent\ttype\tvisitor_params\tsession_params\tevent_params\t"
    "br_width\tbr_height\tsc_width\tsc_height\tbr_lang\ttz_off"
)
CURRENT = f"{TIMES}client_addr\tvisitor_id\tsession_id\t{REST}"
WITH_GLOBAL = f"{CURRENT}\tglobal_visitor_id"
WITHOUT_SESSION = f"{TIMES}client_addr\tvisitor_id\t{REST}"
OLDEST = f"#timestamp\tclient_addr\tvisitor_id\t{REST}"
ACCESS = '198.51.100.23 a.example - [05/Mar/2024:08:14:02 +0100] "GET / HTTP/1.1" 200 5 "-" "-"'


def quoted(text):
    return '"' + text.replace('"', '\\"') + '"'


def line(
    *, server=SERVER, client=CLIENT, address="198.51.100.7", visitor="b4743af1d1c5178", session="0123456189abcde",
    location="https://www.example.com/", referer="", agent="Mozilla/5.0", kind="page", visitor_params="null",
    session_params="null", event_params="a=b", sizes=("1280", "720", "1920", "1080"), language="fr", zone="-120",
    more=(),
):  # fmt: skip
    """A line of the current layout; None leaves a field out, ``more`` follows."""
    texts = (location, referer, agent, kind, visitor_params, session_params, event_params)
    head = [server, client, address, visitor, session]
    fields = [*head, *map(quoted, texts), *sizes, f'"{language}"', zone, *more]
    return "\t".join(field for field in fields if field is not None)


def read(data, **options):
    """Hits, rejects, blanks of some lines (a text or bytes); what holds of every block is checked."""
    hits, rejects, lines, blanks = [], [], 0, 0
    content = data if isinstance(data, bytes) else data.encode()
    for block in parse(io.BytesIO(content), **{"line_format": "wt1", **options}):
        assert block.hits.schema.equals(HITS.arrow)
        assert block.rejects.schema.equals(REJECTS.arrow)
        block.hits.validate(full=True)
        assert block.hits.num_rows + block.rejects.num_rows + block.blanks == block.lines
        hits += block.hits.to_pylist()
        rejects += block.rejects.to_pylist()
        lines += block.lines
        blanks += block.blanks
    assert lines == content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
    return hits, rejects, blanks


def hit(text, **options):
    """The one hit of a line, without its nulls."""
    (row,), rejects, _ = read(text, **options)
    assert rejects == []
    return {name: value for name, value in row.items() if value is not None}


def reason(text, **options):
    """Why the last line, the only one that is no header, is refused."""
    hits, (reject,), _ = read(text, **options)
    assert hits == []
    return reject["reason"]
