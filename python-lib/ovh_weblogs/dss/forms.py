"""A component's configuration, as the host hands it over, to checked settings.

The form's defaults are not in it for objects made through the API, integers may come as floats, presets as ``{}``
(reference doc of DSS, "Parameters"): every key has its default here, from ``settings``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.hosting import cluster_zone, derived_log_host, parse_allowed, permitted_log_host
from ovh_weblogs.schema import LINES, REJECT_REASON, SERVER_HITS, Column
from ovh_weblogs.settings import MAX_DAY_BYTES, Kind, LogUser, Network, Period, Secret, Source, VisitorSettings

_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
Config = Mapping[str, Any]


class Form:
    """Reads typed values out of a configuration and collects every fault, to report them in one sentence."""

    def __init__(self, config: Config | None) -> None:
        self._config = config or {}
        self.faults: list[str] = []

    def text(self, key: str, default: str = "") -> str:
        """Text without blanks around it; the default where it is absent or empty."""
        value = self._config.get(key)
        if value is None or value == "":
            return default
        if not isinstance(value, str):
            self.faults.append(f"{key} must be text")
            return default
        return value.strip()

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of the choices."""
        value = self.text(key, default)
        if value in choices:
            return value
        self.faults.append(f"{key} must be one of {', '.join(choices)}, not '{value[:40]}'")
        return default

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        """A number within the bounds, both included; the host may hand over any kind of number, or its text."""
        value = self._config.get(key)
        if value is None or value == "":
            return default
        number = _number(value)
        if number is None:
            self.faults.append(f"{key} must be a number")
            return default
        if not low <= number <= high:
            self.faults.append(f"{key} must be from {low:g} to {high:g}")
            return default
        return number

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        """A whole number; ``5.0`` is 5."""
        number = self.number(key, default, low=low, high=high)
        if number != int(number):
            self.faults.append(f"{key} must be a whole number")
            return default
        return int(number)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false; also as text, as variables of a project expand to it."""
        value = self._config.get(key)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        self.faults.append(f"{key} must be true or false")
        return default

    def day(self, key: str) -> date | None:
        """A day, as YYYY-MM-DD or as the instant that a date field saves.

        The field saves midnight of the browser's zone as an instant in UTC, the day before at 22:00 or so in Europe:
        12 hours later it is the day that was picked, in every zone from UTC-12 to UTC+11.
        """
        value = self.text(key)
        if not value:
            return None
        day = _iso_day(value) if _DAY.fullmatch(value) else _picked_day(value)
        if day is None:
            self.faults.append(f"{key} must be a day such as 2026-01-31, not '{value[:40]}'")
        return day

    def secret(self, key: str) -> Secret:
        """Text that is shown nowhere, exactly as typed."""
        value = self._config.get(key)
        return Secret(value if isinstance(value, str) else "")

    def group(self, key: str) -> Form:
        """A preset: a form of its own that shares the faults; empty where the host hands over none."""
        value = self._config.get(key)
        inner = Form(value if isinstance(value, Mapping) else {})
        inner.faults = self.faults
        return inner

    def texts(self, key: str) -> list[str]:
        """A list of texts; a single text is a list of one."""
        value = self._config.get(key)
        values = [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else []
        return [str(item) for item in values if item]

    def check(self, what: str) -> None:
        """Report every fault at once.

        Raises:
            SettingsError: There is at least one.
        """
        if self.faults:
            raise SettingsError(
                f"{what} cannot be used: {', '.join(dict.fromkeys(self.faults))}",
                fix="correct this in the settings",
            )


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _picked_day(text: str) -> date | None:
    try:
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (instant.astimezone(timezone.utc) + timedelta(hours=12)).date() if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def source(config: Config | None, plugin_config: Config | None) -> Source:
    """Settings of the connector ``ovh-logs``.

    Raises:
        SettingsError: Something in the form is missing or wrong; every fault is named.
        HostNotAllowed: The log host is none that a password may be sent to.
    """
    form = Form(config)
    form.choice("access", ("log_user",), "log_user")
    user = _log_user(form.group("log_user"))
    domain = _domain(form)
    period = _period(form)
    kind = log_kind(config, form)
    skip = form.choice("missing_days", ("fail", "skip"), "skip" if Source.skip_missing else "fail") == "skip"
    share = form.number("max_reject_share", Source.max_reject_share, low=0, high=1)
    typed_host = form.text("log_host")
    rows, partitioned = reject_rows(config, form), is_partitioned(config, form)
    plugin = Form(plugin_config)
    largest, network = max_day_bytes(plugin), _network(plugin)
    form.check("The settings of the OVH logs dataset")
    host = permitted_log_host(
        typed_host or derived_log_host(domain) or _no_host(domain),
        parse_allowed(plugin.texts("allowed_log_hosts")),
    )
    return Source(
        host=host,
        domain=domain,
        user=user,
        zone=cluster_zone(host, domain),
        kind=kind,
        period=period,
        skip_missing=skip,
        partitioned=partitioned,
        reject_rows=rows,
        max_reject_share=share,
        network=network,
        max_day_bytes=largest,
    )


def log_kind(config: Config | None, form: Form | None = None) -> Kind:
    """The kind of log chosen in the form."""
    form = form or Form(config)
    return Kind(form.choice("kind", tuple(kind.value for kind in Kind), Source.kind.value))


def reject_rows(config: Config | None, form: Form | None = None) -> bool:
    """Whether lines that the format refuses are wanted as rows."""
    form = form or Form(config)
    default = "rows" if Source.reject_rows else "count"
    return form.choice("rejects", ("count", "rows"), default) == "rows"


def is_partitioned(config: Config | None, form: Form | None = None) -> bool:
    """Whether each published day is a partition."""
    form = form or Form(config)
    return form.flag("partitioned", default=Source.partitioned)


def columns(config: Config | None) -> tuple[Column, ...]:
    """Columns that the chosen kind of log can fill; needs no other setting to be right."""
    if log_kind(config) is not Kind.WEB:
        return LINES.columns
    return SERVER_HITS.columns + ((REJECT_REASON,) if reject_rows(config) else ())


def _log_user(preset: Form) -> LogUser:
    login, password = preset.text("login"), preset.secret("password")
    if not login or not password:
        preset.faults.append("login and password of a log user are missing (choose a preset, or write them inline)")
    if ":" in login:  # RFC 7617, section 2
        preset.faults.append("login must not hold a colon")
    return LogUser(login, password)


def _domain(form: Form) -> str:
    domain = form.text("domain")
    if not domain:
        form.faults.append(
            "domain is missing (the root of the log tree, as in the address of the logs in the OVH panel)"
        )
    elif not _DOMAIN.fullmatch(domain) or ".." in domain:
        form.faults.append("domain may hold only letters, digits, dots and hyphens, without https:// or a path")
    return domain


def _period(form: Form) -> Period:
    last_days = form.whole("last_days", Period.last_days, low=1, high=3660)
    if form.choice("period", ("range", "last_days"), "last_days") == "last_days":
        return Period(last_days=last_days)
    first, last = form.day("from_date"), form.day("to_date")
    if first is None and not form.text("from_date"):
        form.faults.append("from_date is missing")
    if first and last and last < first:
        form.faults.append(f"to_date {last} is before from_date {first}")
    return Period(first=first, last=last, last_days=last_days)


def _network(form: Form) -> Network:
    network = Network(
        connect_timeout=form.number("connect_timeout", Network.connect_timeout, low=0.1, high=600),
        read_timeout=form.number("read_timeout", Network.read_timeout, low=0.1, high=3600),
        attempts=form.whole("attempts", Network.attempts, low=1, high=100),
        max_wait=form.number("max_wait", Network.max_wait, low=0, high=3600),
    )
    form.check("The plugin's settings")
    return network


def max_day_bytes(plugin: Form) -> int:
    """Bytes that one file may unpack to, from the form of the plugin's settings."""
    return int(plugin.number("max_day_gb", MAX_DAY_BYTES / 1e9, low=0.001, high=1_000_000) * 1e9)


