-- With which verbs do outlets report what one speaker says?
-- A row per outlet and verb as written; verb NULL: the sentence has none (according to, a quotation
-- that goes on). Within an outlet a story counts once: of its copies there the one with most quotes
-- of that verb. A wire text counts for each outlet that prints it, but the words are the agency's:
-- shared_count says how many of the quotes stand in stories that other outlets print as well, so
-- that quote_count - shared_count are the outlet's own. verb_ratio: share of the outlet's quotes of
-- the speaker. source NULL: articles of unknown outlets, not one outlet. Earlier versions of an
-- article do not count. read_ratio: share of the outlet's articles that were read for quotes.
-- speaker: part of a name, in any case; NULL: all speakers.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS speaker
), speakers AS (
    SELECT e.article_id, e.entity_id FROM entities e JOIN asked
      ON asked.speaker IS NOT NULL AND contains(lower(e.name), lower(asked.speaker))
), said AS (  -- keys of 64 bits: grouping by ids of 32 letters takes twice as long
    SELECT hash(q.article_id) AS article, lower(q.verb) AS verb, q.verb_class,
           count(*) AS quote_count
    FROM quotes q CROSS JOIN asked
    LEFT JOIN speakers s ON s.article_id = q.article_id AND s.entity_id = q.speaker_entity_id
    WHERE q.kind <> 'scare'
      AND (asked.speaker IS NULL OR s.entity_id IS NOT NULL
           OR contains(lower(q.speaker), lower(asked.speaker)))
    GROUP BY ALL
), members AS (
    SELECT a.source, hash(a.article_id) AS article,
           hash(coalesce(g.group_id, a.article_id)) AS story, t.article_id IS NOT NULL AS is_read
    FROM latest_articles a LEFT JOIN article_groups g ON g.article_id = a.article_id
    LEFT JOIN annotation_status t
      ON t.article_id = a.article_id AND t.annotator = 'quotes' AND t.status = 'done'
), shared AS (
    SELECT story FROM members GROUP BY story HAVING min(source) <> max(source)
), told AS (
    SELECT m.source, m.story, s.verb, s.verb_class, max(s.quote_count) AS quote_count
    FROM said s JOIN members m ON m.article = s.article
    GROUP BY ALL
), read AS (
    SELECT source, round(avg(is_read::INTEGER), 4) AS read_ratio FROM members GROUP BY source
), counted AS (
    SELECT s.source, s.verb_class, s.verb, sum(s.quote_count)::BIGINT AS quote_count,
           coalesce(sum(s.quote_count) FILTER (h.story IS NOT NULL), 0)::BIGINT AS shared_count,
           count(*) AS story_count
    FROM told s LEFT JOIN shared h ON h.story = s.story
    GROUP BY ALL
)
SELECT c.source, c.verb_class, c.verb, c.quote_count, c.shared_count, c.story_count,
       round(c.quote_count / sum(c.quote_count) OVER (PARTITION BY c.source), 4) AS verb_ratio,
       r.read_ratio
FROM counted c LEFT JOIN read r ON r.source IS NOT DISTINCT FROM c.source
ORDER BY c.source NULLS LAST, c.quote_count DESC, c.verb_class, c.verb
