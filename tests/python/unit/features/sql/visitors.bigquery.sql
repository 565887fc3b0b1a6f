SELECT
  `visitor_id` AS `visitor_id`,
  CAST(`count` AS INT64) AS `count`,
  TIMESTAMP_MICROS(`server_ts_min`) AS `server_ts_min`,
  TIMESTAMP_MICROS(`server_ts_max`) AS `server_ts_max`,
  CAST(`session_id_count` AS INT64) AS `session_id_count`,
  CAST(`pageviews` AS INT64) AS `pageviews`,
  CAST(`page_distinct` AS INT64) AS `page_distinct`,
  CAST(`active_days` AS INT64) AS `active_days`,
  CAST(`location_distinct` AS INT64) AS `location_distinct`,
  CAST(`bytes_min` AS INT64) AS `bytes_min`,
  CAST(`bytes_max` AS INT64) AS `bytes_max`,
  CAST(`bytes_sum` AS INT64) AS `bytes_sum`,
  CAST(`status_max` AS INT64) AS `status_max`,
  CAST(`days_since_first` AS FLOAT64) AS `days_since_first`,
  CAST(`days_since_last` AS FLOAT64) AS `days_since_last`,
  CAST(`days_active_span` AS FLOAT64) AS `days_active_span`,
  CAST(`session_gap_hours_mean` AS FLOAT64) AS `session_gap_hours_mean`,
  CAST(`session_gap_hours_std` AS FLOAT64) AS `session_gap_hours_std`,
  CAST(`session_count_7d` AS INT64) AS `session_count_7d`,
  CAST(`session_count_30d` AS INT64) AS `session_count_30d`,
  CAST(`session_pageviews_mean` AS FLOAT64) AS `session_pageviews_mean`,
  CAST(`session_pageviews_max` AS INT64) AS `session_pageviews_max`,
  CAST(`session_pageviews_last` AS INT64) AS `session_pageviews_last`,
  CAST(`session_duration_mean` AS FLOAT64) AS `session_duration_mean`,
  CAST(`session_duration_last` AS FLOAT64) AS `session_duration_last`,
  CAST(`bounce_share` AS FLOAT64) AS `bounce_share`,
  CAST(`time_on_page_mean` AS FLOAT64) AS `time_on_page_mean`,
  CAST(`page_category_distinct` AS INT64) AS `page_category_distinct`,
  CAST(`page_category_entropy` AS FLOAT64) AS `page_category_entropy`,
  `page_category_first` AS `page_category_first`,
  `page_category_last` AS `page_category_last`,
  `location_first` AS `location_first`,
  `location_last` AS `location_last`,
  `landing_page_first` AS `landing_page_first`,
  `campaign_name_first` AS `campaign_name_first`,
  `has_campaign` AS `has_campaign`,
  CAST(`error_share` AS FLOAT64) AS `error_share`,
  CAST(`count_404` AS INT64) AS `count_404`,
  CAST(`repeated_pageviews` AS INT64) AS `repeated_pageviews`,
  `is_bot` AS `is_bot`,
  `asked_robots_txt` AS `asked_robots_txt`,
  `acts_like_bot` AS `acts_like_bot`
