-- Which fields are uncertain, and in which sources most?
-- One row per field of the worst sources: the share of its articles in which two sources inside the
-- document name different values (disputed_count). A value that two sources give is agreed; one
-- that nothing could confirm is single: not known to be wrong, nor to be right. missing_count:
-- articles without the field (of fields that any article of the source has). Sources are ranked by
-- disputed fields per article; articles without a source are one of them. language: what two
-- detectors say. uncertain_ratio is disputed_count by article_count.
-- limit_count: how many sources; least_articles: sources with fewer are left out.
WITH asked AS (
    SELECT
        10 AS limit_count,
        1 AS least_articles
), numbered AS (  -- grouping by ids of 32 letters takes longer
    SELECT article_id, source, row_number() OVER () AS number FROM articles
), sources AS (
    SELECT source, count(*) AS article_count FROM numbered GROUP BY source
), chosen AS (  -- one row per article and field, whatever number of values it has
    SELECT n.number, any_value(n.source) AS source, f.field,
           bool_or(f.is_agreed IS FALSE) AS is_disputed, bool_and(f.is_agreed IS TRUE) AS is_agreed
    FROM fields f JOIN numbered n ON n.article_id = f.article_id
    WHERE f.is_chosen GROUP BY n.number, f.field
), counted AS (
    SELECT source, field, count(*) AS value_count,
           count(*) FILTER (is_disputed) AS disputed_count,
           count(*) FILTER (is_agreed) AS agreed_count
    FROM chosen GROUP BY source, field
), worst AS (
    SELECT s.source, s.article_count, sum(c.disputed_count) / s.article_count AS disputed_ratio,
           row_number() OVER (ORDER BY disputed_ratio DESC, s.article_count DESC,
                              s.source NULLS LAST) AS source_rank
    FROM sources s JOIN counted c ON c.source IS NOT DISTINCT FROM s.source
    WHERE s.article_count >= (SELECT least_articles FROM asked)
    GROUP BY s.source, s.article_count
)
SELECT w.source_rank, w.source, c.field, w.article_count, c.disputed_count, c.agreed_count,
       c.value_count - c.disputed_count - c.agreed_count AS single_count,
       w.article_count - c.value_count AS missing_count,
       round(c.disputed_count / w.article_count, 4) AS uncertain_ratio
FROM worst w JOIN counted c ON c.source IS NOT DISTINCT FROM w.source
WHERE w.source_rank <= (SELECT limit_count FROM asked)
ORDER BY w.source_rank, c.disputed_count DESC, single_count DESC, c.field
