"""What each recipe does, apart from being found by the host."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dataiku.customrecipe import (
    get_input_names_for_role,
    get_output_names_for_role,
    get_plugin_config,
    get_recipe_config,
)

from ovh_weblogs import in_database, logfiles, pipeline
from ovh_weblogs.archive import archive
from ovh_weblogs.crm import PREFIX, Crm
from ovh_weblogs.database_tables import Table
from ovh_weblogs.dss import archives, databases, datasets, label_forms, recipe_forms, source_forms
from ovh_weblogs.dss.form import DAY, iso_day
from ovh_weblogs.dss.geofiles import geo_files
from ovh_weblogs.dss.raw_logs import RawLogs, raw_logs
from ovh_weblogs.dss.rows import as_text
from ovh_weblogs.engines.spool import spools
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.pipeline import EnrichSettings, ParseSettings, Totals
from ovh_weblogs.schema import ARCHIVED, HITS, REJECTS
from ovh_weblogs.sessions import SessionSettings, Visits
from ovh_weblogs.settings import Midnight, VisitorSettings
from ovh_weblogs.visitored import CrmSettings

logger = logging.getLogger(__name__)


def build_archive() -> None:
    """Recipe ``ovh-logs-archive``: role files (where there is one) to the roles archive and manifest (the same).

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    settings = recipe_forms.archive_settings(get_recipe_config(), get_plugin_config())
    folder = archives.ArchiveFolder("archive")
    wanted = archives.wanted("files", folder.day) if get_input_names_for_role("files") else None
    report, entries = archive(settings, folder, wanted, only=folder.day)
    logger.info("%s: %s", folder.name, report)
    folder.save_metrics(report.counts)
    if get_output_names_for_role("manifest"):
        datasets.write("manifest", [column.dss for column in ARCHIVED.columns], archives.rows(entries))
    report.check()


def build_hits() -> None:
    """Recipe ``ovh-logs-parse``: role logs, a folder or a dataset, to the roles hits and (where there is one) rejects.

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    settings = recipe_forms.parse_settings(get_recipe_config(), get_plugin_config())
    output, totals = datasets.Output("hits"), Totals()
    logs = raw_logs("logs", recipe_forms.line_column(get_recipe_config()))
    tracker = _needs_tracker_columns(logs, settings, output)
    with ExitStack() as writers:
        hits = writers.enter_context(output.writer([column.dss for column in logfiles.columns(tracker=tracker)]))
        rejects = None
        if get_output_names_for_role("rejects"):
            columns = [column.dss for column in REJECTS.columns]
            rejects = writers.enter_context(datasets.Output("rejects").writer(columns))
        for parsed in logs.parsed(settings, totals):
            hits.write(parsed.hits if tracker else logfiles.only_server(parsed.hits))
            if rejects is not None:
                rejects.write(as_text(parsed.rejects))
    logger.info("%s: %s", logs.name, totals)
    totals.judge(
        settings.max_reject_share,
        logs.name,
        fix=recipe_forms.REFUSED_FIX,
    )
    output.save_metrics(totals.counts)


def _needs_tracker_columns(logs: RawLogs, settings: ParseSettings, output: datasets.Output) -> bool:
    """Whether hits get the columns that only a tracker fills, which stand behind the others."""
    if settings.tracker_columns:
        return True
    if output.partition and output.column_names() >= set(HITS.names):
        logger.info("%s has the columns of a tracker from another partition: they are kept", output.name)
        return True
    return settings.line_format == logfiles.AUTO and not settings.custom_format and logs.begin_as_tracker(settings)


def build_events() -> None:
    """Recipe ``ovh-logs-enrich``: role hits to role events, with the files of role geo and the rules of role rules.

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    settings = with_rules(recipe_forms.enrich_settings(get_recipe_config()))
    if not settings.geo:
        _build_events(settings)
        return
    with geo_files("geo", get_plugin_config()) as paths:
        _build_events(replace(settings, geo_files=paths))


