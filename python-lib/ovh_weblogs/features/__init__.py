"""Definitions in SQL, built as expressions; engines run them."""

from ovh_weblogs.features.labels import COUNTED_LABELS, CUTS, Cut, cuts, cuts_of, label_counts
from ovh_weblogs.features.localday import bounds, day_end, offsets
from ovh_weblogs.features.sessions import places, sessions
from ovh_weblogs.features.sessiontable import (
    PLACE_READS,
    left_out_of_sessions,
    place_columns,
    read_columns,
    session_columns,
)
from ovh_weblogs.features.visitors import LATEST, latest, spans, visitors
from ovh_weblogs.features.visitortable import left_out, own_columns, visitor_columns, visitor_reads
from ovh_weblogs.features.visits import Rules, rules_of

__all__ = [
    "COUNTED_LABELS",
    "CUTS",
    "LATEST",
    "PLACE_READS",
    "Cut",
    "Rules",
    "bounds",
    "cuts",
    "cuts_of",
    "day_end",
    "label_counts",
    "latest",
    "left_out",
    "left_out_of_sessions",
    "offsets",
    "own_columns",
    "place_columns",
    "places",
    "read_columns",
    "rules_of",
    "session_columns",
    "sessions",
    "spans",
    "visitor_columns",
    "visitor_reads",
    "visitors",
]
