"""Worlds of planted secrets, and what shows all that comes of using them."""

from __future__ import annotations

import json
import logging
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
import urllib3

from dev.dsshost import choices
from ovh_weblogs.access_check import AccessCheck
from ovh_weblogs.archive import archive
from ovh_weblogs.dss import forms, recipe_forms
from ovh_weblogs.dss.connectors import LogSource
from ovh_weblogs.dss.macros import table
from ovh_weblogs.errors import OvhLogsError
from tests.python.contract.secrets.planted import Records, of_error, start
from tests.python.unit.archive.memory import MemoryStorage

PLUGIN = Path(__file__).parents[4]


@pytest.fixture
def world(trees):
    """Starts worlds; they stop with the test."""
    with ExitStack() as stack:
        yield lambda **settings: start(stack, trees, **settings)


@pytest.fixture
def records():
    """Handlers of the root and, nearer, of urllib3; everything is logged."""
    handlers = {name: Records() for name in (None, "urllib3", "urllib3.connectionpool")}
    levels = {name: logging.getLogger(name).level for name in handlers}
    for name, handler in handlers.items():
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield handlers
    for name, handler in handlers.items():
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(levels[name])


@pytest.fixture
def shown(records):
    """Makes uses, and gives all that they and the log show; an error must be one of ours, whatever it came from."""

    def run(*uses):
        found = []
        for use in uses:
            try:
                found.append((use.__name__, json.dumps(use(), ensure_ascii=False)))
            except OvhLogsError as error:
                found.extend(of_error(error))
                assert_of_ours(error)
        return found + [item for handler in records.values() for item in handler.found]

    return run


def assert_of_ours(error):
    """No context holds a request, whose headers are shown by nothing, but are there."""
    while error is not None:
        assert not isinstance(error, (requests.RequestException, urllib3.exceptions.HTTPError, OSError)), repr(error)
        error = error.__cause__ or error.__context__


@pytest.fixture
def uses():
    """Gives what can be done with an access; ``chosen``: also the choices, which wait a second for another attempt."""

    def of(world, access, *, chosen=False, **changes):
        made = world.config(access, **changes)

        def rows():
            return list(LogSource(*made).rows())

        def preview():
            return list(LogSource(*made).rows(limit=2))

        def partitions():
            source = LogSource({**made[0], "partitioned": True}, made[1])
            return source.partitions(), source.partition_exists("2026-03-28")

        def archived():
            storage = MemoryStorage()
            report, entries = archive(recipe_forms.archive_settings(*made), storage)
            report.check()
            return (
                str(report),
                [str(entry) for entry in entries.values()],
                storage.files.get("/manifest.json", b"").decode(),
            )

        def check():
            source = forms.source(*made)
            return table(list(AccessCheck(source.access, source.network).run()))

        def choice():
            return [choices(PLUGIN, "python-connectors/ovh-logs", name, *made) for name in ("service", "domain")]

        by_api = [check, choice] if chosen else [check]
        return [rows, preview, partitions, archived, *(by_api if access != "log_user" else ())]

    return of
