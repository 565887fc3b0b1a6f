"""Components as the host loads and drives them."""

from __future__ import annotations

import copy
import csv
import inspect
import itertools
import json
import sys
import tempfile
import traceback
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dev.dsshost.rows import serialize_rows
from dev.dsshost.storage import WHOLE, BadData, Store

FAKE = Path(__file__).parent / "fake"
_numbers = itertools.count()


class ComponentFailed(Exception):
    """A component raised: what the host would show."""

    def __init__(self, error: dict[str, str]) -> None:
        self.error = error
        super().__init__(error["message"])


def friendly_error(error: BaseException) -> dict[str, str]:
    """An exception as the host reports it; an OSError loses its text there, unless it has an errno."""
    if isinstance(error, OSError):
        message = f"[Errno {error.errno}] {error.strerror}: '{error.filename}'"
    else:
        message = str(error.args[0]) if error.args else ""
    return {"errorType": str(type(error)), "message": message, "traceback": "".join(traceback.format_exception(error))}


def use_plugin(plugin: Path) -> None:
    """Put the plugin's library and our ``dataiku`` package on the path, as the host's process has them."""
    for folder in (str(plugin / "python-lib"), str(FAKE)):
        if folder not in sys.path:
            sys.path.insert(0, folder)


def component_class(code: str, base: type) -> type:
    """The one class of the code that derives from the base; the code runs from its text, in a foreign module.

    Raises:
        TypeError: There is none, or there are two, with the host's text.
    """
    module = types.ModuleType(f"dsshost_component_{next(_numbers)}")
    exec(compile(code, f"<{module.__name__}>", "exec"), module.__dict__)  # noqa: S102 - what the host does
    found = None
    for item in vars(module).values():
        if isinstance(item, type) and issubclass(item, base) and item is not base:
            if found is not None:
                raise TypeError(f"Multiple classes inheriting {base} defined, already had {found} and found {item}")
            found = item
    if found is None:
        raise TypeError(f"No class inheriting {base} found")
    return found


def construct(kind: type, arguments: tuple[Any, ...]) -> Any:
    """An object made by the number of its constructor's positional parameters, as the host counts them.

    Raises:
        TypeError: There are more than the host can fill.
    """
    count = len(inspect.getfullargspec(kind.__init__).args)  # type: ignore[misc]
    if not 1 <= count <= len(arguments) + 1:
        raise TypeError(f"Wrong signature of the {kind.__mro__[1].__name__} subclass: {count} args")
    return kind(*arguments[: count - 1])


class ConnectorSession:
    """One connector object, asked as the host asks it: positional arguments, any order, any number of times.

    Args:
        plugin: The plugin's folder.
        connector: Its component id.
        config: The dataset's configuration, without the form's defaults.
        plugin_config: The plugin's settings.
    """

    def __init__(
        self, plugin: Path, connector: str, config: Mapping[str, Any], plugin_config: Mapping[str, Any]
    ) -> None:
        use_plugin(plugin)
        from dataiku.connector import Connector  # noqa: PLC0415 - ours, found only now

        self._config, self._plugin_config = copy.deepcopy(dict(config)), copy.deepcopy(dict(plugin_config))
        self._given = copy.deepcopy((self._config, self._plugin_config))
        code = (plugin / "python-connectors" / connector / "connector.py").read_text("utf-8")
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
