"""HTTP sessions that send what they are told to, where they are told to, and nothing else."""

from __future__ import annotations

import base64

import requests
from requests.auth import AuthBase

from ovh_weblogs.secret import Secret, guarded_logger

# Those of urllib3 that log addresses, or what a host sent: for 2.x and 1.26.
for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    guarded_logger(f"urllib3.{_name}")


class AsTold(AuthBase):
    """Leaves a request as it is: without any auth, requests would put a ~/.netrc's password over our own header."""

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """The same."""
        return r


class Basic(AuthBase):
    """HTTP Basic, in UTF-8: requests would encode text as Latin-1 and fail on anything else."""

    def __init__(self, login: str, password: Secret) -> None:
        self._credentials = Secret(base64.b64encode(f"{login}:{password.reveal()}".encode()).decode())

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """The same, with its header."""
        r.headers["Authorization"] = f"Basic {self._credentials.reveal()}"
        return r


class Session(requests.Session):
    """Follows no redirect: it would carry headers to wherever that leads.

    Args:
        base: Start of the addresses that will be asked. Plain http is for loopback, and passes through no proxy.
        auth: What is added to each request.
    """

    def __init__(self, base: str, auth: AuthBase | None = None) -> None:
        super().__init__()
        self.auth = auth or AsTold()
        self.trust_env = base.startswith("https:")

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: the answer is given as it came. With ``allow_redirects=False`` alone, requests would still read it."""
