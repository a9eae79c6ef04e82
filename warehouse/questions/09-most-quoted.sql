-- Who is quoted most, which persons and which groups?
-- A story counts once: of its copies the one that quotes the speaker most often. Earlier versions
-- of an article do not count, nor do scare quotes. Speakers without a name (kind official,
-- unnamed, collective, document, unknown) are one row a kind with speaker_name NULL. A named
-- speaker that no entity stands for has the kind named or organisation and is the name as written.
-- "Jane Roe" in one article and "Roe" in another are two. read_ratio: share of all articles that
-- were read for quotes.
-- kind: person, organisation, group, place or one of those above; source: one outlet; NULL: all.
-- most: rows at most.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS kind,
        NULL::VARCHAR AS source,
        50 AS most
), told AS (  -- what each article has of each speaker; keys of 64 bits are half the work
    SELECT hash(article_id) AS article, hash(article_id, speaker_entity_id) AS entity,
           any_value(speaker_entity_id) AS speaker_entity_id,
           CASE WHEN speaker_entity_id IS NULL AND speaker_kind IN ('named', 'organisation')
                THEN lower(speaker) END AS written,
           CASE WHEN speaker_entity_id IS NULL
                THEN coalesce(speaker_kind, 'unknown') END AS speaker_kind,
           min(speaker) AS speaker, count(*) AS quote_count
    FROM quotes WHERE kind <> 'scare'
    GROUP BY ALL
), known AS (  -- with the name that the article has for the speaker
    SELECT t.article, coalesce(t.speaker_entity_id, t.written, '') AS speaker_id,
           coalesce(e.name, CASE WHEN speaker_id <> '' THEN t.speaker END) AS name,
           coalesce(e.kind, t.speaker_kind, 'unknown') AS kind, t.quote_count
    FROM told t LEFT JOIN entities e ON hash(e.article_id, e.entity_id) = t.entity
), members AS (
    SELECT hash(a.article_id) AS article, hash(coalesce(g.group_id, a.article_id)) AS story
    FROM latest_articles a CROSS JOIN asked
    LEFT JOIN article_groups g ON g.article_id = a.article_id
    WHERE asked.source IS NULL OR a.source = asked.source
), story AS (
    SELECT k.kind, k.speaker_id, m.story, max(k.quote_count) AS quote_count,
           min(k.name) AS name, count(*) AS article_count
    FROM known k JOIN members m ON m.article = k.article CROSS JOIN asked
    WHERE asked.kind IS NULL OR k.kind = asked.kind
    GROUP BY k.kind, k.speaker_id, m.story
), read AS (
    SELECT round(coalesce(count(t.article_id) / count(*), 0), 4) AS read_ratio
    FROM articles a LEFT JOIN annotation_status t
      ON t.article_id = a.article_id AND t.annotator = 'quotes' AND t.status = 'done'
)
SELECT row_number() OVER (ORDER BY sum(s.quote_count) DESC, count(*) DESC, s.kind, s.speaker_id)
           AS rank,
       s.kind, min(s.name) AS speaker_name, sum(s.quote_count)::BIGINT AS quote_count,
       count(*) AS story_count, sum(s.article_count)::BIGINT AS article_count,
       any_value(read.read_ratio) AS read_ratio
FROM story s CROSS JOIN read
GROUP BY s.kind, s.speaker_id
ORDER BY rank
LIMIT (SELECT most FROM asked)