def _build_events(settings: EnrichSettings) -> None:
    hits, counts = datasets.Input("hits"), Counter[str]()
    plan = pipeline.enrichment_plan(hits.names, settings)
    for sentence in plan.told(settings):
        logger.info("%s", sentence)
    theirs = [{**column, "name": plan.renamed.get(column["name"], column["name"])} for column in hits.columns]
    schema = datasets.merged_schema(theirs, plan.declared, plan.names, new=[column.name for column in plan.added])
    output, settings = datasets.Output("events"), _with_tracked_hosts(hits, settings)
    with output.writer(schema) as events:
        for batch in pipeline.enrich(hits.batches(), settings, counts):
            events.write(batch)
    pipeline.log_counts(counts)
    output.save_metrics(pipeline.enrichment_metrics(counts))


def with_rules(settings: EnrichSettings) -> EnrichSettings:
    """The settings with the page rules of the role rules, after those of the form."""
    if not get_input_names_for_role("rules"):
        return settings
    dataset = datasets.Input("rules")
    batches = dataset.batches(source_forms.rule_columns(dataset.names, dataset.short_name))
    rows = [row for batch in batches for row in batch.to_pylist()]
    rules = source_forms.rules_of_rows(rows, dataset.short_name)
    logger.info("%s: %d page rules", dataset.short_name, len(rules))
    return replace(settings, page_rules=settings.page_rules + rules)


def _with_tracked_hosts(hits: datasets.Input, settings: EnrichSettings) -> EnrichSettings:
    """The settings with the hosts whose page views a tracker counts, which are looked for in all hits beforehand."""
    names = pipeline.tells_tracked_hosts(hits.names, settings)
    if not names:
        return settings
    hosts = pipeline.tracked_hosts(hits.batches(names), settings)
    if hosts:
        logger.info("Page views are counted by the tracker alone on %s", ", ".join(sorted(hosts)[:20]))
    return replace(settings, cleaning=replace(settings.cleaning, tracked_hosts=hosts))


def build_visitors() -> None:
    """Recipe ``ovh-logs-visitors``: role events, and role crm where there is one, to role visitors.

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    settings = recipe_forms.visitor_settings(get_recipe_config(), get_plugin_config())
    events = datasets.Input("events")
    settings = replace(settings, shape=recipe_forms.typed(settings.shape, events.columns))
    _check_crm(settings)
    if _visitors_in_database(settings, events):
        return
    settings, crm, told = _with_crm(settings)
    columns = pipeline.visitor_columns(events.names, settings)
    wanted = pipeline.wanted_by_visitors(events.names, settings)
    rows = pipeline.visitors(events.batches(wanted), wanted, settings, crm)
    theirs = {column["name"]: column for column in events.columns if column["name"] in settings.shape.groups}
    datasets.write("visitors", [*(theirs.get(column.name, column.dss) for column in columns), *told], rows)


def _check_crm(settings: VisitorSettings) -> None:
    """Refuse half a CRM, the dataset or its key alone, whichever engine is wanted."""
    is_there = bool(get_input_names_for_role("crm"))
    if settings.crm and not is_there:
        raise SettingsError("The recipe has no dataset as crm", fix="choose one in its inputs, or empty crm_key")
    if is_there and settings.crm is None:
        raise SettingsError("crm_key is missing (the column of the CRM that identifies a customer)", fix="choose it")


def _with_crm(settings: VisitorSettings) -> tuple[VisitorSettings, Crm | None, list[dict[str, Any]]]:
    """The settings, the CRM where the recipe has one, and the columns that rows get from it, as DSS writes a schema."""
    if settings.crm is None:
        return settings, None, []
    dataset = datasets.Input("crm")
    chosen = replace(settings.crm, types=label_forms.types_of(dataset.columns))
    crm = Crm(dataset.batches(), dataset.names, chosen)
    return replace(settings, crm=chosen), crm, _told_by(dataset, chosen)


def _told_by(crm: datasets.Input, settings: CrmSettings) -> list[dict[str, Any]]:
    return [{**column, "name": PREFIX + column["name"]} for column in crm.columns if column["name"] != settings.key]


def _visitors_in_database(settings: VisitorSettings, events: datasets.Input) -> bool:
    output, crm = datasets.Output("visitors"), datasets.Input("crm") if settings.crm else None

    def plan(table: Table, customers: Table | None = None) -> list[databases.Planned]:
        """What is made of the tables: the visitors, whose groups are described as the input describes them."""
        theirs = [column for column in events.columns if column["name"] in settings.shape.groups]
        told = _told_by(crm, settings.crm) if crm and settings.crm else []
        return [databases.planned(in_database.visitors(table, settings, customers), output, theirs, told)]

    return databases.built(settings, [events, *([crm] if crm else [])], [output], plan)


def build_sessions() -> None:
    """Recipe ``ovh-logs-sessions``: role events to role sessions and (where there is one) events_with_sessions.

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    settings = recipe_forms.session_settings(get_recipe_config(), get_plugin_config())
    events, output = datasets.Input("events"), datasets.Output("sessions")
    settings = of_partition(settings, events, output)
    visits = Visits(events.names, settings)
    for sentence in visits.told():
        logger.info("%s", sentence)
    if _sessions_in_database(settings, events, output):
        return
    columns = [column.dss for column in visits.columns]
    if not get_output_names_for_role("events_with_sessions"):
        datasets.write("sessions", columns, visits.sessions(events.batches(visits.wanted)))
        return
    theirs = _carried(events, visits, datasets.Output("events_with_sessions"))
    with spools(settings.temp_folder, "rows", "hits") as (rows, hits):
        datasets.write("sessions", columns, visits.sessions(rows.through(events.batches()), hits))
        schema = [*theirs, *(column.dss for column in visits.places)]
        datasets.write("events_with_sessions", schema, visits.events(rows, hits))