FROM (
  WITH `given` AS (
    SELECT
      `server_ts` AS `server_ts`,
      NULLIF(`location`, '') AS `location`,
      `status` AS `status`,
      `bytes` AS `bytes`,
      NULLIF(`log_family`, '') AS `log_family`,
      NULLIF(`source_file`, '') AS `source_file`,
      `line_number` AS `line_number`,
      `is_bot` AS `is_bot`,
      NULLIF(`location_path`, '') AS `location_path`,
      `is_pageview` AS `is_pageview`,
      `is_static` AS `is_static`,
      NULLIF(`campaign_name`, '') AS `campaign_name`,
      NULLIF(`page_category`, '') AS `page_category`,
      NULLIF(NULLIF(`visitor_id`, ''), 'null') AS `visitor_id`
    FROM `events of a day`
    WHERE
      NULLIF(`reject_reason`, '') IS NULL
      AND (
        `day` = '2026-03-28' OR `day` = '2026-03-29'
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
        ORDER BY CASE WHEN `server_ts` IS NULL THEN 1 ELSE 0 END ASC, `server_ts` ASC, CASE WHEN `source_file` IS NULL THEN 1 ELSE 0 END ASC, `source_file` ASC, CASE WHEN `line_number` IS NULL THEN 1 ELSE 0 END ASC, `line_number` ASC, CASE WHEN `visitor_id` IS NULL THEN 1 ELSE 0 END ASC, `visitor_id` ASC, CASE WHEN `location` IS NULL THEN 1 ELSE 0 END ASC, `location` ASC, CASE WHEN `status` IS NULL THEN 1 ELSE 0 END ASC, `status` ASC, CASE WHEN `bytes` IS NULL THEN 1 ELSE 0 END ASC, `bytes` ASC, CASE WHEN `log_family` IS NULL THEN 1 ELSE 0 END ASC, `log_family` ASC, CASE WHEN `is_bot` IS NULL THEN 1 ELSE 0 END ASC, `is_bot` ASC, CASE WHEN `location_path` IS NULL THEN 1 ELSE 0 END ASC, `location_path` ASC, CASE WHEN `is_pageview` IS NULL THEN 1 ELSE 0 END ASC, `is_pageview` ASC, CASE WHEN `is_static` IS NULL THEN 1 ELSE 0 END ASC, `is_static` ASC, CASE WHEN `campaign_name` IS NULL THEN 1 ELSE 0 END ASC, `campaign_name` ASC, CASE WHEN `page_category` IS NULL THEN 1 ELSE 0 END ASC, `page_category` ASC
      ) AS `row_index`
    FROM `given`
  ), `stage` AS (
    SELECT
      UNIX_MICROS(`server_ts`) AS `ts_us`,
      `location` AS `location`,
      `status`,
      `bytes`,
      `log_family` AS `log_family`,
      `source_file` AS `source_file`,
      `line_number`,
      CASE WHEN `is_bot` THEN 1 WHEN NOT `is_bot` THEN 0 END AS `is_bot`,
      `location_path` AS `location_path`,
      CASE WHEN `is_pageview` THEN 1 ELSE 0 END AS `is_pageview`,
      CASE WHEN `is_static` THEN 1 ELSE 0 END AS `is_static`,
      `campaign_name` AS `campaign_name`,
      `page_category` AS `page_category`,
      `visitor_id` AS `visitor_id`,
      `row_index`
    FROM `events`
  ), `narrow` AS (
    SELECT
      `visitor_id`,
      `row_index`,
      `source_file`,
      `line_number`,
      `is_pageview`,
      `ts_us`,
      `ts_us` + CASE
        WHEN `ts_us` < 1774746000000000
        THEN 3600000000
        ELSE CASE WHEN `ts_us` < 1792890000000000 THEN 7200000000 ELSE 3600000000 END
      END AS `local_us`
    FROM `stage`
  ), `seq` AS (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `ts_us` IS NULL THEN 1 ELSE 0 END ASC, `ts_us`, CASE WHEN `source_file` IS NULL THEN 1 ELSE 0 END ASC, `source_file`, CASE WHEN `line_number` IS NULL THEN 1 ELSE 0 END ASC, `line_number`, CASE WHEN `row_index` IS NULL THEN 1 ELSE 0 END ASC, `row_index`
      ) AS `rn`,
      LAG(`ts_us`) OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `ts_us` IS NULL THEN 1 ELSE 0 END ASC, `ts_us`, CASE WHEN `source_file` IS NULL THEN 1 ELSE 0 END ASC, `source_file`, CASE WHEN `line_number` IS NULL THEN 1 ELSE 0 END ASC, `line_number`, CASE WHEN `row_index` IS NULL THEN 1 ELSE 0 END ASC, `row_index`
      ) AS `prev_us`,
      CAST((
        `local_us` - (
          MOD(`local_us`, 86400000000)
        )
      ) / 86400000000 AS INT64) AS `day`,
      LAG(`local_us`) OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `ts_us` IS NULL THEN 1 ELSE 0 END ASC, `ts_us`, CASE WHEN `source_file` IS NULL THEN 1 ELSE 0 END ASC, `source_file`, CASE WHEN `line_number` IS NULL THEN 1 ELSE 0 END ASC, `line_number`, CASE WHEN `row_index` IS NULL THEN 1 ELSE 0 END ASC, `row_index`
      ) AS `prev_local_us`
    FROM `narrow`
  ), `of_hits` AS (
    SELECT
      `visitor_id` AS `one`,
      MIN(`visitor_id`) AS `visitor_id`,
      COUNT(*) AS `count`,
      MIN(`ts_us`) AS `server_ts_min`,
      MAX(`ts_us`) AS `server_ts_max`,
      CAST(SUM(`is_pageview`) AS INT64) AS `pageviews`,
      COUNT(DISTINCT CASE WHEN `is_pageview` = 1 THEN `location` END) AS `page_distinct`,
      COUNT(DISTINCT `location`) AS `location_distinct`,
      MIN(`bytes`) AS `bytes_min`,
      MAX(`bytes`) AS `bytes_max`,
      CASE WHEN SUM(`bytes`) <= 9223372036854775807 THEN CAST(SUM(`bytes`) AS INT64) END AS `bytes_sum`,
      MAX(`status`) AS `status_max`,
      COUNT(`campaign_name`) > 0 AS `has_campaign`,
      CAST(CAST(SUM(CASE WHEN `status` >= 400 THEN 1 ELSE 0 END) AS INT64) AS FLOAT64) / NULLIF(CAST(COUNT(`status`) AS FLOAT64), 0) AS `error_share`,
      CAST(SUM(CASE WHEN `status` = 404 THEN 1 ELSE 0 END) AS INT64) AS `count_404`,
      MAX(`is_bot`) = 1 AS `is_bot`,
      MAX(CASE WHEN `location_path` = '/robots.txt' THEN 1 ELSE 0 END) = 1 AS `asked_robots_txt`,
      (
        MAX(CASE WHEN `location_path` = '/robots.txt' THEN 1 ELSE 0 END) = 1
        OR (
          SUM(`is_pageview`) >= 3
          AND SUM(`is_static`) = 0
          AND MAX(CASE WHEN `log_family` = 'tracker' THEN 1 ELSE 0 END) = 0
        )
      ) AS `acts_like_bot`
    FROM `stage`
    GROUP BY
      `visitor_id`
  ), `numbers` AS (
    SELECT
      `row_index` AS `hit`,
      `rn`
    FROM `seq`
  ), `ends` AS (
    SELECT
      `visitor_id` AS `one`,
      MIN(
        CASE
          WHEN NOT CASE WHEN `is_pageview` = 1 THEN `page_category` END IS NULL
          THEN `rn`
        END
      ) AS `page_category_first_rn`,
      MAX(
        CASE
          WHEN NOT CASE WHEN `is_pageview` = 1 THEN `page_category` END IS NULL
          THEN `rn`
        END
      ) AS `page_category_last_rn`,
      MIN(CASE WHEN NOT `location` IS NULL THEN `rn` END) AS `location_first_rn`,
      MAX(CASE WHEN NOT `location` IS NULL THEN `rn` END) AS `location_last_rn`,
      MIN(
        CASE WHEN NOT CASE WHEN `is_pageview` = 1 THEN `location` END IS NULL THEN `rn` END
      ) AS `landing_page_first_rn`,
      MIN(CASE WHEN NOT `campaign_name` IS NULL THEN `rn` END) AS `campaign_name_first_rn`
    FROM `stage`
    JOIN `numbers`
      ON `row_index` = `hit`
    GROUP BY
      `visitor_id`
  ), `of_ends` AS (
    SELECT
      `visitor_id` AS `one`,
      MAX(
        CASE
          WHEN `rn` = `page_category_first_rn`
          THEN CASE WHEN `is_pageview` = 1 THEN `page_category` END
        END
      ) AS `page_category_first`,
      MAX(
        CASE
          WHEN `rn` = `page_category_last_rn`
          THEN CASE WHEN `is_pageview` = 1 THEN `page_category` END
        END
      ) AS `page_category_last`,
      MAX(CASE WHEN `rn` = `location_first_rn` THEN `location` END) AS `location_first`,
      MAX(CASE WHEN `rn` = `location_last_rn` THEN `location` END) AS `location_last`,
      MAX(
        CASE
          WHEN `rn` = `landing_page_first_rn`
          THEN CASE WHEN `is_pageview` = 1 THEN `location` END
        END
      ) AS `landing_page_first`,
      MAX(CASE WHEN `rn` = `campaign_name_first_rn` THEN `campaign_name` END) AS `campaign_name_first`
    FROM `stage`
    JOIN `numbers`
      ON `row_index` = `hit`
    JOIN `ends`
      ON `visitor_id` = `ends`.`one`
    GROUP BY
      `visitor_id`
  ), `timed` AS (
    SELECT
      *
    FROM `seq`
    WHERE
      NOT `ts_us` IS NULL
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
          MOD(`prev_local_us`, 86400000000)
        ) = `local_us` - (
          MOD(`local_us`, 86400000000)
        )
        THEN 0
        ELSE 1
      END AS `is_new_day`,
      CASE
        WHEN NOT `prev_local_us` IS NULL
        AND `prev_local_us` - (
          MOD(`prev_local_us`, 86400000000)
        ) = `local_us` - (
          MOD(`local_us`, 86400000000)
        )
        THEN CASE
          WHEN NOT `prev_us` IS NULL AND `ts_us` - `prev_us` <= 1800000000
          THEN 0
          ELSE 1
        END
        ELSE CASE WHEN MOD(`local_us`, 86400000000) <= 1800000000 THEN 0 ELSE 1 END
      END AS `day_pause`
    FROM `timed`
  ), `daily` AS (
    SELECT
      *,
      MAX(`day_pause`) OVER (PARTITION BY `visitor_id`, `day`) AS `day_paused`
    FROM `paused`
  ), `dated` AS (
    SELECT
      *,
      LAG(`day_paused`) OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `rn` IS NULL THEN 1 ELSE 0 END ASC, `rn`
      ) AS `prev_day_paused`
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
      CAST(SUM(`begins`) OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `rn` IS NULL THEN 1 ELSE 0 END ASC, `rn`
      ) AS INT64) AS `visit`
    FROM `begun`
  ), `visits` AS (
    SELECT
      `visitor_id`,
      `visit`,
      MIN(`ts_us`) AS `start_us`,
      MAX(`ts_us`) AS `end_us`,
      SUM(`is_new_day`) AS `days`,
      CAST(SUM(`is_pageview`) AS INT64) AS `views`,
      MIN(CASE WHEN `is_pageview` = 1 THEN `ts_us` END) AS `first_view_us`,
      MAX(CASE WHEN `is_pageview` = 1 THEN `ts_us` END) AS `last_view_us`
    FROM `numbered`
    GROUP BY
      `visitor_id`,
      `visit`
  ), `aged` AS (
    SELECT
      *,
      `start_us` - LAG(`end_us`) OVER (
        PARTITION BY `visitor_id`
        ORDER BY CASE WHEN `visit` IS NULL THEN 1 ELSE 0 END ASC, `visit`
      ) AS `gap_us`,
      CASE
        WHEN LEAD(`visit`) OVER (
          PARTITION BY `visitor_id`
          ORDER BY CASE WHEN `visit` IS NULL THEN 1 ELSE 0 END ASC, `visit`
        ) IS NULL
        THEN 1
        ELSE 0
      END AS `is_last`,
      MAX(`end_us`) OVER () AS `latest_us`
    FROM `visits`
  ), `of_visits` AS (
    SELECT
      `visitor_id` AS `one`,
      COUNT(*) AS `session_id_count`,
      CAST(SUM(`days`) AS INT64) AS `active_days`,
      CAST(MAX(`latest_us`) - MIN(`start_us`) AS FLOAT64) / 86400000000.0 AS `days_since_first`,
      CAST(MAX(`latest_us`) - MAX(`end_us`) AS FLOAT64) / 86400000000.0 AS `days_since_last`,
      CAST(MAX(`end_us`) - MIN(`start_us`) AS FLOAT64) / 86400000000.0 AS `days_active_span`,
      CAST(SUM(`gap_us`) AS FLOAT64) / NULLIF(CAST(COUNT(`gap_us`) AS FLOAT64), 0) / 3600000000.0 AS `session_gap_hours_mean`,
      SQRT(
        CAST(COUNT(`gap_us`) * SUM(
          CAST(FLOOR(`gap_us` / 1000.0) AS NUMERIC) * CAST(FLOOR(`gap_us` / 1000.0) AS NUMERIC)
        ) - SUM(CAST(FLOOR(`gap_us` / 1000.0) AS NUMERIC)) * SUM(CAST(FLOOR(`gap_us` / 1000.0) AS NUMERIC)) AS FLOAT64) / NULLIF(CAST(COUNT(`gap_us`) * (
          COUNT(`gap_us`) - 1
        ) AS FLOAT64), 0)
      ) / 3600000.0 AS `session_gap_hours_std`,
      CAST(SUM(CASE WHEN `latest_us` - `start_us` < 604800000000 THEN 1 ELSE 0 END) AS INT64) AS `session_count_7d`,
      CAST(SUM(CASE WHEN `latest_us` - `start_us` < 2592000000000 THEN 1 ELSE 0 END) AS INT64) AS `session_count_30d`,
      CAST(SUM(`views`) AS FLOAT64) / NULLIF(CAST(COUNT(*) AS FLOAT64), 0) AS `session_pageviews_mean`,
      MAX(`views`) AS `session_pageviews_max`,
      MAX(CASE WHEN `is_last` = 1 THEN `views` END) AS `session_pageviews_last`,
      CAST(SUM(`end_us` - `start_us`) AS FLOAT64) / NULLIF(CAST(COUNT(*) AS FLOAT64), 0) / 1000000.0 AS `session_duration_mean`,
      CAST(MAX(CASE WHEN `is_last` = 1 THEN `end_us` - `start_us` END) AS FLOAT64) / 1000000.0 AS `session_duration_last`,
      CAST(CAST(SUM(CASE WHEN `views` = 1 THEN 1 ELSE 0 END) AS INT64) AS FLOAT64) / NULLIF(CAST(COUNT(*) AS FLOAT64), 0) AS `bounce_share`,
      CAST(SUM(`last_view_us` - `first_view_us`) AS FLOAT64) / NULLIF(CAST(SUM(CASE WHEN `views` > 0 THEN `views` - 1 END) AS FLOAT64), 0) / 1000000.0 AS `time_on_page_mean`,
      MAX(
        CASE
          WHEN (
            `views` >= 10 AND `views` * 60000000 > 20 * (
              `end_us` - `start_us`
            )
          )
          THEN 1
          ELSE 0
        END
      ) = 1 AS `acts_like_bot`
    FROM `aged`
    GROUP BY
      `visitor_id`
  ), `views` AS (
    SELECT
      `visitor_id`,
      CASE
        WHEN `location` = LAG(`location`) OVER (
          PARTITION BY `visitor_id`
          ORDER BY CASE WHEN `rn` IS NULL THEN 1 ELSE 0 END ASC, `rn`
        )
        AND `ts_us` - LAG(`ts_us`) OVER (
          PARTITION BY `visitor_id`
          ORDER BY CASE WHEN `rn` IS NULL THEN 1 ELSE 0 END ASC, `rn`
        ) <= 10000000
        THEN 1
        ELSE 0
      END AS `is_again`
    FROM `stage`
    JOIN `numbers`
      ON `row_index` = `hit`
    WHERE
      `is_pageview` = 1 AND NOT `ts_us` IS NULL
  ), `of_views` AS (
    SELECT
      `visitor_id` AS `one`,
      CAST(SUM(`is_again`) AS INT64) AS `repeated_pageviews`
    FROM `views`
    GROUP BY
      `visitor_id`
  ), `categories` AS (
    SELECT
      `visitor_id`,
      `page_category`,
      COUNT(*) AS `views`
    FROM `stage`
    WHERE
      `is_pageview` = 1 AND NOT `page_category` IS NULL
    GROUP BY
      `visitor_id`,
      `page_category`
  ), `of_categories` AS (
    SELECT
      `visitor_id` AS `one`,
      COUNT(*) AS `page_category_distinct`,
      CASE
        WHEN COUNT(*) = 1
        THEN CAST(0 AS FLOAT64)
        ELSE LN(CAST(SUM(`views`) AS FLOAT64)) - CAST(SUM(
          CAST(CAST(`views` AS FLOAT64) * LN(CAST(`views` AS FLOAT64)) * 100000.0 AS NUMERIC)
        ) AS FLOAT64) / 100000.0 / CAST(SUM(`views`) AS FLOAT64)
      END AS `page_category_entropy`
    FROM `categories`
    GROUP BY
      `visitor_id`
  )
  SELECT
    `of_hits`.`visitor_id` AS `visitor_id`,
    `of_hits`.`count` AS `count`,
    `of_hits`.`server_ts_min` AS `server_ts_min`,
    `of_hits`.`server_ts_max` AS `server_ts_max`,
    COALESCE(`of_visits`.`session_id_count`, 0) AS `session_id_count`,
    `of_hits`.`pageviews` AS `pageviews`,
    `of_hits`.`page_distinct` AS `page_distinct`,
    COALESCE(`of_visits`.`active_days`, 0) AS `active_days`,
    `of_hits`.`location_distinct` AS `location_distinct`,
    `of_hits`.`bytes_min` AS `bytes_min`,
    `of_hits`.`bytes_max` AS `bytes_max`,
    `of_hits`.`bytes_sum` AS `bytes_sum`,
    `of_hits`.`status_max` AS `status_max`,
    `of_visits`.`days_since_first` AS `days_since_first`,
    `of_visits`.`days_since_last` AS `days_since_last`,
    `of_visits`.`days_active_span` AS `days_active_span`,
    `of_visits`.`session_gap_hours_mean` AS `session_gap_hours_mean`,
    `of_visits`.`session_gap_hours_std` AS `session_gap_hours_std`,
    COALESCE(`of_visits`.`session_count_7d`, 0) AS `session_count_7d`,
    COALESCE(`of_visits`.`session_count_30d`, 0) AS `session_count_30d`,
    `of_visits`.`session_pageviews_mean` AS `session_pageviews_mean`,
    `of_visits`.`session_pageviews_max` AS `session_pageviews_max`,
    `of_visits`.`session_pageviews_last` AS `session_pageviews_last`,
    `of_visits`.`session_duration_mean` AS `session_duration_mean`,
    `of_visits`.`session_duration_last` AS `session_duration_last`,
    `of_visits`.`bounce_share` AS `bounce_share`,
    `of_visits`.`time_on_page_mean` AS `time_on_page_mean`,
    COALESCE(`of_categories`.`page_category_distinct`, 0) AS `page_category_distinct`,
    `of_categories`.`page_category_entropy` AS `page_category_entropy`,
    `of_ends`.`page_category_first` AS `page_category_first`,
    `of_ends`.`page_category_last` AS `page_category_last`,
    `of_ends`.`location_first` AS `location_first`,
    `of_ends`.`location_last` AS `location_last`,
    `of_ends`.`landing_page_first` AS `landing_page_first`,
    `of_ends`.`campaign_name_first` AS `campaign_name_first`,
    `of_hits`.`has_campaign` AS `has_campaign`,
    `of_hits`.`error_share` AS `error_share`,
    `of_hits`.`count_404` AS `count_404`,
    COALESCE(`of_views`.`repeated_pageviews`, 0) AS `repeated_pageviews`,
    `of_hits`.`is_bot` AS `is_bot`,
    `of_hits`.`asked_robots_txt` AS `asked_robots_txt`,
    `of_hits`.`acts_like_bot` OR COALESCE(`of_visits`.`acts_like_bot`, FALSE) AS `acts_like_bot`
  FROM `of_hits`
  LEFT JOIN `of_ends`
    ON `of_hits`.`one` = `of_ends`.`one`
  LEFT JOIN `of_visits`
    ON `of_hits`.`one` = `of_visits`.`one`
  LEFT JOIN `of_views`
    ON `of_hits`.`one` = `of_views`.`one`
  LEFT JOIN `of_categories`
    ON `of_hits`.`one` = `of_categories`.`one`
) AS `made`
