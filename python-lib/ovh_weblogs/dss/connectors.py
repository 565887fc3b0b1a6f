"""What the connectors do, apart from being found by the host."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import pyarrow as pa

from ovh_weblogs import inventory, pipeline
from ovh_weblogs.dss import forms
from ovh_weblogs.dss.rows import dictionaries, with_rejects
from ovh_weblogs.inventory import Offer
from ovh_weblogs.pipeline import Block, Totals
from ovh_weblogs.schema import FILES, Column, dss_schema
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import Source

logger = guarded_logger(__name__)

DIMENSION = "day"


class LogSource:
    """The rows, schema and partitions of one "OVH logs" dataset; holds no state between calls.

    Args:
        config: The dataset's configuration; not changed.
        plugin_config: The plugin's settings; not changed.
    """

    def __init__(self, config: forms.Config | None, plugin_config: forms.Config | None = None) -> None:
        self._config = copy.deepcopy(dict(config or {}))
        self._plugin_config = copy.deepcopy(dict(plugin_config or {}))

    def _settings(self) -> Source:
        return forms.source(self._config, self._plugin_config)

    def schema(self) -> dict[str, Any]:
        """Columns that the chosen kind can fill, with their descriptions."""
        return dss_schema(forms.columns(self._config))

    def partitioning(self) -> dict[str, Any]:
        """One dimension of days, or none."""
        if not forms.is_partitioned(self._config):
            return {"dimensions": []}
        return {"dimensions": [{"name": DIMENSION, "type": "time", "params": {"period": "DAY"}}]}

    def partitions(self) -> list[str]:
        """Published days of the period, in order."""
        settings = self._settings()
        return [day.isoformat() for day in pipeline.published_days(settings)] if settings.partitioned else []

    def partition_exists(self, partition_id: str | None) -> bool:
        """Whether that day is among ``partitions``."""
        day = forms.partition_day(partition_id)
        settings = self._settings()
        return True if day is None else pipeline.is_published(settings, day)

    def rows(
        self,
        partition_id: str | None = None,
        limit: int | None = None,
        dataset_schema: Mapping[str, Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The rows of one day, or of the whole period, as plain dictionaries.

        Args:
            partition_id: A day as YYYY-MM-DD; None, empty or NP for the whole period.
            limit: Stop after that many; None, 0 or less for all.
            dataset_schema: The dataset's schema as the host has it: only its columns are made. None for all.

        Raises:
            OvhLogsError: With one sentence that says what to do.
        """
        settings = self._settings()
        columns = _declared(forms.columns(self._config), dataset_schema)
        totals = Totals()
        left = limit if limit is not None and limit > 0 else None
        blocks = pipeline.read_days(settings, totals, only=forms.partition_day(partition_id), preview=left is not None)
        try:
            for block in blocks:
                batch = _wanted(block, rejects=settings.reject_rows)
                yield from dictionaries(batch.slice(0, left), columns)
                if left is not None:
                    left -= batch.num_rows
                    if left <= 0:
                        return
        finally:
            blocks.close()
        logger.info("%s of %s: %s", settings.kind.value, settings.name, totals)
        totals.judge(
            settings.max_reject_share,
            settings.name,
            fix="look at them with 'Refused lines' set to rows, or raise 'Highest share of refused lines'",
        )


class FileSource:
    """The rows and schema of one "OVH log files" dataset; holds no state between calls.

    Args:
        config: The dataset's configuration; not changed.
        plugin_config: The plugin's settings; not changed.
    """

    def __init__(self, config: forms.Config | None, plugin_config: forms.Config | None = None) -> None:
        self._config = copy.deepcopy(dict(config or {}))
        self._plugin_config = copy.deepcopy(dict(plugin_config or {}))

    def schema(self) -> dict[str, Any]:
        """Columns with their descriptions."""
        return dss_schema(FILES.columns)

    def rows(self, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """One dictionary per file on offer, and per missing day.

        Args:
            limit: Stop after that many, and ask for no more files than that; None, 0 or less for all.

        Raises:
            OvhLogsError: With one sentence that says what to do.
        """
        settings = forms.offer_settings(self._config, self._plugin_config)
        wanted = limit if limit is not None and limit > 0 else None
        with closing(inventory.files(settings, preview=wanted is not None)) as offers:
            yield from map(_file_row, islice(offers, wanted))


def _file_row(offer: Offer) -> dict[str, Any]:
    return {
        "service": offer.service or None,
        "fqdn": offer.fqdn,
        "kind": offer.kind.value,
        "day": _instant(offer.day),
        "file": offer.file,
        "bytes": offer.bytes,
        "modified": offer.modified and _instant(offer.modified),
        "live": str(offer.live).lower(),
        "missing": str(offer.missing).lower(),
    }


def _instant(moment: date) -> str:
    """As the host writes dates; of a day, its midnight."""
    whole = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return f"{whole:%Y-%m-%dT%H:%M:%S}.000Z"


def _declared(columns: Sequence[Column], dataset_schema: Mapping[str, Any] | None) -> Sequence[Column]:
    """The columns that the dataset has kept: the host packs all others into one more cell of each row (DSS 9.0.5)."""
    names = {column.get("name") for column in (dataset_schema or {}).get("columns") or ()}
    return [column for column in columns if column.name in names] or columns


def _wanted(block: Block, *, rejects: bool) -> pa.RecordBatch:
    if rejects and block.rejects is not None and block.rejects.num_rows:
        return with_rejects(block.rows, block.rejects)
    if rejects and block.rejects is not None:
        return block.rows.append_column("reject_reason", pa.nulls(block.rows.num_rows, pa.string()))
    return block.rows
