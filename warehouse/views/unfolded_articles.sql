-- Every article with its story: articles as they are read, copies and earlier versions marked.
-- Fold by WHERE is_kept: one article a story, see folded_articles. An article that no group holds is
-- a story of its own.
-- group_id: Present name of its group, see stories.
-- rank: Place among the articles of the story, 1 is the canonical one, see group_members.
-- is_canonical: Is it the canonical article of the story: the earliest?
-- is_latest: Does no later version of the same article replace it?
-- is_kept: Does it stand for its story: the first of those that are the latest version?
WITH grouped AS (
    SELECT a.*, coalesce(g.group_id, a.article_id) AS group_id,
           l.article_id IS NULL AS is_latest
    FROM articles a LEFT JOIN article_groups g ON g.article_id = a.article_id
    LEFT JOIN (SELECT DISTINCT article_b AS article_id FROM links WHERE relation = 'revision') l
      ON l.article_id = a.article_id
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY group_id
                                 ORDER BY published_at NULLS LAST, char_count DESC, article_id)
           AS rank
    FROM grouped
)
SELECT *, rank = 1 AS is_canonical,
       is_latest AND row_number() OVER (PARTITION BY group_id, is_latest ORDER BY rank) = 1
       AS is_kept
FROM ranked
