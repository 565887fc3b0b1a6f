"""Who a hit belongs to."""

from __future__ import annotations

import hmac
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment.urlscan import holding
from ovh_weblogs.schema import VISITOR_COLUMNS, Column
from ovh_weblogs.settings import EnrichSettings, Policy, Rotation

_WHOLE = 32  # bytes of SHA-256
_BYTES = 16  # kept of them, two hexadecimal digits each
_AT_ONCE = 2_048  # texts that are copied out of a column: for many, memory is asked of the system each time
_COOKIE, _IDENTIFIER, _ADDRESS, _TIME = "tracker_visitor_id", "identifier", "client_addr", "server_ts"
_NO_COOKIE = r"^Z[0-9a-fA-F]*$"  # WT1 makes such an id for each event of a browser that sent no cookie
_SOURCES = {Policy.COOKIE: _COOKIE, Policy.IDENTIFIER: _IDENTIFIER}
_ALL = "address and user agent (with language and time zone where known)"
_HASHED = {
    Policy.AUTO: f"the tracker's cookie, else over {_ALL}",
    Policy.COOKIE: "the tracker's cookie; null without one",
    Policy.IDENTIFIER: "the column chosen as identifier; null without one",
    Policy.ADDRESS: "the address",
    Policy.HASH: _ALL,
}
_KEYLESS = "32 hexadecimal digits, the start of SHA-256 without a key, so it can be reversed, over"
_PLAIN = {
    Policy.AUTO: f"the tracker's cookie, else {_KEYLESS} {_ALL}",
    Policy.COOKIE: "the tracker's cookie as it is; null without one",
    Policy.IDENTIFIER: "the column chosen as identifier, as it is; null without one",
    Policy.ADDRESS: f"{_KEYLESS} the address",
    Policy.HASH: f"{_KEYLESS} {_ALL}",
}
_DAY, _WEEK = "datetime64[D]", "datetime64[W]"
_UNITS = {Rotation.DAY: _DAY, Rotation.WEEK: _DAY, Rotation.MONTH: "datetime64[M]"}


def warning(settings: EnrichSettings) -> str | None:
    """What there is to say of ids without a key; None for those with one."""
    if settings.visitor_key:
        return None
    how = (
        "is the cookie or identifier as it is"
        if settings.visitor_policy in _SOURCES
        else "is made without a key, so it can be reversed by whoever tries all addresses"
    )
    return f"visitor_id {how}: a preset of privacy with a visitor key prevents it"


def needs(settings: EnrichSettings) -> tuple[str, ...]:
    """Columns without which there are no ids."""
    rotates = settings.rotation is not Rotation.NONE
    return (_SOURCES.get(settings.visitor_policy, _ADDRESS), *((_TIME,) if rotates else ()))


def columns(settings: EnrichSettings) -> tuple[Column, ...]:
    """The column, whose meaning says how ids are made under these settings, and whether they can be reversed."""
    policy, period = settings.visitor_policy, settings.rotation
    often = "a key" if period is Rotation.NONE else f"a key for each {period.value} in UTC"
    keyed = f"32 hexadecimal digits, the start of HMAC-SHA-256 with {often} over {_HASHED[policy]}"
    told = keyed if settings.visitor_key else _PLAIN[policy]
    return (replace(VISITOR_COLUMNS[0], meaning=f"The visitor: {told}."),)


def ids(batch: pa.RecordBatch, settings: EnrichSettings | None = None) -> pa.Array:
    r"""A visitor id per hit; null only where a cookie or identifier is asked for and is absent.

    A cookie or identifier stays as it is unless there is a key. All else is 32 hexadecimal digits, the first of SHA-256
    over a text in UTF-8 (``printf '%s\n%s' 192.0.2.1 curl/8.5.0 | sha256sum | cut -c 1-32``): the address alone, or
    address, line feed, user agent. Where language or offset of the zone is known, ``\l``, the language, ``\z`` and the
    offset in minutes follow the address. A null counts as empty text, and so does an absent column. What stands
    before the line feed is unambiguous: a line feed in it is written ``\n``, and a backslash ``\\``.

    With a key they are the first of HMAC-SHA-256 over the same texts, or over the cookie or identifier, written as an
    address is. With a key per day, week (it is named by its Thursday) or month, that key is HMAC-SHA-256 over the
    period's name, such as ``day 2026-01-31``.

    Args:
        batch: Columns by our names; the tracker's cookie is ``tracker_visitor_id``.
        settings: Policy, key and its change; the defaults unless given.
    """
    settings = settings or EnrichSettings()
    named, texts = _parts(batch, settings.visitor_policy)
    key = settings.visitor_key.reveal().encode()
    if not key:
        return _first(named, None if texts is None else _hashed(texts, key))
    whole = _first(None if named is None else _escaped(named), texts)
    if settings.rotation is Rotation.NONE:
        return _hashed(whole, key)
    return _rotating(whole.dictionary_encode(), batch.column(_TIME), key, settings.rotation)


