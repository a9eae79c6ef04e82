-- What there is without copies: one row per group of articles that tell one item in the same words.
-- aliases are former names of the group; first_source is the first known source that is dated.
-- group_id: Present name of the group.
-- canonical_article_id: The article that stands for the group: the earliest, see group_members.
-- headline: Headline of the canonical article; NULL: it has none.
-- article_count: Articles of the group; 1: no copies.
-- text_count: Different body texts among them.
-- source_count: Different known sources among them.
-- first_published_at: Earliest time of publication; NULL: no article is dated.
-- last_published_at: Latest time of publication; NULL: no article is dated.
-- first_source: Source of the earliest article that is dated and of a known source; NULL: none.
-- aliases: Former names of the group.
WITH members AS (  -- in the order that group_members tells
    SELECT g.group_id, a.article_id, a.headline, a.identity_sha256, a.source, a.published_at,
           row_number() OVER (PARTITION BY g.group_id
                              ORDER BY a.published_at NULLS LAST, a.char_count DESC, a.article_id)
               AS rank
    FROM article_groups g JOIN articles a ON a.article_id = g.article_id
), former AS (
    SELECT present_id, list(group_id ORDER BY group_id) AS aliases FROM group_names GROUP BY ALL
)
SELECT m.group_id, arg_min(m.article_id, m.rank) AS canonical_article_id,
       arg_min(m.headline, m.rank) FILTER (m.rank = 1) AS headline, count(*) AS article_count,
       count(DISTINCT m.identity_sha256) AS text_count, count(DISTINCT m.source) AS source_count,
       min(m.published_at) AS first_published_at, max(m.published_at) AS last_published_at,
       arg_min(m.source, m.rank) FILTER (m.source IS NOT NULL AND m.published_at IS NOT NULL)
           AS first_source,
       coalesce(any_value(f.aliases), []) AS aliases
FROM members m LEFT JOIN former f ON f.present_id = m.group_id
GROUP BY m.group_id
