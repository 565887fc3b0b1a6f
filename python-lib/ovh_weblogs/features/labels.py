"""Labels without leakage: which hits a row may know of, and what became of its visitor.

Every step of visitors reads the CTE ``stage``. Here it is cut, so that no feature can see what comes after the cutoff:
all events stand in ``known``, and ``labels`` has one row for each visitor with his cutoff and his label. Where the cut
of a history depends on those of others, that is told before, of all visitors at once: the table ``cuts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sqlglot import exp

from ovh_weblogs.features.localday import days_later
from ovh_weblogs.features.portable import micros
from ovh_weblogs.features.visits import over
from ovh_weblogs.schema import HIT_ORDER, Column, Type
from ovh_weblogs.visitored import Label, LabelKind

CUTS = "cuts"
COUNTED_LABELS = (
    Column("cutoff_us", Type.BIGINT, "Cutoff in microseconds since 1970; null but of snapshots."),
    Column("label", Type.INT, "The label; null where it is not known yet."),
    Column("rows_in_all", Type.BIGINT, "Number of rows.", nullable=False),
)
_ONE = "one"


@dataclass(frozen=True)
class Cut:
    """A snapshot in microseconds since 1970: hits before ``cutoff`` count, conversions from it up to ``end`` label it.

    ``begin``: from when on hits count; None for ever.
    """

    cutoff: int
    end: int
    begin: int | None = None


def cuts_of(label: Label, known_until: int, zone: tzinfo) -> tuple[Cut | None, ...]:
    """The snapshots of a definition's queries; None where visitors have cutoffs of their own, or none.

    Args:
        label: What is wished for; its days are those of the calendar, some of which have 23 or 25 hours.
        known_until: The instant up to which the events are complete, in microseconds since 1970.
        zone: Of the calendar.
    """
    if label.kind is not LabelKind.SNAPSHOT:
        return (None,)
    cutoffs = label.cutoffs or (days_later(known_until, -label.horizon_days, zone),)
    return tuple(
        Cut(
            cutoff,
            days_later(cutoff, label.horizon_days, zone),
            days_later(cutoff, -label.lookback_days, zone) if label.lookback_days else None,
        )
        for cutoff in cutoffs
    )


def cut_steps(columns: Sequence[str], cut: Cut | None, known_until: int, *, beside: bool) -> dict[str, exp.Select]:
    """From ``known`` to ``labels`` and to ``stage``, the hits that features are made of.

    Args:
        columns: The events', server_ts and is_conversion among them.
        cut: A snapshot; None for histories, which ``cuts`` cuts.
        known_until: The instant up to which the events are complete: no label is known of a horizon that ends later.
        beside: Whether ``cuts`` is a table; otherwise it is made here.
    """
    if cut is not None:
        return {"labels": _snapshot(cut, known_until), "stage": _before(cut)}
    if beside:
        steps = {"timeline": _timeline(columns)}
    else:
        steps = {**span_steps(columns), "donors": _donors(), "others": _others(), CUTS: _cuts()}
    steps |= {"labels": _history(), "counted": _counted()}
    return {**steps, "stage": exp.select("known.*").from_("known").join("counted", on="row_index = hit")}


def span_steps(columns: Sequence[str]) -> dict[str, exp.Select]:
    """From ``known`` to ``spans``: one row per visitor, how many hits he has and which of them is the first to convert.

    Args:
        columns: The events'.
    """
    first = "MIN(CASE WHEN is_conversion = 1 THEN hit_rn END) AS conversion_rn"
    spans = exp.select("visitor_id", "COUNT(*) AS hits", first).from_("timeline").group_by("visitor_id")
    return {"timeline": _timeline(columns), "spans": spans}


def cuts() -> exp.Select:
    """The table ``cuts`` of histories, over all visitors' ``spans``."""
    return _cuts().with_("donors", as_=_donors()).with_("others", as_=_others())


