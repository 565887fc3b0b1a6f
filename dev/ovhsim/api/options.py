"""How the simulated API behaves when nothing goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dev.ovhsim.api.refusals import Style


@dataclass(frozen=True)
class ApiOptions:
    """Behaviour of the API.

    Attributes:
        errors: Shape of errors: ``class`` is today's, ``code`` the older one, where that is known.
        like: Whether the filters of lists ("like") stand for the whole value or for a part of it: not documented.
        minimum_ttl: Seconds that a log token has to be asked for at least: not documented either.
        default_ttl: Seconds that one lasts of which nothing is said.
        expires_in: Seconds that an OAuth2 access token lasts.
        keep_alive: Seconds that an idle connection stays open.
        control: Whether /_sim/ answers.
    """

    errors: Style = "class"
    like: Literal["whole", "part"] = "whole"
    minimum_ttl: int = 300
    default_ttl: int = 3600
    expires_in: int = 3599
    keep_alive: float = 5.0
    control: bool = False
