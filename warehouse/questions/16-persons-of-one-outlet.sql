-- Which persons does one outlet name and another one not?
-- Persons are equal where their normalised full names are (entity_id). maybe_as: names the other
-- outlet has for persons whose last word is the same, so perhaps the same person. Not named is not
-- "not there" where articles were not read for names: other_read_count of the other outlet's
-- other_article_count articles were. story_count folds the outlet's own copies; what the other
-- outlet reprints counts as named by it. Earlier versions of an article do not count.
-- outlet, other: as in articles.source; NULL: the two that name persons in most articles. since,
-- until: days of publication, inclusive; undated articles of both outlets count.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS outlet,
        NULL::VARCHAR AS other,
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until
), dated AS (
    SELECT a.article_id, a.source FROM latest_articles a CROSS JOIN asked
    WHERE a.source IS NOT NULL
      AND coalesce(a.published_date BETWEEN asked.since AND asked.until, true)
), persons AS (
    SELECT d.source, e.article_id, e.entity_id, e.name, e.normalized_name, e.mention_count
    FROM entities e JOIN dated d ON d.article_id = e.article_id WHERE e.kind = 'person'
), outlets AS (
    SELECT source, row_number() OVER (ORDER BY count(DISTINCT article_id) DESC, source) AS nth
    FROM persons GROUP BY source
), first AS (
    SELECT coalesce(asked.outlet, arg_min(o.source, o.nth)) AS outlet, asked.other
    FROM asked LEFT JOIN outlets o ON o.source IS DISTINCT FROM asked.other
    GROUP BY asked.outlet, asked.other
), chosen AS (
    SELECT f.outlet, coalesce(f.other, arg_min(o.source, o.nth)) AS other
    FROM first f JOIN outlets o ON o.source <> f.outlet GROUP BY f.outlet, f.other
), theirs AS (
    SELECT p.entity_id, p.name, regexp_extract(p.normalized_name, '\S+$') AS last_word
    FROM persons p JOIN chosen c ON c.other = p.source
), alike AS (
    SELECT last_word, list_sort(list(DISTINCT name)) AS names FROM theirs GROUP BY last_word
), mine AS (
    SELECT p.entity_id, min(p.name) AS name, min(p.normalized_name) AS normalized_name,
           count(DISTINCT p.article_id) AS article_count,
           count(DISTINCT coalesce(g.group_id, p.article_id)) AS story_count,
           sum(p.mention_count)::BIGINT AS mention_count
    FROM persons p JOIN chosen c ON c.outlet = p.source
    LEFT JOIN article_groups g ON g.article_id = p.article_id
    GROUP BY p.entity_id
), read AS (
    SELECT count(*) AS other_article_count, count(t.article_id) AS other_read_count
    FROM dated d JOIN chosen c ON c.other = d.source
    LEFT JOIN annotation_status t
      ON t.article_id = d.article_id AND t.annotator = 'entities' AND t.status = 'done'
)
SELECT c.outlet, c.other, m.name, m.story_count, m.article_count, m.mention_count,
       coalesce(a.names, []) AS maybe_as, read.other_article_count, read.other_read_count,
       m.entity_id
FROM mine m CROSS JOIN chosen c CROSS JOIN read
LEFT JOIN alike a ON a.last_word = regexp_extract(m.normalized_name, '\S+$')
WHERE m.entity_id NOT IN (SELECT entity_id FROM theirs)
ORDER BY m.story_count DESC, m.mention_count DESC, m.name, m.entity_id
