"""How many rows have which label, and what keeps a model from learning of them, for the log of a build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ovh_weblogs.features import Cut
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.visitored import Label, LabelKind

logger = guarded_logger(__name__)

# Rows by cutoff of snapshots, in microseconds since 1970, and by label; None where it is not known yet.
LabelCounts = Counter[tuple[int | None, int | None]]


def label_counts(batch: pa.RecordBatch, kind: LabelKind) -> LabelCounts:
    """Of rows of visitors that have labels of a kind."""
    cutoffs = batch.column("cutoff_ts").cast(pa.int64())
    if kind is not LabelKind.SNAPSHOT:  # each row has its own
        cutoffs = pa.nulls(batch.num_rows, pa.int64())
    pairs = pa.table({"cutoff": cutoffs, "label": batch.column("label")})
    counted = pairs.group_by(["cutoff", "label"], use_threads=False).aggregate([([], "count_all")])
    return Counter({(row["cutoff"], row["label"]): row["count_all"] for row in counted.to_pylist()})


def tell_labels(counts: LabelCounts, label: Label, cuts: Sequence[Cut | None]) -> None:
    """Log how many rows convert, which cutoffs have none, and whether all known labels are the same.

    Args:
        counts: Of all rows.
        label: What was wished for.
        cuts: Its snapshots; None for histories.
    """
    by_label: Counter[int | None] = Counter()
    for (_, value), count in counts.items():
        by_label[value] += count
    logger.info("%d rows convert, %d do not, of %d it is not known yet", by_label[1], by_label[0], by_label[None])
    within = f" in the {label.lookback_days} days" if label.lookback_days else ""
    for cut in cuts:
        if cut and not any(cutoff == cut.cutoff for cutoff, _ in counts):
            moment = np.datetime64(cut.cutoff // 10**6, "s")
            logger.warning("No visitor has a hit%s before %s UTC: no row is of it", within, moment)
    if label.kind is LabelKind.HISTORY and not counts:
        logger.warning("No visitor converts after a hit: there are no histories; see is_conversion")
    if (by_label[0] > 0) != (by_label[1] > 0):
        which = "converts" if by_label[1] else "does not convert"
        logger.warning("Every row whose label is known %s: a model learns nothing of them; see is_conversion", which)
