-- Who published a story first, and how long after it did the others follow?
-- One row per story that several known outlets told in the same words; of each outlet its first
-- article counts. median_lag_hours is over outlets that are surely later (later_count); an outlet
-- of the same day without a time stands in perhaps_first_sources, one without any date in
-- undated_sources. is_first_known: neither is there, so first_source was the first of this corpus.
-- Clock times without a zone are taken as they are. source: stories that this outlet has; since,
-- until: days of the first publication; stories without any date come last.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS source,
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until
), members AS (
    SELECT g.group_id, a.article_id, a.source, a.headline, a.published_at, a.char_count
    FROM article_groups g JOIN articles a ON a.article_id = g.article_id
    WHERE a.source IS NOT NULL
), outlets AS (
    SELECT m.group_id, m.source, min(m.published_at) AS published_at,
           arg_min(m.headline, (m.published_at, -m.char_count, m.article_id)) AS headline
    FROM members m
    SEMI JOIN (SELECT group_id FROM members GROUP BY group_id HAVING min(source) <> max(source)) s
      ON s.group_id = m.group_id
    GROUP BY m.group_id, m.source
), several AS (
    SELECT group_id, list(source) AS sources, arg_min(source, published_at) AS only_dated,
           arg_min(headline, published_at) AS headline, min(published_at) AS first_published_at,
           list(source ORDER BY source) FILTER (published_at IS NULL) AS undated_sources
    FROM outlets GROUP BY group_id
), followed AS (
    SELECT group_id, any_value(first_source) AS first_source, any_value(headline) AS headline,
           count(*) FILTER (is_order_known) AS later_count,
           median(lag_seconds) FILTER (is_order_known) / 3600 AS median_lag_hours,
           list(source ORDER BY source) FILTER (NOT is_order_known) AS perhaps_first_sources
    FROM first_publishers GROUP BY group_id
)
SELECT s.group_id, coalesce(f.headline, s.headline) AS headline,
       coalesce(f.first_source, s.only_dated) AS first_source, s.first_published_at,
       coalesce(f.perhaps_first_sources, []) AS perhaps_first_sources,
       coalesce(s.undated_sources, []) AS undated_sources,
       f.perhaps_first_sources IS NULL AND s.undated_sources IS NULL AS is_first_known,
       len(s.sources) AS source_count, coalesce(f.later_count, 0) AS later_count,
       round(f.median_lag_hours, 2) AS median_lag_hours
FROM several s CROSS JOIN asked LEFT JOIN followed f ON f.group_id = s.group_id
WHERE (asked.source IS NULL OR list_contains(s.sources, asked.source))
  AND (s.first_published_at IS NULL OR
       CAST(s.first_published_at AS DATE) BETWEEN asked.since AND asked.until)
ORDER BY source_count DESC, s.first_published_at NULLS LAST, s.group_id
