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
    SELECT a.article_id, a.published_date, a.published_at, a.source, a.language_code, a.char_count,
           CASE WHEN a.published_precision IN ('minute', 'second') THEN 'day'
                ELSE a.published_precision END AS published_precision,
           coalesce(a.page_kind, 'article') = 'article' AS is_article, g.group_id
    FROM latest_articles a LEFT JOIN article_groups g ON g.article_id = a.article_id
), copies AS (  -- a latest version is no copy of the version before it
    SELECT t.article_id FROM told t
    SEMI JOIN (SELECT group_id FROM told GROUP BY group_id HAVING count(*) > 1) s
      ON s.group_id = t.group_id
    QUALIFY row_number() OVER (PARTITION BY t.group_id, t.is_article
                               ORDER BY t.published_at NULLS LAST, t.char_count DESC,
                                        t.article_id) > 1
)
SELECT t.published_date, t.published_precision, t.source, t.language_code,
       count(*) FILTER (t.is_article) AS article_count,
       count(*) FILTER (t.is_article AND c.article_id IS NOT NULL) AS copy_count,
       count(*) FILTER (NOT t.is_article) AS other_page_count
FROM told t CROSS JOIN asked LEFT JOIN copies c ON c.article_id = t.article_id
WHERE (asked.source IS NULL OR t.source = asked.source)
  AND (asked.language_code IS NULL OR t.language_code = asked.language_code)
  AND (t.published_date IS NULL OR t.published_date BETWEEN asked.since AND asked.until)
GROUP BY t.published_date, t.published_precision, t.source, t.language_code
ORDER BY (t.published_precision = 'day') DESC NULLS LAST, t.published_date NULLS LAST,
         t.published_precision NULLS LAST, t.source NULLS LAST, t.language_code NULLS LAST
