"""Who a hit belongs to."""

from __future__ import annotations

import hmac
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.schema import VISITOR_COLUMNS, Column
from ovh_weblogs.settings import EnrichSettings, Policy, Rotation

_BYTES = 16  # kept of SHA-256's 32, two hexadecimal digits each
_COOKIE, _IDENTIFIER, _ADDRESS, _TIME = "tracker_visitor_id", "identifier", "client_addr", "server_ts"
_NO_COOKIE = r"^Z[0-9a-fA-F]*$"  # WT1 makes such an id for each event of a browser that sent no cookie
_SOURCES = {Policy.COOKIE: _COOKIE, Policy.IDENTIFIER: _IDENTIFIER}
_OF_ALL = "of address and user agent (with language and time zone where known)"
_TOLD = {
    Policy.AUTO: f"of the tracker's cookie, else {_OF_ALL}",
    Policy.COOKIE: "of the tracker's cookie; null without one",
    Policy.IDENTIFIER: "of the column chosen as identifier; null without one",
    Policy.ADDRESS: "of the address",
    Policy.HASH: _OF_ALL,
}
_DAY, _WEEK = "datetime64[D]", "datetime64[W]"
_UNITS = {Rotation.DAY: _DAY, Rotation.WEEK: _DAY, Rotation.MONTH: "datetime64[M]"}
REVERSIBLE = (
    "visitor_id is made without a key, so it can be reversed by whoever tries all addresses: a preset of privacy with "
    "a visitor key prevents it"
)


def needs(settings: EnrichSettings) -> tuple[str, ...]:
    """Columns without which there are no ids."""
    rotates = settings.rotation is not Rotation.NONE
    return (_SOURCES.get(settings.visitor_policy, _ADDRESS), *((_TIME,) if rotates else ()))


def columns(settings: EnrichSettings) -> tuple[Column, ...]:
    """The column, whose meaning says how ids are made under these settings, and whether they can be reversed."""
    if not settings.visitor_key:
        how = "the start of SHA-256, without a key, so it can be reversed"
    elif settings.rotation is Rotation.NONE:
        how = "the start of HMAC-SHA-256, with a key"
    else:
        how = f"the start of HMAC-SHA-256, with a key for each {settings.rotation.value} in UTC"
    meaning = f"32 hexadecimal digits for the visitor, {_TOLD[settings.visitor_policy]}: {how}."
    return (replace(VISITOR_COLUMNS[0], meaning=meaning),)


def ids(batch: pa.RecordBatch, settings: EnrichSettings | None = None) -> pa.Array:
    r"""A visitor id per hit: 32 hexadecimal digits; null only where a cookie or identifier is asked for and is absent.

    They are the first of SHA-256 over a text in UTF-8 (``printf '%s\n%s' 192.0.2.1 curl/8.5.0 | sha256sum | cut -c
    1-32``): a cookie, identifier or address alone, or address, line feed, user agent. Where language or offset of the
    zone is known, ``\l``, the language, ``\z`` and the offset in minutes follow the address. A null counts as empty
    text, and so does an absent column. What stands before the line feed is unambiguous: a line feed in it is written
    ``\n``, and a backslash ``\\``.

    With a key they are the first of HMAC-SHA-256 over the same texts; with a key per day, week (it is named by its
    Thursday's) or month, that key is HMAC-SHA-256 over the period's name (such as ``day 2026-01-31``).

    Args:
        batch: Columns by our names; the tracker's cookie is ``tracker_visitor_id``.
        settings: Policy, key and its change; the defaults unless given.
    """
    settings = settings or EnrichSettings()
    texts = _texts(batch, settings.visitor_policy).dictionary_encode()
    key = settings.visitor_key.reveal().encode()
    if settings.rotation is Rotation.NONE or not key:
        return _hashed(texts.dictionary, key).take(texts.indices)
    return _rotating(texts, batch.column(_TIME), key, settings.rotation)


