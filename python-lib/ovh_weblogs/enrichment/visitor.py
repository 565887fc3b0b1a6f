"""Who a hit belongs to."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BYTES = 16  # kept of SHA-256's 32, two hexadecimal digits each


def ids(batch: pa.RecordBatch) -> pa.Array:
    r"""A visitor id per hit, never null: 32 hexadecimal digits, from the columns client_addr and useragent.

    They are the first of SHA-256 over address, line feed, user agent in UTF-8, such as ``printf '%s\n%s' 192.0.2.1
    curl/8.5.0 | sha256sum | cut -c 1-32`` in a shell. A null counts as empty text, and so does an absent user agent.
    An address holds no line feed, which makes the pair unambiguous; in a text that does, each is written ``\n``, and
    each backslash ``\\``.
    """
    addresses = _escaped(pc.fill_null(batch.column("client_addr"), ""))
    pairs = pc.binary_join_element_wise(addresses, _agents(batch), "\n").dictionary_encode()
    hashes = b"".join([sha256(pair).digest()[:_BYTES] for pair in pairs.dictionary.cast(pa.binary()).to_pylist()])
    digits = 2 * _BYTES
    offsets = np.arange(0, digits * len(pairs.dictionary) + 1, digits, dtype=np.int32)
    texts = pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(hashes.hex().encode()))
    return texts.take(pairs.indices)


def _escaped(addresses: pa.Array) -> pa.Array:
    for sign, escape in (("\\", r"\\"), ("\n", r"\n")):
        if pc.any(pc.match_substring(addresses, sign)).as_py():
            addresses = pc.replace_substring(addresses, sign, escape)
    return addresses


def _agents(batch: pa.RecordBatch) -> pa.Array:
    if "useragent" not in batch.schema.names:
        return pa.repeat(pa.scalar("", pa.string()), batch.num_rows)
    return pc.fill_null(batch.column("useragent"), "")
