"""Components as the host loads and drives them."""

from __future__ import annotations

import copy
import csv
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dev.dsshost.loading import component_class, construct, friendly_error
from dev.dsshost.presets import Presets, resolve_presets
from dev.dsshost.rows import serialize_rows
from dev.dsshost.storage import WHOLE, BadData, Store

FAKE = Path(__file__).parent / "fake"


class ComponentFailed(Exception):
    """A component raised: what the host would show, and what the component's process logged, if it had one."""

    def __init__(self, error: dict[str, str], log: str = "") -> None:
        self.error, self.log = error, log
        super().__init__(error["message"])


def use_plugin(plugin: Path) -> None:
    """Put the plugin's library and our ``dataiku`` package on the path, as the host's process has them."""
    for folder in (str(plugin / "python-lib"), str(FAKE)):
        if folder not in sys.path:
            sys.path.insert(0, folder)


class ConnectorSession:
    """One connector object, asked as the host asks it: positional arguments, any order, any number of times.

    Args:
        plugin: The plugin's folder.
        connector: Its component id.
        config: The dataset's configuration, without the form's defaults.
        plugin_config: The plugin's settings.
        presets: What presets hold, for a configuration that names one.

    Raises:
        ComponentFailed: The connector cannot be found or made.
        BadData: The configuration names a preset that is not there, or is not as its set declares.
    """

    def __init__(
        self,
        plugin: Path,
        connector: str,
        config: Mapping[str, Any],
        plugin_config: Mapping[str, Any],
        presets: Presets | None = None,
    ) -> None:
        use_plugin(plugin)
        from dataiku.connector import Connector  # noqa: PLC0415 - ours, found only now

        component = f"python-connectors/{connector}"
        self._config = resolve_presets(plugin, component, config, presets)
        self._plugin_config = copy.deepcopy(dict(plugin_config))
        self._given = copy.deepcopy((self._config, self._plugin_config))
        code = (plugin / component / "connector.py").read_text("utf-8")
        self.object = self._ask(
            lambda: construct(component_class(code, Connector), (self._config, self._plugin_config))
        )

    def schema(self) -> dict[str, Any] | None:
        """What the connector declares, through JSON as the host gets it."""
        return json.loads(json.dumps(self._ask(self.object.get_read_schema)))

    def partitioning(self) -> dict[str, Any]:
        """The dimensions."""
        return json.loads(json.dumps(self._ask(self.object.get_partitioning)))

    def partitions(self) -> list[str]:
        """Ids of the partitions."""
        partitioning = self.partitioning()
        return json.loads(json.dumps(self._ask(lambda: self.object.list_partitions(partitioning))))

    def partition_exists(self, partition: str) -> bool:
        """Whether a partition is there."""
        partitioning = self.partitioning()
        return bool(self._ask(lambda: self.object.partition_exists(partitioning, partition)))

    def generate(self, partition: str | None = None, limit: int | None = None) -> Iterator[Any]:
        """The connector's own iterator, to be read in part or abandoned."""
        return iter(self.object.generate_rows(self.schema(), self.partitioning(), partition, limit))

    def rows(self, partition: str | None = None, limit: int | None = None) -> list[dict[str, str]]:
        """Rows as text, written and read back as the host does, and checked against the schema."""
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder))
            self.materialize(store, "rows", partition, limit)
            return list(store.rows("rows", partition or WHOLE))

    def materialize(self, store: Store, name: str, partition: str | None = None, limit: int | None = None) -> int:
        """Read into a dataset of the store, and count rows.

        Raises:
            ComponentFailed: The connector raised.
            BadData: A row is not what the schema declares.
        """
        schema = self.schema()
        if not schema:
            raise BadData("the connector declares no schema: the host would log a line per row")
        store.set_columns(name, schema["columns"])
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as sink:
            rows = self.object.generate_rows(schema, self.partitioning(), partition, limit)
            self._ask(lambda: serialize_rows(rows, schema, sink))
            sink.seek(0)
            return store.replace(name, csv.reader(sink), partition or WHOLE)

    def _ask(self, call: Any) -> Any:
        try:
            answer = call()
        except Exception as error:
            raise ComponentFailed(friendly_error(error)) from error
        if (self._config, self._plugin_config) != self._given:
            raise BadData("the connector changed its configuration")
        return answer
