"""Format strings of nginx's ``log_format`` as formats of ours (facts: nginx 1.27, modules ngx_http_log and core)."""

from __future__ import annotations

import re

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.parsing.declared import Pieces
from ovh_weblogs.parsing.times import CLF

# Variables whose values have a column of ours, the better source of a column first.
VARIABLES = {
    "$remote_addr": "client_addr",
    "$realip_remote_addr": "client_addr",
    "$host": "vhost",
    "$http_host": "vhost",
    "$server_name": "vhost",
    "$remote_user": "user",
    "$request": "request",
    "$request_method": "method",
    "$request_uri": "target",
    "$uri$is_args$args": "target",
    "$document_uri$is_args$args": "target",
    "$uri": "target",
    "$document_uri": "target",
    "$server_protocol": "protocol",
    "$status": "status",
    "$body_bytes_sent": "bytes",
    "$bytes_sent": "bytes",
    "$http_referer": "referer",
    "$http_user_agent": "useragent",
}
_TIMES = {
    "$time_local": CLF.form,
    "$time_iso8601": "%Y-%m-%dT%T%:z",
    "$msec": "%s.%3",
}
_NAMES = (
    "ancient_browser args binary_remote_addr connection connection_requests connection_time connections_active "
    "connections_reading connections_waiting connections_writing content_length content_type document_root gzip_ratio "
    "host hostname http2 http3 https invalid_referer is_args is_request_port limit_conn_status limit_rate "
    "limit_req_status memcached_key modern_browser msie nginx_version pid pipe query_string realip_remote_port "
    "realpath_root remote_port request_body request_body_file request_completion request_filename request_id "
    "request_length request_port request_time scheme secure_link secure_link_expires server_addr server_port "
    "session_time slice_range spdy tcpinfo_rcv_space tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd uid_got uid_reset "
    "uid_set"
)
_PASSED_OVER = frozenset(_NAMES.split())
# What a request, an answer, a proxy or a module names itself.
_FAMILIES = (
    "arg_", "cookie_", "geoip_", "geoip2_", "http_", "jwt_", "otel_", "proxy_", "sent_http_", "sent_trailer_", "ssl_",
    "trailer_", "upstream_",
)  # fmt: skip
_VARIABLE = re.compile(r"\$(?:document_)?uri\$is_args\$args|\$(?:\{(\w+)\}|(\w+))")
_DIRECTIVE = re.compile(r"\s*log_format\s+\S+\s+(?:escape=(\w+)\s+)?(.*?)\s*;?\s*", re.DOTALL)
_STRINGS = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""", re.DOTALL)
HELP = (
    "write it as nginx's log_format, such as $remote_addr $host $remote_user [$time_local] "
    '"$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
)


def names_variables(text: str) -> bool:
    """Whether the text holds a variable of nginx."""
    return _VARIABLE.search(text) is not None


def nginx_pieces(text: str) -> Pieces:
    """The fields of a ``log_format`` string, the texts between them and the time.

    Args:
        text: The string; or the directive whole, with its name and its strings in quotes.

    Raises:
        SettingsError: A variable is not known, or values are escaped in another way than nginx's default.
    """
    text = _string(text)
    pieces, at = Pieces(HELP), 0
    for found in _VARIABLE.finditer(text):
        pieces.text(text[at : found.start()])
        name = f"${found[1] or found[2]}" if found[1] or found[2] else found[0]
        if name in _TIMES:
            pieces.time(_TIMES[name])
        else:
            pieces.field(_column(name), name)
        at = found.end()
    pieces.text(text[at:])
    return pieces


def _string(text: str) -> str:
    """The format itself, out of a directive that holds it."""
    directive = _DIRECTIVE.fullmatch(text)
    if directive is None:
        return text
    if directive[1] not in (None, "default"):
        raise SettingsError(
            f"The custom format escapes values by escape={directive[1][:20]}, which is not read",
            fix="log with nginx's default, which has no escape=",
        )
    strings = list(_STRINGS.finditer(directive[2]))
    if not strings or "".join(string[0] for string in strings) != directive[2]:
        return directive[2]
    return "".join(re.sub(r"\\(.)", r"\1", string[1] or string[2] or "") for string in strings)


def _column(name: str) -> str:
    bare = name[1:]
    if name not in VARIABLES and bare not in _PASSED_OVER and not bare.startswith(_FAMILIES):
        raise SettingsError(
            f"The custom format holds {name[:60]}, which is no variable of nginx's own",
            fix="write $pid in its place: a value that is passed over",
        )
    return VARIABLES.get(name, "")
