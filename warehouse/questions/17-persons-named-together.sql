-- Which persons are named together in one sentence?
-- A row per pair. A sentence counts once for a pair, however often it names them. Of the copies of
-- a story only the longest that was read counts, so that a text that many outlets print does not
-- make a pair frequent; earlier versions of an article do not count. Sentences with more persons
-- than the parameter most_persons are lists (of the dead, of signers) and left out. Pronouns are
-- not resolved: who is only "he" in a sentence is not named in it.
-- read_ratio: share of all articles (latest versions) that were read for names.
-- person: part of the name of one of the two, in any case; NULL: all pairs. most: rows at most.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS person,
        20 AS most_persons,
        100 AS most
), members AS MATERIALIZED (
    SELECT a.article_id, a.char_count, t.article_id IS NOT NULL AS is_read,
           coalesce(g.group_id, a.article_id) AS group_id
    FROM latest_articles a LEFT JOIN annotation_status t
      ON t.article_id = a.article_id AND t.annotator = 'entities' AND t.status = 'done'
    LEFT JOIN article_groups g ON g.article_id = a.article_id
), chosen AS (
    SELECT article_id FROM members WHERE is_read
    QUALIFY row_number() OVER (PARTITION BY group_id ORDER BY char_count DESC, article_id) = 1
), persons AS MATERIALIZED (  -- keys of 64 bits: pairing ids of 32 letters takes twice as long
    SELECT DISTINCT hash(m.article_id) AS article, m.sentence, hash(m.entity_id) AS person
    FROM mentions m JOIN chosen c ON c.article_id = m.article_id
    WHERE m.kind = 'person' AND m.sentence IS NOT NULL
), paired AS (
    SELECT article, sentence FROM persons GROUP BY article, sentence
    HAVING count(*) BETWEEN 2 AND (SELECT most_persons FROM asked)
), wanted AS (
    SELECT DISTINCT hash(e.entity_id) AS person FROM entities e JOIN asked
      ON asked.person IS NOT NULL AND contains(lower(e.name), lower(asked.person))
), stories AS (
    SELECT a.article, a.person AS a, b.person AS b, count(*) AS sentence_count
    FROM paired p JOIN persons a ON a.article = p.article AND a.sentence = p.sentence
    JOIN persons b ON b.article = p.article AND b.sentence = p.sentence AND b.person > a.person
    WHERE (SELECT person FROM asked) IS NULL
       OR a.person IN (FROM wanted) OR b.person IN (FROM wanted)
    GROUP BY ALL
), counted AS (
    SELECT a, b, sum(sentence_count)::BIGINT AS sentence_count, count(*) AS story_count
    FROM stories GROUP BY a, b
    ORDER BY sentence_count DESC, story_count DESC, a, b LIMIT (SELECT most FROM asked)
), named AS (
    SELECT hash(entity_id) AS person, min(name) AS name FROM entities
    WHERE kind = 'person' AND hash(entity_id) IN (SELECT a FROM counted UNION SELECT b FROM counted)
    GROUP BY ALL
)
SELECT least(x.name, y.name) AS person_a, greatest(x.name, y.name) AS person_b, c.sentence_count,
       c.story_count, (SELECT round(avg(is_read::INTEGER), 4) FROM members) AS read_ratio
FROM counted c JOIN named x ON x.person = c.a JOIN named y ON y.person = c.b
ORDER BY c.sentence_count DESC, c.story_count DESC, person_a, person_b, c.a, c.b
