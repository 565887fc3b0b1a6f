"""Segments of people: k-means on what they do, each with a name and a sentence that say what its people are like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from dev.demo.preparation import Numbers, numbers, people
from dev.demo.texts import counted, share

# What people are grouped by, and how a segment above, or below, the mean of all is told from another of its name.
TRAITS = {
    "session_id_count": ("with many visits", "with few visits"),
    "session_pageviews_mean": ("with many pages a visit", "with few pages a visit"),
    "session_duration_mean": ("with long visits", "with short visits"),
    "days_since_last": ("away for long", "seen of late"),
}
# By these, and by being on a phone, people are grouped, too; the name says it anyway.
_PAGES = {"share_blog_pages": "blog", "share_product_pages": "products", "share_cart_pages": "basket"}
_COUNTS = (3, 4, 5, 6)  # of segments, of which the best is chosen
_FEWEST = 50  # people, for segments to be more than chance
_SAMPLED = 2000  # rows that a silhouette is told of: it looks at all pairs
_SEED = 1
_MOSTLY = 0.7  # a share from which on a segment is called by it


@dataclass(frozen=True)
class Segment:
    """People who are alike: how they are called, how many they are, and what they do, in a sentence."""

    name: str
    people: int
    profile: str


def segments(visitors: pa.Table) -> list[Segment]:
    """The segments of people with more than one hit, the largest first; none of a few people.

    Args:
        visitors: One row each, as "Group to visitors" makes them.
    """
    found = people(visitors)
    found = found.filter(pc.greater(found.column("count"), 1))
    if found.num_rows < _FEWEST:
        return []
    rows = _rows(found)
    scaled = StandardScaler().fit_transform(np.log1p(np.nan_to_num(np.column_stack(list(rows.values())))))
    groups = _grouped(scaled)
    chosen = [groups == number for number in range(groups.max() + 1)]
    told = rows | _told(found)
    names = _distinct([_name(told, group) for group in chosen], [scaled[group].mean(axis=0) for group in chosen], rows)
    made = [Segment(name, int(group.sum()), _profile(told, group)) for name, group in zip(names, chosen, strict=True)]
    return sorted(made, key=lambda segment: -segment.people)


def _rows(table: pa.Table) -> dict[str, Numbers]:
    """The traits that are known of anybody."""
    wanted = (*TRAITS, *_PAGES)
    there = [name for name in wanted if name in table.schema.names and table.column(name).null_count < table.num_rows]
    rows = dict(zip(there, numbers(table, there).T, strict=True))
    if "useragent_type_last" in table.schema.names:
        kinds = table.column("useragent_type_last").to_pylist()
        rows["is_phone"] = np.array([float(kind == "phone") for kind in kinds])
    return rows


def _told(table: pa.Table) -> dict[str, Numbers]:
    """What segments are not made by, but told of."""
    return {"conversions": numbers(table, ["conversions"])[:, 0]} if "conversions" in table.schema.names else {}


def _grouped(scaled: Numbers) -> npt.NDArray[np.int32]:
    """The number of each row's segment: as many segments as stand apart best by the silhouette."""
    found = []
    with threadpool_limits(limits=1):
        for count in _COUNTS:
            groups = KMeans(count, n_init=5, random_state=_SEED).fit_predict(scaled)
            size = min(_SAMPLED, len(scaled))
            found.append((silhouette_score(scaled, groups, sample_size=size, random_state=_SEED), -count, groups))
    return max(found, key=lambda one: one[:2])[2]


def _name(rows: Mapping[str, Numbers], group: npt.NDArray[np.bool_]) -> str:
    visits = np.median(rows["session_id_count"][group])
    often = "Regular" if visits >= 4 else "Returning" if visits >= 2 else "One-time"
    name = f"{often} {_who(rows, group)}"
    phones = float(rows["is_phone"][group].mean()) if "is_phone" in rows else 0.5
    return name + (" on phones" if phones >= _MOSTLY else " on desktops" if phones <= 1 - _MOSTLY else "")


def _who(rows: Mapping[str, Numbers], group: npt.NDArray[np.bool_]) -> str:
    """By what most of its people do, the rarest first."""

    def mean(name: str) -> float:
        values = rows.get(name)
        return float(np.nan_to_num(values[group]).mean()) if values is not None else 0.0

    if "conversions" in rows and float((rows["conversions"][group] > 0).mean()) >= 0.5:
        return "buyers"
    if mean("share_cart_pages") >= 0.1:
        return "shoppers"
    if mean("share_blog_pages") >= 0.5:
        return "readers of the blog"
    if mean("share_product_pages") >= 0.3:
        return "browsers of products"
    return "visitors"


def _distinct(names: Sequence[str], centres: Sequence[Numbers], traits: Mapping[str, Numbers]) -> list[str]:
    """The names; to those of the same name is added by what they differ most from all others."""
    many, labels, taken = Counter(names), list(traits), set[str]()
    found = []
    for name, centre in zip(names, centres, strict=True):
        order = sorted(range(len(labels)), key=lambda place: -abs(centre[place]))
        differs = [(TRAITS[labels[place]], centre[place] < 0) for place in order if labels[place] in TRAITS]
        choices = [f"{name} {trait[int(below)]}" for trait, below in differs]
        chosen = next(choice for choice in [name] * (many[name] == 1) + choices if choice not in taken)
        taken.add(chosen)
        found.append(chosen)
    return found


def _profile(rows: Mapping[str, Numbers], group: npt.NDArray[np.bool_]) -> str:
    def mean(name: str) -> float:
        return float(np.nanmean(rows[name][group])) if not np.isnan(rows[name][group]).all() else 0.0

    pages, seconds = mean("session_pageviews_mean"), mean("session_duration_mean")
    parts = [f"{mean('session_id_count'):.1f} visits of {pages:.1f} pages and {_time(seconds)}"]
    parts.append(f"last seen {counted(round(mean('days_since_last')), 'day')} ago")
    seen = [f"{share(mean(name), 1)} {what}" for name, what in _PAGES.items() if name in rows and mean(name) > 0.005]
    if seen:
        parts.append(f"pages: {', '.join(seen)}")
    if "is_phone" in rows:
        parts.append(f"{share(mean('is_phone'), 1)} on phones")
    if "conversions" in rows:
        parts.append(f"{share(float((rows['conversions'][group] > 0).mean()), 1)} convert")
    return "; ".join(parts) + "."


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else counted(round(seconds), "second")
