"""What a group of columns is to enrichment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ovh_weblogs.schema import Column
from ovh_weblogs.settings import EnrichSettings

Columns = tuple[Column, ...]


@dataclass(frozen=True)
class Group:
    """Columns that come together.

    ``needs``: our names of the columns that it reads, of the input or of groups before it; ``columns``: what it adds,
    by our names; ``derive``: their values, from a batch that has the needed columns; ``of``: our name of the column
    whose name in the input begins those of the added ones (``useragent``: ``agent_type`` where it is called agent);
    ``demanded``: whether it is an error, and no sentence in the log, that the input lacks what it needs; ``told``: what
    else there is to say in the log of a build.
    """

    needs: Callable[[EnrichSettings], tuple[str, ...]]
    columns: Callable[[EnrichSettings], Columns]
    wanted: Callable[[EnrichSettings], bool]
    derive: Callable[[pa.RecordBatch, EnrichSettings], list[pa.Array]]
    of: str = ""
    demanded: Callable[[EnrichSettings], bool] = lambda _: False
    told: Callable[[EnrichSettings], Sequence[str]] = lambda _: ()
