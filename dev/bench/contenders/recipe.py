"""The recipe of visitors as the host runs it, against the host's own reading and writing of the same rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dev.bench.corpus import Corpus
from dev.bench.harness import ROOT
from dev.dsshost.recipes import run_recipe
from dev.dsshost.storage import Store
from ovh_weblogs.schema import EVENTS, Type

_RECIPE = "ovh-logs-visitors"
_ROLES: dict[str, Any] = {"inputs": {"events": ["events"]}, "outputs": {"visitors": ["visitors"]}}
_PLUGIN = (f"custom-recipes/{_RECIPE}/recipe.json", "plugin.json")
# What a recipe costs that does nothing: it reads the same columns in the same pieces, and writes rows made before.
_BOUNDARY = """
import dataiku
import pandas as pd
from dataiku.customrecipe import get_input_names_for_role, get_output_names_for_role

events = dataiku.Dataset(get_input_names_for_role("events")[0])
names = [column["name"] for column in events.read_schema()]
read = events.iter_dataframes_forced_types(
    names, dict.fromkeys(names, "str"), False, chunksize=10_000, na_values=[""], keep_default_na=False
)
rows = sum(len(frame) for frame in read)
made = pd.read_pickle({rows!r})
output = dataiku.Dataset(get_output_names_for_role("visitors")[0])
output.write_schema({schema!r})
with output.get_writer() as writer:
    for start in range(0, len(made), 20_000):
        writer.write_dataframe(made[start : start + 20_000])
"""


@contextmanager
def library(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """The recipe, from its process' start to its end."""
    with _stored(corpus) as store:
        yield lambda: _run(ROOT, store, corpus)


@contextmanager
def boundary(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """A recipe that reads the events, does nothing with them, and writes the visitors that the real one has made."""
    with _stored(corpus) as store, TemporaryDirectory() as plugin:
        _run(ROOT, store, corpus)
        rows = Path(plugin) / "rows.pickle"
        schema = store.columns("visitors")
        pd.DataFrame(list(store.rows("visitors"))).to_pickle(rows)
        for name in _PLUGIN:
            (Path(plugin) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, Path(plugin) / name)
        code = _BOUNDARY.format(rows=str(rows), schema=schema)
        (Path(plugin) / _PLUGIN[0]).with_name("recipe.py").write_text(code, "utf-8")
        yield lambda: _run(Path(plugin), store, corpus)


class Failed(Exception):
    """The recipe gave no rows: its time would be worth nothing."""


def _run(plugin: Path, store: Store, corpus: Corpus) -> int:
    result = run_recipe(plugin, _RECIPE, store, **_ROLES)
    if result.error is not None:
        raise Failed(str(result.error))
    return corpus.lines


@contextmanager
def _stored(corpus: Corpus) -> Iterator[Store]:
    """The events as a dataset of the stand-in, columns and rows as its text."""
    with TemporaryDirectory() as folder, pq.ParquetFile(corpus.path) as file:
        store = Store(Path(folder))
        names = [name for name in file.schema_arrow.names if name != "row_index"]
        store.set_columns("events", [EVENTS.get(name).dss for name in names])
        for batch in file.iter_batches(50_000, columns=names):
            texts = [_texts(column, EVENTS.get(name).type) for name, column in zip(names, batch.columns, strict=True)]
            store.replace("events", zip(*texts, strict=True), append=True)
        yield store


def _texts(column: pa.Array, kind: Type) -> list[str]:
    """Values as the host writes them; empty where there is none."""
    if kind is Type.INSTANT:
        column = pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")
    elif kind is not Type.STRING:
        column = column.cast(pa.string())
    return pc.fill_null(column, "").to_pylist()
