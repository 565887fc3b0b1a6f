"""Calls of the OVH API: OVH's own client, with keys from nowhere but the settings, timeouts, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import ovh
import ovh.client
import requests
from requests.auth import AuthBase

from ovh_weblogs.errors import UntrustedHost
from ovh_weblogs.hosting import refusals
from ovh_weblogs.hosting.patience import (
    NETWORK_ERRORS,
    RETRIED,
    Interrupted,
    Patience,
    certificate_refused,
    retry_after,
    spoken,
)
from ovh_weblogs.hosting.refusals import Reason
from ovh_weblogs.hosting.session import Basic, Session
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import ApiKeys, Auth, Network

_EARLY = 60.0  # seconds before its end at which an access token is renewed
_FIX = "start again later; if it stays so, check endpoint and the network of the DSS server"


class _Client(ovh.Client):  # type: ignore[misc] # the package has no types
    """OVH's client, made of the given keys alone.

    Its own constructor fills whatever is absent from OVH_* variables and ovh.conf (python-ovh 1.2.0, ``client.py``): a
    stray variable would change what the user entered. So the same attributes are set here; a test compares them.
    """

    def __init__(self, keys: ApiKeys, network: Network) -> None:
        by_key = keys.auth is Auth.APPLICATION_KEY
        self._endpoint = keys.api_url or ovh.client.ENDPOINTS[keys.endpoint]
        self._application_key = keys.identity if by_key else None
        self._application_secret = keys.secret.reveal() if by_key else None
        self._consumer_key = keys.consumer_key.reveal() if by_key else None
        self._client_id = None if by_key else keys.identity
        self._client_secret = None if by_key else keys.secret.reveal()
        self._oauth2 = None  # its fetch of a token has no timeout, and logs token and secret: see Calls
        self._time_delta: int | None = None
        self._timeout = (network.connect_timeout, network.read_timeout)
        self._session = Session(self._endpoint)

    @property
    def time_delta(self) -> int:
        """Seconds that OVH's clock is ahead; what is signed carries OVH's time."""
        return self._time_delta or 0

    @time_delta.setter
    def time_delta(self, seconds: int) -> None:
        self._time_delta = seconds

    def token(self, url: str, client: AuthBase) -> requests.Response:
        """Asks for an access token, as a service account does (RFC 6749, 4.4)."""
        return self._session.post(
            url,
            data={"grant_type": "client_credentials", "scope": "all"},
            auth=client,
            timeout=self._timeout,
        )

    def close(self) -> None:
        """Gives the connection back."""
        self._session.close()


class Calls:
    """GET calls with one set of keys, on one kept connection. Not thread-safe.

    Calls that fail in passing (429, 5xx, the network) are repeated with growing pauses. Only GET is ever called; the
    request for an access token belongs to the GET that needs it.

    Args:
        keys: Of the account.
        network: Timeouts, attempts and waiting.
    """

    def __init__(self, keys: ApiKeys, network: Network) -> None:
        self._keys = keys
        self._network = network
        self._client = _Client(keys, network)
        self._clock: int | None = None
        self._access = Secret("")
        self._access_ends = 0.0

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The answer to a call, from its JSON.

        Args:
            path: Below the API's version, its parts percent-encoded.
            query: Parameters.

        Raises:
            ApiRefused: The keys are not accepted, or not for this call.
            NotThere: There is no such thing (404).
            UntrustedHost: The API's certificate was refused.
            TryAgain: Anything else, after several attempts where that can help.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        patience = Patience(self._network, fix=_FIX)
        renewed = False
        while True:
            try:
                response = self._signed(target)
                if _is_success(response):
                    return _json(response)
                found = self._judged(response, path)
            except Interrupted as trouble:
                patience.wait("The OVH API", trouble)
                continue
            # A clock that was set, or a token that was withdrawn, since the last call: told anew, once.
            if renewed or found.reason not in (Reason.CLOCK, Reason.SIGNATURE, Reason.LOGIN):
                raise refusals.error(found, self._keys, self._clock)
            renewed, self._clock, self._access = True, None, Secret("")

    def clock(self) -> int:
        """Seconds that OVH's clock is ahead of this machine's, asked for once; needs no keys.

        Raises:
            OvhLogsError: As ``get``.
        """
        patience = Patience(self._network, fix=_FIX)
        while self._clock is None:
            try:
                self._clock = self._asked_clock()
            except Interrupted as trouble:
                patience.wait("The OVH API", trouble)
        return self._clock

    def _signed(self, target: str) -> requests.Response:
        if self._keys.auth is Auth.OAUTH2:
            bearer = {"Authorization": f"Bearer {self._access_token().reveal()}"}
            return self._sent(target, signed=False, headers=bearer)
        if self._clock is None:
            self._clock = self._asked_clock()
        self._client.time_delta = self._clock
        return self._sent(target, signed=True)

    def _sent(self, target: str, *, signed: bool, headers: dict[str, str] | None = None) -> requests.Response:
        return _answered("the OVH API", lambda: self._client.raw_call("GET", target, need_auth=signed, headers=headers))

    def _asked_clock(self) -> int:
        before = time.time()
        response = self._sent("/auth/time", signed=False)
        if not _is_success(response):
            raise refusals.error(self._judged(response, "/auth/time"), self._keys)
        answer = _json(response)
        if not isinstance(answer, int):
            raise Interrupted("it told no time")
        return round(answer - (before + time.time()) / 2)

    def _judged(self, response: requests.Response, path: str) -> refusals.Refusal:
        """What a refusal says.

        Raises:
            Interrupted: It may pass.
        """
        if response.status_code in RETRIED:
            raise Interrupted(f"it answered {response.status_code}", retry_after(response))
        return refusals.refusal(response, path)

    def _access_token(self) -> Secret:
        if self._access and time.monotonic() < self._access_ends:
            return self._access
        url, client = self._token_url(), Basic(self._keys.identity, self._keys.secret)
        response = _answered("OVH's server of access tokens", lambda: self._client.token(url, client))
        if not _is_success(response):
            found = self._judged(response, urlsplit(url).path)
            reason = Reason.SERVICE_ACCOUNT if found.reason is Reason.LOGIN else found.reason
            raise refusals.error(refusals.Refusal(reason, found.path, found.status, found.message), self._keys)
        answer = _json(response)
        token, lasts = (
            (answer.get("access_token"), answer.get("expires_in")) if isinstance(answer, dict) else (None, None)
        )
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise Interrupted("it gave no access token")
        self._access = Secret(token)
        self._access_ends = time.monotonic() + (lasts if isinstance(lasts, (int, float)) else 0.0) - _EARLY
        return self._access

    def _token_url(self) -> str:
        if self._keys.api_url:
            parts = urlsplit(self._keys.api_url)
            return f"{parts.scheme}://{parts.netloc}/auth/oauth2/token"
        return str(ovh.client.OAUTH2_TOKEN_URLS[self._keys.endpoint])


def _answered(who: str, ask: Callable[[], requests.Response]) -> requests.Response:
    """What a request is answered.

    Raises:
        UntrustedHost: The certificate was refused.
        Interrupted: There was no answer.
    """
    broken: Exception
    try:
        return ask()
    except NETWORK_ERRORS as cause:
        if certificate_refused(cause):
            broken = UntrustedHost(
                f"The certificate of {who} was refused, so nothing was asked",
                fix="let an administrator look at the proxy or the authorities of the DSS server",
            )
        else:
            broken = Interrupted(f"it {spoken(cause)}")
    raise broken  # only here: what was caught holds the request and its headers, and is to be no context of this


def _is_success(response: requests.Response) -> bool:
    return response.status_code in range(200, 300)  # a redirect is none


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        trouble = Interrupted("its answer is no JSON")
    raise trouble  # only here: the error of JSON holds the whole answer