def _parts(batch: pa.RecordBatch, policy: Policy) -> tuple[pa.Array | None, pa.Array | None]:
    """Cookies or identifiers, and texts that stand for a visitor where there are none of these."""
    if policy is Policy.ADDRESS:
        return None, _escaped(_filled(batch, _ADDRESS))
    if policy is Policy.IDENTIFIER:
        return batch.column(_IDENTIFIER), None
    if policy is Policy.COOKIE:
        return _cookies(batch), None
    agents = batch.column("useragent") if "useragent" in batch.schema.names else ""
    texts = pc.binary_join_element_wise(_places(batch), agents, "\n", null_handling="replace", null_replacement="")
    if policy is Policy.HASH or not _is_known(batch, _COOKIE):
        return None, texts
    cookies = _cookies(batch)
    return cookies, pc.replace_with_mask(texts, cookies.is_valid(), pa.scalar(None, pa.string()))


def _first(left: pa.Array | None, right: pa.Array | None) -> pa.Array:
    """Values of the one, and of the other where it has none; at least one is there."""
    if left is None or right is None:
        return right if left is None else left
    return pc.coalesce(left, right)


def _is_known(batch: pa.RecordBatch, name: str) -> bool:
    return name in batch.schema.names and batch.column(name).null_count < batch.num_rows


def _cookies(batch: pa.RecordBatch) -> pa.Array:
    cookies = batch.column(_COOKIE)
    refused = pc.fill_null(pc.match_substring_regex(cookies, _NO_COOKIE), fill_value=False)
    return pc.replace_with_mask(cookies, refused, pa.scalar(None, pa.string())) if refused.true_count else cookies


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
    if holding(texts, b"\\\n").true_count == 0:  # mostly
        return texts
    return pc.replace_substring(pc.replace_substring(texts, "\\", r"\\"), "\n", r"\n")


def _hashed(texts: pa.Array, key: bytes) -> pa.Array:
    """An id for each text; null for a null."""
    encoded = texts.dictionary_encode()
    values = encoded.dictionary.cast(pa.binary())
    hashes: list[bytes] = []
    for start in range(0, len(values), _AT_ONCE):
        several = values.slice(start, _AT_ONCE).to_pylist()
        if key:
            hashes += [hmac.digest(key, text, "sha256") for text in several]
        else:
            hashes += [made.digest() for made in map(sha256, several)]
    return _written(hashes).take(encoded.indices)


def _written(hashes: list[bytes]) -> pa.StringArray:
    """The first bytes of each hash in digits."""
    digits = 2 * _BYTES
    offsets = np.arange(0, digits * len(hashes) + 1, digits, dtype=np.int32)
    kept = np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, _WHOLE)[:, :_BYTES].tobytes()
    return pa.StringArray.from_buffers(len(hashes), pa.py_buffer(offsets), pa.py_buffer(kept.hex().encode()))


def _rotating(texts: pa.DictionaryArray, times: pa.Array, key: bytes, rotation: Rotation) -> pa.Array:
    """Ids under the key of each hit's period; a hit without time has one of its own."""
    names, periods = np.unique(_periods(times, rotation), return_inverse=True)
    keys = [hmac.digest(key, f"{rotation.value} {name}".encode(), "sha256") for name in names]
    count = len(names)
    codes = pc.fill_null(texts.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    pairs, places = np.unique(codes * count + periods.reshape(-1), return_inverse=True)
    values = texts.dictionary.cast(pa.binary()).to_pylist()
    hashes = [
        hmac.digest(keys[pair % count], values[pair // count], "sha256") if pair >= 0 else bytes(_WHOLE)
        for pair in pairs.tolist()
    ]
    return _written(hashes).take(pa.array(places.reshape(-1), mask=codes < 0))


def _periods(times: pa.Array, rotation: Rotation) -> np.typing.NDArray[np.datetime64]:
    moments = times.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    # Numpy's weeks begin on Thursdays, as 1970 did; three days later ISO's, on Mondays, have their Thursday in them.
    if rotation is Rotation.WEEK:
        moments = (moments.astype(_DAY) + np.timedelta64(3, "D")).astype(_WEEK).astype(_DAY)
    periods: np.typing.NDArray[np.datetime64] = moments.astype(_UNITS[rotation])
    return periods
