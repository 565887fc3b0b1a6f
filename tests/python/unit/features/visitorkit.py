"""Events given as dicts, the visitors that the query makes of them, and the same by plain loops."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st

from ovh_weblogs import features
from ovh_weblogs.engines import embedded
from ovh_weblogs.features import Rules
from ovh_weblogs.schema import EVENTS, HIT_ORDER
from ovh_weblogs.settings import EUROPE, Midnight, VisitorSettings
from ovh_weblogs.visitored import Shape

START = datetime(2026, 1, 31, 10, tzinfo=timezone.utc)
PARIS = ZoneInfo("Europe/Paris")
HALF_HOUR = timedelta(minutes=30)
# As those of SessionSettings, with the clock changes of two years for those of forty.
RULES = Rules(30 * 60_000_000, Midnight.LONG, features.offsets(EUROPE, 2025, 2027))
ENDS = {
    "location": "location",
    "referer": "referer",
    "referer_type": "referer_type",
    "referer_name": "referer_name",
    "channel": "channel",
    "campaign_name": "campaign_name",
    "client_addr": "client_addr",
    "vhost": "vhost",
    "client_addr_country": "client_addr_country",
    "client_addr_region": "client_addr_region",
    "client_addr_city": "client_addr_city",
    "useragent": "useragent",
    "useragent_type": "useragent_type",
    "useragent_category": "useragent_category",
    "useragent_os": "useragent_os",
    "useragent_device_brand": "useragent_device_brand",
    "br_lang": "br_lang",
    "month": "local_month",
}


def at(seconds):
    return START + timedelta(seconds=seconds)


def view(seconds=0, **values):
    """A page view of visitor v, so many seconds after the start."""
    return {"visitor_id": "v", "server_ts": at(seconds), "is_pageview": True, "location": "/", **values}


MINUTE, HOUR, DAY = 60, 3600, 86400
TEXTS = st.none() | st.sampled_from(["a", "A", "é", "b", "a "])
EVENT = st.fixed_dictionaries(
    {
        "visitor_id": st.sampled_from(["v", "V", "w"]),
        # From the evening before the short day of spring on: pauses of just half an hour, of hours and of days.
        "server_ts": st.none()
        | st.builds(
            lambda pauses, days, second: at(56 * DAY + 10 * HOUR + pauses * 600 + days * DAY + second),
            st.integers(0, 40),
            st.sampled_from([0, 0, 0, 1, 7, 30]),
            st.sampled_from([0, 0, 1, 9, 11]),
        ),
        "source_file": TEXTS,
        "line_number": st.none() | st.integers(1, 3),
        "bytes": st.none() | st.integers(0, 2**40),
        "status": st.none() | st.sampled_from([200, 304, 404, 500]),
        "location_path": st.sampled_from([None, "/", "/robots.txt"]),
        "log_family": st.sampled_from([None, "server", "tracker"]),
        "page_category": st.sampled_from([None, "blog", "shop", "blog", "Blog"]),
        "local_hour": st.none() | st.integers(0, 23),
        "local_weekday": st.none() | st.integers(1, 7),
        "local_month": st.none() | st.integers(1, 12),
        **dict.fromkeys(("is_pageview", "is_conversion", "is_bot", "is_static"), st.none() | st.booleans()),
        **{name: TEXTS for name in ENDS.values() if name != "local_month"},
    }
)


def visitors(events, columns=EVENTS.names, categories=()):
    """The visitors of events, by visitor_id; what an event does not name is null."""
    schema = pa.schema([*(EVENTS.get(name).arrow for name in columns), ("row_index", pa.int64())])
    rows = [{**dict.fromkeys(columns), **event, "row_index": row} for row, event in enumerate(events)]
    batches = [pa.RecordBatch.from_pylist([row], schema=schema) for row in rows]
    shape = Shape(tuple(categories))
    query, output = _definition(tuple(columns), shape)
    made = embedded.run(query, batches, schema, output=output, settings=VisitorSettings())
    return {row["visitor_id"]: row for batch in made for row in batch.to_pylist()}


@cache
def _definition(columns, shape):
    """The query and its columns: making the same one again would take as long as running it."""
    return features.visitors(columns, RULES, shape), features.visitor_columns(columns, shape)


def place(hit):
    """A key that sorts hits by time, file and line, texts by their bytes and nulls last."""
    values = [hit[name] for name in HIT_ORDER]
    return [(1,) if value is None else (0, value.encode() if isinstance(value, str) else value) for value in values]


def visits_of(hits):
    """Lists of hits that are in a visit each, of one visitor's hits in their order."""
    hits = [hit for hit in hits if hit["server_ts"] is not None]
    days = {}
    for hit in hits:
        days.setdefault(hit["server_ts"].astimezone(PARIS).date(), []).append(hit["server_ts"])
    paused = {}
    for day, times in days.items():
        midnight = times[0].astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        late = times[0].astimezone(PARIS).replace(tzinfo=None) - midnight > HALF_HOUR
        paused[day] = late or any(after - before > HALF_HOUR for before, after in pairwise(times))
    made, last = [], None
    for hit in hits:
        now = hit["server_ts"]
        cut = last is None or now - last > HALF_HOUR
        if cut or (
            now.astimezone(PARIS).date() != last.astimezone(PARIS).date() and not paused[last.astimezone(PARIS).date()]
        ):
            made.append([])
        made[-1].append(hit)
        last = now
    return made


