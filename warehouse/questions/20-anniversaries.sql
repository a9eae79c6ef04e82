-- Which past dates do articles come back to on their anniversaries?
-- One row per past date and way it is told. same_day: a text names a day of an earlier year, and it
-- appeared on that day of the year (29 February: only in leap years). years_before: it says how many
-- years ago ("four years ago"); past_date is then as exact as past_granularity says, and "last
-- year" is no anniversary. Of the latest versions; copies fold into story_count. Times of
-- publication without a zone are taken as they are. read_ratio: share of the dated articles whose
-- dates were read. undated_article_count: articles
-- without a day of publication (unknown, or only month or year), which have no anniversary here.
-- since, until: days of publication. years: at least so many years ago. within: same_day also so
-- many days before or after.
WITH asked AS (
    SELECT
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until,
        1 AS years,
        0 AS within
), dated AS (
    SELECT a.article_id, a.headline, a.source, a.published_date, a.published_at
    FROM latest_articles a CROSS JOIN asked
    WHERE a.published_precision NOT IN ('year', 'month')
      AND a.published_date BETWEEN asked.since AND asked.until
), coverage AS (
    SELECT count(s.article_id) / nullif(count(*), 0) AS read_ratio,
           (SELECT count(*) FROM latest_articles
            WHERE published_date IS NULL OR published_precision IN ('year', 'month'))
               AS undated_article_count
    FROM dated d LEFT JOIN annotation_status s
      ON s.article_id = d.article_id AND s.annotator = 'dates' AND s.status = 'done'
), named AS (
    SELECT d.*, e.surface, e.start_date AS past_date, e.granularity AS past_granularity,
           CASE WHEN e.relative_offset SIMILAR TO '-P[0-9]+Y' THEN 'years_before'
                ELSE 'same_day' END AS kind,
           CASE WHEN kind = 'years_before'
                THEN TRY_CAST(regexp_extract(e.relative_offset, '[0-9]+') AS BIGINT)
                -- the year of the anniversary that is nearest to the day of publication
                ELSE round((d.published_date - e.start_date) / 365.2425)::BIGINT END AS year_count
    FROM dates e JOIN dated d ON d.article_id = e.article_id
    WHERE e.start_date < d.published_date
      AND (e.relative_offset SIMILAR TO '-P[0-9]+Y' OR e.start_date = e.end_date)
), anniversaries AS (
    SELECT n.*, coalesce(g.group_id, n.article_id) AS group_id
    FROM named n CROSS JOIN asked LEFT JOIN article_groups g ON g.article_id = n.article_id
    WHERE n.year_count >= greatest(asked.years, 1)
      AND ((n.kind = 'years_before' AND (n.year_count > 1 OR n.past_granularity = 'day')) OR (
           (strftime(n.past_date, '%m-%d') <> '02-29' OR asked.within > 0
            OR strftime(n.published_date, '%m-%d') = '02-29')
           AND abs(n.published_date
                   - (n.past_date + to_years(n.year_count::INTEGER))::DATE) <= asked.within))
)
SELECT n.past_date, n.past_granularity, n.kind, n.year_count,
       count(DISTINCT n.article_id) AS article_count, count(DISTINCT n.group_id) AS story_count,
       count(DISTINCT n.source) AS source_count,
       list(DISTINCT n.surface ORDER BY n.surface) AS surfaces,
       arg_min(n.article_id, (n.published_at, n.article_id)) AS first_article_id,
       arg_min(n.headline, (n.published_at, n.article_id)) AS headline,
       round(any_value(c.read_ratio), 4) AS read_ratio,
       any_value(c.undated_article_count) AS undated_article_count
FROM anniversaries n CROSS JOIN coverage c
GROUP BY n.past_date, n.past_granularity, n.kind, n.year_count
ORDER BY story_count DESC, article_count DESC, n.past_date, n.past_granularity, n.kind,
         n.year_count
