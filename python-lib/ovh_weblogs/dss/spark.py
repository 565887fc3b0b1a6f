"""Recipes that run on Spark: settings are checked before a session starts, datasets go by way of the host's package."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dataiku import recipe
from dataiku import spark as host
from dataiku.customrecipe import get_output_names_for_role, get_plugin_config, get_recipe_config
from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext

from ovh_weblogs import logfiles, pipeline
from ovh_weblogs.distributed import events, groups, splits
from ovh_weblogs.distributed.events import Build, of_rows
from ovh_weblogs.distributed.lines import Files
from ovh_weblogs.distributed.splits import Place
from ovh_weblogs.dss import datasets, recipe_forms
from ovh_weblogs.dss.folders import LogFolder
from ovh_weblogs.dss.geofiles import geo_files
from ovh_weblogs.dss.raw_logs import column_of_lines
from ovh_weblogs.dss.recipes import of_partition, with_rules
from ovh_weblogs.dss.rows import texts
from ovh_weblogs.engines import spark
from ovh_weblogs.engines.spool import own_folder
from ovh_weblogs.features import bounds
from ovh_weblogs.schema import REJECTS, Column, Type
from ovh_weblogs.sessions import Visits
from ovh_weblogs.settings import EnrichSettings, ParseSettings

logger = logging.getLogger(__name__)


def build_events() -> None:
    """Recipe ``ovh-logs-events-spark``: role logs to the roles events and (where there is one) rejects.

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    config, plugin = get_recipe_config(), get_plugin_config()
    parse = recipe_forms.parse_settings(config, plugin)
    enrich = with_rules(recipe_forms.enrich_settings(config))
    events.check(enrich)
    temp = recipe_forms.visitor_settings(None, plugin).temp_folder
    with ExitStack() as stack:
        if enrich.geo:
            enrich = replace(enrich, geo_files=stack.enter_context(geo_files("geo", plugin)))
            events.check(enrich)
        source = _source(parse, stack.enter_context(own_folder(temp)))
        session = stack.enter_context(_session(temp))
        with spark.explained(), source.build(session, parse, enrich) as found:
            _write_events(found, source.name, parse)


def _write_events(found: Build, name: str, parse: ParseSettings) -> None:
    logger.info("%s: %s", name, found.totals)
    found.totals.judge(parse.max_reject_share, name, fix=recipe_forms.REFUSED_FIX)
    for sentence in found.plan.told(found.enrich):
        logger.info("%s", sentence)
    output = _write("events", [column.dss for column in found.columns], found.events())
    if get_output_names_for_role("rejects"):
        as_text = [
            Column(each.name, Type.STRING if each.type is Type.BINARY else each.type, "") for each in REJECTS.columns
        ]
        _write("rejects", [column.dss for column in REJECTS.columns], spark.mapped(found.rejects(), texts, as_text))
    output.save_metrics({**found.counts, **found.totals.counts})


class _Folder:
    """Files of a managed folder: copied here once, since executors cannot ask the host, and sent along with the job."""

    def __init__(self, name: str, parse: ParseSettings, target: Path) -> None:
        folder = LogFolder(name)
        self.name = folder.name
        places, self._copies = [], []
        for number, file in enumerate(folder.files()):
            copy = target / f"ovh-logs-{number:06}"
            logfiles.copied(file, copy)
            places.append(Place(file.name, str(copy)))
            self._copies.append(copy)
        self._parts = tuple(part.there(Path(part.file.path).name) for part in splits.parts(places, parse))

    @contextmanager
    def build(self, session: SparkSession, parse: ParseSettings, enrich: EnrichSettings) -> Iterator[Build]:
        """The lines counted, until the end."""
        for copy in self._copies:
            session.sparkContext.addFile(str(copy))
        files = Files(self._parts)
        yield Build(files.frame(session), files, parse, enrich)


class _Dataset:
    """Rows of a dataset, one column of which holds lines."""

    def __init__(self, chosen: str | None) -> None:
        self._dataset = datasets.Input("logs")
        self.name = self._dataset.short_name
        self._column = column_of_lines(self._dataset, chosen)

    @contextmanager
    def build(self, session: SparkSession, parse: ParseSettings, enrich: EnrichSettings) -> Iterator[Build]:
        """The lines counted, until the end."""
        line = f"CAST({spark.quoted(self._column)} AS STRING) AS line"
        with of_rows(_read(session, self._dataset).selectExpr(line), self.name, parse, enrich) as found:
            yield found


def _source(parse: ParseSettings, target: Path) -> _Folder | _Dataset:
    chosen = recipe_forms.line_column(get_recipe_config())
    folders: Sequence[str] = recipe.get_inputs(role="logs", object_type="MANAGED_FOLDER", as_type="name")
    if folders:
        return _Folder(folders[0], parse, target)
    return _Dataset(chosen)


def build_visitors() -> None:
    """Recipe ``ovh-logs-visitors-spark``: role events to the roles visitors and (where there is one) sessions.

    Raises:
        OvhLogsError: With one sentence that says what to do.
    """
    config, plugin = get_recipe_config(), get_plugin_config()
    settings = recipe_forms.visitor_settings(config, plugin)
    groups.check(settings)
    source = datasets.Input("events")
    settings = replace(settings, shape=recipe_forms.typed(settings.shape, source.columns))
    columns = pipeline.visitor_columns(source.names, settings)
    visits = _visits(source) if get_output_names_for_role("sessions") else None
    theirs = {column["name"]: column for column in source.columns if column["name"] in settings.shape.groups}
    with _session(settings.temp_folder) as session, spark.explained():
        frame = _read(session, source)
        with groups.visitors(frame, settings, _day_alone(source, visits)) as found:
            _write("visitors", [theirs.get(column.name, column.dss) for column in columns], found)
        if visits is not None:
            with groups.sessions(frame, visits.settings) as found:
                _write("sessions", [column.dss for column in visits.columns], found)


def _visits(source: datasets.Input) -> Visits:
    settings = recipe_forms.session_settings(get_recipe_config(), get_plugin_config())
    return Visits(source.names, of_partition(settings, source, datasets.Output("sessions")))


def _day_alone(source: datasets.Input, visits: Visits | None) -> tuple[int, int] | None:
    """Bounds of the day whose hits visitors are made of, where days around it are read for whole visits."""
    output = datasets.Output("visitors")
    if visits is None or visits.settings.day is None or source.partitions in ([], [output.partition]):
        return None
    logger.info(
        "%s counts hits of %s alone: other days are read for whole visits, and hits without a time are of none",
        output.name,
        output.partition,
    )
    return bounds(visits.settings.day, visits.settings.day_zone)


@contextmanager
def _session(temp_folder: str | None) -> Iterator[SparkSession]:
    """The session as the recipe's configuration of Spark makes it, with the library on its executors."""
    session = SparkSession(SparkContext.getOrCreate())
    spark.ready(session)
    with spark.library(session, temp_folder):
        yield session


def _read(session: SparkSession, dataset: datasets.Input) -> DataFrame:
    return host.get_dataframe(SQLContext(session.sparkContext, session), dataset.host)


def _write(role: str, columns: Sequence[dict[str, Any]], frame: DataFrame) -> datasets.Output:
    """Write rows to the dataset of an output role; the schema is ours, since that of a frame has no descriptions."""
    output = datasets.Output(role)
    output.host.write_schema(list(columns))
    host.write_dataframe(output.host, frame)
    logger.info("%s is written", output.name)
    return output
