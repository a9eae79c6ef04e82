-- What do articles announce for the days after they appeared?
-- One row per story and stretch of time that it names, copies folded (article_count): dates that
-- begin behind the day of publication, within so many days. Repeated times ("every Sunday") and
-- durations are left out; a deadline without a beginning ("by Friday") counts with its end. The same
-- words may name what is denied or past for the speaker: read sentence_text.
-- Of the latest versions. read_ratio: share of the dated articles whose dates were read.
-- undated_article_count: articles without a day of publication (unknown, or only month or year):
-- what lies ahead of them cannot be told.
-- days: how far ahead. since, until: days of publication.
WITH asked AS (
    SELECT
        30 AS days,
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until
), dated AS (
    SELECT a.article_id, a.source, a.published_date, a.published_at
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
), ahead AS (
    SELECT e.article_id, e.expression, e.field, e.sentence, e.surface, e.granularity,
           e.start_date, e.end_date, e.timex_mod, d.source, d.published_date, d.published_at
    FROM dates e JOIN dated d ON d.article_id = e.article_id CROSS JOIN asked
    WHERE e.timex_type IN ('DATE', 'TIME')
      AND coalesce(e.start_date, e.end_date) > d.published_date
      AND coalesce(e.start_date, e.end_date) <= d.published_date + asked.days
), grouped AS (
    SELECT h.*, coalesce(g.group_id, h.article_id) AS group_id
    FROM ahead h LEFT JOIN article_groups g ON g.article_id = h.article_id
), folded AS (
    SELECT h.*, count(DISTINCT h.article_id) OVER told AS article_count,
           count(DISTINCT h.source) OVER told AS source_count,
           row_number() OVER (PARTITION BY h.group_id, h.start_date, h.end_date
                              ORDER BY h.published_at, h.article_id, h.expression) AS number
    FROM grouped h
    WINDOW told AS (PARTITION BY h.group_id, h.start_date, h.end_date)
)
SELECT f.start_date, f.end_date, f.granularity, f.timex_mod, f.surface,
       coalesce(f.start_date, f.end_date) - f.published_date AS days_ahead,
       substring(CASE f.field WHEN 'headline' THEN a.headline ELSE a.text END,
                 s.char_start + 1, s.char_end - s.char_start) AS sentence_text,
       a.headline, f.source, f.published_date, f.article_count, f.source_count, f.article_id,
       f.expression, round(c.read_ratio, 4) AS read_ratio, c.undated_article_count
FROM folded f JOIN articles a ON a.article_id = f.article_id CROSS JOIN coverage c
LEFT JOIN sentences s ON s.article_id = f.article_id AND s.sentence = f.sentence
WHERE f.number = 1
ORDER BY coalesce(f.start_date, f.end_date), f.end_date NULLS LAST, f.published_at, f.article_id,
         f.expression
