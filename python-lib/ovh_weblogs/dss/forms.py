"""Components' configurations to checked settings; every default is that of ``settings``."""

from __future__ import annotations

import re
from datetime import date

from ovh_weblogs.dss.access import access_of, log_tree
from ovh_weblogs.dss.form import DAY, Config, Form, iso_day
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.schema import LINES, REJECT_REASON, SERVER_HITS, Column
from ovh_weblogs.settings import MAX_DAY_BYTES, ApiAccess, Kind, Network, OfferSettings, Period, Scope, Source

__all__ = [
    "Config",
    "Form",
    "columns",
    "is_partitioned",
    "log_kind",
    "max_day_bytes",
    "offer_settings",
    "partition_day",
    "reject_rows",
    "source",
]

_LIKE_A_DAY = re.compile(r"[0-9:./_-]{1,30}")  # any other text is not shown: it may be something pasted by mistake


def source(config: Config | None, plugin_config: Config | None) -> Source:
    """Settings of the connector ``ovh-logs``.

    Raises:
        SettingsError: Something in the form is missing or wrong; every fault is named.
        HostNotAllowed: The log host is none that a password may be sent to.
    """
    form, plugin = Form(config), Form(plugin_config)
    access = access_of(form, plugin)
    period = period_of(form, Period.last_days)
    kind = log_kind(config, form)
    skip = form.choice("missing_days", ("fail", "skip"), "skip" if Source.skip_missing else "fail") == "skip"
    today = form.flag("include_today", default=Source.include_today)
    share = form.number("max_reject_share", Source.max_reject_share, low=0, high=1)
    rows, partitioned = reject_rows(config, form), is_partitioned(config, form)
    largest, network = max_day_bytes(plugin), network_of(plugin)
    form.check("The settings of the OVH logs dataset")
    return Source(
        *log_tree(access, form, plugin),
        kind=kind,
        period=period,
        skip_missing=skip,
        include_today=today,
        partitioned=partitioned,
        reject_rows=rows,
        max_reject_share=share,
        network=network,
        max_day_bytes=largest,
    )


def offer_settings(config: Config | None, plugin_config: Config | None) -> OfferSettings:
    """Settings of the connector ``ovh-logs-files``.

    Raises:
        SettingsError: Something in the form is missing or wrong; every fault is named.
        HostNotAllowed: The log host is none that a password may be sent to.
    """
    form, plugin = Form(config), Form(plugin_config)
    access = access_of(form, plugin)
    every = tuple(kind.value for kind in Kind)
    kinds = tuple(Kind(value) for value in form.choices("kinds", every, every))
    months = form.whole("months", OfferSettings.months, low=0, high=120)
    scope = Scope(form.choice("scope", tuple(scope.value for scope in Scope), OfferSettings.scope.value))
    network = network_of(plugin)
    form.check("The settings of the OVH log files dataset")
    if not isinstance(access, ApiAccess) or access.domain:
        scope = Scope.TREE  # the form hides the choice there, and keeps what was chosen before
    source = Source(*log_tree(access, form, plugin), network=network)
    return OfferSettings(source, kinds, months, scope)


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


def period_of(form: Form, default: int) -> Period:
    """The days of a form; the last so many where it names none."""
    last_days = form.whole("last_days", default, low=1, high=3660)
    if form.choice("period", ("range", "last_days"), "last_days") == "last_days":
        return Period(last_days=last_days)
    first, last = form.day("from_date"), form.day("to_date")
    if first is None and not form.text("from_date"):
        form.faults.append("from_date is missing")
    if first and last and last < first:
        form.faults.append(f"to_date {last} is before from_date {first}")
    return Period(first=first, last=last, last_days=last_days)


def network_of(form: Form) -> Network:
    """Timeouts and patience, from the plugin's settings.

    Raises:
        SettingsError: A value is wrong.
    """
    network = Network(
        connect_timeout=form.number("connect_timeout", Network.connect_timeout, low=0.1, high=600),
        read_timeout=form.number("read_timeout", Network.read_timeout, low=0.1, high=3600),
        attempts=form.whole("attempts", Network.attempts, low=1, high=100),
        max_wait=form.number("max_wait", Network.max_wait, low=0, high=3600),
        connections=form.whole("connections", Network.connections, low=1, high=8),
    )
    form.check("The plugin's settings")
    return network


def max_day_bytes(plugin: Form) -> int:
    """Bytes that one file may unpack to, from the form of the plugin's settings."""
    return int(plugin.number("max_day_gb", MAX_DAY_BYTES / 1e9, low=0.001, high=1_000_000) * 1e9)


def partition_day(partition_id: str | None) -> date | None:
    """The day that a partition id names; None for the whole dataset.

    Raises:
        SettingsError: The id is no day.
    """
    if partition_id in (None, "", "NP"):
        return None
    day = iso_day(str(partition_id)) if DAY.fullmatch(str(partition_id)) else None
    if day is not None:
        return day
    told = f"Partition '{partition_id}'" if _LIKE_A_DAY.fullmatch(str(partition_id)) else "The partition's name"
    raise SettingsError(f"{told} is no day", fix="name partitions of OVH logs as 2026-01-31")
