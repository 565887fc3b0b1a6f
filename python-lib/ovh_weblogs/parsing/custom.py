"""Custom formats: a format string of Apache or of nginx, told apart and compiled into the one kind of declaration."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ovh_weblogs.parsing import logformat, nginxformat
from ovh_weblogs.parsing.formats import Format
from ovh_weblogs.parsing.values import Escapes

_APACHE_RANKS = {directive: rank for rank, directive in enumerate(logformat.DIRECTIVES)}
_NGINX_RANKS = {variable: rank for rank, variable in enumerate(nginxformat.VARIABLES)}


def compile_custom_format(text: str, zone: ZoneInfo | None = None) -> Format:
    r"""A ``LogFormat`` of Apache or a ``log_format`` of nginx as a format.

    A string is nginx's if it names a variable by ``$`` and has no time of Apache's.

    Args:
        text: The string as it stands in the server's configuration.
        zone: The zone of a time that is written without offset, as ``%{%Y-%m-%d %H:%M:%S}t``.

    Raises:
        SettingsError: A field is not known, the time is missing or incomplete, or two fields touch each other.
    """
    if nginxformat.names_variables(text) and not logformat.has_time(text):
        return nginxformat.nginx_pieces(text).format(_NGINX_RANKS, Escapes.NGINX, zone)
    return logformat.log_format_pieces(text).format(_APACHE_RANKS, Escapes.APACHE, zone)
