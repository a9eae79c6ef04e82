-- One article, by its id or a start of it that no other has: FROM article('5f2c07').
-- An error says so where several articles begin like that; no row: none does.
CREATE MACRO article(id) AS TABLE
SELECT * FROM articles
WHERE article_id = (
    SELECT CASE WHEN count(*) > 1 AND min(article_id) <> lower(trim(id))
                THEN error('article ids that begin with ' || id || ': ' || count(*)
                           || '; give more of it') ELSE min(article_id) END
    FROM articles WHERE starts_with(article_id, lower(trim(id)))
)