def _texts(batch: pa.RecordBatch, policy: Policy) -> pa.Array:
    """What is hashed."""
    if policy is Policy.ADDRESS:
        return _escaped(_filled(batch, _ADDRESS))
    if policy is Policy.IDENTIFIER:
        return _escaped(batch.column(_IDENTIFIER))
    if policy is Policy.COOKIE:
        return _cookies(batch)
    hashed = pc.binary_join_element_wise(_places(batch), _filled(batch, "useragent"), "\n")
    if policy is Policy.HASH or not _is_known(batch, _COOKIE):
        return hashed
    return pc.coalesce(_cookies(batch), hashed)


def _is_known(batch: pa.RecordBatch, name: str) -> bool:
    return name in batch.schema.names and batch.column(name).null_count < batch.num_rows


def _cookies(batch: pa.RecordBatch) -> pa.Array:
    cookies = batch.column(_COOKIE)
    refused = pc.fill_null(pc.match_substring_regex(cookies, _NO_COOKIE), fill_value=False)
    return _escaped(pc.replace_with_mask(cookies, refused, pa.scalar(None, pa.string())))


def _places(batch: pa.RecordBatch) -> pa.Array:
    """Addresses, with language and offset behind them where one of the two is known."""
    addresses = _escaped(_filled(batch, _ADDRESS))
    known = [batch.column(name).is_valid() for name in ("br_lang", "tz_off") if _is_known(batch, name)]
    if not known:
        return addresses
    either = known[0] if len(known) == 1 else pc.or_(*known)
    language, offset = _escaped(_filled(batch, "br_lang")), _filled(batch, "tz_off")
    longer = pc.binary_join_element_wise(addresses, r"\l", language, r"\z", offset, "")
    return pc.if_else(either, longer, addresses)


def _filled(batch: pa.RecordBatch, name: str) -> pa.Array:
    if name not in batch.schema.names:
        return pa.repeat(pa.scalar("", pa.string()), batch.num_rows)
    return pc.fill_null(batch.column(name).cast(pa.string()), "")


def _escaped(texts: pa.Array) -> pa.Array:
    for sign, escape in (("\\", r"\\"), ("\n", r"\n")):
        if pc.any(pc.match_substring(texts, sign)).as_py():
            texts = pc.replace_substring(texts, sign, escape)
    return texts


def _hashed(texts: pa.Array, key: bytes) -> pa.StringArray:
    """An id for each text; there is no null among them."""
    values = texts.cast(pa.binary()).to_pylist()
    if not key:
        return _written([sha256(text).digest()[:_BYTES] for text in values])
    return _written([hmac.digest(key, text, "sha256")[:_BYTES] for text in values])


def _written(hashes: list[bytes]) -> pa.StringArray:
    digits = 2 * _BYTES
    offsets = np.arange(0, digits * len(hashes) + 1, digits, dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(hashes), pa.py_buffer(offsets), pa.py_buffer(b"".join(hashes).hex().encode())
    )


def _rotating(texts: pa.DictionaryArray, times: pa.Array, key: bytes, rotation: Rotation) -> pa.Array:
    """Ids under the key of each hit's period; a hit without time has one of its own."""
    names, periods = np.unique(_periods(times, rotation), return_inverse=True)
    keys = [hmac.digest(key, f"{rotation.value} {name}".encode(), "sha256") for name in names]
    count = len(names)
    codes = pc.fill_null(texts.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    pairs, places = np.unique(codes * count + periods.reshape(-1), return_inverse=True)
    values = texts.dictionary.cast(pa.binary()).to_pylist()
    hashes = [
        hmac.digest(keys[pair % count], values[pair // count], "sha256")[:_BYTES] if pair >= 0 else bytes(_BYTES)
        for pair in pairs.tolist()
    ]
    return _written(hashes).take(pa.array(places.reshape(-1), mask=codes < 0))


def _periods(times: pa.Array, rotation: Rotation) -> np.typing.NDArray[np.datetime64]:
    moments = times.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    # Numpy's weeks begin on Thursdays, as 1970 did; three days later ISO's, on Mondays, have their Thursday in them.
    if rotation is Rotation.WEEK:
        moments = (moments.astype(_DAY) + 3).astype(_WEEK).astype(_DAY)
    periods: np.typing.NDArray[np.datetime64] = moments.astype(_UNITS[rotation])
    return periods
