"""Secrets typed into a wrong field are not shown, and those of a process are not in its log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dev.dsshost import ComponentFailed, run_macro
from dev.ovhsim import Fault
from ovh_weblogs.dss.connectors import LogSource
from tests.python.contract.secrets.planted import (
    APPLICATION_SECRET,
    CLIENT_SECRET,
    CONSUMER_KEY,
    PLANTED,
    SERVICE,
    leaks,
    of_error,
)

PLUGIN = Path(__file__).parents[4]
PASTED = "uN5x/8Rz+Q2w=K9m@L4t:7vB3c H6j"  # from nowhere: no field holds it by right


def fields(path):
    params = json.loads((PLUGIN / path).read_text("utf-8"))["params"]
    return [param["name"] for param in params if param["type"] not in ("SEPARATOR", "PRESET")]


def typed(made, place, field, text):
    """A configuration with a text in a field of the form, of a preset, or of the plugin's settings."""
    access = "log_user" if place == "log_user" or field == "log_root" else "keys"
    form, plugin = made.config(access, period="range" if field.endswith("_date") else "last_days")
    target = {"form": form, "plugin": plugin}.get(place) or form.get(place, {})
    target[field] = [text] if field == "allowed_log_hosts" else text
    return form, plugin


FIELDS = [
    *(("form", name) for name in fields("python-connectors/ovh-logs/connector.json")),
    *(("api", name) for name in fields("parameter-sets/ovh-logs-api/parameter-set.json")),
    *(("log_user", name) for name in fields("parameter-sets/ovh-logs-user/parameter-set.json")),
    *(("plugin", name) for name in fields("plugin.json")),
]


@pytest.mark.parametrize(("place", "field"), FIELDS, ids=[" ".join(pair) for pair in FIELDS])
def test_what_was_pasted_into_any_field_is_not_shown(world, shown, place, field):
    form, plugin = typed(world(), place, field, PASTED)

    def rows():
        return len(list(LogSource(form, {"read_timeout": 5.0, **plugin}).rows()))

    assert leaks([PASTED], shown(rows)) == []


@pytest.mark.parametrize("secret", [PASTED, CONSUMER_KEY], ids=["pasted", "known"])
@pytest.mark.parametrize(
    "address",
    [
        "https://user:{}@logs.ovh.net",
        "https://user:{}@evil.example/1.0",
        "HTTPS://{}@logs.ovh.net/v1",
        "user:{}@logs.ovh.net",
        "https://logs.ovh.net/example.com/?token={}",
        "https://logs.ovh.net/{}/",
        "https://logs.ovh.net#{}",
        "https://logs.ovh.net:{}",
        "https://logs.ovh.net\\{}",
        "https://user:x@logs.ovh.net@{}/1.0",
        "https:/{}",
        "{}",
    ],
)
@pytest.mark.parametrize(
    ("place", "field"), [("form", "log_host"), ("plugin", "api_url"), ("plugin", "allowed_log_hosts")]
)
def test_a_secret_in_an_address_is_not_shown(world, shown, place, field, address, secret):
    form, plugin = typed(world(), place, field, address.format(secret))

    def rows():
        return list(LogSource(form, plugin).rows())

    found = shown(rows)
    assert any(f"{field} holds" in text for _, text in found)
    assert leaks([secret], found) == []


@pytest.mark.parametrize(
    ("access", "changes"),
    [
        ("keys", {"service": CONSUMER_KEY}),
        ("keys", {"service": CONSUMER_KEY, "domain": APPLICATION_SECRET}),
        ("keys", {"domain": CONSUMER_KEY}),
        ("keys", {"service": "", "domain": CONSUMER_KEY}),
        ("keys", {"log_host": f"https://{CONSUMER_KEY}"}),
        ("keys", {"log_host": f"https://logs.{CONSUMER_KEY}.example"}),
        ("keys", {"timezone": CONSUMER_KEY}),
        ("log_user", {"log_root": CLIENT_SECRET}),
        ("log_user", {"log_root": CLIENT_SECRET, "missing_days": "skip"}),
        ("log_user", {"log_root": CLIENT_SECRET, "log_host": ""}),
    ],
    ids=repr,
)
def test_a_secret_of_a_preset_that_is_also_a_name_or_a_host_is_not_shown(world, shown, uses, access, changes):
    made = world()
    if access == "log_user":  # whose password could be a name
        changes = {**changes, "log_user": {"login": "other", "password": CLIENT_SECRET}}
    assert leaks(PLANTED, shown(*uses(made, access, **changes))) == []


@pytest.mark.parametrize("access", ["keys", "log_user"])
def test_a_secret_as_the_name_of_a_partition_is_not_shown(world, shown, access):
    source = LogSource(*world().config(access, partitioned=True))

    def rows():
        return list(source.rows(PASTED))

    def exists():
        return source.partition_exists(CONSUMER_KEY)

    assert leaks([PASTED, CONSUMER_KEY], shown(rows, exists)) == []


# A process of its own


@pytest.fixture
def loud(tmp_path):
    """The plugin, its macro logging everything."""
    for name in ("plugin.json", "python-lib", "parameter-sets"):
        (tmp_path / name).symlink_to(PLUGIN / name)
    macro = "python-runnables/ovh-logs-check-access"
    (tmp_path / macro).mkdir(parents=True)
    (tmp_path / macro / "runnable.json").write_bytes((PLUGIN / macro / "runnable.json").read_bytes())
    code = (PLUGIN / macro / "runnable.py").read_text("utf-8")
    (tmp_path / macro / "runnable.py").write_text(f"import logging\nlogging.getLogger().setLevel(10)\n{code}", "utf-8")
    return tmp_path


@pytest.mark.parametrize("access", ["keys", "oauth2"])
def test_the_log_and_the_result_of_the_macro_hold_no_secret(world, loud, access):
    made = world(token_by="query")
    made.host.faults.add(Fault("status", status=503, times=1))
    form, plugin = made.config(access)
    named = {"mode": "PRESET", "name": "mine"}
    presets = {"ovh-logs-api": {"mine": form["api"]}}
    config = {"api": named, "service": SERVICE}
    done = run_macro(loud, "ovh-logs-check-access", config=config, plugin_config=plugin, presets=presets)
    assert "?token=***" in done.log
    assert leaks(made.secrets, [("log", done.log), ("result", done.result)]) == []


def test_the_log_of_a_macro_that_fails_holds_no_secret(world, loud):
    form, plugin = world().config("keys")
    plugin["api_url"] = f"https://user:{PASTED}@{CONSUMER_KEY}.example/1.0"
    with pytest.raises(ComponentFailed) as caught:
        run_macro(loud, "ovh-logs-check-access", config={"api": form["api"]}, plugin_config=plugin)
    assert "The plugin setting api_url holds another text" in caught.value.log
    shown = [("log", caught.value.log), ("error", json.dumps(caught.value.error)), *of_error(caught.value)]
    assert leaks([PASTED, *PLANTED], shown) == []
