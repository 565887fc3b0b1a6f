"""Format strings of Apache's ``LogFormat`` as formats of ours (facts: Apache 2.4, mod_log_config)."""

from __future__ import annotations

import re

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.parsing.declared import Pieces
from ovh_weblogs.parsing.times import CLF

# Directives whose values have a column of ours, the better source of a column first; "" for those passed over.
DIRECTIVES = {
    "%h": "client_addr",
    "%a": "client_addr",
    "%v": "vhost",
    "%V": "vhost",
    "%{host}i": "vhost",
    "%u": "user",
    "%r": "request",
    "%m": "method",
    "%U%q": "target",
    "%U": "target",
    "%H": "protocol",
    "%>s": "status",
    "%s": "status",
    "%b": "bytes",
    "%B": "bytes",
    "%O": "bytes",
    "%{referer}i": "referer",
    "%{user-agent}i": "useragent",
    **dict.fromkeys(("%l", "%D", "%T", "%p", "%I", "%k", "%X", "%P", "%L", "%A", "%f", "%q", "%R", "%S"), ""),
}
_DIRECTIVE = re.compile(r"%U%q|%([!,0-9]*)([<>]?)(?:\{([^}]*)\})?(\^?[A-Za-z]{1,2}(?<=\^[A-Za-z]{2})|[A-Za-z])|%%")
_TIME = re.compile(r"%[!,0-9<>]*(?:\{([^}]*)\})?t")
_OTHER_VALUES = ("i", "o", "n", "e", "C", "p", "T", "P", "^FB", "^FU", "^ti", "^to")  # headers, notes, cookies...
# What Apache has beside the letters of strftime; the digits are our letters for a fraction.
_CLOCKS = {"sec": "%s", "msec": "%s%3", "usec": "%s%6", "msec_frac": "%3", "usec_frac": "%6"}
HELP = 'write it as Apache\'s LogFormat, such as %h %v %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'


def has_time(text: str) -> bool:
    """Whether the text holds one of Apache's times."""
    return _TIME.search(text) is not None


def log_format_pieces(text: str) -> Pieces:
    r"""The fields of a ``LogFormat`` string, the texts between them and the time.

    Args:
        text: The string as it stands in Apache's configuration, ``\"`` for a quote or the quote itself.

    Raises:
        SettingsError: A directive is not known.
    """
    text = text.replace('\\"', '"')
    pieces, at = Pieces(HELP), 0
    while at < len(text):
        found = _DIRECTIVE.match(text, at)
        if found is None and text[at] == "%":
            raise SettingsError(f"The custom format holds '{text[at : at + 12]}', which is not known", fix=HELP)
        if found is None or found[0] == "%%":
            pieces.text(text[at])
        elif found[4] == "t":
            _add_time(pieces, found[3])
        else:
            pieces.field(_column(found), _directive(found))
        at += len(found[0]) if found else 1
    return pieces


def _add_time(pieces: Pieces, form: str | None) -> None:
    if form is None:
        pieces.time(CLF.form, ("[", "]"))
        return
    form = form.removeprefix("begin:").removeprefix("end:")
    pieces.time(_CLOCKS.get(form, form))


def _directive(found: re.Match[str]) -> str:
    if found[4] is None:
        return found[0]
    argument = "" if found[3] is None else f"{{{found[3].lower()}}}"
    return f"%{found[2] if not argument else ''}{argument}{found[4]}"


def _column(found: re.Match[str]) -> str:
    directive = _directive(found)
    column = DIRECTIVES.get(directive)
    if column is None and found[3] is None and found[4] is not None:
        column = DIRECTIVES.get(f"%{found[4]}")
    if column is None and found[3] is not None and found[4] in _OTHER_VALUES:
        column = ""
    if column is None:
        raise SettingsError(f"The custom format holds {found[0]}, which is not known", fix=HELP)
    return column
