"""Real lines, row by row, as another parser of Apache's logs reads them."""

from __future__ import annotations

import gzip
import io
import re
from typing import Any

import apachelogs

from ovh_weblogs.parsing import parse

FORMAT = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'


TEXTS = ("client_addr", "user", "method", "location", "protocol", "referer", "useragent")


def oracle(line: str) -> dict[str, Any] | None:
    """A line's values as apachelogs finds them, texts as bytes; None where it finds none."""
    try:
        found = apachelogs.parse(FORMAT, line, encoding="bytes")
    except apachelogs.InvalidEntryError:
        return None
    method, _, rest = (found.request_line or b"").partition(b" ")
    target, _, protocol = rest.rpartition(b" ")
    return {
        "server_ts": found.request_time,
        "client_addr": found.remote_host,
        "user": found.remote_user,
        "method": method,
        "location": target,
        "protocol": protocol,
        "status": found.final_status,
        "bytes": found.bytes_sent,
        "referer": found.headers_in["Referer"] or None,
        "useragent": found.headers_in["User-Agent"] or None,
    }


def as_bytes(text: str | None) -> bytes | None:
    r"""A cell's bytes: escapes that are no UTF-8 stand in it as they were logged, apachelogs decodes them."""
    if text is None:
        return None
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), text.encode())


def test_every_real_line_is_read_as_apachelogs_reads_it(samples):
    content = gzip.decompress((samples / "apache_logs.gz").read_bytes())
    lines = content.decode("utf-8").split("\n")[:-1]
    expected = {number: oracle(line) for number, line in enumerate(lines, 1)}
    hits = [hit for block in parse(io.BytesIO(content), line_format="combined") for hit in block.hits.to_pylist()]
    assert {hit["line_number"] for hit in hits} == {number for number, values in expected.items() if values}
    for hit in hits:
        values = expected[hit["line_number"]]
        assert {name: as_bytes(hit[name]) if name in TEXTS else hit[name] for name in values} == values
    assert len(hits) == 9_999
