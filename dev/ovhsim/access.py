"""Who may read which tree: HTTP Basic, and tokens of the API."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote_plus

from dev.ovhsim.asked import Asked
from dev.ovhsim.options import Options, User
from dev.ovhsim.tokens import Tokens

_CHALLENGE = {"www-authenticate": 'Basic realm="OVH logs"'}
_NAME = "token"  # of the parameter and of the cookie

Refusal = tuple[int, dict[str, str]]


def user_of(authorization: str, users: Mapping[str, User]) -> User | None:
    """The user whose credentials a header holds, byte for byte; None for nobody."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    for login, user in users.items():
        if hmac.compare_digest(base64.b64encode(f"{login}:{user.password}".encode()), given.encode("latin-1")):
            return user
    return None


def refusal(asked: Asked, fqdn: str, options: Options, tokens: Tokens, known: Collection[str]) -> Refusal | None:
    """Status and headers of a refusal; None for who may read the tree, be it there or not.

    Where credentials come with a token, they alone decide.
    """
    given = "" if "authorization" in asked.headers else _token(asked, options)
    if given:
        return _refused_token(given, fqdn, asked.client[0], options, tokens, known)
    user = user_of(asked.headers.get("authorization", ""), options.users)
    if user is None:
        return 401, _CHALLENGE
    if user.fqdns is None or fqdn in user.fqdns or fqdn not in known:
        return None
    return _with_challenge(options.foreign)


def without_token(asked: Asked, fqdn: str) -> tuple[str, str] | None:
    """The same address without its token, and the cookie that holds the token from now on; None if there is none."""
    token = "" if "authorization" in asked.headers else _in_query(asked.query)
    if not token:
        return None
    rest = "&".join(part for part in asked.query.split("&") if part.partition("=")[0] != _NAME)
    return f"{asked.raw}?{rest}" if rest else asked.raw, f"{_NAME}={token}; Path=/{quote(fqdn)}/; HttpOnly"


def _refused_token(
    given: str, fqdn: str, client: str, options: Options, tokens: Tokens, known: Collection[str]
) -> Refusal | None:
    if tokens.opens(given, fqdn if fqdn in known else None, client):
        return None
    return _with_challenge(options.token_refused)


def _with_challenge(status: int) -> Refusal:
    return status, _CHALLENGE if status == 401 else {}


def _token(asked: Asked, options: Options) -> str:
    """The token of a request, from where the host takes it: the address goes before the cookie."""
    in_query = _in_query(asked.query) if options.token_by in ("both", "query") else ""
    in_cookie = _in_cookie(asked.headers.get("cookie", "")) if options.token_by in ("both", "cookie") else ""
    return in_query or in_cookie


def _in_query(query: str) -> str:
    """The token of a query; a "+" stands for a blank there, as in any form."""
    parts = [part.partition("=") for part in query.split("&")]
    return next((unquote_plus(value) for name, _, value in parts if name == _NAME), "")


def _in_cookie(cookies: str) -> str:
    """The token of a Cookie header, as it stands: cookies have no encoding of their own."""
    parts = [part.strip(" ").partition("=") for part in cookies.split(";")]
    return next((value for name, _, value in parts if name == _NAME), "")
