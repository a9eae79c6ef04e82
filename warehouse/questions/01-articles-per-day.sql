-- How many articles are there per day, source and language?
-- Latest versions of articles. Days that are not known come last: published_precision says month or
-- year where only that is known (published_date is its first day, no day of publication), NULL
-- where nothing is. A source or language that is not known is NULL; und: could not be decided.
-- copy_count: how many of article_count tell a story, in the same words, that another one told
-- before. other_page_count: web pages beside them that are no article (listings, errors). source,
-- language_code: of these only. since, until: days; undated articles are always shown.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS source,
        NULL::VARCHAR AS language_code,
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until
), told AS (
    SELECT a.published_date, a.source, a.language_code,
           CASE WHEN a.published_precision IN ('minute', 'second') THEN 'day'
                ELSE a.published_precision END AS published_precision,
           coalesce(a.page_kind, 'article') = 'article' AS is_article,
           -- a latest version is no copy of the version before it
           row_number() OVER (PARTITION BY coalesce(m.group_id, a.article_id), is_article
                              ORDER BY m.rank) > 1 AS is_copy
    FROM latest_articles a LEFT JOIN group_members m ON m.article_id = a.article_id
)
SELECT t.published_date, t.published_precision, t.source, t.language_code,
       count(*) FILTER (t.is_article) AS article_count,
       count(*) FILTER (t.is_article AND t.is_copy) AS copy_count,
       count(*) FILTER (NOT t.is_article) AS other_page_count
FROM told t CROSS JOIN asked
WHERE (asked.source IS NULL OR t.source = asked.source)
  AND (asked.language_code IS NULL OR t.language_code = asked.language_code)
  AND (t.published_date IS NULL OR t.published_date BETWEEN asked.since AND asked.until)
GROUP BY t.published_date, t.published_precision, t.source, t.language_code
ORDER BY (t.published_precision = 'day') DESC NULLS LAST, t.published_date NULLS LAST,
         t.published_precision NULLS LAST, t.source NULLS LAST, t.language_code NULLS LAST
