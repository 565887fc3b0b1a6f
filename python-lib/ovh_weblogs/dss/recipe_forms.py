"""Forms of recipes to checked settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timezone, tzinfo
from typing import Any

from ovh_weblogs.column import Type
from ovh_weblogs.dss import label_forms, source_forms
from ovh_weblogs.dss.access import access_of, log_tree
from ovh_weblogs.dss.forms import Config, Form, max_day_bytes, network_of, period_of
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.logfiles import AUTO, TRACKER, check_settings
from ovh_weblogs.parsing.times import zone_of
from ovh_weblogs.roles import CONTENT_ROLES, JOURNEY_ROLES, ROLES, SESSION_ROLES, VISITOR_ROLES, Role
from ovh_weblogs.secret import Secret
from ovh_weblogs.settings import (
    DROPPABLE,
    ArchiveSettings,
    Cleaning,
    Engine,
    EnrichSettings,
    Kind,
    Language,
    Midnight,
    ParseSettings,
    Policy,
    Privacy,
    Rotation,
    SessionSettings,
    Source,
    VisitorSettings,
)
from ovh_weblogs.visitored import AGGREGATES, Aggregate, Shape, category_name

_SHORTEST_KEY = 16  # characters: shorter keys are found by trying
LONGEST_TIMEOUT = 480  # minutes: GA4 ends its visits after as many at most, and a day has to hold more than one pause
_LONGEST_CATEGORY = 40  # characters: with what stands around it, a column's name has to fit PostgreSQL's 63 bytes
REFUSED_FIX = (
    "choose another 'Format of lines', or raise 'Highest share of refused lines' to 1 and look at them in the output "
    "Rejects"
)
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


def enrich_settings(config: Config | None) -> EnrichSettings:
    """Settings of the recipe ``ovh-logs-enrich``.

    Raises:
        SettingsError: Something in the form or in its preset is wrong; it is named.
    """
    form = Form(config)
    policies = tuple(policy.value for policy in Policy)
    policy = Policy(form.choice("visitor_policy", policies, EnrichSettings.visitor_policy.value))
    columns, languages = _columns(form, ROLES), tuple(language.value for language in Language)
    if policy is Policy.IDENTIFIER and "identifier" not in columns:
        form.faults.append("identifier_column is missing (the column that tells visitors apart)")
    key, rotation = _privacy(form.group("privacy"))
    settings = EnrichSettings(
        columns=columns,
        zone=_zone(form),
        overwrite=form.flag("overwrite", default=EnrichSettings.overwrite),
        useragent=form.flag("add_useragent", default=EnrichSettings.useragent),
        bots=form.flag("add_bots", default=EnrichSettings.bots),
        geo=form.flag("add_geo", default=EnrichSettings.geo),
        geo_language=Language(form.choice("geo_language", languages, EnrichSettings.geo_language.value)),
        url=form.flag("add_url", default=EnrichSettings.url),
        query_keys=form.listed("query_keys", EnrichSettings.query_keys),
        resources=form.flag("add_resources", default=EnrichSettings.resources),
        local_time=form.flag("add_local_time", default=EnrichSettings.local_time),
        local_zone=_zone(form, "local_zone", EnrichSettings.local_zone),
        traffic_sources=form.flag("add_sources", default=EnrichSettings.traffic_sources),
        sources=source_forms.sources(form),
        page_rules=source_forms.page_rules(form),
        visitor_id=form.flag("add_visitor_id", default=EnrichSettings.visitor_id),
        visitor_policy=policy,
        visitor_key=key,
        rotation=rotation,
        cleaning=_cleaning(form),
        privacy=_hidden(form),
    )
    form.check("The settings of the recipe")
    return settings


def visitor_settings(config: Config | None, plugin_config: Config | None) -> VisitorSettings:
    """Settings of the recipe ``ovh-logs-visitors``.

    Raises:
        SettingsError: A value of the form or of the plugin's settings is wrong; it is named.
    """
    form, plugin = Form(config), Form(plugin_config)
    columns, zone, categories = _columns(form, (*VISITOR_ROLES, *CONTENT_ROLES)), _zone(form), _categories(form)
    aggregates = tuple(Aggregate(name, how) for how in AGGREGATES for name in _chosen(form, f"{how}_columns"))
    label, crm = label_forms.label(form), label_forms.crm(form, zone)
    engine, allow_unproved = _engine(form)
    form.check("The settings of the recipe")
    settings = VisitorSettings(
        columns=columns,
        zone=zone,
        shape=Shape(categories, _chosen(form, "group_columns"), aggregates, label),
        crm=crm if crm.key else None,
        memory_limit_mb=plugin.whole("memory_limit_mb", VisitorSettings.memory_limit_mb, low=64, high=1 << 20),
        temp_folder=plugin.text("temp_folder") or None,
        engine=engine,
        allow_unproved=allow_unproved,
    )
    plugin.check("The plugin's settings")
    return settings


def typed(shape: Shape, columns: Sequence[Mapping[str, Any]]) -> Shape:
    """The shape with its aggregates' columns read as the types that a dataset's schema gives them.

    Args:
        shape: As ``visitor_settings`` has it.
        columns: Of the input, as DSS writes its schema.
    """
    types = label_forms.types_of(columns)
    aggregates = []
    for each in shape.aggregates:
        kind = types.get(each.column, Type.STRING)
        if each.how in ("sum", "mean") and kind not in (Type.BIGINT, Type.DOUBLE):
            kind = Type.DOUBLE  # numbers in a column of texts
        aggregates.append(replace(each, type=kind))
    return replace(shape, aggregates=tuple(aggregates))


def session_settings(config: Config | None, plugin_config: Config | None) -> SessionSettings:
    """Settings of the recipe ``ovh-logs-sessions``.

    Raises:
        SettingsError: A value of the form or of the plugin's settings is wrong; it is named.
    """
    form, default = Form(config), SessionSettings()
    midnights = tuple(midnight.value for midnight in Midnight)
    engine, allow_unproved = _engine(form)
    made = SessionSettings(
        columns=_columns(form, (*SESSION_ROLES, *JOURNEY_ROLES)),
        zone=_zone(form),
        timeout_minutes=form.whole("timeout_minutes", default.timeout_minutes, low=1, high=LONGEST_TIMEOUT),
        midnight=Midnight(form.choice("midnight", midnights, default.midnight.value)),
        day_zone=_zone(form, "day_zone", default.day_zone),
        campaign_change=form.flag("campaign_change", default=default.campaign_change),
        only_people=form.flag("only_people", default=default.only_people),
        only_pageviews=form.flag("only_pageviews", default=default.only_pageviews),
        engine=engine,
        allow_unproved=allow_unproved,
    )
    form.check("The settings of the recipe")
    grouping = visitor_settings(None, plugin_config)
    return replace(made, memory_limit_mb=grouping.memory_limit_mb, temp_folder=grouping.temp_folder)


def _engine(form: Form) -> tuple[Engine, bool]:
    """Where events are grouped, and whether in a database without proof."""
    engines = tuple(engine.value for engine in Engine)
    engine = Engine(form.choice("engine", engines, VisitorSettings.engine.value))
    return engine, form.flag("allow_unproved", default=VisitorSettings.allow_unproved)


def _columns(form: Form, roles: Sequence[Role]) -> dict[str, str]:
    """The chosen columns by role, those that are called by our names left out."""
    named = {role.name: form.text(role.parameter) for role in roles}
    return {role.name: named[role.name] for role in roles if named[role.name] not in ("", role.input)}


def _chosen(form: Form, key: str) -> tuple[str, ...]:
    """Columns of the input, as they are called there, each once."""
    return tuple(dict.fromkeys(form.texts(key)))


def _categories(form: Form) -> tuple[str, ...]:
    """Categories of pages that get columns; two may not have the same names of these."""
    categories, named = form.listed("categories", Shape.categories), dict[str, str]()
    for category in categories:
        name = category_name(category)
        if not name or len(name) > _LONGEST_CATEGORY:
            form.faults.append(
                f"categories has '{category[:_LONGEST_CATEGORY]}', of which no column can be named (it needs "
                f"letters or digits of ASCII, {_LONGEST_CATEGORY} at most)"
            )
        elif name in named:
            form.faults.append(f"categories has '{named[name]}' and '{category}', whose columns would both be {name}")
        named[name] = category
    return categories


def _cleaning(form: Form) -> Cleaning:
    """Which hits are flagged, and which are dropped."""
    return Cleaning(
        internal_addresses=form.listed("internal_addresses", Cleaning.internal_addresses),
        own_agents=form.listed("own_agents", Cleaning.own_agents),
        drop=form.several("drop", DROPPABLE, Cleaning.drop),
        drop_statuses=form.listed("drop_statuses", Cleaning.drop_statuses),
    )


def _hidden(form: Form) -> Privacy:
    """What is removed from hits."""
    return Privacy(
        clean_urls=form.flag("clean_urls", default=Privacy.clean_urls),
        removed_keys=form.listed("removed_keys", Privacy.removed_keys),
        truncate_addresses=form.flag("truncate_addresses", default=Privacy.truncate_addresses),
        hash_user=form.flag("hash_user", default=Privacy.hash_user),
    )


def _zone(form: Form, key: str = "time_zone", default: tzinfo = timezone.utc) -> tzinfo:
    try:
        return zone_of(form.text(key)) or default
    except SettingsError:
        form.faults.append(f"{key} is not known (write an IANA name such as Europe/Paris)")
        return default


def _privacy(preset: Form) -> tuple[Secret, Rotation]:
    """Key of the visitors' ids and how often it changes, from a preset ``ovh-logs-privacy``."""
    key = preset.secret("visitor_key")
    rotations = tuple(rotation.value for rotation in Rotation)
    rotation = Rotation(preset.choice("rotation", rotations, EnrichSettings.rotation.value))
    if key and len(key.reveal()) < _SHORTEST_KEY:
        preset.faults.append(f"visitor_key must have at least {_SHORTEST_KEY} characters, drawn at random")
    if rotation is not Rotation.NONE and not key:
        preset.faults.append("visitor_key is missing (only ids with a key can change with time)")
    return key, rotation


def line_column(config: Config | None) -> str | None:
    """The column that holds the lines, where the input is a dataset; None where none is chosen.

    Raises:
        SettingsError: It is no text.
    """
    form = Form(config)
    column = form.text("line_column")
    form.check("The settings of the recipe")
    return column or None
