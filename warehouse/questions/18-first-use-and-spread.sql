-- Who used a term first, and how did it spread week by week?
-- One row per week (from Monday) since the first use, weeks without it included, and one row for
-- articles of which the week is not known, last. A term is found in headline or text in any case, as
-- a whole word where its script has them (macro has_term; sources one by one: first_seen).
-- Copies and versions count as articles, for they spread it; story_count folds them within a week.
-- new_sources: sources whose first dated use falls into the week, in that order; sources that are
-- not known are left out of it. first_article_id: the first of the week. corpus_article_count: all
-- articles of the week, article_ratio the share that has the term.
-- term: word or phrase; language_code: of this language only.
WITH asked AS (
    SELECT
        'Iraq' AS term,
        NULL::VARCHAR AS language_code
), dated AS (
    SELECT a.article_id, a.source, a.published_at,
           has_term(concat_ws(' | ', a.headline, a.text), asked.term) AS has_it,
           CASE WHEN a.published_precision NOT IN ('year', 'month')
                THEN date_trunc('week', a.published_date)::DATE END AS week_start
    FROM articles a CROSS JOIN asked
    WHERE asked.language_code IS NULL OR a.language_code = asked.language_code
), weeks AS (
    SELECT week_start, count(*) AS corpus_article_count FROM dated GROUP BY week_start
), uses AS (
    SELECT d.*, coalesce(g.group_id, d.article_id) AS group_id,
           d.source IS NOT NULL AND d.week_start IS NOT NULL
               AND row_number() OVER (PARTITION BY d.source ORDER BY d.week_start IS NULL,
                                      d.published_at, d.article_id) = 1 AS is_first_of_source
    FROM dated d LEFT JOIN article_groups g ON g.article_id = d.article_id WHERE d.has_it
), used AS (
    SELECT week_start, count(*) AS article_count, count(DISTINCT group_id) AS story_count,
           count(DISTINCT source) AS source_count,
           list(source ORDER BY published_at, article_id) FILTER (is_first_of_source)
               AS new_sources,
           arg_min(article_id, (published_at, article_id)) AS first_article_id
    FROM uses GROUP BY week_start
)
SELECT w.week_start, coalesce(u.article_count, 0) AS article_count,
       coalesce(u.story_count, 0) AS story_count, coalesce(u.source_count, 0) AS source_count,
       coalesce(u.new_sources, []) AS new_sources,
       CASE WHEN w.week_start IS NOT NULL THEN u.first_article_id END AS first_article_id,
       w.corpus_article_count,
       round(coalesce(u.article_count, 0) / w.corpus_article_count, 4) AS article_ratio
FROM weeks w LEFT JOIN used u ON u.week_start IS NOT DISTINCT FROM w.week_start
WHERE w.week_start >= (SELECT min(week_start) FROM used)
   OR (w.week_start IS NULL AND u.article_count > 0)
ORDER BY w.week_start NULLS LAST
