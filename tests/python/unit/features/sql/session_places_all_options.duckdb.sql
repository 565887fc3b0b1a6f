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
    *,
    "ts_us" + CASE
      WHEN "ts_us" < 1774746000000000
      THEN 3600000000
      ELSE CASE WHEN "ts_us" < 1792890000000000 THEN 7200000000 ELSE 3600000000 END
    END AS "local_us"
  FROM "stage"
  WHERE
    NOT "visitor_id" IS NULL
    AND NOT "ts_us" IS NULL
    AND "is_bot" = 0
    AND "is_pageview" = 1
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
      "local_us" - (
        "local_us" % 86400000000
      )
    ) / 86400000000 AS BIGINT) AS "day",
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
    END AS "opens"
  FROM "dated"
), "pieces" AS (
  SELECT
    *,
    CAST(SUM("opens") OVER (PARTITION BY "visitor_id" ORDER BY "rn") AS BIGINT) AS "piece"
  FROM "begun"
), "changed" AS (
  SELECT
    *,
    LAG("campaign_name") OVER (
      PARTITION BY "visitor_id", "piece", CASE WHEN "campaign_name" IS NULL THEN 0 ELSE 1 END
      ORDER BY "rn"
    ) AS "prev_campaign"
  FROM "pieces"
), "recut" AS (
  SELECT
    *,
    CASE
      WHEN "opens" = 1
      OR (
        NOT "campaign_name" IS NULL
        AND (
          "prev_campaign" IS NULL OR "prev_campaign" <> "campaign_name"
        )
      )
      THEN 1
      ELSE 0
    END AS "begins"
  FROM "changed"
), "numbered" AS (
  SELECT
    *,
    CAST(SUM("begins") OVER (PARTITION BY "visitor_id" ORDER BY "rn") AS BIGINT) AS "visit"
  FROM "recut"
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
    DENSE_RANK() OVER (PARTITION BY "visitor_id" ORDER BY "visit") AS "session_index",
    "visit" - MIN("visit") OVER (PARTITION BY "visitor_id", "start_us") AS "twin"
  FROM "marked"
  WHERE
    "start_us" >= 1774652400000000 AND "start_us" < 1774738800000000
)
SELECT
  "row_index" AS "row_index",
  "visitor_id" || '-' || CAST("start_us" AS TEXT) || CASE WHEN "twin" = 0 THEN '' ELSE '-' || CAST("twin" + 1 AS TEXT) END AS "session_id",
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
