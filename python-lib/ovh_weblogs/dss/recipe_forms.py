"""Forms of recipes to checked settings."""

from __future__ import annotations

from ovh_weblogs.dss.access import access_of, log_tree
from ovh_weblogs.dss.forms import Config, Form, max_day_bytes, network_of, period_of
from ovh_weblogs.logfiles import AUTO, TRACKER, check_settings
from ovh_weblogs.settings import ArchiveSettings, Kind, ParseSettings, Source

CUSTOM = "custom"
MIXED = "auto_wt1"  # each line tells, as in auto, and hits have a tracker's columns from the start
LINE_FORMATS = (AUTO, MIXED, "ovh", "combined", "vhost_combined", "common", TRACKER, CUSTOM)


def parse_settings(config: Config | None, plugin_config: Config | None) -> ParseSettings:
    """Settings of the recipe ``ovh-logs-parse``.

    Raises:
        SettingsError: Something in the form is wrong; it is named.
    """
    form, plugin = Form(config), Form(plugin_config)
    line_format = form.choice("line_format", LINE_FORMATS, ParseSettings.line_format)
    custom_format = form.text("custom_format")
    if line_format == CUSTOM and not custom_format:
        form.faults.append("custom_format is missing (a LogFormat of Apache or a log_format of nginx)")
    base_url, timezone = form.text("base_url"), form.text("timezone")
    share = form.number("max_reject_share", ParseSettings.max_reject_share, low=0, high=1)
    form.check("The settings of the recipe")
    largest = max_day_bytes(plugin)
    plugin.check("The plugin's settings")
    settings = ParseSettings(
        line_format=AUTO if line_format in (CUSTOM, MIXED) else line_format,
        custom_format=custom_format if line_format == CUSTOM else None,
        base_url=base_url or None,
        timezone=timezone or None,
        max_reject_share=share,
        max_day_bytes=largest,
        tracker_columns=line_format in (TRACKER, MIXED),
    )
    check_settings(settings)
    return settings


def archive_settings(config: Config | None, plugin_config: Config | None) -> ArchiveSettings:
    """Settings of the recipe ``ovh-logs-archive``.

    Raises:
        SettingsError: Something in the form is missing or wrong; every fault is named.
        HostNotAllowed: The log host is none that a password may be sent to.
    """
    form, plugin = Form(config), Form(plugin_config)
    access = access_of(form, plugin)
    default = tuple(kind.value for kind in ArchiveSettings.kinds)
    kinds = form.several("kinds", tuple(kind.value for kind in Kind), default)
    period = period_of(form, ArchiveSettings.LAST_DAYS)
    months = form.whole("keep_months", ArchiveSettings.keep_months, low=0, high=1200)
    largest, network = max_day_bytes(plugin), network_of(plugin)
    form.check("The settings of the recipe")
    return ArchiveSettings(
        Source(*log_tree(access, form, plugin), period=period, network=network, max_day_bytes=largest),
        kinds=tuple(Kind(kind) for kind in kinds),
        keep_months=months,
        temp_folder=plugin.text("temp_folder") or None,
    )


def line_column(config: Config | None) -> str | None:
    """The column that holds the lines, where the input is a dataset; None where none is chosen.

    Raises:
        SettingsError: It is no text.
    """
    form = Form(config)
    column = form.text("line_column")
    form.check("The settings of the recipe")
    return column or None