def visitor_settings(plugin_config: Config | None) -> VisitorSettings:
    """What the grouping to visitors may use, from the plugin's settings.

    Raises:
        SettingsError: A value is wrong.
    """
    form = Form(plugin_config)
    settings = VisitorSettings(
        memory_limit_mb=form.whole("memory_limit_mb", VisitorSettings.memory_limit_mb, low=64, high=1 << 20),
        temp_folder=form.text("temp_folder") or None,
    )
    form.check("The plugin's settings")
    return settings


def _no_host(domain: str) -> str:
    raise SettingsError(
        f"log_host is missing, and cannot be told from the domain {domain}",
        fix="copy the start of the address, such as https://logs.cluster021.hosting.ovh.net, "
        "from the OVH panel: Web Cloud, Hosting plans, your hosting, Statistics and logs, See logs",
    )


def partition_day(partition_id: str | None) -> date | None:
    """The day that a partition id names; None for the whole dataset.

    Raises:
        SettingsError: The id is no day.
    """
    if partition_id in (None, "", "NP"):
        return None
    day = _iso_day(str(partition_id)) if _DAY.fullmatch(str(partition_id)) else None
    if day is not None:
        return day
    raise SettingsError(
        f"Partition '{str(partition_id)[:40]}' is no day", fix="name partitions of OVH logs as 2026-01-31"
    )
