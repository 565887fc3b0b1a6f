"""Snapshots as numbers that models can learn from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.preprocessing import OneHotEncoder

# Of texts, those that many visitors share; addresses, agents and the like would be learnt by heart.
KINDS = (
    "page_category_first",
    "page_category_last",
    "referer_type_first",
    "channel_first",
    "channel_last",
    "useragent_type_last",
    "useragent_category_last",
    "useragent_os_last",
    "client_addr_country_first",
)
_MOST_KINDS = 12  # of a column, the rest together; so that a rare one is not a column of its own
_ROBOTS = ("is_bot", "acts_like_bot")
_LEFT_OUT = ("label", *_ROBOTS, "month")  # the month of the trial may be none that was learnt from
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Matrix:
    """Rows of numbers, null as NaN; of each column its name, and the feature that it was made of."""

    values: Numbers
    names: tuple[str, ...]
    features: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """Rows to learn from, or to try a model on: whose they are, their cutoffs and labels, and their features."""

    visitors: tuple[str, ...]
    cutoffs: tuple[datetime, ...]
    labels: npt.NDArray[np.int64]
    matrix: Matrix


def people(table: pa.Table) -> pa.Table:
    """Rows without those of robots, by what their agent says or by what they do."""
    for name in (name for name in _ROBOTS if name in table.schema.names):
        table = table.filter(pc.fill_null(pc.invert(table.column(name)), fill_value=True))
    return table


def numeric(schema: pa.Schema) -> list[str]:
    """Columns of numbers that tell something of a visitor."""

    def is_number(kind: pa.DataType) -> bool:
        return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)

    return [field.name for field in schema if is_number(field.type) and field.name not in _LEFT_OUT]


def samples(table: pa.Table) -> tuple[Sample, Sample]:
    """Rows of people whose labels are known: those of all cutoffs but the last, and those of the last.

    Args:
        table: Snapshots, as "Group to visitors" makes them.
    """
    known = people(table.filter(pc.is_valid(table.column("label")))).sort_by(
        [("cutoff_ts", "ascending"), ("visitor_id", "ascending")]
    )
    last = pc.max(known.column("cutoff_ts"))
    tried = pc.equal(known.column("cutoff_ts"), last)
    learnt, trial = known.filter(pc.invert(tried)), known.filter(tried)
    first, second = _matrices(learnt, trial)
    return _sample(learnt, first), _sample(trial, second)


def _sample(table: pa.Table, matrix: Matrix) -> Sample:
    labels = table.column("label").to_numpy().astype(np.int64)
    visitors, cutoffs = table.column("visitor_id").to_pylist(), table.column("cutoff_ts").to_pylist()
    return Sample(tuple(visitors), tuple(cutoffs), labels, matrix)


def _matrices(learnt: pa.Table, trial: pa.Table) -> tuple[Matrix, Matrix]:
    """What is known of kinds is known from the rows to learn from alone."""
    plain = [name for name in numeric(learnt.schema) if learnt.column(name).null_count < learnt.num_rows]
    blocks = [[numbers(table, plain) for table in (learnt, trial)]]
    names, features = list(plain), list(plain)
    for kind in (kind for kind in KINDS if kind in learnt.schema.names):
        encoder = OneHotEncoder(max_categories=_MOST_KINDS, handle_unknown="infrequent_if_exist", sparse_output=False)
        blocks.append([encoder.fit_transform(_texts(learnt, kind)), encoder.transform(_texts(trial, kind))])
        made = [name.removeprefix("_") for name in encoder.get_feature_names_out([""])]
        names += [f"{kind}: {name}" for name in made]
        features += [kind] * len(made)
    return tuple(Matrix(np.hstack(block), tuple(names), tuple(features)) for block in zip(*blocks, strict=True))


def numbers(table: pa.Table, names: Iterable[str]) -> Numbers:
    """Columns side by side, null as NaN, true and false as 1 and 0."""
    return np.column_stack([_number(table.column(name)) for name in names])


def _number(column: pa.ChunkedArray) -> Numbers:
    plain = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column
    found: Numbers = plain.cast(pa.float64()).to_pandas().to_numpy(np.float64)
    return found


def _texts(table: pa.Table, name: str) -> npt.NDArray[np.object_]:
    return np.array(table.column(name).fill_null("none").to_pylist(), dtype=object).reshape(-1, 1)
