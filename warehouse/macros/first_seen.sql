-- Who used a term first? One row per source that has it, with its earliest dated article.
-- As whole words in headline or text, see has_term; sources without a dated article come last, their
-- article_id is NULL. undated_count are articles with the term that may be earlier. One row has the
-- articles without a source. Versions count: the first that has the term.
-- published_at: When its earliest dated article with the term was published; NULL: none is dated.
-- article_id: That article; NULL: none is dated.
-- headline: Its headline; NULL: none.
-- article_count: Articles of the source with the term.
-- undated_count: Of them without a date; they may be earlier.
CREATE MACRO first_seen(term) AS TABLE
SELECT source, min(published_at) AS published_at,
       arg_min(article_id, (published_at, article_id)) FILTER (published_at IS NOT NULL)
           AS article_id,
       arg_min(headline, (published_at, article_id)) FILTER (published_at IS NOT NULL) AS headline,
       arg_min(published_precision, (published_at, article_id)) FILTER (published_at IS NOT NULL)
           AS published_precision,
       count(*) AS article_count, count(*) - count(published_at) AS undated_count
FROM articles WHERE has_term(headline, term) OR has_term(text, term)
GROUP BY source
ORDER BY published_at NULLS LAST, source NULLS LAST
