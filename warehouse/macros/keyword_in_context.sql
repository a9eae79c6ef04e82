-- Every place where a term stands, with 60 characters on either side: FROM keyword_in_context('surge').
-- In headlines and texts, in any case, as whole words where the script has them (see has_term); of
-- places that overlap, the first. Copies and versions count: join stories or latest_articles.
-- left_context: Up to 60 characters before it.
-- right_context: Up to 60 characters after it.
CREATE MACRO keyword_in_context(term) AS TABLE
WITH parts AS (
    SELECT article_id, field, string_split_regex(part, term_pattern(term)) AS between,
           regexp_extract_all(part, term_pattern(term)) AS surfaces
    FROM (SELECT article_id, 'headline' AS field, headline AS part FROM articles
          UNION ALL SELECT article_id, 'text', text FROM articles)
    WHERE has_term(part, term)
), pieces AS (
    SELECT article_id, field, generate_subscripts(surfaces, 1) AS number,
           unnest(surfaces) AS surface,
           unnest([length(b) FOR b IN between[: len(surfaces)]]) AS before_count
    FROM parts
), places AS (
    SELECT article_id, field, surface,
           sum(before_count + length(surface)) OVER (PARTITION BY article_id, field
                                                     ORDER BY number) AS char_end
    FROM pieces
), found AS (
    SELECT p.article_id, a.source, a.published_at, p.field, p.surface, p.char_end,
           p.char_end - length(p.surface) AS char_start,
           CASE p.field WHEN 'text' THEN a.text ELSE a.headline END AS part
    FROM places p JOIN articles a USING (article_id)
), contexts AS (
    SELECT article_id, source, published_at, field, char_start::BIGINT AS char_start,
           substring(part, greatest(char_start - 60, 0)::BIGINT + 1,
                     least(char_start, 60)::BIGINT) AS left_context,
           surface, substring(part, char_end::BIGINT + 1, 60) AS right_context
    FROM found
)
SELECT * FROM contexts
WHERE NOT (is_word_part(surface) AND is_word_part(right(left_context, 1)))
  AND NOT (is_word_part(right(surface, 1)) AND is_word_part(right_context))
ORDER BY published_at NULLS LAST, article_id, field, char_start
