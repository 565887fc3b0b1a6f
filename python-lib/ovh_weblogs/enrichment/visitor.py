"""Who a hit belongs to."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

_LENGTH = 32  # hexadecimal digits kept of SHA-256's 64: 128 bits


def ids(batch: pa.RecordBatch) -> pa.Array:
    """A visitor id per hit, never null, from the columns client_addr and useragent; see ``visitor_id``.

    A null counts as empty text, and so does an absent user agent.
    """
    addresses = pc.fill_null(batch.column("client_addr"), "").dictionary_encode()
    agents = _agents(batch).dictionary_encode()
    size = max(len(agents.dictionary), 1)
    pairs = pc.add(pc.multiply(addresses.indices.cast(pa.int64()), size), agents.indices.cast(pa.int64()))
    distinct = pairs.dictionary_encode()
    left, right = addresses.dictionary.to_pylist(), agents.dictionary.to_pylist()
    hashes = [visitor_id(left[pair // size], right[pair % size]) for pair in distinct.dictionary.to_pylist()]
    return pc.take(pa.array(hashes, pa.string()), distinct.indices)


def visitor_id(address: str, agent: str) -> str:
    r"""The id of one pair: the first 32 hexadecimal digits of SHA-256 over address, line feed, user agent in UTF-8.

    Such as ``printf '%s\n%s' 192.0.2.1 curl/8.5.0 | sha256sum | cut -c 1-32`` in a shell. An address holds no line
    feed, which makes the pair unambiguous; in a text that does, each is written ``\n``, and each backslash ``\\``.
    """
    escaped = address.replace("\\", "\\\\").replace("\n", "\\n")
    return hashlib.sha256(f"{escaped}\n{agent}".encode()).hexdigest()[:_LENGTH]


def _agents(batch: pa.RecordBatch) -> pa.Array:
    if "useragent" not in batch.schema.names:
        return pa.repeat(pa.scalar("", pa.string()), batch.num_rows)
    return pc.fill_null(batch.column("useragent"), "")
