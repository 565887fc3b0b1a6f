"""A flow as a graph: what is made of what, in which partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dev.dsshost.components import ConnectorSession
from dev.dsshost.folders import ManagedFolder
from dev.dsshost.partitions import folder_dimensions
from dev.dsshost.recipes import folder
from dev.dsshost.storage import WHOLE, BadData, Store

Recipe = Mapping[str, Any]
_ROOT = Path(__file__).parents[2]


class Graph:
    """Objects of a flow, their dimensions, and the recipes between them; connectors are made once.

    Args:
        flow: As ``run_flow`` takes it; and ``partitioning`` of datasets that recipes write (``{"dimensions": [...]}``),
            folders without ``files``, which recipes fill; of recipes ``dependencies`` (by input ``equal`` or ``all``),
            and ``published`` (the dataset whose partitions there may be, where no input tells).

    Raises:
        BadData: The partitions of a recipe's inputs and outputs do not fit together, or a name is unknown.
    """

    def __init__(self, flow: Mapping[str, Any]) -> None:
        self.plugin = Path(flow.get("plugin") or _ROOT)
        self.store = Store(Path(flow["storage"]))
        self.settings: dict[str, Any] = {"plugin_config": flow.get("plugin_config") or {}}
        self.settings["presets"] = flow.get("presets") or {}
        self._datasets: Mapping[str, Any] = flow["datasets"]
        self._folders: Mapping[str, Any] = flow.get("folders") or {}
        self._recipes: list[Recipe] = list(flow.get("recipes") or [])
        self._sessions: dict[str, ConnectorSession] = {}
        self._filled: set[str] = set()
        self._producers = {name: recipe for recipe in self._recipes for name in objects(recipe, "outputs")}
        for recipe in self._recipes:
            self._check(recipe)

    def producer(self, name: str) -> Recipe | None:
        """The recipe that writes an object; None for a source."""
        if name not in self._datasets and name not in self._folders:
            raise BadData(f"the flow has no {name}")
        return self._producers.get(name)

    def is_connector(self, name: str) -> bool:
        """Whether a connector reads the dataset."""
        return "connector" in self._datasets.get(name, {})

    def session(self, name: str) -> ConnectorSession:
        """The connector of a dataset."""
        if name not in self._sessions:
            dataset = self._datasets[name]
            self._sessions[name] = ConnectorSession(
                self.plugin,
                dataset["connector"],
                dataset.get("config") or {},
                self.settings["plugin_config"],
                self.settings["presets"],
            )
        return self._sessions[name]

    def dimensions(self, name: str) -> list[dict[str, Any]]:
        """Of a dataset or folder; none where it has no partitions."""
        if name in self._folders:
            return folder_dimensions(self._folders[name].get("pattern"))
        if self.is_connector(name):
            return list(self.session(name).partitioning()["dimensions"])
        return list((self._datasets[name].get("partitioning") or {}).get("dimensions") or [])

    def dependency(self, recipe: Recipe, name: str) -> str:
        """Which partitions of an input one of the output takes: ``equal``, ``all``, or ``whole`` where it has none."""
        if not self.dimensions(name):
            return "whole"
        partitioned = any(self.dimensions(output) for output in objects(recipe, "outputs"))
        return (recipe.get("dependencies") or {}).get(name, "equal" if partitioned else "all")

    def folder(self, name: str) -> ManagedFolder | None:
        """The managed folder of that name, made and filled if need be; None for a dataset."""
        if name not in self._folders:
            return None
        made, content = folder(self.store, name), self._folders[name]
        if not made.exists:
            made.create(content.get("pattern"))
        if "files" in content and name not in self._filled:
            self._filled.add(name)
            source = Path(content["files"])
            for path in sorted(path for path in source.rglob("*") if path.is_file()):
                made.put(f"/{path.relative_to(source).as_posix()}", path.read_bytes())
        return made

    def sources(self, name: str) -> Iterator[str]:
        """Partitioned sources whose partitions those of an object are, by the dependencies."""
        recipe = self.producer(name)
        if recipe is None:
            yield name
            return
        if "published" in recipe:
            yield recipe["published"]
        for each in objects(recipe, "inputs"):
            if self.dependency(recipe, each) == "equal":
                yield from self.sources(each)

    def published(self, name: str) -> list[str]:
        """Partitions that an object can have: those that all of its sources list, in order.

        Raises:
            BadData: Nothing tells.
        """
        listed = [set(self._listed(source)) for source in self.sources(name)]
        if not listed:
            raise BadData(
                f"no input tells which partitions {name} can have: name a dataset as 'published' of its recipe"
            )
        return sorted(set.intersection(*listed))

    def _listed(self, source: str) -> list[str]:
        made = self.folder(source)
        return made.partitions() if made else self.session(source).partitions()

    def there(self, name: str, partition: str = WHOLE) -> bool:
        """Whether the store holds something of a partition."""
        made = self.folder(name)
        if made is not None:
            return partition == WHOLE or partition in made.partitions()
        return self.store.path(name, partition).exists()

    def _check(self, recipe: Recipe) -> None:
        label, outputs = recipe["recipe"], list(objects(recipe, "outputs"))
        for name in (*objects(recipe, "inputs"), *outputs):
            self.producer(name)
        made = self.dimensions(outputs[0])
        for output in outputs[1:]:
            if self.dimensions(output) != made:
                raise BadData(f"{label}: the outputs {outputs[0]} and {output} have unequal dimensions")
        for name in objects(recipe, "inputs"):
            how = self.dependency(recipe, name)
            if how not in ("equal", "all", "whole"):
                raise BadData(f"{label}: the dependency {how!r} of {name} is not known")
            if how == "equal" and self.dimensions(name) != made:
                raise BadData(f"{label}: {name} and {outputs[0]} have unequal dimensions: no partition equals another")


def objects(recipe: Recipe, side: str) -> Iterator[str]:
    """Names of the inputs or outputs of a recipe."""
    return (name for names in recipe[side].values() for name in names)
