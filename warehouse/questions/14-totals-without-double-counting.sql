-- What do the numbers add up to, without counting the same one twice?
-- A fact (fact_key) counts once a story: copies and repetitions in a text add nothing. Told in
-- several stories it counts once where they say of the same place and time; where either is not
-- known, it cannot be told from another event with the same number, and it counts once for each
-- story. told_total is what adding up every number in every text would give. Two different numbers
-- for one fact both count (question 13 lists them). total_min takes the least value of each fact (0
-- where it is open below), total_max the greatest, NULL where one is open above (open_count of
-- them). Percentages, shares and bare numbers are left out: they do not add up. change NULL is a
-- level, the others are changes: not to be added up together.
-- object: part of what is counted; place: as articles write it; both in any case; NULL: any.
-- unit: ISO 4217 or UCUM code, or for things counted their noun; NULL: each of its own.
-- modality: actual, planned, estimated or denied. since, until: days of publication of the first
-- article that tells it, inclusive; undated ones count (undated_count).
WITH asked AS (
    SELECT
        NULL::VARCHAR AS object,
        NULL::VARCHAR AS place,
        NULL::VARCHAR AS unit,
        'actual' AS modality,
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until
), members AS (
    SELECT a.article_id, a.published_date, hash(coalesce(g.group_id, a.article_id)) AS story
    FROM latest_articles a LEFT JOIN article_groups g ON g.article_id = a.article_id
), stories AS (
    SELECT any_value(q.fact_key) AS fact_key, any_value(q.unit_kind) AS unit_kind,
           any_value(q.unit) AS unit,
           any_value(q.change) AS change, any_value(q.place) AS place,
           min(q.as_of_start) AS as_of_start, max(q.as_of_end) AS as_of_end,
           any_value(q.value_min) AS value_min, any_value(q.value_max) AS value_max,
           count(*) AS told_count, sum(coalesce(q.value_min, q.value_max)) AS told_total,
           min(m.published_date) AS published_date
    FROM quantities q JOIN members m ON m.article_id = q.article_id CROSS JOIN asked
    WHERE q.unit_kind IN ('count', 'money', 'measure') AND q.unit IS NOT NULL
      AND q.modality = asked.modality
      AND (asked.unit IS NULL OR q.unit = asked.unit)
      AND (asked.object IS NULL OR contains(lower(q.object), lower(asked.object)))
      AND (asked.place IS NULL OR lower(q.place) = lower(asked.place))
    GROUP BY m.story, hash(q.fact_key)  -- 64 bits: ids of 32 letters take twice as long
), facts AS (  -- one row for what several stories tell of the same place and time
    SELECT unit_kind, unit, change, value_min, value_max, told_count, told_total, published_date
    FROM stories WHERE place IS NULL OR coalesce(as_of_start, as_of_end) IS NULL
    UNION ALL
    SELECT any_value(unit_kind), any_value(unit), any_value(change), any_value(value_min),
           any_value(value_max), sum(told_count), sum(told_total), min(published_date)
    FROM stories WHERE place IS NOT NULL AND coalesce(as_of_start, as_of_end) IS NOT NULL
    GROUP BY fact_key, as_of_start, as_of_end
)
SELECT f.unit_kind, f.unit, f.change, count(*) AS fact_count,
       sum(coalesce(f.value_min, 0)) AS total_min,
       count(*) FILTER (f.value_max IS NULL) AS open_count,
       CASE WHEN open_count = 0 THEN sum(f.value_max) END AS total_max,
       count(*) FILTER (f.published_date IS NULL) AS undated_count,
       sum(f.told_count)::BIGINT AS told_count, sum(f.told_total) AS told_total
FROM facts f CROSS JOIN asked
WHERE coalesce(f.published_date BETWEEN asked.since AND asked.until, true)
GROUP BY f.unit_kind, f.unit, f.change
ORDER BY fact_count DESC, f.unit_kind, f.unit, f.change NULLS FIRST
