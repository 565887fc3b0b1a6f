"""Any line, one at a time, by the patterns of the formats: what the vectorised scan does not take on."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from ovh_weblogs.parsing import values
from ovh_weblogs.parsing.formats import Format, Refusal

_INT_MAX = 2**31 - 1
_BIGINT_MAX = 2**63 - 1
_BIGINT_DIGITS = 19
_TEXTS = ("client_addr", "user", "referer", "useragent", "method", "target", "protocol")


class Row(NamedTuple):
    """A hit's values, named as its columns."""

    server_ts: int  # microseconds since 1970
    client_addr: str | None
    vhost: str | None
    user: str | None
    method: str | None
    location: str | None
    protocol: str | None
    status: int | None
    bytes: int | None
    referer: str | None
    useragent: str | None
    request: str | None


class _Refused(Exception):
    """A field's text is no value of its column."""


class LineReader:
    """Turns lines into rows, by one format or by the one of several that claims the line.

    Args:
        formats: The formats a line may have.
        site: What is known of the site beside the lines.
        zone: Of times that are written without offset.
    """

    def __init__(self, formats: tuple[Format, ...], site: values.Site, zone: ZoneInfo | None = None) -> None:
        self._formats = list(formats)
        self._declared = formats
        self._site = site
        self._zone = zone

    def row(self, line: bytes) -> Row | str:
        """The row of a line (its bytes without line feed); or why it is refused, in a few words."""
        text = values.decoded(line)
        refusals: dict[str, Refusal] = {}
        for position, form in enumerate(self._formats):
            found = form.match(text, competing=len(self._formats) > 1)
            if isinstance(found, Refusal):
                refusals[form.name] = found
                continue
            if position:  # a file's lines are mostly alike: try this format first for the next
                self._formats.insert(0, self._formats.pop(position))
            return self._row(form, found)
        # The reason of the format that fits most of the line, in the order of declaration.
        return max((refusals[form.name] for form in self._declared), key=lambda refusal: refusal.stage).reason

    def _row(self, form: Format, found: dict[str, str]) -> Row | str:
        time = form.time.micros(found["time"], self._zone)
        if time is None:
            return "the time does not exist"
        try:
            status = _number(found.get("status"), "status", _INT_MAX)
            size = _number(found.get("bytes"), "size", _BIGINT_MAX)
        except _Refused as refused:
            return str(refused)
        texts = {name: values.clean(found.get(name), form.escapes) for name in _TEXTS}
        host = values.virtual_host(found.get("vhost")) or self._site.host
        if "request" in found:
            request = values.request(found["request"], form.escapes)
        else:
            request = values.request_in_parts(texts["method"], texts["target"], texts["protocol"])
        return Row(
            server_ts=time,
            client_addr=texts["client_addr"],
            vhost=host,
            user=texts["user"],
            method=request.method,
            location=None if request.target is None else self._site.location(request.target, host),
            protocol=request.protocol,
            status=status,
            bytes=size,
            referer=texts["referer"],
            useragent=texts["useragent"],
            request=request.other,
        )


def _number(text: str | None, label: str, limit: int) -> int | None:
    if text is None or text == "-":
        return None
    if not (text.isascii() and text.isdigit()):
        raise _Refused(f"the {label} is no number")
    if len(text) > _BIGINT_DIGITS or int(text) > limit:
        raise _Refused(f"the {label} is out of range")
    return int(text)
