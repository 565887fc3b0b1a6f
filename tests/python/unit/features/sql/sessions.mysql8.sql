SELECT
  `session_id` AS `session_id`,
  `visitor_id` AS `visitor_id`,
  CAST(`session_index` AS SIGNED) AS `session_index`,
  CAST('1970-01-01' AS DATETIME(6)) + INTERVAL `start_ts` MICROSECOND AS `start_ts`,
  CAST('1970-01-01' AS DATETIME(6)) + INTERVAL `end_ts` MICROSECOND AS `end_ts`,
  CAST(`duration_s` AS DOUBLE) AS `duration_s`,
  CAST(`pageviews` AS SIGNED) AS `pageviews`,
  CAST(`hits` AS SIGNED) AS `hits`,
  `landing_page` AS `landing_page`,
  `exit_page` AS `exit_page`,
  `campaign` AS `campaign`,
  `is_bounce` AS `is_bounce`,
  CAST(`errors` AS SIGNED) AS `errors`,
  CAST(`assets` AS SIGNED) AS `assets`,
  `asked_robots_txt` AS `asked_robots_txt`,
  `acts_like_bot` AS `acts_like_bot`
FROM (
  WITH `given` AS (
    SELECT
      `server_ts` AS `server_ts`,
      NULLIF(CAST(`location` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, '') AS `location`,
      `status` AS `status`,
      `bytes` AS `bytes`,
      NULLIF(CAST(`log_family` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, '') AS `log_family`,
      NULLIF(CAST(`source_file` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, '') AS `source_file`,
      `line_number` AS `line_number`,
      `is_bot` AS `is_bot`,
      NULLIF(CAST(`location_path` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, '') AS `location_path`,
      `is_pageview` AS `is_pageview`,
      `is_static` AS `is_static`,
      NULLIF(CAST(`campaign_name` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, '') AS `campaign_name`,
      NULLIF(CAST(`page_category` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, '') AS `page_category`,
      NULLIF(
        NULLIF(CAST(`visitor_id` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, ''),
        'null'
      ) AS `visitor_id`
    FROM `events of a day`
    WHERE
      NULLIF(CAST(`reject_reason` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, '') IS NULL
      AND (
        (
          `day` = '2026-03-28'
          AND CAST(`day` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin = '2026-03-28'
        )
        OR (
          `day` = '2026-03-29'
          AND CAST(`day` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin = '2026-03-29'
        )
      )
  ), `events` AS (
    SELECT
      `server_ts`,
      `location`,
      `status`,
      `bytes`,
      `log_family`,
      `source_file`,
      `line_number`,
      `is_bot`,
      `location_path`,
      `is_pageview`,
      `is_static`,
      `campaign_name`,
      `page_category`,
      `visitor_id`,
      ROW_NUMBER() OVER (
        ORDER BY CASE WHEN `server_ts` IS NULL THEN 1 ELSE 0 END, `server_ts` ASC, CASE WHEN `source_file` IS NULL THEN 1 ELSE 0 END, `source_file` ASC, CASE WHEN `line_number` IS NULL THEN 1 ELSE 0 END, `line_number` ASC, CASE WHEN `visitor_id` IS NULL THEN 1 ELSE 0 END, `visitor_id` ASC, CASE WHEN `location` IS NULL THEN 1 ELSE 0 END, `location` ASC, CASE WHEN `status` IS NULL THEN 1 ELSE 0 END, `status` ASC, CASE WHEN `bytes` IS NULL THEN 1 ELSE 0 END, `bytes` ASC, CASE WHEN `log_family` IS NULL THEN 1 ELSE 0 END, `log_family` ASC, CASE WHEN `is_bot` IS NULL THEN 1 ELSE 0 END, `is_bot` ASC, CASE WHEN `location_path` IS NULL THEN 1 ELSE 0 END, `location_path` ASC, CASE WHEN `is_pageview` IS NULL THEN 1 ELSE 0 END, `is_pageview` ASC, CASE WHEN `is_static` IS NULL THEN 1 ELSE 0 END, `is_static` ASC, CASE WHEN `campaign_name` IS NULL THEN 1 ELSE 0 END, `campaign_name` ASC, CASE WHEN `page_category` IS NULL THEN 1 ELSE 0 END, `page_category` ASC
      ) AS `row_index`
    FROM `given`
  ), `stage` AS (
    SELECT
      CAST(`visitor_id` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin AS `visitor_id`,
      TIMESTAMPDIFF(MICROSECOND, '1970-01-01', `server_ts`) AS `ts_us`,
      CAST(`source_file` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin AS `source_file`,
      CAST(`log_family` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin AS `log_family`,
      CAST(`location` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin AS `location`,
      CAST(`location_path` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin AS `location_path`,
      CAST(`campaign_name` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin AS `campaign_name`,
      `line_number`,
      `status`,
      CASE WHEN `is_bot` THEN 1 ELSE 0 END AS `is_bot`,
      CASE WHEN `is_pageview` THEN 1 ELSE 0 END AS `is_pageview`,
      CASE WHEN `is_static` THEN 1 ELSE 0 END AS `is_static`,
      `row_index`
    FROM `events`
  ), `kept` AS (
    SELECT
      *,
      `ts_us` + CASE
        WHEN `ts_us` < 1774746000000000
        THEN 3600000000
        ELSE CASE WHEN `ts_us` < 1792890000000000 THEN 7200000000 ELSE 3600000000 END
      END AS `local_us`
    FROM `stage`
    WHERE
      NOT `visitor_id` IS NULL AND NOT `ts_us` IS NULL
  ), `seq` AS (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `ts_us` IS NULL THEN 1 ELSE 0 END, `ts_us`, CASE WHEN `source_file` IS NULL THEN 1 ELSE 0 END, `source_file`, CASE WHEN `line_number` IS NULL THEN 1 ELSE 0 END, `line_number`, CASE WHEN `row_index` IS NULL THEN 1 ELSE 0 END, `row_index`
      ) AS `rn`,
      LAG(`ts_us`) OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `ts_us` IS NULL THEN 1 ELSE 0 END, `ts_us`, CASE WHEN `source_file` IS NULL THEN 1 ELSE 0 END, `source_file`, CASE WHEN `line_number` IS NULL THEN 1 ELSE 0 END, `line_number`, CASE WHEN `row_index` IS NULL THEN 1 ELSE 0 END, `row_index`
      ) AS `prev_us`,
      CAST((
        `local_us` - (
          `local_us` % 86400000000
        )
      ) / 86400000000 AS SIGNED) AS `day`,
      LAG(`local_us`) OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `ts_us` IS NULL THEN 1 ELSE 0 END, `ts_us`, CASE WHEN `source_file` IS NULL THEN 1 ELSE 0 END, `source_file`, CASE WHEN `line_number` IS NULL THEN 1 ELSE 0 END, `line_number`, CASE WHEN `row_index` IS NULL THEN 1 ELSE 0 END, `row_index`
      ) AS `prev_local_us`
    FROM `kept`
  ), `paused` AS (
    SELECT
      *,
      CASE
        WHEN NOT `prev_us` IS NULL AND `ts_us` - `prev_us` <= 1800000000
        THEN 0
        ELSE 1
      END AS `is_pause`,
      CASE
        WHEN NOT `prev_local_us` IS NULL
        AND `prev_local_us` - (
          `prev_local_us` % 86400000000
        ) = `local_us` - (
          `local_us` % 86400000000
        )
        THEN 0
        ELSE 1
      END AS `is_new_day`,
      CASE
        WHEN NOT `prev_local_us` IS NULL
        AND `prev_local_us` - (
          `prev_local_us` % 86400000000
        ) = `local_us` - (
          `local_us` % 86400000000
        )
        THEN CASE
          WHEN NOT `prev_us` IS NULL AND `ts_us` - `prev_us` <= 1800000000
          THEN 0
          ELSE 1
        END
        ELSE CASE WHEN `local_us` % 86400000000 <= 1800000000 THEN 0 ELSE 1 END
      END AS `day_pause`
    FROM `seq`
  ), `daily` AS (
    SELECT
      *,
      MAX(`day_pause`) OVER (PARTITION BY `visitor_id`, `day`) AS `day_paused`
    FROM `paused`
  ), `dated` AS (
    SELECT
      *,
      LAG(`day_paused`) OVER (PARTITION BY `visitor_id` ORDER BY CASE WHEN `rn` IS NULL THEN 1 ELSE 0 END, `rn`) AS `prev_day_paused`
    FROM `daily`
  ), `begun` AS (
    SELECT
      *,
      CASE
        WHEN `is_pause` = 1 OR (
          `is_new_day` = 1 AND `prev_day_paused` = 0
        )
        THEN 1
        ELSE 0
      END AS `begins`
    FROM `dated`
  ), `numbered` AS (
    SELECT
      *,
      CAST(SUM(`begins`) OVER (PARTITION BY `visitor_id` ORDER BY CASE WHEN `rn` IS NULL THEN 1 ELSE 0 END, `rn`) AS SIGNED) AS `visit`
    FROM `begun`
  ), `marked` AS (
    SELECT
      *,
      MIN(CASE WHEN `is_pageview` = 1 THEN `rn` END) OVER (PARTITION BY `visitor_id`, `visit`) AS `landing_rn`,
      MAX(CASE WHEN `is_pageview` = 1 THEN `rn` END) OVER (PARTITION BY `visitor_id`, `visit`) AS `exit_rn`
    FROM `numbered`
  ), `grouped` AS (
    SELECT
      `visitor_id`,
      `visit`,
      MIN(`ts_us`) AS `start_us`,
      MAX(`ts_us`) AS `end_us`,
      COUNT(*) AS `hits`,
      MAX(CASE WHEN `log_family` = 'tracker' THEN 1 ELSE 0 END) AS `tracked`,
      CAST(SUM(`is_pageview`) AS SIGNED) AS `pageviews`,
      MAX(CASE WHEN `rn` = `landing_rn` THEN `location` END) AS `landing_page`,
      MAX(CASE WHEN `rn` = `exit_rn` THEN `location` END) AS `exit_page`,
      MAX(CASE WHEN `begins` = 1 THEN `campaign_name` END) AS `campaign`,
      CAST(SUM(CASE WHEN `status` >= 400 THEN 1 ELSE 0 END) AS SIGNED) AS `errors`,
      CAST(SUM(`is_static`) AS SIGNED) AS `assets`,
      MAX(CASE WHEN `location_path` = '/robots.txt' THEN 1 ELSE 0 END) AS `asked_robots_txt`
    FROM `marked`
    GROUP BY
      `visitor_id`,
      `visit`
  ), `indexed` AS (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `visit` IS NULL THEN 1 ELSE 0 END, `visit`
      ) AS `session_index`
    FROM `grouped`
  )
  SELECT
    CONCAT(`visitor_id`, '-', CAST(`start_us` AS CHAR)) AS `session_id`,
    `visitor_id` AS `visitor_id`,
    `session_index` AS `session_index`,
    `start_us` AS `start_ts`,
    `end_us` AS `end_ts`,
    CAST(`end_us` - `start_us` AS DOUBLE) / 1000000.0 AS `duration_s`,
    `pageviews` AS `pageviews`,
    `hits` AS `hits`,
    `landing_page` AS `landing_page`,
    `exit_page` AS `exit_page`,
    `campaign` AS `campaign`,
    `pageviews` = 1 AS `is_bounce`,
    `errors` AS `errors`,
    `assets` AS `assets`,
    `asked_robots_txt` = 1 AS `asked_robots_txt`,
    (
      `asked_robots_txt` = 1
      OR (
        `pageviews` >= 3 AND `assets` = 0 AND `tracked` = 0
      )
      OR (
        `pageviews` >= 10 AND `pageviews` * 60000000 > 20 * (
          `end_us` - `start_us`
        )
      )
    ) AS `acts_like_bot`
  FROM `indexed`
) AS `made`
