"""A secret shows itself to nobody who does not ask, and is taken out of what others show."""

from __future__ import annotations

import copy
import dataclasses
import gc
import json
import logging
import pickle
from urllib.parse import quote, quote_plus

import pytest

import ovh_weblogs.archive
import ovh_weblogs.dss.connectors  # noqa: F401 - all of the access is loaded
from ovh_weblogs.errors import AccessDenied
from ovh_weblogs.hosting.passes import Way
from ovh_weblogs.secret import Secret, guarded_logger, masked
from ovh_weblogs.settings import ApiAccess, ApiKeys, LogUser, Source

TEXT = "hJ4/kL8+mN2=pQ6"
SECRET = Secret(TEXT)
KEYS = ApiKeys(identity="an application", secret=SECRET, consumer_key=SECRET)
HOLDERS = [
    SECRET,
    [SECRET],
    {SECRET: SECRET},
    LogUser("reader", SECRET),
    KEYS,
    ApiAccess(KEYS),
    Source(ApiAccess(KEYS)),
    Source(LogUser("reader", SECRET)),
    Way({"Cookie": f"token={TEXT}"}, f"token={TEXT}"),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda holder: f"{holder} {holder!r} {holder!s} {holder!a}",
        lambda holder: "%s %r %a" % (holder, holder, holder),  # noqa: UP031 - it is one of the ways
        "{0} {0!r} {0!s}".format,
    ],
    ids=["repr", "str", "f-string", "percent", "format"],
)
def test_no_way_to_print_shows_a_secret(holder, show):
    assert TEXT not in show(holder)


@pytest.mark.parametrize("holder", HOLDERS[:-1], ids=lambda holder: type(holder).__name__)
@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, dataclasses.asdict, vars])
def test_no_way_to_write_or_copy_gives_a_secret_away(holder, write):
    try:
        written = write(holder)
    except TypeError as error:
        written = str(error)
    assert TEXT not in repr(written)
    assert TEXT.encode() not in pickle.dumps(repr(written))
    assert not isinstance(written, bytes)


@pytest.mark.parametrize("level", ["debug", "warning"])
def test_a_logged_secret_is_not_shown(caplog, level):
    caplog.set_level(logging.DEBUG)
    getattr(logging.getLogger("anybody"), level)("%s %r", KEYS, SECRET)
    assert caplog.text.count("Secret(***)") == 3
    assert TEXT not in caplog.text


def test_secrets_are_equal_by_their_text():
    assert Secret("abc") == Secret("abc") != Secret("abd")
    assert len({Secret("abc"), Secret("abc")}) == 1
    assert Secret("abc") != "abc"
    assert (bool(Secret("")), bool(Secret("a"))) == (False, True)


# What others show

FORMS = {
    "as it is": TEXT,
    "in lower case": TEXT.lower(),
    "in an address": quote(TEXT, safe=""),
    "in a path": quote(TEXT),
    "in a form": quote_plus(TEXT),
    "encoded in small letters": quote(TEXT, safe="").lower(),
    "encoded twice": quote(quote(TEXT, safe=""), safe=""),
    "encoded three times": quote(quote(quote(TEXT, safe=""), safe=""), safe=""),
    "every character encoded": "".join(f"%{byte:02X}" for byte in TEXT.encode()),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_secret_in_use_is_masked_in_any_form(form):
    assert masked(f"GET /x?a={form}&b=1 and {form}") == "GET /x?a=***&b=1 and ***"


def test_blanks_and_accents_of_a_password_are_masked_as_addresses_write_them():
    password = Secret("a ü pässword")
    for form in (password.reveal(), quote(password.reveal()), quote_plus(password.reveal())):
        assert masked(f"<{form}>") == "<***>"


@pytest.mark.parametrize("text", ["token=", "?token=", "&TOKEN=", "%3Ftoken%3D", "next=%253Ftoken%253d"])
def test_the_token_of_an_address_is_masked_though_nobody_knows_it(text):
    assert masked(f"GET /x{text}Zm9vYmFy%2B HTTP/1.1") == f"GET /x{text}*** HTTP/1.1"


def test_a_longer_secret_is_masked_before_one_that_it_holds():
    held = [Secret("inner-1-inner"), Secret("outer-inner-1-inner-outer")]
    assert masked(f"{held[1].reveal()} {held[0].reveal()}") == "*** ***"


@pytest.mark.parametrize("word", ["", "a1", "secret", "password", "client_secret", "example.com"])
def test_a_word_is_not_masked_since_the_stars_would_tell_it(word):
    kept = Secret(word)
    assert masked("a1 client_secret of example.com: password") == "a1 client_secret of example.com: password"
    assert kept.reveal() == word


def test_a_secret_that_nobody_holds_any_more_is_forgotten():
    held = Secret("gone-1-gone")
    assert masked("gone-1-gone") == "***"
    del held
    gc.collect()
    assert masked("gone-1-gone") == "gone-1-gone"


def test_an_error_holds_no_secret_in_any_of_its_parts():
    error = AccessDenied(f"The host said {TEXT}", fix=f"ask {quote(TEXT, safe='')}")
    assert (str(error), error.problem, error.fix) == ("The host said ***; ask ***.", "The host said ***", "ask ***")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.fixture
def logger(caplog):
    """A guarded logger, whose records are kept by its own handler and by the root's."""
    caplog.set_level(logging.DEBUG)
    made = guarded_logger("guarded.for.a.test")
    made.addHandler(caplog.handler)
    yield made
    made.removeHandler(caplog.handler)


def test_records_of_a_guarded_logger_are_masked_for_every_handler(logger, caplog):
    logger.debug("GET %s?token=%s", "/x", "unknown+token")
    logger.warning("%r of %s", {"a": quote(TEXT, safe="")}, TEXT)
    logger.info("%d lines", 7)
    assert [record.getMessage() for record in caplog.records[::2]] == [
        "GET /x?token=***",
        "{'a': '***'} of ***",
        "7 lines",
    ]
    assert len(caplog.records) == 6  # each by both handlers
    assert TEXT not in repr([vars(record) for record in caplog.records])


@pytest.mark.parametrize(("text", "kept"), [(TEXT, False), ("harmless", True)])
def test_of_a_traceback_that_quotes_a_secret_nothing_is_logged(logger, caplog, text, kept):
    logger.error("It failed", exc_info=ValueError(text))
    assert caplog.records[0].message == "It failed"
    assert bool(caplog.records[0].exc_info) is kept
    assert TEXT not in caplog.text


def test_every_logger_that_may_quote_a_host_is_guarded():
    theirs = [f"urllib3.{name}" for name in ("connection", "connectionpool", "poolmanager", "response", "util.retry")]
    ours = ["archive.ledger", "archive.run", "days", "dss.connectors", "inventory", "pipeline"]
    for name in (*theirs, *(f"ovh_weblogs.{name}" for name in ours)):
        assert logging.getLogger(name).filters, name
    hosting = [name for name in logging.root.manager.loggerDict if name.startswith("ovh_weblogs.hosting.")]
    assert {"ovh_weblogs.hosting.locate", "ovh_weblogs.hosting.patience"} < set(hosting)
    for name in hosting:
        assert logging.getLogger(name).filters, name
