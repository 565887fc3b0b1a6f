"""What the API answers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from dev.ovhsim.answers import Answer, text
from dev.ovhsim.api import checks, oauth, query, refusals, routes
from dev.ovhsim.api.account import Account
from dev.ovhsim.api.calls import Call
from dev.ovhsim.api.checks import Caller
from dev.ovhsim.api.oauth import AccessTokens
from dev.ovhsim.api.options import ApiOptions
from dev.ovhsim.api.refusals import Refused
from dev.ovhsim.asked import Asked
from dev.ovhsim.faults import Fault
from dev.ovhsim.tokens import Tokens

_VERSIONS = ("1.0", "v1")


class App:
    """Answers requests; one instance per API.

    Args:
        account: What is served; may change meanwhile.
        options: How.
        tokens: Tokens of the log host.
        access: OAuth2 access tokens.
        origin: What tells the scheme, host and port that the API is known by.
        skew: What tells by how many seconds its clock is ahead.
    """

    def __init__(
        self,
        account: Account,
        options: ApiOptions,
        tokens: Tokens,
        access: AccessTokens,
        origin: Callable[[], str],
        skew: Callable[[], float],
    ) -> None:
        self._account = account
        self._options = options
        self._tokens = tokens
        self._access = access
        self._origin = origin
        self._skew = skew

    def answer(self, asked: Asked, body: bytes, _fault: Fault | None) -> Answer:
        """The answer to a request."""
        if asked.raw == oauth.PATH:
            return oauth.answer(asked, body, self._account, self._access, self._options.expires_in)
        try:
            status, document, headers = 200, self._document(asked, body), {}
        except Refused as refused:
            status, document, headers = refused.status, refused.document(self._options.errors), dict(refused.headers)
        return text(status, json.dumps(document), headers, media="application/json")

    def _document(self, asked: Asked, body: bytes) -> Any:
        version, *parts = query.segments(asked.raw)
        if version not in _VERSIONS:
            raise refusals.no_call()
        route, names = routes.find(asked.method, parts)
        now = time.time() + self._skew()
        application, caller = None, Caller()
        if route.login == "application":
            application = checks.application(asked, self._account)
        elif route.login == "caller":
            caller = checks.caller(asked, body, self._origin(), self._account, self._access, now)
            path = "/" + "/".join(parts)
            checks.permit(caller, asked.method, path, route.action, names.get("service", "account"))
        call = Call(
            account=self._account,
            options=self._options,
            tokens=self._tokens,
            caller=caller,
            application=application,
            names=names,
            query=query.parameters(asked.query, route.parameters, route.required),
            body=body,
            media=asked.headers.get("content-type", "").partition(";")[0].strip().lower(),
            client=asked.client[0],
            origin=self._origin(),
            now=now,
        )
        return route.answer(call)
