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
           count(*) FILTER (NOT is_anonymous AND speaker IS NOT NULL) AS named_count,
           count(*) FILTER (NOT is_anonymous AND speaker IS NULL) AS unknown_count
    FROM quotes WHERE kind <> 'scare' GROUP BY article_id
), read AS (
    SELECT article_id FROM annotation_status WHERE annotator = 'quotes' AND status = 'done'
), printed AS (
    SELECT a.article_id, a.source, r.article_id IS NOT NULL AS is_read
    FROM latest_articles a CROSS JOIN asked LEFT JOIN read r ON r.article_id = a.article_id
    WHERE asked.source IS NULL OR a.source = asked.source
    QUALIFY row_number() OVER (PARTITION BY coalesce(a.source, a.article_id), a.identity_sha256
                               ORDER BY is_read DESC, a.published_at NULLS LAST, a.article_id) = 1
), worded AS (  -- a keyword may be both declared and distinctive
    SELECT DISTINCT k.article_id, k.keyword FROM keywords k CROSS JOIN asked
    WHERE (asked.keyword IS NULL OR k.keyword = lower(asked.keyword))
      AND (asked.kind IS NULL OR k.kind = asked.kind)
), counted AS (
    SELECT p.*, NULL AS keyword FROM printed p
    UNION ALL
    SELECT p.*, w.keyword FROM printed p JOIN worded w ON w.article_id = p.article_id
)
SELECT c.source, c.keyword,
       round(sum(s.anonymous_count)
             / nullif(sum(s.anonymous_count + s.named_count), 0), 4) AS anonymous_ratio,
       CAST(coalesce(sum(s.anonymous_count), 0) AS BIGINT) AS anonymous_count,
       CAST(coalesce(sum(s.anonymous_count + s.named_count), 0) AS BIGINT) AS attribution_count,
       CAST(coalesce(sum(s.unknown_count), 0) AS BIGINT) AS unknown_count,
       count(*) AS article_count, round(avg(CAST(c.is_read AS INTEGER)), 4) AS read_ratio
FROM counted c CROSS JOIN asked LEFT JOIN spoken s ON s.article_id = c.article_id AND c.is_read
GROUP BY c.source, c.keyword, asked.least
HAVING c.keyword IS NULL OR sum(s.anonymous_count + s.named_count) >= asked.least
ORDER BY c.source NULLS LAST, c.keyword IS NOT NULL, anonymous_ratio DESC NULLS LAST,
         attribution_count DESC, c.keyword
