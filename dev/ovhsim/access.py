"""Who may read which tree: HTTP Basic."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Collection, Mapping
from typing import Literal

from dev.ovhsim.options import User

_CHALLENGE = {"www-authenticate": 'Basic realm="OVH logs"'}


def user_of(authorization: str, users: Mapping[str, User]) -> User | None:
    """The user whose credentials a header holds, byte for byte; None for nobody."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    for login, user in users.items():
        if hmac.compare_digest(base64.b64encode(f"{login}:{user.password}".encode()), given.encode("latin-1")):
            return user
    return None


def refusal(
    authorization: str, fqdn: str, users: Mapping[str, User], known: Collection[str], foreign: Literal[401, 403]
) -> tuple[int, dict[str, str]] | None:
    """Status and headers of a refusal; None for who may read the tree, be it there or not."""
    user = user_of(authorization, users)
    if user is None:
        return 401, _CHALLENGE
    if user.fqdns is None or fqdn in user.fqdns or fqdn not in known:
        return None
    return foreign, _CHALLENGE if foreign == 401 else {}
