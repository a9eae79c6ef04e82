-- Which articles of one story give different numbers for one and the same fact?
-- One fact: the same thing counted (in these words), unit, place, time, modality and kind of
-- change. Two articles conflict when each gives a number for it that fits none of the other's: a
-- text that leaves one of two numbers out does not conflict, nor does "less than 2,000" with
-- 1,800; "about 2,500" and 2,480 do (comparator). A row per number in conflict with another of the
-- same fact, with the articles that give it. Only the latest version of an article counts (for
-- figures that were corrected see question 7). Left out are numbers of which it is not known what
-- they count. Where one article says when and another does not, it is not known whether they mean
-- the same time.
-- source: stories with a number of this outlet in conflict; NULL: all.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS source
), members AS (
    SELECT a.article_id, a.source, a.published_date, g.group_id
    FROM latest_articles a JOIN article_groups g ON g.article_id = a.article_id
), told AS (
    SELECT m.group_id, q.*, hash(m.group_id, lower(q.object), lower(q.place), q.unit_kind, q.unit,
               q.as_of_start, q.as_of_end, q.modality, q.change) AS fact_hash,
           hash(q.value_min, q.value_max, q.comparator) AS number_hash
    FROM quantities q JOIN members m ON m.article_id = q.article_id
    WHERE q.object IS NOT NULL
), several AS (  -- facts with more than one number; hashes, for few facts have
    SELECT fact_hash FROM told GROUP BY fact_hash HAVING min(number_hash) <> max(number_hash)
), given AS (  -- the numbers of each article for each fact
    SELECT q.group_id, q.article_id,
           {'object': lower(q.object), 'place': lower(q.place), 'unit_kind': q.unit_kind,
            'unit': q.unit, 'as_of_start': q.as_of_start, 'as_of_end': q.as_of_end,
            'modality': q.modality, 'change': q.change} AS fact,
           list_sort(list(DISTINCT {'low': coalesce(q.value_min, '-infinity'::DOUBLE),
                                    'high': coalesce(q.value_max, 'infinity'::DOUBLE),
                                    'comparator': q.comparator})) AS numbers
    FROM told q SEMI JOIN several s ON s.fact_hash = q.fact_hash
    GROUP BY ALL
), sets AS (  -- articles with the same numbers are taken together: copies have no pairs
    SELECT group_id, fact, numbers, list(article_id) AS article_ids FROM given
    GROUP BY group_id, fact, numbers
    QUALIFY count(*) OVER (PARTITION BY group_id, fact) > 1
), compared AS (
    SELECT a.group_id, a.fact, a.article_ids,
           [x FOR x IN a.numbers
            IF len([1 FOR y IN b.numbers IF x.low <= y.high AND y.low <= x.high]) = 0] AS mine,
           [y FOR y IN b.numbers
            IF len([1 FOR x IN a.numbers IF x.low <= y.high AND y.low <= x.high]) = 0] AS theirs
    FROM sets a JOIN sets b
      ON b.group_id = a.group_id AND b.fact = a.fact AND b.numbers <> a.numbers
), numbered AS (
    SELECT DISTINCT group_id, fact, number, unnest(article_ids) AS article_id
    FROM (SELECT *, unnest(mine) AS number FROM compared WHERE len(mine) > 0 AND len(theirs) > 0)
)
SELECT n.group_id, n.fact.object AS object, n.fact.unit AS unit, n.fact.place AS place,
       n.fact.as_of_start AS as_of_start, n.fact.as_of_end AS as_of_end,
       n.fact.modality AS modality, n.fact.change AS change, n.number.comparator AS comparator,
       nullif(n.number.low, '-infinity'::DOUBLE) AS value_min,
       nullif(n.number.high, 'infinity'::DOUBLE) AS value_max, count(*) AS article_count,
       list_sort(list(DISTINCT m.source)) AS sources, min(m.published_date) AS first_published_date,
       list(n.article_id ORDER BY n.article_id) AS article_ids
FROM numbered n JOIN members m ON m.article_id = n.article_id
GROUP BY n.group_id, n.fact, n.number
QUALIFY (SELECT source FROM asked) IS NULL
     OR bool_or(list_contains(sources, (SELECT source FROM asked))) OVER (PARTITION BY n.group_id)
ORDER BY n.group_id, n.fact, n.number
