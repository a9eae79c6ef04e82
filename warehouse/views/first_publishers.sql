-- Who had it first: one row per story of several sources and source that came later.
-- Of each source its first article; only dated articles of known sources. is_order_known is false
-- where the first date is too coarse to say (the same day, no time). Clock times without a zone are
-- taken as they are (articles.published_has_zone).
-- headline: Headline of the first article; NULL: it has none.
-- first_source: Source that had it first.
-- first_article_id: The first article.
-- first_published_at: When that was published.
-- source: A source that came later.
-- article_id: Its first article on the story.
-- published_at: When that was published.
-- lag_seconds: How much later that is.
-- is_order_known: Is it surely later? False: the first date is too coarse to say.
WITH dated AS (
    SELECT g.group_id, a.article_id, a.source, a.headline, a.published_at, a.published_precision,
           a.char_count
    FROM article_groups g JOIN articles a ON a.article_id = g.article_id
    WHERE a.source IS NOT NULL AND a.published_at IS NOT NULL
), sources AS (  -- of stories that several have
    SELECT d.* FROM dated d
    SEMI JOIN (SELECT group_id FROM dated GROUP BY group_id HAVING min(source) <> max(source)) s
      ON s.group_id = d.group_id
    QUALIFY row_number() OVER (PARTITION BY d.group_id, d.source
                               ORDER BY d.published_at, d.char_count DESC, d.article_id) = 1
), compared AS (
    SELECT *, first_value({'article_id': article_id, 'source': source, 'headline': headline,
                           'published_at': published_at, 'precision': published_precision})
                  OVER (PARTITION BY group_id
                        ORDER BY published_at, char_count DESC, article_id) AS first
    FROM sources
)
SELECT group_id, first.headline, first.source AS first_source,
       first.article_id AS first_article_id, first.published_at AS first_published_at, source,
       article_id, published_at, epoch(published_at - first.published_at) AS lag_seconds,
       published_at >= first.published_at
           + CASE first.precision WHEN 'year' THEN INTERVAL 1 YEAR
                                  WHEN 'month' THEN INTERVAL 1 MONTH
                                  WHEN 'day' THEN INTERVAL 1 DAY
                                  WHEN 'minute' THEN INTERVAL 1 MINUTE
                                  ELSE INTERVAL 1 SECOND END AS is_order_known
FROM compared WHERE article_id <> first.article_id