def _carried(events: datasets.Input, visits: Visits, output: datasets.Output) -> list[dict[str, Any]]:
    """Columns of the events that go through; those of a partition tell of the output's, whichever day a hit is of."""
    renamed = visits.renamed()
    columns = [{**column, "name": renamed.get(column["name"], column["name"])} for column in events.columns]
    return [column for column in columns if column["name"] not in output.written]


def _sessions_in_database(settings: SessionSettings, events: datasets.Input, output: datasets.Output) -> bool:
    outputs = [output]
    if get_output_names_for_role("events_with_sessions"):
        outputs.append(datasets.Output("events_with_sessions"))

    def plan(table: Table) -> list[databases.Planned]:
        """What is made of the table: the visits, and the events with their places where they are wanted."""
        planned = [databases.planned(in_database.sessions(table, settings), output)]
        for placed in outputs[1:]:
            theirs = _carried(events, Visits(events.names, settings), placed)
            planned.append(databases.planned(in_database.events_with_sessions(table, settings), placed, theirs))
        return planned

    return databases.built(settings, [events], outputs, plan)


def of_partition(settings: SessionSettings, events: datasets.Input, output: datasets.Output) -> SessionSettings:
    """The settings, for the visits of one day where the output has partitions."""
    if not output.partition:
        return settings
    day = iso_day(output.partition) if DAY.fullmatch(output.partition) else None
    if day is None:
        raise SettingsError(
            f"{output.name} has a partition {output.partition}, which is no day",
            fix="partition it by day, with one dimension of time, or not at all",
        )
    around = [(day + timedelta(days=shift)).isoformat() for shift in (-1, 1)]
    lacking = [each for each in around if events.partitions and each not in events.partitions]
    if lacking:
        logger.warning(
            "Visits across midnight are cut: the input is read without %s; set its dependency in the recipe to 'Time "
            "range', from 1 day before to 1 day after",
            " and ".join(lacking),
        )
    if settings.midnight is Midnight.NEVER:
        logger.info("Visits of partitions end at a midnight once their visitor has not paused all day")
        settings = replace(settings, midnight=Midnight.LONG)
    return replace(settings, day=day)
