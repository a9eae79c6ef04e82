-- How many independent sources does each story have?
-- One row per story (group of articles in the same words) of several known outlets. Outlets are one
-- source where they have one and the same text, where one of them has the other's text from an
-- agency (links, relation syndicated), or where both credit the same agency. An edited copy without
-- a credit counts as independent; set alike lower to fold it: near copies of at least that Jaccard
-- index are one source, too. first_outlets: of each independent source the outlet that had it first
-- (undated ones last). Articles of unknown outlets connect others and are no source of their own:
-- unknown_article_count. least: independent sources that a story must have to be shown.
WITH RECURSIVE asked AS (
    SELECT
        1.0 AS alike,
        1 AS least
), grouped AS (
    SELECT g.group_id, a.article_id, a.headline, a.source, a.identity_sha256, a.agency,
           a.published_at, a.char_count, coalesce(a.source, a.article_id) AS outlet
    FROM article_groups g JOIN articles a ON a.article_id = g.article_id
), members AS (
    SELECT g.*, row_number() OVER (PARTITION BY g.group_id
                                   ORDER BY g.published_at NULLS LAST, g.char_count DESC,
                                            g.article_id) AS rank
    FROM grouped g
    SEMI JOIN (SELECT group_id FROM grouped GROUP BY group_id HAVING min(source) <> max(source)) s
      ON s.group_id = g.group_id
), pairs AS (  -- stars, not all pairs
    SELECT group_id, outlet, min(outlet) OVER (PARTITION BY group_id, identity_sha256) AS other
    FROM members
    UNION
    SELECT group_id, outlet, min(outlet) OVER (PARTITION BY group_id, agency)
    FROM members WHERE agency IS NOT NULL
    UNION
    SELECT a.group_id, a.outlet, b.outlet
    FROM links l CROSS JOIN asked JOIN members a ON a.article_id = l.article_a
    JOIN members b ON b.article_id = l.article_b AND b.group_id = a.group_id
    WHERE l.relation = 'syndicated'
       OR (l.relation = 'near' AND l.is_same_item AND l.jaccard >= asked.alike)
), edges AS (
    SELECT group_id, outlet, other FROM pairs WHERE outlet <> other
    UNION
    SELECT group_id, other, outlet FROM pairs WHERE outlet <> other
), reached AS (  -- names of outlets spread to those that sort after them
    SELECT DISTINCT group_id, outlet, outlet AS origin FROM members
    UNION
    SELECT e.group_id, e.other, r.origin
    FROM reached r JOIN edges e ON e.group_id = r.group_id AND e.outlet = r.outlet
    WHERE r.origin < e.other
), origins AS (
    SELECT group_id, outlet, min(origin) AS origin FROM reached GROUP BY group_id, outlet
), sources AS (
    SELECT m.group_id, o.origin, arg_min(m.source, m.rank) AS first_outlet, min(m.rank) AS rank,
           count(DISTINCT m.source) AS outlet_count, count(*) AS article_count,
           count(*) FILTER (m.source IS NULL) AS unknown_article_count,
           arg_min(m.headline, m.rank) AS headline
    FROM members m JOIN origins o ON o.group_id = m.group_id AND o.outlet = m.outlet
    GROUP BY m.group_id, o.origin
)
SELECT s.group_id, arg_min(s.headline, s.rank) AS headline,
       count(s.first_outlet) AS independent_count,
       CAST(sum(s.outlet_count) AS BIGINT) AS source_count,
       CAST(sum(s.article_count) AS BIGINT) AS article_count,
       CAST(sum(s.unknown_article_count) AS BIGINT) AS unknown_article_count,
       list(s.first_outlet ORDER BY s.rank) FILTER (s.first_outlet IS NOT NULL) AS first_outlets
FROM sources s CROSS JOIN asked
GROUP BY s.group_id, asked.least HAVING independent_count >= asked.least
ORDER BY independent_count DESC, source_count DESC, s.group_id
