-- How many loaded terms are there per 1,000 words, in headlines and in texts, by outlet?
-- Of the latest versions of articles; copies count, for an outlet chose to print them. A rate is of
-- the articles in which terms were looked for (article_count); unread_article_count are those that
-- were not (a language without a list, or not annotated yet). Articles without a source are a row.
-- word_list: of this list only (loaded_terms.word_list), NULL: of all; a word on two lists counts
-- for each. with_quoted: count words inside quotation marks as well, which are somebody else's.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS word_list,
        false AS with_quoted
), read AS (
    SELECT article_id FROM annotation_status WHERE annotator = 'loaded_terms' AND status = 'done'
), terms AS (
    SELECT t.article_id, count(*) FILTER (t.field = 'headline') AS headline_term_count,
           count(*) FILTER (t.field = 'text') AS text_term_count
    FROM loaded_terms t CROSS JOIN asked
    WHERE (asked.word_list IS NULL OR t.word_list = asked.word_list)
      AND (asked.with_quoted OR NOT t.is_quoted)
    GROUP BY t.article_id
), counted AS (
    SELECT a.source, count(*) FILTER (r.article_id IS NOT NULL) AS article_count,
           count(*) FILTER (r.article_id IS NULL) AS unread_article_count,
           -- as articles.word_count has it: in scripts without blanks every letter is a word
           -- (and plain headlines, which is most of them, are not taken apart for that)
           sum(CASE WHEN regexp_matches(a.headline, '[^ -~]|^ |  | $|^$')
               THEN len(regexp_extract_all(a.headline,
               '[\p{Thai}\p{Lao}\p{Tibetan}\p{Myanmar}\p{Khmer}\p{Hiragana}\p{Katakana}\p{Han}]'
               || '|[^\s\p{Thai}\p{Lao}\p{Tibetan}\p{Myanmar}\p{Khmer}\p{Hiragana}\p{Katakana}'
               || '\p{Han}]+')) 
               ELSE 1 + length(a.headline) - length(replace(a.headline, ' ', '')) END)
               FILTER (r.article_id IS NOT NULL) AS headline_word_count,
           sum(t.headline_term_count) AS headline_term_count,
           sum(a.word_count) FILTER (r.article_id IS NOT NULL) AS text_word_count,
           sum(t.text_term_count) AS text_term_count
    FROM latest_articles a LEFT JOIN read r ON r.article_id = a.article_id
    LEFT JOIN terms t ON t.article_id = r.article_id
    GROUP BY a.source
)
SELECT source, article_count, unread_article_count,
       coalesce(headline_word_count, 0)::BIGINT AS headline_word_count,
       coalesce(headline_term_count, 0)::BIGINT AS headline_term_count,
       round(1000 * coalesce(headline_term_count, 0) / nullif(headline_word_count, 0), 2)
           AS headline_terms_per_1000,
       coalesce(text_word_count, 0)::BIGINT AS text_word_count,
       coalesce(text_term_count, 0)::BIGINT AS text_term_count,
       round(1000 * coalesce(text_term_count, 0) / nullif(text_word_count, 0), 2)
           AS text_terms_per_1000
FROM counted
ORDER BY headline_terms_per_1000 DESC NULLS LAST, text_terms_per_1000 DESC NULLS LAST,
         article_count DESC, source NULLS LAST
