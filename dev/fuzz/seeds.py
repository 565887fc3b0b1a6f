"""What the search begins with: lines of every kind, some in a row, some packed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from dev.fuzz.properties import CUSTOM, FORMATS
from dev.traffic import hardlines
from dev.traffic.requests import Client
from dev.traffic.wt1 import LAYOUTS, Event

_CHOICES = len(FORMATS) + len(CUSTOM)
_STAMP = "05/Mar/2024:08:14:02 +0100"
# Words that the search puts in: what formats are made of, and what breaks readers.
_WORDS = (
    *(b" [", b"] ", b'"', b'" ', b' "', b'\\"', b"\\\\", b"\\x16", b"\\xc3\\xa9", b"\r\n", b"\n", b"\r", b"\0", b"\t"),
    *(
        _STAMP.encode(),
        b"GET / HTTP/1.1",
        b"HTTP/2",
        b" 200 512 ",
        b" - ",
        b"-",
        b"::1",
        b"[::1]:80",
        b"example.com:443",
    ),
    *(b"\xe2\x80\xa8", b"\xc3", b"\xff", b"\xef\xbb\xbf", b"\x1f\x8b\x08", b"#server_ts\t", b"null", b'"null"'),
    *(b"2015-06-02T11:29:50.675", b"99999999999999999999", b"31/Feb/2024:00:00:00 +0000", b"-0.5", b"9" * 40),
)


_EVENT = Event(
    *(1_433_244_590_675, 1_433_244_590_001, Client("192.0.2.1", "curl", "FR", "library"), "b4743af1d1c5178"),
    *("0123456189abcde", "https://www.example.com/", "", "page", None, "a=b", "c=%09d", (1280, 720), (1920, 1080)),
    *("fr", "-120", "1873fb5b5e053323bcd75e841ae3eaf0"),
)


def write(corpus: Path, dictionary: Path) -> None:
    """Write the first inputs, one a file, and the words as libFuzzer reads them."""
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(_contents()):
        # The first byte chooses the format: see ``__main__``.
        (corpus / f"seed-{number:03}").write_bytes(bytes([number % _CHOICES]) + content)
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in _WORDS)
    dictionary.write_text("".join(f'"{word}"\n' for word in escaped), "ascii")


def _contents() -> Iterator[bytes]:
    lines = [line.content(_STAMP) for line in (*hardlines.HITS, *hardlines.REFUSED, *hardlines.BLANK)]
    lines = [line for line in lines if len(line) < 1_000]
    yield from (line + b"\n" for line in lines)
    for start in range(0, len(lines), 5):
        yield b"\n".join(lines[start : start + 5])
    yield gzip.compress(b"\n".join(lines[:9]) + b"\n", mtime=0)
    for layout in LAYOUTS:
        line = _EVENT.line(layout).encode()
        yield b"\n".join((layout.header.encode(), line, line, b""))
        yield line + b"\n"
    yield b'192.0.2.1 - - [%s] "GET / HTTP/1.1" 200 5\n' % _STAMP.encode()
    yield b"2024-03-05T08:14:02+01:00|a.example|192.0.2.1|GET|/|HTTP/1.1|200|5|0.001\n"
    yield b"1709622842.123\t192.0.2.1\tGET / HTTP/1.1\t200\t5\tcurl\n"
    yield b'2024-03-05 08:14:02 192.0.2.1 "GET / HTTP/1.1" 200 5 "curl" 12\n'
    yield b'a.example;192.0.2.1;-;[%s];"GET / HTTP/1.1";200;5;"-"\n' % _STAMP.encode()