def reckoned(events, categories=(), latest=None):
    """The visitors of events that name every column, by plain loops; recency from the latest hit unless given."""
    times = [event["server_ts"] for event in events if event["server_ts"] is not None]
    made = {}
    for visitor in {event["visitor_id"] for event in events}:
        hits = sorted((event for event in events if event["visitor_id"] == visitor), key=place)
        views = [hit for hit in hits if hit["is_pageview"]]
        visits = visits_of(hits)
        made[visitor] = (
            {"visitor_id": visitor, "count": len(hits)}
            | _volume(hits, views, visits)
            | _recency(hits, visits, latest or max(times, default=None))
            | _depth(visits)
            | _content(views, categories)
            | _ends(hits, views)
            | _shares(hits)
        )
    return made


def _volume(hits, views, visits):
    known = {name: [hit[name] for hit in hits if hit[name] is not None] for name in hits[0]}
    days = {time.astimezone(PARIS).date() for time in known["server_ts"]}
    return {
        "server_ts_min": min(known["server_ts"], default=None),
        "server_ts_max": max(known["server_ts"], default=None),
        "session_id_count": len(visits),
        "pageviews": len(views),
        "page_distinct": len({hit["location"] for hit in views} - {None}),
        "active_days": len(days),
        "client_addr_count": len(set(known["client_addr"])),
        "location_distinct": len(set(known["location"])),
        "bytes_min": min(known["bytes"], default=None),
        "bytes_max": max(known["bytes"], default=None),
        "bytes_sum": sum(known["bytes"]) if known["bytes"] else None,
        "status_max": max(known["status"], default=None),
        "conversions": sum(hit["is_conversion"] is True for hit in hits),
        "channel_distinct": len(set(known["channel"])),
        "has_campaign": bool(known["campaign_name"]),
        "is_bot": any(known["is_bot"]) if known["is_bot"] else None,
        "asked_robots_txt": "/robots.txt" in known["location_path"],
        "acts_like_bot": (
            "/robots.txt" in known["location_path"]
            or (len(views) >= 3 and True not in known["is_static"] and "tracker" not in known["log_family"])
            or any(_in_haste(visit) for visit in visits)
        ),
    }


def _in_haste(visit):
    views = sum(hit["is_pageview"] is True for hit in visit)
    return views >= 10 and views / 20 > (visit[-1]["server_ts"] - visit[0]["server_ts"]) / timedelta(minutes=1)


def _recency(hits, visits, latest):
    times = [hit["server_ts"] for hit in hits if hit["server_ts"] is not None]
    gaps = [
        (after[0]["server_ts"] - before[-1]["server_ts"]) / timedelta(hours=1) for before, after in pairwise(visits)
    ]
    ages = [(latest - visit[0]["server_ts"]) / timedelta(days=1) for visit in visits]
    return {
        "days_since_first": (latest - min(times)) / timedelta(days=1) if times else None,
        "days_since_last": (latest - max(times)) / timedelta(days=1) if times else None,
        "days_active_span": (max(times) - min(times)) / timedelta(days=1) if times else None,
        "session_gap_hours_mean": statistics.mean(gaps) if gaps else None,
        "session_gap_hours_std": statistics.stdev(gaps) if len(gaps) > 1 else None,
        "session_count_7d": sum(age < 7 for age in ages),
        "session_count_30d": sum(age < 30 for age in ages),
    }


def _depth(visits):
    viewed = [[hit for hit in visit if hit["is_pageview"]] for visit in visits]
    depths = [len(views) for views in viewed]
    lengths = [(visit[-1]["server_ts"] - visit[0]["server_ts"]).total_seconds() for visit in visits]
    steps = [step for views in viewed for step in pairwise(views)]
    stays = [(after["server_ts"] - before["server_ts"]).total_seconds() for before, after in steps]
    pairs = list(pairwise(view for views in viewed for view in views))
    again = [
        after
        for before, after in pairs
        if (after["server_ts"] - before["server_ts"]).total_seconds() <= 10
        and before["location"] is not None
        and before["location"] == after["location"]
    ]
    return {
        "session_pageviews_mean": statistics.mean(depths) if depths else None,
        "session_pageviews_max": max(depths, default=None),
        "session_pageviews_last": depths[-1] if depths else None,
        "session_duration_mean": statistics.mean(lengths) if lengths else None,
        "session_duration_last": lengths[-1] if lengths else None,
        "bounce_share": depths.count(1) / len(depths) if depths else None,
        "time_on_page_mean": statistics.mean(stays) if stays else None,
        "repeated_pageviews": len(again),
    }


def _content(views, categories):
    found = Counter(view["page_category"] for view in views)
    unknown = found.pop(None, 0)
    known = len(views) - unknown
    entropy = -sum(count / known * math.log(count / known) for count in found.values())
    row = {
        "page_category_distinct": len(found),
        "page_category_entropy": entropy if known else None,
    }
    for category in categories:
        row[f"count_{category}_pages"] = found[category]
        row[f"share_{category}_pages"] = found[category] / len(views) if views else None
    return row


def _ends(hits, views):
    sought = {name: [hit[source] for hit in hits] for name, source in ENDS.items()}
    sought["landing_page"] = [hit["location"] for hit in views]
    sought["page_category"] = [hit["page_category"] for hit in views]
    known = {name: [value for value in values if value is not None] or [None] for name, values in sought.items()}
    ends = {f"{name}_first": values[0] for name, values in known.items()}
    return ends | {f"{name}_last": values[-1] for name, values in known.items()} | {"month": known["month"][-1]}


def _shares(hits):
    def share(name, low, high):
        known = [hit[name] for hit in hits if hit[name] is not None]
        return sum(low <= value <= high for value in known) / len(known) if known else None

    return {
        "night_share": share("local_hour", 0, 5),
        "weekend_share": share("local_weekday", 6, 7),
        "error_share": share("status", 400, 599),
        "count_404": sum(hit["status"] == 404 for hit in hits),
    }
