-- Articles without copies and earlier versions: one for each story, with how often it was printed.
-- The article that stands for a story is the earliest published of those that are a latest version.
-- A story of which every article has a later version in another story has no row.
-- article_count: Articles that tell the story in the same words, versions included.
-- source_count: Different known sources among them.
WITH kept AS (
    SELECT group_id, count(*) AS article_count, count(DISTINCT source) AS source_count,
           any_value(article_id) FILTER (is_kept) AS article_id
    FROM unfolded_articles GROUP BY group_id
)
SELECT a.*, k.group_id, k.article_count, k.source_count
FROM kept k JOIN articles a ON a.article_id = k.article_id
