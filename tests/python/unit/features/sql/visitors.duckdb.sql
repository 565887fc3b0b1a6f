WITH "stage" AS (
  SELECT
    EPOCH_US("server_ts") AS "server_ts",
    "client_addr" AS "client_addr",
    "vhost" AS "vhost",
    "location" AS "location",
    "status",
    "bytes",
    "referer" AS "referer",
    "useragent" AS "useragent",
    "source_file" AS "source_file",
    "line_number",
    "useragent_type" AS "useragent_type",
    "useragent_category" AS "useragent_category",
    "useragent_os" AS "useragent_os",
    "visitor_id" AS "visitor_id",
    "row_index"
  FROM "events"
), "seq" AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY "visitor_id"
      ORDER BY "server_ts", "source_file", "line_number", "row_index"
    ) AS "rn"
  FROM "stage"
), "marked" AS (
  SELECT
    *,
    MIN(CASE WHEN NOT "location" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "location_first_rn",
    MAX(CASE WHEN NOT "location" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "location_last_rn",
    MIN(CASE WHEN NOT "referer" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "referer_first_rn",
    MAX(CASE WHEN NOT "referer" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "referer_last_rn",
    MIN(CASE WHEN NOT "client_addr" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "client_addr_first_rn",
    MAX(CASE WHEN NOT "client_addr" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "client_addr_last_rn",
    MIN(CASE WHEN NOT "vhost" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "vhost_first_rn",
    MAX(CASE WHEN NOT "vhost" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "vhost_last_rn",
    MAX(CASE WHEN NOT "useragent" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_last_rn",
    MAX(CASE WHEN NOT "useragent_type" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_type_last_rn",
    MAX(CASE WHEN NOT "useragent_category" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_category_last_rn",
    MAX(CASE WHEN NOT "useragent_os" IS NULL THEN "rn" END) OVER (PARTITION BY "visitor_id") AS "useragent_os_last_rn"
  FROM "seq"
)
SELECT
  "visitor_id" AS "visitor_id",
  COUNT(*) AS "count",
  MIN("server_ts") AS "server_ts_min",
  MAX("server_ts") AS "server_ts_max",
  COUNT(DISTINCT "client_addr") AS "client_addr_distinct",
  COUNT(DISTINCT "location") AS "location_distinct",
  MIN("bytes") AS "bytes_min",
  MAX("bytes") AS "bytes_max",
  CASE WHEN SUM("bytes") <= 9223372036854775807 THEN CAST(SUM("bytes") AS BIGINT) END AS "bytes_sum",
  MAX("status") AS "status_max",
  MAX(CASE WHEN "rn" = "location_first_rn" THEN "location" END) AS "location_first",
  MAX(CASE WHEN "rn" = "location_last_rn" THEN "location" END) AS "location_last",
  MAX(CASE WHEN "rn" = "referer_first_rn" THEN "referer" END) AS "referer_first",
  MAX(CASE WHEN "rn" = "referer_last_rn" THEN "referer" END) AS "referer_last",
  MAX(CASE WHEN "rn" = "client_addr_first_rn" THEN "client_addr" END) AS "client_addr_first",
  MAX(CASE WHEN "rn" = "client_addr_last_rn" THEN "client_addr" END) AS "client_addr_last",
  MAX(CASE WHEN "rn" = "vhost_first_rn" THEN "vhost" END) AS "vhost_first",
  MAX(CASE WHEN "rn" = "vhost_last_rn" THEN "vhost" END) AS "vhost_last",
  MAX(CASE WHEN "rn" = "useragent_last_rn" THEN "useragent" END) AS "useragent_last",
  MAX(CASE WHEN "rn" = "useragent_type_last_rn" THEN "useragent_type" END) AS "useragent_type_last",
  MAX(CASE WHEN "rn" = "useragent_category_last_rn" THEN "useragent_category" END) AS "useragent_category_last",
  MAX(CASE WHEN "rn" = "useragent_os_last_rn" THEN "useragent_os" END) AS "useragent_os_last"
FROM "marked"
GROUP BY
  "visitor_id"
