-- What share of each outlet is wire copy or reprint, by characters?
-- Latest versions; a text that an outlet has twice counts once, and so does each character: wire
-- (the text credits an agency, here or where the same text stands elsewhere), else reprint (it
-- stands in an earlier article of another outlet: all of an exact copy, the shared spans of
-- others), else undecided (it stands elsewhere, but one of the dates or outlets is not known, or
-- too coarse). What is left is the outlet's own, or not found elsewhere in this corpus. Unknown
-- outlets: NULL. own_sites: hosts (a pattern) of agencies, whose wire is their own work; source: of
-- this outlet only.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS source,
        '(^|[.])(ap|apnews|reuters|afp|dpa|upi|efe|ansa|tass|kyodonews)([.][a-z]+)?$' AS own_sites
), agencies AS (
    SELECT f.source FROM (SELECT DISTINCT source FROM articles) f CROSS JOIN asked
    WHERE regexp_matches(f.source, asked.own_sites)
), dated AS (  -- texts and articles by keys of 64 bits: half the work
    SELECT a.article_id, hash(a.article_id) AS article, hash(a.identity_sha256) AS words, a.source,
           coalesce(a.source, a.article_id) AS outlet, a.char_count, a.agency, a.published_at,
           g.source IS NOT NULL AS is_own_site,
           coalesce(a.published_at, '-infinity') AS at_least,
           coalesce(a.published_at + CASE a.published_precision
               WHEN 'year' THEN INTERVAL 1 YEAR WHEN 'month' THEN INTERVAL 1 MONTH
               WHEN 'day' THEN INTERVAL 1 DAY WHEN 'minute' THEN INTERVAL 1 MINUTE
               ELSE INTERVAL 1 SECOND END, 'infinity') AS at_most
    FROM articles a LEFT JOIN agencies g ON g.source = a.source
), outlets AS (  -- when each outlet had a text
    SELECT words, outlet, any_value(source) AS source, min(at_least) AS at_least,
           min(at_most) AS at_most, bool_or(agency IS NOT NULL OR is_own_site) AS is_wire
    FROM dated GROUP BY words, outlet
), texts AS (  -- the two first outlets of a text: one of them is another than the one at hand
    SELECT words, bool_or(is_wire) AS is_wire, count(*) AS outlet_count,
           min_by({'outlet': outlet, 'at': at_most}, at_most, 2)
               FILTER (source IS NOT NULL) AS surely,
           min_by({'outlet': outlet, 'at': at_least}, at_least, 2) AS perhaps
    FROM outlets GROUP BY words
), firsts AS (
    SELECT words, is_wire, outlet_count, surely[1].outlet AS sure_outlet,
           surely[1].at AS sure_at, surely[2].at AS sure_at_2, perhaps[1].outlet AS perhaps_outlet,
           perhaps[1].at AS perhaps_at, perhaps[2].at AS perhaps_at_2
    FROM texts
), own AS (
    SELECT d.* FROM dated d
    ANTI JOIN (SELECT article_b FROM links WHERE relation = 'revision') l
      ON l.article_b = d.article_id  -- as in latest_articles
    QUALIFY row_number() OVER (PARTITION BY d.words, d.outlet
                               ORDER BY d.published_at NULLS LAST, d.article_id) = 1
), related AS (  -- a text that others have, too, is related to itself, whole
    SELECT words, words AS other, true AS is_same_item, NULL AS spans
    FROM firsts WHERE is_wire OR outlet_count > 1
    UNION ALL
    SELECT a.words, b.words, l.is_same_item,
           [{'low': s.a_start, 'high': s.a_end} FOR s IN l.shared_spans]
    FROM article_links l JOIN dated a ON a.article_id = l.article_id
    JOIN dated b ON b.article_id = l.other_id
    WHERE len(l.shared_spans) > 0 AND a.words <> b.words
), judged AS (
    SELECT o.article, o.char_count, r.spans, o.source IS NOT NULL AND o.at_least >=
               CASE WHEN x.sure_outlet <> o.outlet THEN x.sure_at ELSE x.sure_at_2 END AS is_later,
           CASE WHEN x.is_wire AND (r.is_same_item OR is_later) THEN 1 WHEN is_later THEN 2
                WHEN o.at_most > CASE WHEN x.perhaps_outlet <> o.outlet THEN x.perhaps_at
                                      ELSE x.perhaps_at_2 END THEN 3 END AS level
    FROM own o JOIN related r ON r.words = o.words
    JOIN firsts x ON x.words = r.other
    WHERE NOT o.is_own_site
), spans AS (  -- the surest level counts
    SELECT article, span, min(level) AS level
    FROM (SELECT article, level, unnest(coalesce(spans, [{'low': 0, 'high': char_count}])) AS span
          FROM judged WHERE level IS NOT NULL)
    GROUP BY article, span
), reached AS (  -- how far the spans before this one reach, of its level and the surer ones
    SELECT article, level, span.low AS low, span.high AS high,
           max(CASE WHEN level = 1 THEN span.high END) OVER before AS end_1,
           max(CASE WHEN level <= 2 THEN span.high END) OVER before AS end_2,
           max(span.high) OVER before AS end_3
    FROM spans
    WINDOW before AS (PARTITION BY article ORDER BY span.low, span.high, level
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), covered AS (
    SELECT article,
           sum(greatest(high - greatest(low, coalesce(end_1, 0)), 0)) FILTER (level = 1) AS to_1,
           sum(greatest(high - greatest(low, coalesce(end_2, 0)), 0)) FILTER (level <= 2) AS to_2,
           sum(greatest(high - greatest(low, coalesce(end_3, 0)), 0)) AS to_3
    FROM reached GROUP BY article
)
SELECT o.source, count(*) AS article_count, sum(o.char_count) AS char_count,
       sum(coalesce(c.to_1, 0)) AS wire_chars,
       sum(coalesce(c.to_2, 0) - coalesce(c.to_1, 0)) AS reprint_chars,
       sum(coalesce(c.to_3, 0) - coalesce(c.to_2, 0)) AS undecided_chars,
       round(wire_chars / nullif(sum(o.char_count), 0), 4) AS wire_ratio,
       round(reprint_chars / nullif(sum(o.char_count), 0), 4) AS reprint_ratio,
       round(undecided_chars / nullif(sum(o.char_count), 0), 4) AS undecided_ratio
FROM own o CROSS JOIN asked LEFT JOIN covered c ON c.article = o.article
WHERE asked.source IS NULL OR o.source = asked.source
GROUP BY o.source ORDER BY wire_chars + reprint_chars DESC, char_count DESC, o.source NULLS LAST
