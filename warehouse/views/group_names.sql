-- What groups are called now: one row per former name of a group, with its present one.
-- group_id: A former name of a group.
-- present_id: What the group is called now.
WITH RECURSIVE aliases AS MATERIALIZED (  -- named once: three looks at a table cost their planning
    SELECT group_id, alias_of FROM group_aliases
), names AS (
    SELECT group_id, alias_of FROM aliases
    UNION  -- not ALL: it ends in a circle, too
    SELECT n.group_id, g.alias_of FROM names n JOIN aliases g ON g.group_id = n.alias_of
)
SELECT n.group_id, min(n.alias_of) AS present_id  -- one, whatever stands there
FROM names n ANTI JOIN aliases g ON g.group_id = n.alias_of GROUP BY n.group_id
