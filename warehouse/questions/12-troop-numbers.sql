-- Which numbers of troops are told for Iraq over time, planned and actual apart?
-- A row a fact (fact_key: value, thing counted, place, modality, change), however often it is
-- told: copies and repetitions are only counted. modality (actual, planned, estimated, denied)
-- keeps apart what is, what shall be, what somebody reckons and what is denied. change NULL is a
-- level; additional, increase and so on are changes: never add them to levels. A bound that is
-- NULL is open (less than 2,000: value_max 2000). fact_date is the day for which the text tells it
-- (as_of), else that of its first publication (published; see published_precision); facts without
-- either come last in their part. as_of_count > 1: told for several times, shown from the first to
-- the last. object, attribution, source, headline: of the first article that tells it. Numbers
-- told without a place are in no place's answer. object: parts of what is counted, | between them;
-- place: as articles write it; both in any case; NULL: any. since, until: bounds of fact_date.
WITH asked AS (
    SELECT
        'troop|soldier|personnel|forces|servicem' AS object,
        'Iraq' AS place,
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until
), things AS (
    SELECT unnest(string_split(lower(asked.object), '|')) AS thing FROM asked
), told AS (
    SELECT q.* FROM quantities q CROSS JOIN asked
    WHERE q.unit_kind = 'count'
      AND (asked.place IS NULL OR lower(q.place) = lower(asked.place))
      AND (asked.object IS NULL
           OR EXISTS (FROM things WHERE contains(lower(q.object), things.thing)))
), placed AS (
    SELECT t.*, a.headline, a.source, a.published_date, a.published_precision,
           coalesce(g.group_id, t.article_id) AS group_id,
           row_number() OVER (ORDER BY a.published_at NULLS LAST, t.article_id, t.quantity) AS nth
    FROM told t JOIN latest_articles a ON a.article_id = t.article_id
    LEFT JOIN article_groups g ON g.article_id = t.article_id
), facts AS (
    SELECT fact_key, first(modality ORDER BY nth) AS modality, first(change ORDER BY nth) AS change,
           first(value_min ORDER BY nth) AS value_min, first(value_max ORDER BY nth) AS value_max,
           first(comparator ORDER BY nth) AS comparator, first(object ORDER BY nth) AS object,
           first(place ORDER BY nth) AS place, first(attribution ORDER BY nth) AS attribution,
           first(source ORDER BY nth) AS source, first(headline ORDER BY nth) AS headline,
           first(article_id ORDER BY nth) AS article_id,
           min(as_of_start) AS as_of_start, max(as_of_end) AS as_of_end,
           count(DISTINCT coalesce(as_of_start, as_of_end)) AS as_of_count,
           first(published_date ORDER BY nth) AS published_date,
           first(published_precision ORDER BY nth) AS published_precision,
           count(*) AS told_count, count(DISTINCT article_id) AS article_count,
           count(DISTINCT group_id) AS story_count, count(DISTINCT source) AS source_count
    FROM placed GROUP BY fact_key
)
SELECT modality, change, coalesce(as_of_start, as_of_end, published_date) AS fact_date,
       CASE WHEN coalesce(as_of_start, as_of_end) IS NOT NULL THEN 'as_of'
            WHEN published_date IS NOT NULL THEN 'published' END AS fact_date_source,
       facts.* EXCLUDE (modality, change)
FROM facts CROSS JOIN asked
WHERE coalesce(fact_date BETWEEN asked.since AND asked.until, true)
ORDER BY array_position(['actual', 'planned', 'estimated', 'denied'], modality),
         change NULLS FIRST, fact_date NULLS LAST, nullif(published_date, fact_date) NULLS LAST,
         value_min NULLS FIRST, value_max, fact_key
