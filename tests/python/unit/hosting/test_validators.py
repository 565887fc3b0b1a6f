"""What tells one state of a file from another: which headers are believed, and what they become."""

from __future__ import annotations

import pytest

from ovh_weblogs.hosting import Validators
from ovh_weblogs.secret import Secret

DATE = "Sat, 28 Mar 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("etag", "date", "conditions"),
    [
        ('"a-1"', DATE, {"If-None-Match": '"a-1"', "If-Modified-Since": DATE}),
        ('W/"a-1"', "", {"If-None-Match": 'W/"a-1"'}),
        ("", DATE, {"If-Modified-Since": DATE}),
        ("", "", {}),
        ("a-1", "soon\r\nX: y", {}),
        ('"é"', "é", {}),
        ('"' + "x" * 300 + '"', "1" * 50, {}),
    ],
)
def test_only_sound_headers_become_conditions(etag, date, conditions):
    assert Validators.told(etag, date).conditions == conditions
    assert Validators(etag, date).conditions == conditions


def test_a_secret_that_a_host_sends_back_is_not_kept():
    secret = Secret("Xy7-token-91")
    assert Validators.told(f'"{secret.reveal()}"', DATE) == Validators("", DATE)
