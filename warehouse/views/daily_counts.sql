-- What is there per day, source and language, and how much of it did each annotator read?
-- Of the latest versions of articles. Days that are not known are NULL, those known to the month or
-- year stand at its first day (published_precision). A count of annotations is of the articles that
-- its annotator is done with, which stand beside it: compare those with article_count.
-- published_precision: day (or finer), month or year; NULL: not dated.
-- article_count: Articles.
-- story_count: Of these, articles that stand for their story, see folded_articles.
-- word_count: Words of their texts.
-- name_count: Names of people, organisations, places and others in them, as often as named.
-- name_article_count: Articles whose names were looked for.
-- quote_count: Quotations and reported speech; scare quotes as well.
-- quote_article_count: Articles whose quotes were looked for.
-- quantity_count: Figures.
-- quantity_article_count: Articles whose figures were looked for.
-- place_count: Places.
-- place_article_count: Articles whose places were looked for.
-- expression_count: Dates, times and durations.
-- expression_article_count: Articles whose dates were looked for.
WITH named AS (
    SELECT article_id, sum(mention_count) AS name_count FROM entities GROUP BY article_id
), done AS (  -- each annotator of these but that of names writes one table
    SELECT article_id, bool_or(annotator = 'entities') AS has_names,
           bool_or(annotator = 'quotes') AS has_quotes,
           sum(row_count) FILTER (annotator = 'quotes') AS quote_count,
           bool_or(annotator = 'quantities') AS has_quantities,
           sum(row_count) FILTER (annotator = 'quantities') AS quantity_count,
           bool_or(annotator = 'places') AS has_places,
           sum(row_count) FILTER (annotator = 'places') AS place_count,
           bool_or(annotator = 'dates') AS has_dates,
           sum(row_count) FILTER (annotator = 'dates') AS expression_count
    FROM annotation_status WHERE status = 'done' GROUP BY article_id
)
SELECT a.published_date,
       CASE WHEN a.published_precision IN ('minute', 'second') THEN 'day'
            ELSE a.published_precision END AS published_precision,
       a.source, a.language_code, count(*) AS article_count,
       count(*) FILTER (a.is_kept) AS story_count, sum(a.word_count)::BIGINT AS word_count,
       coalesce(sum(n.name_count), 0)::BIGINT AS name_count,
       count(*) FILTER (d.has_names) AS name_article_count,
       coalesce(sum(d.quote_count), 0)::BIGINT AS quote_count,
       count(*) FILTER (d.has_quotes) AS quote_article_count,
       coalesce(sum(d.quantity_count), 0)::BIGINT AS quantity_count,
       count(*) FILTER (d.has_quantities) AS quantity_article_count,
       coalesce(sum(d.place_count), 0)::BIGINT AS place_count,
       count(*) FILTER (d.has_places) AS place_article_count,
       coalesce(sum(d.expression_count), 0)::BIGINT AS expression_count,
       count(*) FILTER (d.has_dates) AS expression_article_count
FROM unfolded_articles a LEFT JOIN named n ON n.article_id = a.article_id
LEFT JOIN done d ON d.article_id = a.article_id
WHERE a.is_latest
GROUP BY ALL
ORDER BY a.published_date NULLS LAST, a.source NULLS LAST, a.language_code NULLS LAST,
         published_precision