def _cuts() -> exp.Select:
    """One row per visitor: the number of the hit that he is cut before, for others their last at the latest."""
    theirs = "CASE WHEN donors.conversion_rn < others.hits THEN donors.conversion_rn ELSE others.hits END"
    donors = exp.select("visitor_id", "conversion_rn AS cutoff_rn", "1 AS label").from_("donors")
    others = exp.select("others.visitor_id", f"{theirs} AS cutoff_rn", "0 AS label").from_("others")
    both = exp.union(donors, others.join("donors", on="others.donor = donors.donor"), distinct=False)
    return exp.select("visitor_id", "cutoff_rn", "label").from_(both.subquery("both"))


def label_counts(dialect: str, kind: LabelKind) -> exp.Select:
    """Rows by cutoff and label, as ``COUNTED_LABELS``, over a table ``events`` of rows of visitors.

    Args:
        dialect: Of the engine that will run it.
        kind: Of the labels: rows of histories have cutoffs of their own, which are not told.
    """
    own = micros("cutoff_ts", dialect) if kind is LabelKind.SNAPSHOT else exp.cast(exp.null(), "BIGINT")
    rows = exp.select(exp.alias_(own, "cutoff_us"), "label").from_("events")
    query = exp.select("cutoff_us", "label", "COUNT(*) AS rows_in_all").from_("labelled")
    return query.group_by("cutoff_us", "label").with_("labelled", as_=rows)


def _before(cut: Cut) -> exp.Select:
    query = exp.select("*").from_("known").where(f"ts_us < {cut.cutoff}")
    return query if cut.begin is None else query.where(f"ts_us >= {cut.begin}")


def _snapshot(cut: Cut, known_until: int) -> exp.Select:
    """Whether a visitor converts within the horizon; null where he has not and still may."""
    converts = f"MAX(CASE WHEN is_conversion = 1 AND ts_us >= {cut.cutoff} AND ts_us < {cut.end} THEN 1 ELSE 0 END) = 1"
    no = "ELSE 0 " if cut.end <= known_until else ""
    query = exp.select(
        f"visitor_id AS {_ONE}", f"{cut.cutoff} AS cutoff_us", f"CASE WHEN {converts} THEN 1 {no}END AS label"
    )
    return query.from_("known").group_by("visitor_id")


def _timeline(columns: Sequence[str]) -> exp.Select:
    """The hits of each visitor that have a time, numbered in their order."""
    order = ["ts_us", *(name for name in HIT_ORDER[1:] if name in columns), "row_index"]
    number = f"{over('ROW_NUMBER()', order)} AS hit_rn"
    query = exp.select("visitor_id", "row_index AS hit", "ts_us", "is_conversion", number)
    return query.from_("known").where("NOT ts_us IS NULL")


def _donors() -> exp.Select:
    """Who converts after a hit, numbered from 0: others are cut after as many hits."""
    query = exp.select("visitor_id", "conversion_rn", "ROW_NUMBER() OVER (ORDER BY visitor_id NULLS LAST) - 1 AS donor")
    return query.from_("spans").where("conversion_rn > 1")


def _others() -> exp.Select:
    """Who never converts, and the number of the donor by whom he is cut."""
    number = "(ROW_NUMBER() OVER (ORDER BY visitor_id NULLS LAST) - 1) % (SELECT COUNT(*) FROM donors)"
    query = exp.select("visitor_id", "hits", f"{number} AS donor").from_("spans")
    return query.where("conversion_rn IS NULL", "hits > 1", "(SELECT COUNT(*) FROM donors) > 0")


def _history() -> exp.Select:
    query = exp.select(f"cuts.visitor_id AS {_ONE}", "ts_us AS cutoff_us", "label").from_("cuts")
    return query.join("timeline", on="cuts.visitor_id = timeline.visitor_id AND hit_rn = cutoff_rn")


def _counted() -> exp.Select:
    """The hits before the cutoffs."""
    query = exp.select("hit").from_("timeline").join("cuts", on="timeline.visitor_id = cuts.visitor_id")
    return query.where("hit_rn < cutoff_rn")
