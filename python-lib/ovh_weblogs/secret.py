"""Passwords, keys and tokens: texts that show themselves only when asked, and are taken out of what others show."""

from __future__ import annotations

import logging
import re
import traceback
from weakref import WeakValueDictionary

# Not masked: what is short, or but a word or a name. Such a text may stand anywhere by right, and stars in its place
# would tell that it is the password.
_PLAIN = re.compile(r".{,5}|[a-z ._-]{,15}", re.IGNORECASE | re.DOTALL)
# The token in an address of the log host, also of one that is not ours; the name may be percent-encoded with its sign.
_IN_ADDRESS = re.compile(r"(token(?:=|%(?:25)*3d))[^&\s\"']+", re.IGNORECASE)


class Secret:
    """A password or key that shows itself only when asked by ``reveal``."""

    __slots__ = ("__weakref__", "_pattern", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._pattern: re.Pattern[str] | None = None
        if not _PLAIN.fullmatch(value):
            _in_use[id(self)] = self

    def reveal(self) -> str:
        """The text itself: for the one place that sends it."""
        return self._value

    def masked(self, text: str) -> str:
        """A text with stars in place of the secret, in upper or lower case, percent-encoded any number of times."""
        if self._pattern is None:
            self._pattern = re.compile("".join(map(_encoded, self._value)), re.IGNORECASE)
        return self._pattern.sub("***", text)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


_in_use: WeakValueDictionary[int, Secret] = WeakValueDictionary()


def masked(text: str) -> str:
    """A text without any secret that is in use in this process: for what quotes a host or a form."""
    # The longest first: it may hold another, which would leave its rest to be read.
    alive = [secret for reference in _in_use.valuerefs() if (secret := reference()) is not None]
    for secret in sorted(alive, key=lambda secret: len(secret.reveal()), reverse=True):
        text = secret.masked(text)
    return _IN_ADDRESS.sub(r"\1***", text)


def guarded_logger(name: str) -> logging.Logger:
    """The logger of that name; from now on its records hold no secret, whoever handles them."""
    logger = logging.getLogger(name)
    logger.addFilter(_mask)  # of the logger itself: those of a parent do not see what its children log
    return logger


def _mask(record: logging.LogRecord) -> bool:
    """Takes secrets out of a record; always true: no record is left out."""
    text = record.getMessage()
    safe = masked(text)
    if safe != text:
        record.msg, record.args = safe, ()
    if record.exc_info:
        told = "".join(traceback.format_exception(*record.exc_info))
        if masked(told) != told:
            record.exc_info = record.exc_text = None
    return True


def _encoded(character: str) -> str:
    """A pattern of a character as it is and percent-encoded, the "%" itself encoded or not."""
    code = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    blank = r"|\+" if character == " " else ""
    return f"(?:{re.escape(character)}|{code}{blank})"
