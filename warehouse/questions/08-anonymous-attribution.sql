-- What share of attributions is anonymous, by outlet and keyword?
-- Attributions: direct, partial and indirect speech in latest versions; a text that an outlet has
-- twice counts once, other outlets' copies count for them. anonymous_ratio is over attributions
-- whose speaker is known to be named or unnamed; those without any speaker stand in unknown_count.
-- keyword NULL is all of an outlet: articles have several keywords, so their rows do not add up.
-- read_ratio: how much of these articles was read for quotations; articles that were not read count
-- in article_count only. Articles without attributions count as read. An unknown outlet is NULL.
-- source, keyword: of these only; kind: declared (by the publisher) or distinctive keywords. least:
-- attributions with a known speaker that a keyword must have at an outlet to be shown.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS source,
        NULL::VARCHAR AS keyword,
        NULL::VARCHAR AS kind,
        5 AS least
), spoken AS (
    SELECT article_id, count(*) FILTER (is_anonymous) AS anonymous_count,
           count(*) FILTER (is_anonymous OR speaker IS NOT NULL) AS attribution_count,
           count(*) FILTER (NOT is_anonymous AND speaker IS NULL) AS unknown_count
    FROM quotes WHERE kind <> 'scare' GROUP BY article_id
), read AS (
    SELECT article_id FROM annotation_status WHERE annotator = 'quotes' AND status = 'done'
), printed AS (
    SELECT a.article_id, a.source, r.article_id IS NOT NULL AS is_read
    FROM latest_articles a CROSS JOIN asked LEFT JOIN read r ON r.article_id = a.article_id
    WHERE asked.source IS NULL OR a.source = asked.source
    QUALIFY row_number() OVER (
        PARTITION BY hash(coalesce(a.source, a.article_id), a.identity_sha256)
        ORDER BY is_read DESC, a.published_at NULLS LAST, a.article_id) = 1
), known AS MATERIALIZED (
    SELECT p.article_id, p.source, p.is_read, s.anonymous_count, s.attribution_count,
           s.unknown_count
    FROM printed p LEFT JOIN spoken s ON s.article_id = p.article_id AND p.is_read
), declared AS (
    SELECT k.article_id, k.keyword FROM keywords k CROSS JOIN asked
    WHERE k.kind = 'declared' AND (asked.keyword IS NULL OR k.keyword = lower(asked.keyword))
      AND (asked.kind IS NULL OR k.kind = asked.kind)
), worded AS (  -- a keyword may be both declared and distinctive
    FROM declared
    UNION ALL
    SELECT k.article_id, k.keyword FROM keywords k CROSS JOIN asked
    ANTI JOIN declared d ON hash(d.article_id, d.keyword) = hash(k.article_id, k.keyword)
    WHERE k.kind <> 'declared' AND (asked.keyword IS NULL OR k.keyword = lower(asked.keyword))
      AND (asked.kind IS NULL OR k.kind = asked.kind)
), counted AS (
    SELECT NULL AS keyword, * EXCLUDE (article_id) FROM known
    UNION ALL
    SELECT w.keyword, k.* EXCLUDE (article_id)
    FROM known k JOIN worded w ON w.article_id = k.article_id
), summed AS (  -- by keys of 64 bits, for there are millions of rows
    SELECT any_value(source) AS source, any_value(keyword) AS keyword,
           sum(anonymous_count) AS anonymous_count, sum(attribution_count) AS attribution_count,
           sum(unknown_count) AS unknown_count, count(*) AS article_count,
           count(*) FILTER (is_read) AS read_count
    FROM counted GROUP BY hash(source, keyword)
)
SELECT c.source, c.keyword, round(c.anonymous_count / nullif(c.attribution_count, 0), 4)
           AS anonymous_ratio,
       CAST(coalesce(c.anonymous_count, 0) AS BIGINT) AS anonymous_count,
       CAST(coalesce(c.attribution_count, 0) AS BIGINT) AS attribution_count,
       CAST(coalesce(c.unknown_count, 0) AS BIGINT) AS unknown_count, c.article_count,
       round(c.read_count / c.article_count, 4) AS read_ratio
FROM summed c CROSS JOIN asked
WHERE c.keyword IS NULL OR c.attribution_count >= asked.least
ORDER BY c.source NULLS LAST, c.keyword IS NOT NULL, anonymous_ratio DESC NULLS LAST,
         attribution_count DESC, c.keyword
