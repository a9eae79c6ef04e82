-- Which figures do articles give? One row per fact and article (latest versions), told_count times.
-- told_count: How often the article tells it.
-- surfaces: The words of each time, in reading order.
-- char_starts: First code point of each time, see field in quantities.
SELECT q.fact_key, any_value(q.value_min) AS value_min, any_value(q.value_max) AS value_max,
       any_value(q.comparator) AS comparator, any_value(q.unit) AS unit,
       any_value(q.unit_kind) AS unit_kind, arg_min(q.object, q.quantity) AS object,
       any_value(q.change) AS change, any_value(q.modality) AS modality,
       arg_min(q.place, q.quantity) AS place, min(q.as_of_start) AS as_of_start,
       max(q.as_of_end) AS as_of_end, arg_min(q.attribution, q.quantity) AS attribution,
       count(*) AS told_count, list(q.surface ORDER BY q.quantity) AS surfaces,
       list(q.char_start ORDER BY q.quantity) AS char_starts,
       a.article_id, any_value(a.headline) AS headline, any_value(a.source) AS source,
       any_value(a.published_at) AS published_at
FROM quantities q JOIN latest_articles a USING (article_id)
GROUP BY a.article_id, q.fact_key
