WITH "stage" AS (
  SELECT
    EPOCH_US("server_ts") AS "ts_us",
    "client_addr" AS "client_addr",
    "vhost" AS "vhost",
    "location" AS "location",
    "status",
    "bytes",
    "referer" AS "referer",
    "useragent" AS "useragent",
    "source_file" AS "source_file",
    "line_number",
    "br_lang" AS "br_lang",
    "useragent_type" AS "useragent_type",
    "useragent_category" AS "useragent_category",
    "useragent_os" AS "useragent_os",
    "useragent_device_brand" AS "useragent_device_brand",
    CASE WHEN "is_bot" THEN 1 WHEN NOT "is_bot" THEN 0 END AS "is_bot",
    "client_addr_country" AS "client_addr_country",
    "client_addr_region" AS "client_addr_region",
    "client_addr_city" AS "client_addr_city",
    "location_path" AS "location_path",
    CASE WHEN "is_pageview" THEN 1 ELSE 0 END AS "is_pageview",
    "local_hour",
    "local_weekday",
    "local_month",
    "campaign_name" AS "campaign_name",
    "referer_type" AS "referer_type",
    "referer_name" AS "referer_name",
    "channel" AS "channel",
    "page_category" AS "page_category",
    CASE WHEN "is_conversion" THEN 1 ELSE 0 END AS "is_conversion",
    "visitor_id" AS "visitor_id",
    "row_index"
  FROM "events"
), "clocked" AS (
  SELECT
    *,
    "ts_us" + CASE
      WHEN "ts_us" < 1761440400000000
      THEN CASE WHEN "ts_us" < 1743296400000000 THEN 3600000000 ELSE 7200000000 END
      ELSE CASE
        WHEN "ts_us" < 1774746000000000
        THEN 3600000000
        ELSE CASE WHEN "ts_us" < 1792890000000000 THEN 7200000000 ELSE 3600000000 END
      END
    END AS "local_us"
  FROM "stage"
), "seq" AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY "visitor_id"
      ORDER BY "ts_us", "source_file", "line_number", "row_index"
    ) AS "rn",
    LAG("ts_us") OVER (
      PARTITION BY "visitor_id"
      ORDER BY "ts_us", "source_file", "line_number", "row_index"
    ) AS "prev_us",
    CAST((
      "local_us" - "local_us" % 86400000000
    ) / 86400000000 AS BIGINT) AS "day",
    LAG("local_us") OVER (
      PARTITION BY "visitor_id"
      ORDER BY "ts_us", "source_file", "line_number", "row_index"
    ) AS "prev_local_us"
  FROM "clocked"
), "marked" AS (
  SELECT
    *,
    MAX("ts_us") OVER (PARTITION BY "visitor_id") AS "last_us",
    MIN(
      CASE
        WHEN NOT CASE WHEN "is_pageview" = 1 THEN "page_category" END IS NULL
        THEN "rn"
      END
    ) OVER (PARTITION BY "visitor_id") AS "page_category_first_rn",
    MAX(
      CASE
        WHEN NOT CASE WHEN "is_pageview" = 1 THEN "page_category" END IS NULL
        THEN "rn"
      END
    ) OVER (PARTITION BY "visitor_id") AS "page_category_last_rn",
    MIN(CASE WHEN NOT "location" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "location_first_rn",
    MAX(CASE WHEN NOT "location" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "location_last_rn",
    MIN(
      CASE WHEN NOT CASE WHEN "is_pageview" = 1 THEN "location" END IS NULL THEN "rn" END
    ) OVER (PARTITION BY "visitor_id") AS "landing_page_first_rn",
    MIN(CASE WHEN NOT "referer" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "referer_first_rn",
    MAX(CASE WHEN NOT "referer" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "referer_last_rn",
    MIN(CASE WHEN NOT "referer_type" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "referer_type_first_rn",
    MIN(CASE WHEN NOT "referer_name" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "referer_name_first_rn",
    MIN(CASE WHEN NOT "channel" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "channel_first_rn",
    MAX(CASE WHEN NOT "channel" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "channel_last_rn",
    MIN(CASE WHEN NOT "campaign_name" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "campaign_name_first_rn",
    MAX(CASE WHEN NOT "useragent" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_last_rn",
    MIN(CASE WHEN NOT "useragent_type" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_type_first_rn",
    MAX(CASE WHEN NOT "useragent_type" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_type_last_rn",
    MIN(CASE WHEN NOT "useragent_category" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_category_first_rn",
    MAX(CASE WHEN NOT "useragent_category" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_category_last_rn",
    MAX(CASE WHEN NOT "useragent_os" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_os_last_rn",
    MAX(CASE WHEN NOT "useragent_device_brand" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_device_brand_last_rn",
    MAX(CASE WHEN NOT "br_lang" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "br_lang_last_rn",
    MIN(CASE WHEN NOT "client_addr" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "client_addr_first_rn",
    MAX(CASE WHEN NOT "client_addr" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "client_addr_last_rn",
    MIN(CASE WHEN NOT "vhost" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "vhost_first_rn",
    MAX(CASE WHEN NOT "vhost" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "vhost_last_rn",
    MIN(CASE WHEN NOT "client_addr_country" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "client_addr_country_first_rn",
    MAX(CASE WHEN NOT "client_addr_country" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "client_addr_country_last_rn",
    MIN(CASE WHEN NOT "client_addr_region" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "client_addr_region_first_rn",
    MIN(CASE WHEN NOT "client_addr_city" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "client_addr_city_first_rn",
    MAX(CASE WHEN NOT "local_month" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "month_rn"
  FROM "seq"
), "ends" AS (
  SELECT
    "visitor_id",
    "rn",
    "client_addr",
    "location",
    "page_category",
    "channel",
    "status",
    "bytes",
    "local_hour",
    "local_weekday",
    "is_pageview",
    "is_conversion",
    "is_bot",
    "ts_us",
    "prev_us",
    "last_us",
    "local_us",
    "day",
    "prev_local_us",
    CASE WHEN "location_path" = '/robots.txt' THEN 1 ELSE 0 END AS "asked_robots_txt",
    CASE
      WHEN "rn" = "page_category_first_rn"
      THEN CASE WHEN "is_pageview" = 1 THEN "page_category" END
    END AS "page_category_first",
    CASE
      WHEN "rn" = "page_category_last_rn"
      THEN CASE WHEN "is_pageview" = 1 THEN "page_category" END
    END AS "page_category_last",
    CASE WHEN "rn" = "location_first_rn" THEN "location" END AS "location_first",
    CASE WHEN "rn" = "location_last_rn" THEN "location" END AS "location_last",
    CASE
      WHEN "rn" = "landing_page_first_rn"
      THEN CASE WHEN "is_pageview" = 1 THEN "location" END
    END AS "landing_page_first",
    CASE WHEN "rn" = "referer_first_rn" THEN "referer" END AS "referer_first",
    CASE WHEN "rn" = "referer_last_rn" THEN "referer" END AS "referer_last",
    CASE WHEN "rn" = "referer_type_first_rn" THEN "referer_type" END AS "referer_type_first",
    CASE WHEN "rn" = "referer_name_first_rn" THEN "referer_name" END AS "referer_name_first",
    CASE WHEN "rn" = "channel_first_rn" THEN "channel" END AS "channel_first",
    CASE WHEN "rn" = "channel_last_rn" THEN "channel" END AS "channel_last",
    CASE WHEN "rn" = "campaign_name_first_rn" THEN "campaign_name" END AS "campaign_name_first",
    CASE WHEN "rn" = "useragent_last_rn" THEN "useragent" END AS "useragent_last",
    CASE WHEN "rn" = "useragent_type_first_rn" THEN "useragent_type" END AS "useragent_type_first",
    CASE WHEN "rn" = "useragent_type_last_rn" THEN "useragent_type" END AS "useragent_type_last",
    CASE WHEN "rn" = "useragent_category_first_rn" THEN "useragent_category" END AS "useragent_category_first",
    CASE WHEN "rn" = "useragent_category_last_rn" THEN "useragent_category" END AS "useragent_category_last",
    CASE WHEN "rn" = "useragent_os_last_rn" THEN "useragent_os" END AS "useragent_os_last",
    CASE WHEN "rn" = "useragent_device_brand_last_rn" THEN "useragent_device_brand" END AS "useragent_device_brand_last",
    CASE WHEN "rn" = "br_lang_last_rn" THEN "br_lang" END AS "br_lang_last",
    CASE WHEN "rn" = "client_addr_first_rn" THEN "client_addr" END AS "client_addr_first",
    CASE WHEN "rn" = "client_addr_last_rn" THEN "client_addr" END AS "client_addr_last",
    CASE WHEN "rn" = "vhost_first_rn" THEN "vhost" END AS "vhost_first",
    CASE WHEN "rn" = "vhost_last_rn" THEN "vhost" END AS "vhost_last",
    CASE WHEN "rn" = "client_addr_country_first_rn" THEN "client_addr_country" END AS "client_addr_country_first",
    CASE WHEN "rn" = "client_addr_country_last_rn" THEN "client_addr_country" END AS "client_addr_country_last",
    CASE WHEN "rn" = "client_addr_region_first_rn" THEN "client_addr_region" END AS "client_addr_region_first",
    CASE WHEN "rn" = "client_addr_city_first_rn" THEN "client_addr_city" END AS "client_addr_city_first",
    CASE WHEN "rn" = "month_rn" THEN "local_month" END AS "month"
  FROM "marked"
), "paused" AS (
  SELECT
    *,
    CASE
      WHEN NOT "prev_us" IS NULL AND "ts_us" - "prev_us" <= 1800000000
      THEN 0
      ELSE 1
    END AS "is_pause",
    CASE
      WHEN NOT "prev_local_us" IS NULL
      AND "prev_local_us" - "prev_local_us" % 86400000000 = "local_us" - "local_us" % 86400000000
      THEN 0
      ELSE 1
    END AS "is_new_day",
    CASE
      WHEN NOT "prev_local_us" IS NULL
      AND "prev_local_us" - "prev_local_us" % 86400000000 = "local_us" - "local_us" % 86400000000
      THEN CASE
        WHEN NOT "prev_us" IS NULL AND "ts_us" - "prev_us" <= 1800000000
        THEN 0
        ELSE 1
      END
      ELSE CASE WHEN "local_us" % 86400000000 <= 1800000000 THEN 0 ELSE 1 END
    END AS "day_pause"
  FROM "ends"
), "daily" AS (
  SELECT
    *,
    MAX("day_pause") OVER (PARTITION BY "visitor_id", "day") AS "day_paused"
  FROM "paused"
), "dated" AS (
  SELECT
    *,
    LAG("day_paused") OVER (PARTITION BY "visitor_id" ORDER BY "rn") AS "prev_day_paused"
  FROM "daily"
), "begun" AS (
  SELECT
    *,
    CASE
      WHEN "is_pause" = 1 OR (
        "is_new_day" = 1 AND "prev_day_paused" = 0
      )
      THEN 1
      ELSE 0
    END AS "begins"
  FROM "dated"
), "numbered" AS (
  SELECT
    *,
    CAST(SUM("begins") OVER (PARTITION BY "visitor_id" ORDER BY "rn") AS BIGINT) AS "visit"
  FROM "begun"
), "visited" AS (
  SELECT
    *,
    CASE WHEN "begins" = 1 AND NOT "ts_us" IS NULL THEN 1 ELSE 0 END AS "is_visit",
    MIN("ts_us") OVER (PARTITION BY "visitor_id", "visit") AS "visit_start",
    MAX("ts_us") OVER (PARTITION BY "visitor_id", "visit") AS "visit_end",
    MAX("ts_us") OVER () AS "latest_us",
    CAST(SUM("is_pageview") OVER (PARTITION BY "visitor_id", "visit") AS BIGINT) AS "visit_views",
    CASE
      WHEN "is_pageview" = 1
      THEN LEAD("ts_us") OVER (PARTITION BY "visitor_id", "visit", "is_pageview" ORDER BY "rn")
    END AS "next_view_us",
    LAG("ts_us") OVER (PARTITION BY "visitor_id", "visit", "is_pageview" ORDER BY "rn") AS "prev_view_us",
    LAG("location") OVER (PARTITION BY "visitor_id", "visit", "is_pageview" ORDER BY "rn") AS "prev_page"
  FROM "numbered"
), "sorted" AS (
  SELECT
    *,
    COUNT(*) OVER (PARTITION BY "visitor_id", CASE WHEN "is_pageview" = 1 THEN "page_category" END) AS "category_views"
  FROM "visited"
)
SELECT
  "visitor_id" AS "visitor_id",
  COUNT(*) AS "count",
  MIN("ts_us") AS "server_ts_min",
  MAX("ts_us") AS "server_ts_max",
  CAST(SUM("is_visit") AS BIGINT) AS "session_id_count",
  CAST(SUM("is_pageview") AS BIGINT) AS "pageviews",
  COUNT(DISTINCT CASE WHEN "is_pageview" = 1 THEN "location" END) AS "page_distinct",
  COUNT(DISTINCT "day") AS "active_days",
  COUNT(DISTINCT "client_addr") AS "client_addr_count",
  COUNT(DISTINCT "location") AS "location_distinct",
  MIN("bytes") AS "bytes_min",
  MAX("bytes") AS "bytes_max",
  CASE WHEN SUM("bytes") <= 9223372036854775807 THEN CAST(SUM("bytes") AS BIGINT) END AS "bytes_sum",
  MAX("status") AS "status_max",
  CAST(MAX("latest_us") - MIN("ts_us") AS DOUBLE) / 86400000000.0 AS "days_since_first",
  CAST(MAX("latest_us") - MAX("ts_us") AS DOUBLE) / 86400000000.0 AS "days_since_last",
  CAST(MAX("ts_us") - MIN("ts_us") AS DOUBLE) / 86400000000.0 AS "days_active_span",
  CAST(SUM(CASE WHEN "is_visit" = 1 THEN "ts_us" - "prev_us" END) AS DOUBLE) / NULLIF(CAST(COUNT(CASE WHEN "is_visit" = 1 THEN "ts_us" - "prev_us" END) AS DOUBLE), 0) / 3600000000.0 AS "session_gap_hours_mean",
  STDDEV_SAMP(CAST(CASE WHEN "is_visit" = 1 THEN "ts_us" - "prev_us" END AS DOUBLE)) / 3600000000.0 AS "session_gap_hours_std",
  CAST(SUM(
    CASE WHEN "is_visit" = 1 AND "latest_us" - "ts_us" < 604800000000 THEN 1 ELSE 0 END
  ) AS BIGINT) AS "session_count_7d",
  CAST(SUM(
    CASE WHEN "is_visit" = 1 AND "latest_us" - "ts_us" < 2592000000000 THEN 1 ELSE 0 END
  ) AS BIGINT) AS "session_count_30d",
  CAST(SUM(CASE WHEN "is_visit" = 1 THEN "visit_views" END) AS DOUBLE) / NULLIF(CAST(SUM("is_visit") AS DOUBLE), 0) AS "session_pageviews_mean",
  MAX(CASE WHEN "is_visit" = 1 THEN "visit_views" END) AS "session_pageviews_max",
  MAX(CASE WHEN "visit_end" = "last_us" THEN "visit_views" END) AS "session_pageviews_last",
  CAST(SUM(CASE WHEN "is_visit" = 1 THEN "visit_end" - "visit_start" END) AS DOUBLE) / NULLIF(CAST(SUM("is_visit") AS DOUBLE), 0) / 1000000.0 AS "session_duration_mean",
  CAST(MAX(CASE WHEN "visit_end" = "last_us" THEN "visit_end" - "visit_start" END) AS DOUBLE) / 1000000.0 AS "session_duration_last",
  CAST(CAST(SUM(CASE WHEN "is_visit" = 1 AND "visit_views" = 1 THEN 1 ELSE 0 END) AS BIGINT) AS DOUBLE) / NULLIF(CAST(SUM("is_visit") AS DOUBLE), 0) AS "bounce_share",
  CAST(SUM("next_view_us" - "ts_us") AS DOUBLE) / NULLIF(CAST(COUNT("next_view_us") AS DOUBLE), 0) / 1000000.0 AS "time_on_page_mean",
  COUNT(DISTINCT CASE WHEN "is_pageview" = 1 THEN "page_category" END) AS "page_category_distinct",
  CASE
    WHEN COUNT(DISTINCT CASE WHEN "is_pageview" = 1 THEN "page_category" END) = 1
    THEN CAST(0 AS DOUBLE)
    WHEN COUNT(CASE WHEN "is_pageview" = 1 THEN "page_category" END) > 0
    THEN LN(CAST(COUNT(CASE WHEN "is_pageview" = 1 THEN "page_category" END) AS DOUBLE)) - SUM(
      CASE
        WHEN NOT CASE WHEN "is_pageview" = 1 THEN "page_category" END IS NULL
        THEN LN(CAST("category_views" AS DOUBLE))
      END
    ) / CAST(COUNT(CASE WHEN "is_pageview" = 1 THEN "page_category" END) AS DOUBLE)
  END AS "page_category_entropy",
  MAX("page_category_first") AS "page_category_first",
  MAX("page_category_last") AS "page_category_last",
  CAST(SUM("is_conversion") AS BIGINT) AS "conversions",
  MAX("location_first") AS "location_first",
  MAX("location_last") AS "location_last",
  MAX("landing_page_first") AS "landing_page_first",
  MAX("referer_first") AS "referer_first",
  MAX("referer_last") AS "referer_last",
  MAX("referer_type_first") AS "referer_type_first",
  MAX("referer_name_first") AS "referer_name_first",
  MAX("channel_first") AS "channel_first",
  MAX("channel_last") AS "channel_last",
  COUNT(DISTINCT "channel") AS "channel_distinct",
  MAX("campaign_name_first") AS "campaign_name_first",
  MAX(CASE WHEN "campaign_name_first" IS NULL THEN 0 ELSE 1 END) = 1 AS "has_campaign",
  MAX("useragent_last") AS "useragent_last",
  MAX("useragent_type_first") AS "useragent_type_first",
  MAX("useragent_type_last") AS "useragent_type_last",
  MAX("useragent_category_first") AS "useragent_category_first",
  MAX("useragent_category_last") AS "useragent_category_last",
  MAX("useragent_os_last") AS "useragent_os_last",
  MAX("useragent_device_brand_last") AS "useragent_device_brand_last",
  MAX("br_lang_last") AS "br_lang_last",
  MAX("client_addr_first") AS "client_addr_first",
  MAX("client_addr_last") AS "client_addr_last",
  MAX("vhost_first") AS "vhost_first",
  MAX("vhost_last") AS "vhost_last",
  MAX("client_addr_country_first") AS "client_addr_country_first",
  MAX("client_addr_country_last") AS "client_addr_country_last",
  MAX("client_addr_region_first") AS "client_addr_region_first",
  MAX("client_addr_city_first") AS "client_addr_city_first",
  MAX("month") AS "month",
  CAST(CAST(SUM(CASE WHEN "local_hour" < 6 THEN 1 ELSE 0 END) AS BIGINT) AS DOUBLE) / NULLIF(CAST(COUNT("local_hour") AS DOUBLE), 0) AS "night_share",
  CAST(CAST(SUM(CASE WHEN "local_weekday" >= 6 THEN 1 ELSE 0 END) AS BIGINT) AS DOUBLE) / NULLIF(CAST(COUNT("local_weekday") AS DOUBLE), 0) AS "weekend_share",
  CAST(CAST(SUM(CASE WHEN "status" >= 400 THEN 1 ELSE 0 END) AS BIGINT) AS DOUBLE) / NULLIF(CAST(COUNT("status") AS DOUBLE), 0) AS "error_share",
  CAST(SUM(CASE WHEN "status" = 404 THEN 1 ELSE 0 END) AS BIGINT) AS "count_404",
  CAST(SUM(
    CASE
      WHEN "is_pageview" = 1
      AND "location" = "prev_page"
      AND "ts_us" - "prev_view_us" <= 10000000
      THEN 1
      ELSE 0
    END
  ) AS BIGINT) AS "repeated_pageviews",
  MAX("is_bot") = 1 AS "is_bot",
  MAX("asked_robots_txt") = 1 AS "asked_robots_txt",
  CAST(SUM(CASE WHEN "is_pageview" = 1 AND "page_category" = 'blog' THEN 1 ELSE 0 END) AS BIGINT) AS "count_blog_pages",
  CAST(CAST(SUM(CASE WHEN "is_pageview" = 1 AND "page_category" = 'blog' THEN 1 ELSE 0 END) AS BIGINT) AS DOUBLE) / NULLIF(CAST(SUM("is_pageview") AS DOUBLE), 0) AS "share_blog_pages",
  CAST(SUM(CASE WHEN "is_pageview" = 1 AND "page_category" = 'l''été' THEN 1 ELSE 0 END) AS BIGINT) AS "count_l_ete_pages",
  CAST(CAST(SUM(CASE WHEN "is_pageview" = 1 AND "page_category" = 'l''été' THEN 1 ELSE 0 END) AS BIGINT) AS DOUBLE) / NULLIF(CAST(SUM("is_pageview") AS DOUBLE), 0) AS "share_l_ete_pages"
FROM "sorted"
GROUP BY
  "visitor_id"
