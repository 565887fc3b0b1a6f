"""Who a hit belongs to."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

_LENGTH = 32  # hexadecimal digits kept of SHA-256's 64: 128 bits


def ids(batch: pa.RecordBatch) -> pa.Array:
    """A visitor id per hit: SHA-256 of address, line feed, user agent, in UTF-8, hexadecimal, its first 32 digits.

    A null, or an absent user agent, counts as empty text: no id is null. The length of the address goes first where it
    holds a line feed, so that no two pairs of texts give one id.
    """
    count = batch.num_rows
    addresses = pc.fill_null(batch.column("client_addr"), "").dictionary_encode()
    agents = _agents(batch, count).dictionary_encode()
    size = max(len(agents.dictionary), 1)
    pairs = pc.add(pc.multiply(addresses.indices.cast(pa.int64()), size), agents.indices.cast(pa.int64()))
    distinct = pairs.dictionary_encode()
    left, right = addresses.dictionary.to_pylist(), agents.dictionary.to_pylist()
    hashes = [visitor_id(left[pair // size], right[pair % size]) for pair in distinct.dictionary.to_pylist()]
    return pc.take(pa.array(hashes, pa.string()), distinct.indices)


def visitor_id(address: str, agent: str) -> str:
    """The id of one pair of address and user agent."""
    head = f"{len(address)}:{address}" if "\n" in address else address
    return hashlib.sha256(f"{head}\n{agent}".encode()).hexdigest()[:_LENGTH]


def _agents(batch: pa.RecordBatch, count: int) -> pa.Array:
    if "useragent" not in batch.schema.names:
        return pa.array([""] * count, pa.string())
    return pc.fill_null(batch.column("useragent"), "")
