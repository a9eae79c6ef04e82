-- Which story is an article in? One row per article that a group holds, and nothing else of it.
-- Faster than group_members where no more is asked.
-- group_id: Present name of its group, see stories.
SELECT g.article_id, coalesce(n.present_id, g.group_id) AS group_id
FROM groups g LEFT JOIN group_names n ON n.group_id = g.group_id
