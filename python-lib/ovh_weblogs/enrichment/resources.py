"""What was asked for: a page, or something that a page or a program fetches; and which requests are views of a page.

The sets follow Matomo's import of server logs (matomo-log-analytics, import_logs.py), with the formats and the doors of
WordPress that came since.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.enrichment import urls
from ovh_weblogs.enrichment.distinct import repeats
from ovh_weblogs.schema import LOCATION_PARTS

_STATIC = (
    *("gif", "jpg", "jpeg", "jpe", "png", "bmp", "ico", "svg", "svgz", "webp", "avif", "heic", "tif", "tiff", "cur"),
    *("ttf", "otf", "eot", "woff", "woff2", "css", "less", "scss", "js", "mjs", "cjs", "wasm", "map", "swf", "class"),
    *("xml", "xsl", "xslt", "txt", "json", "jsonld", "webmanifest", "manifest", "appcache", "htc", "vtt", "srt"),
    *("mp4", "m4v", "m4s", "m4a", "webm", "mov", "avi", "mkv", "mpg", "mpeg", "wmv", "flv", "ogv", "ts", "m3u8", "mpd"),
    *("mp3", "ogg", "oga", "opus", "wav", "flac", "aac", "weba"),
)
_DOWNLOAD = (
    *("pdf", "zip", "gz", "tgz", "bz2", "tbz", "xz", "7z", "rar", "tar", "zst", "csv", "tsv", "xls", "xlsx", "xlsm"),
    *("doc", "docx", "ppt", "pptx", "pps", "ppsx", "odt", "ods", "odp", "odg", "rtf", "ps", "epub", "mobi", "azw3"),
    *("exe", "msi", "dmg", "pkg", "deb", "rpm", "apk", "ipa", "iso", "img", "bin", "jar", "war", "appimage", "torrent"),
    *("sql", "bak", "ics", "vcf", "gpx", "kml", "kmz", "parquet", "psd", "ai", "eps", "dwg", "stl"),
)
# The last part of a path, and what follows a point in it; ";jsessionid=..." after a name is none of it.
_EXTENSION = r"[^/]\.(?P<extension>[a-z0-9]{1,12})(?:;[^/]*)?$"
_FEED = (
    r"/(?:feed|rss|rss2|atom)(?:/(?:rss|rss2|rdf|atom))?/?$"
    r"|/(?:feed|rss|rss2|atom|index)\.(?:rss|rdf|atom)$|/(?:feed|rss|rss2|atom)\.(?:xml|json|php)$|[^/]\.(?:rss|atom|rdf)$"
)
_FEED_QUERY = r"(?:^|&)feed=(?:rss|rss2|rdf|atom|comments-rss2)(?:&|$)"  # WordPress without pretty addresses
_API = (
    r"^(?:/index\.php)?/(?:api|graphql|rest|ajax|jsonrpc|soap)(?:/|$)|/wp-json(?:/|$)"
    r"|/(?:xmlrpc|wp-cron|admin-ajax|admin-post|wp-trackback)\.php(?:/|$)"
)
# Files for programs, at the root of a site (RFC 8615 for the folder); the icon has an extension of its own.
_FOR_PROGRAMS = r"^/\.well-known/|/sitemap[^/]*\.xml(?:\.gz)?$"
# What every path has that one of the three finds: one search instead of three for all others.
_NAMED = (
    r"/(?:feed|rss|atom|api|graphql|rest|ajax|jsonrpc|soap|wp-|xmlrpc|admin-|sitemap|\.well|index\.php/)"
    r"|\.(?:rss|atom|rdf)$"
)

_EXTENSIONS = pa.array((*_STATIC, *_DOWNLOAD))
_KINDS = pa.array(["static"] * len(_STATIC) + ["download"] * len(_DOWNLOAD) + ["page"])  # the last of all others
_VIEWED = pa.array([200, 304], pa.int32())  # statuses of a page that was seen; 206 is a part of something


def of_hits(batch: pa.RecordBatch, tracked: frozenset[str]) -> list[pa.Array]:
    """``schema.RESOURCE_COLUMNS`` of hits, by their ``location``, or by its parts where they are there already."""
    names = ("location_host", "location_path", "location_querystring")
    if set(names) <= set(batch.schema.names):
        hosts, paths, queries = (batch.column(name) for name in names)
    else:
        _, hosts, _, paths, queries, _ = urls.parts(batch.column("location"), LOCATION_PARTS)
    # A host alone is the page at its root.
    kinds = classes(pc.if_else(pc.and_(paths.is_null(), hosts.is_valid()), "/", paths), queries)
    return [kinds, pageviews(batch, kinds, hosts, tracked), _equal(kinds, "static")]


def classes(paths: pa.Array, queries: pa.Array) -> pa.Array:
    """``resource_class`` of each request: feed, api, static, download or page, the first that holds.

    Args:
        paths: ``location_path``; a null is no resource, and has no class.
        queries: ``location_querystring``.
    """
    distinct = repeats(paths)
    found = pc.take(_of_paths(distinct.dictionary), distinct.indices) if distinct else _of_paths(paths)
    asked = queries.dictionary_encode()
    feeds = pc.match_substring_regex(asked.dictionary, _FEED_QUERY)
    if feeds.true_count == 0:
        return found
    return pc.if_else(
        pc.and_(paths.is_valid(), pc.fill_null(feeds.take(asked.indices), fill_value=False)), "feed", found
    )


def _of_paths(paths: pa.Array) -> pa.Array:
    lower = pc.ascii_lower(paths)
    extensions = pc.struct_field(pc.extract_regex(lower, _EXTENSION), 0)
    places = pc.fill_null(pc.index_in(extensions, value_set=_EXTENSIONS), len(_EXTENSIONS))
    found = _KINDS.take(pc.if_else(paths.is_valid(), places, None))
    named = pc.match_substring_regex(lower, _NAMED)
    if named.true_count == 0:
        return found
    return pc.replace_with_mask(found, named, _by_name(lower.filter(named), found.filter(named)))


def _by_name(paths: pa.Array, otherwise: pa.Array) -> pa.Array:
    kinds = {"feed": _FEED, "api": _API, "static": _FOR_PROGRAMS}
    met = [pc.match_substring_regex(paths, pattern) for pattern in kinds.values()]
    conditions = pa.StructArray.from_arrays(met, names=list(kinds))
    return pc.case_when(conditions, *(pa.scalar(kind) for kind in kinds), otherwise)


def pageviews(batch: pa.RecordBatch, kinds: pa.Array, hosts: pa.Array, tracked: frozenset[str]) -> pa.Array:
    """Which hits are views of a page; never null.

    A tracker's hit is one where its type is ``page``. A server's is one where its method is GET, its status 200 or 304,
    what was asked for is a page, and its agent does not say that it is a robot. What is not known is no hindrance where
    the input has no such column, as in a log without methods. Of a site with a tracker, the tracker's hits alone
    count: both logs tell of the same view.

    Args:
        batch: Hits; of their columns log_family, type, method, status and is_bot, any may be absent.
        kinds: ``resource_class``.
        hosts: ``location_host``.
        tracked: Hosts of the sites with a tracker, lower case.
    """
    by_tracker = from_tracker(batch)
    views = _equal(kinds, "page")
    if "method" in batch.schema.names:
        views = pc.and_(views, _equal(batch.column("method"), "GET"))
    if "status" in batch.schema.names:
        views = pc.and_(views, pc.is_in(batch.column("status"), value_set=_VIEWED))
    if "is_bot" in batch.schema.names:
        views = pc.and_not(views, pc.fill_null(batch.column("is_bot"), fill_value=False))
    if tracked:
        views = pc.and_not(views, pc.is_in(hosts, value_set=pa.array(sorted(tracked), pa.string())))
    if "type" not in batch.schema.names:
        return pc.and_not(views, by_tracker)
    return pc.if_else(by_tracker, _equal(batch.column("type"), "page"), views)


def from_tracker(batch: pa.RecordBatch) -> pa.Array:
    """Which hits a tracker sent, by ``log_family``; without it, those with a ``type``. Never null."""
    if "log_family" in batch.schema.names:
        return _equal(batch.column("log_family"), "tracker")
    if "type" in batch.schema.names:
        return batch.column("type").is_valid()
    return pa.repeat(pa.scalar(False), batch.num_rows)  # noqa: FBT003 - Arrow's scalar takes a value


def _equal(array: pa.Array, text: str) -> pa.Array:
    return pc.fill_null(pc.equal(array, text), fill_value=False)
