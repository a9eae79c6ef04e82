-- Versions of an article in order: one row per version, with what changed since an earlier one.
-- first_id is the first version, version counts from 1: in the order of the last change where every
-- version is dated, else by how many others a version is known to be later than. since_id is the
-- latest earlier version it was compared with, and where its words differ; NULL: the first.
-- first_id: The first version of the article: the same in all its versions.
-- version: Number of the version, from 1.
-- since_id: The latest earlier version it was compared with; NULL: the first.
-- jaccard: 5-grams of tokens in both, of those in either; NULL: the first.
-- differs: Where they differ: figures, dates, names, headline, lead, ending, boilerplate, wording;
--   NULL: the first.
-- differences: What stands in this version and what in its place in since_id, by kind; NULL: the
--   first.
-- reason: Why it is told to be a version, for a person; NULL: the first.
WITH RECURSIVE steps AS (
    SELECT article_a AS later_id, article_b AS earlier_id FROM links WHERE relation = 'revision'
), neighbours AS (
    SELECT later_id AS article_id, earlier_id AS other_id FROM steps
    UNION ALL SELECT earlier_id, later_id FROM steps
), related AS (  -- every two versions of one article, and each with itself
    SELECT article_id, article_id AS other_id FROM neighbours
    UNION
    SELECT r.article_id, n.other_id FROM related r JOIN neighbours n ON n.article_id = r.other_id
), earlier AS (
    SELECT later_id, earlier_id FROM steps
    UNION
    SELECT e.later_id, s.earlier_id FROM earlier e JOIN steps s ON s.later_id = e.earlier_id
), chains AS (
    SELECT article_id, min(other_id) AS chain FROM related GROUP BY article_id
), ages AS (
    SELECT later_id AS article_id, count(*) AS earlier_count FROM earlier GROUP BY later_id
), dated AS (
    SELECT c.chain, coalesce(g.earlier_count, 0) AS earlier_count, a.article_id, a.headline,
           a.source, a.canonical_url, a.published_at, a.modified_at,
           coalesce(a.modified_at, a.published_at) AS changed_at,
           bool_and(changed_at IS NOT NULL) OVER (PARTITION BY c.chain) AS is_dated
    FROM chains c JOIN articles a ON a.article_id = c.article_id
    LEFT JOIN ages g ON g.article_id = c.article_id
), ordered AS (
    SELECT *, row_number() OVER in_time AS version, first_value(article_id) OVER in_time AS first_id
    FROM dated
    WINDOW in_time AS (PARTITION BY chain ORDER BY CASE WHEN is_dated THEN changed_at END,
                       earlier_count, changed_at NULLS LAST, article_id)
), changes AS (
    SELECT l.article_a AS article_id, o.version, l.article_b AS since_id, l.jaccard, l.differs,
           l.differences, l.reason
    FROM links l JOIN ordered o ON o.article_id = l.article_b WHERE l.relation = 'revision'
    QUALIFY row_number() OVER (PARTITION BY l.article_a ORDER BY o.version DESC) = 1
)
SELECT o.first_id, o.version, o.article_id, o.headline, o.source, o.canonical_url, o.published_at,
       o.modified_at, c.since_id, c.jaccard, c.differs, c.differences, c.reason
FROM ordered o LEFT JOIN changes c ON c.article_id = o.article_id
