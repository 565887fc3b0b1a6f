WITH "stage" AS (
  SELECT
    "visitor_id" AS "visitor_id",
    EPOCH_US("server_ts") AS "ts_us",
    "source_file" AS "source_file",
    "campaign_name" AS "campaign_name",
    "line_number",
    CASE WHEN "is_bot" THEN 1 ELSE 0 END AS "is_bot",
    CASE WHEN "is_pageview" THEN 1 ELSE 0 END AS "is_pageview",
    "row_index"
  FROM "events"
), "kept" AS (
  SELECT
    *
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
    ) AS "prev_us"
  FROM "kept"
), "paused" AS (
  SELECT
    *,
    CASE
      WHEN NOT "prev_us" IS NULL AND "ts_us" - "prev_us" <= 1800000000
      THEN 0
      ELSE 1
    END AS "is_pause"
  FROM "seq"
), "begun" AS (
  SELECT
    *,
    CASE WHEN "is_pause" = 1 THEN 1 ELSE 0 END AS "begins"
  FROM "paused"
), "numbered" AS (
  SELECT
    *,
    CAST(SUM("begins") OVER (PARTITION BY "visitor_id" ORDER BY "rn") AS BIGINT) AS "visit"
  FROM "begun"
), "marked" AS (
  SELECT
    *,
    MIN(CASE WHEN "is_pageview" = 1 THEN "rn" END) OVER (PARTITION BY "visitor_id", "visit") AS "landing_rn",
    MAX(CASE WHEN "is_pageview" = 1 THEN "rn" END) OVER (PARTITION BY "visitor_id", "visit") AS "exit_rn",
    MIN("rn") OVER (PARTITION BY "visitor_id", "visit") AS "first_rn",
    MIN("ts_us") OVER (PARTITION BY "visitor_id", "visit") AS "start_us",
    LEAD("ts_us") OVER (PARTITION BY "visitor_id", "visit", "is_pageview" ORDER BY "rn") AS "next_us"
  FROM "numbered"
), "indexed" AS (
  SELECT
    *,
    DENSE_RANK() OVER (PARTITION BY "visitor_id" ORDER BY "visit") AS "session_index"
  FROM "marked"
)
SELECT
  "row_index" AS "row_index",
  "visitor_id" || '-' || CAST("start_us" AS TEXT) AS "session_id",
  "session_index" AS "session_index",
  "rn" - "first_rn" + 1 AS "event_index",
  CASE WHEN "rn" = "landing_rn" THEN TRUE ELSE FALSE END AS "is_entry",
  CASE WHEN "rn" = "exit_rn" THEN TRUE ELSE FALSE END AS "is_exit",
  CASE
    WHEN "is_pageview" = 1
    THEN CAST("next_us" - "ts_us" AS DOUBLE) / 1000000.0
  END AS "time_on_page"
FROM "indexed"
ORDER BY
  "row_index"
