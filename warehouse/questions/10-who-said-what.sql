-- What did one speaker say about somebody or something between two dates?
-- A row per statement and story: copies that print the same words are one row, that of the first
-- published, with article_count and source_count. Indirect speech is the outlet's wording (kind).
-- It is about what its words name: as asked, or in a form that the article uses for a name like it
-- (entities: "Roe" for Jane Roe); what is only meant ("they") is not found. Statements of undated
-- articles cannot be placed between the dates: they come last, with published_date NULL, as do
-- those of articles of which only the year or month is known and that may lie between them.
-- speaker, about: part of a name, in any case; '' means any; since, until: days of publication,
-- inclusive.
WITH asked AS (
    SELECT
        'Pentagon' AS speaker,
        'Iraq' AS about,
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until
), known AS MATERIALIZED (  -- whom articles name so
    SELECT e.* FROM (SELECT article_id, entity_id, name, surfaces, lower(name) AS folded
                     FROM entities) e CROSS JOIN asked
    WHERE (asked.speaker <> '' AND contains(folded, lower(asked.speaker)))
       OR (asked.about <> '' AND contains(folded, lower(asked.about)))
), said AS (
    SELECT q.*, k.name AS speaker_name
    FROM quotes q CROSS JOIN asked
    LEFT JOIN known k ON k.article_id = q.article_id AND k.entity_id = q.speaker_entity_id
    WHERE q.kind <> 'scare'
      AND (contains(lower(q.speaker), lower(asked.speaker)) OR asked.speaker = ''
           OR contains(k.folded, lower(asked.speaker)))
), named AS (
    SELECT DISTINCT s.article_id, s.quote
    FROM said s JOIN known k ON k.article_id = s.article_id
    JOIN asked ON contains(k.folded, lower(asked.about))
    WHERE len([1 FOR form IN k.surfaces IF contains(s.surface, form)]) > 0
), dated AS (
    SELECT s.*, a.headline, a.source, a.published_at, a.published_precision,
           CASE WHEN a.published_precision NOT IN ('year', 'month') THEN a.published_date END
               AS published_date,
           CASE a.published_precision  -- the last day on which it can have been published
               WHEN 'year' THEN a.published_date + INTERVAL 1 YEAR - INTERVAL 1 DAY
               WHEN 'month' THEN a.published_date + INTERVAL 1 MONTH - INTERVAL 1 DAY
               ELSE a.published_date END AS last_date,
           coalesce(g.group_id, s.article_id) AS group_id
    FROM said s CROSS JOIN asked JOIN latest_articles a ON a.article_id = s.article_id
    LEFT JOIN named b ON b.article_id = s.article_id AND b.quote = s.quote
    LEFT JOIN article_groups g ON g.article_id = s.article_id
    WHERE (b.quote IS NOT NULL OR contains(lower(s.surface), lower(asked.about)))
      AND coalesce(last_date >= asked.since AND a.published_date <= asked.until, true)
)
SELECT published_date, published_precision, coalesce(speaker_name, speaker) AS speaker_name,
       kind, verb, surface, source, headline,
       count(DISTINCT article_id) OVER printed AS article_count,
       count(DISTINCT source) OVER printed AS source_count, article_id, quote
FROM dated
WINDOW printed AS (PARTITION BY group_id, kind = 'indirect', lower(surface))
QUALIFY row_number() OVER (PARTITION BY group_id, kind = 'indirect', lower(surface)
                           ORDER BY published_at NULLS LAST, article_id, quote) = 1
ORDER BY published_date NULLS LAST, published_at NULLS LAST, article_id, quote
