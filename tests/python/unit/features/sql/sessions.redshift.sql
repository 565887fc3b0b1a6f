SELECT
  "session_id" AS "session_id",
  "visitor_id" AS "visitor_id",
  CAST("session_index" AS BIGINT) AS "session_index",
  CAST('1970-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE) + "start_ts" * INTERVAL '1 MICROSECOND' AS "start_ts",
  CAST('1970-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE) + "end_ts" * INTERVAL '1 MICROSECOND' AS "end_ts",
  CAST("duration_s" AS DOUBLE PRECISION) AS "duration_s",
  CAST("pageviews" AS BIGINT) AS "pageviews",
  CAST("hits" AS BIGINT) AS "hits",
  "landing_page" AS "landing_page",
  "exit_page" AS "exit_page",
  "campaign" AS "campaign",
  "is_bounce" AS "is_bounce",
  CAST("errors" AS BIGINT) AS "errors",
  CAST("assets" AS BIGINT) AS "assets",
  "asked_robots_txt" AS "asked_robots_txt",
  "acts_like_bot" AS "acts_like_bot"
FROM (
  WITH "given" AS (
    SELECT
      "server_ts" AS "server_ts",
      NULLIF("location", '') AS "location",
      "status" AS "status",
      "bytes" AS "bytes",
      NULLIF("log_family", '') AS "log_family",
      NULLIF("source_file", '') AS "source_file",
      "line_number" AS "line_number",
      "is_bot" AS "is_bot",
      NULLIF("location_path", '') AS "location_path",
      "is_pageview" AS "is_pageview",
      "is_static" AS "is_static",
      NULLIF("campaign_name", '') AS "campaign_name",
      NULLIF("page_category", '') AS "page_category",
      NULLIF(NULLIF("visitor_id", ''), 'null') AS "visitor_id"
    FROM "events of a day"
    WHERE
      NULLIF("reject_reason", '') IS NULL
      AND (
        "day" = '2026-03-28' OR "day" = '2026-03-29'
      )
  ), "events" AS (
    SELECT
      "server_ts",
      "location",
      "status",
      "bytes",
      "log_family",
      "source_file",
      "line_number",
      "is_bot",
      "location_path",
      "is_pageview",
      "is_static",
      "campaign_name",
      "page_category",
      "visitor_id",
      ROW_NUMBER() OVER (
        ORDER BY "server_ts" ASC, "source_file" ASC, "line_number" ASC, "visitor_id" ASC, "location" ASC, "status" ASC, "bytes" ASC, "log_family" ASC, "is_bot" ASC, "location_path" ASC, "is_pageview" ASC, "is_static" ASC, "campaign_name" ASC, "page_category" ASC
      ) AS "row_index"
    FROM "given"
  ), "stage" AS (
    SELECT
      "visitor_id" AS "visitor_id",
      DATEDIFF(MICROSECOND, CAST('1970-01-01' AS TIMESTAMP), "server_ts") AS "ts_us",
      "source_file" AS "source_file",
      "log_family" AS "log_family",
      "location" AS "location",
      "location_path" AS "location_path",
      "campaign_name" AS "campaign_name",
      "line_number",
      "status",
      CASE WHEN "is_bot" THEN 1 ELSE 0 END AS "is_bot",
      CASE WHEN "is_pageview" THEN 1 ELSE 0 END AS "is_pageview",
      CASE WHEN "is_static" THEN 1 ELSE 0 END AS "is_static",
      "row_index"
    FROM "events"
  ), "kept" AS (
    SELECT
      *,
      "ts_us" + CASE
        WHEN "ts_us" < 1774746000000000
        THEN 3600000000
        ELSE CASE WHEN "ts_us" < 1792890000000000 THEN 7200000000 ELSE 3600000000 END
      END AS "local_us"
    FROM "stage"
    WHERE
      NOT "visitor_id" IS NULL AND NOT "ts_us" IS NULL
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
      CAST(CAST((
        "local_us" - (
          "local_us" % 86400000000
        )
      ) AS DOUBLE PRECISION) / 86400000000 AS BIGINT) AS "day",
      LAG("local_us") OVER (
        PARTITION BY "visitor_id"
        ORDER BY "ts_us", "source_file", "line_number", "row_index"
      ) AS "prev_local_us"
    FROM "kept"
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
        AND "prev_local_us" - (
          "prev_local_us" % 86400000000
        ) = "local_us" - (
          "local_us" % 86400000000
        )
        THEN 0
        ELSE 1
      END AS "is_new_day",
      CASE
        WHEN NOT "prev_local_us" IS NULL
        AND "prev_local_us" - (
          "prev_local_us" % 86400000000
        ) = "local_us" - (
          "local_us" % 86400000000
        )
        THEN CASE
          WHEN NOT "prev_us" IS NULL AND "ts_us" - "prev_us" <= 1800000000
          THEN 0
          ELSE 1
        END
        ELSE CASE WHEN "local_us" % 86400000000 <= 1800000000 THEN 0 ELSE 1 END
      END AS "day_pause"
    FROM "seq"
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
  ), "marked" AS (
    SELECT
      *,
      MIN(CASE WHEN "is_pageview" = 1 THEN "rn" END) OVER (PARTITION BY "visitor_id", "visit") AS "landing_rn",
      MAX(CASE WHEN "is_pageview" = 1 THEN "rn" END) OVER (PARTITION BY "visitor_id", "visit") AS "exit_rn"
    FROM "numbered"
  ), "grouped" AS (
    SELECT
      "visitor_id",
      "visit",
      MIN("ts_us") AS "start_us",
      MAX("ts_us") AS "end_us",
      COUNT(*) AS "hits",
      MAX(CASE WHEN "log_family" = 'tracker' THEN 1 ELSE 0 END) AS "tracked",
      CAST(SUM("is_pageview") AS BIGINT) AS "pageviews",
      MAX(CASE WHEN "rn" = "landing_rn" THEN "location" END) AS "landing_page",
      MAX(CASE WHEN "rn" = "exit_rn" THEN "location" END) AS "exit_page",
      MAX(CASE WHEN "begins" = 1 THEN "campaign_name" END) AS "campaign",
      CAST(SUM(CASE WHEN "status" >= 400 THEN 1 ELSE 0 END) AS BIGINT) AS "errors",
      CAST(SUM("is_static") AS BIGINT) AS "assets",
      MAX(CASE WHEN "location_path" = '/robots.txt' THEN 1 ELSE 0 END) AS "asked_robots_txt"
    FROM "marked"
    GROUP BY
      "visitor_id",
      "visit"
  ), "indexed" AS (
    SELECT
      *,
      ROW_NUMBER() OVER (PARTITION BY "visitor_id" ORDER BY "visit") AS "session_index"
    FROM "grouped"
  )
  SELECT
    "visitor_id" || '-' || CAST("start_us" AS VARCHAR) AS "session_id",
    "visitor_id" AS "visitor_id",
    "session_index" AS "session_index",
    "start_us" AS "start_ts",
    "end_us" AS "end_ts",
    CAST("end_us" - "start_us" AS DOUBLE PRECISION) / 1000000.0 AS "duration_s",
    "pageviews" AS "pageviews",
    "hits" AS "hits",
    "landing_page" AS "landing_page",
    "exit_page" AS "exit_page",
    "campaign" AS "campaign",
    "pageviews" = 1 AS "is_bounce",
    "errors" AS "errors",
    "assets" AS "assets",
    "asked_robots_txt" = 1 AS "asked_robots_txt",
    (
      "asked_robots_txt" = 1
      OR (
        "pageviews" >= 3 AND "assets" = 0 AND "tracked" = 0
      )
      OR (
        "pageviews" >= 10 AND "pageviews" * 60000000 > 20 * (
          "end_us" - "start_us"
        )
      )
    ) AS "acts_like_bot"
  FROM "indexed"
) AS "made"
